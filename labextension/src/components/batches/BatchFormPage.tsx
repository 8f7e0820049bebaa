import { useState } from 'react';
import type { IBatchRead, Split } from '../../client';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { Button, RadioCards, SelectField, TextField } from '../controls';
import { FilePicker } from '../FilePicker';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import type { IAnswerValues } from '../services/AnswerFields';
import { AnswerFields, NO_ANSWER, answerBody, useAnswerBlocked } from '../services/AnswerFields';
import { SpecPicker } from '../SpecPicker';
import { ErrorView, Skeleton } from '../states';
import { PairLines } from '../training/ParameterFields';
import { guessed } from '../training/request';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

interface IValues extends IAnswerValues {
  name: string;
  description: string;
  spec_id: string | null;
  from: 'area' | 'dataset';
  path: string;
  dataset_id: string;
  dataset_version: string;
  split: Split | '';
  results: string;
  parameters: { name: string; value: string }[];
  environment: { name: string; value: string }[];
}

function initialOf(made: IBatchRead | null, copy: boolean, model: string, version?: string): IValues {
  const pairs = (values: Record<string, unknown>): { name: string; value: string }[] =>
    Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
  return {
    ...NO_ANSWER,
    name: made && !copy ? made.name : '',
    description: made?.description ?? '',
    model_id: model || (made?.model?.id ?? ''),
    version: version ?? made?.model?.version ?? '',
    algorithm_id: made?.script?.id ?? '',
    algorithm_version: made?.script?.version ?? '',
    file: made?.script?.file ?? 'inference.py',
    image_id: made?.image.id ?? '',
    spec_id: made?.spec_id ?? null,
    from: made?.source.kind ?? 'area',
    path: made?.source.path ?? '',
    dataset_id: made?.source.dataset?.id ?? '',
    dataset_version: made?.source.version ?? '',
    split: made?.source.split ?? '',
    results: made?.results?.path ?? '',
    parameters: pairs(made?.parameters ?? {}),
    environment: pairs(made?.environment ?? {})
  };
}

/** "New batch service", one like another, or a change: /batch-services/new?model=..., ?from=bat_..., ?edit=bat_... */
export default function BatchFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const editId = page.query.get('edit');
  const id = editId ?? page.query.get('from');
  const batch = useQuery(id ? `batch to edit ${id}` : null, signal =>
    client.call('GET /batch-services/{id}', { path: { id: id ?? '' }, signal })
  );
  const [model, version] = (page.query.get('model') ?? '').split(':');
  const made = batch.data ?? null;
  return (
    <PageFrame
      title={editId ? trans.__('Edit %1', made?.name ?? '') : trans.__('New batch service')}
      crumbs={[
        { label: trans.__('Batch services'), to: '/batch-services' },
        ...(made ? [{ label: made.name, to: `/batch-services/${made.id}` }] : [])
      ]}
    >
      {id && batch.error ? (
        <ErrorView error={batch.error} onRetry={batch.reload} />
      ) : id && !made ? (
        <Skeleton />
      ) : (
        <BatchForm
          edit={editId ? made : null}
          draft={id ? `batch ${editId ? 'edit' : 'copy'} ${id} ${made?.revision}` : `batch new ${model}`}
          initial={initialOf(made, !editId, model, version)}
        />
      )}
    </PageFrame>
  );
}

function BatchForm(props: { edit: IBatchRead | null; draft: string; initial: IValues }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { edit } = props;
  const [key] = useState(idempotencyKey);
  const [picking, setPicking] = useState<'path' | 'results' | null>(null);
  const { values, set, savedAt, forget, reset } = useDraft<IValues>(props.draft, props.initial);
  const unanswered = useAnswerBlocked(values);
  const datasets = useQuery('datasets to batch', signal =>
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
      const pairs = (lines: { name: string; value: string }[]): [string, string][] =>
        lines.filter(line => line.name.trim()).map(line => [line.name.trim(), line.value]);
      const body = {
        name: values.name.trim(),
        description: values.description,
        ...answerBody(values),
        spec_id: values.spec_id ?? '',
        source:
          values.from === 'area'
            ? { kind: 'area' as const, path: values.path.trim() }
            : {
                kind: 'dataset' as const,
                dataset_id: values.dataset_id,
                version: values.dataset_version,
                split: values.split || null
              },
        results: values.results.trim() ? { kind: 'area' as const, path: values.results.trim() } : null,
        parameters: Object.fromEntries(
          pairs(values.parameters).map(([name, value]) => [name, guessed(value)])
        ),
        environment: Object.fromEntries(pairs(values.environment))
      };
      const made = edit
        ? await client.call('PATCH /batch-services/{id}', {
            path: { id: edit.id },
            body,
            ifMatch: edit.revision
          })
        : await client.call('POST /batch-services', { body, idempotencyKey: key });
      await forget();
      page.go(`/batch-services/${made.id}`, { replace: true });
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  const noFiles =
    values.from === 'area'
      ? values.path.trim()
        ? null
        : trans.__('Choose a folder')
      : values.dataset_id && values.dataset_version
        ? null
        : trans.__('Choose a published dataset version');
  return (
    <FormPage
      label={edit ? trans.__('Edit batch service') : trans.__('New batch service')}
      verb={edit ? trans.__('Save') : trans.__('Start')}
      busy={submit.busy}
      blocked={
        !values.name.trim()
          ? trans.__('A name is needed')
          : (unanswered ?? noFiles ?? (values.spec_id ? null : trans.__('Choose a resource spec')))
      }
      error={submit.error}
      savedAt={savedAt}
      onReset={reset}
      onSubmit={submit.run}
      summary={
        edit ? (
          <p>
            {trans.__(
              'A change of model, files or parameters drops the results; the next start does every file anew.'
            )}
          </p>
        ) : (
          <p>
            {trans.__(
              'Each file gets a result of its own. What is done is not done again after a stop or a failure.'
            )}
          </p>
        )
      }
    >
      <Section title={trans.__('What')}>
        <TextField
          label={trans.__('Name')}
          required
          maxLength={32}
          value={values.name}
          error={field('name')}
          onChange={name => set({ name })}
        />
        <TextField
          label={trans.__('Description')}
          maxLength={200}
          value={values.description}
          error={field('description')}
          onChange={description => set({ description })}
        />
      </Section>
      <Section title={trans.__('Files')}>
        <RadioCards
          label={trans.__('Where they come from')}
          value={values.from}
          onChange={from => set({ from: from === 'dataset' ? 'dataset' : 'area' })}
          options={[
            { value: 'area', label: trans.__('a folder of my files') },
            { value: 'dataset', label: trans.__('a dataset version') }
          ]}
        />
        {values.from === 'area' ? (
          <div className="ais-Fields">
            <TextField
              label={trans.__('Folder')}
              required
              value={values.path}
              error={field('source.path') ?? field('source')}
              onChange={path => set({ path })}
            />
            <Button icon="files" hasPopup="dialog" onClick={() => setPicking('path')}>
              {trans.__('Choose a folder')}
            </Button>
          </div>
        ) : (
          <div className="ais-Fields">
            <SelectField
              label={trans.__('Dataset')}
              required
              value={values.dataset_id}
              error={field('source.dataset_id') ?? field('source')}
              options={[
                ...(values.dataset_id ? [] : [{ value: '', label: trans.__('choose') }]),
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
              error={field('source.version')}
              options={(versions.data ?? []).map(one => ({ value: one.version, label: one.version }))}
              onChange={dataset_version => set({ dataset_version })}
            />
            <SelectField
              label={trans.__('Part')}
              value={values.split}
              error={field('source.split')}
              options={[
                { value: '', label: trans.__('all samples') },
                { value: 'training', label: trans.__('training set') },
                { value: 'validation', label: trans.__('validation set') },
                { value: 'test', label: trans.__('test set') }
              ]}
              onChange={split => set({ split })}
            />
          </div>
        )}
        <div className="ais-Fields">
          <TextField
            label={trans.__('Put the results into')}
            value={values.results}
            error={field('results.path') ?? field('results')}
            help={trans.__('A folder of your files; empty: for download only')}
            onChange={results => set({ results })}
          />
          <Button icon="files" hasPopup="dialog" onClick={() => setPicking('results')}>
            {trans.__('Choose a folder')}
          </Button>
        </div>
      </Section>
      <Section title={trans.__('Model')}>
        <AnswerFields
          values={values}
          set={set}
          error={submit.error}
          known={{ model: edit?.model?.name, script: edit?.script?.name }}
        />
      </Section>
      <Section title={trans.__('Resources')}>
        <SpecPicker
          purpose="serving"
          value={values.spec_id}
          error={field('spec_id')}
          onChange={spec_id => spec_id !== values.spec_id && set({ spec_id })}
        />
      </Section>
      <Section title={trans.__('Settings')}>
        <h3>{trans.__('Parameters')}</h3>
        <PairLines
          label={trans.__('Parameters')}
          lines={values.parameters}
          add={trans.__('Add name = value')}
          onChange={parameters => set({ parameters })}
        />
        {field('parameters') ? <p className="ais-FieldError">{field('parameters')}</p> : null}
        <h3>{trans.__('Environment variables')}</h3>
        <PairLines
          label={trans.__('Environment variables')}
          lines={values.environment}
          add={trans.__('Add variable')}
          onChange={environment => set({ environment })}
        />
        {field('environment') ? <p className="ais-FieldError">{field('environment')}</p> : null}
      </Section>
      {picking ? (
        <FilePicker
          title={trans.__('Choose a folder')}
          verb={trans.__('Take')}
          kinds="folder"
          onAccept={path => {
            set(picking === 'path' ? { path } : { results: path });
            setPicking(null);
          }}
          onClose={() => setPicking(null)}
        />
      ) : null}
    </FormPage>
  );
}
