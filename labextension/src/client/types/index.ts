/**
 * The REST interface in types. One file an area; a new area adds its `I...Routes` to `Routes`.
 *
 * The files are written by hand after the contract. `FromPaths` gives the same form for the `paths` that openapi-typescript
 * generates, so an area can switch to the generated types without touching a page.
 */
import type { IDatasetRoutes } from './datasets';
import type { IFilesRoutes } from './files';
import type { IKeepingRoutes } from './keeping';
import type { ILifecycleRoutes } from './lifecycle';
import type { IOperationsRoutes } from './operations';
import type { IResourceRoutes } from './resources';
import type { ISystemRoutes } from './system';
import type { ITrainingRoutes } from './training';

export * from './shapes';
export * from './datasets';
export * from './files';
export * from './keeping';
export * from './lifecycle';
export * from './operations';
export * from './resources';
export * from './system';
export * from './training';

export interface IRoutes
  extends
    ISystemRoutes,
    IFilesRoutes,
    IDatasetRoutes,
    IResourceRoutes,
    IKeepingRoutes,
    ILifecycleRoutes,
    ITrainingRoutes,
    IOperationsRoutes {}

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never;
type Answer<R> = {
  [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : S extends 204 ? void : never;
}[keyof R];

/** The generated `paths` of openapi-typescript in the form of `IRoutes`. */
export type FromPaths<P> = {
  [
    K in keyof P & string as {
      [M in keyof P[K] & string]: P[K][M] extends { responses: object } ? `${Uppercase<M>} ${K}` : never;
    }[keyof P[K] & string]
  ]: {
    [M in keyof P[K] & string]: P[K][M] extends { responses: infer R }
      ? {
          response: Answer<R>;
          body: P[K][M] extends { requestBody?: infer B } ? Json<NonNullable<B>> : undefined;
          query: P[K][M] extends { parameters: { query?: infer Q } } ? Q : undefined;
        }
      : never;
  }[keyof P[K] & string];
};
