import type { IBox } from './types';

export interface IPoint {
  x: number;
  y: number;
}

export interface ISize {
  width: number;
  height: number;
}

/** Where on a box one takes hold: its corners and the middles of its edges. */
export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof HANDLES)[number];

/** Nothing smaller than this, in pixels of the picture, is a box. */
export const SMALLEST = 1;

function kept(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

function made(left: number, top: number, right: number, bottom: number): IBox {
  return { type: 'bbox', x: kept(left), y: kept(top), w: kept(right - left), h: kept(bottom - top) };
}

/** The box around points, inside the picture. */
export function boxAround(points: IPoint[], size: ISize): IBox {
  const xs = points.map(point => within(point.x, size.width));
  const ys = points.map(point => within(point.y, size.height));
  return made(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
}

/** Whether it is large enough to be meant. */
export function isBox(box: IBox): boolean {
  return box.w >= SMALLEST && box.h >= SMALLEST;
}

/** A box elsewhere, as large as it was and inside the picture. */
export function moved(box: IBox, dx: number, dy: number, size: ISize): IBox {
  const x = within(box.x + dx, Math.max(0, size.width - box.w));
  const y = within(box.y + dy, Math.max(0, size.height - box.h));
  return made(x, y, x + box.w, y + box.h);
}

/** Several boxes moved together: none leaves the picture, so none moves further than the others. */
export function movedTogether(boxes: IBox[], dx: number, dy: number, size: ISize): IBox[] {
  const left = Math.max(...boxes.map(box => -box.x));
  const right = Math.min(...boxes.map(box => size.width - box.x - box.w));
  const up = Math.max(...boxes.map(box => -box.y));
  const down = Math.min(...boxes.map(box => size.height - box.y - box.h));
  const x = Math.min(Math.max(dx, left), right);
  const y = Math.min(Math.max(dy, up), down);
  return boxes.map(box => moved(box, x, y, size));
}

/** A box with one of its handles at a point; dragging past the other side turns it over. */
export function resized(box: IBox, handle: Handle, to: IPoint, size: ISize): IBox {
  const x = within(to.x, size.width);
  const y = within(to.y, size.height);
  const left = handle.includes('w') ? x : box.x;
  const right = handle.includes('e') ? x : box.x + box.w;
  const top = handle.includes('n') ? y : box.y;
  const bottom = handle.includes('s') ? y : box.y + box.h;
  return made(Math.min(left, right), Math.min(top, bottom), Math.max(left, right), Math.max(top, bottom));
}

/** A box with its right and lower edges moved: by keys. */
export function grown(box: IBox, dx: number, dy: number, size: ISize): IBox {
  const right = within(Math.max(box.x + SMALLEST, box.x + box.w + dx), size.width);
  const bottom = within(Math.max(box.y + SMALLEST, box.y + box.h + dy), size.height);
  return made(box.x, box.y, Math.max(right, box.x), Math.max(bottom, box.y));
}

export function handlePoint(box: IBox, handle: Handle): IPoint {
  return {
    x: handle.includes('w') ? box.x : handle.includes('e') ? box.x + box.w : box.x + box.w / 2,
    y: handle.includes('n') ? box.y : handle.includes('s') ? box.y + box.h : box.y + box.h / 2
  };
}

/** The handle within reach of a point, or null. */
export function handleAt(box: IBox, point: IPoint, reach: number): Handle | null {
  let best: Handle | null = null;
  let least = reach;
  for (const handle of HANDLES) {
    const at = handlePoint(box, handle);
    const far = Math.max(Math.abs(at.x - point.x), Math.abs(at.y - point.y));
    if (far <= least) {
      best = handle;
      least = far;
    }
  }
  return best;
}

/** Of the boxes at a point the smallest: a box inside another can be reached. */
export function smallestAt<T extends { shape?: IBox | null }>(
  objects: T[],
  point: IPoint,
  reach: number
): T | undefined {
  return objects
    .filter(
      ({ shape }) =>
        shape &&
        point.x >= shape.x - reach &&
        point.y >= shape.y - reach &&
        point.x <= shape.x + shape.w + reach &&
        point.y <= shape.y + shape.h + reach
    )
    .sort((a, b) => (a.shape?.w ?? 0) * (a.shape?.h ?? 0) - (b.shape?.w ?? 0) * (b.shape?.h ?? 0))[0];
}

const LEAST_ZOOM = 0.02;
const MOST_ZOOM = 64;

/** How a picture lies on the screen: how large, and where its upper left corner is. */
export class Viewport {
  zoom = 1;
  x = 0;
  y = 0;

  toPicture(point: IPoint): IPoint {
    return { x: (point.x - this.x) / this.zoom, y: (point.y - this.y) / this.zoom };
  }

  toScreen(point: IPoint): IPoint {
    return { x: point.x * this.zoom + this.x, y: point.y * this.zoom + this.y };
  }

  /** All of the picture in the middle, with a little room around. */
  fit(picture: ISize, screen: ISize, room = 12): void {
    this.show({ type: 'bbox', x: 0, y: 0, w: picture.width, h: picture.height }, screen, room);
  }

  /** A part of the picture, in the middle. */
  show(part: IBox, screen: ISize, room = 12): void {
    const across = Math.max(20, screen.width - 2 * room) / Math.max(1, part.w);
    const down = Math.max(20, screen.height - 2 * room) / Math.max(1, part.h);
    this.zoom = Math.min(Math.max(Math.min(across, down), LEAST_ZOOM), MOST_ZOOM);
    this.x = screen.width / 2 - (part.x + part.w / 2) * this.zoom;
    this.y = screen.height / 2 - (part.y + part.h / 2) * this.zoom;
  }

  /** Another size; what is under the point stays there. */
  zoomTo(zoom: number, at: IPoint): void {
    const next = Math.min(Math.max(zoom, LEAST_ZOOM), MOST_ZOOM);
    const under = this.toPicture(at);
    this.zoom = next;
    this.x = at.x - under.x * next;
    this.y = at.y - under.y * next;
  }

  pan(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
  }
}
