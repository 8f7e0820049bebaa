import type { IAnnotationEdit, IMemory } from './types';

/** How many steps of a sample, and of how many samples, are remembered. */
export const STEPS = 200;
export const SAMPLES = 50;

/** One intent: what was said before and after it. */
export interface IStep {
  before: IAnnotationEdit;
  after: IAnnotationEdit;
  /** Steps of one intent that follow each other within a second become one: nudges by keys. */
  group?: string;
  at?: number;
}

const TOGETHER = 1000;

interface IStored {
  steps: IStep[];
  at: number;
}

/**
 * Undo and redo, one history for each sample, kept across reloads.
 *
 * Undoing is a new edit: it takes back what the user did, never what others did meanwhile.
 */
export class History {
  constructor(
    private readonly memory: IMemory,
    private readonly scope: string
  ) {}

  /** Make a sample's history the present one. */
  async load(sampleId: string): Promise<void> {
    this.sampleId = sampleId;
    const known = this.cache.get(sampleId);
    if (known) {
      this.stored = known;
      return;
    }
    const stored = await this.memory.get<IStored>(this.key(sampleId)).catch(() => undefined);
    if (this.sampleId === sampleId) {
      // Steps made while it was being read come after the remembered ones.
      const made = this.cache.get(sampleId);
      this.stored = made ?? stored ?? { steps: [], at: 0 };
      this.cache.set(sampleId, this.stored);
    }
  }

  get canUndo(): boolean {
    return this.stored.at > 0;
  }

  get canRedo(): boolean {
    return this.stored.at < this.stored.steps.length;
  }

  /** Remember a step; what was undone before it is forgotten. */
  push(sampleId: string, step: IStep): void {
    const stored = this.of(sampleId);
    const last = stored.at === stored.steps.length ? stored.steps[stored.at - 1] : undefined;
    if (step.group && last?.group === step.group && (step.at ?? 0) - (last.at ?? 0) < TOGETHER) {
      stored.steps = [...stored.steps.slice(0, -1), { ...step, before: last.before }];
      this.keep(sampleId, stored);
      return;
    }
    stored.steps = [...stored.steps.slice(0, stored.at), step].slice(-STEPS);
    stored.at = stored.steps.length;
    this.keep(sampleId, stored);
  }

  /** The step to take back, or null. */
  undo(): IStep | null {
    if (!this.canUndo) {
      return null;
    }
    this.stored.at -= 1;
    this.keep(this.sampleId, this.stored);
    return this.stored.steps[this.stored.at];
  }

  /** The step to do again, or null. */
  redo(): IStep | null {
    if (!this.canRedo) {
      return null;
    }
    const step = this.stored.steps[this.stored.at];
    this.stored.at += 1;
    this.keep(this.sampleId, this.stored);
    return step;
  }

  private of(sampleId: string): IStored {
    if (sampleId === this.sampleId) {
      this.cache.set(sampleId, this.stored);
      return this.stored;
    }
    const stored = this.cache.get(sampleId) ?? { steps: [], at: 0 };
    this.cache.set(sampleId, stored);
    return stored;
  }

  private keep(sampleId: string, stored: IStored): void {
    void this.memory
      .put(this.key(sampleId), stored)
      .then(() => this.memory.trim(SAMPLES))
      .catch(() => undefined);
  }

  private key(sampleId: string): string {
    return `${this.scope}/${sampleId}`;
  }

  private sampleId = '';
  private stored: IStored = { steps: [], at: 0 };
  private readonly cache = new Map<string, IStored>();
}
