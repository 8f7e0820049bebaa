import type { ReactNode } from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { AISpaceClient } from '../client';
import type { ISocket } from '../client/stream';
import type { IApp, INotice } from '../components/context';
import { AppProvider } from '../components/context';
import type { ITrans } from '../i18n';
import { english } from '../i18n';

export interface IRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

export type Answerer = (request: IRequest) => { status?: number; body?: unknown } | undefined;

/** A face whose server is a function: what was asked is in `requests`, what was told in `notices`. */
export function testFace(
  answer: Answerer,
  trans: ITrans = english
): { app: IApp; client: AISpaceClient; requests: IRequest[]; notices: INotice[]; opened: string[] } {
  const requests: IRequest[] = [];
  const notices: INotice[] = [];
  const opened: string[] = [];
  const client = new AISpaceClient({
    apiUrl: 'http://server/api/v1',
    transport: (path, init) => {
      const request: IRequest = {
        method: init.method ?? 'GET',
        path,
        headers: (init.headers ?? {}) as Record<string, string>,
        body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined
      };
      requests.push(request);
      const given = answer(request);
      return given
        ? Promise.resolve(response(given.status ?? 200, given.body))
        : Promise.resolve(response(404, { error: { code: 'not_found', message: `${path} is not there.` } }));
    },
    connect: (): ISocket => ({
      send: () => undefined,
      close: () => undefined,
      onopen: null,
      onmessage: null,
      onclose: null
    })
  });
  const app: IApp = {
    client,
    trans,
    locale: 'en',
    openTab: path => opened.push(path),
    link: path => `/lab?aispace=${encodeURIComponent(path)}`,
    notify: notice => notices.push(notice),
    may: () => true
  };
  return { app, client, requests, notices, opened };
}

/** An answer as fetch gives it. */
export function response(status: number, body?: unknown): Response {
  const text = body === undefined ? '' : JSON.stringify(body);
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: new Map([['Content-Length', String(text.length)]]) as unknown as Headers,
    json: () => (text ? Promise.resolve(JSON.parse(text)) : Promise.reject(new Error('no JSON')))
  } as unknown as Response;
}

/** Draw something in a document; returns its element and what takes it away. */
export async function draw(
  node: ReactNode,
  app?: IApp
): Promise<{ root: HTMLElement; end: () => Promise<void> }> {
  const root = document.createElement('div');
  document.body.append(root);
  const tree = createRoot(root);
  await act(async () => tree.render(app ? <AppProvider value={app}>{node}</AppProvider> : node));
  return {
    root,
    end: async () => {
      await act(async () => tree.unmount());
      root.remove();
    }
  };
}

/** Wait until something holds; fails after two seconds. */
export async function until(holds: () => boolean, what = 'the condition'): Promise<void> {
  const end = Date.now() + 2000;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`${what} did not come true`);
    }
    await act(async () => new Promise<void>(resolve => setTimeout(resolve, 5)));
  }
}
