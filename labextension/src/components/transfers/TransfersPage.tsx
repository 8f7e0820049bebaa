import { useState } from 'react';
import type { IPage, ITransferRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { kindWord, pathOfId } from '../kinds';
import { PageFrame } from '../PageFrame';
import { NameDialog } from '../parts/ObjectDialogs';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';

/** What others want to give one, and what one wants to give others. */
export default function TransfersPage(): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<ITransferRead>> | null>(null);
  const [naming, setNaming] = useState<ITransferRead | null>(null);
  const words: Record<ITransferRead['status'], string> = {
    offered: trans.__('offered'),
    accepted: trans.__('accepted'),
    declined: trans.__('declined'),
    withdrawn: trans.__('withdrawn')
  };
  const taken = (done: ITransferRead): void => {
    list?.reload();
    const path = pathOfId(done.object_id);
    notify({
      kind: 'success',
      key: done.id,
      message: trans.__('%1 is yours now', done.object_name),
      action: path ? { label: trans.__('Open'), run: () => page.go(path) } : undefined
    });
  };
  const accept = useAction(async (one: ITransferRead) => {
    taken(await client.call('POST /transfers/{id}/accept', { path: { id: one.id }, body: {} }));
  });
  const decline = useAction(async (one: ITransferRead) => {
    await client.call('POST /transfers/{id}/decline', { path: { id: one.id } });
    list?.reload();
  });
  const withdraw = useAction(async (one: ITransferRead) => {
    await client.call('POST /transfers/{id}/withdraw', { path: { id: one.id } });
    list?.reload();
  });
  const take = (one: ITransferRead): void => (one.name_taken ? setNaming(one) : accept.run(one));
  return (
    <PageFrame
      title={trans.__('Handed over')}
      icon="forward"
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nfor one in client.transfers.list(direction="incoming", status="offered"):\n    print(one.id, one.object_name, one.giver.name)\n',
        shell: 'aispace transfer ls\n'
      }}
    >
      <ResourceTable<ITransferRead>
        name="transfers"
        label={trans.__('Handed over')}
        rowKey={one => one.id}
        load={(query, signal) => client.call('GET /transfers', { query, signal })}
        live={event => event.code.startsWith('transfer.')}
        onQuery={setList}
        filters={[
          {
            id: 'status',
            label: trans.__('Status'),
            options: Object.entries(words).map(([value, label]) => ({ value, label }))
          },
          {
            id: 'direction',
            label: trans.__('To and from me'),
            options: [
              { value: 'incoming', label: trans.__('To me') },
              { value: 'outgoing', label: trans.__('From me') }
            ]
          }
        ]}
        actions={one => [
          ...(one.can.includes('accept') ? [{ label: trans.__('Accept'), run: () => take(one) }] : []),
          ...(one.can.includes('decline')
            ? [{ label: trans.__('Decline'), run: () => decline.run(one) }]
            : []),
          ...(one.can.includes('withdraw')
            ? [{ label: trans.__('Withdraw'), run: () => withdraw.run(one) }]
            : [])
        ]}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            sort: 'name',
            render: one => {
              const path = pathOfId(one.object_id);
              // What is offered to one can be looked at only once it is one's own.
              return path && !one.can.includes('accept') ? (
                <PageLink to={path}>{one.object_name}</PageLink>
              ) : (
                one.object_name
              );
            }
          },
          {
            id: 'kind',
            label: trans.__('Kind'),
            width: '120px',
            render: one => kindWord(trans, one.object_kind)
          },
          { id: 'from', label: trans.__('From'), width: 'minmax(80px, 1fr)', render: one => one.giver.name },
          { id: 'to', label: trans.__('To'), width: 'minmax(80px, 1fr)', render: one => one.receiver.name },
          { id: 'note', label: trans.__('Note'), width: 'minmax(80px, 2fr)', render: one => one.note },
          {
            id: 'status',
            label: trans.__('Status'),
            width: '90px',
            sort: 'status',
            render: one => words[one.status]
          },
          {
            id: 'offered_at',
            label: trans.__('Offered'),
            width: '110px',
            sort: 'offered_at',
            render: one => <Time value={one.offered_at} />
          },
          {
            id: 'decide',
            label: trans.__('Decide'),
            width: '180px',
            render: one =>
              one.can.includes('accept') ? (
                <>
                  <Button kind="primary" onClick={() => take(one)}>
                    {trans.__('Accept')}
                  </Button>{' '}
                  <Button onClick={() => decline.run(one)}>{trans.__('Decline')}</Button>
                </>
              ) : one.can.includes('withdraw') ? (
                <Button onClick={() => withdraw.run(one)}>{trans.__('Withdraw')}</Button>
              ) : null
          }
        ]}
        empty={
          <EmptyState
            icon="forward"
            text={trans.__(
              'Nobody has offered you anything, and you have offered nothing. "Hand over" is in the menu of each object.'
            )}
          />
        }
      />
      {naming ? (
        <NameDialog
          title={trans.__('Accept %1 under another name', naming.object_name)}
          verb={trans.__('Accept')}
          name={`${naming.object_name}-2`}
          maxLength={['service', 'batch_service'].includes(naming.object_kind) ? 32 : 50}
          act={async name =>
            taken(
              await client.call('POST /transfers/{id}/accept', { path: { id: naming.id }, body: { name } })
            )
          }
          onClose={() => setNaming(null)}
        />
      ) : null}
    </PageFrame>
  );
}
