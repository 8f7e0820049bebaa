import { useState } from 'react';
import type { ILabel, ILabelGroupRead, Visibility } from '../../client';
import { useApp, usePage } from '../context';
import { Button, SelectField, TextField } from '../controls';
import { LabelsEditor, labelsProblem } from '../datasets/LabelsEditor';
import { visibilityWord } from '../parts/scopes';
import { useFieldErrors } from '../FormPage';
import { errorText } from '../messages';
import { PageFrame } from '../PageFrame';
import { Loaded } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import type { IEverywhere } from './LabelEverywhere';
import { LabelEverywhere } from './LabelEverywhere';

interface IEdit {
  name: string;
  description: string;
  visibility: Visibility;
  labels: ILabel[];
}

/** One label group, edited in place. */
export default function LabelGroupPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const query = useQuery(
    `label group ${id}`,
    signal => client.call('GET /label-groups/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  const [edit, setEdit] = useState<IEdit | null>(null);
  const [everywhere, setEverywhere] = useState<IEverywhere | null>(null);
  const save = useAction(
    async (group: ILabelGroupRead, values: IEdit) => {
      query.set(
        await client.call('PATCH /label-groups/{id}', { path: { id }, body: values, ifMatch: group.revision })
      );
      setEdit(null);
    },
    { onError: error => error.stale && query.reload() }
  );
  const wrong = useFieldErrors(save.error);
  return (
    <PageFrame
      title={query.data?.name ?? trans.__('Label group')}
      crumbs={[
        { label: trans.__('Data'), to: '/datasets' },
        { label: trans.__('Label groups'), to: '/label-groups' }
      ]}
    >
      <Loaded query={query}>
        {group => {
          const values: IEdit = edit ?? {
            name: group.name,
            description: group.description,
            visibility: group.visibility,
            labels: group.labels
          };
          const writable = group.can.includes('write');
          const set = (patch: Partial<IEdit>): void => setEdit({ ...values, ...patch });
          return (
            <div className="ais-Narrow">
              <TextField
                label={trans.__('Name')}
                value={values.name}
                maxLength={50}
                disabled={!writable}
                error={wrong('name')}
                onChange={name => set({ name })}
              />
              <TextField
                label={trans.__('Description')}
                value={values.description}
                maxLength={100}
                disabled={!writable}
                onChange={description => set({ description })}
              />
              <SelectField
                label={trans.__('Visibility')}
                value={values.visibility}
                disabled={!writable}
                error={wrong('visibility')}
                onChange={visibility => set({ visibility })}
                options={(['private', 'public', 'preset'] as const).map(value => ({
                  value,
                  label: visibilityWord(trans, value)
                }))}
              />
              <h2>{trans.__('Labels')}</h2>
              <p className="ais-Muted">
                {trans._n('%1 dataset uses this group.', '%1 datasets use this group.', group.used_by)}
              </p>
              <LabelsEditor
                labels={values.labels}
                readOnly={!writable}
                onChange={labels => set({ labels })}
                onEverywhere={edit ? undefined : setEverywhere}
              />
              {everywhere ? (
                <LabelEverywhere
                  {...everywhere}
                  group={id}
                  onDone={query.reload}
                  onClose={() => setEverywhere(null)}
                />
              ) : null}
              <div className="ais-Row">
                <Button
                  kind="primary"
                  busy={save.busy}
                  blocked={
                    !writable
                      ? trans.__('You may only read it')
                      : edit === null
                        ? trans.__('Nothing changed')
                        : labelsProblem(values.labels)
                          ? trans.__('The labels need a change')
                          : null
                  }
                  onClick={() => save.run(group, values)}
                >
                  {trans.__('Save')}
                </Button>
                {edit ? <Button onClick={() => setEdit(null)}>{trans.__('Discard')}</Button> : null}
              </div>
              {save.error ? (
                <p role="alert" className="ais-FieldError">
                  {errorText(trans, save.error)}
                </p>
              ) : null}
            </div>
          );
        }}
      </Loaded>
    </PageFrame>
  );
}
