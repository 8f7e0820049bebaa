import { useState } from 'react';
import type { Category } from '../../client';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { SelectField, TextField } from '../controls';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { NAMES } from '../names';
import { PageFrame } from '../PageFrame';
import { NameFields } from '../parts/NameFields';
import { CATEGORIES, categoryWord } from '../parts/scopes';
import type { ISourceChoice } from '../parts/SourceField';
import { isChosen, NO_SOURCE, resolveSource, SourceField } from '../parts/SourceField';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import type { IParameterRow } from './ParameterTable';
import { parameterOf, ParameterTable } from './ParameterTable';

interface IValues {
  name: string;
  description: string;
  category: Category;
  framework: string;
  run_command: string;
  image_id: string;
  parameters: IParameterRow[];
}

/** An algorithm from a folder, an archive, a notebook, git or the user's area. */
export default function AlgorithmFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [key] = useState(idempotencyKey);
  const area = page.query.get('area');
  const { values, set, savedAt, forget, reset } = useDraft<IValues>('algorithm new', {
    name: '',
    description: '',
    category: CATEGORIES[0],
    framework: '',
    run_command: 'python train.py',
    image_id: '',
    parameters: []
  });
  const [source, setSource] = useState<ISourceChoice>({
    ...NO_SOURCE,
    ...(area ? { kind: 'area' as const, path: area } : {})
  });
  const images = useQuery('images for algorithms', signal =>
    client.call('GET /images', { query: { purpose: 'training', limit: 200 }, signal })
  );
  const submit = useAction(
    async () => {
      const made = await client.call('POST /algorithms', {
        body: {
          name: values.name.trim(),
          description: values.description,
          category: values.category,
          framework: values.framework,
          run_command: values.run_command,
          ...(values.image_id ? { image_id: values.image_id } : {}),
          parameters: values.parameters.map(parameterOf),
          source: await resolveSource(client, source)
        },
        idempotencyKey: key
      });
      await forget();
      page.go(`/algorithms/${made.id}`);
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  return (
    <PageFrame
      title={trans.__('New algorithm')}
      crumbs={[{ label: trans.__('Algorithms'), to: '/algorithms' }]}
    >
      <FormPage
        label={trans.__('New algorithm')}
        verb={trans.__('Create algorithm')}
        busy={submit.busy}
        blocked={
          !values.name.trim()
            ? trans.__('A name is needed')
            : isChosen(source)
              ? null
              : trans.__('Choose where the code is')
        }
        error={submit.error}
        savedAt={savedAt}
        onReset={reset}
        onSubmit={submit.run}
        summary={
          <>
            <h2>{trans.__('What the program gets')}</h2>
            <ul className="ais-Plain ais-Muted">
              <li>
                <code>{NAMES.dataUrl}</code> {trans.__('folder of the training set')}
              </li>
              <li>
                <code>{NAMES.valDataUrl}</code> {trans.__('folder of the validation set')}
              </li>
              <li>
                <code>{NAMES.trainOut}</code> {trans.__('folder for what it writes')}
              </li>
              <li>
                <code>{NAMES.trainModelOut}</code> {trans.__('folder for its model')}
              </li>
              <li>{trans.__('and each parameter as --name=value')}</li>
            </ul>
          </>
        }
      >
        <Section title={trans.__('What')}>
          <NameFields values={values} set={set} error={field} />
          <div className="ais-Fields">
            <SelectField
              label={trans.__('For')}
              value={values.category}
              options={CATEGORIES.map(value => ({ value, label: categoryWord(trans, value) }))}
              onChange={category => set({ category })}
            />
            <TextField
              label={trans.__('Framework')}
              maxLength={64}
              value={values.framework}
              error={field('framework')}
              onChange={framework => set({ framework })}
            />
          </div>
        </Section>
        <Section title={trans.__('Code')}>
          <SourceField
            kinds={['folder', 'archive', 'notebook', 'git', 'area']}
            value={source}
            onChange={setSource}
            error={field('source') ?? field('url')}
          />
        </Section>
        <Section title={trans.__('How it is run')}>
          <div className="ais-Fields">
            <TextField
              label={trans.__('Run command')}
              required
              value={values.run_command}
              error={field('run_command')}
              help={trans.__('In the folder of the code; parameters are added to it')}
              onChange={run_command => set({ run_command })}
            />
            <SelectField
              label={trans.__('Image')}
              value={values.image_id}
              error={field('image_id')}
              options={[
                { value: '', label: trans.__('chosen with each training job') },
                ...(images.data?.items ?? []).map(one => ({
                  value: one.id,
                  label: one.usable ? one.name : trans.__('%1 (not built)', one.name)
                }))
              ]}
              onChange={image_id => set({ image_id })}
            />
          </div>
        </Section>
        <Section title={trans.__('Parameters')}>
          <ParameterTable
            rows={values.parameters}
            onChange={parameters => set({ parameters })}
            fields={submit.error?.fields ?? []}
          />
        </Section>
      </FormPage>
    </PageFrame>
  );
}
