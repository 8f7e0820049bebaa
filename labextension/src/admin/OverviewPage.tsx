import type { ReactNode } from 'react';
import { PageLink, useApp } from '../components/context';
import { PlainHead } from '../components/controls';
import { bytes, metric } from '../components/formats';
import { Icon } from '../components/Icon';
import { PageFrame } from '../components/PageFrame';
import { QuotaBar } from '../components/QuotaBar';
import { Loaded } from '../components/states';
import { Time } from '../components/Time';
import { amount } from '../components/usage/usage';
import { useQuery } from '../components/useQuery';

const DAY = 86_400_000;

/** Who or what is in trouble, what is taken, what it costs. */
export default function OverviewPage(): JSX.Element {
  const { client, trans } = useApp();
  const busy = (event: { code: string }): boolean =>
    event.code.startsWith('workload.') || event.code.startsWith('spec.');
  const capacity = useQuery('capacity', signal => client.call('GET /capacity', { signal }), busy);
  const queues = useQuery('queues', signal => client.call('GET /queues', { signal }), busy);
  const spend = useQuery(
    'spend today',
    signal => {
      const now = new Date();
      const from = new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
      return client.call('GET /usage/summary', { query: { from, owner: 'all' }, signal });
    },
    busy
  );
  const attention = useQuery(
    'attention',
    async signal => {
      const since = Date.now() - DAY;
      const [signIns, locked, failed, images, users] = await Promise.all([
        client.call('GET /audit', { query: { code: 'user.sign_in_failed', limit: 200 }, signal }),
        client.call('GET /audit', { query: { code: 'user.locked_out', limit: 50 }, signal }),
        client.call('GET /audit', { query: { code: 'workload.failed', limit: 200 }, signal }),
        client.call('GET /images', { query: { status: 'failed', limit: 50 }, signal }),
        client.call('GET /users', { query: { limit: 50, enabled: true }, signal })
      ]);
      const recent = <T extends { occurred_at: string }>(items: T[]): T[] =>
        items.filter(one => new Date(one.occurred_at).getTime() > since);
      return {
        signIns: recent(signIns.items).length,
        locked: recent(locked.items).length,
        failed: recent(failed.items).length,
        images: images.items,
        // Without accounts of the machine of their own, users' programs can read each other's files.
        shared: users.page.total > 1 && users.items.some(one => one.uid === null)
      };
    },
    event => /^(user\.(sign_in_failed|locked_out)|workload\.failed|image\.)/.test(event.code)
  );
  return (
    <PageFrame title={trans.__('Overview')} icon="activity" refreshing={capacity.refreshing}>
      <h2>{trans.__('Needs attention')}</h2>
      <Loaded query={attention} rows={2}>
        {data => {
          const rows: { key: string; text: string; link: ReactNode }[] = [];
          if (data.shared) {
            rows.push({
              key: 'shared',
              text: trans.__(
                'All users run as one account of the machine: their programs can read each other’s files. Put the home where every account can reach it, and restart.'
              ),
              link: <PageLink to="/admin/people/users">{trans.__('Users')}</PageLink>
            });
          }
          if (data.locked > 0) {
            rows.push({
              key: 'locked',
              text: trans._n(
                '%1 account was locked in the last 24 h',
                '%1 accounts were locked in the last 24 h',
                data.locked
              ),
              link: (
                <PageLink to="/admin/security/audit?code=user.locked_out">{trans.__('Audit log')}</PageLink>
              )
            });
          }
          if (data.signIns > 0) {
            rows.push({
              key: 'signIns',
              text: trans._n(
                '%1 failed sign-in in the last 24 h',
                '%1 failed sign-ins in the last 24 h',
                data.signIns
              ),
              link: (
                <PageLink to="/admin/security/audit?code=user.sign_in_failed">
                  {trans.__('Audit log')}
                </PageLink>
              )
            });
          }
          if (data.failed > 0) {
            rows.push({
              key: 'failed',
              text: trans._n(
                '%1 workload failed in the last 24 h',
                '%1 workloads failed in the last 24 h',
                data.failed
              ),
              link: <PageLink to="/admin/resources/workloads?status=failed">{trans.__('Workloads')}</PageLink>
            });
          }
          for (const image of data.images) {
            rows.push({
              key: image.id,
              text: trans.__('Image %1 could not be built', image.name),
              link: <PageLink to={`/images/${image.id}/log`}>{trans.__('Build log')}</PageLink>
            });
          }
          return rows.length === 0 ? (
            <p>
              <Icon name="tick" className="ais-tone-success" /> {trans.__('Nothing needs attention.')}
            </p>
          ) : (
            <ul className="ais-List" aria-label={trans.__('Needs attention')}>
              {rows.map(row => (
                <li key={row.key}>
                  <Icon name="warning" className="ais-tone-warning" /> {row.text} {row.link}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <h2>{trans.__('Resources')}</h2>
      <Loaded query={capacity} rows={3}>
        {data => (
          <div className="ais-Admin-capacity">
            {data.items.map(one => (
              <div key={`${one.resource} ${one.product ?? ''}`}>
                <QuotaBar
                  resource={
                    one.resource === 'cpu'
                      ? trans.__('CPU cores')
                      : one.resource === 'memory'
                        ? trans.__('memory')
                        : (one.product ?? one.resource)
                  }
                  used={one.used}
                  limit={one.total}
                  format={one.resource === 'memory' ? bytes : metric}
                />
              </div>
            ))}
          </div>
        )}
      </Loaded>
      <h2>{trans.__('Queues')}</h2>
      <Loaded query={queues} rows={2}>
        {data => (
          <table className="ais-PlainTable" aria-label={trans.__('Queues')}>
            <PlainHead
              columns={[
                trans.__('Queue'),
                { number: trans.__('Running') },
                { number: trans.__('Waiting') },
                trans.__('Oldest since')
              ]}
            />
            <tbody>
              {data.items.map(one => (
                <tr key={one.name}>
                  <th scope="row">{one.name}</th>
                  <td className="ais-mod-right">{one.running}</td>
                  <td className="ais-mod-right">{one.waiting}</td>
                  <td>
                    {one.oldest_queued_at ? <Time value={one.oldest_queued_at} /> : trans.__('none waits')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      <h2>{trans.__('Money')}</h2>
      <Loaded query={spend} rows={1}>
        {data => (
          <p>
            {trans.__('%1 today, %2 per hour now', amount(data.total, 2), amount(data.running_per_hour, 2))}{' '}
            <PageLink to="/usage?owner=all">{trans.__('Usage of everybody')}</PageLink>
          </p>
        )}
      </Loaded>
    </PageFrame>
  );
}
