import { useState } from 'react';
import type { IBatchRead, IPage } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { count } from '../formats';
import { PageFrame } from '../PageFrame';
import { nameColumn } from '../parts/columns';
import { scopeFilter } from '../parts/scopes';
import { ResourceTable } from '../ResourceTable';
import { AnsweredBy } from '../services/AnsweredBy';
import { EmptyState } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { DeleteBatch } from './DeleteBatch';

/** All batch services that one may see. */
export default function BatchServicesPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IBatchRead>> | null>(null);
  const [deleting, setDeleting] = useState<IBatchRead | null>(null);
  const act = useAction(async (batch: IBatchRead, what: 'start' | 'stop') => {
    await client.call(`POST /batch-services/{id}/${what}`, { path: { id: batch.id } });
    list?.reload();
  });
  const create = (
    <Button kind="primary" icon="add" onClick={() => page.go('/batch-services/new')}>
      {trans.__('New batch service')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Batch services')}
      icon="service"
      crumbs={[{ label: trans.__('Services'), to: '/services' }]}
      actions={create}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor batch in AISpaceClient().batches.list():\n    print(batch.name, batch.status, batch.counts)\n',
        shell: 'aispace ls batch-services\n'
      }}
    >
      <ResourceTable<IBatchRead>
        name="batch-services"
        label={trans.__('Batch services')}
        rowKey={batch => batch.id}
        load={(query, signal) => client.call('GET /batch-services', { query, signal })}
        live={event => event.code.startsWith('batch_service.')}
        onQuery={setList}
        filters={[scopeFilter(trans)]}
        defaultSort="-updated_at"
        href={batch => `/batch-services/${batch.id}`}
        actions={batch => [
          { label: trans.__('Open'), run: () => page.go(`/batch-services/${batch.id}`) },
          {
            label: trans.__('Start again'),
            run: () => act.run(batch, 'start'),
            blocked: batch.can.includes('start') ? null : trans.__('It runs, or is not yours')
          },
          {
            label: trans.__('Stop'),
            run: () => act.run(batch, 'stop'),
            blocked: batch.can.includes('stop') ? null : trans.__('It does not run, or is not yours')
          },
          {
            label: trans.__('New one like this'),
            run: () => page.go(`/batch-services/new?from=${batch.id}`)
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(batch),
            blocked: batch.can.includes('delete')
              ? null
              : trans.__('Stop it first; only its owner can delete it')
          }
        ]}
        columns={[
          nameColumn(trans, '/batch-services', 'minmax(120px, 2fr)'),
          {
            id: 'status',
            label: trans.__('Status'),
            width: '130px',
            sort: 'status',
            render: batch => <StatusPill status={batch.status} />
          },
          {
            id: 'model',
            label: trans.__('Model'),
            width: 'minmax(110px, 1fr)',
            render: batch => <AnsweredBy of={batch} />
          },
          {
            id: 'done',
            label: trans.__('Done'),
            width: '120px',
            render: batch => trans.__('%1 of %2', count(batch.counts.done), count(batch.counts.total))
          },
          {
            id: 'failed',
            label: trans.__('Failed files'),
            width: '90px',
            align: 'right',
            render: batch => count(batch.counts.failed)
          },
          {
            id: 'started',
            label: trans.__('Started'),
            width: '110px',
            render: batch => (batch.started_at ? <Time value={batch.started_at} /> : '')
          },
          {
            id: 'ended',
            label: trans.__('Ended'),
            width: '110px',
            render: batch => (batch.ended_at ? <Time value={batch.ended_at} /> : '')
          }
        ]}
        empty={
          <EmptyState
            icon="service"
            text={trans.__(
              'No batch service yet. It puts many files through a model, each with its own result.'
            )}
          >
            {create}
          </EmptyState>
        }
      />
      {deleting ? (
        <DeleteBatch
          batch={deleting}
          onDeleted={() => list?.reload()}
          onRestored={() => list?.reload()}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </PageFrame>
  );
}
