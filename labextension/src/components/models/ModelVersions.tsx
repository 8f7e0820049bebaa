import { useState } from 'react';
import type { IModelRead, IModelVersionRead, IPage } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { bytes } from '../formats';
import { NewVersionDialog } from '../parts/NewVersionDialog';
import { DeleteDialog } from '../parts/ObjectDialogs';
import { resolveFiles } from '../parts/SourceField';
import { EmptyState, Loaded } from '../states';
import type { IQuery } from '../useQuery';
import { VersionList } from '../VersionList';
import { headline } from './ModelsPage';

/** The versions of a model, newest first. */
export function ModelVersions(props: {
  model: IModelRead;
  query: IQuery<IPage<IModelVersionRead>>;
  blocked: string | null;
  onAdd: () => void;
  onCurrent: (version: string) => void;
  onChanged: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [deleting, setDeleting] = useState<string | null>(null);
  const { model } = props;
  return (
    <>
      <div className="ais-Row">
        <Button icon="add" blocked={props.blocked} onClick={props.onAdd}>
          {trans.__('Add version')}
        </Button>
      </div>
      <Loaded query={props.query} rows={3}>
        {list =>
          list.items.length === 0 ? (
            <EmptyState icon="model" text={trans.__('This model has no version yet.')} />
          ) : (
            <VersionList
              label={trans.__('Versions')}
              versions={list.items.map(one => ({
                version: one.version,
                title: <PageLink to={`/models/${model.id}?version=${one.version}`}>{one.version}</PageLink>,
                created_at: one.created_at,
                by: one.created_by.name,
                note: one.note,
                current: one.version === model.current_version,
                facts: [
                  one.origin.job_name
                    ? trans.__('from %1 %2', one.origin.job_name, one.origin.run ?? '')
                    : trans.__('upload'),
                  bytes(one.size_bytes),
                  headline(one.metrics)
                ]
                  .filter(Boolean)
                  .join(' · ')
              }))}
              actions={version => [
                {
                  label: trans.__('Set current'),
                  run: () => props.onCurrent(version),
                  blocked:
                    version === model.current_version ? trans.__('It is the current version') : props.blocked
                },
                {
                  label: trans.__('Deploy'),
                  run: () => page.go(`/services/new?model=${model.id}:${version}`)
                },
                {
                  label: trans.__('Evaluate'),
                  run: () => page.go(`/evaluations/new?model=${model.id}:${version}`)
                },
                {
                  label: trans.__('Delete'),
                  danger: true,
                  run: () => setDeleting(version),
                  blocked: props.blocked
                }
              ]}
            />
          )
        }
      </Loaded>
      {deleting ? (
        <DeleteDialog
          title={trans.__('Delete %1?', `${model.name} ${deleting}`)}
          verb={trans.__('Delete %1', deleting)}
          consequences={[trans.__('Its files go. A version that a service or job uses is refused.')]}
          act={async () => {
            await client.call('DELETE /models/{id}/versions/{version}', {
              path: { id: model.id, version: deleting }
            });
            page.setQuery({ version: null });
            props.onChanged();
            props.query.reload();
          }}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </>
  );
}

/** Another version of a model from files. */
export function NewModelVersionDialog(props: {
  modelId: string;
  onMade: (version: string) => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  return (
    <NewVersionDialog
      title={trans.__('Add version')}
      wanted={trans.__('Choose the files of the model')}
      kinds={['folder', 'archive', 'area']}
      accept=".zip,.tar,.gz,.tgz,.onnx"
      make={async (source, note) =>
        client.call('POST /models/{id}/versions', {
          path: { id: props.modelId },
          body: { source: await resolveFiles(client, source), note }
        })
      }
      onMade={props.onMade}
      onClose={props.onClose}
    />
  );
}
