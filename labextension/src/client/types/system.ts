import type { ICursorPage, IListQuery, IMoney, IPage } from './shapes';

export interface IMe {
  id: string;
  name: string;
  role: string;
  permissions: string[];
  organisation?: { id: string; name: string } | null;
  token_scopes?: string[] | null;
  settings?: {
    language?: string | null;
    theme?: string | null;
    dismissed?: string[];
    [name: string]: unknown;
  };
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
  name: string;
  params: Record<string, unknown>;
  occurred_at?: string | null;
}

export interface IRecent {
  id: string;
  name: string;
  status?: string | null;
  updated_at: string;
}

export interface IRunning {
  id: string;
  kind: string;
  name: string;
  status: string;
  object_id: string | null;
  object_kind: string | null;
  position?: number | null;
  started_at?: string | null;
}

/** What the sidebar shows: counts by area, what runs, what needs the user. */
export interface IOverview {
  counts: Record<string, number>;
  running: IRunning[];
  running_total: number;
  needs_you: INeedsYou[];
  recent: Record<string, IRecent[]>;
  cost_today: IMoney | null;
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
  'GET /search': { query: { q: string; limit?: number }; response: { items: ISearchHit[]; total: number } };
  'GET /tokens': { query?: IListQuery; response: IPage<{ id: string; name: string; scope: string }> };
}
