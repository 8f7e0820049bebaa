import type { IListQuery, IPage } from './shapes';

/** Something that was deleted and can be taken back. */
export interface ITrashRead {
  /** Of the object itself. */
  id: string;
  kind: string;
  name: string;
  owner: { id: string; name: string };
  deleted_by: { id: string; name: string };
  deleted_at: string;
  /** When it is deleted for good. */
  expires_at: string;
  /** Whether another object has its name by now. */
  name_taken: boolean;
}

/** An object that somebody offers to somebody. */
export interface ITransferRead {
  id: string;
  object_kind: string;
  object_id: string;
  object_name: string;
  giver: { id: string; name: string };
  receiver: { id: string; name: string };
  status: 'offered' | 'accepted' | 'declined' | 'withdrawn';
  note: string;
  offered_by: { id: string; name: string };
  offered_at: string;
  decided_at: string | null;
  name_taken: boolean;
  can: string[];
}

export interface IDifference {
  aspect: 'file' | 'metric' | 'package' | 'python' | 'data' | 'code' | 'parameter' | 'setting';
  name: string;
  before: string | null;
  after: string | null;
}

/** A model version made once more. */
export interface IReproductionRead {
  id: string;
  model: { id: string; name: string };
  version: string;
  owner: { id: string; name: string };
  status: 'running' | 'same' | 'different' | 'failed' | 'gone';
  job_id: string;
  run: string;
  original_job_id: string;
  original_run: string;
  environment: 'same' | 'rebuilt' | 'unknown';
  differences: IDifference[];
  same_files: number;
  same_figures: number;
  created_at: string;
}

/** Taking back, handing over, making once more. */
export interface IKeepingRoutes {
  'GET /trash': { query?: IListQuery; response: IPage<ITrashRead> };
  'DELETE /trash': { response: { deleted: number; kept: number } };
  'DELETE /trash/{id}': { response: void };
  'POST /trash/{id}/restore': {
    body: { name?: string };
    response: { id: string; kind: string; name: string };
  };
  'GET /transfers': { query?: IListQuery; response: IPage<ITransferRead> };
  'POST /transfers': {
    body: { object_id: string; to: string; note?: string; at_once?: boolean };
    response: ITransferRead;
  };
  'GET /transfers/{id}': { response: ITransferRead };
  'POST /transfers/{id}/accept': { body: { name?: string }; response: ITransferRead };
  'POST /transfers/{id}/decline': { response: ITransferRead };
  'POST /transfers/{id}/withdraw': { response: ITransferRead };
  'GET /models/{id}/versions/{version}/reproductions': {
    query?: IListQuery;
    response: IPage<IReproductionRead>;
  };
  'POST /models/{id}/versions/{version}/reproductions': {
    body: { name?: string; spec_id?: string };
    response: IReproductionRead;
  };
  'GET /reproductions/{id}': { response: IReproductionRead };
}
