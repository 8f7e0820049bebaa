import { useState } from 'react';
import type { ILabel, ILabelGroupRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button, Dialog, RadioCards, TextField } from '../controls';
import { LabelsEditor, labelsProblem } from '../datasets/LabelsEditor';
import { useFieldErrors } from '../FormPage';
import { count } from '../formats';
import { errorText, fieldText } from '../messages';
import { PageFrame } from '../PageFrame';
import { nameColumn, updatedColumn } from '../parts/columns';
import { useTrash } from '../parts/useTrash';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import type { IPage } from '../../client';
import { visibilityWord } from '../parts/scopes';
import { LabelsOfText, readLabels } from './LabelsOfText';

/** Label groups: lists of labels that datasets share. */
export default function LabelGroupsPage(): JSX.Element {
  const { client, trans, may } = useApp();
  const page = usePage();
  const [naming, setNaming] = useState<{ copy: ILabelGroupRead | null } | null>(null);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [how, setHow] = useState<'rows' | 'json'>('rows');
  const [rows, setRows] = useState<ILabel[]>([]);
  const [json, setJson] = useState('');
  const read = how === 'json' && json.trim() ? readLabels(json) : how === 'json' ? [] : rows;
  const trash = useTrash<ILabelGroupRead>(
    ({ id, revision }) => client.call('DELETE /label-groups/{id}', { path: { id }, ifMatch: revision }),
    () => query?.reload()
  );
  const [query, setQuery] = useState<IQuery<IPage<ILabelGroupRead>> | null>(null);
  const make = useAction(
    async () => {
      const group = naming?.copy
        ? await client.call('POST /label-groups/{id}/copy', {
            path: { id: naming.copy.id },
            body: { name: name.trim(), description }
          })
        : await client.call('POST /label-groups', {
            body: { name: name.trim(), description, labels: typeof read === 'string' ? [] : read }
          });
      setNaming(null);
      page.go(`/label-groups/${group.id}`);
    },
    { onError: () => undefined }
  );
  const wrong = useFieldErrors(make.error);
  const refused = make.error?.fields.find(one => /^labels(\.|$)/.test(one.field));
  const which = Number(refused?.field.split('.')[1]);
  const labelsWrong = !refused
    ? null
    : Number.isNaN(which)
      ? fieldText(trans, refused)
      : trans.__('Label %1: %2', count(which + 1), fieldText(trans, refused));
  const create = (
    <Button
      kind="primary"
      icon="add"
      blocked={may('write:label_group') ? null : trans.__('You may not make label groups')}
      onClick={() => {
        setName('');
        setDescription('');
        setRows([]);
        setJson('');
        setNaming({ copy: null });
      }}
    >
      {trans.__('New label group')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Label groups')}
      icon="label"
      crumbs={[{ label: trans.__('Data'), to: '/datasets' }]}
      actions={create}
    >
      <ResourceTable<ILabelGroupRead>
        name="label-groups"
        label={trans.__('Label groups')}
        live={event => event.code.startsWith('label_group.')}
        onQuery={setQueryOnce(query, setQuery)}
        columns={[
          nameColumn(trans, '/label-groups', 'minmax(180px, 2fr)'),
          {
            id: 'labels',
            label: trans.__('Labels'),
            width: 'minmax(200px, 3fr)',
            render: row => (
              <span title={row.labels.map(label => label.name).join(', ')}>
                {count(row.label_count)} · {row.labels.map(label => label.name).join(', ')}
              </span>
            )
          },
          {
            id: 'used',
            label: trans.__('Datasets'),
            width: '90px',
            align: 'right',
            render: row => count(row.used_by)
          },
          {
            id: 'seen',
            label: trans.__('Visibility'),
            width: '90px',
            render: row => visibilityWord(trans, row.visibility)
          },
          updatedColumn(trans)
        ]}
        rowKey={row => row.id}
        href={row => `/label-groups/${row.id}`}
        load={(asked, signal) => client.call('GET /label-groups', { query: asked, signal })}
        actions={row => [
          { label: trans.__('Open'), run: () => page.go(`/label-groups/${row.id}`) },
          {
            label: trans.__('Copy'),
            run: () => {
              setName(`${row.name}-2`);
              setDescription(row.description);
              setNaming({ copy: row });
            }
          },
          {
            label: trans.__('Delete'),
            danger: true,
            blocked:
              row.can.includes('write') || row.can.includes('delete')
                ? null
                : trans.__('You may only read it'),
            run: () => trash.ask(row)
          }
        ]}
        empty={
          <EmptyState
            icon="label"
            text={trans.__('No label group yet. Datasets that share one have the same labels.')}
          >
            {create}
          </EmptyState>
        }
      />
      {naming ? (
        <Dialog
          title={naming.copy ? trans.__('Copy %1', naming.copy.name) : trans.__('New label group')}
          verb={naming.copy ? trans.__('Copy') : trans.__('Create')}
          busy={make.busy}
          blocked={
            !name.trim()
              ? trans.__('Give it a name first')
              : !naming.copy && (typeof read === 'string' || labelsProblem(read))
                ? trans.__('The labels need a change')
                : null
          }
          onAccept={make.run}
          onClose={() => setNaming(null)}
          wide={!naming.copy}
        >
          <TextField
            label={trans.__('Name')}
            value={name}
            maxLength={50}
            autoFocus
            error={wrong('name')}
            onChange={setName}
          />
          <TextField
            label={trans.__('Description')}
            value={description}
            maxLength={100}
            error={wrong('description')}
            onChange={setDescription}
          />
          {naming.copy ? null : (
            <>
              <RadioCards
                label={trans.__('Labels')}
                value={how}
                onChange={setHow}
                options={[
                  { value: 'rows', label: trans.__('One after the other') },
                  { value: 'json', label: trans.__('As JSON text or file') }
                ]}
              />
              {how === 'rows' ? (
                <>
                  <LabelsEditor labels={rows} onChange={setRows} />
                  {labelsWrong ? (
                    <p role="alert" className="ais-FieldError">
                      {labelsWrong}
                    </p>
                  ) : null}
                </>
              ) : (
                <LabelsOfText text={json} onChange={setJson} error={labelsWrong} />
              )}
            </>
          )}
          {make.error && make.error.fields.length === 0 ? (
            <p role="alert" className="ais-FieldError">
              {errorText(trans, make.error)}
            </p>
          ) : null}
        </Dialog>
      ) : null}
      {trash.dialog}
    </PageFrame>
  );
}

function setQueryOnce<T>(old: IQuery<T> | null, set: (query: IQuery<T>) => void): (query: IQuery<T>) => void {
  return query => {
    if (old?.reload !== query.reload) {
      set(query);
    }
  };
}
