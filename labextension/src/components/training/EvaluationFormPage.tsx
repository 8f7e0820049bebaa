import { useState } from 'react';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { SelectField, TextField } from '../controls';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import type { IDatasetPart } from '../parts/DatasetPartFields';
import { DatasetPartFields } from '../parts/DatasetPartFields';
import { SpecPicker } from '../SpecPicker';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

interface IValues extends IDatasetPart {
  name: string;
  model_id: string;
  version: string;
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
          <DatasetPartFields values={values} set={set} error={name => field(`inputs.0.${name}`)} />
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
