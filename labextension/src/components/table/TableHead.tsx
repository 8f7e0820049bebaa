import type { PointerEvent } from 'react';
import { useTrans } from '../context';
import type { IColumn, IColumns } from './columns';

/** The names of the columns: click sorts on the server, the edge changes the width, a double click on it lets it go. */
export function TableHead<T>(props: {
  columns: IColumns<T>;
  tracks: string;
  sort: string;
  onSort: (sort: string) => void;
  /** Selecting the page, where rows can be selected. */
  all?: { checked: boolean; onChange: (all: boolean) => void };
  actions: boolean;
}): JSX.Element {
  const trans = useTrans();
  const onPointerDown = (event: PointerEvent<HTMLElement>, column: IColumn<T>): void => {
    const edge = event.currentTarget;
    const from = event.clientX;
    const before = edge.parentElement?.getBoundingClientRect().width ?? 0;
    event.preventDefault();
    event.stopPropagation();
    edge.setPointerCapture(event.pointerId);
    const move = (one: globalThis.PointerEvent): void =>
      props.columns.setWidth(column.id, before + one.clientX - from);
    const end = (): void => {
      edge.removeEventListener('pointermove', move);
      edge.removeEventListener('pointerup', end);
      edge.removeEventListener('lostpointercapture', end);
    };
    edge.addEventListener('pointermove', move);
    edge.addEventListener('pointerup', end);
    edge.addEventListener('lostpointercapture', end);
  };
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="ais-Table-head"
      style={{ gridTemplateColumns: props.tracks }}
    >
      {props.all ? (
        <div role="columnheader">
          <input
            type="checkbox"
            aria-label={trans.__('Select all on this page')}
            checked={props.all.checked}
            onChange={event => props.all?.onChange(event.target.checked)}
          />
        </div>
      ) : null}
      {props.columns.visible.map(column => {
        const { sort } = column;
        const direction =
          sort && props.sort === sort
            ? 'ascending'
            : sort && props.sort === `-${sort}`
              ? 'descending'
              : undefined;
        return (
          <div
            role="columnheader"
            key={column.id}
            data-column={column.id}
            aria-sort={sort ? (direction ?? 'none') : undefined}
            className={column.align === 'right' ? 'ais-mod-right' : undefined}
          >
            {sort ? (
              <button
                type="button"
                onClick={() => props.onSort(direction === 'ascending' ? `-${sort}` : sort)}
              >
                {column.label}
                <span aria-hidden="true">
                  {direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''}
                </span>
              </button>
            ) : (
              column.label
            )}
            {/* With the keyboard widths are changed in the menu of the columns. */}
            <span
              className="ais-Table-edge"
              aria-hidden="true"
              onPointerDown={event => onPointerDown(event, column)}
            />
          </div>
        );
      })}
      {props.actions ? (
        <div role="columnheader">
          <span className="ais-Hidden">{trans.__('Actions')}</span>
        </div>
      ) : null}
    </div>
  );
}
