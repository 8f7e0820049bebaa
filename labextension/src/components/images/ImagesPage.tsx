import { useState } from 'react';
import type { IImageRead, IPage } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { bytes, count } from '../formats';
import { PageFrame } from '../PageFrame';
import { nameColumn, statusColumn, visibilityColumn } from '../parts/columns';
import { purposeWord, scopeFilter } from '../parts/scopes';
import { useTrash } from '../parts/useTrash';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { Time } from '../Time';
import type { IQuery } from '../useQuery';

/** All runtime images that one may see. */
export default function ImagesPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IImageRead>> | null>(null);
  const trash = useTrash<IImageRead>(
    ({ id, revision }) => client.call('DELETE /images/{id}', { path: { id }, ifMatch: revision }),
    () => list?.reload(),
    {
      verb: trans.__('Delete the image'),
      consequences: [trans.__('Nothing can be run in it any more. An image in use is refused.')]
    }
  );
  const create = (
    <Button kind="primary" icon="add" onClick={() => page.go('/images/new')}>
      {trans.__('New image')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Images')}
      icon="image"
      actions={create}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor image in AISpaceClient().images.list():\n    print(image.name, image.status)\n',
        shell: 'aispace ls images\n'
      }}
    >
      <ResourceTable<IImageRead>
        name="images"
        label={trans.__('Images')}
        rowKey={image => image.id}
        load={(query, signal) => client.call('GET /images', { query, signal })}
        live={event =>
          event.code.startsWith('image.') ||
          (event.code.startsWith('workload.') && event.params.kind === 'image_build')
        }
        onQuery={setList}
        filters={[
          scopeFilter(trans),
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
        href={image => `/images/${image.id}`}
        actions={image => [
          { label: trans.__('Open'), run: () => page.go(`/images/${image.id}`) },
          { label: trans.__('Build log'), run: () => page.go(`/images/${image.id}/log`) },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => trash.ask(image),
            blocked:
              image.can.length === 0 || image.can.includes('delete')
                ? null
                : trans.__('Only its owner can do this')
          }
        ]}
        columns={[
          nameColumn(trans, '/images'),
          statusColumn(trans),
          {
            id: 'purposes',
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
          visibilityColumn(trans),
          {
            id: 'built',
            label: trans.__('Built'),
            width: '120px',
            render: image => <Time value={image.built_at} />
          }
        ]}
        empty={
          <EmptyState
            icon="image"
            text={trans.__(
              'No image yet. An image is the Python environment that training and services run in.'
            )}
          >
            {create}
          </EmptyState>
        }
      />
      {trash.dialog}
    </PageFrame>
  );
}
