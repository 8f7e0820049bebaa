import { useState } from 'react';
import type { IPage, ISpecRead } from '../client';
import { useApp, usePage } from '../components/context';
import { Button } from '../components/controls';
import { bytes, money } from '../components/formats';
import { errorText } from '../components/messages';
import { PageFrame } from '../components/PageFrame';
import { nameColumn } from '../components/parts/columns';
import { purposeWord } from '../components/parts/scopes';
import { useTrash } from '../components/parts/useTrash';
import { ResourceTable } from '../components/ResourceTable';
import { EmptyState } from '../components/states';
import { StatusPill } from '../components/StatusPill';
import { useAction } from '../components/useAction';
import type { IQuery } from '../components/useQuery';

/** The sizes that can be asked for, with their prices edited in place. */
export default function SpecsPage(): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<ISpecRead>> | null>(null);
  const trash = useTrash<ISpecRead>(
    ({ id, revision }) => client.call('DELETE /specs/{id}', { path: { id }, ifMatch: revision }),
    () => list?.reload(),
    {
      verb: trans.__('Delete the resource spec'),
      consequences: [trans.__('Nobody can choose it any more. One that something uses is refused.')]
    }
  );
  const enable = useAction(async (spec: ISpecRead) => {
    await client.call('PATCH /specs/{id}', {
      path: { id: spec.id },
      body: { enabled: !spec.enabled },
      ifMatch: spec.revision
    });
    list?.reload();
  });
  const create = (
    <Button kind="primary" icon="add" onClick={() => page.go('/admin/resources/specs/new')}>
      {trans.__('Add resource spec')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Resource specs')}
      icon="grid"
      actions={create}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor spec in AISpaceClient().specs.list():\n    print(spec.name, spec.price_per_hour)\n',
        shell: 'aispace ls specs\n'
      }}
    >
      <ResourceTable<ISpecRead>
        name="specs"
        label={trans.__('Resource specs')}
        rowKey={spec => spec.id}
        load={(query, signal) => client.call('GET /specs', { query, signal })}
        live={event => /^(spec|workload)\./.test(event.code)}
        onQuery={setList}
        actions={spec => [
          { label: trans.__('Edit'), run: () => page.go(`/admin/resources/specs/${spec.id}`) },
          { label: spec.enabled ? trans.__('Disable') : trans.__('Enable'), run: () => enable.run(spec) },
          { label: trans.__('Delete'), danger: true, run: () => trash.ask(spec) }
        ]}
        columns={[
          nameColumn(trans, '/admin/resources/specs', 'minmax(120px, 2fr)'),
          { id: 'cpu', label: trans.__('CPU'), width: '60px', align: 'right', render: spec => spec.cpu },
          {
            id: 'memory',
            label: trans.__('Memory'),
            width: '80px',
            align: 'right',
            render: spec => bytes(spec.memory_bytes)
          },
          {
            id: 'accelerator',
            label: trans.__('Accelerator'),
            width: 'minmax(90px, 1fr)',
            render: spec =>
              spec.accelerator
                ? `${spec.accelerator.count} × ${spec.accelerator.product ?? spec.accelerator.resource}`
                : trans.__('none')
          },
          {
            id: 'purposes',
            label: trans.__('For'),
            width: 'minmax(120px, 1fr)',
            render: spec => spec.purposes.map(one => purposeWord(trans, one)).join(', ')
          },
          {
            id: 'price',
            label: trans.__('Price per hour'),
            width: '150px',
            render: spec => (
              <PriceCell
                spec={spec}
                onSave={async price => {
                  const before = spec.price_per_hour?.amount ?? null;
                  const made = await client.call('PATCH /specs/{id}', {
                    path: { id: spec.id },
                    body: { price_per_hour: price },
                    ifMatch: spec.revision
                  });
                  list?.reload();
                  notify({
                    message: trans.__(
                      '%1 costs %2 from now on',
                      spec.name,
                      money(made.price_per_hour, trans)
                    ),
                    kind: 'success',
                    key: spec.id,
                    action: {
                      label: trans.__('Undo'),
                      run: () => {
                        void client
                          .call('PATCH /specs/{id}', {
                            path: { id: spec.id },
                            body: { price_per_hour: before },
                            ifMatch: made.revision
                          })
                          .then(() => list?.reload())
                          .catch(() => undefined);
                      }
                    }
                  });
                }}
              />
            )
          },
          {
            id: 'free',
            label: trans.__('Free'),
            width: '80px',
            align: 'right',
            render: spec =>
              spec.capacity ? trans.__('%1 of %2', spec.capacity.free ?? 0, spec.capacity.total ?? 0) : ''
          },
          {
            id: 'waiting',
            label: trans.__('Waiting'),
            width: '70px',
            align: 'right',
            render: spec => spec.waiting
          },
          {
            id: 'enabled',
            label: trans.__('State'),
            width: '100px',
            render: spec => <StatusPill status={spec.enabled ? 'enabled' : 'disabled'} />
          }
        ]}
        empty={
          <EmptyState
            icon="grid"
            text={trans.__('No resource spec yet. Without one nothing can be started.')}
          >
            {create}
          </EmptyState>
        }
      />
      {trash.dialog}
    </PageFrame>
  );
}

/** A price that is edited where it stands: Enter saves, Esc puts back, empty is free. */
function PriceCell(props: { spec: ISpecRead; onSave: (price: string | null) => Promise<void> }): JSX.Element {
  const { trans } = useApp();
  const { spec } = props;
  const [text, setText] = useState<string | null>(null);
  const save = useAction(
    async (price: string | null) => {
      await props.onSave(price);
      setText(null);
    },
    { onError: () => undefined }
  );
  if (text === null) {
    return (
      <button
        type="button"
        className="ais-EditCell"
        aria-label={trans.__('Price of %1: %2, edit', spec.name, money(spec.price_per_hour, trans))}
        onClick={() => setText(spec.price_per_hour ? String(Number(spec.price_per_hour.amount)) : '')}
      >
        {money(spec.price_per_hour, trans)}
      </button>
    );
  }
  return (
    <input
      className="ais-Input"
      autoFocus
      inputMode="decimal"
      aria-label={trans.__('Price of %1 per hour; empty is free', spec.name)}
      aria-invalid={save.error ? true : undefined}
      title={
        save.error ? errorText(trans, save.error) : trans.__('Enter saves, Esc puts back; empty is free')
      }
      value={text}
      disabled={save.busy}
      onChange={event => setText(event.target.value)}
      onBlur={() => (save.busy || save.error ? undefined : setText(null))}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          event.preventDefault();
          save.run(text.trim() === '' ? null : text.trim());
        } else if (event.key === 'Escape') {
          setText(null);
        }
      }}
    />
  );
}
