import type { ICursorPage, IListQuery, IMoney, IOwnedRead, IPage, IReason } from './common';
import type { IModelTensor } from './lifecycle';
import type { ISpecRead, IWorkloadRead } from './resources';
import type { IScalarSeries } from './training';
import type { IEventRead } from './system';

export interface ICallCounts {
  total: number;
  errors: number;
  rate: number;
  p50: number | null;
  p99: number | null;
}

export interface IDeploymentRead {
  number: number;
  status: string;
  model?: { id?: string; model_id?: string; name?: string; version: string } | null;
  spec?: { id: string; name: string } | null;
  spec_id?: string | null;
  replicas?: number;
  reason?: IReason | string | null;
  note?: string | null;
  created_at: string;
  created_by?: { id: string; name: string } | null;
  ended_at?: string | null;
  current?: boolean;
}

export interface IServiceRead extends IOwnedRead {
  status: string;
  reason: IReason | null;
  endpoint: string;
  slug: string;
  model: { id?: string; model_id?: string; name?: string; version: string } | null;
  spec?: { id: string; name: string } | null;
  spec_id?: string | null;
  image_id?: string | null;
  parameters?: Record<string, unknown>;
  deployment?: IDeploymentRead | number | null;
  deployments?: IDeploymentRead[] | null;
  current?: IDeploymentRead | null;
  replicas: { ready: number; total: number };
  signature: {
    inputs?: IModelTensor[];
    outputs?: IModelTensor[];
    labels?: string[];
    [key: string]: unknown;
  } | null;
  calls: ICallCounts | null;
  workloads?: { id: string; status?: string }[] | string[] | null;
  workload_id?: string | null;
  price_per_hour?: IMoney | null;
  cost?: IMoney | null;
}

export interface IServiceBody {
  name?: string;
  description?: string;
  model?: { model_id: string; version: string };
  image_id?: string | null;
  spec_id?: string | null;
  replicas?: number;
  visibility?: string;
  parameters?: Record<string, unknown>;
}

export interface IServiceToken {
  id: string;
  name: string;
  created_at?: string;
  last_used_at?: string | null;
  expires_at?: string | null;
  token?: string;
}

export interface ICallSeries {
  times?: (number | string)[];
  calls?: number[];
  errors?: number[];
  p50?: (number | null)[];
  p99?: (number | null)[];
  items?: {
    at?: string;
    time?: number | string;
    total?: number;
    calls?: number;
    errors: number;
    p50: number | null;
    p99: number | null;
  }[];
  [key: string]: unknown;
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
  'GET /services/{id}/deployments': { query?: IListQuery; response: IPage<IDeploymentRead> };
  'POST /services/{id}/deployments/{number}/rollback': { response: IServiceRead };
  'GET /services/{id}/tokens': { query?: IListQuery; response: IPage<IServiceToken> };
  'POST /services/{id}/tokens': { body: { name: string }; response: IServiceToken };
  'DELETE /services/{id}/tokens/{token_id}': { response: void };
  'GET /services/{id}/calls': { query: { window?: string }; response: ICallSeries };
  'POST /services/{id}/predict': { body: unknown; response: unknown };
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
  'PATCH /users/{id}': {
    body: { role?: string; enabled?: boolean; display_name?: string };
    response: IUserRead;
  };
  'POST /users/{id}/reset-password': { response: { password: string } };
  'POST /specs': { body: ISpecBody; response: ISpecRead };
  'PATCH /specs/{id}': { body: ISpecBody; response: ISpecRead };
  'DELETE /specs/{id}': { response: void };
  'GET /queues': { response: IPage<IQueueRead> | IQueueRead[] };
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

export type { IScalarSeries, IWorkloadRead };
