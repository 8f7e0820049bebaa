import type { ICursorPage, IListQuery, IOwnedRead, IPage, IProgress, Source } from './common';

export interface ILabel {
  id?: string;
  name: string;
  color: string;
  key?: string | null;
}

export interface ILabelGroupRead extends IOwnedRead {
  kind?: string | null;
  labels: ILabel[];
  used_by?: { id: string; kind: string; name: string }[];
}

export interface ILabelGroupBody {
  name?: string;
  kind?: string;
  description?: string;
  labels?: ILabel[];
}

export type SampleState = 'unlabelled' | 'auto' | 'started' | 'labelled' | 'reviewed' | 'rejected';
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

export interface IDatasetRead extends IOwnedRead {
  data_type: string;
  annotation_type: string;
  template: 'single' | 'multi';
  label_group: { id: string; name: string; labels: ILabel[] } | null;
  status: string;
  counts: ICounts;
  size_bytes: number;
  current_version: string | null;
  unpublished: { added: number; changed: number; removed: number };
  used_by: { id: string; kind: string; name: string }[] | number;
}

export interface IDatasetCreate {
  name: string;
  description?: string;
  data_type: string;
  annotation_type: string;
  template: 'single' | 'multi';
  label_group_id?: string;
  labels?: ILabel[];
}

export interface IAnnotationObject {
  id?: string;
  label: string;
  score?: number | null;
  hard?: boolean;
}

export interface ISampleRead {
  id: string;
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
    by?: string | { id: string; name: string } | null;
    at?: string | null;
  };
  revision: number;
  number: number;
}

export interface ISampleQuery {
  cursor?: string;
  limit?: number;
  state?: string;
  label?: string;
  split?: string;
  hard?: boolean;
  q?: string;
  sort?: string;
  at?: number;
}

/** The samples an action is for: named ones, or all that match. */
export interface ISampleSelection {
  ids?: string[];
  filter?: Omit<ISampleQuery, 'cursor' | 'limit' | 'at' | 'sort'>;
}

export type ImportLayout = 'class_folders' | 'flat' | 'auto';

export interface IInspection {
  layout: ImportLayout;
  labels: { name: string; count?: number }[] | string[];
  count: number;
  size_bytes?: number;
  refused?: { path: string; code: string; message: string }[];
  preview: { path: string; label?: string | null; labels?: string[]; size?: number }[];
}

export interface IImportRead {
  id: string;
  dataset_id?: string;
  dataset?: { id: string; name: string };
  status: string;
  progress: IProgress | null;
  report: {
    imported: number;
    skipped?: number;
    replaced?: number;
    refused: { path: string; code: string; message: string }[];
    refused_total?: number;
    labels_created: string[];
  } | null;
  created_at?: string;
  reason?: { code: string; message: string } | null;
}

export interface IExportRead {
  id: string;
  dataset_id?: string;
  version?: string;
  status: string;
  progress: IProgress | null;
  layout?: string;
  target?: unknown;
  size_bytes?: number | null;
  reason?: { code: string; message: string } | null;
  created_at?: string;
}

export interface IDatasetVersionRead {
  version: string;
  note?: string | null;
  created_at: string;
  created_by?: { id: string; name: string } | null;
  owner?: { id: string; name: string } | null;
  counts?: Partial<ICounts>;
  samples?: number;
  size_bytes?: number;
  current?: boolean;
  labels?: { name: string; n?: number }[];
  used_by?: { id: string; kind: string; name: string }[] | number;
  revision?: number;
}

export interface IDiff {
  counts: { added: number; removed: number; changed: number; [kind: string]: number };
  items: {
    path: string;
    /** added, removed, changed */
    change: string;
    sample_id?: string | null;
    before?: IAnnotationObject[] | { objects: IAnnotationObject[] } | null;
    after?: IAnnotationObject[] | { objects: IAnnotationObject[] } | null;
  }[];
  page?: { next: string | null };
}

export interface IStatistics {
  labels: { label?: string; name?: string; n: number; share: number }[];
  states: Record<string, number>;
  splits: Record<string, number>;
}

export interface ILineage {
  nodes: { id: string; kind: string; name: string; version?: string | null }[];
  edges: { from: string; to: string; relation: string }[];
}

interface ITicket {
  undo_token: string;
  changed: number;
}

export interface IDatasetRoutes {
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
    body: { source: Source; layout: ImportLayout; overwrite: 'refuse' | 'skip' | 'replace'; split?: Split };
    response: IImportRead;
  };
  'POST /datasets/{id}/import/inspect': { body: { source: Source }; response: IInspection };
  'GET /imports': { query: IListQuery; response: IPage<IImportRead> };
  'GET /imports/{id}': { response: IImportRead };
  'POST /imports/{id}/cancel': { response: IImportRead };
  'GET /datasets/{id}/samples': { query: ISampleQuery; response: ICursorPage<ISampleRead> };
  'GET /datasets/{id}/samples/{sample_id}': { response: ISampleRead };
  'PATCH /datasets/{id}/samples/{sample_id}': {
    body: { split?: Split | null; hard?: boolean };
    response: ISampleRead;
  };
  'DELETE /datasets/{id}/samples/{sample_id}': { response: void };
  'POST /datasets/{id}/samples/delete': { body: ISampleSelection; response: { deleted: number } };
  'PUT /datasets/{id}/samples/{sample_id}/annotation': {
    body: { objects: IAnnotationObject[]; confirm: boolean; hard?: boolean };
    response: ISampleRead;
  };
  'POST /datasets/{id}/annotations/bulk': {
    body: ISampleSelection & {
      label?: string;
      clear?: boolean;
      confirm?: boolean;
      hard?: boolean;
      split?: Split | null;
    };
    response: ITicket;
  };
  'POST /datasets/{id}/annotations/undo': {
    body: { undo_token: string };
    response: { undone?: number; changed?: number; skipped?: number };
  };
  'POST /datasets/{id}/split': {
    body: { train: number; validation: number; test: number; seed: number; stratified: boolean };
    response: { changed?: number; splits?: Record<string, number> };
  };
  'GET /datasets/{id}/statistics': { response: IStatistics };
  'POST /datasets/{id}/publish': {
    body: { note?: string; include: 'confirmed' | 'all' };
    response: IDatasetVersionRead;
  };
  'GET /datasets/{id}/versions': { query?: IListQuery; response: IPage<IDatasetVersionRead> };
  'GET /datasets/{id}/versions/{version}': { response: IDatasetVersionRead };
  'PATCH /datasets/{id}/versions/{version}': { body: { note: string }; response: IDatasetVersionRead };
  'DELETE /datasets/{id}/versions/{version}': { response: void };
  'POST /datasets/{id}/versions/{version}/set-current': { response: unknown };
  'GET /datasets/{id}/versions/{version}/samples': {
    query: ISampleQuery;
    response: ICursorPage<ISampleRead>;
  };
  'POST /datasets/{id}/versions/{version}/export': {
    body: { layout: 'class_folders' | 'manifest'; target: 'download' | { area: string } };
    response: IExportRead;
  };
  'GET /exports': { query: IListQuery; response: IPage<IExportRead> };
  'GET /exports/{id}': { response: IExportRead };
  'GET /datasets/{id}/diff': {
    query: { from: string; to: string; cursor?: string; limit?: number };
    response: IDiff;
  };
  'GET /lineage/{object}': { response: ILineage };
}
