import { useState } from 'react';
import type { IPage, IServiceRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { count, metric, percent } from '../formats';
import { NAMES } from '../names';
import { PageFrame } from '../PageFrame';
import { nameColumn, statusColumn, updatedColumn, visibilityColumn } from '../parts/columns';
import { scopeFilter } from '../parts/scopes';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { AnsweredBy } from './AnsweredBy';
import { DeleteService } from './DeleteService';

/** Share of calls that the service failed; null without calls. */
export function errorShare(calls: { total: number; errors: number }): number | null {
  return calls.total > 0 ? calls.errors / calls.total : null;
}

/** All online services that one may see. */
export default function ServicesPage(): JSX.Element {
  const { client, trans, locale } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IServiceRead>> | null>(null);
  const [deleting, setDeleting] = useState<IServiceRead | null>(null);
  const act = useAction(async (service: IServiceRead, what: 'start' | 'stop') => {
    await client.call(`POST /services/{id}/${what}`, { path: { id: service.id } });
    list?.reload();
  });
  const create = (
    <>
      <Button onClick={() => page.go('/batch-services')}>{trans.__('Batch services')}</Button>
      <Button kind="primary" icon="add" onClick={() => page.go('/services/new')}>
        {trans.__('New service')}
      </Button>
    </>
  );
  return (
    <PageFrame
      title={trans.__('Services')}
      icon="service"
      actions={create}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor service in AISpaceClient().services.list():\n    print(service.name, service.status, service.endpoint)\n',
        shell: 'aispace ls services\n'
      }}
    >
      <ResourceTable<IServiceRead>
        name="services"
        label={trans.__('Services')}
        rowKey={service => service.id}
        load={(query, signal) => client.call('GET /services', { query, signal })}
        live={event => event.code.startsWith('service.')}
        onQuery={setList}
        filters={[
          scopeFilter(trans),
          {
            id: 'status',
            label: trans.__('Status'),
            options: [
              { value: 'serving', label: trans.__('serving') },
              { value: 'deploying', label: trans.__('deploying') },
              { value: 'degraded', label: trans.__('degraded') },
              { value: 'stopped', label: trans.__('stopped') },
              { value: 'failed', label: trans.__('failed') }
            ]
          }
        ]}
        defaultSort="-updated_at"
        href={service => `/services/${service.id}`}
        actions={service => [
          { label: trans.__('Open'), run: () => page.go(`/services/${service.id}`) },
          {
            label: trans.__('Try it'),
            run: () => page.go(`/services/${service.id}/try`),
            blocked: service.can.includes('predict') ? null : trans.__('It does not serve')
          },
          {
            label: trans.__('Start'),
            run: () => act.run(service, 'start'),
            blocked: service.can.includes('start') ? null : trans.__('It runs, or is not yours')
          },
          {
            label: trans.__('Stop'),
            run: () => act.run(service, 'stop'),
            blocked: service.can.includes('stop') ? null : trans.__('It does not run, or is not yours')
          },
          {
            label: trans.__('Edit'),
            run: () => page.go(`/services/new?edit=${service.id}`),
            blocked: !service.can.includes('write')
              ? trans.__('Only its owner can do this')
              : service.canary
                ? trans.__('Promote or withdraw the canary first')
                : null
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(service),
            blocked: service.can.includes('delete')
              ? null
              : trans.__('Stop it first; only its owner can delete it')
          }
        ]}
        columns={[
          nameColumn(trans, '/services', 'minmax(120px, 2fr)'),
          statusColumn(trans),
          {
            id: 'model',
            label: trans.__('Model'),
            width: 'minmax(110px, 1fr)',
            render: service => <AnsweredBy of={service} />
          },
          {
            id: 'replicas',
            label: trans.__('Replicas'),
            width: '80px',
            render: service => trans.__('%1 of %2', service.replicas.ready, service.replicas.total)
          },
          {
            id: 'rate',
            label: trans.__('Calls/s'),
            width: '70px',
            align: 'right',
            render: service => metric(service.calls.rate)
          },
          {
            id: 'p99',
            label: NAMES.p99,
            width: '80px',
            align: 'right',
            render: service => (service.calls.p99 === null ? '' : `${metric(service.calls.p99)} ms`)
          },
          {
            id: 'errors',
            label: trans.__('Errors'),
            width: '80px',
            align: 'right',
            render: service => percent(errorShare(service.calls), locale)
          },
          {
            id: 'calls',
            label: trans.__('Calls'),
            width: '80px',
            align: 'right',
            render: service => count(service.calls.total)
          },
          visibilityColumn(trans),
          updatedColumn(trans)
        ]}
        empty={
          <EmptyState
            icon="service"
            text={trans.__('No service yet. A service answers requests with a model version.')}
          >
            {create}
          </EmptyState>
        }
      />
      {deleting ? (
        <DeleteService
          service={deleting}
          onDeleted={() => list?.reload()}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </PageFrame>
  );
}
