import { useState } from 'react';
import type { Category } from '../../client';
import { useApp, usePage } from '../context';
import { SelectField, TextField } from '../controls';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { NameFields } from '../parts/NameFields';
import { CATEGORIES, categoryWord } from '../parts/scopes';
import type { ISourceChoice } from '../parts/SourceField';
import { isChosen, NO_SOURCE, resolveFiles, SourceField } from '../parts/SourceField';
import { useAction } from '../useAction';

interface IValues {
  name: string;
  description: string;
  category: Category;
  framework: string;
  format: string;
  note: string;
}

/** A model from files; its config.json says how it is used. */
export default function ModelFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { values, set, savedAt, forget, reset } = useDraft<IValues>('model new', {
    name: '',
    description: '',
    category: CATEGORIES[0],
    framework: '',
    format: 'onnx',
    note: ''
  });
  const [source, setSource] = useState<ISourceChoice>({
    ...NO_SOURCE,
    ...(page.query.get('area') ? { kind: 'area' as const, path: page.query.get('area') ?? '' } : {})
  });
  // A failed second step goes on with the model of the first.
  const [made, setMade] = useState<{ id: string; name: string } | null>(null);
  const submit = useAction(
    async () => {
      let model = made && made.name === values.name ? made : null;
      if (!model) {
        const created = await client.call('POST /models', {
          body: {
            name: values.name.trim(),
            description: values.description,
            category: values.category,
            framework: values.framework,
            format: values.format
          }
        });
        model = { id: created.id, name: values.name };
        setMade(model);
      }
      await client.call('POST /models/{id}/versions', {
        path: { id: model.id },
        body: { source: await resolveFiles(client, source), note: values.note }
      });
      await forget();
      page.go(`/models/${model.id}`);
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  return (
    <PageFrame title={trans.__('New model')} crumbs={[{ label: trans.__('Models'), to: '/models' }]}>
      <FormPage
        label={trans.__('New model')}
        verb={trans.__('Create model')}
        busy={submit.busy}
        blocked={
          !values.name.trim()
            ? trans.__('A name is needed')
            : isChosen(source)
              ? null
              : trans.__('Choose the files of the model')
        }
        error={submit.error}
        savedAt={savedAt}
        onReset={reset}
        onSubmit={submit.run}
        summary={
          <p className="ais-Muted">
            {trans.__(
              'A model that can be served holds model.onnx and config.json with its inputs, outputs and labels.'
            )}
          </p>
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
              value={values.framework}
              maxLength={64}
              error={field('framework')}
              onChange={framework => set({ framework })}
            />
            <TextField
              label={trans.__('Format')}
              value={values.format}
              maxLength={32}
              error={field('format')}
              onChange={format => set({ format })}
            />
          </div>
        </Section>
        <Section title={trans.__('Files')}>
          <SourceField
            kinds={['folder', 'archive', 'area']}
            value={source}
            onChange={setSource}
            error={field('source')}
            accept=".zip,.tar,.gz,.tgz,.onnx"
            words={{ archive: trans.__('Upload a zip, a tar or one model file') }}
          />
          <TextField
            label={trans.__('Note')}
            value={values.note}
            maxLength={255}
            onChange={note => set({ note })}
          />
        </Section>
      </FormPage>
    </PageFrame>
  );
}
