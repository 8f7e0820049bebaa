import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import { useTrans } from '../context';
import { Button } from '../controls/Button';
import { MenuButton } from '../controls/Menu';
import { EmptyState } from '../states';
import type { IColumn, IColumns } from './columns';

export interface IFilter {
  id: string;
  label: string;
  options: { value: string; label: string }[];
}

type Patch = (patch: Record<string, string | null>) => void;

const PIXELS = 16;

/** The search field of a list: asks the server when typing pauses. */
function SearchField(props: { q: string; set: Patch }): JSX.Element {
  const trans = useTrans();
  const [typed, setTyped] = useState(props.q);
  useEffect(() => setTyped(props.q), [props.q]);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
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
        timer.current = setTimeout(() => props.set({ q: value, offset: null }), 250);
      }}
    />
  );
}

/** Filters, search and the choice of columns. */
export function TableBar<T>(props: {
  label: string;
  filters: IFilter[];
  values: Record<string, string>;
  q: string;
  searchable: boolean;
  columns: IColumn<T>[];
  chosen: IColumns<T>;
  /** How wide a column is drawn now. */
  drawn: (id: string) => number;
  set: Patch;
}): JSX.Element {
  const trans = useTrans();
  const { chosen } = props;
  return (
    <div className="ais-Table-bar" role="search" aria-label={props.label}>
      {props.filters.map(filter => (
        <select
          key={filter.id}
          aria-label={filter.label}
          className="ais-Input ais-mod-filter"
          value={props.values[filter.id]}
          onChange={event => props.set({ [filter.id]: event.target.value, offset: null })}
        >
          <option value="">{filter.label}</option>
          {filter.options.map(option => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ))}
      {props.searchable ? <SearchField q={props.q} set={props.set} /> : null}
      <span className="ais-Table-columns">
        <MenuButton
          icon="table"
          label={trans.__('Columns')}
          hint={trans.__('← and → change the width')}
          items={[
            ...props.columns.map((column, index) => ({
              label: column.label,
              checked: chosen.isVisible(column.id),
              blocked: index === 0 ? trans.__('Always shown') : null,
              stay: true,
              run: () => chosen.toggle(column.id),
              adjust: (step: -1 | 1) =>
                chosen.setWidth(
                  column.id,
                  (chosen.widthOf(column.id) ?? props.drawn(column.id)) + step * PIXELS
                )
            })),
            {
              label: trans.__('As they were'),
              blocked: chosen.changed ? null : trans.__('Nothing is changed'),
              run: chosen.reset
            }
          ]}
        />
      </span>
    </div>
  );
}

/** Nothing matches: which filters are on, each with its way out. */
export function NoneMatch(props: {
  filters: IFilter[];
  values: Record<string, string>;
  q: string;
  set: Patch;
}): JSX.Element {
  const trans = useTrans();
  const on: { id: string; text: ReactNode; name: string }[] = props.filters
    .filter(filter => props.values[filter.id])
    .map(filter => {
      const value = props.values[filter.id];
      const word = filter.options.find(option => option.value === value)?.label ?? value;
      return { id: filter.id, text: word, name: word };
    });
  if (props.q) {
    on.push({ id: 'q', text: <bdi>“{props.q}”</bdi>, name: props.q });
  }
  return (
    <EmptyState text={trans.__('Nothing matches these filters.')}>
      {on.map(one => (
        <span key={one.id} className="ais-Chip">
          {one.text}
          <Button
            kind="quiet"
            icon="close"
            label={trans.__('Without %1', one.name)}
            onClick={() => props.set({ [one.id]: null, offset: null })}
          />
        </span>
      ))}
      <Button
        onClick={() =>
          props.set({
            q: null,
            offset: null,
            ...Object.fromEntries(props.filters.map(filter => [filter.id, null]))
          })
        }
      >
        {trans.__('Clear filters')}
      </Button>
    </EmptyState>
  );
}
