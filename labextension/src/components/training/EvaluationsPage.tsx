import { useState } from 'react';
import type { IEvaluationRead, IPage } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { duration, elapsed, metric, percent } from '../formats';
import { PageFrame } from '../PageFrame';
import { statusColumn } from '../parts/columns';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { isActive, statusWord } from '../status';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { DeleteEvaluation } from './DeleteEvaluation';

/** Models that were tried on datasets. */
export default function EvaluationsPage(): JSX.Element {
  const { client, trans, locale } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IEvaluationRead>> | null>(null);
  const [deleting, setDeleting] = useState<IEvaluationRead | null>(null);
  const stop = useAction(async (one: IEvaluationRead) => {
    await client.call('POST /evaluations/{id}/stop', { path: { id: one.id } });
    list?.reload();
  });
  const create = (
    <Button kind="primary" icon="add" onClick={() => page.go('/evaluations/new')}>
      {trans.__('New evaluation')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Evaluations')}
      crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
      actions={create}
    >
      <ResourceTable<IEvaluationRead>
        name="evaluations"
        label={trans.__('Evaluations')}
        rowKey={one => one.id}
        load={(query, signal) => client.call('GET /evaluations', { query, signal })}
        live={event => /^(evaluation|workload)\./.test(event.code)}
        onQuery={setList}
        href={one => `/evaluations/${one.id}`}
        filters={[
          {
            id: 'status',
            label: trans.__('Status'),
            options: (['queued', 'starting', 'running', 'succeeded', 'failed', 'stopped'] as const).map(
              status => ({ value: status, label: statusWord(trans, status) })
            )
          }
        ]}
        actions={one => [
          { label: trans.__('Open'), run: () => page.go(`/evaluations/${one.id}`) },
          {
            label: trans.__('Stop'),
            run: () => stop.run(one),
            blocked: one.can.includes('stop') ? null : trans.__('It does not run, or is not yours')
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(one),
            blocked: isActive(one.status) ? trans.__('It still runs') : null
          }
        ]}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            render: one => <PageLink to={`/evaluations/${one.id}`}>{one.name}</PageLink>
          },
          statusColumn(trans),
          {
            id: 'model',
            label: trans.__('Model'),
            width: 'minmax(100px, 1fr)',
            render: one => (
              <PageLink
                to={`/models/${one.model.id}?version=${one.model.version}`}
              >{`${one.model.name} ${one.model.version}`}</PageLink>
            )
          },
          {
            id: 'data',
            label: trans.__('Data'),
            width: 'minmax(100px, 1fr)',
            render: one =>
              one.inputs
                .map(input => `${input.name} ${input.version}${input.split ? ` ${input.split}` : ''}`)
                .join(', ')
          },
          {
            id: 'accuracy',
            label: trans.__('Accuracy'),
            width: '80px',
            align: 'right',
            render: one => percent(one.result?.accuracy, locale)
          },
          {
            id: 'f1',
            label: trans.__('macro F1'),
            width: '80px',
            align: 'right',
            render: one => metric(one.result?.macro_f1)
          },
          {
            id: 'duration',
            label: trans.__('Duration'),
            width: '80px',
            align: 'right',
            render: one => duration(elapsed(one.started_at, one.ended_at))
          },
          {
            id: 'created',
            label: trans.__('Created'),
            width: '110px',
            render: one => <Time value={one.created_at} />
          }
        ]}
        empty={
          <EmptyState
            icon="training"
            text={trans.__('No evaluation yet. It tries a model version on a dataset version.')}
          >
            {create}
          </EmptyState>
        }
      />
      {deleting ? (
        <DeleteEvaluation
          evaluation={deleting}
          onDeleted={() => list?.reload()}
          onRestored={() => list?.reload()}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </PageFrame>
  );
}
