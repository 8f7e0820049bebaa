import type { IListQuery, IPage } from './shapes';

/** One entry of the user's area. */
export interface IAreaEntry {
  name: string;
  path: string;
  /** folder, file, image, video, audio, archive */
  type: string;
  size: number;
  modified: string;
}

export interface IFilesRoutes {
  'GET /files': { query: IListQuery & { path?: string }; response: IPage<IAreaEntry> };
  'POST /files/folders': { body: { path: string }; response: IAreaEntry };
  'POST /files/move': {
    body: { from: string | string[]; to: string; overwrite?: boolean };
    response: unknown;
  };
  'POST /files/copy': {
    body: { from: string | string[]; to: string; overwrite?: boolean };
    response: unknown;
  };
  'DELETE /files': { query: { path: string | string[] }; response: void };
  'POST /files/place': {
    body: { upload_id: string; path: string; overwrite?: boolean };
    response: IAreaEntry;
  };
  'POST /files/extract': { body: { path: string; to?: string; overwrite?: boolean }; response: unknown };
  'POST /files/compress': { body: { paths: string[]; to: string; overwrite?: boolean }; response: unknown };
}
