import { useState } from 'react';
import type { IAlgorithmRead, IAlgorithmVersionRead, IPage } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { bytes, count } from '../formats';
import { FilePicker } from '../FilePicker';
import { NewVersionDialog } from '../parts/NewVersionDialog';
import { resolveSource } from '../parts/SourceField';
import { saveFrom } from '../saveText';
import { Loaded } from '../states';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { VersionList } from '../VersionList';

/** The versions of an algorithm, newest first. */
export function AlgorithmVersions(props: {
  algorithm: IAlgorithmRead;
  query: IQuery<IPage<IAlgorithmVersionRead>>;
  blocked: string | null;
  onAdd: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const [exporting, setExporting] = useState<string | null>(null);
  const { algorithm } = props;
  const put = useAction(async (version: string, folder: string) => {
    const target = [folder, `${algorithm.name}-${version}`].filter(Boolean).join('/');
    const made = await client.call('POST /algorithms/{id}/versions/{version}/export', {
      path: { id: algorithm.id, version },
      body: { path: target }
    });
    notify({ message: trans.__('%1 files are in %2', count(made.files), made.path), kind: 'success' });
  });
  return (
    <>
      <div className="ais-Row">
        <Button icon="add" blocked={props.blocked} onClick={props.onAdd}>
          {trans.__('New version from files')}
        </Button>
      </div>
      <Loaded query={props.query} rows={3}>
        {list => (
          <VersionList
            label={trans.__('Versions')}
            versions={list.items.map(one => ({
              version: one.version,
              title: (
                <PageLink to={`/algorithms/${algorithm.id}/code?version=${one.version}`}>
                  {one.version}
                </PageLink>
              ),
              created_at: one.created_at,
              by: one.created_by.name,
              note: one.note,
              current: one.version === algorithm.current_version,
              facts: trans.__('%1 files, %2', count(one.file_count), bytes(one.size_bytes))
            }))}
            actions={version => [
              {
                label: trans.__('Open the code'),
                run: () => page.go(`/algorithms/${algorithm.id}/code?version=${version}`)
              },
              {
                label: trans.__('Download (zip)'),
                run: () =>
                  saveFrom(
                    client.url('/algorithms/{id}/versions/{version}/download', { id: algorithm.id, version })
                  )
              },
              { label: trans.__('Copy into my files'), run: () => setExporting(version) }
            ]}
          />
        )}
      </Loaded>
      {exporting ? (
        <FilePicker
          title={trans.__('Copy %1 into', `${algorithm.name} ${exporting}`)}
          verb={trans.__('Copy')}
          kinds="folder"
          onAccept={folder => {
            put.run(exporting, folder);
            setExporting(null);
          }}
          onClose={() => setExporting(null)}
        />
      ) : null}
    </>
  );
}

/** Another version from other code; run command and parameters stay. */
export function NewCodeDialog(props: {
  algorithm: IAlgorithmRead;
  onMade: (version: string) => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const { algorithm } = props;
  return (
    <NewVersionDialog
      title={trans.__('New version from files')}
      wanted={trans.__('Choose where the code is')}
      kinds={['folder', 'archive', 'notebook', 'git', 'area']}
      make={async (source, note) =>
        client.call('POST /algorithms/{id}/versions', {
          path: { id: algorithm.id },
          body: { source: await resolveSource(client, source), note },
          ifMatch: algorithm.revision
        })
      }
      onMade={props.onMade}
      onClose={props.onClose}
    />
  );
}
