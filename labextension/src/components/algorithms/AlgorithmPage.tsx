import { useState } from 'react';
import type { IAlgorithmRead, IAlgorithmVersionRead } from '../../client';
import { CodeBlock } from '../AsCode';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { bytes, count } from '../formats';
import { DetailPage, Facts, PageFrame } from '../PageFrame';
import { EventsPanel } from '../parts/EventsPanel';
import { categoryWord, visibilityWord } from '../parts/scopes';
import { useUpkeep } from '../parts/useUpkeep';
import { VersionSelect } from '../parts/VersionSelect';
import { presetText } from '../presetWords';
import { ErrorView, Skeleton } from '../states';
import { Time } from '../Time';
import { useQuery } from '../useQuery';
import { AlgorithmCode } from './AlgorithmCode';
import { AlgorithmParameters } from './AlgorithmParameters';
import { AlgorithmRuns } from './AlgorithmRuns';
import { ForkDialog } from './AlgorithmsPage';
import { AlgorithmVersions, NewCodeDialog } from './AlgorithmVersions';

/** An algorithm: its code, how it is run, and its versions. */
export default function AlgorithmPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const algorithm = useQuery(
    `algorithm ${id}`,
    signal => client.call('GET /algorithms/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  const asked = page.query.get('version');
  const other = useQuery(
    asked && algorithm.data && asked !== algorithm.data.current_version ? `algorithm ${id} ${asked}` : null,
    signal =>
      client.call('GET /algorithms/{id}/versions/{version}', { path: { id, version: asked ?? '' }, signal })
  );
  const wantsOther =
    asked !== null && algorithm.data !== undefined && asked !== algorithm.data.current_version;
  if (!algorithm.data || (wantsOther && !other.data)) {
    const error = algorithm.error ?? other.error;
    return (
      <PageFrame
        title={algorithm.data?.name ?? trans.__('Algorithm')}
        crumbs={[{ label: trans.__('Algorithms'), to: '/algorithms' }]}
      >
        {error ? <ErrorView error={error} onRetry={algorithm.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  return (
    <Algorithm
      algorithm={algorithm.data}
      version={wantsOther && other.data ? other.data : algorithm.data.current}
      refreshing={algorithm.refreshing}
      reload={algorithm.reload}
    />
  );
}

function Algorithm(props: {
  algorithm: IAlgorithmRead;
  version: IAlgorithmVersionRead;
  refreshing: boolean;
  reload: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { algorithm, version } = props;
  const [dialog, setDialog] = useState<'fork' | 'code' | null>(null);
  const versions = useQuery(
    `algorithm versions ${algorithm.id} ${algorithm.version_count}`,
    signal =>
      client.call('GET /algorithms/{id}/versions', {
        path: { id: algorithm.id },
        query: { limit: 200 },
        signal
      }),
    event => event.object_id === algorithm.id
  );
  const may = (what: string): string | null =>
    algorithm.can.includes(what)
      ? null
      : algorithm.visibility === 'preset'
        ? trans.__('It is built in: fork it to change it')
        : trans.__('Only its owner can do this');
  const upkeep = useUpkeep({
    object: algorithm,
    may,
    change: body =>
      client.call('PATCH /algorithms/{id}', {
        path: { id: algorithm.id },
        body,
        ifMatch: algorithm.revision
      }),
    remove: () =>
      client.call('DELETE /algorithms/{id}', { path: { id: algorithm.id }, ifMatch: algorithm.revision }),
    list: '/algorithms',
    onChanged: props.reload
  });
  const changed = (name: string): void => {
    page.setQuery({ version: null });
    versions.reload();
    props.reload();
    page.announce(trans.__('Saved as %1', name));
  };
  const current = version.version === algorithm.current_version;
  return (
    <>
      <DetailPage
        title={algorithm.name}
        crumbs={[{ label: trans.__('Algorithms'), to: '/algorithms' }]}
        base={`/algorithms/${algorithm.id}`}
        keep={['version']}
        refreshing={props.refreshing}
        status={
          <>
            <VersionSelect
              shown={version.version}
              current={algorithm.current_version}
              versions={versions.data?.items}
            />
            <span className="ais-Muted">{visibilityWord(trans, algorithm.visibility)}</span>
          </>
        }
        facts={
          <>
            <span>{categoryWord(trans, algorithm.category)}</span>
            {version.framework ? <span>{version.framework}</span> : null}
            {version.image_name ? (
              <PageLink to={`/images/${version.image_id}`}>{version.image_name}</PageLink>
            ) : null}
            {algorithm.description ? <span>{presetText(trans, algorithm.description)}</span> : null}
          </>
        }
        actions={
          <>
            <Button
              kind="primary"
              icon="training"
              onClick={() => page.go(`/training-jobs/new?algorithm=${algorithm.id}`)}
            >
              {trans.__('Train')}
            </Button>
            <Button icon="copy" hasPopup="dialog" onClick={() => setDialog('fork')}>
              {trans.__('Fork')}
            </Button>
          </>
        }
        more={[
          { label: trans.__('New version from files'), run: () => setDialog('code'), blocked: may('write') },
          ...upkeep.menu
        ]}
        code={{
          python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nclient.algorithms.download("${algorithm.id}", "${version.version}", "${algorithm.name}")\n`,
          shell: `aispace show ${algorithm.id}\naispace train --name my-job --algorithm ${algorithm.id} --dataset NAME\n`
        }}
        tabs={[
          {
            id: 'overview',
            label: trans.__('Overview'),
            render: () => (
              <>
                <h2>{trans.__('Run command')}</h2>
                <CodeBlock text={version.run_command} label={trans.__('Run command')} />
                <Facts
                  items={[
                    [
                      trans.__('Owner'),
                      algorithm.visibility === 'preset' ? trans.__('built-in') : algorithm.owner.name
                    ],
                    [trans.__('Image'), version.image_name ?? trans.__('chosen with each training job')],
                    [trans.__('Takes data'), version.accepts.data_types.join(', ') || trans.__('any')],
                    [
                      trans.__('Takes annotations'),
                      version.accepts.annotation_types.join(', ') || trans.__('any')
                    ],
                    [
                      trans.__('Gives'),
                      [
                        version.file_output ? trans.__('files') : '',
                        version.model_output ? trans.__('a model') : ''
                      ]
                        .filter(Boolean)
                        .join(', ') || trans.__('nothing')
                    ],
                    [trans.__('Parameters'), count(version.parameters.length)],
                    [
                      trans.__('Files'),
                      trans.__('%1, %2', count(version.file_count), bytes(version.size_bytes))
                    ],
                    [trans.__('Created'), <Time key="t" value={version.created_at} exact />],
                    [trans.__('Note'), version.note || trans.__('none')]
                  ]}
                />
              </>
            )
          },
          {
            id: 'code',
            label: trans.__('Code'),
            render: () => (
              <AlgorithmCode
                key={version.version}
                algorithm={algorithm}
                version={version}
                blocked={
                  may('write') ?? (current ? null : trans.__('Only the current version can be edited'))
                }
                onSaved={changed}
                onFork={() => setDialog('fork')}
              />
            )
          },
          {
            id: 'parameters',
            label: trans.__('Parameters'),
            count: version.parameters.length,
            render: () => (
              <AlgorithmParameters
                key={version.version}
                algorithm={algorithm}
                version={version}
                blocked={
                  may('write') ?? (current ? null : trans.__('Only the current version can be edited'))
                }
                onSaved={changed}
              />
            )
          },
          { id: 'runs', label: trans.__('Runs'), render: () => <AlgorithmRuns algorithm={algorithm} /> },
          {
            id: 'versions',
            label: trans.__('Versions'),
            count: algorithm.version_count,
            render: () => (
              <AlgorithmVersions
                algorithm={algorithm}
                query={versions}
                blocked={may('write')}
                onAdd={() => setDialog('code')}
              />
            )
          },
          {
            id: 'activity',
            label: trans.__('Activity'),
            render: () => <EventsPanel objectIds={[algorithm.id]} />
          }
        ]}
      />
      {upkeep.dialog}
      {dialog === 'fork' ? (
        <ForkDialog algorithm={algorithm} version={version.version} onClose={() => setDialog(null)} />
      ) : dialog === 'code' ? (
        <NewCodeDialog algorithm={algorithm} onMade={changed} onClose={() => setDialog(null)} />
      ) : null}
    </>
  );
}
