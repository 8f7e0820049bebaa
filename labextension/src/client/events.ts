import type { LiveStream } from './stream';
import type { IEventRead } from './types';

export type EventListener = (event: IEventRead) => void;

/** One subscription to `events` for the whole tab, handed out to everybody who listens. */
export class EventFeed {
  constructor(private readonly stream: LiveStream) {}

  listen(listener: EventListener): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) {
      this.stop = this.stream.subscribe<IEventRead>(
        'events',
        {
          items: events => {
            for (const event of events) {
              this.last = Math.max(this.last ?? 0, event.position);
              this.remember(event);
              for (const one of [...this.listeners]) {
                one(event);
              }
            }
          }
        },
        this.last
      );
    }
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) {
        this.stop?.();
        this.stop = null;
      }
    };
  }

  /** Whether an object was deleted, as far as somebody listened, and has not come back since. */
  isGone(id: string): boolean {
    return this.gone.has(id);
  }

  private remember(event: IEventRead): void {
    const verb = event.code.split('.')[1];
    if (verb === 'deleted') {
      this.gone.add(event.object_id);
    } else if (verb === 'restored') {
      this.gone.delete(event.object_id);
    }
  }

  private readonly gone = new Set<string>();
  private readonly listeners = new Set<EventListener>();
  private stop: (() => void) | null = null;
  private last: number | null = null;
}
