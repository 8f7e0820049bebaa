import { useVirtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { IEventRead, IListQuery, IPage } from '../client';
import { useApp, usePage } from './context';
import { Button } from './controls/Button';
import type { IMenuItem } from './controls/Menu';
import { Menu, MenuButton } from './controls/Menu';
import { count } from './formats';
import { EmptyState, ErrorView, Skeleton } from './states';
import type { IQuery } from './useQuery';
import { useQuery } from './useQuery';

export interface IColumn<T> {
  id: string;
  label: string;
  /** A CSS grid track: "2fr", "120px", "minmax(160px, 2fr)". */
  width: string;
  render: (row: T) => ReactNode;
  /** The server's name for sorting by it. */
  sort?: string;
  align?: 'right';
}

export interface IFilter {
  id: string;
  label: string;
  options: { value: string; label: string }[];
}

export interface IResourceTableProps<T> {
  label: string;
  /** Makes several tables on one page keep their state apart in the path. */
  prefix?: string;
  columns: IColumn<T>[];
  rowKey: (row: T) => string;
  load: (query: IListQuery, signal: AbortSignal) => Promise<IPage<T>>;
  /** What identifies the list besides its query ("datasets", "versions of ds_1"). */
  name: string;
  live?: (event: IEventRead) => boolean;
  filters?: IFilter[];
  searchable?: boolean;
  defaultSort?: string;
  /** Where a row leads. */
  href?: (row: T) => string;
  actions?: (row: T) => IMenuItem[];
  bulk?: (rows: T[], clear: () => void) => ReactNode;
  /** No row at all: how to begin. */
  empty: ReactNode;
  /** Gets the query, so that a page can reload after an action. */
  onQuery?: (query: IQuery<IPage<T>>) => void;
}

const SIZES = [50, 100, 200];
const VIRTUAL_FROM = 60;
const ROW = 34;

/** A server-side list: filter, sort, page and selection, rows drawn only where seen, state kept in the path. */
export function ResourceTable<T>(props: IResourceTableProps<T>): JSX.Element {
  const app = useApp();
  const page = usePage();
  const { trans } = app;
  const pre = (name: string): string => (props.prefix ? `${props.prefix}.${name}` : name);
  const get = (name: string): string => page.query.get(pre(name)) ?? '';

  const limit = SIZES.includes(Number(get('limit'))) ? Number(get('limit')) : SIZES[0];
  const offset = Math.max(0, Number(get('offset')) || 0);
  const sort = get('sort') || props.defaultSort || '';
  const q = get('q');
  const filters = Object.fromEntries((props.filters ?? []).map(filter => [filter.id, get(filter.id)]));
  const filtered = q !== '' || Object.values(filters).some(Boolean);
  const asked: IListQuery = {
    ...Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, value || undefined])),
    q: q || undefined,
    sort: sort || undefined,
    limit,
    offset
  };
  const query = useQuery(
    `${props.name} ${JSON.stringify(asked)}`,
    signal => props.load(asked, signal),
    props.live
  );
  const { onQuery } = props;
  useEffect(() => onQuery?.(query));

  const kept = useRef<IPage<T> | undefined>(undefined);
  if (query.data) {
    kept.current = query.data;
  }
  // Paging and sorting keep the old rows until the new ones are here.
  const shown = query.data ?? (query.error ? undefined : kept.current);
  const rows = useMemo(() => shown?.items ?? [], [shown]);
  const total = shown?.page.total ?? 0;

  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const set = (patch: Record<string, string | null>): void =>
    page.setQuery(Object.fromEntries(Object.entries(patch).map(([name, value]) => [pre(name), value])));

  const [selected, setSelected] = useState<Set<string>>(new Set());
  const chosen = rows.filter(row => selected.has(props.rowKey(row)));
  const clear = (): void => setSelected(new Set());
  const toggle = (key: string): void => {
    const next = new Set(selected);
    if (!next.delete(key)) {
      next.add(key);
    }
    setSelected(next);
  };

  const [focus, setFocus] = useState(0);
  const [menu, setMenu] = useState<{ items: IMenuItem[]; at: { x: number; y: number } } | null>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = rows.length > VIRTUAL_FROM;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
    enabled: virtual
  });
  const tracks = [
    ...(props.bulk ? ['32px'] : []),
    ...props.columns.map(column => column.width),
    ...(props.actions ? ['36px'] : [])
  ].join(' ');

  const focusRow = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setFocus(next);
    if (virtual) {
      virtualizer.scrollToIndex(next);
    }
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus()
    );
  };
  const onRowKey = (event: KeyboardEvent<HTMLDivElement>, row: T, index: number): void => {
    if (event.target !== event.currentTarget) {
      return;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      focusRow(index + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Home' || event.key === 'End') {
      focusRow(event.key === 'Home' ? 0 : rows.length - 1);
    } else if (event.key === 'Enter' && props.href) {
      if (event.ctrlKey || event.metaKey) {
        app.openTab(props.href(row));
      } else {
        page.go(props.href(row));
      }
    } else if (event.key === ' ' && props.bulk) {
      toggle(props.rowKey(row));
    } else if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
      const box = event.currentTarget.getBoundingClientRect();
      setMenu({ items: props.actions?.(row) ?? [], at: { x: box.left + 40, y: box.bottom } });
    } else {
      return;
    }
    event.preventDefault();
  };
  const onContextMenu = (event: MouseEvent, row: T): void => {
    if (props.actions && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      setMenu({ items: props.actions(row), at: { x: event.clientX, y: event.clientY } });
    }
  };

  const drawRow = (row: T, index: number, top?: number): JSX.Element => {
    const key = props.rowKey(row);
    return (
      <div
        key={key}
        role="row"
        data-index={index}
        data-key={key}
        aria-rowindex={offset + index + 2}
        aria-selected={props.bulk ? selected.has(key) : undefined}
        className="ais-Table-row"
        style={{
          gridTemplateColumns: tracks,
          ...(top === undefined
            ? {}
            : { position: 'absolute', top: 0, left: 0, right: 0, transform: `translateY(${top}px)` })
        }}
        tabIndex={index === Math.min(focus, rows.length - 1) ? 0 : -1}
        onFocus={() => setFocus(index)}
        onKeyDown={event => onRowKey(event, row, index)}
        onContextMenu={event => onContextMenu(event, row)}
        onDoubleClick={() => props.href && page.go(props.href(row))}
      >
        {props.bulk ? (
          <div role="gridcell">
            <input
              type="checkbox"
              aria-label={trans.__('Select row %1', offset + index + 1)}
              checked={selected.has(key)}
              tabIndex={-1}
              onChange={() => toggle(key)}
            />
          </div>
        ) : null}
        {props.columns.map(column => (
          <div
            role="gridcell"
            key={column.id}
            className={column.align === 'right' ? 'ais-mod-right' : undefined}
          >
            {column.render(row)}
          </div>
        ))}
        {props.actions ? (
          <div role="gridcell">
            <MenuButton
              label={trans.__('Actions of row %1', offset + index + 1)}
              items={props.actions(row)}
              tabIndex={-1}
            />
          </div>
        ) : null}
      </div>
    );
  };

  const bar =
    props.searchable !== false || props.filters?.length ? (
      <div className="ais-Table-bar" role="search" aria-label={props.label}>
        {(props.filters ?? []).map(filter => (
          <select
            key={filter.id}
            aria-label={filter.label}
            className="ais-Input ais-mod-filter"
            value={filters[filter.id]}
            onChange={event => set({ [filter.id]: event.target.value, offset: null })}
          >
            <option value="">{filter.label}</option>
            {filter.options.map(option => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        ))}
        {props.searchable !== false ? (
          <input
            type="search"
            className="ais-Input"
            value={typed}
            maxLength={64}
            placeholder={trans.__('Name or id')}
            aria-label={trans.__('Filter by name or id')}
            onChange={event => {
              const value = event.target.value;
              setTyped(value);
              clearTimeout(timer.current);
              timer.current = setTimeout(() => set({ q: value, offset: null }), 250);
            }}
          />
        ) : null}
      </div>
    ) : null;

  let body: JSX.Element;
  if (!shown && query.error) {
    body = <ErrorView error={query.error} onRetry={query.reload} />;
  } else if (!shown) {
    body = <Skeleton rows={8} />;
  } else if (total === 0 && !filtered) {
    return <>{props.empty}</>;
  } else if (rows.length === 0) {
    body = (
      <EmptyState text={trans.__('Nothing matches these filters.')}>
        <Button
          onClick={() =>
            set({
              q: null,
              offset: null,
              ...Object.fromEntries((props.filters ?? []).map(filter => [filter.id, null]))
            })
          }
        >
          {trans.__('Clear filters')}
        </Button>
      </EmptyState>
    );
  } else {
    body = (
      <div
        ref={scroll}
        role="grid"
        aria-label={props.label}
        aria-rowcount={total + 1}
        aria-multiselectable={props.bulk ? true : undefined}
        aria-busy={query.refreshing || undefined}
        className={`ais-Table ${virtual ? 'ais-mod-virtual' : ''}`}
      >
        <div role="row" aria-rowindex={1} className="ais-Table-head" style={{ gridTemplateColumns: tracks }}>
          {props.bulk ? (
            <div role="columnheader">
              <input
                type="checkbox"
                aria-label={trans.__('Select all on this page')}
                checked={rows.length > 0 && chosen.length === rows.length}
                onChange={event =>
                  setSelected(event.target.checked ? new Set(rows.map(props.rowKey)) : new Set())
                }
              />
            </div>
          ) : null}
          {props.columns.map(column => {
            const direction =
              sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : undefined;
            return (
              <div
                role="columnheader"
                key={column.id}
                aria-sort={column.sort ? (direction ?? 'none') : undefined}
                className={column.align === 'right' ? 'ais-mod-right' : undefined}
              >
                {column.sort ? (
                  <button
                    type="button"
                    onClick={() =>
                      set({
                        sort: direction === 'ascending' ? `-${column.sort}` : column.sort!,
                        offset: null
                      })
                    }
                  >
                    {column.label}
                    <span aria-hidden="true">
                      {direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''}
                    </span>
                  </button>
                ) : (
                  column.label
                )}
              </div>
            );
          })}
          {props.actions ? (
            <div role="columnheader">
              <span className="ais-Hidden">{trans.__('Actions')}</span>
            </div>
          ) : null}
        </div>
        {virtual ? (
          <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            {virtualizer.getVirtualItems().map(item => drawRow(rows[item.index], item.index, item.start))}
          </div>
        ) : (
          <div role="rowgroup">{rows.map((row, index) => drawRow(row, index))}</div>
        )}
      </div>
    );
  }

  return (
    <div className="ais-TableFrame">
      {query.refreshing ? <div className="ais-Progress" aria-hidden="true" /> : null}
      {bar}
      {shown && query.error ? <ErrorView error={query.error} onRetry={query.reload} compact /> : null}
      {body}
      {shown && rows.length > 0 ? (
        <div className="ais-Table-foot">
          {chosen.length > 0 && props.bulk ? (
            <div className="ais-Row" role="group" aria-label={trans.__('Actions on the selection')}>
              <span>{trans.__('%1 of %2 selected', chosen.length, count(total))}</span>
              {props.bulk(chosen, clear)}
            </div>
          ) : (
            <span />
          )}
          <div className="ais-Row">
            <span className="ais-Muted">
              {trans.__('%1-%2 of %3', count(offset + 1), count(offset + rows.length), count(total))}
            </span>
            {total > SIZES[0] ? (
              <>
                <Button
                  kind="quiet"
                  icon="back"
                  label={trans.__('Previous page')}
                  blocked={offset > 0 ? null : trans.__('This is the first page')}
                  onClick={() => set({ offset: offset - limit > 0 ? String(offset - limit) : null })}
                />
                <Button
                  kind="quiet"
                  icon="forward"
                  label={trans.__('Next page')}
                  blocked={offset + limit < total ? null : trans.__('This is the last page')}
                  onClick={() => set({ offset: String(offset + limit) })}
                />
                <select
                  className="ais-Input ais-mod-filter"
                  aria-label={trans.__('Rows per page')}
                  value={limit}
                  onChange={event => set({ limit: event.target.value, offset: null })}
                >
                  {SIZES.map(size => (
                    <option key={size} value={size}>
                      {trans._n('%1 row', '%1 rows', size)}
                    </option>
                  ))}
                </select>
              </>
            ) : null}
          </div>
        </div>
      ) : null}
      {menu ? (
        <Menu items={menu.items} at={menu.at} label={trans.__('Actions')} onClose={() => setMenu(null)} />
      ) : null}
    </div>
  );
}
