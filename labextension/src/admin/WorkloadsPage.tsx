import { useState } from 'react';
import type { IPage, IWorkloadRead } from '../client';
import { PageLink, useApp, usePage } from '../components/context';
import { Button } from '../components/controls';
import { duration, elapsed, money } from '../components/formats';
import { kindWord } from '../components/kinds';
import { PageFrame } from '../components/PageFrame';
import { DeleteDialog } from '../components/parts/ObjectDialogs';
import { ResourceTable } from '../components/ResourceTable';
import { EmptyState } from '../components/states';
import { isActive } from '../components/status';
import { StatusPill } from '../components/StatusPill';
import { Time } from '../components/Time';
import type { IQuery } from '../components/useQuery';

/** What runs and waits, of everybody; or, with a status, what has ended. */
export default function WorkloadsPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const status = page.query.get('status');
  const all = page.query.get('all') === 'true' || status !== null;
  const [list, setList] = useState<IQuery<IPage<IWorkloadRead>> | null>(null);
  const [stopping, setStopping] = useState<IWorkloadRead[] | null>(null);
  const kinds = ['training', 'evaluation', 'service', 'notebook', 'image_build', 'import', 'export'];
  return (
    <PageFrame title={all ? trans.__('Workloads') : trans.__('Running workloads')} icon="training">
      <div className="ais-Row" role="group" aria-label={trans.__('Which workloads')}>
        <Button pressed={!all} onClick={() => page.setQuery({ all: null, status: null, offset: null })}>
          {trans.__('Running or waiting')}
        </Button>
        <Button pressed={all} onClick={() => page.setQuery({ all: 'true', offset: null })}>
          {trans.__('All')}
        </Button>
      </div>
      <ResourceTable<IWorkloadRead>
        name={all ? 'all workloads' : 'active workloads'}
        label={trans.__('Workloads')}
        rowKey={one => one.id}
        load={(query, signal) =>
          client.call('GET /workloads', { query: { ...query, ...(all ? {} : { active: true }) }, signal })
        }
        live={event => event.code.startsWith('workload.')}
        onQuery={setList}
        filters={[
          {
            id: 'kind',
            label: trans.__('Kind'),
            options: kinds.map(value => ({ value, label: kindWord(trans, value) }))
          },
          {
            id: 'status',
            label: trans.__('Status'),
            options: [
              { value: 'queued', label: trans.__('queued') },
              { value: 'running', label: trans.__('running') },
              { value: 'succeeded', label: trans.__('succeeded') },
              { value: 'failed', label: trans.__('failed') },
              { value: 'stopped', label: trans.__('stopped') }
            ]
          }
        ]}
        href={one => `/admin/resources/workloads/${one.id}`}
        actions={one => [
          { label: trans.__('Open'), run: () => page.go(`/admin/resources/workloads/${one.id}`) },
          {
            label: trans.__('Stop'),
            danger: true,
            run: () => setStopping([one]),
            blocked: isActive(one.status) ? null : trans.__('It does not run')
          }
        ]}
        bulk={(rows, clear) => (
          <Button
            kind="danger"
            icon="stop"
            blocked={rows.every(one => !isActive(one.status)) ? trans.__('None of them runs') : null}
            onClick={() => {
              setStopping(rows.filter(one => isActive(one.status)));
              clear();
            }}
          >
            {trans.__('Stop')}
          </Button>
        )}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            render: one => <PageLink to={`/admin/resources/workloads/${one.id}`}>{one.name}</PageLink>
          },
          { id: 'kind', label: trans.__('Kind'), width: '110px', render: one => kindWord(trans, one.kind) },
          { id: 'owner', label: trans.__('Owner'), width: '110px', render: one => one.owner?.name ?? '' },
          {
            id: 'status',
            label: trans.__('Status'),
            width: '140px',
            render: one => (
              <StatusPill
                status={one.status}
                note={one.position ? trans.__('number %1', one.position) : undefined}
              />
            )
          },
          {
            id: 'spec',
            label: trans.__('Spec'),
            width: 'minmax(90px, 1fr)',
            render: one => one.spec?.spec_name ?? ''
          },
          {
            id: 'duration',
            label: trans.__('Duration'),
            width: '80px',
            align: 'right',
            render: one => duration(elapsed(one.started_at, one.ended_at))
          },
          {
            id: 'cost',
            label: trans.__('Cost'),
            width: '80px',
            align: 'right',
            render: one => money(one.cost, trans)
          },
          {
            id: 'started',
            label: trans.__('Started'),
            width: '130px',
            render: one => <Time value={one.started_at} />
          }
        ]}
        empty={
          <EmptyState
            icon="training"
            text={all ? trans.__('Nothing has run yet.') : trans.__('Nothing runs or waits.')}
          />
        }
      />
      {stopping ? (
        <DeleteDialog
          title={trans._n('Stop %1 workload?', 'Stop %1 workloads?', stopping.length)}
          verb={trans.__('Stop')}
          consequences={stopping.map(one =>
            trans.__('%1 (%2) of %3', one.name, kindWord(trans, one.kind), one.owner?.name ?? '')
          )}
          act={async () => {
            for (const one of stopping) {
              await client.call('POST /workloads/{id}/stop', { path: { id: one.id } });
            }
            list?.reload();
          }}
          onClose={() => setStopping(null)}
        />
      ) : null}
    </PageFrame>
  );
}
