import { AISpaceError } from './errors';
import type { IListQuery, IRoutes } from './types';

/** How a request leaves: JupyterLab's ServerConnection, fetch, or a test. The path begins with "/". */
export type Transport = (path: string, init: RequestInit) => Promise<Response>;

export type Route = keyof IRoutes & string;

type Names<R extends string> = R extends `${string}{${infer P}}${infer Rest}` ? P | Names<Rest> : never;
type Path<R extends string> = [Names<R>] extends [never]
  ? { path?: undefined }
  : { path: Record<Names<R>, string> };
/** What is null is left out of an address. */
type Asked<Q> = { [K in keyof Q]: Q[K] | null } | IListQuery;
type Query<T> = 'query' extends keyof T
  ? T extends { query: infer Q }
    ? { query: Asked<Q> }
    : T extends { query?: infer Q }
      ? { query?: Asked<Q> }
      : never
  : { query?: undefined };
type Body<T> = 'body' extends keyof T
  ? T extends { body: infer B }
    ? { body: B }
    : T extends { body?: infer B }
      ? { body?: B }
      : never
  : { body?: undefined };

/** What a call takes besides the route's own parameters. */
export interface ICallOptions {
  /** The revision the change is based on; a newer one on the server is a 412. */
  ifMatch?: number | string;
  /** Makes a create safe to send twice. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export type Arguments<R extends Route> = Path<R> & Query<IRoutes[R]> & Body<IRoutes[R]> & ICallOptions;
export type Answer<R extends Route> = IRoutes[R] extends { response: infer A } ? A : void;

/** Whether a route can be called without anything. */
export type Call = <R extends Route>(
  route: R,
  ...rest: object extends Arguments<R> ? [options?: Arguments<R>] : [options: Arguments<R>]
) => Promise<Answer<R>>;

/** A query string of the values that are set; lists repeat their name. */
export function queryString(query: object | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}) as [string, unknown][]) {
    const all: unknown[] = Array.isArray(value) ? value : [value];
    for (const one of all) {
      if (one !== undefined && one !== null && one !== '') {
        search.append(name, typeof one === 'string' ? one : JSON.stringify(one));
      }
    }
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** The path of a route with its names filled in. */
export function fillPath(template: string, values: Record<string, string> | undefined): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values?.[name];
    if (value === undefined) {
      throw new Error(`path parameter ${name} is missing`);
    }
    return encodeURIComponent(value);
  });
}

/** The typed caller over a transport. */
export function callOver(transport: Transport): Call {
  // Untyped inside: the union of all routes is too large for the compiler to take apart.
  const untyped = async (
    route: string,
    options: { path?: Record<string, string>; query?: object; body?: unknown } & ICallOptions = {}
  ): Promise<unknown> => {
    const [method, template] = route.split(' ');
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (options.ifMatch !== undefined) {
      headers['If-Match'] = `"${options.ifMatch}"`;
    }
    if (options.idempotencyKey !== undefined) {
      headers['Idempotency-Key'] = options.idempotencyKey;
    }
    const init: RequestInit = { method, headers, signal: options.signal };
    if (options.body !== undefined) {
      init.body = JSON.stringify(options.body);
    }
    let response: Response;
    try {
      response = await transport(fillPath(template, options.path) + queryString(options.query), init);
    } catch (reason) {
      if (options.signal?.aborted) {
        throw reason;
      }
      throw AISpaceError.unreachable(reason);
    }
    if (!response.ok) {
      throw await AISpaceError.fromResponse(response);
    }
    if (response.status === 204 || response.headers.get('Content-Length') === '0') {
      return undefined;
    }
    return (await response.json()) as unknown;
  };
  return untyped as Call;
}
