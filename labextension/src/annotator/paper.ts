import { Layer } from 'konva/lib/Layer.js';
import { Shape } from 'konva/lib/Shape.js';
import { Stage } from 'konva/lib/Stage.js';
import type { Brush } from './paint';

/**
 * What is drawn over a picture. Of konva's many things this takes its sharp canvas and its drawing once a frame; what lies where
 * and what a pointer hits is our own, so that it can be tested without a canvas. Loaded only where shapes are drawn.
 */
export class Paper {
  constructor(container: HTMLDivElement, paint: (brush: Brush) => void) {
    this.stage = new Stage({ container, width: 1, height: 1, listening: false });
    this.layer = new Layer({ listening: false });
    this.layer.add(new Shape({ sceneFunc: context => paint(context), listening: false }));
    this.stage.add(this.layer);
    // Konva calls a second copy of itself (another output, the page) an error; each of ours is its own.
    delete (globalThis as { Konva?: unknown }).Konva;
  }

  resize(width: number, height: number): void {
    this.stage.size({ width: Math.max(1, width), height: Math.max(1, height) });
  }

  /** Draw at the next frame. */
  draw(): void {
    this.layer.batchDraw();
  }

  dispose(): void {
    this.stage.destroy();
  }

  private readonly stage: Stage;
  private readonly layer: Layer;
}
