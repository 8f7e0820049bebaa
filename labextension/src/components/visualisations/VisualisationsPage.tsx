import { useState } from 'react';
import type { IPage, IVisualisationRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { money } from '../formats';
import { NAMES } from '../names';
import { PageFrame } from '../PageFrame';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';

/** Every TensorBoard that one started. */
export default function VisualisationsPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IVisualisationRead>> | null>(null);
  const stop = useAction(async (board: IVisualisationRead) => {
    await client.call('POST /visualisations/{id}/stop', { path: { id: board.id } });
    list?.reload();
  });
  const start = useAction(async (board: IVisualisationRead) => {
    const runs = board.runs.map(run => ({ job_id: run.job.id, version: run.version }));
    await client.call('POST /visualisations', { body: { runs } });
    list?.reload();
  });
  const remove = useAction(async (board: IVisualisationRead) => {
    await client.call('DELETE /visualisations/{id}', { path: { id: board.id } });
    list?.reload();
  });
  return (
    <PageFrame
      title={trans.__('Visualisations')}
      icon="training"
      crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor board in AISpaceClient().visualisations.list():\n    print(board.name, board.status)\n',
        shell: 'aispace ls visualisations\n'
      }}
    >
      <ResourceTable<IVisualisationRead>
        name="visualisations"
        label={trans.__('Visualisations')}
        rowKey={board => board.id}
        load={(query, signal) => client.call('GET /visualisations', { query, signal })}
        live={event => event.code.startsWith('visualisation.')}
        onQuery={setList}
        defaultSort="-created_at"
        href={board => `/visualisations/${board.id}`}
        actions={board => [
          { label: trans.__('Open'), run: () => page.go(`/visualisations/${board.id}`) },
          {
            label: trans.__('Start again'),
            run: () => start.run(board),
            blocked: board.can.includes('start') ? null : trans.__('It runs, or is not yours')
          },
          {
            label: trans.__('Stop'),
            run: () => stop.run(board),
            blocked: board.can.includes('stop') ? null : trans.__('It does not run, or is not yours')
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => remove.run(board),
            blocked: board.can.includes('delete')
              ? null
              : trans.__('Stop it first; only its owner can delete it')
          }
        ]}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            sort: 'name',
            render: board => <PageLink to={`/visualisations/${board.id}`}>{board.name}</PageLink>
          },
          {
            id: 'status',
            label: trans.__('Status'),
            width: '130px',
            sort: 'status',
            render: board => <StatusPill status={board.status} />
          },
          {
            id: 'stops',
            label: trans.__('Stops by itself'),
            width: '130px',
            render: board => (board.stops_at ? <Time value={board.stops_at} /> : '')
          },
          {
            id: 'cost',
            label: trans.__('Cost'),
            width: '90px',
            align: 'right',
            render: board => money(board.cost, trans)
          },
          {
            id: 'created',
            label: trans.__('Created'),
            width: '110px',
            sort: 'created_at',
            render: board => <Time value={board.created_at} />
          }
        ]}
        empty={
          <EmptyState
            icon="training"
            text={trans.__(
              'No visualisation yet. Choose training jobs and open them in %1.',
              NAMES.tensorboard
            )}
          >
            <Button kind="primary" onClick={() => page.go('/training-jobs')}>
              {trans.__('Training jobs')}
            </Button>
          </EmptyState>
        }
      />
    </PageFrame>
  );
}
