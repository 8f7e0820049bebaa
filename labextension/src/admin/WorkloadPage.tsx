import type { IWorkloadRead } from '../client';
import { PageLink, useApp, usePage } from '../components/context';
import { Button } from '../components/controls';
import { money } from '../components/formats';
import { kindWord, pathOfId } from '../components/kinds';
import { Facts, PageFrame } from '../components/PageFrame';
import { EventsPanel } from '../components/parts/EventsPanel';
import { RunningTime } from '../components/parts/RunningTime';
import { WorkloadLog } from '../components/parts/WorkloadLog';
import { WorkloadMetrics } from '../components/parts/WorkloadMetrics';
import { ErrorView, Skeleton } from '../components/states';
import { isActive } from '../components/status';
import { ReasonLine, StatusPill } from '../components/StatusPill';
import { useAction } from '../components/useAction';
import type { IQuery } from '../components/useQuery';
import { useQuery } from '../components/useQuery';

/** One workload of anybody: what it is, how it is, what it wrote. */
export default function WorkloadPage(): JSX.Element {
  const { client, trans } = useApp();
  const { id } = usePage().params;
  const query: IQuery<IWorkloadRead> = useQuery(
    `workload ${id}`,
    signal => client.call('GET /workloads/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  const stop = useAction(async () => {
    await client.call('POST /workloads/{id}/stop', { path: { id } });
    query.reload();
  });
  const one = query.data;
  const crumbs = [{ label: trans.__('Workloads'), to: '/admin/resources/workloads' }];
  if (!one) {
    return (
      <PageFrame title={trans.__('Workload')} crumbs={crumbs}>
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  const active = isActive(one.status);
  const path = pathOfId(one.object?.id);
  return (
    <PageFrame
      title={one.name}
      crumbs={crumbs}
      refreshing={query.refreshing}
      status={<StatusPill status={one.status} />}
      facts={
        <>
          <span>{kindWord(trans, one.kind)}</span>
          <span>{one.owner?.name}</span>
          {one.started_at ? <RunningTime start={one.started_at} end={one.ended_at} /> : null}
          <span>{money(one.cost, trans)}</span>
        </>
      }
      actions={
        <Button
          kind="danger"
          icon="stop"
          busy={stop.busy}
          blocked={active ? null : trans.__('It does not run')}
          onClick={stop.run}
        >
          {trans.__('Stop')}
        </Button>
      }
    >
      <ReasonLine reason={one.reason} />
      <Facts
        items={[
          [trans.__('Spec'), one.spec?.spec_name ?? trans.__('none')],
          [trans.__('Queue'), one.queue ?? ''],
          [
            trans.__('Runs for'),
            path ? <PageLink to={path}>{one.object?.id}</PageLink> : (one.object?.id ?? trans.__('none'))
          ],
          [trans.__('Attempts'), one.attempts.length]
        ]}
      />
      <h2>{trans.__('Log')}</h2>
      <WorkloadLog workloadId={one.id} status={one.status} reason={one.reason} />
      <h2>{trans.__('Machine')}</h2>
      <WorkloadMetrics workloadId={one.id} active={active} />
      <h2>{trans.__('Events')}</h2>
      <EventsPanel objectIds={[one.id]} />
    </PageFrame>
  );
}
