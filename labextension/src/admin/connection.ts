import { AISpaceClient } from '../client';
import type { ISocket } from '../client/stream';

/** What the service tells its pages. */
export interface IPageData {
  page: 'admin' | 'notebooks' | 'usage';
  /** Path of the service with a slash at the end. */
  baseUrl: string;
  apiUrl: string;
  streamUrl: string;
  staticUrl: string;
  /** Of the hub, with a slash at the end. */
  hubUrl: string;
  xsrfToken: string;
  user: { id: string; name: string; role: string };
  version: string;
}

/** The data that the page was delivered with. */
export function pageData(): IPageData {
  const text = document.getElementById('aispace-page-data')?.textContent;
  if (!text) {
    throw new Error('the page came without its data');
  }
  return JSON.parse(text) as IPageData;
}

/** The client of a page on the hub: the session's cookie and the page's token. */
export function hubClient(data: IPageData): AISpaceClient {
  const headers = (): Record<string, string> => ({ 'X-XSRFToken': data.xsrfToken });
  return new AISpaceClient({
    apiUrl: new URL(data.apiUrl, window.location.href).href,
    transport: (path, init) => {
      const all = new Headers(init.headers);
      all.set('X-XSRFToken', data.xsrfToken);
      return fetch(data.apiUrl + path, { credentials: 'same-origin', ...init, headers: all });
    },
    connect: () => {
      const url = new URL(data.streamUrl, window.location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      return new WebSocket(url) as unknown as ISocket;
    },
    headers
  });
}

/** Where a page of JupyterLab opens for whoever follows the link. */
export function labLink(data: IPageData, path: string): string {
  return `${data.hubUrl}user-redirect/lab?aispace=${encodeURIComponent(path)}`;
}
