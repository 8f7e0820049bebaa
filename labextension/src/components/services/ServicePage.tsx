import { useEffect, useState } from 'react';
import type { IServiceRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { metric, percent } from '../formats';
import { DetailPage, PageFrame } from '../PageFrame';
import { EventsPanel } from '../parts/EventsPanel';
import { WorkloadMetrics } from '../parts/WorkloadMetrics';
import { ErrorView, Skeleton } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { AnsweredBy } from './AnsweredBy';
import { HandOverDialog } from '../parts/ObjectDialogs';
import { DeleteService } from './DeleteService';
import { errorShare } from './ServicesPage';
import { ServiceCalls } from './ServiceCalls';
import { ServiceDeployments } from './ServiceDeployments';
import { ServiceLog } from './ServiceLog';
import { ServiceOverview } from './ServiceOverview';
import { TryIt } from './TryIt';

/** An online service: is it up, fast, right. */
export default function ServicePage(): JSX.Element {
  const { client, trans } = useApp();
  const { id } = usePage().params;
  const query = useQuery(
    `service ${id}`,
    signal => client.call('GET /services/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  if (!query.data) {
    return (
      <PageFrame title={trans.__('Service')} crumbs={[{ label: trans.__('Services'), to: '/services' }]}>
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  return <Service service={query.data} refreshing={query.refreshing} reload={query.reload} />;
}

const EVERY = 1000;

/** Ask anew when calls are pushed, at most once a second. */
function useCallPush(id: string, reload: () => void): void {
  const { client } = useApp();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = client.stream.subscribe(`service/${id}`, {
      items: () => {
        timer ??= setTimeout(() => {
          timer = null;
          reload();
        }, EVERY);
      }
    });
    return () => {
      stop();
      if (timer !== null) {
        clearTimeout(timer);
      }
    };
  }, [client, id, reload]);
}

function Service(props: { service: IServiceRead; refreshing: boolean; reload: () => void }): JSX.Element {
  const { client, trans, locale } = useApp();
  const page = usePage();
  const { service } = props;
  const { calls } = service;
  useCallPush(service.id, props.reload);
  const [deleting, setDeleting] = useState(false);
  const [handing, setHanding] = useState(false);
  const [copied, setCopied] = useState(false);
  const base = `/services/${service.id}`;
  const can = (what: string): boolean => service.can.includes(what);
  const denied = can('write') ? null : trans.__('Only its owner can do this');
  const notNow = denied ?? (service.canary ? trans.__('Promote or withdraw the canary first') : null);
  const act = useAction(async (what: 'start' | 'stop') => {
    await client.call(`POST /services/{id}/${what}`, { path: { id: service.id } });
    props.reload();
  });
  const share = errorShare(calls);
  return (
    <>
      <DetailPage
        title={service.name}
        crumbs={[{ label: trans.__('Services'), to: '/services' }]}
        base={base}
        refreshing={props.refreshing}
        status={<StatusPill status={service.status} />}
        facts={
          <>
            <span>{trans.__('%1 of %2 replicas', service.replicas.ready, service.replicas.total)}</span>
            <span>{trans.__('%1 calls/s', metric(calls.rate))}</span>
            {calls.p99 !== null ? <span>{trans.__('p99 %1 ms', metric(calls.p99))}</span> : null}
            {share !== null ? <span>{trans.__('%1 errors', percent(share, locale))}</span> : null}
            <AnsweredBy of={service} />
            {service.canary ? (
              <span>{trans.__('canary #%1 · %2 %', service.canary.number, service.canary.share)}</span>
            ) : null}
            {service.stop_at ? (
              <span>
                {trans.__('stops by itself')} <Time value={service.stop_at} />{' '}
                {service.stop_rule === 'idle' ? trans.__('unless it is called before') : null}
              </span>
            ) : null}
            <span className="ais-Row">
              <span className="ais-Code ais-Ellipsis">{service.endpoint}</span>
              <Button
                kind="quiet"
                icon={copied ? 'tick' : 'copy'}
                label={trans.__('Copy the address')}
                onClick={() =>
                  void navigator.clipboard?.writeText(service.endpoint).then(() => setCopied(true))
                }
              />
            </span>
          </>
        }
        actions={
          can('predict') ? (
            <>
              <Button kind="primary" icon="play" onClick={() => page.go(`${base}/try`, { replace: true })}>
                {trans.__('Try it')}
              </Button>
              <Button
                icon="add"
                blocked={can('canary') ? null : (denied ?? trans.__('Promote or withdraw the canary first'))}
                onClick={() => page.go(`/services/new?canary=${service.id}`)}
              >
                {trans.__('New canary')}
              </Button>
              <Button
                icon="edit"
                blocked={notNow}
                onClick={() => page.go(`/services/new?edit=${service.id}`)}
              >
                {trans.__('Edit')}
              </Button>
            </>
          ) : (
            <>
              <Button
                kind="primary"
                icon="play"
                busy={act.busy}
                blocked={can('start') ? null : (denied ?? trans.__('It is being started'))}
                onClick={() => act.run('start')}
              >
                {trans.__('Start')}
              </Button>
              <Button
                icon="edit"
                blocked={notNow}
                onClick={() => page.go(`/services/new?edit=${service.id}`)}
              >
                {trans.__('Edit')}
              </Button>
            </>
          )
        }
        more={[
          {
            label: trans.__('Stop'),
            run: () => act.run('stop'),
            blocked: can('stop') ? null : (denied ?? trans.__('It does not run'))
          },
          {
            label: trans.__('Start'),
            run: () => act.run('start'),
            blocked: can('start') ? null : (denied ?? trans.__('It runs'))
          },
          { label: trans.__('Hand over'), run: () => setHanding(true), blocked: denied },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(true),
            blocked: can('delete') ? null : (denied ?? trans.__('Stop it first'))
          }
        ]}
        code={{
          python: `from pathlib import Path\n\nfrom aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nprint(client.services.try_it("${service.id}", Path("picture.png").read_bytes()).outputs)\n`,
          shell: `aispace predict ${service.name} picture.png\n`
        }}
        tabs={[
          {
            id: 'overview',
            label: trans.__('Overview'),
            render: () => <ServiceOverview service={service} calls={calls} onChanged={props.reload} />
          },
          { id: 'try', label: trans.__('Try it'), render: () => <TryIt service={service} /> },
          {
            id: 'calls',
            label: trans.__('Calls'),
            render: () => <ServiceCalls service={service} total={calls.total} />
          },
          {
            id: 'monitoring',
            label: trans.__('Monitoring'),
            render: () => (
              <WorkloadMetrics
                key={service.workload_id}
                workloadId={service.workload_id}
                active={service.target === 'serving'}
              />
            )
          },
          { id: 'log', label: trans.__('Log'), render: () => <ServiceLog service={service} /> },
          {
            id: 'deployments',
            label: trans.__('Deployments'),
            render: () => <ServiceDeployments service={service} onChanged={props.reload} />
          },
          {
            id: 'events',
            label: trans.__('Events'),
            render: () => (
              <EventsPanel objectIds={[service.id, ...(service.workload_id ? [service.workload_id] : [])]} />
            )
          }
        ]}
      />
      {handing ? (
        <HandOverDialog object={service} onDone={props.reload} onClose={() => setHanding(false)} />
      ) : null}
      {deleting ? (
        <DeleteService
          service={service}
          onDeleted={() => page.go('/services', { replace: true })}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}
