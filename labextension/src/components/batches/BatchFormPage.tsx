import { useState } from 'react';
import type { IBatchRead } from '../../client';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { Button, RadioCards, TextField } from '../controls';
import { FilePicker } from '../FilePicker';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import type { IDatasetPart } from '../parts/DatasetPartFields';
import { DatasetPartFields } from '../parts/DatasetPartFields';
import { NameFields } from '../parts/NameFields';
import type { IAnswerValues } from '../services/AnswerFields';
import { AnswerFields, answerBody, answerValues, useAnswerBlocked } from '../services/AnswerFields';
import type { IRuntimeValues } from '../services/RuntimeFields';
import { RuntimeFields, runtimeBody, runtimeValues } from '../services/RuntimeFields';
import { SpecPicker } from '../SpecPicker';
import { ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

interface IValues extends IAnswerValues, IDatasetPart, IRuntimeValues {
  name: string;
  description: string;
  spec_id: string | null;
  from: 'area' | 'dataset';
  path: string;
  results: string;
}

function initialOf(made: IBatchRead | null, copy: boolean, model: string, version?: string): IValues {
  return {
    ...answerValues(made, made?.image.id, model, version),
    ...runtimeValues(made),
    name: made && !copy ? made.name : '',
    description: made?.description ?? '',
    spec_id: made?.spec_id ?? null,
    from: made?.source.kind ?? 'area',
    path: made?.source.path ?? '',
    dataset_id: made?.source.dataset?.id ?? '',
    dataset_version: made?.source.version ?? '',
    split: made?.source.split ?? '',
    results: made?.results?.path ?? ''
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
  const submit = useAction(
    async () => {
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
        ...runtimeBody(values)
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
        <NameFields values={values} set={set} error={field} longest={{ name: 32, description: 200 }} />
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
          <DatasetPartFields
            values={values}
            set={set}
            error={name => field(`source.${name}`) ?? (name === 'dataset_id' ? field('source') : null)}
          />
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
        <RuntimeFields values={values} set={set} error={field} />
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
