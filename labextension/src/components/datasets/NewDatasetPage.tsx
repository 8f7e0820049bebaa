import type { AISpaceError, ILabel } from '../../client';
import { idempotencyKey } from '../../client';
import type { ITrans } from '../../i18n';
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
  kind: string;
  start: string;
  labelling: 'later' | 'group' | 'new';
  group: string;
  labels: ILabel[];
}

/** What one may say of which samples. */
function kinds(trans: ITrans): { value: string; label: string; help: string }[] {
  return [
    {
      value: 'image_classification/single',
      label: trans.__('Image classification, one label'),
      help: trans.__('Each picture is exactly one thing: a digit, a defect, a species.')
    },
    {
      value: 'image_classification/multi',
      label: trans.__('Image classification, several labels'),
      help: trans.__('A picture may show several things at once.')
    },
    {
      value: 'object_detection',
      label: trans.__('Object detection'),
      help: trans.__(
        'A box with a label around each thing in a picture; from COCO, VOC or YOLO, or drawn here.'
      )
    },
    {
      value: 'text_classification/single',
      label: trans.__('Text classification, one label'),
      help: trans.__('Each text is exactly one thing: a topic, a mood, a language.')
    },
    {
      value: 'text_classification/multi',
      label: trans.__('Text classification, several labels'),
      help: trans.__('A text may be about several things at once.')
    },
    {
      value: 'tabular_classification',
      label: trans.__('Tabular classification'),
      help: trans.__('Each row of a CSV file belongs to a class: a plant, a fault, a decision.')
    }
  ];
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
    kind: 'image_classification/single',
    start: area ? 'area' : 'folder',
    labelling: 'later',
    group: '',
    labels: []
  });
  const [annotationType, template] = values.kind.split('/');
  const dataType = annotationType === 'object_detection' ? 'image' : annotationType.split('_')[0];
  const groups = useQuery('label groups', signal =>
    client.call('GET /label-groups', { query: { limit: 200 }, signal })
  );
  const submit = useAction(
    async () => {
      const dataset = await client.call('POST /datasets', {
        body: {
          name: values.name.trim(),
          description: values.description,
          data_type: dataType,
          annotation_type: annotationType,
          ...(template ? { template: template as 'single' } : {}),
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
            <p>{kinds(trans).find(kind => kind.value === values.kind)?.label}</p>
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
            value={values.kind}
            onChange={kind => set({ kind })}
            options={kinds(trans)}
          />
        </Section>
        <Section title={trans.__('Labels')}>
          <RadioCards
            label={trans.__('Which labels there are')}
            value={values.labelling}
            onChange={labelling => set({ labelling: labelling })}
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
