import type { IImageRead } from '../client';
import { useApp } from '../components/context';
import { bytes, count } from '../components/formats';
import { PageFrame } from '../components/PageFrame';
import { nameColumn, ownerColumn, statusColumn } from '../components/parts/columns';
import { purposeWord, visibilityWord } from '../components/parts/scopes';
import { ResourceTable } from '../components/ResourceTable';
import { EmptyState } from '../components/states';
import { Time } from '../components/Time';
import { useAction } from '../components/useAction';

/** Runtime images of everybody; a name opens in JupyterLab. */
export default function AdminImagesPage(): JSX.Element {
  const { client, trans } = useApp();
  const build = useAction(async (image: IImageRead) => {
    await client.call('POST /images/{id}/build', { path: { id: image.id } });
  });
  return (
    <PageFrame title={trans.__('Images')} icon="image">
      <ResourceTable<IImageRead>
        name="admin images"
        label={trans.__('Images')}
        rowKey={image => image.id}
        load={(query, signal) => client.call('GET /images', { query, signal })}
        live={event => /^(image|workload)\./.test(event.code)}
        filters={[
          {
            id: 'status',
            label: trans.__('Status'),
            options: [
              { value: 'ready', label: trans.__('ready') },
              { value: 'building', label: trans.__('building') },
              { value: 'failed', label: trans.__('failed') }
            ]
          }
        ]}
        actions={image => [
          {
            label: trans.__('Build again'),
            run: () => build.run(image),
            blocked: image.status === 'building' ? trans.__('It is being built') : null
          }
        ]}
        columns={[
          nameColumn(trans, '/images'),
          statusColumn(trans, '120px'),
          ownerColumn(trans),
          {
            id: 'for',
            label: trans.__('For'),
            width: 'minmax(110px, 1fr)',
            render: image => image.purposes.map(one => purposeWord(trans, one)).join(', ')
          },
          {
            id: 'packages',
            label: trans.__('Packages'),
            width: '80px',
            align: 'right',
            render: image => count(image.packages?.length)
          },
          {
            id: 'size',
            label: trans.__('Size'),
            width: '90px',
            align: 'right',
            render: image => bytes(image.size_bytes)
          },
          {
            id: 'visible',
            label: trans.__('Visible to'),
            width: '90px',
            render: image => visibilityWord(trans, image.visibility)
          },
          {
            id: 'built',
            label: trans.__('Built'),
            width: '130px',
            render: image => <Time value={image.built_at} />
          }
        ]}
        empty={<EmptyState icon="image" text={trans.__('No image yet.')} />}
      />
    </PageFrame>
  );
}
