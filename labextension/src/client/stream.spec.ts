import type { ISocket } from './stream';
import { LiveStream } from './stream';

class FakeSocket implements ISocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: Record<string, unknown>[] = [];
  closed = false;

  alive = true;

  send(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    this.sent.push(message);
    if (message.op === 'ping' && this.alive) {
      this.say({ op: 'pong' });
    }
  }

  close(): void {
    this.closed = true;
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  breakOff(): void {
    this.onclose?.();
  }
}

describe('LiveStream', () => {
  let sockets: FakeSocket[];
  let hidden: boolean;
  let changed: () => void;
  let stream: LiveStream;

  beforeEach(() => {
    jest.useFakeTimers();
    sockets = [];
    hidden = false;
    stream = new LiveStream(
      () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      {
        hidden: () => hidden,
        onChange: listener => {
          changed = listener;
          return () => undefined;
        }
      },
      () => 0.5
    );
  });

  afterEach(() => {
    stream.dispose();
    jest.useRealTimers();
  });

  it('opens one socket for all topics and closes it with the last', () => {
    const stops = ['events', 'log/wl_1'].map(topic => stream.subscribe(topic, { items: () => undefined }));
    expect(sockets).toHaveLength(1);
    sockets[0].onopen?.();
    expect(sockets[0].sent.map(message => message.topic)).toEqual(['events', 'log/wl_1']);
    stops[0]();
    expect(sockets[0].sent.pop()).toMatchObject({ op: 'unsubscribe' });
    expect(sockets[0].closed).toBe(false);
    stops[1]();
    expect(sockets[0].closed).toBe(true);
    expect(stream.state).toBe('idle');
  });

  it('resumes after a break from the last position, without gaps or doubles', () => {
    const got: number[] = [];
    stream.subscribe<number>('events', { items: items => got.push(...items) }, 10);
    sockets[0].onopen?.();
    const id = sockets[0].sent[0].id;
    expect(sockets[0].sent[0]).toMatchObject({ after: 10 });
    sockets[0].say({ op: 'data', id, position: 11, items: [11] });
    sockets[0].say({ op: 'data', id, position: 12, items: [12] });
    sockets[0].breakOff();
    expect(stream.state).toBe('waiting');
    jest.advanceTimersByTime(1000);
    expect(sockets).toHaveLength(2);
    sockets[1].onopen?.();
    expect(sockets[1].sent[0]).toMatchObject({ op: 'subscribe', id, after: 12 });
    sockets[1].say({ op: 'data', id, position: 12, items: [12] });
    sockets[1].say({ op: 'data', id, position: 13, items: [13] });
    expect(got).toEqual([11, 12, 13]);
  });

  it('waits longer each time, to a minute', () => {
    stream.subscribe('events', { items: () => undefined });
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      sockets[sockets.length - 1].breakOff();
      waits.push((stream.retryAt ?? 0) - Date.now());
      jest.advanceTimersByTime(waits[i]);
    }
    expect(waits.slice(0, 3)).toEqual([1000, 2000, 4000]);
    expect(Math.max(...waits)).toBe(60_000);
  });

  it('rests while the tab has been hidden for a minute and comes back where it was', () => {
    stream.subscribe('events', { items: () => undefined });
    sockets[0].onopen?.();
    sockets[0].say({ op: 'subscribed', id: sockets[0].sent[0].id, position: 5 });
    hidden = true;
    changed();
    jest.advanceTimersByTime(59_000);
    expect(sockets[0].closed).toBe(false);
    jest.advanceTimersByTime(1000);
    expect(sockets[0].closed).toBe(true);
    expect(stream.state).toBe('standby');
    jest.advanceTimersByTime(600_000);
    expect(sockets).toHaveLength(1);
    hidden = false;
    changed();
    sockets[1].onopen?.();
    expect(sockets[1].sent[0]).toMatchObject({ after: 5 });
  });

  it('takes a socket that answers no ping for dead', () => {
    stream.subscribe('events', { items: () => undefined });
    sockets[0].onopen?.();
    jest.advanceTimersByTime(25_000);
    expect(sockets[0].sent.pop()).toEqual({ op: 'ping' });
    expect(stream.state).toBe('open');
    sockets[0].alive = false;
    jest.advanceTimersByTime(50_000);
    expect(stream.state).toBe('waiting');
  });
});
