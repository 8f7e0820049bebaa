import { useEffect } from 'react';
import type { IImportRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { count } from '../formats';
import { ErrorView, Skeleton } from '../states';
import { ReasonLine, StatusPill } from '../StatusPill';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { Notes } from './ImportPreview';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** An import while it runs and after: progress, then the report by file. */
export function ImportProgress(props: { id: string; datasetId: string }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const query = useQuery(
    `import ${props.id}`,
    signal => client.call('GET /imports/{id}', { path: { id: props.id }, signal }),
    event => event.object_id === props.id || event.object_id === props.datasetId
  );
  const { reload } = query;
  const data: IImportRead | undefined = query.data;
  const ended = data ? ENDED.includes(data.status) : false;
  useEffect(() => {
    if (!data || ended) {
      return;
    }
    // Progress within an import is no event: while one looks at it, it is asked for.
    const timer = setTimeout(() => document.visibilityState !== 'hidden' && reload(), 1000);
    return () => clearTimeout(timer);
  }, [data, ended, reload]);
  const cancel = useAction(async () => {
    query.set(await client.call('POST /imports/{id}/cancel', { path: { id: props.id } }));
  });
  if (!data) {
    return query.error ? <ErrorView error={query.error} onRetry={reload} /> : <Skeleton rows={3} />;
  }
  const { report, progress } = data;
  const share = progress.total ? progress.done / progress.total : 0;
  return (
    <section aria-label={trans.__('Import')}>
      <p className="ais-Row">
        <StatusPill status={ended ? data.status : 'importing'} />
        {ended ? null : (
          <>
            <progress value={share} max={1} aria-label={trans.__('Progress of the import')} />
            <span>
              {progress.total
                ? trans.__('%1 of %2 files', count(progress.done), count(progress.total))
                : trans.__('%1 files', count(progress.done))}
            </span>
            <Button busy={cancel.busy} onClick={cancel.run}>
              {trans.__('Cancel the import')}
            </Button>
            <span className="ais-Muted">{trans.__('You can leave this page: it goes on.')}</span>
          </>
        )}
      </p>
      <ReasonLine reason={data.reason} />
      {ended ? (
        <>
          <ul className="ais-Plain">
            <li>
              {trans._n('%1 file imported', '%1 files imported', report.imported, count(report.imported))}
            </li>
            {report.replaced > 0 ? <li>{trans._n('%1 replaced', '%1 replaced', report.replaced)}</li> : null}
            {report.skipped > 0 ? <li>{trans._n('%1 skipped', '%1 skipped', report.skipped)}</li> : null}
            {report.duplicates > 0 ? (
              <li>{trans._n('%1 duplicate left out', '%1 duplicates left out', report.duplicates)}</li>
            ) : null}
            {report.annotated > 0 ? (
              <li>
                {trans._n(
                  '%1 sample that was here got its annotation',
                  '%1 samples that were here got their annotations',
                  report.annotated,
                  count(report.annotated)
                )}
              </li>
            ) : null}
            {report.objects ? (
              <li>{trans._n('%1 box', '%1 boxes', report.objects, count(report.objects))}</li>
            ) : null}
            {report.labels_created.length > 0 ? (
              <li>{trans.__('New labels: %1', report.labels_created.join(', '))}</li>
            ) : null}
          </ul>
          <Notes notes={report.notes ?? []} />
          {report.refused_count > 0 ? (
            <details open>
              <summary>{trans._n('%1 file refused', '%1 files refused', report.refused_count)}</summary>
              <ul className="ais-List">
                {report.refused.slice(0, 200).map((file, index) => (
                  <li key={index}>
                    <span className="ais-Code">
                      {file.path}
                      {file.line ? `:${file.line}` : ''}
                    </span>{' '}
                    <span>{file.message}</span>
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
          <div className="ais-Row">
            <Button kind="primary" onClick={() => page.go(`/datasets/${props.datasetId}`)}>
              {trans.__('Look at the samples')}
            </Button>
            <Button onClick={() => page.setQuery({ import: null, batch: null, area: null })}>
              {trans.__('Import more')}
            </Button>
          </div>
        </>
      ) : null}
    </section>
  );
}
