import type { ICursorPage, IFileEntry, IListQuery, IMoney, IOwnedRead, IPage, IReason } from './shapes';
import type { ILineage } from './datasets';
import type { IModelVersionRead } from './lifecycle';
import type { IWorkloadRead } from './resources';

export interface IRunInput {
  role?: 'training' | 'validation';
  dataset_id: string;
  version: string;
  split?: string | null;
}

/** What a run is made of. */
export interface IRunSettings {
  task_type?: 'single_node';
  algorithm: { algorithm_id: string; version?: string | null };
  image_id?: string | null;
  inputs: IRunInput[];
  model?: { model_id: string; version?: string | null } | null;
  parameters: Record<string, unknown>;
  argument_mapping?: Record<string, string | null>;
  spec_id: string;
  nodes?: number;
  queue?: string | null;
  priority: 'low' | 'normal' | 'high';
  delay_hours: number;
  max_hours: number;
  retries: number;
  environment: Record<string, string>;
  seed?: number | null;
  note?: string;
}

/** A change of settings; what is absent is taken from the run before. */
export type IRunChanges = Partial<IRunSettings> & { base?: string };

export interface IEstimate {
  command: string;
  valid: boolean;
  fields: { field: string; message: string; code: string }[];
  price_per_hour: IMoney | null;
  cost_at_most: IMoney | null;
  queue_position: number | null;
  starts_in_seconds: number | null;
  free: boolean;
  fits: boolean;
}

export interface IRunMetric {
  last: number | null;
  best: number | null;
  step: number;
  best_step: number;
}

export interface INamedVersion {
  id: string;
  name: string;
  version: string;
}

export interface IInputRead extends INamedVersion {
  role: 'training' | 'validation' | 'evaluation';
  split: string | null;
}

export interface IFileSummary {
  files: number;
  size_bytes: number;
}

export interface IEvaluationSummary {
  accuracy: number;
  macro_f1: number;
  count: number;
}

export interface IRunRead {
  id: string;
  job_id: string;
  job_name: string;
  version: string;
  status: string;
  reason: IReason | null;
  /** Between the end of the program and the moment when its results are kept. */
  collecting: boolean;
  workload: IWorkloadRead | null;
  progress: { done: number | null; total: number | null; unit: string } | null;
  metrics: Record<string, IRunMetric>;
  outputs: IFileSummary | null;
  model_output: IFileSummary | null;
  evaluation_summary: IEvaluationSummary | null;
  algorithm: INamedVersion;
  image: { id: string; name: string } | null;
  inputs: IInputRead[];
  model: INamedVersion | null;
  configuration: IRunSettings;
  command: string;
  note: string;
  cost: IMoney | null;
  saved_as: INamedVersion[];
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  can: string[];
}

export interface ITrainingJobRead extends IOwnedRead {
  task_type: string;
  status: string;
  current_version: string;
  run_count: number;
  latest: IRunRead;
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
  next: number;
  points: number;
  progress?: { done?: number | null; total?: number | null; unit?: string } | null;
}

export interface IClassScore {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
  predicted: number;
}

export interface IEvaluationResult {
  labels: string[];
  matrix: number[][];
  per_class: IClassScore[];
  accuracy: number;
  macro_precision: number;
  macro_recall: number;
  macro_f1: number;
  weighted_f1: number;
  count: number;
  wrong: number;
}

export interface IEvaluatedSample {
  path: string;
  truth: string;
  predicted: string;
  correct: boolean;
  score: number | null;
  scores: Record<string, number> | null;
  dataset: IInputRead | null;
}

export interface IComparison {
  runs: IRunRead[];
  differences: Record<string, unknown[]>;
  metrics: Record<string, (IRunMetric | null)[]>;
  evaluations: (IEvaluationSummary | null)[];
}

export interface IEvaluationRead extends IOwnedRead {
  status: string;
  reason: IReason | null;
  collecting: boolean;
  model: INamedVersion;
  inputs: IInputRead[];
  image: { id: string; name: string } | null;
  workload: IWorkloadRead | null;
  progress: { done: number | null; total: number | null; unit: string } | null;
  result: IEvaluationResult | null;
  cost: IMoney | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface IEvaluatedQuery {
  truth?: string;
  predicted?: string;
  only?: 'wrong' | 'right' | 'all';
  cursor?: string;
  limit?: number;
}

export interface ITrainingRoutes {
  'GET /training-jobs': { query: IListQuery; response: IPage<ITrainingJobRead> };
  'POST /training-jobs': {
    body: IRunSettings & { name: string; description?: string };
    response: ITrainingJobRead;
  };
  'POST /training-jobs/estimate': {
    body: IRunChanges & { name?: string; description?: string };
    response: IEstimate;
  };
  'GET /training-jobs/compare': { query: { run: string[] }; response: IComparison };
  'GET /training-jobs/{id}': { response: ITrainingJobRead };
  'PATCH /training-jobs/{id}': {
    body: { name?: string; description?: string; visibility?: string };
    response: ITrainingJobRead;
  };
  'DELETE /training-jobs/{id}': { response: void };
  'GET /training-jobs/{id}/runs': { query?: IListQuery; response: IPage<IRunRead> };
  'POST /training-jobs/{id}/runs': { body: IRunChanges; response: IRunRead };
  'GET /training-jobs/{id}/runs/{version}': { response: IRunRead };
  'DELETE /training-jobs/{id}/runs/{version}': { response: void };
  'POST /training-jobs/{id}/runs/{version}/stop': { response: IRunRead };
  'POST /training-jobs/{id}/runs/{version}/rerun': { response: IRunRead };
  'GET /training-jobs/{id}/runs/{version}/scalars': {
    query: { names?: string; after?: number; buckets?: number };
    response: IScalars;
  };
  'GET /training-jobs/{id}/runs/{version}/outputs': {
    query?: { cursor?: string; limit?: number };
    response: ICursorPage<IFileEntry>;
  };
  'GET /training-jobs/{id}/runs/{version}/evaluation': { response: IEvaluationResult };
  'GET /training-jobs/{id}/runs/{version}/evaluation/samples': {
    query: IEvaluatedQuery;
    response: ICursorPage<IEvaluatedSample>;
  };
  'POST /training-jobs/{id}/runs/{version}/save-model': {
    body: { name?: string; model_id?: string; description?: string };
    response: IModelVersionRead;
  };
  'GET /training-jobs/{id}/runs/{version}/lineage': { response: ILineage };
  'GET /evaluations': {
    query: IListQuery & { model_id?: string; version?: string };
    response: IPage<IEvaluationRead>;
  };
  'POST /evaluations': {
    body: {
      name?: string;
      model_id: string;
      version?: string;
      inputs: { dataset_id: string; version: string; split?: string | null }[];
      spec_id: string;
    };
    response: IEvaluationRead;
  };
  'GET /evaluations/{id}': { response: IEvaluationRead };
  'DELETE /evaluations/{id}': { response: void };
  'GET /evaluations/{id}/samples': { query: IEvaluatedQuery; response: ICursorPage<IEvaluatedSample> };
}
