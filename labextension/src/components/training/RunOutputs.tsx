import type { IRunRead } from '../../client';
import { PageLink, useApp } from '../context';
import { Button } from '../controls';
import { bytes, count } from '../formats';
import { FileTable } from '../parts/VersionFiles';
import { EmptyState, Loaded } from '../states';
import { isActive } from '../status';
import { useQuery } from '../useQuery';

/** What a run wrote: files one by one or all as an archive, and its model. */
export function RunOutputs(props: { run: IRunRead; onSave: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const { run } = props;
  const path = { id: run.job_id, version: run.version };
  const query = useQuery(`outputs ${run.id} ${run.status}`, signal =>
    client.call('GET /training-jobs/{id}/runs/{version}/outputs', { path, query: { limit: 200 }, signal })
  );
  return (
    <>
      {run.model_output && run.model_output.files > 0 ? (
        <p className="ais-Row">
          {trans.__(
            'Model: %1, %2',
            trans._n('%1 file', '%1 files', run.model_output.files, count(run.model_output.files)),
            bytes(run.model_output.size_bytes)
          )}
          {run.saved_as.length > 0 ? (
            run.saved_as.map(one => (
              <PageLink key={`${one.id} ${one.version}`} to={`/models/${one.id}?version=${one.version}`}>
                {trans.__('saved as %1 %2', one.name, one.version)}
              </PageLink>
            ))
          ) : (
            <Button icon="model" onClick={props.onSave}>
              {trans.__('Save as model')}
            </Button>
          )}
        </p>
      ) : null}
      <Loaded query={query} rows={4}>
        {page =>
          page.items.length === 0 ? (
            <EmptyState
              icon="file"
              text={
                isActive(run.status)
                  ? trans.__('Files come here when the run has ended.')
                  : trans.__('This run wrote no files. A program writes them to the folder in AISPACE_OUT.')
              }
            />
          ) : (
            <>
              <p>
                <a
                  className="ais-Button ais-mod-plain"
                  href={client.url('/training-jobs/{id}/runs/{version}/outputs/download', path)}
                  download
                >
                  {trans.__('Download all (zip)')}
                </a>
              </p>
              <FileTable
                label={trans.__('Outputs')}
                files={page.items}
                total={page.page.total ?? run.outputs?.files}
                href={file =>
                  client.url('/training-jobs/{id}/runs/{version}/outputs/content', path, { path: file })
                }
                empty=""
              />
            </>
          )
        }
      </Loaded>
    </>
  );
}
