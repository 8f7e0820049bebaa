import { useState } from 'react';
import type { IModelRead, IModelVersionRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { bytes } from '../formats';
import { namesOf } from '../kinds';
import { DetailPage, PageFrame } from '../PageFrame';
import { LineagePanel } from '../parts/LineagePanel';
import { visibilityWord } from '../parts/scopes';
import { useUpkeep } from '../parts/useUpkeep';
import { VersionSelect } from '../parts/VersionSelect';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { ModelFiles, ModelMetrics, ModelOverview, ModelServices, ModelSignature } from './ModelTabs';
import { ModelVersions, NewModelVersionDialog } from './ModelVersions';
import { Reproductions } from './Reproductions';

/** A model: what it takes and gives, how good it is, where it came from, where it serves. */
export default function ModelPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const model = useQuery(
    `model ${id}`,
    signal => client.call('GET /models/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  const version = page.query.get('version') ?? model.data?.current_version ?? '';
  const detail = useQuery(
    version ? `model ${id} ${version}` : null,
    signal => client.call('GET /models/{id}/versions/{version}', { path: { id, version }, signal }),
    event => event.object_id === id
  );
  if (!model.data || (version && !detail.data)) {
    const error = model.error ?? detail.error;
    return (
      <PageFrame
        title={model.data?.name ?? trans.__('Model')}
        crumbs={[{ label: trans.__('Models'), to: '/models' }]}
      >
        {error ? (
          <ErrorView
            error={error}
            onRetry={() => {
              model.reload();
              detail.reload();
            }}
          />
        ) : (
          <Skeleton />
        )}
      </PageFrame>
    );
  }
  return (
    <Model
      model={model.data}
      version={detail.data ?? null}
      refreshing={model.refreshing || detail.refreshing}
      reload={() => {
        model.reload();
        detail.reload();
      }}
    />
  );
}

function Model(props: {
  model: IModelRead;
  version: IModelVersionRead | null;
  refreshing: boolean;
  reload: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { model, version } = props;
  const [adding, setAdding] = useState(false);
  const versions = useQuery(
    `model versions ${model.id} ${model.version_count}`,
    signal =>
      client.call('GET /models/{id}/versions', { path: { id: model.id }, query: { limit: 200 }, signal }),
    event => event.object_id === model.id
  );
  const may = (what: string): string | null =>
    model.can.length === 0 || model.can.includes(what) ? null : trans.__('Only its owner can do this');
  const setCurrent = useAction(async (name: string) => {
    await client.call('PATCH /models/{id}', {
      path: { id: model.id },
      body: { current_version: name },
      ifMatch: model.revision
    });
    props.reload();
  });
  const upkeep = useUpkeep({
    object: model,
    may: what =>
      what === 'delete' && model.used_by.length > 0
        ? trans.__('Used by %1', namesOf(trans, model.used_by))
        : may(what),
    change: body =>
      client.call('PATCH /models/{id}', { path: { id: model.id }, body, ifMatch: model.revision }),
    remove: () => client.call('DELETE /models/{id}', { path: { id: model.id }, ifMatch: model.revision }),
    list: '/models',
    onChanged: props.reload
  });
  const reproduce = useAction(async () => {
    const begun = await client.call('POST /models/{id}/versions/{version}/reproductions', {
      path: { id: model.id, version: version?.version ?? '' },
      body: {}
    });
    notify({
      kind: 'info',
      key: begun.id,
      message: trans.__(
        '%1 %2 is made once more. What differs is shown on its page.',
        model.name,
        begun.version
      ),
      action: {
        label: trans.__('Open the job'),
        run: () => page.go(`/training-jobs/${begun.job_id}?run=${begun.run}`)
      }
    });
    props.reload();
  });
  const none = <EmptyState icon="model" text={trans.__('This model has no version yet.')} />;
  const point = version ? `${model.id}:${version.version}` : model.id;
  return (
    <>
      <DetailPage
        title={model.name}
        crumbs={[{ label: trans.__('Models'), to: '/models' }]}
        base={`/models/${model.id}`}
        keep={['version']}
        refreshing={props.refreshing}
        status={
          version ? (
            <>
              <VersionSelect
                shown={version.version}
                current={model.current_version}
                versions={versions.data?.items}
              />
              <span className="ais-Muted">{visibilityWord(trans, model.visibility)}</span>
            </>
          ) : undefined
        }
        facts={
          <>
            {[model.framework, model.format].filter(Boolean).length > 0 ? (
              <span>{[model.framework, model.format].filter(Boolean).join(' · ')}</span>
            ) : null}
            {version ? <span>{bytes(version.size_bytes)}</span> : null}
            {version?.origin.job_id ? (
              <PageLink to={`/training-jobs/${version.origin.job_id}?run=${version.origin.run}`}>
                {trans.__('from %1 %2', version.origin.job_name ?? '', version.origin.run ?? '')}
              </PageLink>
            ) : null}
            {model.description ? <span>{model.description}</span> : null}
          </>
        }
        actions={
          <>
            <Button
              kind="primary"
              icon="service"
              blocked={version ? null : trans.__('It has no version yet')}
              onClick={() => page.go(`/services/new?model=${point}`)}
            >
              {trans.__('Deploy')}
            </Button>
            <Button
              icon="download"
              blocked={version ? null : trans.__('It has no version yet')}
              onClick={() => {
                if (version) {
                  const link = document.createElement('a');
                  link.href = client.url('/models/{id}/versions/{version}/download', {
                    id: model.id,
                    version: version.version
                  });
                  link.download = '';
                  link.click();
                }
              }}
            >
              {trans.__('Download')}
            </Button>
          </>
        }
        more={[
          { label: trans.__('Add version'), run: () => setAdding(true), blocked: may('write') },
          {
            label: trans.__('Evaluate'),
            run: () => page.go(`/evaluations/new?model=${point}`),
            blocked: version ? null : trans.__('It has no version yet')
          },
          {
            label: trans.__('Train on from it'),
            run: () => page.go(`/training-jobs/new?model=${point}`),
            blocked: version ? null : trans.__('It has no version yet')
          },
          {
            label: trans.__('Reproduce'),
            run: reproduce.run,
            blocked: version?.origin.job_id
              ? null
              : trans.__('Only a version that came from a training job can be made once more')
          },
          ...upkeep.menu
        ]}
        code={{
          python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nversion = client.models.version("${model.id}", "${version?.version ?? 'V0001'}")\nclient.models.download("${model.id}", version.version, "${model.name}")\n`,
          shell: `aispace show ${model.id}\naispace deploy ${point} --name ${model.name}-api\naispace reproduce ${point}\n`
        }}
        tabs={[
          {
            id: 'overview',
            label: trans.__('Overview'),
            render: () =>
              version ? (
                <>
                  <ModelOverview model={model} version={version} />
                  <Reproductions model={model} version={version} />
                </>
              ) : (
                none
              )
          },
          {
            id: 'files',
            label: trans.__('Files'),
            count: version?.file_count,
            render: () => (version ? <ModelFiles version={version} /> : none)
          },
          {
            id: 'signature',
            label: trans.__('Inputs and outputs'),
            render: () => (version ? <ModelSignature version={version} /> : none)
          },
          {
            id: 'metrics',
            label: trans.__('Metrics'),
            render: () => (version ? <ModelMetrics model={model} version={version} /> : none)
          },
          { id: 'lineage', label: trans.__('Lineage'), render: () => <LineagePanel object={point} /> },
          {
            id: 'services',
            label: trans.__('Services'),
            render: () => <ModelServices model={model} version={version} />
          },
          {
            id: 'versions',
            label: trans.__('Versions'),
            count: model.version_count,
            render: () => (
              <ModelVersions
                model={model}
                query={versions}
                blocked={may('write')}
                onAdd={() => setAdding(true)}
                onCurrent={setCurrent.run}
                onChanged={props.reload}
              />
            )
          }
        ]}
      />
      {upkeep.dialog}
      {adding ? (
        <NewModelVersionDialog
          modelId={model.id}
          onMade={name => {
            page.setQuery({ version: name });
            versions.reload();
            props.reload();
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </>
  );
}
