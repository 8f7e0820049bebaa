import type { ISize } from './geometry';
import { grown, isBox, moved, movedTogether } from './geometry';
import { objectId, vouched } from './objects';
import type { Session } from './session';
import type { IAnnotatorObject, IBox } from './types';

export type Tool = 'select' | 'box';

/** What was copied, by the scope it is good for; it outlives the page's visit to another sample. */
const clipboards = new Map<string, IAnnotatorObject[]>();

/**
 * Work on the boxes of the present sample: which are selected, which label the next one gets, and every change of them.
 *
 * It knows no screen: tools, keys and the list of objects all come here, so each can do what the others do.
 */
export class Boxes {
  constructor(private readonly session: Session) {
    this.label = session.options.labels[0]?.name ?? null;
    this.stop = session.onChange(() => this.settle());
  }

  tool: Tool = 'select';
  /** The label of the next box. */
  label: string | null;
  hidden: 'none' | 'others' | 'all' = 'none';

  get objects(): IAnnotatorObject[] {
    return this.session.edit.objects;
  }

  get selected(): IAnnotatorObject[] {
    return this.objects.filter(object => this.isSelected(object));
  }

  isSelected(object: IAnnotatorObject): boolean {
    return this.selection.has(object.id ?? '');
  }

  isShown(object: IAnnotatorObject): boolean {
    return this.hidden === 'none' || (this.hidden === 'others' && this.isSelected(object));
  }

  /** The picture's size in its own pixels: what no box leaves. */
  get size(): ISize {
    const sample = this.session.sample;
    return { width: sample?.width ?? 1e6, height: sample?.height ?? 1e6 };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  choose(tool: Tool): void {
    this.tool = tool;
    this.emit();
  }

  select(ids: (string | null | undefined)[], more = false): void {
    const next = new Set(more ? this.selection : []);
    for (const id of ids) {
      if (id) {
        if (more && next.has(id)) {
          next.delete(id);
        } else {
          next.add(id);
        }
      }
    }
    this.selection = next;
    this.emit();
  }

  selectAll(): void {
    this.select(this.objects.map(object => object.id));
  }

  /** Select the next object, or the one before; gives it with its number. */
  step(by: 1 | -1): { object: IAnnotatorObject; number: number } | null {
    const { objects } = this;
    if (objects.length === 0) {
      return null;
    }
    const at = objects.findIndex(object => this.isSelected(object));
    const next =
      at === -1 ? (by === 1 ? 0 : objects.length - 1) : (at + by + objects.length) % objects.length;
    this.select([objects[next].id]);
    return { object: objects[next], number: next + 1 };
  }

  /** Give the selection a label; without a selection the next box gets it. */
  give(label: string): 'given' | 'armed' {
    if (this.selected.length === 0) {
      this.label = label;
      this.emit();
      return 'armed';
    }
    this.label = label;
    this.change(object => ({ ...object, label }));
    return 'given';
  }

  /** A new box with the label of the next one; null when it is too small to be meant, or no label exists. */
  add(box: IBox): IAnnotatorObject | null {
    if (!isBox(box) || this.label === null || this.session.options.readOnly) {
      return null;
    }
    const object: IAnnotatorObject = { id: objectId(), label: this.label, shape: box };
    this.session.put([...this.objects, object]);
    this.select([object.id]);
    return object;
  }

  /** Give one object another box. */
  reshape(id: string, shape: IBox): void {
    if (isBox(shape)) {
      this.put(
        this.objects.map(object => (object.id === id ? { ...vouched(object), shape } : object)),
        undefined
      );
    }
  }

  /** Move the selection: by a drag, or by keys, whose quick presses are one step back. */
  move(dx: number, dy: number, group?: string): void {
    const boxes = this.selected.map(object => object.shape).filter((shape): shape is IBox => Boolean(shape));
    if (boxes.length === 0) {
      return;
    }
    const places = movedTogether(boxes, dx, dy, this.size);
    let n = 0;
    this.change(object => (object.shape ? { ...object, shape: places[n++] } : object), group);
  }

  grow(dx: number, dy: number, group?: string): void {
    this.change(
      object => (object.shape ? { ...object, shape: grown(object.shape, dx, dy, this.size) } : object),
      group
    );
  }

  /** Delete objects; without ids the selected ones. Gives how many. */
  remove(ids?: string[]): number {
    const gone = new Set(ids ?? this.selection);
    const left = this.objects.filter(object => !gone.has(object.id ?? ''));
    const n = this.objects.length - left.length;
    if (n > 0) {
      this.put(left);
    }
    return n;
  }

  copy(): number {
    const { selected } = this;
    if (selected.length > 0) {
      clipboards.set(this.session.options.scope, selected);
    }
    return selected.length;
  }

  /** Put what was copied at the same place; where it lies exactly on itself, a little beside. */
  paste(): number {
    const copied = clipboards.get(this.session.options.scope) ?? [];
    const known = new Set(this.session.options.labels.map(label => label.name));
    const taken = new Set(this.objects.map(object => JSON.stringify(object.shape)));
    const fresh = copied
      .filter(object => object.shape && known.has(object.label ?? ''))
      .map(object => {
        let shape = moved(object.shape as IBox, 0, 0, this.size);
        const beside = Math.max(1, Math.round(Math.min(this.size.width, this.size.height) / 50));
        if (taken.has(JSON.stringify(shape))) {
          shape = moved(shape, beside, beside, this.size);
        }
        return { ...vouched(object), id: objectId(), shape };
      });
    return this.append(fresh);
  }

  /** Take over the objects of another sample. */
  repeat(objects: IAnnotatorObject[]): number {
    return this.append(
      objects
        .filter(object => object.shape)
        .map(object => ({
          ...vouched(object),
          id: objectId(),
          shape: moved(object.shape as IBox, 0, 0, this.size)
        }))
    );
  }

  hide(what: 'others' | 'all'): void {
    this.hidden = this.hidden === what ? 'none' : what;
    this.emit();
  }

  dispose(): void {
    this.stop();
    this.listeners.clear();
  }

  private append(objects: IAnnotatorObject[]): number {
    if (objects.length > 0 && !this.session.options.readOnly) {
      this.session.put([...this.objects, ...objects]);
      this.select(objects.map(object => object.id));
    }
    return objects.length;
  }

  private change(to: (object: IAnnotatorObject) => IAnnotatorObject, group?: string): void {
    this.put(
      this.objects.map(object => (this.isSelected(object) ? to(vouched(object)) : object)),
      group
    );
  }

  private put(objects: IAnnotatorObject[], group?: string): void {
    this.session.put(objects, group);
  }

  /** Another sample, an undo: what is selected is what is there. */
  private settle(): void {
    const sampleId = this.session.sample?.id ?? '';
    const there = new Set(this.objects.map(object => object.id));
    const left = [...this.selection].filter(id => sampleId === this.sampleId && there.has(id));
    if (sampleId !== this.sampleId || left.length !== this.selection.size) {
      this.sampleId = sampleId;
      this.selection = new Set(left);
    }
    this.emit();
  }

  private emit(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  private selection = new Set<string>();
  private sampleId = '';
  private readonly listeners = new Set<() => void>();
  private readonly stop: () => void;
}
