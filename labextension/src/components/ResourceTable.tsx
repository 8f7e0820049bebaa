import { useVirtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { IEventRead, IListQuery, IPage } from '../client';
import { useApp, usePage } from './context';
import { Button } from './controls/Button';
import type { IMenuItem } from './controls/Menu';
import { Menu, MenuButton } from './controls/Menu';
import { ErrorView, Skeleton } from './states';
import type { IColumn } from './table/columns';
import { useColumns } from './table/columns';
import { Peek } from './table/Peek';
import { useSelection } from './table/selection';
import { useSteadyPage } from './table/steadyPage';
import type { IFilter } from './table/TableBar';
import { NoneMatch, TableBar } from './table/TableBar';
import { SIZES, TableFoot } from './table/TableFoot';
import { TableHead } from './table/TableHead';
import type { IQuery } from './useQuery';
import { useQuery } from './useQuery';

export type { IColumn } from './table/columns';
export type { IFilter } from './table/TableBar';

export interface IResourceTableProps<T> {
  label: string;
  /** Makes several tables on one page keep their state apart in the path. */
  prefix?: string;
  columns: IColumn<T>[];
  rowKey: (row: T) => string;
  load: (query: IListQuery, signal: AbortSignal) => Promise<IPage<T>>;
  /** What identifies the list besides its query ("datasets", "versions of ds_1"); its first word names its columns. */
  name: string;
  live?: (event: IEventRead) => boolean;
  filters?: IFilter[];
  searchable?: boolean;
  defaultSort?: string;
  /** Where a row leads. */
  href?: (row: T) => string;
  actions?: (row: T) => IMenuItem[];
  bulk?: (rows: T[], clear: () => void) => ReactNode;
  /** Facts of a row beside its columns, for the panel; false: there is no panel. */
  peek?: false | ((row: T) => [string, ReactNode][]);
  /** No row at all: how to begin. */
  empty: ReactNode;
  /** Gets the query, so that a page can reload after an action. */
  onQuery?: (query: IQuery<IPage<T>>) => void;
}

const VIRTUAL_FROM = 60;
const ROW = 34;
const INTERACTIVE = 'a, button, input, select, textarea, label, summary, [role=menuitem]';

/** A server-side list: filter, sort, page and selection, rows drawn only where seen, state kept in the path. */
export function ResourceTable<T>(props: IResourceTableProps<T>): JSX.Element {
  const app = useApp();
  const page = usePage();
  const { trans } = app;
  const pre = (name: string): string => (props.prefix ? `${props.prefix}.${name}` : name);
  const get = (name: string): string => page.query.get(pre(name)) ?? '';
  const set = (patch: Record<string, string | null>): void =>
    page.setQuery(Object.fromEntries(Object.entries(patch).map(([name, value]) => [pre(name), value])));

  const limit = SIZES.includes(Number(get('limit'))) ? Number(get('limit')) : SIZES[0];
  const offset = Math.max(0, Number(get('offset')) || 0);
  const sort = get('sort') || props.defaultSort || '';
  const q = get('q');
  const filters = props.filters ?? [];
  const values = Object.fromEntries(filters.map(filter => [filter.id, get(filter.id)]));
  const filtered = q !== '' || Object.values(values).some(Boolean);
  const wanted = {
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value || undefined])),
    q: q || undefined,
    sort: sort || undefined
  } as IListQuery;
  const asked = `${props.name} ${JSON.stringify({ ...wanted, limit, offset })}`;
  const query = useQuery(asked, signal => props.load({ ...wanted, limit, offset }, signal), props.live);
  const { onQuery, rowKey } = props;
  useEffect(() => onQuery?.(query));

  const { page: shown, fresh, show } = useSteadyPage(query, asked, rowKey);
  const rows = shown?.items ?? [];
  const total = shown?.page.total ?? 0;
  const columns = useColumns(props.name.split(' ')[0], props.columns);
  const selection = useSelection(shown, rowKey, wanted, props.load);

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
    ...columns.visible.map(column => {
      const width = columns.widthOf(column.id);
      return width === undefined ? column.width : `${width}px`;
    }),
    ...(props.actions ? ['36px'] : [])
  ].join(' ');
  const drawn = (id: string): number =>
    scroll.current?.querySelector(`[data-column="${id}"]`)?.getBoundingClientRect().width ?? 120;

  // The panel

  const canPeek = props.peek !== false && Boolean(props.href ?? props.actions);
  const peeked = canPeek ? get('peek') : '';
  const peekRow = peeked ? rows.find(row => rowKey(row) === peeked) : undefined;
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
  const closePeek = (): void => {
    const at = rows.findIndex(row => rowKey(row) === peeked);
    set({ peek: null });
    if (at >= 0) {
      focusRow(at);
    }
  };

  // Keys and mouse

  const onRowKey = (event: KeyboardEvent<HTMLDivElement>, row: T, index: number): void => {
    if (event.target !== event.currentTarget) {
      return;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const next = index + (event.key === 'ArrowDown' ? 1 : -1);
      focusRow(next);
      if (peekRow && rows[next] !== undefined) {
        set({ peek: rowKey(rows[next]) });
      }
    } else if (event.key === 'Home' || event.key === 'End') {
      focusRow(event.key === 'Home' ? 0 : rows.length - 1);
    } else if (event.key === 'Enter' && props.href) {
      if (event.ctrlKey || event.metaKey) {
        app.openTab(props.href(row));
      } else {
        page.go(props.href(row));
      }
    } else if (event.key === ' ' && event.shiftKey && props.bulk) {
      selection.toggle(row);
    } else if (event.key === ' ' && canPeek) {
      set({ peek: peeked === rowKey(row) ? null : rowKey(row) });
    } else if (event.key === 'Escape' && peekRow) {
      closePeek();
    } else if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
      const box = event.currentTarget.getBoundingClientRect();
      setMenu({ items: props.actions?.(row) ?? [], at: { x: box.left + 40, y: box.bottom } });
    } else {
      return;
    }
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, row: T): void => {
    const selecting = window.getSelection()?.isCollapsed === false;
    if (canPeek && !selecting && !(event.target as HTMLElement).closest(INTERACTIVE)) {
      set({ peek: rowKey(row) });
    }
  };
  const onContextMenu = (event: MouseEvent, row: T): void => {
    if (props.actions && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      setMenu({ items: props.actions(row), at: { x: event.clientX, y: event.clientY } });
    }
  };

  const drawRow = (row: T, index: number, top?: number): JSX.Element => {
    const key = rowKey(row);
    return (
      <div
        key={key}
        role="row"
        data-index={index}
        data-key={key}
        aria-rowindex={offset + index + 2}
        aria-selected={props.bulk ? selection.has(key) : undefined}
        aria-current={key === peeked ? true : undefined}
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
        onClick={event => onClick(event, row)}
        onContextMenu={event => onContextMenu(event, row)}
        onDoubleClick={event =>
          props.href && !(event.target as HTMLElement).closest(INTERACTIVE) && page.go(props.href(row))
        }
      >
        {props.bulk ? (
          <div role="gridcell">
            <input
              type="checkbox"
              aria-label={trans.__('Select row %1', offset + index + 1)}
              checked={selection.has(key)}
              tabIndex={-1}
              onChange={() => selection.toggle(row)}
            />
          </div>
        ) : null}
        {columns.visible.map(column => (
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

  let body: JSX.Element;
  if (!shown && query.error) {
    body = <ErrorView error={query.error} onRetry={query.reload} />;
  } else if (!shown) {
    body = <Skeleton rows={8} />;
  } else if (total === 0 && !filtered) {
    return <>{props.empty}</>;
  } else if (rows.length === 0) {
    body = <NoneMatch filters={filters} values={values} q={q} set={set} />;
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
        <TableHead
          columns={columns}
          tracks={tracks}
          sort={sort}
          onSort={next => set({ sort: next, offset: null })}
          all={
            props.bulk && {
              checked: rows.every(row => selection.has(rowKey(row))),
              onChange: selection.setPage
            }
          }
          actions={Boolean(props.actions)}
        />
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
    <div className="ais-TableFrame" data-peek={peekRow ? true : undefined}>
      {query.refreshing ? <div className="ais-Progress" aria-hidden="true" /> : null}
      <TableBar
        label={props.label}
        filters={filters}
        values={values}
        q={q}
        searchable={props.searchable !== false}
        columns={props.columns}
        chosen={columns}
        drawn={drawn}
        set={set}
      />
      {shown && query.error ? <ErrorView error={query.error} onRetry={query.reload} compact /> : null}
      {fresh > 0 ? (
        <div className="ais-Table-fresh">
          <Button kind="quiet" icon="forward" onClick={show}>
            {trans._n('%1 new', '%1 new', fresh)}
          </Button>
        </div>
      ) : null}
      <div className="ais-Table-parts">
        <div className="ais-Table-main">
          {body}
          {shown && rows.length > 0 ? (
            <TableFoot
              selection={props.bulk ? selection : null}
              bulk={props.bulk}
              shown={rows.length}
              total={total}
              offset={offset}
              limit={limit}
              set={set}
            />
          ) : null}
        </div>
        {peekRow !== undefined ? (
          <Peek
            title={titleOf(peekRow, peeked)}
            facts={[
              ...props.columns
                .slice(1)
                .map((column): [string, ReactNode] => [column.label, column.render(peekRow)]),
              ...(props.peek ? props.peek(peekRow) : [])
            ]}
            actions={props.actions?.(peekRow) ?? []}
            onClose={closePeek}
          />
        ) : null}
      </div>
      {menu ? (
        <Menu items={menu.items} at={menu.at} label={trans.__('Actions')} onClose={() => setMenu(null)} />
      ) : null}
    </div>
  );
}

/** What a row is called: its name, else its key. */
function titleOf(row: unknown, key: string): string {
  const { name } = row as { name?: unknown };
  return typeof name === 'string' && name ? name : key;
}
