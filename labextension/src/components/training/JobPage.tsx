import { useState } from 'react';
import type { IRunRead, ITrainingJobRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { money } from '../formats';
import { NAMES } from '../names';
import { DetailPage } from '../PageFrame';
import { PageFrame } from '../PageFrame';
import { EventsPanel } from '../parts/EventsPanel';
import { LineagePanel } from '../parts/LineagePanel';
import { DeleteDialog, HandOverDialog, MoveToTrash, NameDialog } from '../parts/ObjectDialogs';
import { RunningTime } from '../parts/RunningTime';
import { WorkloadLog } from '../parts/WorkloadLog';
import { ErrorView, Skeleton } from '../states';
import { isActive } from '../status';
import { StatusPill } from '../StatusPill';
import { useAction } from '../useAction';
import { useTensorBoard } from '../visualisations/useTensorBoard';
import type { IQuery } from '../useQuery';
import { useQuery } from '../useQuery';
import { RunConfiguration } from './RunConfiguration';
import { RunEvaluation } from './RunEvaluation';
import { RunMetrics } from './RunMetrics';
import { RunOutputs } from './RunOutputs';
import { RunOverview } from './RunOverview';
import { SaveModelDialog } from './SaveModelDialog';

/** A training job with its runs: is it well, is it learning, what does it cost. */
export default function JobPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const job: IQuery<ITrainingJobRead> = useQuery(
    `job ${id}`,
    signal => client.call('GET /training-jobs/{id}', { path: { id }, signal }),
    event =>
      event.object_id === id ||
      event.params.job_id === id ||
      event.object_id === job.data?.latest.workload?.id
  );
  const version = page.query.get('run') ?? job.data?.current_version ?? '';
  const run: IQuery<IRunRead> = useQuery(
    version ? `run ${id} ${version}` : null,
    signal => client.call('GET /training-jobs/{id}/runs/{version}', { path: { id, version }, signal }),
    event =>
      event.object_id === id ||
      event.params.job_id === id ||
      event.object_id === run.data?.id ||
      event.object_id === run.data?.workload?.id
  );
  if (job.data && run.data) {
    return (
      <Job
        job={job.data}
        run={run.data}
        refreshing={job.refreshing || run.refreshing}
        reload={() => {
          job.reload();
          run.reload();
        }}
      />
    );
  }
  const error = job.error ?? run.error;
  return (
    <PageFrame
      title={job.data?.name ?? trans.__('Training job')}
      crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
    >
      {error ? (
        <ErrorView
          error={error}
          onRetry={() => {
            job.reload();
            run.reload();
          }}
        />
      ) : (
        <Skeleton />
      )}
    </PageFrame>
  );
}

function Job(props: {
  job: ITrainingJobRead;
  run: IRunRead;
  refreshing: boolean;
  reload: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { job, run } = props;
  const [dialog, setDialog] = useState<
    'save' | 'template' | 'rename' | 'delete' | 'hand-over' | 'delete-run' | null
  >(null);
  const active = isActive(run.status) || run.collecting;
  const path = { id: job.id, version: run.version };
  const base = `/training-jobs/${job.id}`;
  const write = job.can.length === 0 || job.can.includes('write');
  const denied = write ? null : trans.__('Only its owner can do this');
  const hasModel = run.model_output !== null && run.model_output.files > 0;
  const runs = useQuery(`runs ${job.id} ${job.run_count}`, signal =>
    client.call('GET /training-jobs/{id}/runs', { path: { id: job.id }, query: { limit: 200 }, signal })
  );
  const versions = runs.data?.items ?? [run];

  const stop = useAction(async () => {
    await client.call('POST /training-jobs/{id}/runs/{version}/stop', { path });
    props.reload();
  });
  const rerun = useAction(async () => {
    const made = await client.call('POST /training-jobs/{id}/runs/{version}/rerun', { path });
    page.go(`${base}?run=${made.version}`, { replace: true });
    props.reload();
  });
  const isDraft = run.status === 'draft';
  const modify = (): void =>
    page.go(`/training-jobs/new?${isDraft ? 'draft' : 'modify'}=${job.id}:${run.version}`);
  const start = useAction(async () => {
    await client.call('POST /training-jobs/{id}/runs/{version}/start', { path });
    props.reload();
  });
  const board = useTensorBoard();
  const others = versions.filter(one => one.version !== run.version).slice(0, 3);
  const compare = (): void =>
    page.go(
      `/training-jobs/compare?${[run, ...others].map(one => `run=${job.id}:${one.version}`).join('&')}`
    );

  return (
    <>
      <DetailPage
        title={job.name}
        crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
        base={base}
        keep={['run']}
        refreshing={props.refreshing}
        status={
          <>
            <select
              className="ais-Input ais-mod-filter"
              aria-label={trans.__('Run')}
              value={run.version}
              onChange={event =>
                page.setQuery({ run: event.target.value === job.current_version ? null : event.target.value })
              }
            >
              {(versions.some(one => one.version === run.version) ? versions : [run, ...versions]).map(
                one => (
                  <option key={one.version} value={one.version}>
                    {one.version}
                  </option>
                )
              )}
            </select>
            <span className="ais-Muted">{trans.__('of %1', job.run_count)}</span>
            <StatusPill
              status={run.status}
              note={run.workload?.position ? trans.__('number %1', run.workload.position) : undefined}
            />
          </>
        }
        facts={
          <>
            {run.started_at ? <RunningTime start={run.started_at} end={run.ended_at} /> : null}
            {run.workload?.spec?.spec_name ? <span>{run.workload.spec.spec_name}</span> : null}
            {isDraft ? null : (
              <span>{active ? trans.__('%1 so far', money(run.cost, trans)) : money(run.cost, trans)}</span>
            )}
            {run.saved_as.map(one => (
              <PageLink key={`${one.id} ${one.version}`} to={`/models/${one.id}?version=${one.version}`}>
                {trans.__('model %1 %2', one.name, one.version)}
              </PageLink>
            ))}
          </>
        }
        actions={
          <>
            {isDraft ? (
              <Button kind="primary" icon="play" busy={start.busy} blocked={denied} onClick={start.run}>
                {trans.__('Start training')}
              </Button>
            ) : active ? (
              <Button kind="primary" icon="stop" busy={stop.busy} blocked={denied} onClick={stop.run}>
                {trans.__('Stop')}
              </Button>
            ) : hasModel ? (
              <Button kind="primary" icon="model" blocked={denied} onClick={() => setDialog('save')}>
                {trans.__('Save as model')}
              </Button>
            ) : (
              <Button kind="primary" icon="edit" blocked={denied} onClick={modify}>
                {trans.__('Rerun with a change')}
              </Button>
            )}
            {isDraft ? (
              <Button icon="edit" blocked={denied} onClick={modify}>
                {trans.__('Edit')}
              </Button>
            ) : active ? null : (
              <Button icon="refresh" busy={rerun.busy} blocked={denied} onClick={rerun.run}>
                {trans.__('Rerun')}
              </Button>
            )}
            <Button onClick={compare}>{trans.__('Compare')}</Button>
            <Button
              busy={board.busy}
              blocked={isDraft ? trans.__('It is a draft: start it') : null}
              onClick={() => board.run([{ job_id: job.id, version: run.version }])}
            >
              {NAMES.tensorboard}
            </Button>
          </>
        }
        more={[
          ...(isDraft ? [] : [{ label: trans.__('Modify: next version'), run: modify, blocked: denied }]),
          { label: trans.__('Keep as a template'), run: () => setDialog('template') },
          {
            label: trans.__('New job like this'),
            run: () => page.go(`/training-jobs/new?from=${job.id}:${run.version}`)
          },
          { label: trans.__('Hand over'), run: () => setDialog('hand-over'), blocked: denied },
          { label: trans.__('Rename'), run: () => setDialog('rename'), blocked: denied },
          {
            label: trans.__('Delete %1', run.version),
            danger: true,
            run: () => setDialog('delete-run'),
            blocked:
              denied ??
              (active
                ? trans.__('Stop it first')
                : job.run_count === 1
                  ? trans.__('It is the only run: delete the job')
                  : null)
          },
          {
            label: trans.__('Delete the job'),
            danger: true,
            run: () => setDialog('delete'),
            blocked: denied ?? (isActive(job.status) ? trans.__('Stop it first') : null)
          }
        ]}
        code={{
          python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nrun = client.jobs.run("${job.id}", "${run.version}")\nprint(run.status)\n`,
          shell: `aispace show ${job.id}\naispace logs ${job.id} --run ${run.version} --follow\n`
        }}
        tabs={[
          {
            id: 'overview',
            label: trans.__('Overview'),
            render: () => <RunOverview run={run} previous={previousOf(run, versions)} onRerun={modify} />
          },
          {
            id: 'log',
            label: trans.__('Log'),
            render: () => (
              <WorkloadLog
                key={run.id}
                workloadId={run.workload?.id}
                status={run.status}
                reason={run.reason}
              />
            )
          },
          {
            id: 'metrics',
            label: trans.__('Metrics'),
            render: () => <RunMetrics run={run} runs={versions} />
          },
          {
            id: 'evaluation',
            label: trans.__('Evaluation'),
            render: () => <RunEvaluation key={run.id} run={run} />
          },
          {
            id: 'outputs',
            label: trans.__('Outputs'),
            render: () => <RunOutputs run={run} onSave={() => setDialog('save')} />
          },
          {
            id: 'lineage',
            label: trans.__('Lineage'),
            render: () => <LineagePanel object={`${job.id}:${run.version}`} />
          },
          {
            id: 'events',
            label: trans.__('Events'),
            render: () => <EventsPanel objectIds={[job.id, ...(run.workload ? [run.workload.id] : [])]} />
          },
          {
            id: 'configuration',
            label: trans.__('Configuration'),
            render: () => <RunConfiguration run={run} onModify={modify} />
          }
        ]}
      />
      {dialog === 'save' ? (
        <SaveModelDialog run={run} onSaved={props.reload} onClose={() => setDialog(null)} />
      ) : dialog === 'template' ? (
        <NameDialog
          title={trans.__('Keep the settings of %1 as a template', `${job.name} ${run.version}`)}
          verb={trans.__('Keep settings')}
          name={job.name}
          description=""
          act={async (name, description) => {
            const made = await client.call('POST /training-jobs/{id}/runs/{version}/save-template', {
              path,
              body: { name, description }
            });
            notify({
              kind: 'success',
              key: made.id,
              message: trans.__('The settings are kept as %1', made.name),
              action: { label: trans.__('Show'), run: () => page.go('/job-templates') }
            });
          }}
          onClose={() => setDialog(null)}
        />
      ) : dialog === 'rename' ? (
        <NameDialog
          title={trans.__('Rename')}
          verb={trans.__('Save')}
          name={job.name}
          description={job.description ?? ''}
          act={async (name, description) => {
            await client.call('PATCH /training-jobs/{id}', {
              path: { id: job.id },
              body: { name, description },
              ifMatch: job.revision
            });
            props.reload();
          }}
          onClose={() => setDialog(null)}
        />
      ) : dialog === 'hand-over' ? (
        <HandOverDialog object={job} onDone={props.reload} onClose={() => setDialog(null)} />
      ) : dialog === 'delete' ? (
        <MoveToTrash
          ids={[job.id]}
          name={job.name}
          act={async () => {
            await client.call('DELETE /training-jobs/{id}', { path: { id: job.id }, ifMatch: job.revision });
            page.go('/training-jobs', { replace: true });
          }}
          onClose={() => setDialog(null)}
        />
      ) : dialog === 'delete-run' ? (
        <DeleteDialog
          title={trans.__('Delete %1?', `${job.name} ${run.version}`)}
          verb={trans.__('Delete %1', run.version)}
          consequences={[trans.__('Its log, metrics and outputs go. Models that were saved from it stay.')]}
          act={async () => {
            await client.call('DELETE /training-jobs/{id}/runs/{version}', { path });
            page.go(base, { replace: true });
            props.reload();
          }}
          onClose={() => setDialog(null)}
        />
      ) : null}
    </>
  );
}

/** The run before this one, to see whether a change was good. */
function previousOf(run: IRunRead, runs: IRunRead[]): IRunRead | null {
  return (
    [...runs]
      .filter(one => one.version < run.version && one.started_at)
      .sort((a, b) => (a.version < b.version ? 1 : -1))[0] ?? null
  );
}
