import { useState } from 'react';
import type { IUsageLine } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { count, dateTime, duration, money } from '../formats';
import { kindWord, pathOfId } from '../kinds';
import { EmptyState, Loaded } from '../states';
import { StatusPill } from '../StatusPill';
import { useQuery } from '../useQuery';
import { amount } from './usage';

const PAGE = 50;

/** The lines of a bill; each opens to its intervals, with the price of each. */
export function UsageLines(props: {
  from?: string;
  to?: string;
  owner?: string;
  period: string;
}): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const offset = Math.max(0, Number(page.query.get('offset')) || 0);
  const kind = page.query.get('kind') ?? '';
  const [open, setOpen] = useState<Set<string>>(new Set());
  const query = useQuery(
    `usage lines ${props.period} ${props.owner} ${kind} ${offset}`,
    signal =>
      client.call('GET /usage/lines', {
        query: {
          from: props.from,
          to: props.to,
          owner: props.owner,
          kind: kind || undefined,
          limit: PAGE,
          offset
        },
        signal
      }),
    event => event.code.startsWith('workload.')
  );
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) {
      next.add(id);
    }
    setOpen(next);
  };
  return (
    <>
      <div className="ais-Table-bar">
        <select
          className="ais-Input ais-mod-filter"
          aria-label={trans.__('Kind')}
          value={kind}
          onChange={event => page.setQuery({ kind: event.target.value || null, offset: null })}
        >
          <option value="">{trans.__('All kinds')}</option>
          {['training', 'evaluation', 'service', 'notebook', 'image_build'].map(one => (
            <option key={one} value={one}>
              {kindWord(trans, one)}
            </option>
          ))}
        </select>
      </div>
      <Loaded query={query} rows={4}>
        {data =>
          data.items.length === 0 ? (
            <EmptyState text={trans.__('No line in this time.')} />
          ) : (
            <>
              <div className="ais-Scroll" role="region" tabIndex={0} aria-label={trans.__('Bill lines')}>
                <table className="ais-PlainTable ais-UsageTable">
                  <thead>
                    <tr>
                      <th scope="col">{trans.__('Name')}</th>
                      <th scope="col">{trans.__('Kind')}</th>
                      {props.owner ? <th scope="col">{trans.__('Owner')}</th> : null}
                      <th scope="col">{trans.__('Started')}</th>
                      <th scope="col" className="ais-mod-right">
                        {trans.__('Duration')}
                      </th>
                      <th scope="col">{trans.__('Spec')}</th>
                      <th scope="col" className="ais-mod-right">
                        {trans.__('Price per hour')}
                      </th>
                      <th scope="col" className="ais-mod-right">
                        {trans.__('Amount')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.items.map(line => (
                      <Line
                        key={line.workload_id}
                        line={line}
                        open={open.has(line.workload_id)}
                        owner={props.owner !== undefined}
                        onToggle={() => toggle(line.workload_id)}
                      />
                    ))}
                  </tbody>
                  <tfoot>
                    <tr>
                      <th scope="row" colSpan={props.owner ? 7 : 6}>
                        {trans._n('Total of %1 line', 'Total of %1 lines', data.page.total)}
                      </th>
                      <td className="ais-mod-right">
                        <b>{amount(data.total, 4)}</b>
                      </td>
                    </tr>
                  </tfoot>
                </table>
              </div>
              {data.page.total > PAGE ? (
                <div className="ais-Row">
                  <Button
                    kind="quiet"
                    icon="back"
                    label={trans.__('Previous page')}
                    blocked={offset > 0 ? null : trans.__('This is the first page')}
                    onClick={() => page.setQuery({ offset: offset > PAGE ? String(offset - PAGE) : null })}
                  />
                  <span className="ais-Muted">
                    {trans.__(
                      '%1-%2 of %3',
                      count(offset + 1),
                      count(offset + data.items.length),
                      count(data.page.total)
                    )}
                  </span>
                  <Button
                    kind="quiet"
                    icon="forward"
                    label={trans.__('Next page')}
                    blocked={offset + PAGE < data.page.total ? null : trans.__('This is the last page')}
                    onClick={() => page.setQuery({ offset: String(offset + PAGE) })}
                  />
                </div>
              ) : null}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Line(props: { line: IUsageLine; open: boolean; owner: boolean; onToggle: () => void }): JSX.Element {
  const { trans } = useApp();
  const { line } = props;
  const last = line.intervals[line.intervals.length - 1];
  const grows = line.intervals.some(one => one.open);
  const path = pathOfId(line.object?.id);
  return (
    <>
      <tr>
        <th scope="row">
          <Button
            kind="quiet"
            icon={props.open ? 'down' : 'forward'}
            expanded={props.open}
            label={trans.__('Intervals of %1', line.name)}
            onClick={props.onToggle}
          />{' '}
          {path ? <PageLink to={path}>{line.name}</PageLink> : line.name}
        </th>
        <td>{kindWord(trans, line.kind)}</td>
        {props.owner ? <td>{line.owner.name}</td> : null}
        <td>{line.intervals.length > 0 ? dateTime(line.intervals[0].started_at) : ''}</td>
        <td className="ais-mod-right">{duration(line.seconds)}</td>
        <td>{line.spec?.name ?? ''}</td>
        <td className="ais-mod-right">
          {line.intervals.length > 0 ? money(last.price_per_hour, trans) : ''}
        </td>
        <td className="ais-mod-right">
          {amount(line.amount, 4)} {grows ? <StatusPill status="running" /> : null}
        </td>
      </tr>
      {props.open
        ? line.intervals.map((one, index) => (
            <tr key={index} className="ais-UsageTable-interval">
              <td colSpan={props.owner ? 7 : 6}>
                {dateTime(one.started_at)} – {one.open ? trans.__('now') : dateTime(one.ended_at)} ·{' '}
                {duration(one.seconds)} ·{' '}
                {one.price_per_hour
                  ? trans.__('at %1 per hour', amount(one.price_per_hour, 2))
                  : trans.__('free')}
              </td>
              <td className="ais-mod-right">{amount(one.amount, 4)}</td>
            </tr>
          ))
        : null}
    </>
  );
}
