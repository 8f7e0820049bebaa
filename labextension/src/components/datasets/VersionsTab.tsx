import { useState } from 'react';
import type { IDatasetRead, IDatasetVersionRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button, ConfirmWithConsequences, Dialog, TextField } from '../controls';
import { bytes, count } from '../formats';
import { namesOf } from '../kinds';
import { errorText } from '../messages';
import { EmptyState, Loaded } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { VersionList } from '../VersionList';
import { ExportDialog } from './ExportDialog';

/** The published versions: compare, export, set current, note, delete. */
export function VersionsTab(props: { dataset: IDatasetRead; onPublish: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { dataset } = props;
  const { id } = dataset;
  const query = useQuery(
    `versions ${id} ${dataset.base_version ?? ''}`,
    signal =>
      client
        .call('GET /datasets/{id}/versions', { path: { id }, query: { limit: 200 }, signal })
        .then(answer => answer.items),
    event => event.object_id === id
  );
  const [exporting, setExporting] = useState<string | null>(null);
  const [doomed, setDoomed] = useState<IDatasetVersionRead | null>(null);
  const [noting, setNoting] = useState<IDatasetVersionRead | null>(null);
  const [note, setNote] = useState('');
  const setCurrent = useAction(async (version: string) => {
    await client.call('POST /datasets/{id}/versions/{version}/set-current', { path: { id, version } });
    query.reload();
  });
  const remove = useAction(
    async () => {
      await client.call('DELETE /datasets/{id}/versions/{version}', {
        path: { id, version: doomed!.version }
      });
      setDoomed(null);
      query.reload();
    },
    { onError: () => undefined }
  );
  const saveNote = useAction(async () => {
    await client.call('PATCH /datasets/{id}/versions/{version}', {
      path: { id, version: noting!.version },
      body: { note }
    });
    setNoting(null);
    query.reload();
  });
  const writable = dataset.can.includes('write');
  const readOnly = writable ? null : trans.__('You may only read it');
  return (
    <Loaded query={query}>
      {versions =>
        versions.length === 0 ? (
          <EmptyState
            icon="dataset"
            text={trans.__(
              'Nothing published yet. A version is an immutable snapshot of samples and labels.'
            )}
          >
            <Button
              kind="primary"
              blocked={readOnly ?? (dataset.counts.total ? null : trans.__('There is no sample yet'))}
              onClick={props.onPublish}
            >
              {trans.__('Publish %1', dataset.next_version)}
            </Button>
          </EmptyState>
        ) : (
          <>
            <VersionList
              label={trans.__('Versions')}
              versions={versions.map(version => ({
                version: version.version,
                created_at: version.created_at,
                by: version.created_by.name,
                note: version.note,
                current: version.is_current,
                facts: [
                  trans._n('%1 sample', '%1 samples', version.file_count, count(version.file_count)),
                  bytes(version.size_bytes),
                  trans._n('%1 label', '%1 labels', version.labels.length),
                  version.used_by.length > 0 ? trans.__('used by %1', namesOf(trans, version.used_by)) : null
                ]
                  .filter(Boolean)
                  .join(' · ')
              }))}
              onCompare={(from, to) => page.go(`/datasets/${id}/diff?from=${from}&to=${to}`)}
              actions={name => {
                const version = versions.find(one => one.version === name)!;
                return [
                  {
                    label: trans.__('Train on it'),
                    run: () => page.go(`/training-jobs/new?dataset=${id}:${name}`)
                  },
                  {
                    label: trans.__('Compare with the working copy'),
                    blocked:
                      name === dataset.base_version
                        ? null
                        : trans.__('The working copy goes on from %1', dataset.base_version ?? ''),
                    run: () => page.go(`/datasets/${id}/diff?from=${name}&to=working`)
                  },
                  { label: trans.__('Export'), run: () => setExporting(name) },
                  {
                    label: trans.__('Set current'),
                    blocked: readOnly ?? (version.is_current ? trans.__('It is the current version') : null),
                    run: () => setCurrent.run(name)
                  },
                  {
                    label: trans.__('Edit the note'),
                    blocked: readOnly,
                    run: () => {
                      setNote(version.note);
                      setNoting(version);
                    }
                  },
                  {
                    label: trans.__('Delete'),
                    danger: true,
                    blocked: readOnly,
                    run: () => setDoomed(version)
                  }
                ];
              }}
            />
            {exporting ? (
              <ExportDialog dataset={dataset} version={exporting} onClose={() => setExporting(null)} />
            ) : null}
            {noting ? (
              <Dialog
                title={trans.__('Note of %1', noting.version)}
                verb={trans.__('Save')}
                busy={saveNote.busy}
                onAccept={saveNote.run}
                onClose={() => setNoting(null)}
              >
                <TextField
                  label={trans.__('Note')}
                  value={note}
                  maxLength={100}
                  autoFocus
                  onChange={setNote}
                />
              </Dialog>
            ) : null}
            {doomed ? (
              <ConfirmWithConsequences
                title={trans.__('Delete %1 of %2', doomed.version, dataset.name)}
                verb={trans.__('Delete')}
                consequences={[
                  trans.__('The working copy stays as it is.'),
                  trans.__('The number %1 is not used again.', doomed.version)
                ]}
                refused={
                  doomed.used_by.length > 0
                    ? trans.__('It is used by %1. Delete those first.', namesOf(trans, doomed.used_by))
                    : undefined
                }
                busy={remove.busy}
                error={remove.error ? errorText(trans, remove.error) : null}
                onAccept={remove.run}
                onClose={() => setDoomed(null)}
              />
            ) : null}
          </>
        )
      }
    </Loaded>
  );
}
