import { History } from './history';
import type { IOutboxState, IPending } from './outbox';
import { Outbox } from './outbox';
import type { IAnnotationEdit, IAnnotatorOptions, IAnnotatorSample, IMemory, ISampleSource } from './types';

const WINDOW = 60;

/** What a sample says, as an edit that changes nothing. */
export function editOf(sample: IAnnotatorSample): IAnnotationEdit {
  return {
    labels: sample.annotation.objects.map(object => object.label ?? '').filter(Boolean),
    hard: sample.hard,
    confirm: sample.state === 'labelled' || sample.state === 'reviewed'
  };
}

function same(a: IAnnotationEdit, b: IAnnotationEdit): boolean {
  return a.hard === b.hard && a.confirm === b.confirm && a.labels.join('\n') === b.labels.join('\n');
}

/**
 * Going through samples and saying what they are: where one is, what is said, undo, saving.
 *
 * Positions count from 0 in the order the source gives. The order is taken once: a sample that no longer matches the filter
 * after its label stays in its place until the session ends.
 */
export class Session {
  constructor(
    readonly source: ISampleSource,
    readonly options: IAnnotatorOptions,
    memories: { history: IMemory; journal: IMemory }
  ) {
    this.history = new History(memories.history, options.scope);
    this.outbox = new Outbox(source, memories.journal, options.scope, {
      saved: sample => this.replace(sample),
      conflict: () => this.emit(),
      refused: (pending, reason) => {
        this.refusal = reason;
        this.revert(pending);
      },
      changed: () => this.emit()
    });
  }

  total = 0;
  position = 0;
  ready = false;
  failure: Error | null = null;
  /** Why the last edit was refused; cleared by the next one. */
  refusal: Error | null = null;
  readonly history: History;

  get sample(): IAnnotatorSample | undefined {
    return this.rows.get(this.position);
  }

  /** What is shown as said: the user's word before the server's. */
  get edit(): IAnnotationEdit {
    const sample = this.sample;
    if (!sample) {
      return { labels: [], hard: false, confirm: false };
    }
    return this.outbox.peek(sample.id)?.edit ?? editOf(sample);
  }

  get saveState(): IOutboxState {
    return this.outbox.state;
  }

  /** The other's sample when two changed the present one. */
  get conflict(): IAnnotatorSample | undefined {
    return this.sample ? this.outbox.conflictOf(this.sample.id) : undefined;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begin at a sample (its id), or at a position. */
  async start(from: { sampleId?: string; position?: number } = {}): Promise<void> {
    await this.outbox.restore();
    try {
      let position = from.position ?? 0;
      await this.fetch(position);
      if (from.sampleId) {
        const found = await this.find(from.sampleId);
        position = found ?? 0;
      }
      this.ready = true;
      await this.goTo(position);
    } catch (reason) {
      this.failure = reason instanceof Error ? reason : new Error(String(reason));
      this.emit();
    }
  }

  row(position: number): IAnnotatorSample | undefined {
    return this.rows.get(position);
  }

  /** The labels shown for a place of the strip. */
  labelsAt(position: number): string[] {
    const sample = this.rows.get(position);
    return sample ? (this.outbox.peek(sample.id)?.edit ?? editOf(sample)).labels : [];
  }

  stateAt(position: number): string {
    const sample = this.rows.get(position);
    if (!sample) {
      return 'unlabelled';
    }
    const pending = this.outbox.peek(sample.id);
    if (!pending) {
      return sample.state;
    }
    return pending.edit.confirm ? 'labelled' : pending.edit.labels.length > 0 ? 'started' : 'unlabelled';
  }

  async goTo(position: number): Promise<void> {
    const next = Math.max(0, Math.min(this.total - 1, position));
    if (this.total === 0) {
      this.emit();
      return;
    }
    void this.outbox.flush();
    this.position = next;
    this.emit();
    await this.fetch(next);
    const sample = this.sample;
    if (sample && this.position === next) {
      await this.history.load(sample.id);
      this.emit();
      // Two ahead and one back are fetched before one asks for them.
      void this.fetch(next + 2);
      void this.fetch(next - 1);
    }
  }

  next(): Promise<void> {
    return this.goTo(this.position + 1);
  }

  previous(): Promise<void> {
    return this.goTo(this.position - 1);
  }

  /** Give or take a label. One label of a single-label task confirms and goes on, when that is wanted. */
  toggle(label: string): void {
    const now = this.edit;
    if (this.options.template === 'single') {
      const again = now.labels[0] === label;
      if (again && now.confirm && !this.options.autoAdvance) {
        this.apply({ ...now, labels: [], confirm: false });
        return;
      }
      this.apply({ ...now, labels: [label], confirm: this.options.autoAdvance || now.confirm });
      if (this.options.autoAdvance) {
        void this.next();
      }
      return;
    }
    const labels = now.labels.includes(label)
      ? now.labels.filter(one => one !== label)
      : [...now.labels, label];
    this.apply({ ...now, labels, confirm: false });
  }

  clear(): void {
    this.apply({ ...this.edit, labels: [], confirm: false });
  }

  toggleHard(): void {
    this.apply({ ...this.edit, hard: !this.edit.hard });
  }

  /** Vouch for what is said; a sample without a label can't be. */
  confirm(stay = false): boolean {
    const now = this.edit;
    if (now.labels.length === 0) {
      return false;
    }
    this.apply({ ...now, confirm: true }, true);
    if (!stay) {
      void this.next();
    }
    return true;
  }

  undo(): boolean {
    const step = this.history.undo();
    if (step) {
      this.say(step.before, false);
    }
    return step !== null;
  }

  redo(): boolean {
    const step = this.history.redo();
    if (step) {
      this.say(step.after, false);
    }
    return step !== null;
  }

  async resolve(keep: 'mine' | 'theirs'): Promise<void> {
    if (this.sample) {
      await this.outbox.resolve(this.sample.id, keep);
    }
  }

  /** Send what waits now. */
  flush(): Promise<void> {
    return this.outbox.flush();
  }

  dispose(): void {
    this.outbox.dispose();
    this.listeners.clear();
  }

  private apply(edit: IAnnotationEdit, now = false): void {
    const sample = this.sample;
    if (!sample || this.options.readOnly) {
      return;
    }
    const before = this.edit;
    if (same(before, edit)) {
      return;
    }
    this.history.push(sample.id, { before, after: edit });
    this.say(edit, now);
  }

  private say(edit: IAnnotationEdit, now: boolean): void {
    const sample = this.sample;
    if (sample && !this.options.readOnly) {
      this.refusal = null;
      this.outbox.add(sample, edit, now || edit.confirm);
      this.emit();
    }
  }

  private replace(sample: IAnnotatorSample): void {
    for (const [position, row] of this.rows) {
      if (row.id === sample.id) {
        this.rows.set(position, { ...sample, number: row.number });
      }
    }
    this.emit();
  }

  private revert(_pending: IPending): void {
    this.emit();
  }

  private async find(sampleId: string): Promise<number | null> {
    for (const [position, row] of this.rows) {
      if (row.id === sampleId) {
        return position;
      }
    }
    // A sample's number is close to its place where nothing was deleted or filtered out.
    const sample = await this.source.sample(sampleId).catch(() => null);
    if (!sample) {
      return null;
    }
    for (let at = 0; at < this.total; at += WINDOW) {
      const guess = at === 0 ? Math.max(0, Math.min(this.total - 1, sample.number - 1)) : at - WINDOW;
      await this.fetch(guess);
      for (const [position, row] of this.rows) {
        if (row.id === sampleId) {
          return position;
        }
      }
    }
    return null;
  }

  private async fetch(position: number): Promise<void> {
    if (position < 0 || (this.known && position >= this.total) || this.rows.has(position)) {
      return;
    }
    const start = Math.floor(position / WINDOW) * WINDOW;
    let asked = this.asking.get(start);
    if (!asked) {
      asked = this.source.page(start, WINDOW).then(
        page => {
          this.total = Math.max(page.total, this.known ? this.total : 0);
          this.known = true;
          page.items.forEach((item, index) => {
            if (!this.rows.has(start + index)) {
              this.rows.set(start + index, item);
            }
          });
          this.emit();
        },
        (reason: unknown) => {
          this.asking.delete(start);
          throw reason;
        }
      );
      this.asking.set(start, asked);
    }
    await asked;
  }

  private emit(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  private readonly rows = new Map<number, IAnnotatorSample>();
  private readonly asking = new Map<number, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly outbox: Outbox;
  private known = false;
}
