import { useState } from 'react';
import type { IBatchRead, Schemas } from '../../client';
import { useApp } from '../context';
import { Button } from '../controls';
import { count, metric, percent } from '../formats';
import { EmptyState, Loaded } from '../states';
import { StatusPill } from '../StatusPill';
import { useQuery } from '../useQuery';

const PAGE = 50;
type BatchFileStatus = Schemas['BatchFileRead']['status'];

/** What became of each file, failures first. */
export function BatchFiles(props: { batch: IBatchRead }): JSX.Element {
  const { client, trans, locale } = useApp();
  const { batch } = props;
  const [status, setStatus] = useState<BatchFileStatus | ''>('');
  const [offset, setOffset] = useState(0);
  const seen = batch.counts.done + batch.counts.failed;
  const query = useQuery(`batch files ${batch.id} ${batch.revision} ${seen} ${status} ${offset}`, signal =>
    client.call('GET /batch-services/{id}/files', {
      path: { id: batch.id },
      query: { limit: PAGE, offset, ...(status ? { status } : {}) },
      signal
    })
  );
  const choose = (one: BatchFileStatus | ''): void => {
    setStatus(one);
    setOffset(0);
  };
  return (
    <>
      <h2>{trans.__('Files')}</h2>
      <div className="ais-Row" role="group" aria-label={trans.__('Which files')}>
        <Button pressed={status === ''} onClick={() => choose('')}>
          {trans.__('all')}
        </Button>
        <Button pressed={status === 'failed'} onClick={() => choose('failed')}>
          {trans.__('failed %1', count(batch.counts.failed))}
        </Button>
        <Button pressed={status === 'done'} onClick={() => choose('done')}>
          {trans.__('done %1', count(batch.counts.done))}
        </Button>
      </div>
      <Loaded query={query} rows={3}>
        {page =>
          page.items.length === 0 ? (
            <EmptyState text={trans.__('No file yet.')} />
          ) : (
            <>
              <ul className="ais-List" aria-label={trans.__('Files')}>
                {page.items.map(file => (
                  <li key={file.path} data-status={file.status}>
                    <div>
                      <div className="ais-Row">
                        <StatusPill status={file.status === 'done' ? 'succeeded' : 'failed'} />
                        {file.result ? (
                          <a
                            className="ais-Link"
                            href={client.url(
                              '/batch-services/{id}/results/content',
                              { id: batch.id },
                              { path: file.result }
                            )}
                            download
                          >
                            <bdi>{file.path}</bdi>
                          </a>
                        ) : (
                          <bdi>{file.path}</bdi>
                        )}
                        {file.label !== null ? (
                          <b>
                            <bdi>{file.label}</bdi>
                          </b>
                        ) : null}
                        {file.score !== null ? <span>{percent(file.score, locale)}</span> : null}
                        <span className="ais-Muted">{trans.__('%1 ms', metric(file.seconds * 1000))}</span>
                      </div>
                      {file.message ? <p className="ais-Reason">{file.message}</p> : null}
                    </div>
                  </li>
                ))}
              </ul>
              <div className="ais-Row">
                <span className="ais-Muted">
                  {trans.__('%1 to %2 of %3', offset + 1, offset + page.items.length, count(page.page.total))}
                </span>
                {offset > 0 ? (
                  <Button onClick={() => setOffset(offset - PAGE)}>{trans.__('Earlier')}</Button>
                ) : null}
                {page.page.next !== null ? (
                  <Button onClick={() => setOffset(offset + PAGE)}>{trans.__('More')}</Button>
                ) : null}
              </div>
            </>
          )
        }
      </Loaded>
    </>
  );
}
