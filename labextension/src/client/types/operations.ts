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
  model: IServingModel;
  image_id: string;
  spec_id: string;
  replicas: IReplicas;
  parameters: Record<string, unknown>;
  environment: Record<string, string>;
  source: { kind?: 'create' | 'edit' | 'rollback'; from?: number };
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
  model: IServingModel;
  image_id: string;
  spec_id: string;
  replicas: IReplicas;
  parameters: Record<string, unknown>;
  environment: Record<string, string>;
  limits: IServiceLimits;
  deployment: number | null;
  desired: number;
  signature: ISignature;
  calls: ICallSummary;
  workload_id: string | null;
}

export interface IServiceBody {
  name?: string;
  description?: string;
  model?: { model_id: string; version: string };
  image_id?: string;
  spec_id?: string;
  replicas?: number;
  visibility?: string;
  parameters?: Record<string, unknown>;
  environment?: Record<string, string>;
  limits?: IServiceLimits;
  note?: string;
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
