import type { IAnnotatorSample } from './types';

export type Zoom = 'in' | 'out' | 'fit' | 'actual' | 'selection';

/** Where a sample is shown: a picture, a picture with boxes, a text, a row of a table. */
export interface IStage {
  readonly node: HTMLElement;
  /** Show a sample; or, without one, why there is none. */
  show(sample: IAnnotatorSample | undefined, notice: string): void;
  /** What is said of it changed. */
  redraw(): void;
  zoom(what: Zoom): void;
  /** The size things are shown at, in words; empty where that means nothing. */
  readonly scale: string;
  /** Called when the size changed by itself: something was loaded, a wheel turned. */
  onScale: (() => void) | null;
  /** The place or the theme changed. */
  resize(): void;
  dispose(): void;
}

/** Sizes that zooming goes through. */
export const ZOOMS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** The next size up or down from one. */
export function nextZoom(now: number, what: 'in' | 'out'): number {
  const next =
    what === 'in'
      ? ZOOMS.find(zoom => zoom > now * 1.01)
      : [...ZOOMS].reverse().find(zoom => zoom < now * 0.99);
  return next ?? now;
}
