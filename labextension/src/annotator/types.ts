/** What the annotator needs of the world. It knows neither React, nor JupyterLab, nor a kernel. */

export interface IAnnotatorLabel {
  name: string;
  color: string | null;
  key?: string | null;
}

/** A rectangle in pixels of the stored picture (an EXIF orientation is not applied); (0, 0) is its upper left corner. */
export interface IBox {
  type: 'bbox';
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface IAnnotatorObject {
  id?: string | null;
  label?: string | null;
  shape?: IBox | null;
  /** How sure a machine is, 0 to 1; an object that a person made or vouched for has none. */
  score?: number | null;
  hard?: boolean | null;
  attributes?: Record<string, unknown> | null;
}

/** What a reviewer said of a confirmed sample. */
export interface IReview {
  verdict: 'accept' | 'reject';
  reason: string;
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
  /** The last review; it stays after the sample was changed because of it. */
  review?: (IReview & { by?: { id: string; name: string } | null; at?: string | null }) | null;
  /** The beginning of a text. */
  excerpt?: string | null;
  /** A row of a table: column to value. */
  values?: Record<string, number | boolean | string | null> | null;
}

/** What a person says of a sample. */
export interface IAnnotationEdit {
  objects: IAnnotatorObject[];
  hard: boolean;
  confirm: boolean;
  review: IReview | null;
}

/** What somebody's function or model proposes for a sample. */
export interface IProposal {
  sample_id: string;
  /** Each with a label and, if known, a score (0 to 1); boxes with a shape. */
  objects: IAnnotatorObject[];
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
  /** All of a text. */
  text(sample: IAnnotatorSample): Promise<string>;
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
  /** What a sample is; a picture when it is not given. */
  dataType?: 'image' | 'text' | 'tabular';
  /** What is said of it: one label, several labels, or boxes with a label each. */
  task: 'single' | 'multi' | 'boxes';
  labels: IAnnotatorLabel[];
  readOnly: boolean;
  /** Single-label tasks confirm and go on by themselves. */
  autoAdvance: boolean;
  /** What keys of the memory begin with: the dataset's id. */
  scope: string;
  /** The name of who annotates. */
  me?: string;
}
