import { useState } from 'react';
import type { Split } from '../../client';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { SelectField, TextField } from '../controls';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { SpecPicker } from '../SpecPicker';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

interface IValues {
  name: string;
  model_id: string;
  version: string;
  dataset_id: string;
  dataset_version: string;
  split: Split | '';
  spec_id: string | null;
}

/** Try a model version on a published dataset version. */
export default function EvaluationFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [model, version] = (page.query.get('model') ?? '').split(':');
  const [key] = useState(idempotencyKey);
  const { values, set, savedAt, forget, reset } = useDraft<IValues>(`evaluation ${model}`, {
    name: '',
    model_id: model,
    version: version ?? '',
    dataset_id: '',
    dataset_version: '',
    split: '',
    spec_id: null
  });
  const models = useQuery('models to evaluate', signal =>
    client.call('GET /models', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const modelVersions = useQuery(values.model_id ? `model versions ${values.model_id}` : null, signal =>
    client.call('GET /models/{id}/versions', { path: { id: values.model_id }, query: { limit: 200 }, signal })
  );
  const datasets = useQuery('datasets to evaluate', signal =>
    client.call('GET /datasets', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const versions = useQuery(values.dataset_id ? `dataset versions ${values.dataset_id}` : null, signal =>
    client
      .call('GET /datasets/{id}/versions', {
        path: { id: values.dataset_id },
        query: { limit: 200 },
        signal
      })
      .then(answer => answer.items)
  );
  const submit = useAction(
    async () => {
      const made = await client.call('POST /evaluations', {
        body: {
          ...(values.name.trim() ? { name: values.name.trim() } : {}),
          model_id: values.model_id,
          ...(values.version ? { version: values.version } : {}),
          inputs: [
            { dataset_id: values.dataset_id, version: values.dataset_version, split: values.split || null }
          ],
          spec_id: values.spec_id ?? ''
        },
        idempotencyKey: key
      });
      await forget();
      page.go(`/evaluations/${made.id}`);
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  const choose = { value: '', label: trans.__('choose') };
  const blocked = !values.model_id
    ? trans.__('Choose a model')
    : !values.dataset_id || !values.dataset_version
      ? trans.__('Choose a published dataset version')
      : !values.spec_id
        ? trans.__('Choose a resource spec')
        : null;
  return (
    <PageFrame
      title={trans.__('New evaluation')}
      crumbs={[
        { label: trans.__('Training jobs'), to: '/training-jobs' },
        { label: trans.__('Evaluations'), to: '/evaluations' }
      ]}
    >
      <FormPage
        label={trans.__('New evaluation')}
        verb={trans.__('Start evaluation')}
        busy={submit.busy}
        blocked={blocked}
        error={submit.error}
        savedAt={savedAt}
        onReset={reset}
        onSubmit={submit.run}
      >
        <Section title={trans.__('Model')}>
          <TextField
            label={trans.__('Name')}
            value={values.name}
            maxLength={50}
            help={trans.__('Empty: named after model and dataset')}
            error={field('name')}
            onChange={name => set({ name })}
          />
          <div className="ais-Fields">
            <SelectField
              label={trans.__('Model')}
              required
              value={values.model_id}
              error={field('model_id')}
              options={[
                ...(values.model_id ? [] : [choose]),
                ...(models.data?.items ?? []).map(one => ({
                  value: one.id,
                  label: one.current_version ? one.name : trans.__('%1 (no version)', one.name),
                  disabled: !one.current_version
                }))
              ]}
              onChange={model_id =>
                set({
                  model_id,
                  version: models.data?.items.find(one => one.id === model_id)?.current_version ?? ''
                })
              }
            />
            <SelectField
              label={trans.__('Version')}
              value={values.version}
              error={field('version')}
              options={(modelVersions.data?.items ?? []).map(one => ({
                value: one.version,
                label: one.version
              }))}
              onChange={one => set({ version: one })}
            />
          </div>
        </Section>
        <Section title={trans.__('Data')}>
          <div className="ais-Fields">
            <SelectField
              label={trans.__('Dataset')}
              required
              value={values.dataset_id}
              error={field('dataset_id')}
              options={[
                ...(values.dataset_id ? [] : [choose]),
                ...(datasets.data?.items ?? []).map(one => ({
                  value: one.id,
                  label: one.current_version ? one.name : trans.__('%1 (publish it first)', one.name),
                  disabled: !one.current_version
                }))
              ]}
              onChange={dataset_id =>
                set({
                  dataset_id,
                  dataset_version:
                    datasets.data?.items.find(one => one.id === dataset_id)?.current_version ?? ''
                })
              }
            />
            <SelectField
              label={trans.__('Version')}
              value={values.dataset_version}
              options={(versions.data ?? []).map(one => ({ value: one.version, label: one.version }))}
              onChange={dataset_version => set({ dataset_version })}
            />
            <SelectField
              label={trans.__('Part')}
              value={values.split}
              error={field('split')}
              options={[
                { value: '', label: trans.__('all samples') },
                { value: 'training', label: trans.__('training set') },
                { value: 'validation', label: trans.__('validation set') },
                { value: 'test', label: trans.__('test set') }
              ]}
              onChange={split => set({ split })}
            />
          </div>
        </Section>
        <Section title={trans.__('Resources')}>
          <SpecPicker
            purpose="evaluation"
            value={values.spec_id}
            error={field('spec_id')}
            onChange={spec_id => spec_id !== values.spec_id && set({ spec_id })}
          />
        </Section>
      </FormPage>
    </PageFrame>
  );
}
