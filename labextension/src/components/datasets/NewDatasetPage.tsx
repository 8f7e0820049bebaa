import type { AISpaceError, ILabel } from '../../client';
import { idempotencyKey } from '../../client';
import { useRef } from 'react';
import { useApp, usePage } from '../context';
import { RadioCards, SelectField, TextField } from '../controls';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { LabelsEditor, labelsProblem } from './LabelsEditor';

interface IValues {
  name: string;
  description: string;
  template: 'single' | 'multi';
  start: string;
  labelling: 'later' | 'group' | 'new';
  group: string;
  labels: ILabel[];
}

/** A new dataset: what it is for, what one may say of its samples, where they come from. */
export default function NewDatasetPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const key = useRef(idempotencyKey());
  const area = page.query.get('area');
  const { values, set, savedAt, forget, reset } = useDraft<IValues>('new-dataset', {
    name: '',
    description: '',
    template: 'single',
    start: area ? 'area' : 'folder',
    labelling: 'later',
    group: '',
    labels: []
  });
  const groups = useQuery('label groups', signal =>
    client.call('GET /label-groups', { query: { limit: 200 }, signal })
  );
  const submit = useAction(
    async () => {
      const dataset = await client.call('POST /datasets', {
        body: {
          name: values.name.trim(),
          description: values.description,
          data_type: 'image',
          annotation_type: 'image_classification',
          template: values.template,
          ...(values.labelling === 'group' && values.group ? { label_group_id: values.group } : {}),
          ...(values.labelling === 'new' ? { labels: values.labels } : {})
        },
        idempotencyKey: key.current
      });
      await forget();
      page.go(
        values.start === 'empty'
          ? `/datasets/${dataset.id}`
          : `/datasets/${dataset.id}/import?from=${values.start}${area ? `&area=${encodeURIComponent(area)}` : ''}`,
        { replace: true }
      );
    },
    {
      onError: () => {
        key.current = idempotencyKey();
      }
    }
  );
  const refusal: AISpaceError | null = submit.error;
  const wrong = useFieldErrors(refusal);
  const blocked = !values.name.trim()
    ? trans.__('Give it a name first')
    : values.labelling === 'group' && !values.group
      ? trans.__('Choose a label group first')
      : values.labelling === 'new' && labelsProblem(values.labels)
        ? trans.__('The labels need a change')
        : null;
  return (
    <PageFrame
      title={trans.__('New dataset')}
      crumbs={[{ label: trans.__('Data'), to: '/datasets' }]}
      code={{
        python: `import aispace.client as aispace\n\ndataset = aispace.connect().datasets.create(name=${JSON.stringify(values.name || 'digits')})`,
        shell: `aispace import ./folder --dataset ${values.name || 'digits'}`
      }}
    >
      <FormPage
        label={trans.__('New dataset')}
        verb={values.start === 'empty' ? trans.__('Create dataset') : trans.__('Create and import')}
        busy={submit.busy}
        blocked={blocked}
        error={refusal}
        savedAt={savedAt}
        onReset={reset}
        onSubmit={submit.run}
        summary={
          <>
            <b>{values.name || trans.__('New dataset')}</b>
            <p>
              {trans.__('Image classification')},{' '}
              {values.template === 'single'
                ? trans.__('one label for each picture')
                : trans.__('several labels for each picture')}
            </p>
          </>
        }
      >
        <Section title={trans.__('What it is')}>
          <TextField
            label={trans.__('Name')}
            required
            autoFocus
            maxLength={50}
            value={values.name}
            help={trans.__('1 to 50 characters: letters of any language, digits, "-", "_" and "."')}
            error={wrong('name')}
            onChange={name => set({ name })}
          />
          <TextField
            label={trans.__('Description')}
            maxLength={100}
            value={values.description}
            error={wrong('description')}
            onChange={description => set({ description })}
          />
          <RadioCards
            label={trans.__('Task')}
            value={values.template}
            onChange={template => set({ template: template as IValues['template'] })}
            options={[
              {
                value: 'single',
                label: trans.__('Image classification, one label'),
                help: trans.__('Each picture is exactly one thing: a digit, a defect, a species.')
              },
              {
                value: 'multi',
                label: trans.__('Image classification, several labels'),
                help: trans.__('A picture may show several things at once.')
              }
            ]}
          />
        </Section>
        <Section title={trans.__('Labels')}>
          <RadioCards
            label={trans.__('Which labels there are')}
            value={values.labelling}
            onChange={labelling => set({ labelling: labelling as IValues['labelling'] })}
            options={[
              {
                value: 'later',
                label: trans.__('From the files, or later'),
                help: trans.__('Names of folders become labels; you can add more at any time.')
              },
              { value: 'new', label: trans.__('Type them now') },
              {
                value: 'group',
                label: trans.__('Use a label group'),
                help: trans.__('Shared by several datasets.')
              }
            ]}
          />
          {values.labelling === 'group' ? (
            <SelectField
              label={trans.__('Label group')}
              value={values.group}
              error={wrong('label_group_id')}
              onChange={group => set({ group })}
              options={[
                { value: '', label: trans.__('Choose one') },
                ...(groups.data?.items ?? []).map(group => ({
                  value: group.id,
                  label: trans.__('%1 (%2 labels)', group.name, group.label_count)
                }))
              ]}
            />
          ) : null}
          {values.labelling === 'new' ? (
            <LabelsEditor labels={values.labels} onChange={labels => set({ labels })} />
          ) : null}
        </Section>
        <Section title={trans.__('Samples')}>
          <RadioCards
            label={trans.__('Where the samples come from')}
            value={values.start}
            onChange={start => set({ start })}
            options={[
              { value: 'folder', label: trans.__('A folder of this computer') },
              { value: 'files', label: trans.__('Files of this computer') },
              { value: 'archive', label: trans.__('An archive'), help: 'zip, tar, tar.gz' },
              {
                value: 'area',
                label: trans.__('A folder of my files on the server'),
                help: area ?? undefined
              },
              { value: 'empty', label: trans.__('None yet') }
            ]}
          />
        </Section>
      </FormPage>
    </PageFrame>
  );
}
