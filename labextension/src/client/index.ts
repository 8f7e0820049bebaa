import type { Call, Transport } from './call';
import { callOver, fillPath, queryString } from './call';
import { EventFeed } from './events';
import type { ILocalStore } from './localStore';
import { localStore } from './localStore';
import type { ISocket, IVisibility } from './stream';
import { LiveStream } from './stream';
import { UploadManager } from './uploads';

export * from './errors';
export * from './types';
export type { Answer, Arguments, Call, ICallOptions, Route, Transport } from './call';
export { queryString } from './call';
export type { ILocalStore } from './localStore';
export { MemoryStore } from './localStore';
export type { ISubscriber, StreamState } from './stream';
export { LiveStream } from './stream';
export type { ITransfer, IUploadFile } from './uploads';
export { UploadManager } from './uploads';

/** What a face gives to reach the server. */
export interface IClientOptions {
  /** Absolute address of the interface, without a slash at the end: ".../aispace/api/v1". */
  apiUrl: string;
  transport: Transport;
  /** Opens the stream's WebSocket. */
  connect: () => ISocket;
  /** Headers of requests that do not go through the transport (uploads). */
  headers?: () => Record<string, string>;
  visibility?: IVisibility;
}

/** The one way from a face to the platform: typed calls, the live stream, uploads, and what this browser remembers. */
export class AISpaceClient {
  constructor(options: IClientOptions) {
    this.apiUrl = options.apiUrl;
    this.transport = options.transport;
    this.call = callOver(options.transport);
    this.stream = new LiveStream(options.connect, options.visibility);
    this.events = new EventFeed(this.stream);
    this.uploads = new UploadManager({
      endpoint: `${options.apiUrl}/uploads`,
      headers: options.headers ?? (() => ({}))
    });
    this.drafts = localStore('drafts', options.apiUrl);
    this.journal = localStore('journal', options.apiUrl);
    this.history = localStore('history', options.apiUrl);
  }

  readonly apiUrl: string;
  /** For bytes that are no JSON (a text file, an export): everything else uses `call`. */
  readonly transport: Transport;
  readonly call: Call;
  readonly stream: LiveStream;
  readonly events: EventFeed;
  readonly uploads: UploadManager;
  readonly drafts: ILocalStore;
  readonly journal: ILocalStore;
  readonly history: ILocalStore;

  /** The address of something a browser loads by itself: a picture, a download. */
  url(template: string, path: Record<string, string> = {}, query: object = {}): string {
    return this.apiUrl + fillPath(template, path) + queryString(query);
  }

  dispose(): void {
    this.stream.dispose();
  }
}

/** A fresh key that makes a create safe to send twice. */
export function idempotencyKey(): string {
  return crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
