import { useEffect, useRef, useState } from 'react';
import type { ICounts, ILabel, ISampleFilter, SampleOrder } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { oneOf, SPLITS } from '../choices';
import { count } from '../formats';
import { Icon } from '../Icon';
import { lookOf, statusWord } from '../status';
import { splitWord } from './words';

const STATES = ['unlabelled', 'auto', 'started', 'labelled', 'reviewed', 'rejected'] as const;

/** The filter that a path's query names. */
export function filterOf(query: URLSearchParams): ISampleFilter {
  const filter: ISampleFilter = {};
  for (const name of ['label', 'by', 'q'] as const) {
    const value = query.get(name);
    if (value) {
      filter[name] = value;
    }
  }
  const state = oneOf(STATES, query.get('state'));
  if (state) {
    filter.state = state;
  }
  const split = oneOf(['none', ...SPLITS] as const, query.get('split'));
  if (split) {
    filter.split = split;
  }
  if (query.get('hard')) {
    filter.hard = query.get('hard') === 'true';
  }
  return filter;
}

const ORDERS = ['number', '-number', 'path', '-path', 'at', '-at', 'score'] as const;

/** The order that a path's query names. */
export function orderOf(query: URLSearchParams): SampleOrder {
  return oneOf(ORDERS, query.get('sort')) ?? 'number';
}

/** Filters, order and size of the grid; all of it is in the path. */
export function SampleFilters(props: {
  counts: ICounts;
  labels: ILabel[];
  sort: SampleOrder;
  /** Whether pictures are large; null where there are none. */
  large: boolean | null;
}): JSX.Element {
  const { trans } = useApp();
  const page = usePage();
  const filter = filterOf(page.query);
  const [typed, setTyped] = useState(filter.q ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setTyped(filter.q ?? ''), [filter.q]);
  const { counts } = props;
  const none = !filter.state && !filter.hard;
  return (
    <>
      <div className="ais-States" role="group" aria-label={trans.__('State')}>
        <button type="button" aria-pressed={none} onClick={() => page.setQuery({ state: null, hard: null })}>
          {trans.__('all')} <span>{count(counts.total)}</span>
        </button>
        {STATES.map(state => (
          <button
            key={state}
            type="button"
            aria-pressed={filter.state === state}
            onClick={() => page.setQuery({ state: filter.state === state ? null : state, hard: null })}
          >
            <Icon name={lookOf(state).icon} className={`ais-tone-${lookOf(state).tone}`} />{' '}
            {statusWord(trans, state)} <span>{count(counts[state])}</span>
          </button>
        ))}
        <button
          type="button"
          aria-pressed={filter.hard === true}
          onClick={() => page.setQuery({ hard: filter.hard ? null : 'true', state: null })}
        >
          <Icon name="flag" /> {trans.__('hard')} <span>{count(counts.hard)}</span>
        </button>
      </div>
      <div className="ais-Table-bar">
        <select
          className="ais-Input ais-mod-filter"
          aria-label={trans.__('Label')}
          value={filter.label ?? ''}
          onChange={event => page.setQuery({ label: event.target.value })}
        >
          <option value="">{trans.__('Any label')}</option>
          {props.labels.map(label => (
            <option key={label.name} value={label.name}>
              {label.name}
            </option>
          ))}
        </select>
        <select
          className="ais-Input ais-mod-filter"
          aria-label={trans.__('Set')}
          value={filter.split ?? ''}
          onChange={event => page.setQuery({ split: event.target.value })}
        >
          <option value="">{trans.__('Any set')}</option>
          {['training', 'validation', 'test', 'none'].map(split => (
            <option key={split} value={split}>
              {splitWord(trans, split)}
            </option>
          ))}
        </select>
        <select
          className="ais-Input ais-mod-filter"
          aria-label={trans.__('Order')}
          value={props.sort}
          onChange={event =>
            page.setQuery({ sort: event.target.value === 'number' ? null : event.target.value })
          }
        >
          <option value="number">{trans.__('by number')}</option>
          <option value="path">{trans.__('by name')}</option>
          <option value="-at">{trans.__('last changed first')}</option>
          <option value="score">{trans.__('least certain first')}</option>
        </select>
        <input
          type="search"
          className="ais-Input"
          maxLength={64}
          value={typed}
          placeholder={trans.__('File name')}
          aria-label={trans.__('Filter by file name')}
          onChange={event => {
            const value = event.target.value;
            setTyped(value);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => page.setQuery({ q: value }), 250);
          }}
        />
        {props.large === null ? null : (
          <Button
            icon="grid"
            pressed={props.large}
            label={trans.__('Large pictures')}
            onClick={() => page.setQuery({ size: props.large ? null : 'large' })}
          />
        )}
      </div>
    </>
  );
}
