import type { IDatasetRead } from '../../client';
import { PageLink, useApp } from '../context';
import { PageFrame } from '../PageFrame';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';

export default function DatasetsPage(): JSX.Element {
  const { client, trans } = useApp();
  return (
    <PageFrame title={trans.__('Datasets')} icon="dataset">
      <ResourceTable<IDatasetRead>
        name="datasets"
        label={trans.__('Datasets')}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: '2fr',
            sort: 'name',
            render: row => <PageLink to={`/datasets/${row.id}`}>{row.name}</PageLink>
          }
        ]}
        rowKey={row => row.id}
        load={(query, signal) => client.call('GET /datasets', { query, signal })}
        empty={<EmptyState icon="dataset" text={trans.__('No dataset yet.')} />}
      />
    </PageFrame>
  );
}
