import { useState } from 'react';
import type { IServiceRead, ISpecRead, Visibility } from '../../client';
import { idempotencyKey } from '../../client';
import { useApp, usePage } from '../context';
import { RadioCards, TextField } from '../controls';
import { money } from '../formats';
import { FormPage, Section, useDraft, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { NameFields } from '../parts/NameFields';
import { SpecPicker } from '../SpecPicker';
import { ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import type { IAnswerValues } from './AnswerFields';
import { AnswerFields, answerBody, answerValues, useAnswerBlocked } from './AnswerFields';
import type { ILimitValues } from './LimitFields';
import { LimitFields, limitBody, limitValues } from './LimitFields';
import type { IRuleValues } from './RuleFields';
import { RuleFields, ruleBody, ruleValues } from './RuleFields';
import type { IRuntimeValues } from './RuntimeFields';
import { RuntimeFields, runtimeBody, runtimeValues } from './RuntimeFields';

interface IValues extends IAnswerValues, ILimitValues, IRuleValues, IRuntimeValues {
  name: string;
  description: string;
  spec_id: string | null;
  replicas: string;
  visibility: Visibility;
  model_path: string;
  use_gpu: string;
  share: string;
  note: string;
}

/** Names of the attributes of `args`. */
const ARGUMENTS = { model_path: 'model_path', use_gpu: 'use_gpu' };

type Mode = 'create' | 'edit' | 'canary';

function initialOf(made: IServiceRead | null, model: string, version: string | undefined): IValues {
  return {
    ...answerValues(made, made?.image_id, model, version),
    ...runtimeValues(made),
    ...limitValues(made),
    ...ruleValues(null),
    name: made?.name ?? '',
    description: made?.description ?? '',
    spec_id: made?.spec_id ?? null,
    replicas: String(made?.replicas.total || 1),
    visibility: made?.visibility ?? 'private',
    model_path: made?.argument_mapping.model_path ?? '',
    use_gpu: made?.argument_mapping.use_gpu ?? '',
    share: '10',
    note: ''
  };
}

/**
 * "New service", a rolling edit of one, or a second version beside production:
 * /services/new?model=..., ?edit=svc_..., ?canary=svc_...
 */
export default function ServiceFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const canaryId = page.query.get('canary');
  const id = page.query.get('edit') ?? canaryId;
  const mode: Mode = canaryId ? 'canary' : id ? 'edit' : 'create';
  const service = useQuery(id ? `service to edit ${id}` : null, signal =>
    client.call('GET /services/{id}', { path: { id: id ?? '' }, signal })
  );
  const [model, version] = (page.query.get('model') ?? '').split(':');
  const made = service.data ?? null;
  const title =
    mode === 'canary'
      ? trans.__('Canary of %1', made?.name ?? '')
      : mode === 'edit'
        ? trans.__('Edit %1', made?.name ?? '')
        : trans.__('New service');
  return (
    <PageFrame
      title={title}
      crumbs={[
        { label: trans.__('Services'), to: '/services' },
        ...(made ? [{ label: made.name, to: `/services/${made.id}` }] : [])
      ]}
    >
      {id && service.error ? (
        <ErrorView error={service.error} onRetry={service.reload} />
      ) : id && !made ? (
        <Skeleton />
      ) : (
        <ServiceForm
          mode={mode}
          service={made}
          draft={id ? `service ${mode} ${id} ${made?.revision}` : `service new ${model}`}
          initial={initialOf(made, model, version)}
        />
      )}
    </PageFrame>
  );
}

function ServiceForm(props: {
  mode: Mode;
  service: IServiceRead | null;
  draft: string;
  initial: IValues;
}): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { mode, service } = props;
  const [key] = useState(idempotencyKey);
  const [spec, setSpec] = useState<ISpecRead | null>(null);
  const { values, set, savedAt, forget, reset } = useDraft<IValues>(props.draft, props.initial);
  const unanswered = useAnswerBlocked(values);
  const submit = useAction(
    async () => {
      const deployed = {
        ...answerBody(values),
        spec_id: values.spec_id ?? '',
        replicas: Number(values.replicas),
        ...runtimeBody(values),
        argument_mapping: {
          ...(values.model_path.trim() ? { model_path: values.model_path.trim() } : {}),
          ...(values.use_gpu.trim() ? { use_gpu: values.use_gpu.trim() } : {})
        },
        note: values.note
      };
      const about = {
        name: values.name.trim(),
        description: values.description,
        visibility: values.visibility,
        ...limitBody(values)
      };
      const path = { id: service?.id ?? '' };
      const made =
        mode === 'canary'
          ? await client.call('POST /services/{id}/canary', {
              path,
              body: { ...deployed, share: Number(values.share), rule: ruleBody(values) },
              idempotencyKey: key
            })
          : mode === 'edit'
            ? await client.call('PATCH /services/{id}', {
                path,
                body: { ...about, ...deployed },
                ifMatch: service?.revision
              })
            : await client.call('POST /services', { body: { ...about, ...deployed }, idempotencyKey: key });
      await forget();
      page.go(`/services/${made.id}`, { replace: true });
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(submit.error);
  return (
    <FormPage
      label={
        mode === 'canary'
          ? trans.__('Canary')
          : mode === 'edit'
            ? trans.__('Edit service')
            : trans.__('New service')
      }
      verb={
        mode === 'canary'
          ? trans.__('Deploy the canary')
          : mode === 'edit'
            ? trans.__('Save and roll over')
            : trans.__('Deploy')
      }
      busy={submit.busy}
      blocked={
        mode !== 'canary' && !values.name.trim()
          ? trans.__('A name is needed')
          : (unanswered ?? (values.spec_id ? null : trans.__('Choose a resource spec')))
      }
      error={submit.error}
      savedAt={savedAt}
      onReset={reset}
      onSubmit={submit.run}
      summary={
        <>
          <h2>{trans.__('Summary')}</h2>
          {mode === 'edit' ? (
            <p>
              {trans.__(
                'Another model, image, spec or replica count makes a new deployment; no request is refused meanwhile.'
              )}
            </p>
          ) : null}
          {mode === 'canary' ? (
            <p>
              {trans.__(
                'It gets %1 % of the requests when it is ready, production keeps %2 %.',
                values.share,
                100 - (Number(values.share) || 0)
              )}
            </p>
          ) : null}
          {spec ? <SpecPrice spec={spec} replicas={Number(values.replicas) || 1} /> : null}
        </>
      }
    >
      {mode === 'canary' ? (
        <Section title={trans.__('Share')}>
          <TextField
            label={trans.__('Share of the canary (%)')}
            type="number"
            min={0}
            max={100}
            value={values.share}
            error={field('share')}
            help={trans.__('0: only who asks for it by X-AISpace-Target: canary')}
            onChange={share => set({ share })}
          />
          <RuleFields values={values} set={set} error={submit.error} />
        </Section>
      ) : (
        <Section title={trans.__('What')}>
          <NameFields
            values={values}
            set={set}
            error={field}
            longest={{ name: 32, description: 200 }}
            help={service ? trans.__('The address stays when the name changes.') : undefined}
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
              {
                value: 'public',
                label: trans.__('public'),
                help: trans.__('Everybody who is signed in, too')
              }
            ]}
          />
        </Section>
      )}
      <Section title={trans.__('Model')}>
        <AnswerFields
          values={values}
          set={set}
          error={submit.error}
          known={{ model: service?.model?.name, script: service?.script?.name }}
        />
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
      {mode === 'canary' ? null : <LimitFields values={values} set={set} error={submit.error} />}
      <Section title={trans.__('Settings')}>
        <RuntimeFields values={values} set={set} error={field}>
          {values.algorithm_id ? (
            <>
              <h3>{trans.__('Argument names')}</h3>
              <div className="ais-Fields">
                <TextField
                  label={trans.__('Folder of the model')}
                  placeholder={ARGUMENTS.model_path}
                  maxLength={64}
                  value={values.model_path}
                  error={field('argument_mapping.model_path') ?? field('argument_mapping')}
                  help={trans.__('Attribute of args under which the script looks for it')}
                  onChange={model_path => set({ model_path })}
                />
                <TextField
                  label={trans.__('Whether there is a GPU')}
                  placeholder={ARGUMENTS.use_gpu}
                  maxLength={64}
                  value={values.use_gpu}
                  error={field('argument_mapping.use_gpu')}
                  onChange={use_gpu => set({ use_gpu })}
                />
              </div>
            </>
          ) : null}
        </RuntimeFields>
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

function SpecPrice(props: { spec: ISpecRead; replicas: number }): JSX.Element {
  const { trans } = useApp();
  const { spec, replicas } = props;
  return (
    <p>
      {spec.name} × {replicas}
      {spec.price_per_hour
        ? `: ${trans.__(
            '%1 per hour',
            money(
              {
                ...spec.price_per_hour,
                amount: String(Number(spec.price_per_hour.amount) * replicas)
              },
              trans
            )
          )}`
        : `: ${trans.__('free of charge')}`}
    </p>
  );
}
