import { useCallback, useRef, useState } from 'react';
import type { IPage } from '../../client';
import type { IQuery } from '../useQuery';

/**
 * Newer rows put into a list that somebody reads: what is there changes in its place, what is gone goes, what comes after
 * all of it is added, what would move it waits.
 */
export function merged<T>(old: IPage<T>, now: IPage<T>, keyOf: (row: T) => string): IPage<T> {
  const newer = new Map(now.items.map(row => [keyOf(row), row]));
  const before = new Set(old.items.map(keyOf));
  const lost = Math.max(0, old.page.total - now.page.total);
  // Rows that newer ones pushed to the next page; they are the last ones of this page.
  let pushed = now.items.filter(row => !before.has(keyOf(row))).length - lost;
  const items: T[] = [];
  for (const row of [...old.items].reverse()) {
    const here = newer.get(keyOf(row));
    if (here !== undefined) {
      items.unshift(here);
      pushed = 0;
    } else if (pushed > 0) {
      items.unshift(row);
      pushed -= 1;
    }
  }
  let end = now.items.length;
  while (end > 0 && !before.has(keyOf(now.items[end - 1]))) {
    end -= 1;
  }
  const moved = items.length > 0 && !newer.has(keyOf(items[items.length - 1]));
  return { ...now, items: moved ? items : [...items, ...now.items.slice(end)] };
}

/** What a table shows of what the server says: rows never move by themselves while somebody reads. */
export function useSteadyPage<T>(
  query: IQuery<IPage<T>>,
  asked: string,
  keyOf: (row: T) => string
): {
  page: IPage<T> | undefined;
  /** Rows that wait to be shown. */
  fresh: number;
  show: () => void;
} {
  const kept = useRef<{ asked: string; data: IPage<T>; page: IPage<T> } | null>(null);
  const [, setTurn] = useState(0);
  const { data } = query;
  if (data && kept.current?.data !== data) {
    const old = kept.current;
    const steady = query.live && old !== null && old.asked === asked && old.page.items.length > 0;
    kept.current = { asked, data, page: steady ? merged(old.page, data, keyOf) : data };
  }
  const show = useCallback(() => {
    if (kept.current) {
      kept.current = { ...kept.current, page: kept.current.data };
      setTurn(n => n + 1);
    }
  }, []);
  // Paging and sorting keep the old rows until the new ones are here.
  const page = data || !query.error ? kept.current?.page : undefined;
  const there = new Set(page?.items.map(keyOf));
  const fresh = data && page ? data.items.filter(row => !there.has(keyOf(row))).length : 0;
  return { page, fresh, show };
}
