import type { Boxes } from './boxes';
import type { Handle, IPoint } from './geometry';
import { boxAround, handleAt, isBox, movedTogether, resized, smallestAt } from './geometry';
import type { IBox } from './types';

/** Where the pointer is, in pixels of the picture, and what is held with it. */
export interface IPointer extends IPoint {
  shift: boolean;
}

export const EXTREMES = 4;

/** How near to a handle is on it: 12 screen pixels, less on a small box, so that its middle can be taken. */
function reach(box: IBox, pixel: number): number {
  return Math.max(4 * pixel, Math.min(12 * pixel, Math.min(box.w, box.h) / 4));
}

/**
 * What pointer and keys do with the boxes: draw by a drag or by four extreme points, select, move, resize.
 *
 * It is told points in pixels of the picture and how many of them a screen pixel is; it draws nothing. `preview` is what a drag
 * would leave, `points` the clicked extreme points; each finished gesture is one change, and so one step back.
 */
export class Drawing {
  constructor(private readonly boxes: Boxes) {}

  /** Extreme points clicked so far. */
  points: IPoint[] = [];
  /** The box being dragged out, or what the points span with the pointer. */
  draft: IBox | null = null;
  /** Boxes of a drag that is going on, by object id. */
  preview = new Map<string, IBox>();
  at: IPoint | null = null;

  get active(): boolean {
    return this.points.length > 0 || this.grip !== null;
  }

  /** Pressed; `pixel` is a screen pixel's size in the picture. */
  down(pointer: IPointer, pixel: number): void {
    const { boxes } = this;
    this.from = pointer;
    this.pixel = pixel;
    this.far = false;
    if (boxes.tool === 'box') {
      this.grip = { what: 'draw' };
      return;
    }
    const { selected } = boxes;
    if (selected.length === 1 && selected[0].shape && selected[0].id) {
      const handle = handleAt(selected[0].shape, pointer, reach(selected[0].shape, pixel));
      if (handle) {
        this.grip = { what: 'resize', id: selected[0].id, box: selected[0].shape, handle };
        return;
      }
    }
    const shown = boxes.objects.filter(object => boxes.isShown(object));
    const hit = smallestAt(shown, pointer, 3 * pixel);
    if (!hit) {
      if (!pointer.shift) {
        boxes.select([]);
      }
      this.grip = null;
      return;
    }
    if (pointer.shift) {
      boxes.select([hit.id], true);
    } else if (!boxes.isSelected(hit)) {
      boxes.select([hit.id]);
    }
    this.grip = { what: 'move' };
  }

  move(pointer: IPointer): void {
    this.at = pointer;
    const { grip, from, boxes } = this;
    if (!grip || !from) {
      this.span();
      return;
    }
    this.far ||= Math.hypot(pointer.x - from.x, pointer.y - from.y) > 3 * this.pixel;
    if (!this.far) {
      return;
    }
    if (grip.what === 'draw') {
      this.draft = boxAround([from, pointer], boxes.size);
    } else if (grip.what === 'resize') {
      this.preview = new Map([[grip.id, resized(grip.box, grip.handle, pointer, boxes.size)]]);
    } else {
      const moving = boxes.selected.filter(object => object.shape);
      const places = movedTogether(
        moving.map(object => object.shape as IBox),
        Math.round(pointer.x - from.x),
        Math.round(pointer.y - from.y),
        boxes.size
      );
      this.preview = new Map(moving.map((object, index) => [object.id ?? '', places[index]]));
    }
  }

  /** Let go: gives the id of a box that this made. */
  up(pointer: IPointer): string | null {
    this.move(pointer);
    const { grip, from, boxes } = this;
    this.grip = null;
    let made: string | null = null;
    if (grip?.what === 'draw' && from) {
      if (this.far) {
        made = boxes.add(boxAround([from, pointer], boxes.size))?.id ?? null;
        this.points = [];
      } else {
        this.points = [...this.points, { x: pointer.x, y: pointer.y }];
        this.taken = [];
        if (this.points.length === EXTREMES) {
          made = this.finish();
        }
      }
    } else if (this.far && grip?.what === 'resize') {
      boxes.reshape(grip.id, resized(grip.box, grip.handle, pointer, boxes.size));
    } else if (this.far && grip?.what === 'move' && from) {
      boxes.move(Math.round(pointer.x - from.x), Math.round(pointer.y - from.y));
    }
    this.preview = new Map();
    this.draft = null;
    this.span();
    return made;
  }

  /** Take the clicked points as they are: two are enough for a box. */
  finish(): string | null {
    const box = this.points.length > 1 ? boxAround(this.points, this.boxes.size) : null;
    if (!box || !isBox(box)) {
      return null;
    }
    this.points = [];
    this.taken = [];
    this.draft = null;
    return this.boxes.add(box)?.id ?? null;
  }

  /** Take the last point back; false when there is none. */
  undo(): boolean {
    const last = this.points.at(-1);
    if (!last) {
      return false;
    }
    this.points = this.points.slice(0, -1);
    this.taken = [...this.taken, last];
    this.span();
    return true;
  }

  redo(): boolean {
    const last = this.taken.at(-1);
    if (!last) {
      return false;
    }
    this.points = [...this.points, last];
    this.taken = this.taken.slice(0, -1);
    this.span();
    return true;
  }

  /** Drop what is being drawn or dragged; false when nothing is. */
  drop(): boolean {
    const { active } = this;
    this.points = [];
    this.taken = [];
    this.draft = null;
    this.grip = null;
    this.preview = new Map();
    return active;
  }

  /** What holding the pointer here would do, for its form. */
  cursor(pointer: IPoint, pixel: number): string {
    const { boxes } = this;
    if (boxes.tool === 'box') {
      return 'crosshair';
    }
    const { selected } = boxes;
    if (selected.length === 1 && selected[0].shape) {
      const handle = handleAt(selected[0].shape, pointer, reach(selected[0].shape, pixel));
      if (handle) {
        return `${handle}-resize`;
      }
    }
    const shown = boxes.objects.filter(object => boxes.isShown(object));
    return smallestAt(shown, pointer, 3 * pixel) ? 'move' : 'default';
  }

  private span(): void {
    this.draft =
      this.points.length > 0
        ? boxAround([...this.points, ...(this.at ? [this.at] : [])], this.boxes.size)
        : null;
  }

  private taken: IPoint[] = [];
  private from: IPointer | null = null;
  private pixel = 1;
  private far = false;
  private grip:
    { what: 'draw' } | { what: 'move' } | { what: 'resize'; id: string; box: IBox; handle: Handle } | null =
    null;
}
