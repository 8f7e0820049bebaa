import { useEffect, useMemo, useState } from 'react';
import { BarList } from '../charts/BarList';
import { useApp, usePage } from '../context';
import { Button, PlainHead } from '../controls';
import { dateTime, duration, money, percent, zone } from '../formats';
import { kindWord } from '../kinds';
import { PageFrame } from '../PageFrame';
import { saveText } from '../saveText';
import { EmptyState, Loaded } from '../states';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { UsageLines } from './UsageLines';
import { amount, csvOf, LINE_LIMIT, monthStart } from './usage';

type Period = 'month' | 'last_month' | 'week' | 'today' | 'all';

/** The ends of a named period in the user's zone; an open end is now. */
function ends(period: Period): { from?: string; to?: string } {
  const now = new Date();
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  switch (period) {
    case 'today':
      return { from: day.toISOString() };
    case 'week':
      return { from: new Date(day.getTime() - 6 * 86_400_000).toISOString() };
    case 'last_month':
      return { from: monthStart(now, -1).toISOString(), to: monthStart(now, 0).toISOString() };
    case 'all':
      return { from: new Date(2020, 0, 1).toISOString() };
    default:
      return { from: monthStart(now, 0).toISOString() };
  }
}

const REFRESH = 10_000;

/** What was spent, what runs now, and each line with its intervals. */
export default function UsagePage(): JSX.Element {
  const { client, trans, locale, may } = useApp();
  const page = usePage();
  const period = (page.query.get('period') ?? 'month') as Period;
  const everybody = page.query.get('owner') === 'all' && may('admin:usage');
  const { from, to } = useMemo(() => ends(period), [period]);
  const owner = everybody ? 'all' : undefined;
  const live = (event: { code: string }): boolean =>
    event.code.startsWith('workload.') || event.code.startsWith('spec.');
  const summary = useQuery(
    `usage ${period} ${owner}`,
    signal => client.call('GET /usage/summary', { query: { from, to, owner }, signal }),
    live
  );
  const specs = useQuery(
    'specs with prices',
    signal => client.call('GET /specs', { query: { limit: 200 }, signal }),
    live
  );
  const { reload } = summary;
  const running = Number(summary.data?.running_per_hour.amount ?? 0) > 0;
  const open = to === undefined && (running || summary.data === undefined);
  // Between two answers the total grows by what runs now.
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running || to !== undefined) {
      return;
    }
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') {
        setNow(Date.now());
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [running, to]);
  useEffect(() => {
    if (summary.since && now - summary.since > REFRESH * 3) {
      reload();
    }
  }, [now, summary.since, reload]);
  const exported = useAction(async () => {
    const lines = [];
    for (let offset = 0; ; offset += LINE_LIMIT) {
      const one = await client.call('GET /usage/lines', {
        query: { from, to, owner, limit: LINE_LIMIT, offset }
      });
      lines.push(...one.items);
      if (one.page.next === null || one.items.length === 0) {
        break;
      }
    }
    saveText('usage.csv', csvOf(lines), 'text/csv');
  });
  return (
    <PageFrame
      title={trans.__('Usage')}
      icon="usage"
      refreshing={summary.refreshing}
      actions={
        <Button kind="primary" icon="download" busy={exported.busy} onClick={exported.run}>
          {trans.__('Export CSV')}
        </Button>
      }
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nprint(client.usage.summary().total)\nfor line in client.usage.lines():\n    print(line.name, line.amount)\n',
        shell: 'aispace usage\n'
      }}
    >
      <div className="ais-Table-bar">
        <label className="ais-Row">
          {trans.__('Period')}
          <select
            className="ais-Input ais-mod-filter"
            value={period}
            onChange={event =>
              page.setQuery({
                period: event.target.value === 'month' ? null : event.target.value,
                offset: null
              })
            }
          >
            <option value="month">{trans.__('this month')}</option>
            <option value="last_month">{trans.__('last month')}</option>
            <option value="week">{trans.__('last 7 days')}</option>
            <option value="today">{trans.__('today')}</option>
            <option value="all">{trans.__('all time')}</option>
          </select>
        </label>
        {may('admin:usage') ? (
          <label className="ais-Row">
            {trans.__('Of')}
            <select
              className="ais-Input ais-mod-filter"
              value={everybody ? 'all' : ''}
              onChange={event => page.setQuery({ owner: event.target.value || null, offset: null })}
            >
              <option value="">{trans.__('me')}</option>
              <option value="all">{trans.__('everybody')}</option>
            </select>
          </label>
        ) : null}
        {summary.data ? (
          <span className="ais-Muted">
            {dateTime(summary.data.from).slice(0, 16)} – {dateTime(summary.data.to).slice(0, 16)}, {zone()}
          </span>
        ) : null}
      </div>
      <Loaded query={summary} rows={3}>
        {data => {
          const grown =
            open && summary.since
              ? Math.max(0, (now - summary.since) / 3_600_000) * Number(data.running_per_hour.amount)
              : 0;
          const total = { ...data.total, amount: String(Number(data.total.amount) + grown) };
          const share = (value: string): number =>
            Number(data.total.amount) > 0 ? Number(value) / Number(data.total.amount) : 0;
          return (
            <>
              <ul className="ais-Figures">
                <li>
                  <b>{amount(total, 4)}</b>
                  <span>{to === undefined ? trans.__('so far') : trans.__('in all')}</span>
                </li>
                <li>
                  <b>{trans.__('%1 per hour', amount(data.running_per_hour, 2))}</b>
                  <span>{trans.__('running now')}</span>
                </li>
                <li>
                  <b>{duration(data.seconds)}</b>
                  <span>{trans.__('running time')}</span>
                </li>
              </ul>
              {data.by_kind.length === 0 ? (
                <EmptyState icon="usage" text={trans.__('Nothing has run in this time.')} />
              ) : (
                <div className="ais-UsageGroups">
                  <section>
                    <h2>{trans.__('By kind')}</h2>
                    <BarList
                      label={trans.__('By kind')}
                      rows={data.by_kind.map(one => ({
                        key: one.key,
                        name: kindWord(trans, one.key),
                        value: Number(one.amount.amount) || one.seconds / 1e9,
                        text: amount(one.amount, 4),
                        note:
                          Number(data.total.amount) > 0
                            ? percent(share(one.amount.amount), locale)
                            : duration(one.seconds)
                      }))}
                    />
                  </section>
                  <section>
                    <h2>{trans.__('By spec')}</h2>
                    <BarList
                      label={trans.__('By spec')}
                      rows={data.by_spec.map(one => ({
                        key: one.key,
                        name: one.name,
                        value: Number(one.amount.amount) || one.seconds / 1e9,
                        text: amount(one.amount, 4),
                        note: duration(one.seconds)
                      }))}
                    />
                  </section>
                  <section>
                    <h2>{trans.__('By day')}</h2>
                    <BarList
                      label={trans.__('By day')}
                      rows={data.by_day.slice(-31).map(one => ({
                        key: one.key,
                        name: <time dateTime={one.key}>{one.key}</time>,
                        value: Number(one.amount.amount) || one.seconds / 1e9,
                        text: amount(one.amount, 4),
                        note: duration(one.seconds)
                      }))}
                    />
                  </section>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
      <h2>{trans.__('Bill lines')}</h2>
      <UsageLines from={from} to={to} owner={owner} period={period} />
      <h2>{trans.__('Prices')}</h2>
      <Loaded query={specs} rows={3}>
        {list => (
          <table className="ais-PlainTable" aria-label={trans.__('Prices')}>
            <PlainHead
              columns={[
                trans.__('Resource spec'),
                { number: trans.__('CPU') },
                trans.__('Accelerator'),
                { number: trans.__('Price per hour') },
                { number: trans.__('Free now') }
              ]}
            />
            <tbody>
              {list.items
                .filter(one => one.enabled)
                .map(one => (
                  <tr key={one.id}>
                    <th scope="row">{one.name}</th>
                    <td className="ais-mod-right">{one.cpu}</td>
                    <td>
                      {one.accelerator
                        ? `${one.accelerator.count} × ${one.accelerator.product ?? one.accelerator.resource}`
                        : ''}
                    </td>
                    <td className="ais-mod-right">{money(one.price_per_hour, trans)}</td>
                    <td className="ais-mod-right">
                      {one.capacity
                        ? trans.__('%1 of %2', one.capacity.free ?? 0, one.capacity.total ?? 0)
                        : ''}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        )}
      </Loaded>
      {summary.data ? (
        <p className="ais-Muted">
          {trans.__('Sums of lines equal the total; an open line grows until it ends.')}{' '}
          <Time value={summary.data.to} />
        </p>
      ) : null}
    </PageFrame>
  );
}
