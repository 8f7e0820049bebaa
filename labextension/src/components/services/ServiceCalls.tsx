import { useEffect, useMemo, useRef } from 'react';
import type { IServiceRead } from '../../client';
import { MetricChart } from '../charts/MetricChart';
import { useApp, usePage } from '../context';
import { PlainHead } from '../controls';
import { count, metric, percent } from '../formats';
import { NAMES } from '../names';
import { EmptyState, Loaded } from '../states';
import { useQuery } from '../useQuery';
import { errorShare } from './ServicesPage';

const WINDOWS = ['15m', '1h', '6h', '24h', '7d'] as const;

/** How often it was called, how it went, how long it took. */
export function ServiceCalls(props: { service: IServiceRead; total: number }): JSX.Element {
  const { client, trans, locale } = useApp();
  const page = usePage();
  const { service } = props;
  const asked = page.query.get('window') ?? '';
  const window = WINDOWS.find(one => one === asked) ?? '1h';
  const query = useQuery(`calls ${service.id} ${window}`, signal =>
    client.call('GET /services/{id}/calls', { path: { id: service.id }, query: { window }, signal })
  );
  const { reload } = query;
  // New calls are pushed as a total; the series is asked anew at most every 2 s.
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const seen = useRef(props.total);
  useEffect(() => {
    if (seen.current !== props.total && timer.current === null) {
      timer.current = setTimeout(() => {
        timer.current = null;
        seen.current = props.total;
        reload();
      }, 2000);
    }
  }, [props.total, reload]);
  useEffect(
    () => () => {
      if (timer.current !== null) {
        clearTimeout(timer.current);
      }
    },
    []
  );
  const charts = useMemo(() => {
    const points = query.data?.points ?? [];
    const x = points.map(one => new Date(one.at).getTime() / 1000);
    return {
      calls: [
        { label: trans.__('all'), x, y: points.map(one => one.total) },
        { label: trans.__('failed (5xx)'), x, y: points.map(one => one.errors) },
        { label: trans.__('refused (4xx)'), x, y: points.map(one => one.client_errors) }
      ],
      latency: [
        { label: NAMES.p50, x, y: points.map(one => one.p50) },
        { label: NAMES.p99, x, y: points.map(one => one.p99) }
      ]
    };
  }, [query.data, trans]);
  return (
    <>
      <div className="ais-Table-bar">
        <label className="ais-Row">
          {trans.__('Last')}
          <select
            className="ais-Input ais-mod-filter"
            value={window}
            onChange={event => page.setQuery({ window: event.target.value })}
          >
            <option value="15m">{trans.__('15 min')}</option>
            <option value="1h">{trans.__('hour')}</option>
            <option value="6h">{trans.__('6 h')}</option>
            <option value="24h">{trans.__('24 h')}</option>
            <option value="7d">{trans.__('7 d')}</option>
          </select>
        </label>
      </div>
      <Loaded query={query} rows={4}>
        {series =>
          series.total === 0 ? (
            <EmptyState icon="service" text={trans.__('No call in this time.')} />
          ) : (
            <>
              <ul className="ais-Figures">
                <li>
                  <b>{count(series.total)}</b>
                  <span>{trans.__('calls')}</span>
                </li>
                <li>
                  <b>{percent(errorShare(series), locale)}</b>
                  <span>{trans.__('failed by the service')}</span>
                </li>
                <li>
                  <b>{count(series.client_errors)}</b>
                  <span>{trans.__('refused')}</span>
                </li>
                <li>
                  <b>{series.p99 === null ? '' : `${metric(series.p99)} ms`}</b>
                  <span>{NAMES.p99}</span>
                </li>
              </ul>
              <div className="ais-Charts">
                <MetricChart
                  title={trans.__('Calls')}
                  unit={trans.__('per %1 s', series.step_seconds)}
                  axis="time"
                  series={charts.calls}
                  summarise="last"
                />
                <MetricChart
                  title={trans.__('Latency')}
                  unit="ms"
                  axis="time"
                  series={charts.latency}
                  summarise="last"
                />
              </div>
              {Object.keys(series.by_deployment).length > 1 ? (
                <table className="ais-PlainTable" aria-label={trans.__('By deployment')}>
                  <PlainHead
                    columns={[
                      trans.__('Deployment'),
                      { number: trans.__('Calls') },
                      { number: trans.__('Errors') },
                      { number: NAMES.p50 },
                      { number: NAMES.p99 }
                    ]}
                  />
                  <tbody>
                    {Object.entries(series.by_deployment).map(([number, one]) => (
                      <tr key={number}>
                        <th scope="row">#{number}</th>
                        <td className="ais-mod-right">{count(one.total)}</td>
                        <td className="ais-mod-right">{count(one.errors)}</td>
                        <td className="ais-mod-right">{one.p50 === null ? '' : `${metric(one.p50)} ms`}</td>
                        <td className="ais-mod-right">{one.p99 === null ? '' : `${metric(one.p99)} ms`}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              ) : null}
            </>
          )
        }
      </Loaded>
    </>
  );
}
