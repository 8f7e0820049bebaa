import { useSyncExternalStore } from 'react';
import type { IExportRead, IImportRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button, Tabs } from '../controls';
import { bytes, count } from '../formats';
import { PageFrame } from '../PageFrame';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';

function Uploads(): JSX.Element {
  const { client, trans } = useApp();
  const { uploads } = client;
  useSyncExternalStore(
    listener => uploads.onChange(listener),
    () => uploads.transfers.reduce((sum, one) => sum + one.sent + one.state.length, uploads.transfers.length)
  );
  if (uploads.transfers.length === 0) {
    return <EmptyState icon="upload" text={trans.__('Nothing is being uploaded from this tab.')} />;
  }
  const shown = uploads.transfers.slice(-200);
  return (
    <>
      <div className="ais-Row">
        <span>
          {trans.__(
            '%1 of %2 files',
            count(uploads.transfers.filter(one => one.state === 'done').length),
            count(uploads.transfers.length)
          )}
        </span>
        <Button onClick={() => uploads.clear()}>{trans.__('Forget those that ended')}</Button>
      </div>
      <ul className="ais-List" aria-label={trans.__('Uploads')}>
        {shown.map(one => (
          <li key={one.id}>
            <div className="ais-Code">{one.name}</div>
            <span>
              {trans.__('%1 of %2', bytes(one.sent) || '0 B', bytes(one.size))}
              {one.state === 'failed' && one.error ? ` · ${one.error.message}` : ''}
            </span>
            {one.state === 'sending' ? (
              <Button onClick={() => void uploads.pause(one.id)}>{trans.__('Pause')}</Button>
            ) : one.state === 'paused' || one.state === 'failed' ? (
              <Button onClick={() => uploads.resume(one.id)}>{trans.__('Go on')}</Button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Imports, exports and uploads: what runs and what ended. */
export default function ActivityPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const tab = page.query.get('tab') ?? 'imports';
  return (
    <PageFrame title={trans.__('Activity')} icon="activity">
      <Tabs
        label={trans.__('Activity')}
        current={tab}
        onChange={id => page.setQuery({ tab: id === 'imports' ? null : id })}
        tabs={[
          {
            id: 'imports',
            label: trans.__('Imports'),
            render: () => (
              <ResourceTable<IImportRead>
                name="imports"
                prefix="i"
                label={trans.__('Imports')}
                searchable={false}
                live={event => event.code.startsWith('import.')}
                columns={[
                  {
                    id: 'id',
                    label: trans.__('Import'),
                    width: 'minmax(160px, 1fr)',
                    render: row => (
                      <PageLink to={`/datasets/${row.dataset_id}/import?import=${row.id}`}>
                        {trans.__('Import of %1', row.id.slice(-6))}
                      </PageLink>
                    )
                  },
                  {
                    id: 'status',
                    label: trans.__('Status'),
                    width: '140px',
                    render: row => <StatusPill status={row.status} />
                  },
                  {
                    id: 'files',
                    label: trans.__('Files'),
                    width: '160px',
                    render: row =>
                      row.report.refused_count > 0
                        ? trans.__(
                            '%1 imported, %2 refused',
                            count(row.report.imported),
                            count(row.report.refused_count)
                          )
                        : trans.__('%1 imported', count(row.report.imported))
                  },
                  {
                    id: 'at',
                    label: trans.__('Started'),
                    width: '140px',
                    render: row => <Time value={row.created_at} />
                  }
                ]}
                rowKey={row => row.id}
                load={(query, signal) => client.call('GET /imports', { query, signal })}
                empty={<EmptyState icon="upload" text={trans.__('Nothing was imported yet.')} />}
              />
            )
          },
          {
            id: 'exports',
            label: trans.__('Exports'),
            render: () => (
              <ResourceTable<IExportRead>
                name="exports"
                prefix="e"
                label={trans.__('Exports')}
                searchable={false}
                live={event => event.code.startsWith('export.')}
                columns={[
                  {
                    id: 'name',
                    label: trans.__('Export'),
                    width: 'minmax(180px, 1fr)',
                    render: row => row.filename
                  },
                  {
                    id: 'status',
                    label: trans.__('Status'),
                    width: '140px',
                    render: row => <StatusPill status={row.status} />
                  },
                  {
                    id: 'get',
                    label: trans.__('Result'),
                    width: '200px',
                    render: row =>
                      row.status !== 'ready' ? (
                        <span className="ais-Muted">{row.reason?.message ?? ''}</span>
                      ) : row.area_path ? (
                        <PageLink to={`/files/${row.area_path}`}>{row.area_path}</PageLink>
                      ) : (
                        <a
                          className="ais-Link"
                          href={client.url('/exports/{id}/content', { id: row.id })}
                          download
                        >
                          {trans.__('Download')}
                        </a>
                      )
                  },
                  {
                    id: 'at',
                    label: trans.__('Started'),
                    width: '140px',
                    render: row => <Time value={row.created_at} />
                  }
                ]}
                rowKey={row => row.id}
                load={(query, signal) => client.call('GET /exports', { query, signal })}
                empty={<EmptyState icon="download" text={trans.__('Nothing was exported yet.')} />}
              />
            )
          },
          { id: 'uploads', label: trans.__('Uploads'), render: () => <Uploads /> }
        ]}
      />
    </PageFrame>
  );
}
