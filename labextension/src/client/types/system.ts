import type { ICursorPage, IListQuery, IPage, IReason } from './common';

export interface IMe {
  id: string;
  name: string;
  role: string;
  permissions: string[];
  organisation?: { id: string; name: string } | null;
  token_scopes?: string[] | null;
  settings?: Record<string, unknown>;
}

export interface IVersionInfo {
  version: string;
  api: string;
  engine: string;
  size: string;
}

/** One thing that wants the user's attention. */
export interface INeedsYou {
  id: string;
  code: string;
  object_id?: string | null;
  object_kind?: string | null;
  path?: string | null;
  name?: string | null;
  params?: Record<string, unknown>;
  reason?: IReason | null;
  occurred_at?: string;
}

export interface IRecent {
  id: string;
  name: string;
  status?: string | null;
  version?: string | null;
  current_version?: string | null;
  updated_at?: string;
}

export interface IRunning {
  id: string;
  kind: string;
  name: string;
  status: string;
  position?: number | null;
  queue?: string | null;
  progress?: { done: number; total: number | null } | null;
  object?: { kind: string; id: string } | null;
  started_at?: string | null;
}

/** What the sidebar shows: counts by area, what runs, what needs the user. */
export interface IOverview {
  counts: Record<string, number>;
  running: IRunning[];
  needs_you: INeedsYou[];
  recent?: Record<string, IRecent[]>;
  usage?: { resource: string; used: number; limit: number | null }[];
  cost_today?: { amount: string; currency: string } | null;
}

/** One line of the record of what happened. */
export interface IEventRead {
  position: number;
  code: string;
  object_id: string | null;
  object_kind: string | null;
  params: Record<string, unknown>;
  actor: { id: string; name: string } | null;
  occurred_at: string;
}

export interface ISearchHit {
  id: string;
  kind: string;
  name: string;
  path?: string;
  owner?: { id: string; name: string };
}

export interface ISystemRoutes {
  'GET /version': { response: IVersionInfo };
  'GET /me': { response: IMe };
  'PATCH /me': { body: Record<string, unknown>; response: IMe };
  'GET /overview': { response: IOverview };
  'GET /events': {
    query: { after?: number | string; object_id?: string; code?: string; limit?: number; order?: string };
    response: ICursorPage<IEventRead>;
  };
  'GET /search': { query: { q: string; limit?: number }; response: IPage<ISearchHit> };
  'GET /tokens': { query?: IListQuery; response: IPage<{ id: string; name: string; scope: string }> };
}
