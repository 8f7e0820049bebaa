import type { IListQuery, IMoney, IPage, IReason } from './shapes';

/** A size of machine that can be asked for. */
export interface ISpecRead {
  id: string;
  name: string;
  cpu: number;
  memory_bytes: number;
  accelerator: { resource: string; count: number; product?: string | null } | null;
  purposes: string[];
  price_per_hour: IMoney | null;
  enabled: boolean;
  capacity?: { total: number | null; free: number | null } | null;
  waiting?: number | null;
  revision?: number;
  can?: string[];
}

export interface IAttempt {
  number: number;
  status: string;
  started_at: string | null;
  ended_at: string | null;
  exit_code: number | null;
  reason: IReason | null;
}

/** What a workload holds while it runs. */
export interface IResourceNeed {
  spec_id: string | null;
  spec_name: string | null;
  cpu: number;
  memory_bytes: number;
  accelerator: string | null;
  accelerator_count: number;
}

/** Anything that runs. */
export interface IWorkloadRead {
  id: string;
  kind: string;
  name: string;
  status: string;
  target: string;
  reason: IReason | null;
  attempts: IAttempt[];
  queue: string | null;
  position: number | null;
  priority: string | number | null;
  spec: IResourceNeed | null;
  object: { kind: string; id: string } | null;
  cost: IMoney | null;
  started_at: string | null;
  ended_at: string | null;
  owner?: { id: string; name: string };
  progress?: { done: number; total: number | null } | null;
  command?: string[];
  created_at?: string;
  queued_at?: string | null;
  can?: string[];
}

/** A piece of a log: text from a byte offset. */
export interface ILogPiece {
  text: string;
  offset: number;
  next: number;
  complete: boolean;
  size: number;
  /** What a search found: where a line begins, its number, its text. */
  matches?: { offset: number; number: number; text: string }[] | null;
}

export interface IResourceRoutes {
  'GET /specs': { query?: IListQuery & { purpose?: string }; response: IPage<ISpecRead> };
  'GET /workloads': { query: IListQuery; response: IPage<IWorkloadRead> };
  'GET /workloads/{id}': { response: IWorkloadRead };
  'POST /workloads/{id}/stop': { response: IWorkloadRead };
  'GET /workloads/{id}/log': {
    query: { after?: number; limit?: number; attempt?: number; q?: string; tail?: boolean };
    response: ILogPiece;
  };
}
