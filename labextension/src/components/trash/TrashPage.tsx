import { useState } from 'react';
import type { IPage, ITrashRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { dateTime } from '../formats';
import { kindWord, pathOfId } from '../kinds';
import { PageFrame } from '../PageFrame';
import { DeleteDialog, NameDialog } from '../parts/ObjectDialogs';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';

const KINDS = [
  'dataset',
  'label_group',
  'algorithm',
  'training_job',
  'evaluation',
  'model',
  'service',
  'batch_service'
];

/** What was deleted: it comes back from here, or goes for good. */
export default function TrashPage(): JSX.Element {
  const { client, trans, notify, may } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<ITrashRead>> | null>(null);
  const [naming, setNaming] = useState<ITrashRead | null>(null);
  const [deleting, setDeleting] = useState<ITrashRead | 'all' | null>(null);
  const restored = (back: { id: string; name: string }): void => {
    list?.reload();
    const path = pathOfId(back.id);
    notify({
      kind: 'success',
      key: `trash ${back.id}`,
      message: trans.__('%1 is back', back.name),
      action: path ? { label: trans.__('Open'), run: () => page.go(path) } : undefined
    });
  };
  const restore = useAction(async (item: ITrashRead) => {
    restored(await client.call('POST /trash/{id}/restore', { path: { id: item.id }, body: {} }));
  });
  const total = list?.data?.page.total ?? 0;
  return (
    <PageFrame
      title={trans.__('Trash')}
      icon="trash"
      actions={
        <Button
          icon="trash"
          blocked={total > 0 ? null : trans.__('The trash is empty')}
          onClick={() => setDeleting('all')}
        >
          {trans.__('Empty the trash')}
        </Button>
      }
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nfor item in client.trash.list():\n    print(item.id, item.kind, item.name, item.expires_at)\n',
        shell: 'aispace trash ls\n'
      }}
    >
      <ResourceTable<ITrashRead>
        name="trash"
        label={trans.__('Trash')}
        rowKey={item => item.id}
        load={(query, signal) => client.call('GET /trash', { query, signal })}
        live={event => /\.(deleted|restored|purged)$/.test(event.code)}
        onQuery={setList}
        filters={[
          {
            id: 'kind',
            label: trans.__('Kind'),
            options: KINDS.map(kind => ({ value: kind, label: kindWord(trans, kind) }))
          },
          ...(may('admin:trash')
            ? [
                {
                  id: 'scope',
                  label: trans.__('Mine'),
                  options: [{ value: 'all', label: trans.__('Of everybody') }]
                }
              ]
            : [])
        ]}
        actions={item => [
          {
            label: trans.__('Restore'),
            run: () => (item.name_taken ? setNaming(item) : restore.run(item))
          },
          { label: trans.__('Delete for good'), danger: true, run: () => setDeleting(item) }
        ]}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            sort: 'name',
            render: item => item.name
          },
          {
            id: 'kind',
            label: trans.__('Kind'),
            width: '140px',
            sort: 'kind',
            render: item => kindWord(trans, item.kind)
          },
          {
            id: 'owner',
            label: trans.__('Owner'),
            width: 'minmax(90px, 1fr)',
            render: item => item.owner.name
          },
          {
            id: 'by',
            label: trans.__('Deleted by'),
            width: 'minmax(90px, 1fr)',
            render: item => item.deleted_by.name
          },
          {
            id: 'deleted_at',
            label: trans.__('Deleted'),
            width: '130px',
            sort: 'deleted_at',
            render: item => <Time value={item.deleted_at} />
          },
          {
            id: 'expires_at',
            label: trans.__('Goes for good'),
            width: '170px',
            sort: 'expires_at',
            render: item => dateTime(item.expires_at)
          },
          {
            id: 'restore',
            label: trans.__('Restore'),
            width: '110px',
            render: item => (
              <Button onClick={() => (item.name_taken ? setNaming(item) : restore.run(item))}>
                {item.name_taken ? trans.__('Restore as') : trans.__('Restore')}
              </Button>
            )
          }
        ]}
        empty={
          <EmptyState
            icon="trash"
            text={trans.__(
              'The trash is empty. What you delete waits here for some days before it goes for good.'
            )}
          />
        }
      />
      {naming ? (
        <NameDialog
          title={trans.__('Restore %1 under another name', naming.name)}
          verb={trans.__('Restore')}
          name={`${naming.name}-2`}
          maxLength={naming.kind === 'service' || naming.kind === 'batch_service' ? 32 : 50}
          act={async name =>
            restored(
              await client.call('POST /trash/{id}/restore', { path: { id: naming.id }, body: { name } })
            )
          }
          onClose={() => setNaming(null)}
        />
      ) : null}
      {deleting ? (
        <DeleteDialog
          title={
            deleting === 'all' ? trans.__('Empty the trash?') : trans.__('Delete %1 for good?', deleting.name)
          }
          verb={trans.__('Delete for good')}
          consequences={[
            deleting === 'all'
              ? trans._n(
                  '%1 thing goes with all that belongs to it.',
                  '%1 things go with all that belongs to them.',
                  total
                )
              : trans.__('It goes with all that belongs to it.'),
            trans.__('It cannot be taken back.')
          ]}
          act={async () => {
            if (deleting === 'all') {
              await client.call('DELETE /trash', {});
            } else {
              await client.call('DELETE /trash/{id}', { path: { id: deleting.id } });
            }
            list?.reload();
          }}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </PageFrame>
  );
}
