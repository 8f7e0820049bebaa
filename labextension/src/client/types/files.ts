import type { IListQuery, IPage } from './common';

/** One entry of the user's area. */
export interface IAreaEntry {
  name: string;
  path: string;
  type: 'file' | 'directory' | 'folder';
  size: number | null;
  modified: string | null;
}

export interface IFilesRoutes {
  'GET /files': { query: IListQuery & { path?: string }; response: IPage<IAreaEntry> };
  'POST /files/folders': { body: { path: string }; response: IAreaEntry };
  'POST /files/move': { body: { from: string; to: string; overwrite?: boolean }; response: IAreaEntry };
  'POST /files/copy': { body: { from: string; to: string; overwrite?: boolean }; response: IAreaEntry };
  'DELETE /files': { query: { path: string | string[] }; response: void };
  'POST /files/place': {
    body: { upload_id: string; path: string; overwrite?: boolean };
    response: IAreaEntry;
  };
  'POST /files/extract': {
    body: { path: string; target?: string; overwrite?: boolean };
    response: unknown;
  };
  'POST /files/compress': { body: { paths: string[]; target: string }; response: IAreaEntry };
  'GET /uploads': { response: IPage<{ id: string; size: number; offset: number; filename?: string }> };
}
