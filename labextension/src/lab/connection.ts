import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { AISpaceClient } from '../client';
import type { ISocket } from '../client/stream';

const API = 'aispace/api/v1';

function cookie(name: string): string {
  const found = new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie);
  return found ? decodeURIComponent(found[1]) : '';
}

/** The client of this Jupyter server: its extension forwards to the platform. */
export function labClient(
  settings: ServerConnection.ISettings = ServerConnection.makeSettings()
): AISpaceClient {
  const apiUrl = URLExt.join(settings.baseUrl, API);
  return new AISpaceClient({
    apiUrl,
    transport: (path, init) => ServerConnection.makeRequest(apiUrl + path, init, settings),
    connect: () => {
      const url = URLExt.join(settings.wsUrl, API, 'stream');
      const query =
        settings.appendToken && settings.token ? `?token=${encodeURIComponent(settings.token)}` : '';
      return new settings.WebSocket(url + query) as unknown as ISocket;
    },
    headers: () => {
      const xsrf = cookie('_xsrf');
      return {
        ...(settings.token ? { Authorization: `token ${settings.token}` } : {}),
        ...(xsrf ? { 'X-XSRFToken': xsrf } : {})
      };
    }
  });
}

/** The address of a path of ours: on a hub one that opens for everybody in his own server. */
export function addressOf(path: string): string {
  const query = `?aispace=${encodeURIComponent(path)}`;
  const hubPrefix = PageConfig.getOption('hubPrefix');
  if (hubPrefix) {
    return `${PageConfig.getOption('hubHost')}${URLExt.join(hubPrefix, 'user-redirect', 'lab')}${query}`;
  }
  return `${URLExt.join(ServerConnection.makeSettings().baseUrl, 'lab')}${query}`;
}

/** The path in a page's address, or null. */
export function pathOf(search: string): string | null {
  const path = new URLSearchParams(search).get('aispace');
  return path && path.startsWith('/') ? path : null;
}

/** Where the file browser's root lies in the user's files; null where it is outside of them. */
export function rootInFiles(): string | null {
  // On a hub the files are the server's folder; on a laptop they are the home, and Jupyter runs anywhere.
  const root = PageConfig.getOption('hubPrefix') ? '~' : PageConfig.getOption('serverRoot');
  return /^~(\/|$)/.test(root) ? root.slice(2).replace(/\/*$/, '') : null;
}
