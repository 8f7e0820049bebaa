import { useCallback, useEffect, useRef, useState } from 'react';
import type { AISpaceError, IEventRead } from '../client';
import { AISpaceError as Failure } from '../client';
import { useApp } from './context';

export interface IQuery<T> {
  data: T | undefined;
  error: AISpaceError | null;
  /** Nothing to show yet. */
  loading: boolean;
  /** Something is shown and newer is on its way. */
  refreshing: boolean;
  /** When the shown data came. */
  since: number | null;
  /** The shown data came because of something that happened, not because somebody asked. */
  live: boolean;
  reload(): void;
  /** Put in what an action answered. */
  set(data: T): void;
}

const SETTLE = 300;
const POLL = 30_000;

/**
 * What the server says, kept fresh by events.
 *
 * Parameters
 * ----------
 * key: what is asked; another key asks anew and shows nothing of the old one. null asks nothing.
 * load: asks; gets a signal that ends it.
 * live: which events make it ask again. Without a stream it asks every 30 s while the tab is seen.
 */
export function useQuery<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  live?: (event: IEventRead) => boolean
): IQuery<T> {
  const { client } = useApp();
  const [state, setState] = useState<{
    key: string | null;
    data?: T;
    error: AISpaceError | null;
    since: number | null;
    live: boolean;
  }>({
    key: null,
    error: null,
    since: null,
    live: false
  });
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  const filter = useRef(live);
  filter.current = live;
  const isLive = live !== undefined;
  const cause = useRef<'asked' | 'event'>('asked');
  const unanswered = useRef(false);

  useEffect(() => {
    if (key === null) {
      return;
    }
    const controller = new AbortController();
    // An event that overtakes what somebody asked for answers him too.
    const byEvent = cause.current === 'event' && !unanswered.current;
    cause.current = 'asked';
    unanswered.current = !byEvent;
    setBusy(true);
    loader.current(controller.signal).then(
      data => {
        if (!controller.signal.aborted) {
          unanswered.current = false;
          setState({ key, data, error: null, since: Date.now(), live: byEvent });
          setBusy(false);
        }
      },
      (reason: unknown) => {
        if (!controller.signal.aborted) {
          unanswered.current = false;
          // What was shown stays, with the error beside it.
          setState(old => ({
            key,
            data: old.key === key ? old.data : undefined,
            error: Failure.of(reason),
            since: old.since,
            live: old.live
          }));
          setBusy(false);
        }
      }
    );
    return () => controller.abort();
  }, [key, turn]);

  const reload = useCallback(() => {
    cause.current = 'asked';
    setTurn(n => n + 1);
  }, []);

  useEffect(() => {
    if (key === null || !isLive) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (): void => {
      cause.current = 'event';
      setTurn(n => n + 1);
    };
    const stop = client.events.listen(event => {
      if (filter.current?.(event)) {
        clearTimeout(timer);
        timer = setTimeout(again, SETTLE);
      }
    });
    const poll = setInterval(() => {
      if (client.stream.state !== 'open' && document.visibilityState !== 'hidden') {
        again();
      }
    }, POLL);
    return () => {
      stop();
      clearTimeout(timer);
      clearInterval(poll);
    };
  }, [client, key, isLive]);

  const set = useCallback(
    (data: T) => setState({ key, data, error: null, since: Date.now(), live: false }),
    [key]
  );
  const current = state.key === key;
  const data = current ? state.data : undefined;
  return {
    data,
    error: current ? state.error : null,
    loading: key !== null && data === undefined && !(current && state.error),
    refreshing: busy && data !== undefined,
    since: state.since,
    live: state.live,
    reload,
    set
  };
}
