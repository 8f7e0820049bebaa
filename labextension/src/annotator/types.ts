/** What the annotator needs of the world. It knows neither React, nor JupyterLab, nor a kernel. */

export interface IAnnotatorLabel {
  name: string;
  color: string | null;
  key?: string | null;
}

export interface IAnnotatorObject {
  id?: string | null;
  label?: string | null;
  score?: number | null;
  hard?: boolean | null;
}

export interface IAnnotatorSample {
  id: string;
  number: number;
  path: string;
  state: string;
  hard: boolean;
  revision: number;
  width: number | null;
  height: number | null;
  annotation: { objects: IAnnotatorObject[]; by: { id: string; name: string } | null; at: string | null };
}

/** What a person says of a sample. */
export interface IAnnotationEdit {
  labels: string[];
  hard: boolean;
  confirm: boolean;
}

/** Thrown by `save` when somebody else changed the sample: what is there now. */
export class Conflict extends Error {
  constructor(readonly current: IAnnotatorSample) {
    super('changed meanwhile');
  }
}

/** Thrown by `save` when the server was not reached: try again later. */
export class Unreachable extends Error {}

/** Where samples come from and go to. */
export interface ISampleSource {
  /** Samples of the chosen order from a place on, and how many there are. */
  page(at: number, limit: number): Promise<{ items: IAnnotatorSample[]; total: number }>;
  /** One sample as it is now. */
  sample(id: string): Promise<IAnnotatorSample>;
  save(sample: IAnnotatorSample, edit: IAnnotationEdit): Promise<IAnnotatorSample>;
  pictureUrl(sample: IAnnotatorSample): string;
  thumbnailUrl(sample: IAnnotatorSample): string;
}

/** Remembers across reloads; the pages give one on IndexedDB. */
export interface IMemory {
  get<T>(key: string): Promise<T | undefined>;
  put<T>(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
  entries<T>(prefix?: string): Promise<{ key: string; value: T }[]>;
  trim(n: number): Promise<void>;
}

export interface IAnnotatorOptions {
  template: 'single' | 'multi';
  labels: IAnnotatorLabel[];
  readOnly: boolean;
  /** Single-label tasks confirm and go on by themselves. */
  autoAdvance: boolean;
  /** What keys of the memory begin with: the dataset's id. */
  scope: string;
  /** The name of who annotates. */
  me?: string;
}
