import { useState } from 'react';
import type { IPage, ITrainingJobRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import type { IMenuItem } from '../controls';
import { duration, elapsed, money, percent } from '../formats';
import { NAMES } from '../names';
import { PageFrame } from '../PageFrame';
import { DeleteDialog, MoveToTrash } from '../parts/ObjectDialogs';
import { scopeFilter } from '../parts/scopes';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { isActive } from '../status';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { MOST_RUNS, useTensorBoard } from '../visualisations/useTensorBoard';
import type { IQuery } from '../useQuery';
import { RunLine } from './RunLine';

/** All training jobs, or those that run. */
export default function TrainingJobsPage(): JSX.Element {
  const { client, trans, locale, notify } = useApp();
  const page = usePage();
  const active = page.query.get('active') === 'true';
  const [list, setList] = useState<IQuery<IPage<ITrainingJobRead>> | null>(null);
  const [deleting, setDeleting] = useState<ITrainingJobRead[] | null>(null);
  const [stopping, setStopping] = useState(false);
  const stop = useAction(async (job: ITrainingJobRead) => {
    await client.call('POST /training-jobs/{id}/runs/{version}/stop', {
      path: { id: job.id, version: job.latest.version }
    });
    list?.reload();
  });
  const rerun = useAction(async (job: ITrainingJobRead) => {
    const made = await client.call('POST /training-jobs/{id}/runs/{version}/rerun', {
      path: { id: job.id, version: job.latest.version }
    });
    page.go(`/training-jobs/${job.id}?run=${made.version}`);
  });
  const board = useTensorBoard();
  const show = (jobs: ITrainingJobRead[]): void =>
    board.run(jobs.map(job => ({ job_id: job.id, version: job.current_version })));
  const actions = (job: ITrainingJobRead): IMenuItem[] => [
    { label: trans.__('Open'), run: () => page.go(`/training-jobs/${job.id}`) },
    {
      label: trans.__('Stop'),
      run: () => stop.run(job),
      blocked: isActive(job.status) ? null : trans.__('It does not run')
    },
    {
      label: trans.__('Rerun'),
      run: () => rerun.run(job),
      blocked: isActive(job.status)
        ? trans.__('It still runs')
        : job.status === 'draft'
          ? trans.__('It is a draft: start it')
          : null
    },
    { label: NAMES.tensorboard, run: () => show([job]) },
    {
      label: trans.__('Modify'),
      run: () => page.go(`/training-jobs/new?modify=${job.id}:${job.current_version}`)
    },
    {
      label: trans.__('New job like this'),
      run: () => page.go(`/training-jobs/new?from=${job.id}:${job.current_version}`)
    },
    {
      label: trans.__('Delete'),
      danger: true,
      run: () => setDeleting([job]),
      blocked: isActive(job.status) ? trans.__('Stop it first') : null
    }
  ];
  const compare = (jobs: ITrainingJobRead[]): void =>
    page.go(`/training-jobs/compare?${jobs.map(job => `run=${job.id}:${job.current_version}`).join('&')}`);
  return (
    <PageFrame
      title={trans.__('Training jobs')}
      icon="training"
      actions={
        <Button kind="primary" icon="add" onClick={() => page.go('/training-jobs/new')}>
          {trans.__('New training job')}
        </Button>
      }
      more={[
        { label: trans.__('Job templates'), run: () => page.go('/job-templates') },
        { label: trans.__('Evaluations'), run: () => page.go('/evaluations') },
        { label: trans.__('Visualisations'), run: () => page.go('/visualisations') }
      ]}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor job in AISpaceClient().jobs.list():\n    print(job.name, job.status)\n',
        shell: active ? 'aispace ls jobs --active\n' : 'aispace ls jobs\n'
      }}
    >
      <div className="ais-Row" role="group" aria-label={trans.__('Which jobs')}>
        <Button pressed={!active} onClick={() => page.setQuery({ active: null, offset: null })}>
          {trans.__('All')}
        </Button>
        <Button pressed={active} onClick={() => page.setQuery({ active: 'true', offset: null })}>
          {trans.__('Running or waiting')}
        </Button>
        <Button onClick={() => page.go('/job-templates')}>{trans.__('Templates')}</Button>
        {active ? (
          <Button
            icon="stop"
            blocked={list?.data?.page.total ? null : trans.__('Nothing runs or waits.')}
            onClick={() => setStopping(true)}
          >
            {trans.__('Stop all of mine')}
          </Button>
        ) : null}
      </div>
      <ResourceTable<ITrainingJobRead>
        name={active ? 'active training jobs' : 'training jobs'}
        label={trans.__('Training jobs')}
        rowKey={job => job.id}
        load={(query, signal) =>
          client.call('GET /training-jobs', {
            query: { ...query, ...(active ? { active: true } : {}) },
            signal
          })
        }
        live={event => /^(training_job|training_run|run|workload)\./.test(event.code)}
        onQuery={setList}
        filters={[scopeFilter(trans)]}
        defaultSort="-updated_at"
        href={job => `/training-jobs/${job.id}`}
        actions={actions}
        bulk={(jobs, clear) => (
          <>
            <Button onClick={() => compare(jobs)}>{trans.__('Compare')}</Button>
            <Button
              busy={board.busy}
              blocked={jobs.length > MOST_RUNS ? trans.__('At most %1 at once', MOST_RUNS) : null}
              onClick={() => show(jobs)}
            >
              {NAMES.tensorboard}
            </Button>
            <Button
              kind="danger"
              blocked={jobs.some(job => isActive(job.status)) ? trans.__('Stop them first') : null}
              onClick={() => {
                setDeleting(jobs);
                clear();
              }}
            >
              {trans.__('Delete')}
            </Button>
          </>
        )}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            sort: 'name',
            render: job => <PageLink to={`/training-jobs/${job.id}`}>{job.name}</PageLink>
          },
          {
            id: 'status',
            label: trans.__('Status'),
            width: 'minmax(120px, 1fr)',
            render: job => (
              <StatusPill
                status={job.status}
                note={
                  job.latest.workload?.position
                    ? trans.__('number %1', job.latest.workload.position)
                    : undefined
                }
              />
            )
          },
          {
            id: 'run',
            label: trans.__('Run'),
            width: '90px',
            render: job => trans.__('%1 of %2', job.current_version, job.run_count)
          },
          {
            id: 'made',
            label: trans.__('Made of'),
            width: 'minmax(140px, 2fr)',
            render: job => <RunLine run={job.latest} />
          },
          {
            id: 'accuracy',
            label: trans.__('Accuracy'),
            width: '80px',
            align: 'right',
            render: job => percent(job.latest.evaluation_summary?.accuracy, locale)
          },
          {
            id: 'duration',
            label: trans.__('Duration'),
            width: '80px',
            align: 'right',
            render: job => duration(elapsed(job.latest.started_at, job.latest.ended_at))
          },
          {
            id: 'cost',
            label: trans.__('Cost'),
            width: '80px',
            align: 'right',
            render: job => money(job.latest.cost, trans)
          },
          {
            id: 'updated',
            label: trans.__('Updated'),
            width: '110px',
            sort: 'updated_at',
            render: job => <Time value={job.updated_at} />
          }
        ]}
        empty={
          active ? (
            <EmptyState icon="training" text={trans.__('Nothing runs or waits.')}>
              <Button onClick={() => page.setQuery({ active: null })}>{trans.__('All jobs')}</Button>
            </EmptyState>
          ) : (
            <EmptyState
              icon="training"
              text={trans.__(
                'No training job yet. A job runs an algorithm on a dataset and can become a model.'
              )}
            >
              <Button kind="primary" onClick={() => page.go('/training-jobs/new')}>
                {trans.__('New training job')}
              </Button>
            </EmptyState>
          )
        }
      />
      {stopping ? (
        <DeleteDialog
          title={trans.__('Stop all of your training jobs?')}
          verb={trans.__('Stop all of mine')}
          consequences={[
            trans.__('Every run of yours that waits or runs ends. What it has written so far is kept.')
          ]}
          act={async () => {
            const answer = await client.call('POST /training-jobs/stop', {});
            notify({
              kind: 'success',
              key: 'stop all',
              message: trans._n('%1 run was stopped', '%1 runs were stopped', answer.stopped.length)
            });
            list?.reload();
          }}
          onClose={() => setStopping(false)}
        />
      ) : null}
      {deleting ? (
        <MoveToTrash
          ids={deleting.map(job => job.id)}
          name={deleting[0].name}
          onRestored={() => list?.reload()}
          act={id =>
            client.call('DELETE /training-jobs/{id}', {
              path: { id },
              ifMatch: deleting.find(one => one.id === id)?.revision
            })
          }
          onDone={() => list?.reload()}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </PageFrame>
  );
}
