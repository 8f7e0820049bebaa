import { useCallback, useEffect, useState } from 'react';
import type { IJobTemplateRead, Schemas } from '../../client';
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
import { TemplateField } from './KeepFields';

interface IValues extends IDatasetPart {
  name: string;
  model_id: string;
  version: string;
  spec_id: string | null;
  /** Name of a template that keeps the settings too; empty: none. */
  keep: string;
}

/** Try a model version on a published dataset version. */
export default function EvaluationFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [model, version] = (page.query.get('model') ?? '').split(':');
  const [key] = useState(idempotencyKey);
  const edited = page.query.get('edit');
  const from = edited ?? page.query.get('template');
  const template = useQuery(from ? `template ${from}` : null, signal =>
    client.call('GET /job-templates/{id}', { path: { id: from! }, signal })
  );
  const { values, set, savedAt, forget, reset } = useDraft<IValues>(`evaluation ${from ?? model}`, {
    name: '',
    model_id: model,
    version: version ?? '',
    dataset_id: '',
    dataset_version: '',
    split: '',
    spec_id: null,
    keep: ''
  });
  const models = useQuery('models to evaluate', signal =>
    client.call('GET /models', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const modelVersions = useQuery(values.model_id ? `model versions ${values.model_id}` : null, signal =>
    client.call('GET /models/{id}/versions', { path: { id: values.model_id }, query: { limit: 200 }, signal })
  );
  const take = useCallback(
    (one: IJobTemplateRead) => {
      const made = one.settings as unknown as Schemas['EvaluationCreate'];
      set({
        model_id: made.model_id,
        version: made.version ?? one.model?.version ?? '',
        dataset_id: made.inputs[0].dataset_id,
        dataset_version: made.inputs[0].version,
        split: made.inputs[0].split ?? '',
        spec_id: made.spec_id
      });
    },
    [set]
  );
  useEffect(() => {
    if (template.data) {
      take(template.data);
    }
  }, [template.data, take]);
  const settings = {
    model_id: values.model_id,
    ...(values.version ? { version: values.version } : {}),
    inputs: [{ dataset_id: values.dataset_id, version: values.dataset_version, split: values.split || null }],
    spec_id: values.spec_id ?? ''
  };
  const submit = useAction(
    async () => {
      if (edited) {
        await client.call('PATCH /job-templates/{id}', {
          path: { id: edited },
          body: { settings },
          ifMatch: template.data?.revision
        });
        await forget();
        page.go('/job-templates');
        return;
      }
      if (values.keep.trim()) {
        await client.call('POST /job-templates', {
          body: { name: values.keep.trim(), kind: 'evaluation', settings },
          idempotencyKey: `${key}-template`
        });
      }
      const made = await client.call('POST /evaluations', {
        body: {
          ...(values.name.trim() ? { name: values.name.trim() } : {}),
          ...settings
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
      title={edited ? trans.__('Template %1', template.data?.name ?? '') : trans.__('New evaluation')}
      crumbs={[
        { label: trans.__('Training jobs'), to: '/training-jobs' },
        { label: trans.__('Evaluations'), to: '/evaluations' }
      ]}
    >
      <FormPage
        label={trans.__('New evaluation')}
        verb={edited ? trans.__('Save template') : trans.__('Start evaluation')}
        busy={submit.busy}
        blocked={blocked}
        error={submit.error}
        savedAt={savedAt}
        onReset={reset}
        onSubmit={submit.run}
      >
        <Section title={trans.__('Model')}>
          {edited ? null : <TemplateField kind="evaluation" onChoose={take} />}
          {edited ? null : (
            <TextField
              label={trans.__('Name')}
              value={values.name}
              maxLength={50}
              help={trans.__('Empty: named after model and dataset')}
              error={field('name')}
              onChange={name => set({ name })}
            />
          )}
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
          {edited ? null : (
            <TextField
              label={trans.__('Keep as a template called')}
              name="keep"
              value={values.keep}
              maxLength={50}
              help={trans.__('Empty: the settings are kept with the evaluation only')}
              onChange={keep => set({ keep })}
            />
          )}
        </Section>
      </FormPage>
    </PageFrame>
  );
}
