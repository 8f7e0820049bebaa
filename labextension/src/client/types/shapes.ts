/** Shapes that all areas share. */

export type Visibility = 'private' | 'public' | 'preset' | 'department' | 'organisation';

export interface IPerson {
  id: string;
  name: string;
}

/** What every owned object has. */
export interface IOwnedRead {
  id: string;
  name: string;
  description?: string | null;
  owner: IPerson;
  visibility: Visibility;
  revision: number;
  created_at: string;
  updated_at: string;
  can: string[];
}

export interface IPageInfo {
  limit: number;
  offset: number;
  total: number;
  next: number | string | null;
}

export interface IPage<T> {
  items: T[];
  page: IPageInfo;
}

export interface ICursorPage<T> {
  items: T[];
  page: { limit: number; cursor?: string | null; next: string | null; total?: number | null };
}

export interface IListQuery {
  q?: string;
  sort?: string;
  limit?: number;
  offset?: number;
  [filter: string]: string | number | boolean | undefined;
}

export interface IProgress {
  done: number;
  total: number | null;
  unit?: string | null;
  rate?: number | null;
}

export interface IMoney {
  amount: string;
  currency: string;
}

/** Why something is in its state: a code with parameters, and English words. */
export interface IReason {
  code: string;
  message: string;
  params?: Record<string, unknown>;
}

/** A reference to an immutable version. */
export interface IVersionRef {
  dataset_id: string;
  version: string;
}

/** Where the bytes of a new object come from. */
export type Source =
  | { kind: 'upload'; upload_id: string }
  | { kind: 'batch'; batch: string }
  | { kind: 'area'; path: string }
  | { kind: 'git'; url: string; ref?: string };

export interface IFileEntry {
  path: string;
  size: number;
  sha256?: string;
}

/** One route: what it takes and gives. */
export interface IRoute {
  query?: object;
  body?: unknown;
  response: unknown;
}
