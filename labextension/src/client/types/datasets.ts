import type {
  ICursorPage,
  IListQuery,
  IOwnedRead,
  IPage,
  IPerson,
  IProgress,
  IReason,
  Source
} from './shapes';

export interface ILabel {
  name: string;
  color: string | null;
  key?: string | null;
}

export interface ILabelGroupRead extends IOwnedRead {
  kind: string;
  description: string;
  labels: ILabel[];
  label_count: number;
  used_by: number;
}

export interface ILabelGroupBody {
  name?: string;
  kind?: string;
  description?: string;
  labels?: ILabel[];
  visibility?: string;
}

export type SampleState = 'unlabelled' | 'auto' | 'started' | 'labelled' | 'reviewed' | 'rejected';
export type Verdict = 'accept' | 'reject';
export type Split = 'training' | 'validation' | 'test';

export interface ICounts {
  total: number;
  unlabelled: number;
  auto: number;
  started: number;
  labelled: number;
  reviewed: number;
  rejected: number;
  hard: number;
}

export interface IUser {
  id: string;
  kind: string;
  name: string;
  version?: string;
}

export type Layout =
  'class_folders' | 'flat' | 'manifest' | 'origin' | 'coco' | 'voc' | 'yolo' | 'csv' | 'tsv' | 'jsonl';
export type ExportLayout = Exclude<Layout, 'flat' | 'origin'>;

/** What a pair of data type and annotation type is. */
export interface IKind {
  data_type: string;
  annotation_type: string;
  templates: ('single' | 'multi')[];
  label_group: boolean;
  /** Fields of an object besides id, label, score, attributes and hard. */
  carries: string[];
  /** Types of `shape`, one of which each object must have. */
  shapes: string[];
  /** Several objects of one label; a sample without any can be confirmed. */
  many: boolean;
  imports: Layout[];
  exports: ExportLayout[];
}

export interface IColumn {
  name: string;
  type: 'integer' | 'number' | 'boolean' | 'text';
  role: 'feature' | 'label';
}

/** Pixels as they are stored: show the image without applying its EXIF orientation. */
export interface IBox {
  type: 'bbox';
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Something that an import or an export changes or leaves out. */
export interface INote {
  code: string;
  message: string;
  n: number;
  examples: string[];
}

export interface IDatasetRead extends IOwnedRead {
  number: number;
  description: string;
  data_type: string;
  annotation_type: string;
  template: 'single' | 'multi' | null;
  /** Of a table; null before its first import. */
  columns: IColumn[] | null;
  label_group: { id: string; name: string; revision: number; labels: ILabel[] } | null;
  status: string;
  counts: ICounts;
  progress: number;
  size_bytes: number;
  current_version: string | null;
  next_version: string;
  base_version: string | null;
  unpublished: { added: number; changed: number; removed: number };
  used_by: IUser[];
}

export interface IDatasetCreate {
  name: string;
  description?: string;
  data_type: string;
  annotation_type: string;
  template?: 'single' | 'multi';
  label_group_id?: string;
  labels?: ILabel[];
  visibility?: string;
}

export interface IAnnotationObject {
  id?: string | null;
  label?: string | null;
  shape?: IBox | null;
  score?: number | null;
  attributes?: Record<string, unknown> | null;
  hard?: boolean | null;
}

export interface ISampleRead {
  id: string;
  number: number;
  path: string;
  size: number;
  sha256: string;
  media_type: string;
  width: number | null;
  height: number | null;
  state: SampleState;
  split: Split | null;
  hard: boolean;
  annotation: {
    objects: IAnnotationObject[];
    by: { kind: string; id: string; name: string } | null;
    at: string | null;
  };
  /** The last review; the state tells whether it still holds. */
  review: {
    verdict: Verdict;
    reason: string;
    by: { kind: string; id: string; name: string } | null;
    at: string;
  } | null;
  revision: number;
  /** The first 200 characters of a text. */
  excerpt: string | null;
  /** A row of a table, without its label. */
  values: Record<string, number | boolean | string | null> | null;
}

export interface ISampleFilter {
  state?: string;
  label?: string;
  split?: string;
  hard?: boolean;
  by?: string;
  q?: string;
}

export interface ISampleQuery extends ISampleFilter {
  cursor?: string;
  limit?: number;
  sort?: string;
  at?: number;
}

/** The samples an action is for: named ones, or all that match. */
export type SampleSelection = { ids: string[] } | { filter: ISampleFilter };

export type ImportLayout = Layout;

/** How to read CSV, TSV and JSON lines; what is left out is found out. */
export interface ITableOptions {
  delimiter?: string;
  header?: boolean;
  encoding?: 'utf-8' | 'utf-16' | 'gb18030' | 'latin-1';
  text_column?: string;
  /** An empty name: no column holds labels. */
  label_column?: string;
  label_separator?: string;
}

export interface IImportOptions {
  layout?: ImportLayout | 'auto';
  /** Labels of the files to labels of the dataset; null leaves out what has the label. */
  label_mapping?: Record<string, string | null>;
  table?: ITableOptions;
  voc_boxes?: 'edges' | 'pixels';
}

export interface ITablePreview {
  delimiter: string | null;
  header: boolean;
  encoding: string;
  columns: IColumn[];
  text_column: string | null;
  label_column: string | null;
  rows: string[][];
}

export interface IInspection {
  layout: ImportLayout;
  confidence: number;
  count: number;
  labels: Record<string, number>;
  refused: number;
  preview: { path: string; labels: string[]; split: string | null; excerpt: string | null }[];
  objects: number | null;
  /** No images came: the annotations go to samples that the dataset has already. */
  annotations_only: boolean;
  problems: IRefusedFile[];
  notes: INote[];
  table: ITablePreview | null;
}

export interface IRefusedFile {
  path: string;
  code: string;
  message: string;
  line: number | null;
}

export interface IImportRead {
  id: string;
  dataset_id: string;
  status: string;
  progress: IProgress;
  report: {
    layout: string | null;
    imported: number;
    replaced: number;
    skipped: number;
    duplicates: number;
    refused_count: number;
    refused: IRefusedFile[];
    labels_created: string[];
    annotated: number;
    objects: number | null;
    notes: INote[];
  };
  reason: IReason | null;
  created_at: string;
  ended_at: string | null;
}

/** What an export would not carry; `possible` is false where the kind does not go into the layout. */
export interface IExportInspection {
  layout: ExportLayout;
  count: number;
  possible: boolean;
  losses: INote[];
}

export interface IExportRead {
  id: string;
  dataset_id: string;
  version: string;
  layout: string;
  filename: string;
  area_path: string | null;
  status: string;
  progress: IProgress;
  losses: INote[];
  reason: IReason | null;
  created_at: string;
  ended_at: string | null;
}

export interface IDatasetVersionRead {
  id: string;
  dataset_id: string;
  version: string;
  note: string;
  file_count: number;
  size_bytes: number;
  created_by: IPerson;
  created_at: string;
  is_current: boolean;
  labels: ILabel[];
  counts: Record<string, Record<string, number>>;
  columns: IColumn[] | null;
  progress: number;
  used_by: IUser[];
  can: string[];
}

interface IDiffSide {
  objects?: IAnnotationObject[];
  split?: string | null;
  hard?: boolean;
  state?: string;
  sha256_prefix?: string;
  [field: string]: unknown;
}

export interface IDiff {
  counts: { added: number; removed: number; relabelled: number; changed: number };
  items: { path: string; change: string; before: IDiffSide | null; after: IDiffSide | null }[];
  page: { limit: number; next: string | null; total?: number | null };
}

export interface IStatistics {
  /** `objects` counts boxes, `n` samples. */
  labels: { label: string; color: string | null; n: number; share: number; objects: number | null }[];
  states: Record<string, number>;
  splits: Record<string, number>;
  hard: number;
  total: number;
}

export interface ILineage {
  nodes: {
    id: string;
    object_id?: string;
    kind: string;
    name: string | null;
    version?: string | null;
    visible?: boolean;
    exists?: boolean;
  }[];
  edges: { from: string; to: string; relation: string }[];
}

export interface IDatasetRoutes {
  'GET /dataset-kinds': { response: { items: IKind[] } };
  'GET /label-groups': { query: IListQuery; response: IPage<ILabelGroupRead> };
  'POST /label-groups': { body: ILabelGroupBody; response: ILabelGroupRead };
  'GET /label-groups/{id}': { response: ILabelGroupRead };
  'PATCH /label-groups/{id}': { body: ILabelGroupBody; response: ILabelGroupRead };
  'DELETE /label-groups/{id}': { response: void };
  'POST /label-groups/{id}/copy': { body: { name: string }; response: ILabelGroupRead };
  'GET /datasets': { query: IListQuery; response: IPage<IDatasetRead> };
  'POST /datasets': { body: IDatasetCreate; response: IDatasetRead };
  'GET /datasets/{id}': { response: IDatasetRead };
  'PATCH /datasets/{id}': {
    body: { name?: string; description?: string; visibility?: string; label_group_id?: string };
    response: IDatasetRead;
  };
  'DELETE /datasets/{id}': { response: void };
  'POST /datasets/{id}/import': {
    body: IImportOptions & {
      source: Source;
      overwrite: 'refuse' | 'skip' | 'replace';
      duplicates?: 'keep' | 'skip';
      split?: Split;
      confirm?: boolean;
    };
    response: IImportRead;
  };
  'POST /datasets/{id}/import/inspect': {
    body: IImportOptions & { source: Source };
    response: IInspection;
  };
  'GET /imports': { query: IListQuery; response: IPage<IImportRead> };
  'GET /imports/{id}': { response: IImportRead };
  'POST /imports/{id}/cancel': { response: IImportRead };
  'GET /datasets/{id}/samples': { query: ISampleQuery; response: ICursorPage<ISampleRead> };
  'GET /datasets/{id}/samples/{sample_id}': { response: ISampleRead };
  'PATCH /datasets/{id}/samples/{sample_id}': {
    body: { split?: Split | null; hard?: boolean; review?: Verdict | 'withdraw'; reason?: string };
    response: ISampleRead;
  };
  'DELETE /datasets/{id}/samples/{sample_id}': { response: void };
  'POST /datasets/{id}/samples/delete': { body: SampleSelection; response: { deleted: number } };
  'PUT /datasets/{id}/samples/{sample_id}/annotation': {
    body: { objects: IAnnotationObject[]; confirm: boolean; hard?: boolean };
    response: ISampleRead;
  };
  'POST /datasets/{id}/annotations/bulk': {
    body: SampleSelection & {
      label?: string;
      clear?: boolean;
      confirm?: boolean;
      hard?: boolean;
      split?: Split | 'none';
      review?: Verdict | 'withdraw';
      reason?: string;
    };
    response: { changed: number; skipped: number; undo_token: string | null };
  };
  'POST /datasets/{id}/annotations/undo': {
    body: { undo_token: string };
    response: { undone: number; changed_meanwhile: number };
  };
  'POST /datasets/{id}/split': {
    body: { train: number; validation: number; test: number; seed: number; stratified: boolean };
    response: unknown;
  };
  'GET /datasets/{id}/statistics': { response: IStatistics };
  'POST /datasets/{id}/publish': {
    body: { note?: string; include: 'confirmed' | 'all' };
    response: IDatasetVersionRead;
  };
  /** Newest first. */
  'GET /datasets/{id}/versions': { query: IListQuery; response: IPage<IDatasetVersionRead> };
  'GET /datasets/{id}/versions/{version}': { response: IDatasetVersionRead };
  'PATCH /datasets/{id}/versions/{version}': { body: { note: string }; response: IDatasetVersionRead };
  'DELETE /datasets/{id}/versions/{version}': { response: void };
  'POST /datasets/{id}/versions/{version}/set-current': { response: unknown };
  'GET /datasets/{id}/versions/{version}/samples': {
    query: ISampleQuery;
    response: ICursorPage<ISampleRead>;
  };
  'POST /datasets/{id}/versions/{version}/export': {
    body: { layout: ExportLayout; target: 'download' | { area: string } };
    response: IExportRead;
  };
  'POST /datasets/{id}/versions/{version}/export/inspect': {
    body: { layout: ExportLayout };
    response: IExportInspection;
  };
  'GET /exports': { query: IListQuery; response: IPage<IExportRead> };
  'GET /exports/{id}': { response: IExportRead };
  'GET /datasets/{id}/diff': {
    query: { from?: string; to: string; cursor?: string; limit?: number };
    response: IDiff;
  };
  'GET /lineage/{object}': { response: ILineage };
}
