import type { IAnnotationEdit, IAnnotatorSample, IMemory, ISampleSource } from './types';
import { both, editOf, merged, sameEdit } from './objects';
import { Conflict, Unreachable } from './types';

/** What is on its way to the server. */
export interface IPending {
  sample: IAnnotatorSample;
  edit: IAnnotationEdit;
}

export interface IOutboxState {
  state: 'saved' | 'saving' | 'kept' | 'conflict';
  at: number | null;
  kept: number;
  by?: string;
}

const SETTLE = 300;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/**
 * Edits on their way: into the journal at once, to the server soon, one at a time and in order.
 *
 * An edit stays in the journal until the server has it; a reload, a lost network or an ended session lose nothing. A sample that
 * somebody else changed is put aside until the user decides.
 */
export class Outbox {
  constructor(
    private readonly source: Pick<ISampleSource, 'save'>,
    private readonly journal: IMemory,
    private readonly scope: string,
    /** Whether objects have ids, so that two people's changes of one sample can be put together. */
    private readonly mergeable: boolean,
    private readonly told: {
      saved(sample: IAnnotatorSample): void;
      conflict(mine: IPending, current: IAnnotatorSample): void;
      refused(pending: IPending, reason: Error): void;
      changed(): void;
    }
  ) {}

  /** Send what an earlier page left behind. */
  async restore(): Promise<number> {
    const left = await this.journal.entries<IPending>(`${this.scope}/`).catch(() => []);
    for (const { value } of left) {
      if (value?.sample && !this.pending.has(value.sample.id)) {
        this.pending.set(value.sample.id, value);
      }
    }
    if (left.length > 0) {
      this.told.changed();
      void this.flush();
    }
    return left.length;
  }

  get state(): IOutboxState {
    // One that is on its way is still only here, until the server has answered.
    const onItsWay = this.sending && !this.pending.has(this.sending.sample.id) ? 1 : 0;
    const kept = this.pending.size + onItsWay;
    if (this.conflicts.size > 0) {
      const by = [...this.conflicts.values()][0].annotation.by?.name;
      return { state: 'conflict', at: this.savedAt, kept, by };
    }
    if (this.failing && kept > 0) {
      return { state: 'kept', at: this.savedAt, kept };
    }
    return { state: kept > 0 ? 'saving' : 'saved', at: this.savedAt, kept };
  }

  /** What the user last said of a sample, if the server has not got it yet. */
  peek(sampleId: string): IPending | undefined {
    return this.pending.get(sampleId) ?? (this.sending?.sample.id === sampleId ? this.sending : undefined);
  }

  /** Take an edit. `now` sends without waiting for the next one (leaving a sample, confirming). */
  add(sample: IAnnotatorSample, edit: IAnnotationEdit, now: boolean): void {
    const entry: IPending = { sample, edit };
    this.pending.delete(sample.id); // to the end of the line
    this.pending.set(sample.id, entry);
    void this.journal.put(`${this.scope}/${sample.id}`, entry).catch(() => undefined);
    this.told.changed();
    clearTimeout(this.timer);
    if (now) {
      void this.flush();
    } else {
      this.timer = setTimeout(() => void this.flush(), SETTLE);
    }
  }

  /** Send all that waits. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.sending) {
      return;
    }
    for (;;) {
      const next = [...this.pending.values()].find(one => !this.conflicts.has(one.sample.id));
      if (!next || this.disposed) {
        break;
      }
      this.pending.delete(next.sample.id);
      this.sending = next;
      this.told.changed();
      try {
        const saved = await this.source.save(next.sample, next.edit);
        this.sending = null;
        this.failing = false;
        this.wait = FIRST_WAIT;
        this.savedAt = Date.now();
        const newer = this.pending.get(saved.id);
        if (newer) {
          // Edited again meanwhile: the next save is based on what was just saved.
          newer.sample = saved;
        }
        // Told before anything is waited for: what is shown never falls back to the old.
        this.told.saved(saved);
        if (!newer) {
          await this.forget(saved.id);
        }
      } catch (reason) {
        this.sending = null;
        if (!this.pending.has(next.sample.id)) {
          this.pending.set(next.sample.id, next);
        }
        if (reason instanceof Conflict && this.settled(next.sample.id, reason.current)) {
          // The server says what I say: my own edit came through, by an answer that got lost or by another tab.
          this.savedAt = Date.now();
          this.told.saved(reason.current);
          await this.forget(next.sample.id);
        } else if (reason instanceof Conflict && this.merge(next.sample.id, reason.current)) {
          this.told.saved(reason.current);
        } else if (reason instanceof Conflict) {
          this.conflicts.set(next.sample.id, reason.current);
          this.told.conflict(this.pending.get(next.sample.id) ?? next, reason.current);
        } else if (reason instanceof Unreachable) {
          this.failing = true;
          this.timer = setTimeout(() => void this.flush(), this.wait);
          this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
          this.told.changed();
          return;
        } else {
          // The server said no, and would again: the edit is not kept, the user is told why.
          this.pending.delete(next.sample.id);
          await this.forget(next.sample.id);
          this.told.refused(next, reason instanceof Error ? reason : new Error(String(reason)));
        }
      }
    }
    this.told.changed();
  }

  /** What is there now of a sample that two changed; undefined when there is no conflict. */
  conflictOf(sampleId: string): IAnnotatorSample | undefined {
    return this.conflicts.get(sampleId);
  }

  /** The user decided: keep mine over theirs, take theirs, or have the objects of both. */
  async resolve(sampleId: string, keep: 'mine' | 'theirs' | 'both'): Promise<void> {
    const current = this.conflicts.get(sampleId);
    const mine = this.pending.get(sampleId);
    this.conflicts.delete(sampleId);
    if (!current) {
      return;
    }
    if (keep !== 'theirs' && mine) {
      if (keep === 'both') {
        const objects = both(mine.edit.objects, current.annotation.objects);
        mine.edit = { ...mine.edit, objects, confirm: false, review: null };
      }
      mine.sample = current;
      await this.flush();
    } else {
      this.pending.delete(sampleId);
      await this.forget(sampleId);
      this.told.saved(current);
      this.told.changed();
      await this.flush();
    }
  }

  /** Whether what waits for a sample is what the server has already; then it waits no more. */
  private settled(sampleId: string, current: IAnnotatorSample): boolean {
    const mine = this.pending.get(sampleId);
    if (!mine || !sameEdit(mine.edit, editOf(current))) {
      return false;
    }
    this.pending.delete(sampleId);
    return true;
  }

  /** Put what waits for a sample onto what somebody else saved, where they changed different objects. */
  private merge(sampleId: string, current: IAnnotatorSample): boolean {
    const mine = this.pending.get(sampleId);
    if (!this.mergeable || !mine) {
      return false;
    }
    const { objects, clash } = merged(
      mine.sample.annotation.objects,
      mine.edit.objects,
      current.annotation.objects
    );
    if (clash) {
      return false;
    }
    mine.edit = { ...mine.edit, objects };
    mine.sample = current;
    void this.journal.put(`${this.scope}/${sampleId}`, mine).catch(() => undefined);
    return true;
  }

  dispose(): void {
    // What waits is in the journal; one last try for it.
    if (this.pending.size > 0) {
      void this.flush().finally(() => {
        this.disposed = true;
      });
    } else {
      this.disposed = true;
    }
    clearTimeout(this.timer);
  }

  /** Take an edit out of the journal, unless a newer one of the same sample went in meanwhile. */
  private async forget(sampleId: string): Promise<void> {
    if (!this.pending.has(sampleId)) {
      await this.journal.delete(`${this.scope}/${sampleId}`).catch(() => undefined);
    }
  }

  private readonly pending = new Map<string, IPending>();
  private readonly conflicts = new Map<string, IAnnotatorSample>();
  private sending: IPending | null = null;
  private failing = false;
  private disposed = false;
  private wait = FIRST_WAIT;
  private savedAt: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
}
