import { useState } from 'react';
import type { IServiceRead, ISpecRead } from '../../client';
import { idempotencyKey } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { RadioCards, SelectField, TextField } from '../controls';
import { money } from '../formats';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { PairLines } from '../training/ParameterFields';
import { guessed } from '../training/request';
import { SpecPicker } from '../SpecPicker';
import { ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

interface IValues {
  name: string;
  description: string;
  model_id: string;
  version: string;
  image_id: string;
  spec_id: string | null;
  replicas: string;
  visibility: string;
  parameters: { name: string; value: string }[];
  environment: { name: string; value: string }[];
  note: string;
}

/** "New service", or a rolling edit of one: /services/new?model=..., /services/new?edit=svc_... */
export default function ServiceFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const editId = page.query.get('edit');
  const service = useQuery(editId ? `service to edit ${editId}` : null, signal =>
    client.call('GET /services/{id}', { path: { id: editId ?? '' }, signal })
  );
  const [model, version] = (page.query.get('model') ?? '').split(':');
  const title = editId ? trans.__('Edit %1', service.data?.name ?? '') : trans.__('New service');
  const pairs = (values: Record<string, unknown>): { name: string; value: string }[] =>
    Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
  const made = service.data;
  return (
    <PageFrame
      title={title}
      crumbs={[
        { label: trans.__('Services'), to: '/services' },
        ...(made ? [{ label: made.name, to: `/services/${made.id}` }] : [])
      ]}
    >
      {editId && service.error ? (
        <ErrorView error={service.error} onRetry={service.reload} />
      ) : editId && !made ? (
        <Skeleton />
      ) : (
        <ServiceForm
          edit={made ?? null}
          draft={editId ? `service ${editId} ${made?.revision}` : `service new ${model}`}
          initial={
            made
              ? {
                  name: made.name,
                  description: made.description ?? '',
                  model_id: made.model.id,
                  version: version ?? made.model.version,
                  image_id: made.image_id,
                  spec_id: made.spec_id,
                  replicas: String(made.replicas.total || 1),
                  visibility: made.visibility,
                  parameters: pairs(made.parameters),
                  environment: pairs(made.environment),
                  note: ''
                }
              : {
                  name: '',
                  description: '',
                  model_id: model,
                  version: version ?? '',
                  image_id: '',
                  spec_id: null,
                  replicas: '1',
                  visibility: 'private',
                  parameters: [],
                  environment: [],
                  note: ''
                }
          }
        />
      )}
    </PageFrame>
  );
}

function ServiceForm(props: { edit: IServiceRead | null; draft: string; initial: IValues }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { edit } = props;
  const [key] = useState(idempotencyKey);
  const [spec, setSpec] = useState<ISpecRead | null>(null);
  const { values, set, savedAt, forget, reset } = useDraft<IValues>(props.draft, props.initial);
  const models = useQuery('models to serve', signal =>
    client.call('GET /models', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const versions = useQuery(values.model_id ? `model versions ${values.model_id}` : null, signal =>
    client.call('GET /models/{id}/versions', { path: { id: values.model_id }, query: { limit: 200 }, signal })
  );
  const images = useQuery('images to serve', signal =>
    client.call('GET /images', { query: { purpose: 'serving', limit: 200 }, signal })
  );
  const version = versions.data?.items.find(one => one.version === values.version);
  const submit = useAction(
    async () => {
      const pairs = (lines: { name: string; value: string }[]): [string, string][] =>
        lines.filter(line => line.name.trim()).map(line => [line.name.trim(), line.value]);
      const body = {
        name: values.name.trim(),
        description: values.description,
        model: { model_id: values.model_id, version: values.version },
        ...(values.image_id ? { image_id: values.image_id } : {}),
        spec_id: values.spec_id ?? '',
        replicas: Number(values.replicas),
        visibility: values.visibility,
        parameters: Object.fromEntries(
          pairs(values.parameters).map(([name, value]) => [name, guessed(value)])
        ),
        environment: Object.fromEntries(pairs(values.environment)),
        note: values.note
      };
      const made = edit
        ? await client.call('PATCH /services/{id}', { path: { id: edit.id }, body, ifMatch: edit.revision })
        : await client.call('POST /services', { body, idempotencyKey: key });
      await forget();
      page.go(`/services/${made.id}`, { replace: true });
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  return (
    <FormPage
      label={edit ? trans.__('Edit service') : trans.__('New service')}
      verb={edit ? trans.__('Save and roll over') : trans.__('Deploy')}
      busy={submit.busy}
      blocked={
        !values.name.trim()
          ? trans.__('A name is needed')
          : !values.model_id || !values.version
            ? trans.__('Choose a model version')
            : !values.spec_id
              ? trans.__('Choose a resource spec')
              : null
      }
      error={submit.error}
      savedAt={savedAt}
      onReset={reset}
      onSubmit={submit.run}
      summary={
        <>
          <h2>{trans.__('Summary')}</h2>
          {edit ? (
            <p>
              {trans.__(
                'Another model, image, spec or replica count makes a new deployment; no request is refused meanwhile.'
              )}
            </p>
          ) : null}
          {spec ? (
            <p>
              {spec.name} × {values.replicas || 1}
              {spec.price_per_hour
                ? `: ${trans.__(
                    '%1 per hour',
                    money(
                      {
                        ...spec.price_per_hour,
                        amount: String(Number(spec.price_per_hour.amount) * (Number(values.replicas) || 1))
                      },
                      trans
                    )
                  )}`
                : `: ${trans.__('free of charge')}`}
            </p>
          ) : null}
          {version?.warnings.map(one => (
            <p key={one.code} className="ais-FieldError">
              {one.message}
            </p>
          ))}
        </>
      }
    >
      <Section title={trans.__('What')}>
        <TextField
          label={trans.__('Name')}
          required
          maxLength={32}
          value={values.name}
          error={field('name')}
          help={edit ? trans.__('The address stays when the name changes.') : undefined}
          onChange={name => set({ name })}
        />
        <TextField
          label={trans.__('Description')}
          maxLength={200}
          value={values.description}
          error={field('description')}
          onChange={description => set({ description })}
        />
        <RadioCards
          label={trans.__('Who may call it')}
          value={values.visibility === 'preset' ? 'public' : values.visibility}
          onChange={visibility => set({ visibility })}
          options={[
            {
              value: 'private',
              label: trans.__('private'),
              help: trans.__('You, and whoever has one of its tokens')
            },
            { value: 'public', label: trans.__('public'), help: trans.__('Everybody who is signed in, too') }
          ]}
        />
      </Section>
      <Section title={trans.__('Model')}>
        <div className="ais-Fields">
          <SelectField
            label={trans.__('Model')}
            required
            value={values.model_id}
            error={field('model_id') ?? field('model')}
            options={[
              ...(values.model_id ? [] : [{ value: '', label: trans.__('choose') }]),
              ...(models.data?.items ?? []).map(one => ({
                value: one.id,
                label: one.current_version ? one.name : trans.__('%1 (no version)', one.name),
                disabled: !one.current_version
              })),
              ...(values.model_id && models.data && !models.data.items.some(one => one.id === values.model_id)
                ? [{ value: values.model_id, label: edit?.model.name ?? values.model_id }]
                : [])
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
            required
            value={values.version}
            error={field('version')}
            options={[
              ...(values.version ? [] : [{ value: '', label: trans.__('choose') }]),
              ...(versions.data?.items ?? (values.version ? [{ version: values.version }] : [])).map(one => ({
                value: one.version,
                label: one.version
              }))
            ]}
            onChange={one => set({ version: one })}
          />
          <SelectField
            label={trans.__('Image')}
            value={values.image_id}
            error={field('image_id')}
            options={[
              ...(edit ? [] : [{ value: '', label: trans.__('that of the model version') }]),
              ...(images.data?.items ?? []).map(one => ({
                value: one.id,
                label: one.usable ? one.name : trans.__('%1 (not built)', one.name),
                disabled: !one.usable
              })),
              ...(values.image_id && !images.data?.items.some(one => one.id === values.image_id)
                ? [{ value: values.image_id, label: values.image_id }]
                : [])
            ]}
            onChange={image_id => set({ image_id })}
          />
        </div>
        {models.data?.items.length === 0 ? (
          <p>
            {trans.__('There is no model yet.')}{' '}
            <PageLink to="/training-jobs">{trans.__('Save one from a training run')}</PageLink>
          </p>
        ) : null}
      </Section>
      <Section title={trans.__('Resources')}>
        <SpecPicker
          purpose="serving"
          value={values.spec_id}
          error={field('spec_id')}
          onChange={(spec_id, one) => {
            setSpec(one);
            if (spec_id !== values.spec_id) {
              set({ spec_id });
            }
          }}
        />
        <TextField
          label={trans.__('Replicas')}
          type="number"
          min={1}
          max={10}
          value={values.replicas}
          error={field('replicas')}
          onChange={replicas => set({ replicas })}
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
        <TextField
          label={trans.__('Why (for the deployment record)')}
          maxLength={255}
          value={values.note}
          error={field('note')}
          onChange={note => set({ note })}
        />
      </Section>
    </FormPage>
  );
}
