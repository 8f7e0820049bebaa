import type {
  ICursorPage,
  IFileEntry,
  IListQuery,
  IMoney,
  IOwnedRead,
  IPage,
  IProgress,
  IReason
} from './common';
import type { ILineage } from './datasets';
import type { IModelVersionRead } from './lifecycle';

export interface ITrainingInput {
  role: 'training' | 'validation' | string;
  dataset_id: string;
  version: string;
  split?: string | null;
  /** Given back, not sent. */
  name?: string;
}

/** What a run is made of. */
export interface ITrainingRequest {
  name?: string;
  description?: string;
  task_type?: 'single_node';
  algorithm?: { algorithm_id: string; version: string };
  image_id?: string | null;
  inputs?: ITrainingInput[];
  model?: { model_id: string; version: string } | null;
  parameters?: Record<string, unknown>;
  spec_id?: string | null;
  nodes?: number;
  queue?: string;
  priority?: 'low' | 'normal' | 'high';
  delay_hours?: number;
  max_hours?: number | null;
  retries?: number;
  environment?: Record<string, string>;
  seed?: number | null;
  note?: string;
}

export interface IEstimate {
  command: string | string[];
  valid: boolean;
  fields: { field: string; message: string; code?: string }[];
  price_per_hour: IMoney | null;
  cost_at_most: IMoney | null;
  queue_position: number | null;
  starts_in_seconds: number | null;
  free: boolean;
}

export interface IScalarSummary {
  last: number | null;
  best?: number | null;
  step?: number | null;
  min?: number | null;
  max?: number | null;
}

export interface IRunWorkload {
  id: string;
  status: string;
  reason?: IReason | null;
  position?: number | null;
  queue?: string | null;
  started_at?: string | null;
  ended_at?: string | null;
  attempts?: unknown[];
  time_limit_seconds?: number | null;
}

export interface IRunRead {
  id?: string;
  job_id?: string;
  version: string;
  status: string;
  reason?: IReason | null;
  note?: string | null;
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
  workload_id?: string | null;
  workload: IRunWorkload | null;
  progress: (Partial<IProgress> & { step?: number; epoch?: number; epochs?: number }) | null;
  metrics: Record<string, IScalarSummary | number | null> | null;
  outputs?: { count?: number; files?: number; size_bytes?: number } | IFileEntry[] | null;
  model_output?: {
    files?: IFileEntry[] | number;
    size_bytes?: number;
    model?: { id: string; version: string };
  } | null;
  models?: { model_id: string; version: string; name?: string }[] | null;
  evaluation_summary?: Record<string, unknown> | null;
  configuration: ITrainingRequest & Record<string, unknown>;
  command?: string | string[] | null;
  cost: IMoney | null;
  lineage?: unknown;
  can?: string[];
}

export interface ITrainingJobRead extends IOwnedRead {
  status: string;
  task_type: string;
  algorithm?: { id?: string; algorithm_id?: string; name?: string; version: string } | null;
  current_run?: string | null;
  run_count?: number;
  current?: IRunRead | null;
  latest?: IRunRead | null;
  cost?: IMoney | null;
}

/** One series in at most so many buckets. */
export interface IScalarSeries {
  steps: number[];
  values: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  times: number[];
}

export interface IScalars {
  series: Record<string, IScalarSeries>;
  next?: number | null;
  points?: number;
  progress?: Record<string, unknown> | null;
}

export interface IEvaluation {
  labels: string[];
  matrix: number[][];
  per_class: {
    label: string;
    precision: number | null;
    recall: number | null;
    f1: number | null;
    support: number;
  }[];
  accuracy: number | null;
  macro_f1: number | null;
  count: number;
}

export interface IEvaluatedSample {
  sample_id: string | null;
  dataset_id?: string | null;
  version?: string | null;
  path: string;
  truth: string | string[] | null;
  predicted: string | string[] | null;
  score?: number | null;
  number?: number | null;
}

export interface IComparedRun {
  run: string;
  job_id: string;
  version: string;
  name: string;
  status: string;
  parameters: Record<string, unknown>;
  metrics: Record<string, IScalarSummary | number | null>;
  configuration?: Record<string, unknown>;
  duration_seconds?: number | null;
  started_at?: string | null;
  ended_at?: string | null;
  cost?: IMoney | null;
}

export interface IEvaluationRead extends IOwnedRead {
  status: string;
  reason?: IReason | null;
  model?: { id?: string; model_id?: string; name?: string; version: string } | null;
  inputs?: ITrainingInput[];
  workload?: IRunWorkload | null;
  workload_id?: string | null;
  result?: IEvaluation | null;
  evaluation?: IEvaluation | null;
  cost?: IMoney | null;
}

interface IEvaluatedQuery {
  truth?: string;
  predicted?: string;
  only?: 'wrong' | 'all';
  cursor?: string;
  limit?: number;
}

export interface ITrainingRoutes {
  'GET /training-jobs': { query: IListQuery; response: IPage<ITrainingJobRead> };
  'POST /training-jobs': { body: ITrainingRequest; response: ITrainingJobRead };
  'POST /training-jobs/estimate': { body: ITrainingRequest; response: IEstimate };
  'GET /training-jobs/compare': {
    query: { run: string[] };
    response: { items?: IComparedRun[]; runs?: IComparedRun[] };
  };
  'GET /training-jobs/{id}': { response: ITrainingJobRead };
  'PATCH /training-jobs/{id}': {
    body: { name?: string; description?: string; visibility?: string };
    response: ITrainingJobRead;
  };
  'DELETE /training-jobs/{id}': { response: void };
  'GET /training-jobs/{id}/runs': { query?: IListQuery; response: IPage<IRunRead> };
  'POST /training-jobs/{id}/runs': { body: ITrainingRequest; response: IRunRead };
  'GET /training-jobs/{id}/runs/{version}': { response: IRunRead };
  'DELETE /training-jobs/{id}/runs/{version}': { response: void };
  'POST /training-jobs/{id}/runs/{version}/stop': { response: IRunRead };
  'POST /training-jobs/{id}/runs/{version}/rerun': { response: IRunRead };
  'GET /training-jobs/{id}/runs/{version}/scalars': {
    query: { names?: string; after?: number; buckets?: number };
    response: IScalars;
  };
  'GET /training-jobs/{id}/runs/{version}/outputs': {
    query?: { cursor?: string };
    response: { items: IFileEntry[] };
  };
  'GET /training-jobs/{id}/runs/{version}/evaluation': { response: IEvaluation };
  'GET /training-jobs/{id}/runs/{version}/evaluation/samples': {
    query: IEvaluatedQuery;
    response: ICursorPage<IEvaluatedSample>;
  };
  'POST /training-jobs/{id}/runs/{version}/save-model': {
    body: { name?: string; model_id?: string; description?: string };
    response: IModelVersionRead & { model_id?: string; id?: string };
  };
  'GET /training-jobs/{id}/runs/{version}/lineage': { response: ILineage };
  'GET /evaluations': { query: IListQuery; response: IPage<IEvaluationRead> };
  'POST /evaluations': {
    body: {
      name?: string;
      model_id: string;
      version: string;
      inputs: ITrainingInput[];
      spec_id: string | null;
    };
    response: IEvaluationRead;
  };
  'GET /evaluations/{id}': { response: IEvaluationRead };
  'DELETE /evaluations/{id}': { response: void };
  'GET /evaluations/{id}/samples': { query: IEvaluatedQuery; response: ICursorPage<IEvaluatedSample> };
}
