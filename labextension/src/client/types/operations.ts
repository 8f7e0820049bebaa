import type { ICursorPage, IListQuery, IMoney, IOwnedRead, IPage, IReason } from './shapes';
import type { ITensor } from './lifecycle';
import type { ISpecRead } from './resources';
import type { IEventRead } from './system';

export interface ICallSummary {
  total: number;
  errors: number;
  client_errors: number;
  /** A second. */
  rate: number;
  /** Milliseconds. */
  p50: number | null;
  p99: number | null;
}

export interface IServingModel {
  id: string;
  name: string;
  version: string;
}

export interface IServingScript {
  id: string;
  name: string;
  version: string;
  file: string;
}

export interface IRollbackRule {
  errors_percent: number | null;
  p99_ms: number | null;
  minutes: number;
  min_calls: number;
}

export interface IAutoStop {
  after_hours: number | null;
  at: string | null;
  idle_minutes: number | null;
}

export interface ICanaryRead {
  number: number;
  status: string;
  share: number;
  model: IServingModel | null;
  script: IServingScript | null;
  replicas: IReplicas;
  rule: IRollbackRule | null;
  ready_at: string | null;
  workload_id: string | null;
}

export interface IServiceRecord {
  position: number;
  at: string;
  action: string;
  number: number | null;
  details: Record<string, unknown>;
  note: string;
  by: { id: string; name: string };
}

export interface IReplicas {
  ready: number;
  total: number;
}

export interface IDeploymentRead {
  number: number;
  status: string;
  reason: IReason | null;
  is_current: boolean;
  role: 'production' | 'canary';
  share: number;
  model: IServingModel | null;
  script: IServingScript | null;
  image_id: string;
  spec_id: string;
  replicas: IReplicas;
  parameters: Record<string, unknown>;
  environment: Record<string, string>;
  source: { kind?: 'create' | 'edit' | 'rollback' | 'canary'; from?: number };
  note: string;
  created_by: { id: string; name: string };
  created_at: string;
  started_at: string | null;
  ready_at: string | null;
  ended_at: string | null;
  workloads: string[];
  can: string[];
}

export interface ISignature {
  inputs: ITensor[];
  outputs: ITensor[];
  labels: string[];
  accepts_images: boolean;
  accepts_files: boolean;
  infer_path: string;
}

export interface IServiceLimits {
  requests_per_second: number | null;
  max_in_flight: number;
  max_body_bytes: number;
  timeout_seconds: number;
}

export interface IServiceRead extends IOwnedRead {
  slug: string;
  endpoint: string;
  status: string;
  target: 'serving' | 'stopped';
  reason: IReason | null;
  observed_at: string | null;
  model: IServingModel | null;
  script: IServingScript | null;
  image_id: string;
  spec_id: string;
  replicas: IReplicas;
  parameters: Record<string, unknown>;
  environment: Record<string, string>;
  argument_mapping: Record<string, string>;
  limits: IServiceLimits;
  auto_stop: IAutoStop | null;
  stop_at: string | null;
  canary: ICanaryRead | null;
  deployment: number | null;
  desired: number;
  signature: ISignature;
  calls: ICallSummary;
  workload_id: string | null;
}

export interface IScriptChoice {
  algorithm_id: string;
  version?: string | null;
  file?: string;
}

export interface IServiceBody {
  name?: string;
  description?: string;
  model?: { model_id: string; version: string } | null;
  script?: IScriptChoice | null;
  image_id?: string | null;
  spec_id?: string;
  replicas?: number;
  visibility?: string;
  parameters?: Record<string, unknown>;
  environment?: Record<string, string>;
  argument_mapping?: Record<string, string>;
  limits?: IServiceLimits;
  auto_stop?: Partial<IAutoStop> | null;
  note?: string;
}

export interface ICanaryBody {
  share?: number;
  rule?: Partial<IRollbackRule> | null;
  model?: { model_id: string; version: string } | null;
  script?: IScriptChoice | null;
  image_id?: string | null;
  spec_id?: string;
  replicas?: number;
  parameters?: Record<string, unknown>;
  argument_mapping?: Record<string, string>;
  environment?: Record<string, string>;
  note?: string;
}

export interface IBatchSource {
  kind: 'dataset' | 'area';
  dataset?: { id: string; name: string } | null;
  version?: string | null;
  split?: string | null;
  path?: string | null;
}

export interface IBatchRead extends IOwnedRead {
  status: string;
  reason: IReason | null;
  counts: { total: number; done: number; failed: number };
  model: IServingModel | null;
  script: IServingScript | null;
  image: { id: string; name: string };
  spec_id: string;
  source: IBatchSource;
  results: { kind: 'area'; path: string } | null;
  stored: { kind: 'area'; path: string } | null;
  parameters: Record<string, unknown>;
  argument_mapping: Record<string, string>;
  environment: Record<string, string>;
  max_hours: number;
  starts: number;
  workload_id: string | null;
  cost: IMoney | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface IBatchBody {
  name?: string;
  description?: string;
  model?: { model_id: string; version: string } | null;
  script?: IScriptChoice | null;
  image_id?: string | null;
  spec_id?: string;
  source?:
    | { kind: 'area'; path: string }
    | { kind: 'dataset'; dataset_id: string; version: string; split?: string | null };
  results?: { kind: 'area'; path: string } | null;
  parameters?: Record<string, unknown>;
  argument_mapping?: Record<string, string>;
  environment?: Record<string, string>;
}

export interface IBatchFile {
  path: string;
  status: 'done' | 'failed';
  label: string | null;
  score: number | null;
  seconds: number;
  result: string | null;
  code: string | null;
  message: string | null;
}

export interface IServiceToken {
  id: string;
  name: string;
  hint: string;
  created_by: { id: string; name: string };
  created_at: string;
  expires_at: string | null;
}

export interface ICallPoint {
  at: string;
  total: number;
  errors: number;
  client_errors: number;
  p50: number | null;
  p99: number | null;
}

export interface ICallSeries {
  window: string;
  step_seconds: number;
  points: ICallPoint[];
  total: number;
  errors: number;
  client_errors: number;
  p50: number | null;
  p99: number | null;
  by_deployment: Record<string, ICallPoint>;
}

export interface IPrediction {
  outputs: unknown;
  milliseconds: number;
  status: number;
  deployment: number | null;
  media_type: string;
}

export interface IUsageInterval {
  started_at: string;
  ended_at: string;
  open: boolean;
  seconds: number;
  price_per_hour: IMoney | null;
  amount: IMoney;
}

export interface IUsageLine {
  workload_id: string;
  kind: string;
  name: string;
  object: { kind: string; id: string } | null;
  owner: { id: string; name: string };
  spec: { id: string; name: string } | null;
  seconds: number;
  amount: IMoney;
  intervals: IUsageInterval[];
}

export interface IUsageGroup {
  key: string;
  name: string;
  seconds: number;
  amount: IMoney;
}

export interface IUsageSummary {
  from: string;
  to: string;
  seconds: number;
  total: IMoney;
  running_per_hour: IMoney;
  by_kind: IUsageGroup[];
  by_spec: IUsageGroup[];
  by_day: IUsageGroup[];
}

export interface IUserRead {
  id: string;
  name: string;
  display_name: string;
  role: 'administrator' | 'user';
  enabled: boolean;
  uid: number | null;
  last_seen_at: string | null;
  created_at: string;
  updated_at: string;
  revision: number;
}

export interface ISpecBody {
  name?: string;
  cpu?: number;
  memory_bytes?: number;
  accelerator?: { resource: string; count: number; product?: string | null } | null;
  purposes?: string[];
  price_per_hour?: string | null;
  enabled?: boolean;
}

export interface IQueueRead {
  name: string;
  waiting: number;
  running: number;
  oldest_queued_at: string | null;
}

export interface ICapacityRead {
  engine: string;
  items: { resource: string; product: string | null; total: number; used: number; free: number }[];
}

export interface IUsageSeries {
  times: number[];
  cpu: number[];
  memory_bytes: number[];
  memory_limit_bytes: number | null;
  accelerators: Record<string, Record<string, (number | null)[]>>;
}

interface IPeriod {
  from?: string;
  to?: string;
  owner?: string;
}

export interface IOperationsRoutes {
  'GET /services': { query?: IListQuery; response: IPage<IServiceRead> };
  'POST /services': { body: IServiceBody; response: IServiceRead };
  'GET /services/{id}': { response: IServiceRead };
  'PATCH /services/{id}': { body: IServiceBody; response: IServiceRead };
  'DELETE /services/{id}': { response: void };
  'POST /services/{id}/start': { response: IServiceRead };
  'POST /services/{id}/stop': { response: IServiceRead };
  'GET /services/{id}/deployments': { response: { items: IDeploymentRead[] } };
  'POST /services/{id}/deployments/{number}/rollback': { body: { note?: string }; response: IServiceRead };
  'GET /services/{id}/records': {
    query?: { limit?: number; before?: number };
    response: { items: IServiceRecord[] };
  };
  'POST /services/{id}/canary': { body: ICanaryBody; response: IServiceRead };
  'PATCH /services/{id}/canary': { body: ICanaryBody; response: IServiceRead };
  'POST /services/{id}/canary/promote': { body: { note?: string }; response: IServiceRead };
  'POST /services/{id}/canary/withdraw': { body: { note?: string }; response: IServiceRead };
  'GET /batch-services': { query?: IListQuery; response: IPage<IBatchRead> };
  'POST /batch-services': { body: IBatchBody; response: IBatchRead };
  'GET /batch-services/{id}': { response: IBatchRead };
  'PATCH /batch-services/{id}': { body: IBatchBody; response: IBatchRead };
  'DELETE /batch-services/{id}': { response: void };
  'POST /batch-services/{id}/start': { response: IBatchRead };
  'POST /batch-services/{id}/stop': { response: IBatchRead };
  'GET /batch-services/{id}/files': { query?: IListQuery; response: IPage<IBatchFile> };
  'GET /services/{id}/tokens': { response: { items: IServiceToken[] } };
  'POST /services/{id}/tokens': {
    body: { name: string; expires_at?: string };
    response: IServiceToken & { token: string };
  };
  'DELETE /services/{id}/tokens/{token_id}': { response: void };
  'GET /services/{id}/calls': { query: { window?: string; deployment?: number }; response: ICallSeries };
  'POST /services/{id}/predict': { body: unknown; response: IPrediction };
  'GET /usage/summary': { query: IPeriod; response: IUsageSummary };
  'GET /usage/lines': {
    query: IPeriod & { kind?: string; object_id?: string; limit?: number; offset?: number };
    response: IPage<IUsageLine> & { total: IMoney };
  };
  'GET /users': { query: IListQuery; response: IPage<IUserRead> };
  'POST /users': {
    body: { name: string; password?: string; role?: string; display_name?: string };
    response: IUserRead & { password?: string | null };
  };
  'GET /users/{id}': { response: IUserRead };
  'DELETE /users/{id}': { response: void };
  'PATCH /users/{id}': {
    body: { role?: string; enabled?: boolean; display_name?: string };
    response: IUserRead;
  };
  'POST /users/{id}/reset-password': { response: { password: string } };
  'POST /specs': { body: ISpecBody; response: ISpecRead };
  'GET /specs/{id}': { response: ISpecRead };
  'PATCH /specs/{id}': { body: ISpecBody; response: ISpecRead };
  'DELETE /specs/{id}': { response: void };
  'GET /queues': { response: { items: IQueueRead[] } };
  'GET /capacity': { response: ICapacityRead };
  'GET /workloads/{id}/metrics': { query: { attempt?: number; buckets?: number }; response: IUsageSeries };
  'GET /audit': {
    query: {
      after?: number;
      before?: number;
      object_id?: string;
      code?: string;
      actor_id?: string;
      limit?: number;
    };
    response: ICursorPage<IEventRead & { hash?: string | null; request_id?: string | null }>;
  };
}
