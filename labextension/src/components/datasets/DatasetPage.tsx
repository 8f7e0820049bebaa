import { useState } from 'react';
import { EventList } from '../EventList';
import type { IDatasetRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { count, percent } from '../formats';
import { LineageGraph } from '../LineageGraph';
import { DetailPage, PageFrame } from '../PageFrame';
import { formatPath } from '../router';
import { EmptyState, Loaded } from '../states';
import { StatusPill } from '../StatusPill';
import { useQuery } from '../useQuery';
import { DatasetSettings } from './DatasetSettings';
import { HandOverDialog } from '../parts/ObjectDialogs';
import { visibilityWord } from '../parts/scopes';
import { DeleteDatasets } from './DeleteDatasets';
import { LabelsTab } from './LabelsTab';
import { PublishDialog } from './PublishDialog';
import { SamplesTab } from './SamplesTab';
import { SplitDialog } from './SplitDialog';
import { VersionsTab } from './VersionsTab';

function Lineage(props: { id: string; version: string | null }): JSX.Element {
  const { client, trans } = useApp();
  const object = props.version ? `${props.id}:${props.version}` : props.id;
  const query = useQuery(`lineage ${object}`, signal =>
    client.call('GET /lineage/{object}', { path: { object }, signal })
  );
  return (
    <Loaded query={query}>
      {lineage =>
        lineage.edges.length === 0 ? (
          <EmptyState
            text={trans.__('Nothing was made from it yet. Train on a published version to see it here.')}
          />
        ) : (
          <LineageGraph lineage={lineage} focus={object} />
        )
      }
    </Loaded>
  );
}

/** One dataset: what is left to label, is it balanced, what was published. */
export default function DatasetPage(): JSX.Element {
  const { client, trans, locale } = useApp();
  const page = usePage();
  const { id } = page.params;
  const query = useQuery(
    `dataset ${id}`,
    signal => client.call('GET /datasets/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  const [dialog, setDialog] = useState<'publish' | 'split' | 'hand-over' | 'delete' | null>(null);
  const crumbs = [{ label: trans.__('Data'), to: '/datasets' }];
  if (!query.data) {
    return (
      <PageFrame title={trans.__('Dataset')} crumbs={crumbs}>
        <Loaded query={query}>{() => null}</Loaded>
      </PageFrame>
    );
  }
  const dataset: IDatasetRead = query.data;
  const { counts, unpublished } = dataset;
  const writable = dataset.can.includes('write');
  const readOnly = writable ? null : trans.__('You may only read it');
  const confirmed = counts.labelled + counts.reviewed;
  const done = counts.total > 0 && confirmed === counts.total;
  const changes = unpublished.added + unpublished.changed + unpublished.removed;
  const filter = Object.fromEntries(
    ['state', 'label', 'split', 'hard', 'q', 'sort'].map(name => [name, page.query.get(name)])
  );
  const publish = (
    <Button
      key="publish"
      kind={done && changes > 0 ? 'primary' : 'plain'}
      blocked={
        readOnly ??
        (counts.total === 0
          ? trans.__('There is no sample yet')
          : changes === 0
            ? trans.__('Nothing changed since %1', dataset.base_version ?? '')
            : null)
      }
      onClick={() => setDialog('publish')}
    >
      {trans.__('Publish %1', dataset.next_version)}
    </Button>
  );
  const annotate = (
    <Button
      key="annotate"
      kind={!done && counts.total > 0 ? 'primary' : 'plain'}
      blocked={counts.total === 0 ? trans.__('There is no sample yet') : null}
      onClick={() => page.go(formatPath(`/datasets/${id}/annotate`, filter))}
    >
      {trans.__('Annotate')}
    </Button>
  );
  return (
    <>
      <DetailPage
        title={dataset.name}
        base={`/datasets/${id}`}
        crumbs={crumbs}
        refreshing={query.refreshing && query.since === null}
        status={
          <StatusPill
            status={dataset.status}
            note={dataset.status === 'labelling' ? percent(dataset.progress, locale) : undefined}
          />
        }
        facts={
          <>
            {dataset.base_version
              ? trans.__('working copy of %1', dataset.base_version)
              : trans.__('working copy, nothing published yet')}
            {' · '}
            {visibilityWord(trans, dataset.visibility)} · {dataset.owner.name}
            {changes > 0 && dataset.base_version ? (
              <>
                {' · '}
                <PageLink to={`/datasets/${id}/diff?from=${dataset.base_version}&to=working`}>
                  {trans.__(
                    'since %1: %2 new, %3 changed, %4 removed',
                    dataset.base_version,
                    count(unpublished.added),
                    count(unpublished.changed),
                    count(unpublished.removed)
                  )}
                </PageLink>
              </>
            ) : null}
            {dataset.description ? <div>{dataset.description}</div> : null}
          </>
        }
        actions={[
          annotate,
          publish,
          <Button
            key="import"
            icon="upload"
            blocked={readOnly}
            onClick={() => page.go(`/datasets/${id}/import`)}
          >
            {trans.__('Import')}
          </Button>
        ]}
        more={[
          {
            label: trans.__('Train on %1', dataset.current_version ?? trans.__('a version')),
            blocked: dataset.current_version ? null : trans.__('Publish it first'),
            run: () => page.go(`/training-jobs/new?dataset=${id}:${dataset.current_version}`)
          },
          {
            label: trans.__('Split into sets'),
            blocked: readOnly ?? (counts.total ? null : trans.__('There is no sample yet')),
            run: () => setDialog('split')
          },
          { label: trans.__('Hand over'), blocked: readOnly, run: () => setDialog('hand-over') },
          { label: trans.__('Delete'), danger: true, blocked: readOnly, run: () => setDialog('delete') }
        ]}
        code={{
          python: `import aispace.client as aispace\n\ndataset = aispace.connect().datasets.get(${JSON.stringify(id)})\nfor sample in dataset.samples():\n    print(sample.path, sample.labels)`,
          shell: `aispace show ${id}`
        }}
        tabs={[
          {
            id: 'samples',
            label: trans.__('Samples'),
            count: count(counts.total),
            render: () => <SamplesTab dataset={dataset} onChanged={query.reload} />
          },
          {
            id: 'labels',
            label: trans.__('Labels'),
            count: dataset.label_group?.labels.length ?? 0,
            render: () => <LabelsTab dataset={dataset} onChanged={query.reload} />
          },
          {
            id: 'versions',
            label: trans.__('Versions'),
            render: () => <VersionsTab dataset={dataset} onPublish={() => setDialog('publish')} />
          },
          {
            id: 'lineage',
            label: trans.__('Lineage'),
            render: () => <Lineage id={id} version={dataset.current_version} />
          },
          { id: 'activity', label: trans.__('Activity'), render: () => <EventList objectId={id} /> },
          {
            id: 'settings',
            label: trans.__('Settings'),
            render: () => <DatasetSettings dataset={dataset} onChanged={query.set} onReload={query.reload} />
          }
        ]}
      />
      {dialog === 'publish' ? (
        <PublishDialog dataset={dataset} onClose={() => setDialog(null)} onDone={query.reload} />
      ) : null}
      {dialog === 'split' ? (
        <SplitDialog dataset={dataset} onClose={() => setDialog(null)} onDone={query.reload} />
      ) : null}
      {dialog === 'hand-over' ? (
        <HandOverDialog object={dataset} onDone={query.reload} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === 'delete' ? (
        <DeleteDatasets
          datasets={[dataset]}
          onClose={() => setDialog(null)}
          onDeleted={() => page.go('/datasets')}
        />
      ) : null}
    </>
  );
}
