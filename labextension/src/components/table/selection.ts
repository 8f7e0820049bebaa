import { useEffect, useRef, useState } from 'react';
import type { IListQuery, IPage } from '../../client';
import { useAction } from '../useAction';

/** More than this is not selected at once: each row is a request. */
export const MOST = 2000;
const PIECE = 200;

export interface ISelection<T> {
  rows: T[];
  has(key: string): boolean;
  toggle(row: T): void;
  setPage(all: boolean): void;
  clear(): void;
  /** Get and select everything that the filters leave. */
  all: { run: () => void; busy: boolean };
}

/** The selected rows of a table, also of other pages. */
export function useSelection<T>(
  page: IPage<T> | undefined,
  keyOf: (row: T) => string,
  filters: IListQuery,
  load: (query: IListQuery, signal: AbortSignal) => Promise<IPage<T>>
): ISelection<T> {
  const [selected, setSelected] = useState<ReadonlyMap<string, T>>(new Map());
  const total = useRef(0);
  const name = JSON.stringify(filters);
  const filtered = useRef(name);

  useEffect(() => {
    if (filtered.current !== name) {
      filtered.current = name;
      setSelected(new Map());
    }
  }, [name]);

  useEffect(() => {
    if (!page) {
      return;
    }
    const here = new Map(page.items.map(row => [keyOf(row), row]));
    const fewer = page.page.total < total.current;
    total.current = page.page.total;
    setSelected(old => {
      // What was deleted is not selected any more; of other pages nobody knows.
      const next = [...old].filter(([key]) => here.has(key) || !fewer);
      return next.length === old.size && next.every(([key, row]) => (here.get(key) ?? row) === row)
        ? old
        : new Map(next.map(([key, row]) => [key, here.get(key) ?? row]));
    });
    // `keyOf` is the same function in other clothes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [page]);

  const all = useAction(async () => {
    const found = new Map<string, T>();
    const { signal } = new AbortController();
    for (let offset = 0; offset < MOST; offset += PIECE) {
      const part = await load({ ...filters, limit: PIECE, offset }, signal);
      part.items.forEach(row => found.set(keyOf(row), row));
      if (offset + PIECE >= part.page.total) {
        break;
      }
    }
    setSelected(found);
  });

  return {
    rows: [...selected.values()],
    has: key => selected.has(key),
    toggle: row => {
      const next = new Map(selected);
      if (!next.delete(keyOf(row))) {
        next.set(keyOf(row), row);
      }
      setSelected(next);
    },
    setPage: every => {
      const next = new Map(selected);
      for (const row of page?.items ?? []) {
        if (every) {
          next.set(keyOf(row), row);
        } else {
          next.delete(keyOf(row));
        }
      }
      setSelected(next);
    },
    clear: () => setSelected(new Map()),
    all
  };
}
