import type { IFileEntry, IListQuery, IOwnedRead, IPage, IReason, Source } from './shapes';
import type { ILineage } from './datasets';

/** What a run command can be given, with its kind and range. */
export interface IParameter {
  name: string;
  type: 'int' | 'float' | 'str' | 'bool' | 'choice';
  default?: string | number | boolean | null;
  minimum?: number | null;
  maximum?: number | null;
  choices?: string[] | null;
  unit?: string | null;
  help?: string | null;
}

export interface IAccepts {
  data_types: string[];
  annotation_types: string[];
}

/** What every version shows. */
export interface IVersionRead {
  id: string;
  version: string;
  note: string;
  source: Record<string, unknown>;
  file_count: number;
  size_bytes: number;
  created_by: { id: string; name: string };
  created_at: string;
  is_current: boolean;
}

export interface IAlgorithmVersionRead extends IVersionRead {
  run_command: string;
  parameters: IParameter[];
  argument_mapping: Record<string, string | null>;
  image_id: string | null;
  image_name: string | null;
  serving_image_id: string | null;
  framework: string;
  accepts: IAccepts;
  file_output: boolean;
  model_output: boolean;
}

export interface IAlgorithmRead extends IOwnedRead {
  category: string;
  framework: string;
  current_version: string;
  version_count: number;
  current: IAlgorithmVersionRead;
}

export interface IAlgorithmSettings {
  run_command?: string;
  parameters?: IParameter[];
  argument_mapping?: Record<string, string | null>;
  image_id?: string | null;
  serving_image_id?: string | null;
  framework?: string;
  accepts?: IAccepts;
}

export interface IAlgorithmCreate extends IAlgorithmSettings {
  name: string;
  description?: string;
  category: string;
  source: Source;
}

export interface IImageRead extends IOwnedRead {
  purposes: string[];
  requirements: string;
  python: string | null;
  status: string;
  /** Something can run in it: also while it is built again. */
  usable: boolean;
  reason: IReason | null;
  workload_id: string | null;
  packages: { name: string; version: string }[] | null;
  size_bytes: number | null;
  built_at: string | null;
  /** Folder of the environment on the platform's machine. */
  location: string | null;
}

export interface IImageBody {
  name?: string;
  description?: string;
  purposes?: string[];
  requirements?: string;
  python?: string | null;
  visibility?: string;
}

/** A page of files; by cursor. */
export interface IFileList {
  items: IFileEntry[];
  page: { next: string | null; total?: number | null };
}

export interface ITensor {
  name: string;
  datatype: string;
  shape: number[];
}

export interface IModelVersionRead {
  id: string;
  model_id: string;
  model_name: string;
  version: string;
  source: 'upload' | 'training';
  origin: { kind?: string; job_id?: string; job_name?: string; run?: string; [key: string]: unknown };
  note: string;
  files: IFileEntry[];
  file_count: number;
  size_bytes: number;
  inputs: ITensor[];
  outputs: ITensor[];
  labels: string[];
  config: Record<string, unknown> | null;
  metrics: Record<string, number>;
  runtime_image_id: string | null;
  warnings: { code: string; message: string }[];
  lineage: ILineage | null;
  created_by: { id: string; name: string };
  created_at: string;
  is_current: boolean;
}

export interface IModelRead extends IOwnedRead {
  framework: string;
  format: string;
  category: string;
  current_version: string | null;
  version_count: number;
  size_bytes: number;
  metrics: Record<string, number>;
  used_by: { kind: string; id: string; name: string }[];
}

export interface IModelBody {
  name?: string;
  description?: string;
  framework?: string;
  format?: string;
  category?: string;
  visibility?: string;
  current_version?: string;
}

export interface ILifecycleRoutes {
  'GET /algorithms': { query: IListQuery; response: IPage<IAlgorithmRead> };
  'POST /algorithms': { body: IAlgorithmCreate; response: IAlgorithmRead };
  'GET /algorithms/{id}': { response: IAlgorithmRead };
  'PATCH /algorithms/{id}': {
    body: IAlgorithmSettings & {
      name?: string;
      description?: string;
      category?: string;
      visibility?: string;
    };
    response: IAlgorithmRead;
  };
  'DELETE /algorithms/{id}': { response: void };
  'POST /algorithms/{id}/fork': {
    body: { name: string; description?: string; version?: string };
    response: IAlgorithmRead;
  };
  'GET /algorithms/{id}/versions': { query?: IListQuery; response: IPage<IAlgorithmVersionRead> };
  'POST /algorithms/{id}/versions': {
    body: { source: Source; note?: string };
    response: IAlgorithmVersionRead;
  };
  'GET /algorithms/{id}/versions/{version}': { response: IAlgorithmVersionRead };
  'GET /algorithms/{id}/versions/{version}/files': {
    query?: { cursor?: string; limit?: number };
    response: IFileList;
  };
  'POST /algorithms/{id}/versions/{version}/export': {
    body: { path: string };
    response: { path: string; files: number; size_bytes: number };
  };
  'PUT /algorithms/{id}/files': {
    body: { changes: { path: string; text: string | null }[]; note?: string };
    response: IAlgorithmVersionRead;
  };
  'GET /images': { query?: IListQuery; response: IPage<IImageRead> };
  'POST /images': { body: IImageBody; response: IImageRead };
  'GET /images/{id}': { response: IImageRead };
  'PATCH /images/{id}': { body: IImageBody; response: IImageRead };
  'DELETE /images/{id}': { response: void };
  'POST /images/{id}/build': { response: IImageRead };
  'GET /models': { query?: IListQuery; response: IPage<IModelRead> };
  'POST /models': { body: IModelBody; response: IModelRead };
  'GET /models/{id}': { response: IModelRead };
  'PATCH /models/{id}': { body: IModelBody; response: IModelRead };
  'DELETE /models/{id}': { response: void };
  'GET /models/{id}/versions': { query?: IListQuery; response: IPage<IModelVersionRead> };
  'POST /models/{id}/versions': {
    body: {
      source?: Source;
      run?: { job_id: string; version: string };
      note?: string;
      runtime_image_id?: string | null;
    };
    response: IModelVersionRead;
  };
  'GET /models/{id}/versions/{version}': { response: IModelVersionRead };
  'DELETE /models/{id}/versions/{version}': { response: void };
  'GET /models/{id}/versions/{version}/files': { query?: { cursor?: string }; response: IFileList };
  'GET /models/{id}/versions/{version}/lineage': { response: ILineage };
}
