import { History } from './history';
import { certainty, editOf, labelsOf, objectId, sameEdit, vouched } from './objects';
import type { IOutboxState } from './outbox';
import { Outbox } from './outbox';
import type {
  IAnnotationEdit,
  IAnnotatorObject,
  IAnnotatorOptions,
  IAnnotatorSample,
  IMemory,
  IProposal,
  ISampleSource
} from './types';

const WINDOW = 60;

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
    this.outbox = new Outbox(source, memories.journal, options.scope, this.shapes, {
      saved: sample => this.replace(sample),
      conflict: () => this.emit(),
      refused: (_pending, reason) => {
        this.refusal = reason;
        this.emit();
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

  /** Whether objects have shapes; then a sample may have many objects of one label, and none is a finding. */
  get shapes(): boolean {
    return this.options.task === 'boxes';
  }

  get sample(): IAnnotatorSample | undefined {
    return this.row(this.position);
  }

  /** What is shown as said: the user's word before the server's. */
  get edit(): IAnnotationEdit {
    return this.editAt(this.position);
  }

  /** The labels said of the present sample. */
  get labels(): string[] {
    return labelsOf(this.edit.objects);
  }

  get saveState(): IOutboxState {
    return this.outbox.state;
  }

  /** The other's sample when two changed the present one. */
  get conflict(): IAnnotatorSample | undefined {
    return this.sample ? this.outbox.conflictOf(this.sample.id) : undefined;
  }

  /** Whether what is said can be confirmed. */
  get confirmable(): boolean {
    return this.sample !== undefined && (this.shapes || this.edit.objects.length > 0);
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

  /** A sample of the order; where nobody worked on it, with what is proposed for it. */
  row(position: number): IAnnotatorSample | undefined {
    const sample = this.rows.get(position);
    const objects = sample && this.proposals.get(sample.id);
    return sample && objects && this.untouched(sample)
      ? { ...sample, state: 'auto', annotation: { objects, by: null, at: null } }
      : sample;
  }

  /** What is shown as said of a place of the strip. */
  editAt(position: number): IAnnotationEdit {
    const sample = this.row(position);
    if (!sample) {
      return { objects: [], hard: false, confirm: false, review: null };
    }
    return this.outbox.peek(sample.id)?.edit ?? editOf(sample);
  }

  stateAt(position: number): string {
    const sample = this.row(position);
    if (!sample) {
      return 'unlabelled';
    }
    const edit = this.outbox.peek(sample.id)?.edit;
    if (!edit) {
      return sample.state;
    }
    if (edit.confirm) {
      return edit.review ? (edit.review.verdict === 'accept' ? 'reviewed' : 'rejected') : 'labelled';
    }
    return edit.objects.length > 0 ? 'started' : 'unlabelled';
  }

  /**
   * Show proposals on samples that nobody worked on: as automatic objects with their score, in the state "auto", saved only when a
   * person changes or confirms them. A person's work is never touched. Proposals for a sample replace earlier ones.
   */
  propose(proposals: IProposal[]): void {
    for (const { sample_id, objects } of proposals) {
      this.proposals.set(
        sample_id,
        objects.map(object => ({ ...object, id: object.id ?? objectId(), score: object.score ?? 0 }))
      );
    }
    this.emit();
  }

  /** How sure the least sure automatic object of a place is; 1 without any. */
  certaintyAt(position: number): number {
    return certainty(this.editAt(position).objects);
  }

  /** Read samples anew: somebody else, a kernel for example, wrote them. Unsaved edits stay. */
  async refresh(ids?: string[]): Promise<void> {
    if (ids) {
      const read = async (id: string): Promise<void> => {
        const sample = await this.source.sample(id).catch(() => null);
        if (sample) {
          this.replace(sample);
        }
      };
      await Promise.all(ids.map(read));
    } else {
      this.rows.clear();
      this.asking.clear();
      this.known = false;
      await this.fetch(this.position);
    }
    this.emit();
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
    const old = now.objects.find(object => object.label === label);
    const given: IAnnotatorObject = old ? vouched(old) : { label };
    if (this.options.task === 'single') {
      if (old && now.confirm && !this.options.autoAdvance) {
        this.apply({ ...now, objects: [], confirm: false, review: null });
        return;
      }
      const confirm = this.options.autoAdvance || now.confirm;
      this.apply({ ...now, objects: [given], confirm, review: old ? now.review : null });
      if (this.options.autoAdvance) {
        void this.next();
      }
      return;
    }
    const objects = old ? now.objects.filter(object => object !== old) : [...now.objects, given];
    this.apply({ ...now, objects, confirm: false, review: null });
  }

  /** Say other objects of the sample. Changes of one `group` that follow each other quickly are one step back. */
  put(objects: IAnnotatorObject[], group?: string): void {
    this.apply({ ...this.edit, objects, confirm: false, review: null }, false, group);
  }

  clear(): void {
    this.put([]);
  }

  toggleHard(): void {
    this.apply({ ...this.edit, hard: !this.edit.hard });
  }

  /** Vouch for what is said; a sample without a label can't be, one without a box can. */
  confirm(stay = false): boolean {
    if (!this.confirmable) {
      return false;
    }
    const now = this.edit;
    this.apply({ ...now, objects: now.objects.map(vouched), confirm: true, review: null }, true);
    if (!stay) {
      void this.next();
    }
    return true;
  }

  /** Review a confirmed sample and go on; false where nobody confirmed it yet. */
  review(verdict: 'accept' | 'reject', reason = ''): boolean {
    const now = this.edit;
    if (!now.confirm || this.options.readOnly) {
      return false;
    }
    this.apply({ ...now, review: { verdict, reason: reason.trim() } }, true);
    void this.next();
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

  async resolve(keep: 'mine' | 'theirs' | 'both'): Promise<void> {
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

  private apply(edit: IAnnotationEdit, now = false, group?: string): void {
    const sample = this.sample;
    if (!sample || this.options.readOnly) {
      return;
    }
    const before = this.edit;
    if (sameEdit(before, edit)) {
      return;
    }
    this.history.push(sample.id, { before, after: edit, ...(group ? { group, at: Date.now() } : {}) });
    this.say(edit, now);
  }

  private say(edit: IAnnotationEdit, now: boolean): void {
    // What is saved is based on what the server has, not on what is proposed.
    const sample = this.rows.get(this.position);
    if (sample && !this.options.readOnly) {
      this.refusal = null;
      this.outbox.add(sample, edit, now || edit.confirm);
      this.emit();
    }
  }

  private untouched(sample: IAnnotatorSample): boolean {
    return sample.state === 'unlabelled' || sample.state === 'auto';
  }

  private replace(sample: IAnnotatorSample): void {
    for (const [position, row] of this.rows) {
      if (row.id === sample.id) {
        this.rows.set(position, { ...sample, number: row.number });
      }
    }
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
  private readonly proposals = new Map<string, IAnnotatorObject[]>();
  private readonly asking = new Map<number, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly outbox: Outbox;
  private known = false;
}
