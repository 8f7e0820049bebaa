import { useState } from 'react';
import type { IEvaluationRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { money } from '../formats';
import { DetailPage, PageFrame } from '../PageFrame';
import { EventsPanel } from '../parts/EventsPanel';
import { LineagePanel } from '../parts/LineagePanel';
import { HandOverDialog } from '../parts/ObjectDialogs';
import { RunningTime } from '../parts/RunningTime';
import { WorkloadLog } from '../parts/WorkloadLog';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { isActive } from '../status';
import { ReasonLine, StatusPill } from '../StatusPill';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { useQuery } from '../useQuery';
import { DeleteEvaluation } from './DeleteEvaluation';
import { EvaluationView } from './RunEvaluation';

/** A model tried on a dataset: its figures, misrecognised samples and log. */
export default function EvaluationPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const query: IQuery<IEvaluationRead> = useQuery(
    `evaluation ${id}`,
    signal => client.call('GET /evaluations/{id}', { path: { id }, signal }),
    event => event.object_id === id || event.object_id === query.data?.workload?.id
  );
  const [deleting, setDeleting] = useState(false);
  const [handing, setHanding] = useState(false);
  const stop = useAction(async () => {
    if (query.data?.workload) {
      await client.call('POST /workloads/{id}/stop', { path: { id: query.data.workload.id } });
      query.reload();
    }
  });
  const crumbs = [
    { label: trans.__('Training jobs'), to: '/training-jobs' },
    { label: trans.__('Evaluations'), to: '/evaluations' }
  ];
  const one = query.data;
  if (!one) {
    return (
      <PageFrame title={trans.__('Evaluation')} crumbs={crumbs}>
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  const active = isActive(one.status) || one.collecting;
  const mine = one.can.length > 0;
  return (
    <>
      <DetailPage
        title={one.name}
        crumbs={crumbs}
        base={`/evaluations/${id}`}
        refreshing={query.refreshing}
        status={<StatusPill status={one.status} />}
        facts={
          <>
            <PageLink
              to={`/models/${one.model.id}?version=${one.model.version}`}
            >{`${one.model.name} ${one.model.version}`}</PageLink>
            {one.inputs.map(input => (
              <PageLink key={input.id} to={`/datasets/${input.id}`}>
                {`${input.name} ${input.version}${input.split ? ` ${input.split}` : ''}`}
              </PageLink>
            ))}
            {one.started_at ? <RunningTime start={one.started_at} end={one.ended_at} /> : null}
            <span>{money(one.cost, trans)}</span>
          </>
        }
        actions={
          active ? (
            <Button kind="primary" icon="stop" busy={stop.busy} onClick={stop.run}>
              {trans.__('Stop')}
            </Button>
          ) : (
            <Button
              kind="primary"
              icon="add"
              onClick={() => page.go(`/evaluations/new?model=${one.model.id}:${one.model.version}`)}
            >
              {trans.__('New evaluation')}
            </Button>
          )
        }
        more={[
          {
            label: trans.__('Hand over'),
            run: () => setHanding(true),
            blocked: mine ? null : trans.__('Only its owner can hand it over')
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(true),
            blocked: active ? trans.__('It still runs') : null
          }
        ]}
        tabs={[
          {
            id: 'result',
            label: trans.__('Result'),
            render: () =>
              one.result ? (
                <EvaluationView
                  name={one.id}
                  result={one.result}
                  load={(asked, signal) =>
                    client.call('GET /evaluations/{id}/samples', { path: { id }, query: asked, signal })
                  }
                />
              ) : (
                <>
                  <ReasonLine reason={one.reason} />
                  <EmptyState
                    icon="training"
                    text={
                      active
                        ? trans.__('The figures come when it has ended.')
                        : trans.__('There is no result. The log says why.')
                    }
                  />
                </>
              )
          },
          {
            id: 'log',
            label: trans.__('Log'),
            render: () => (
              <WorkloadLog workloadId={one.workload?.id} status={one.status} reason={one.reason} />
            )
          },
          { id: 'lineage', label: trans.__('Lineage'), render: () => <LineagePanel object={one.id} /> },
          {
            id: 'events',
            label: trans.__('Events'),
            render: () => <EventsPanel objectIds={[one.id, ...(one.workload ? [one.workload.id] : [])]} />
          }
        ]}
      />
      {handing ? (
        <HandOverDialog object={one} onDone={query.reload} onClose={() => setHanding(false)} />
      ) : null}
      {deleting ? (
        <DeleteEvaluation
          evaluation={one}
          onDeleted={() => page.go('/evaluations', { replace: true })}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}
