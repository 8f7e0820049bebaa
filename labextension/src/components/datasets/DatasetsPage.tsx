import { useState } from 'react';
import type { IDatasetRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import type { IMenuItem } from '../controls';
import { bytes, count } from '../formats';
import { PageFrame } from '../PageFrame';
import { nameColumn, statusColumn, updatedColumn } from '../parts/columns';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { statusWord } from '../status';
import { DeleteDatasets } from './DeleteDatasets';
import { annotationWord } from './words';

const STATES = ['unlabelled', 'labelling', 'auto_labelled', 'labelled', 'importing', 'created'];

/** How much of a dataset is confirmed: a bar and the numbers. */
function Labelled(props: { dataset: IDatasetRead }): JSX.Element {
  const { trans } = useApp();
  const { counts } = props.dataset;
  const done = counts.labelled + counts.reviewed;
  if (counts.total === 0) {
    return <span className="ais-Muted">{trans.__('no samples')}</span>;
  }
  return (
    <span>
      <span className="ais-Bar" aria-hidden="true">
        <i style={{ width: `${(done / counts.total) * 100}%` }} />
      </span>
      {trans.__('%1 of %2', count(done), count(counts.total))}
    </span>
  );
}

/** The list of datasets: which one is ready to train on. */
export default function DatasetsPage(): JSX.Element {
  const { client, trans, may } = useApp();
  const page = usePage();
  const [doomed, setDoomed] = useState<IDatasetRead[] | null>(null);
  const create = (
    <Button
      kind="primary"
      icon="add"
      blocked={may('write:dataset') ? null : trans.__('You may not make datasets')}
      onClick={() => page.go('/datasets/new')}
    >
      {trans.__('New dataset')}
    </Button>
  );
  const actions = (row: IDatasetRead): IMenuItem[] => [
    { label: trans.__('Open'), run: () => page.go(`/datasets/${row.id}`) },
    {
      label: trans.__('Annotate'),
      blocked: row.counts.total ? null : trans.__('There is no sample yet'),
      run: () => page.go(`/datasets/${row.id}/annotate`)
    },
    {
      label: trans.__('Import'),
      blocked: row.can.includes('write') ? null : trans.__('You may only read it'),
      run: () => page.go(`/datasets/${row.id}/import`)
    },
    { label: trans.__('Versions'), run: () => page.go(`/datasets/${row.id}/versions`) },
    {
      label: trans.__('Train on this'),
      blocked: row.current_version ? null : trans.__('Publish it first'),
      run: () => page.go(`/training-jobs/new?dataset=${row.id}:${row.current_version}`)
    },
    {
      label: trans.__('Delete'),
      danger: true,
      blocked:
        row.can.includes('delete') || row.can.includes('write') ? null : trans.__('You may only read it'),
      run: () => setDoomed([row])
    }
  ];
  return (
    <PageFrame
      title={trans.__('Datasets')}
      icon="dataset"
      actions={create}
      more={[{ label: trans.__('Label groups'), run: () => page.go('/label-groups') }]}
      code={{
        python:
          'import aispace.client as aispace\n\nfor dataset in aispace.connect().datasets.list():\n    print(dataset.name)',
        shell: 'aispace ls datasets'
      }}
    >
      <ResourceTable<IDatasetRead>
        name="datasets"
        label={trans.__('Datasets')}
        defaultSort="-updated_at"
        live={event => event.code.startsWith('dataset.') || event.code.startsWith('import.')}
        filters={[
          {
            id: 'scope',
            label: trans.__('Mine and shared'),
            options: [
              { value: 'mine', label: trans.__('Mine') },
              { value: 'shared', label: trans.__('Shared with me') },
              { value: 'preset', label: trans.__('Preset') }
            ]
          },
          {
            id: 'status',
            label: trans.__('Any status'),
            options: STATES.map(value => ({ value, label: statusWord(trans, value) }))
          }
        ]}
        columns={[
          nameColumn(trans, '/datasets'),
          {
            id: 'type',
            label: trans.__('Type'),
            width: 'minmax(110px, 1fr)',
            render: row => annotationWord(trans, row.annotation_type)
          },
          statusColumn(trans, '112px'),
          {
            id: 'labelled',
            label: trans.__('Labelled'),
            width: '160px',
            render: row => <Labelled dataset={row} />
          },
          {
            id: 'current',
            label: trans.__('Current'),
            width: '64px',
            render: row => row.current_version ?? <span className="ais-Muted">{trans.__('none')}</span>
          },
          {
            id: 'size',
            label: trans.__('Size'),
            width: '80px',
            align: 'right',
            render: row => bytes(row.size_bytes)
          },
          updatedColumn(trans)
        ]}
        rowKey={row => row.id}
        href={row => `/datasets/${row.id}`}
        load={(query, signal) => client.call('GET /datasets', { query, signal })}
        actions={actions}
        bulk={(rows, clear) => (
          <>
            <Button icon="trash" onClick={() => setDoomed(rows)}>
              {trans.__('Delete')}
            </Button>
            <Button kind="quiet" onClick={clear}>
              {trans.__('Clear selection')}
            </Button>
          </>
        )}
        empty={
          <EmptyState
            icon="dataset"
            text={trans.__(
              'No dataset yet. A dataset holds samples and their labels; its versions are what training uses.'
            )}
          >
            {create}
          </EmptyState>
        }
      />
      {doomed ? <DeleteDatasets datasets={doomed} onClose={() => setDoomed(null)} /> : null}
    </PageFrame>
  );
}
