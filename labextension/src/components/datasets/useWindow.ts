import { useCallback, useEffect, useRef, useState } from 'react';
import { AISpaceError } from '../../client';

const PAGE = 100;
const KEEP = 60;

/**
 * A long list read in windows: any place of it, only what is looked at, at most 6,000 rows kept.
 *
 * @param key what the list is; another key forgets everything.
 * @param load rows from a place on, with the total.
 */
export function useWindow<T>(
  key: string,
  load: (at: number, limit: number, signal: AbortSignal) => Promise<{ items: T[]; total: number }>
): {
  total: number | null;
  get: (index: number) => T | undefined;
  need: (first: number, last: number) => void;
  patch: (index: number, row: T) => void;
  reload: () => void;
  error: AISpaceError | null;
} {
  const pages = useRef(new Map<number, T[]>());
  const asked = useRef(new Set<number>());
  const seen = useRef({ first: 0, last: 0 });
  const controller = useRef(new AbortController());
  const loader = useRef(load);
  loader.current = load;
  const [total, setTotal] = useState<number | null>(null);
  const [error, setError] = useState<AISpaceError | null>(null);
  const [, redraw] = useState(0);

  const ask = useCallback((page: number): void => {
    if (asked.current.has(page)) {
      return;
    }
    asked.current.add(page);
    const { signal } = controller.current;
    loader.current(page * PAGE, PAGE, signal).then(
      answer => {
        if (signal.aborted) {
          return;
        }
        pages.current.set(page, answer.items);
        setTotal(answer.total);
        setError(null);
        if (pages.current.size > KEEP) {
          const middle = Math.floor((seen.current.first + seen.current.last) / 2 / PAGE);
          const far = [...pages.current.keys()].sort(
            (a, b) => Math.abs(b - middle) - Math.abs(a - middle)
          )[0];
          pages.current.delete(far);
          asked.current.delete(far);
        }
        redraw(n => n + 1);
      },
      (reason: unknown) => {
        asked.current.delete(page);
        if (!signal.aborted) {
          setError(AISpaceError.of(reason));
        }
      }
    );
  }, []);

  const need = useCallback(
    (first: number, last: number): void => {
      seen.current = { first, last };
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
        ask(page);
      }
    },
    [ask]
  );

  useEffect(() => {
    controller.current = new AbortController();
    pages.current.clear();
    asked.current.clear();
    setTotal(null);
    setError(null);
    ask(0);
    const { current } = controller;
    return () => current.abort();
  }, [key, ask]);

  const reload = useCallback((): void => {
    // What is shown stays until the new rows are here.
    asked.current.clear();
    setError(null);
    const { first, last } = seen.current;
    for (const page of [...pages.current.keys()]) {
      if (page < Math.floor(first / PAGE) || page > Math.floor(last / PAGE)) {
        pages.current.delete(page);
      }
    }
    need(first, last);
  }, [need]);

  const get = useCallback(
    (index: number): T | undefined => pages.current.get(Math.floor(index / PAGE))?.[index % PAGE],
    []
  );
  const patch = useCallback((index: number, row: T): void => {
    const page = pages.current.get(Math.floor(index / PAGE));
    if (page) {
      page[index % PAGE] = row;
      redraw(n => n + 1);
    }
  }, []);
  return { total, get, need, patch, reload, error };
}
