import { useState } from 'react';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { CheckField, TextArea, TextField } from '../controls';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { NameFields } from '../parts/NameFields';
import { useAction } from '../useAction';

interface IValues {
  name: string;
  description: string;
  training: boolean;
  serving: boolean;
  requirements: string;
  python: string;
}

/** A Python environment from a list of packages. */
export default function ImageFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [key] = useState(idempotencyKey);
  const { values, set, savedAt, forget, reset } = useDraft<IValues>('image new', {
    name: '',
    description: '',
    training: true,
    serving: false,
    requirements: '',
    python: ''
  });
  const submit = useAction(
    async () => {
      const made = await client.call('POST /images', {
        body: {
          name: values.name.trim(),
          description: values.description,
          purposes: (['training', 'serving'] as const).filter(purpose => values[purpose]),
          requirements: values.requirements,
          ...(values.python.trim() ? { python: values.python.trim() } : {})
        },
        idempotencyKey: key
      });
      await forget();
      page.go(`/images/${made.id}`);
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  return (
    <PageFrame title={trans.__('New image')} crumbs={[{ label: trans.__('Images'), to: '/images' }]}>
      <FormPage
        label={trans.__('New image')}
        verb={trans.__('Build image')}
        busy={submit.busy}
        blocked={
          !values.name.trim()
            ? trans.__('A name is needed')
            : values.training || values.serving
              ? null
              : trans.__('Choose what it is for')
        }
        error={submit.error}
        savedAt={savedAt}
        onReset={reset}
        onSubmit={submit.run}
        summary={
          <p className="ais-Muted">
            {trans.__('It is built at once. The versions that were installed are kept with it.')}
          </p>
        }
      >
        <Section title={trans.__('What')}>
          <NameFields values={values} set={set} error={field} />
          <fieldset className="ais-Group">
            <legend>{trans.__('For')}</legend>
            <CheckField
              label={trans.__('training')}
              checked={values.training}
              onChange={training => set({ training })}
            />
            <CheckField
              label={trans.__('services')}
              checked={values.serving}
              onChange={serving => set({ serving })}
            />
          </fieldset>
        </Section>
        <Section title={trans.__('Packages')}>
          <TextArea
            label={trans.__('Requirements')}
            code
            rows={10}
            value={values.requirements}
            error={field('requirements')}
            help={trans.__('One package a line, as pip reads it: scikit-learn>=1.5')}
            onChange={requirements => set({ requirements })}
          />
          <TextField
            label={trans.__('Version of Python')}
            value={values.python}
            help={trans.__("Empty: the platform's own")}
            placeholder="3.11"
            error={field('python')}
            onChange={python => set({ python })}
          />
        </Section>
      </FormPage>
    </PageFrame>
  );
}
