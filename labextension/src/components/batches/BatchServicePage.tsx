import { useState } from 'react';
import type { IBatchRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { count, percent } from '../formats';
import { reasonText } from '../messages';
import { DetailPage, Facts, PageFrame } from '../PageFrame';
import { EventsPanel } from '../parts/EventsPanel';
import { HandOverDialog } from '../parts/ObjectDialogs';
import { WorkloadLog } from '../parts/WorkloadLog';
import { WorkloadMetrics } from '../parts/WorkloadMetrics';
import { AnsweredBy } from '../services/AnsweredBy';
import { ErrorView, Skeleton } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { BatchFiles } from './BatchFiles';
import { DeleteBatch } from './DeleteBatch';
import { DeliveryLine, ToDataset } from './ToDataset';

/** A batch service: how far it is, what failed, and the results. */
export default function BatchServicePage(): JSX.Element {
  const { client, trans } = useApp();
  const { id } = usePage().params;
  const query = useQuery(
    `batch ${id}`,
    signal => client.call('GET /batch-services/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  if (!query.data) {
    return (
      <PageFrame
        title={trans.__('Batch service')}
        crumbs={[{ label: trans.__('Batch services'), to: '/batch-services' }]}
      >
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  return <Batch batch={query.data} refreshing={query.refreshing} reload={query.reload} />;
}

function Batch(props: { batch: IBatchRead; refreshing: boolean; reload: () => void }): JSX.Element {
  const { client, trans, locale } = useApp();
  const page = usePage();
  const { batch } = props;
  const { counts } = batch;
  const [deleting, setDeleting] = useState(false);
  const [handing, setHanding] = useState(false);
  const [putting, setPutting] = useState(false);
  const base = `/batch-services/${batch.id}`;
  const can = (what: string): boolean => batch.can.includes(what);
  const ended = batch.ended_at !== null && batch.status !== 'storing';
  const act = useAction(async (what: 'start' | 'stop') => {
    await client.call(`POST /batch-services/{id}/${what}`, { path: { id: batch.id } });
    props.reload();
  });
  const seen = counts.done + counts.failed;
  return (
    <>
      <DetailPage
        title={batch.name}
        crumbs={[
          { label: trans.__('Services'), to: '/services' },
          { label: trans.__('Batch services'), to: '/batch-services' }
        ]}
        base={base}
        refreshing={props.refreshing}
        status={<StatusPill status={batch.status} />}
        facts={
          <>
            <span>
              {trans.__('%1 of %2 files', count(counts.done), count(counts.total))}
              {counts.total > 0 ? ` · ${percent(seen / counts.total, locale)}` : ''}
            </span>
            {counts.failed > 0 ? <span>{trans.__('%1 failed', count(counts.failed))}</span> : null}
            <AnsweredBy of={batch} />
            {batch.started_at ? (
              <span>
                {trans.__('began')} <Time value={batch.started_at} />
              </span>
            ) : null}
            {ended && batch.ended_at ? (
              <span>
                {trans.__('ended')} <Time value={batch.ended_at} />
              </span>
            ) : null}
          </>
        }
        actions={
          <>
            {counts.done > 0 ? (
              <a
                className="ais-Button ais-mod-primary"
                href={client.url('/batch-services/{id}/results/download', { id: batch.id })}
                download
              >
                {trans.__('Download results')}
              </a>
            ) : null}
            {can('start') ? (
              <Button icon="play" busy={act.busy} onClick={() => act.run('start')}>
                {counts.done < counts.total ? trans.__('Go on') : trans.__('Start again')}
              </Button>
            ) : null}
            {can('stop') ? (
              <Button busy={act.busy} onClick={() => act.run('stop')}>
                {trans.__('Stop')}
              </Button>
            ) : null}
          </>
        }
        more={[
          {
            label: trans.__('Results into a dataset'),
            run: () => setPutting(true),
            blocked: !can('write')
              ? trans.__('Stop it first; only its owner can change it')
              : counts.done === 0
                ? trans.__('There are no results')
                : batch.delivery?.status === 'running'
                  ? trans.__('They are being put in')
                  : null
          },
          {
            label: trans.__('Edit'),
            run: () => page.go(`/batch-services/new?edit=${batch.id}`),
            blocked: can('write') ? null : trans.__('Stop it first; only its owner can change it')
          },
          {
            label: trans.__('New one like this'),
            run: () => page.go(`/batch-services/new?from=${batch.id}`)
          },
          {
            label: trans.__('Hand over'),
            run: () => setHanding(true),
            blocked: can('write') ? null : trans.__('Stop it first; only its owner can hand it over')
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(true),
            blocked: can('delete') ? null : trans.__('Stop it first; only its owner can delete it')
          }
        ]}
        code={{
          python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nprint(client.batches.get("${batch.id}").counts)\nclient.batches.download("${batch.id}", "results.zip")\n`,
          shell: `aispace batch-results ${batch.name}\n`
        }}
        tabs={[
          {
            id: 'overview',
            label: trans.__('Overview'),
            render: () => <BatchOverview batch={batch} />
          },
          {
            id: 'log',
            label: trans.__('Log'),
            render: () => (
              <WorkloadLog
                key={batch.workload_id}
                workloadId={batch.workload_id}
                status={batch.status}
                reason={batch.reason}
              />
            )
          },
          {
            id: 'monitoring',
            label: trans.__('Monitoring'),
            render: () => (
              <WorkloadMetrics key={batch.workload_id} workloadId={batch.workload_id} active={!ended} />
            )
          },
          {
            id: 'events',
            label: trans.__('Events'),
            render: () => (
              <EventsPanel objectIds={[batch.id, ...(batch.workload_id ? [batch.workload_id] : [])]} />
            )
          }
        ]}
      />
      {putting ? <ToDataset batch={batch} onAsked={props.reload} onClose={() => setPutting(false)} /> : null}
      {handing ? (
        <HandOverDialog object={batch} onDone={props.reload} onClose={() => setHanding(false)} />
      ) : null}
      {deleting ? (
        <DeleteBatch
          batch={batch}
          onDeleted={() => page.go('/batch-services', { replace: true })}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}

function BatchOverview(props: { batch: IBatchRead }): JSX.Element {
  const { trans } = useApp();
  const { batch } = props;
  const { counts, source } = batch;
  return (
    <>
      {batch.reason ? (
        <p className="ais-Banner" role={batch.status === 'failed' ? 'alert' : undefined}>
          {reasonText(trans, batch.reason)}{' '}
          <PageLink to={`/batch-services/${batch.id}/log`}>{trans.__('Log')}</PageLink>
        </p>
      ) : null}
      <progress
        className="ais-BatchProgress"
        aria-label={trans.__('Files done')}
        max={counts.total || 1}
        value={counts.done + counts.failed}
      />
      <Facts
        items={[
          [trans.__('Description'), batch.description || trans.__('none')],
          [
            trans.__('Files'),
            source.dataset ? (
              <PageLink key="d" to={`/datasets/${source.dataset.id}`}>
                {`${source.dataset.name} ${source.version ?? ''} ${source.split ?? ''}`}
              </PageLink>
            ) : (
              `${trans.__('folder %1', source.path ?? '')}${source.moved ? ` (${trans.__('of the owner before: choose another')})` : ''}`
            )
          ],
          [
            trans.__('Results'),
            batch.stored
              ? trans.__('put into %1', batch.stored.path)
              : batch.results
                ? trans.__('go into %1 at the end', batch.results.path)
                : trans.__('kept here, for download')
          ],
          ...(batch.delivery
            ? [
                [trans.__('Dataset of the results'), <DeliveryLine key="r" batch={batch} />] as [
                  string,
                  JSX.Element
                ]
              ]
            : []),
          [
            trans.__('Parameters'),
            Object.keys(batch.parameters).length === 0
              ? trans.__('none')
              : Object.entries(batch.parameters)
                  .map(([name, value]) => `${name}=${String(value)}`)
                  .join(', ')
          ],
          [trans.__('Owner'), batch.owner.name]
        ]}
      />
      <BatchFiles batch={batch} />
    </>
  );
}
