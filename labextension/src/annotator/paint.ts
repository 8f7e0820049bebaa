import type { IPoint, Viewport } from './geometry';
import { HANDLES, handlePoint } from './geometry';
import type { IBox } from './types';

/** The part of a canvas' context that is drawn with. */
export type Brush = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'rect'
  | 'arc'
  | 'fill'
  | 'stroke'
  | 'fillRect'
  | 'fillText'
  | 'setLineDash'
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'font'
  | 'textBaseline'
> & { measureText(text: string): { width: number } };

export interface IPainted {
  box: IBox;
  colour: string;
  /** Label and number; empty while it is being drawn. */
  tag: string;
  /** A machine's guess, which nobody vouched for: dashed. */
  automatic: boolean;
  selected: boolean;
  handles: boolean;
}

const TAG = 18;

/** Black or white, whichever can be read on a colour. */
export function inkOn(colour: string): string {
  const found = /^#(..)(..)(..)$/.exec(colour);
  if (!found) {
    return '#000000';
  }
  const [red, green, blue] = found.slice(1).map(part => parseInt(part, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#000000' : '#ffffff';
}

/** Boxes in their colours: 2 px wide, with light and dark beside, so that they are seen on any picture. */
export function paint(
  brush: Brush,
  view: Viewport,
  shapes: IPainted[],
  points: IPoint[],
  fontFamily: string
): void {
  brush.font = `12px ${fontFamily}`;
  brush.textBaseline = 'middle';
  for (const shape of shapes) {
    const { x, y } = view.toScreen(shape.box);
    const width = shape.box.w * view.zoom;
    const height = shape.box.h * view.zoom;
    brush.fillStyle = `${shape.colour}1f`;
    brush.fillRect(x, y, width, height);
    for (const [line, colour] of [
      [shape.selected ? 6 : 5, 'rgba(0, 0, 0, 0.55)'],
      [shape.selected ? 4.5 : 3.5, 'rgba(255, 255, 255, 0.85)'],
      [shape.selected ? 3 : 2, shape.colour]
    ] as const) {
      brush.setLineDash(shape.automatic ? [8, 6] : []);
      brush.lineWidth = line;
      brush.strokeStyle = colour;
      brush.beginPath();
      brush.rect(x, y, width, height);
      brush.stroke();
    }
    brush.setLineDash([]);
    if (shape.tag) {
      const long = brush.measureText(shape.tag).width + 10;
      const top = y >= TAG + 2 ? y - TAG - 2 : y + 2;
      brush.fillStyle = shape.colour;
      brush.fillRect(x - 2, top, long, TAG);
      brush.fillStyle = inkOn(shape.colour);
      brush.fillText(shape.tag, x + 3, top + TAG / 2 + 0.5);
    }
  }
  for (const shape of shapes.filter(one => one.handles)) {
    for (const handle of HANDLES) {
      const at = view.toScreen(handlePoint(shape.box, handle));
      brush.beginPath();
      brush.rect(at.x - 4, at.y - 4, 8, 8);
      brush.fillStyle = '#ffffff';
      brush.fill();
      brush.lineWidth = 1.5;
      brush.strokeStyle = '#000000';
      brush.stroke();
    }
  }
  for (const point of points) {
    const at = view.toScreen(point);
    brush.beginPath();
    brush.arc(at.x, at.y, 4, 0, 2 * Math.PI);
    brush.fillStyle = '#ffffff';
    brush.fill();
    brush.lineWidth = 2;
    brush.strokeStyle = '#000000';
    brush.stroke();
  }
}
