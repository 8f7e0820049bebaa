import type { IErrorBody } from './errors';

/** What we use of a WebSocket. */
export interface ISocket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: (() => void) | null;
}

/** When the tab is hidden and when that changes. */
export interface IVisibility {
  hidden(): boolean;
  onChange(listener: () => void): () => void;
}

export type StreamState = 'idle' | 'connecting' | 'open' | 'waiting' | 'standby';

/** Who listens to a topic. */
export interface ISubscriber<T> {
  items(items: T[], position: number | null): void;
  error?(error: IErrorBody): void;
}

interface ISubscription {
  id: string;
  topic: string;
  position: number | null;
  subscriber: ISubscriber<unknown>;
}

interface IMessage {
  op: string;
  id?: string;
  position?: number | null;
  items?: unknown[];
  error?: IErrorBody;
}

export const documentVisibility: IVisibility = {
  hidden: () => document.visibilityState === 'hidden',
  onChange: listener => {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }
};

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const STANDBY_AFTER = 60_000;
const PING_EVERY = 25_000;

/**
 * The one WebSocket of a browser tab: topics with positions, resumed after every break.
 *
 * It opens with the first subscription, closes with the last, waits 1 to 60 s between tries, and rests while the tab has been
 * hidden for a minute, so that a forgotten tab keeps no server awake.
 */
export class LiveStream {
  constructor(
    private readonly connect: () => ISocket,
    private readonly visibility: IVisibility = documentVisibility,
    private readonly random: () => number = Math.random
  ) {
    this.stopWatching = visibility.onChange(() => this.onVisibility());
  }

  get state(): StreamState {
    return this._state;
  }

  /** When the last message came, in milliseconds since 1970; null before the first. */
  get heardAt(): number | null {
    return this._heardAt;
  }

  /** When the next try is due while waiting. */
  get retryAt(): number | null {
    return this._retryAt;
  }

  onState(listener: (state: StreamState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Listen to a topic from a position on (null: from now on); returns what ends it. */
  subscribe<T>(topic: string, subscriber: ISubscriber<T>, after: number | null = null): () => void {
    const subscription: ISubscription = {
      id: `s${++this.counter}`,
      topic,
      position: after,
      subscriber
    };
    this.subscriptions.set(subscription.id, subscription);
    if (this._state === 'open') {
      this.sendSubscribe(subscription);
    } else if (this._state === 'idle') {
      this.start();
    }
    return () => {
      if (this.subscriptions.delete(subscription.id)) {
        if (this._state === 'open') {
          this.send({ op: 'unsubscribe', id: subscription.id });
        }
        if (this.subscriptions.size === 0) {
          this.rest('idle');
        }
      }
    };
  }

  /** Try again now instead of after the wait. */
  retryNow(): void {
    if (this._state === 'waiting') {
      this.start();
    }
  }

  dispose(): void {
    this.subscriptions.clear();
    this.stopWatching();
    this.rest('idle');
    this.listeners.clear();
  }

  private start(): void {
    clearTimeout(this.timer);
    this._retryAt = null;
    this.setState('connecting');
    let socket: ISocket;
    try {
      socket = this.connect();
    } catch {
      this.wait();
      return;
    }
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) {
        return;
      }
      this.setState('open');
      for (const subscription of this.subscriptions.values()) {
        this.sendSubscribe(subscription);
      }
      this.pinger = setInterval(() => this.ping(), PING_EVERY);
    };
    socket.onmessage = event => {
      if (this.socket === socket) {
        this.receive(event.data);
      }
    };
    socket.onclose = () => {
      if (this.socket === socket) {
        this.socket = null;
        clearInterval(this.pinger);
        if (this.visibility.hidden() && this._state === 'standby') {
          return;
        }
        this.wait();
      }
    };
  }

  private ping(): void {
    if (this.unanswered) {
      // Half-open: the network went away without telling.
      const socket = this.socket;
      socket?.close();
      socket?.onclose?.();
      return;
    }
    this.unanswered = true;
    this.send({ op: 'ping' });
  }

  private receive(data: string): void {
    this.unanswered = false;
    this._heardAt = Date.now();
    let message: IMessage;
    try {
      message = JSON.parse(data) as IMessage;
    } catch {
      return;
    }
    const subscription = message.id ? this.subscriptions.get(message.id) : undefined;
    if (message.op === 'pong' || !subscription) {
      this.tries = 0;
      return;
    }
    this.tries = 0;
    if (message.op === 'subscribed') {
      if (subscription.position === null && typeof message.position === 'number') {
        subscription.position = message.position;
      }
    } else if (message.op === 'data') {
      const position = typeof message.position === 'number' ? message.position : null;
      if (position !== null && subscription.position !== null && position <= subscription.position) {
        return; // seen before the break
      }
      subscription.position = position ?? subscription.position;
      subscription.subscriber.items(message.items ?? [], position);
    } else if (message.op === 'error' && message.error) {
      subscription.subscriber.error?.(message.error);
    }
  }

  private sendSubscribe(subscription: ISubscription): void {
    this.send({
      op: 'subscribe',
      id: subscription.id,
      topic: subscription.topic,
      after: subscription.position
    });
  }

  private send(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private wait(): void {
    this.unanswered = false;
    if (this.subscriptions.size === 0) {
      this.setState('idle');
      return;
    }
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries) * (0.75 + this.random() / 2);
    this.tries += 1;
    this._retryAt = Date.now() + wait;
    this.setState('waiting');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), wait);
  }

  private rest(state: 'idle' | 'standby'): void {
    clearTimeout(this.timer);
    clearInterval(this.pinger);
    this.unanswered = false;
    this._retryAt = null;
    const socket = this.socket;
    this.socket = null;
    this.setState(state);
    socket?.close();
  }

  private onVisibility(): void {
    clearTimeout(this.hider);
    if (this.visibility.hidden()) {
      this.hider = setTimeout(() => {
        if (this.subscriptions.size > 0) {
          this.rest('standby');
        }
      }, STANDBY_AFTER);
    } else if (this._state === 'standby' || this._state === 'waiting') {
      this.tries = 0;
      if (this.subscriptions.size > 0) {
        this.start();
      } else {
        this.setState('idle');
      }
    }
  }

  private setState(state: StreamState): void {
    if (state !== this._state) {
      this._state = state;
      for (const listener of [...this.listeners]) {
        listener(state);
      }
    }
  }

  private readonly subscriptions = new Map<string, ISubscription>();
  private readonly listeners = new Set<(state: StreamState) => void>();
  private readonly stopWatching: () => void;
  private socket: ISocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hider: ReturnType<typeof setTimeout> | undefined;
  private pinger: ReturnType<typeof setInterval> | undefined;
  private unanswered = false;
  private counter = 0;
  private tries = 0;
  private _state: StreamState = 'idle';
  private _heardAt: number | null = null;
  private _retryAt: number | null = null;
}
