import { useEffect, useMemo, useState } from 'react';
import type { AISpaceError, IFieldError, ISpecRead } from '../../client';
import { idempotencyKey } from '../../client';
import { CodeBlock } from '../AsCode';
import { oneOf, SPLITS } from '../choices';
import { PageLink, useApp, usePage } from '../context';
import { Button, SelectField, TextField } from '../controls';
import { duration, money } from '../formats';
import { FormPage, Section, useDraft } from '../FormPage';
import { errorText, fieldText } from '../messages';
import { PageFrame } from '../PageFrame';
import { presetText } from '../presetWords';
import { SpecPicker } from '../SpecPicker';
import { ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { DataFields } from './DataFields';
import { PairLines, ParameterFields } from './ParameterFields';
import { KeepFields, TemplateField } from './KeepFields';
import type { Mode } from './modes';
import { fill, filledBy, originOf, send } from './modes';
import type { IFormValues } from './request';
import { codeOf, EMPTY_FORM, requestOf, splitOwn } from './request';
import { useEstimate } from './useEstimate';

/** "New training job", or the next version of one. */
export default function TrainingFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const from = originOf(page.query);
  const filled = useQuery(from ? `form of ${from.kind} ${from.id} ${from.version}` : null, signal =>
    fill(client, from!, signal)
  );
  const mode: Mode = filled.data?.mode ?? { kind: 'new' };
  const title =
    mode.kind === 'modify'
      ? trans.__('Next version of %1', filled.data?.name ?? '')
      : mode.kind === 'draft'
        ? trans.__('Draft of %1', filled.data?.name ?? '')
        : mode.kind === 'edit'
          ? trans.__('Template %1', filled.data?.name ?? '')
          : trans.__('New training job');
  const initial = useMemo((): IFormValues => {
    if (filled.data) {
      return filled.data.values;
    }
    const [dataset, version] = (page.query.get('dataset') ?? '').split(':');
    const [model, modelVersion] = (page.query.get('model') ?? '').split(':');
    return {
      ...EMPTY_FORM,
      name: page.query.get('name') ?? '',
      algorithm_id: page.query.get('algorithm') ?? '',
      image_id: page.query.get('image') ?? '',
      spec_id: page.query.get('spec'),
      parameters: Object.fromEntries(
        [...page.query]
          .filter(([name]) => name.startsWith('p.'))
          .map(([name, value]) => [name.slice(2), value])
      ),
      inputs: [
        {
          role: 'training',
          dataset_id: dataset,
          version: version ?? '',
          split: oneOf(SPLITS, page.query.get('split')) ?? ''
        }
      ],
      model_id: model,
      model_version: modelVersion ?? ''
    };
    // The address is read when the page opens; what is typed afterwards must stay.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [filled.data]);
  return (
    <PageFrame title={title} crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}>
      {from && filled.error ? (
        <ErrorView error={filled.error} onRetry={filled.reload} />
      ) : from && !filled.data ? (
        <Skeleton />
      ) : (
        <TrainingForm
          initial={initial}
          draft={`training ${from ? `${from.kind} ${from.id}:${from.version}` : page.query.toString() || 'new'}`}
          mode={mode}
        />
      )}
    </PageFrame>
  );
}

function TrainingForm(props: { initial: IFormValues; draft: string; mode: Mode }): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { values, set, savedAt, forget, reset } = useDraft(props.draft, props.initial);
  const [spec, setSpec] = useState<ISpecRead | null>(null);
  const [tried, setTried] = useState(false);
  const [key] = useState(idempotencyKey);

  const algorithms = useQuery('algorithms to train', signal =>
    client.call('GET /algorithms', { query: { limit: 200 }, signal })
  );
  const algorithm = algorithms.data?.items.find(one => one.id === values.algorithm_id) ?? null;
  const versions = useQuery(values.algorithm_id ? `versions of ${values.algorithm_id}` : null, signal =>
    client.call('GET /algorithms/{id}/versions', {
      path: { id: values.algorithm_id },
      query: { limit: 200 },
      signal
    })
  );
  const chosen =
    versions.data?.items.find(one => one.version === values.algorithm_version) ??
    (algorithm && (!values.algorithm_version || algorithm.current_version === values.algorithm_version)
      ? algorithm.current
      : null);
  const images = useQuery('images to train', signal =>
    client.call('GET /images', { query: { purpose: 'training', limit: 200 }, signal })
  );
  const models = useQuery('models to go on from', signal =>
    client.call('GET /models', { query: { limit: 200, sort: '-updated_at' }, signal })
  );

  // The only algorithm there is needs no choice.
  useEffect(() => {
    if (!values.algorithm_id && algorithms.data?.items.length === 1) {
      const first = algorithms.data.items[0];
      set({ algorithm_id: first.id, algorithm_version: first.current_version });
    }
  }, [algorithms.data, values.algorithm_id, set]);
  // A copied run may carry parameters that the algorithm does not name.
  useEffect(() => {
    if (chosen) {
      const apart = splitOwn(values, chosen);
      if (apart !== values) {
        set({ parameters: apart.parameters, own: apart.own });
      }
    }
  }, [chosen, values, set]);

  const request = useMemo(() => requestOf(values, chosen), [values, chosen]);
  const { mode } = props;
  const isNew = mode.kind === 'new';
  const body = {
    ...request,
    ...(mode.kind === 'modify' ? { base: mode.version } : {}),
    ...(isNew ? { name: values.name, ...(values.keep.trim() ? { template: values.keep.trim() } : {}) } : {})
  };
  const { estimate, error: checkError, checking } = useEstimate(body);

  const submit = useAction(
    async (start: boolean) => {
      setTried(true);
      const next = await send(client, mode, values, request, { start, key });
      await forget();
      page.go(next);
    },
    {
      onError: reason => {
        if (reason.fields.length === 0) {
          notify({ message: errorText(trans, reason), kind: 'error' });
        }
      }
    }
  );

  const wrong: IFieldError[] = [
    ...(submit.error?.fields ?? []),
    ...(checkError?.fields ?? []),
    ...(checkError ? [] : (estimate?.fields ?? []))
  ].filter((one, index, all) => all.findIndex(other => other.field === one.field) === index);
  const error = (field: string): string | null => {
    const found = wrong.find(one => one.field === field || one.field.startsWith(`${field}.`));
    // What was never touched is not scolded before the first try; the summary names it all the same.
    return found && (tried || found.code !== 'missing') ? fieldText(trans, found) : null;
  };
  const blocked =
    isNew && !values.name.trim()
      ? trans.__('A name is needed')
      : wrong.length > 0
        ? trans._n(
            '%1 field needs a change: %2',
            '%1 fields need a change: %2',
            wrong.length,
            wrong.map(one => one.field).join(', ')
          )
        : null;

  return (
    <FormPage
      label={isNew ? trans.__('New training job') : trans.__('Settings')}
      verb={mode.kind === 'edit' ? trans.__('Save template') : trans.__('Start training')}
      second={
        isNew || mode.kind === 'draft'
          ? { verb: trans.__('Save without starting'), busy: submit.busy, run: () => submit.run(false) }
          : null
      }
      busy={submit.busy}
      blocked={blocked}
      savedAt={savedAt}
      onReset={reset}
      onSubmit={() => submit.run(true)}
      error={submit.error && submit.error.fields.length === 0 ? submit.error : null}
      summary={
        <TrainingSummary
          estimate={estimate}
          checking={checking}
          spec={spec}
          wrong={wrong}
          failed={checkError && checkError.fields.length === 0 ? checkError : null}
          code={codeOf(values.name || 'job', request)}
        />
      }
    >
      <Section title={trans.__('What')}>
        {isNew ? (
          <TemplateField
            kind="training"
            onChoose={one => {
              const { name: _name, description: _description, ...settings } = filledBy(one).values;
              set(settings);
            }}
          />
        ) : null}
        {isNew ? (
          <TextField
            label={trans.__('Name')}
            name="name"
            required
            maxLength={50}
            value={values.name}
            error={error('name')}
            onChange={name => set({ name })}
          />
        ) : null}
        {isNew || mode.kind === 'edit' ? (
          <TextField
            label={trans.__('Description')}
            value={values.description}
            maxLength={255}
            error={error('description')}
            onChange={description => set({ description })}
          />
        ) : null}
        <TextField
          label={trans.__('Note for this run')}
          value={values.note}
          maxLength={255}
          error={error('note')}
          onChange={note => set({ note })}
        />
      </Section>
      <Section title={trans.__('Algorithm')}>
        <div className="ais-Fields">
          <SelectField
            label={trans.__('Algorithm')}
            name="algorithm"
            required
            value={values.algorithm_id}
            error={error('algorithm')}
            options={[
              ...(values.algorithm_id ? [] : [{ value: '', label: trans.__('choose') }]),
              ...(algorithms.data?.items ?? []).map(one => ({
                value: one.id,
                label: one.visibility === 'preset' ? trans.__('%1 (built-in)', one.name) : one.name
              }))
            ]}
            onChange={algorithm_id =>
              set({
                algorithm_id,
                algorithm_version:
                  algorithms.data?.items.find(one => one.id === algorithm_id)?.current_version ?? '',
                parameters: {},
                image_id: ''
              })
            }
          />
          <SelectField
            label={trans.__('Version')}
            name="algorithm_version"
            value={values.algorithm_version || algorithm?.current_version || ''}
            options={(versions.data?.items ?? (algorithm ? [algorithm.current] : [])).map(one => ({
              value: one.version,
              label:
                one.version === algorithm?.current_version
                  ? trans.__('%1 (current)', one.version)
                  : one.version
            }))}
            onChange={algorithm_version => set({ algorithm_version })}
          />
          <SelectField
            label={trans.__('Image')}
            name="image_id"
            value={values.image_id}
            error={error('image_id')}
            options={[
              {
                value: '',
                label: chosen?.image_name
                  ? trans.__('that of the algorithm: %1', chosen.image_name)
                  : trans.__('that of the algorithm')
              },
              ...(images.data?.items ?? []).map(one => ({
                value: one.id,
                label: one.usable ? one.name : trans.__('%1 (not built)', one.name),
                disabled: !one.usable && one.status !== 'unbuilt'
              }))
            ]}
            onChange={image_id => set({ image_id })}
          />
          <SelectField
            label={trans.__('Start from model')}
            name="model"
            value={values.model_id ? `${values.model_id}:${values.model_version}` : ''}
            error={error('model')}
            options={[
              { value: '', label: trans.__('none') },
              ...(models.data?.items ?? [])
                .filter(one => one.current_version)
                .map(one => ({
                  value: `${one.id}:${one.current_version}`,
                  label: `${one.name} ${one.current_version}`
                })),
              ...(values.model_id &&
              !models.data?.items.some(
                one => one.id === values.model_id && one.current_version === values.model_version
              )
                ? [
                    {
                      value: `${values.model_id}:${values.model_version}`,
                      label: `${values.model_id} ${values.model_version}`
                    }
                  ]
                : [])
            ]}
            onChange={choice => {
              const [model_id, model_version] = choice.split(':');
              set({ model_id, model_version: model_version ?? '' });
            }}
          />
        </div>
        {algorithms.data?.items.length === 0 ? (
          <p>
            {trans.__('There is no algorithm yet.')}{' '}
            <PageLink to="/algorithms/new">{trans.__('New algorithm')}</PageLink>
          </p>
        ) : null}
        {algorithm?.description ? (
          <p className="ais-Muted">{presetText(trans, algorithm.description)}</p>
        ) : null}
      </Section>
      <Section title={trans.__('Data')}>
        <DataFields
          inputs={values.inputs}
          accepts={chosen?.accepts ?? null}
          error={error}
          onChange={inputs => set({ inputs })}
        />
      </Section>
      <Section title={trans.__('Parameters')}>
        {chosen ? (
          <ParameterFields
            parameters={chosen.parameters}
            values={values.parameters}
            onChange={parameters => set({ parameters })}
            error={name => error(`parameters.${name}`)}
          />
        ) : null}
        <PairLines
          label={trans.__('Parameters of your own')}
          lines={values.own}
          add={trans.__('Add name = value')}
          onChange={own => set({ own })}
        />
      </Section>
      <Section title={trans.__('Resources')}>
        <SpecPicker
          purpose="training"
          value={values.spec_id}
          error={error('spec_id')}
          onChange={(spec_id, one) => {
            setSpec(one);
            if (spec_id !== values.spec_id) {
              set({ spec_id });
            }
          }}
        />
      </Section>
      <Section title={trans.__('Limits')}>
        <div className="ais-Fields">
          <TextField
            label={trans.__('Stop after (hours)')}
            value={values.max_hours}
            help={trans.__('0: no limit')}
            error={error('max_hours')}
            onChange={max_hours => set({ max_hours })}
          />
          <TextField
            label={trans.__('Start in (hours)')}
            value={values.delay_hours}
            help={trans.__('0: now')}
            error={error('delay_hours')}
            onChange={delay_hours => set({ delay_hours })}
          />
          <TextField
            label={trans.__('Retries after a failure')}
            value={values.retries}
            error={error('retries')}
            onChange={retries => set({ retries })}
          />
          <SelectField
            label={trans.__('Priority')}
            value={values.priority}
            error={error('priority')}
            options={[
              { value: 'low', label: trans.__('low') },
              { value: 'normal', label: trans.__('normal') },
              { value: 'high', label: trans.__('high') }
            ]}
            onChange={priority => set({ priority })}
          />
          <TextField
            label={trans.__('Seed')}
            value={values.seed}
            help={trans.__('Empty: one is chosen and kept')}
            error={error('seed')}
            onChange={seed => set({ seed })}
          />
        </div>
        <KeepFields values={values} set={set} keep={isNew} error={error} />
        <details open={values.environment.length > 0 || undefined}>
          <summary>{trans.__('Environment variables')}</summary>
          <PairLines
            label={trans.__('Environment variables')}
            lines={values.environment}
            add={trans.__('Add variable')}
            onChange={environment => set({ environment })}
          />
          {error('environment') ? <p className="ais-FieldError">{error('environment')}</p> : null}
        </details>
      </Section>
    </FormPage>
  );
}

function TrainingSummary(props: {
  estimate: ReturnType<typeof useEstimate>['estimate'];
  checking: boolean;
  spec: ISpecRead | null;
  wrong: IFieldError[];
  failed: AISpaceError | null;
  code: { python: string; shell: string };
}): JSX.Element {
  const { trans } = useApp();
  const [asCode, setAsCode] = useState(false);
  const { estimate } = props;
  // The estimate knows the price only when all fields are right.
  const price = estimate?.price_per_hour ?? props.spec?.price_per_hour;
  return (
    <div aria-busy={props.checking || undefined}>
      <h2>{trans.__('Summary')}</h2>
      {props.failed ? <ErrorView error={props.failed} compact /> : null}
      {estimate ? (
        <>
          {estimate.command ? <pre className="ais-Command">{estimate.command}</pre> : null}
          <ul className="ais-Plain">
            {props.spec ? <li>{props.spec.name} × 1</li> : null}
            <li>
              {price ? trans.__('%1 per hour', money(price, trans)) : trans.__('free of charge')}
              {estimate.cost_at_most
                ? `, ${trans.__('at most %1', money(estimate.cost_at_most, trans))}`
                : ''}
            </li>
            {props.spec && estimate.valid ? (
              <li>
                {!estimate.fits
                  ? trans.__('Larger than this installation. Choose another spec.')
                  : estimate.free
                    ? trans.__('starts at once')
                    : estimate.starts_in_seconds
                      ? trans.__(
                          'would be number %1 in the queue, starts in %2 at the latest',
                          estimate.queue_position ?? 1,
                          duration(estimate.starts_in_seconds)
                        )
                      : trans.__('would be number %1 in the queue', estimate.queue_position ?? 1)}
              </li>
            ) : null}
          </ul>
        </>
      ) : props.failed ? null : (
        <p className="ais-Muted">{trans.__('Asking the server')}</p>
      )}
      {props.wrong.length > 0 ? (
        <ul className="ais-Plain ais-Muted" aria-label={trans.__('Still needed')}>
          {props.wrong.map(one => (
            <li key={one.field}>
              <span className="ais-Code">{one.field}</span>: {fieldText(trans, one)}
            </li>
          ))}
        </ul>
      ) : null}
      <Button icon="code" expanded={asCode} onClick={() => setAsCode(!asCode)}>
        {trans.__('As code')}
      </Button>
      {asCode ? (
        <>
          <CodeBlock text={props.code.python} label={trans.__('Python')} />
          <CodeBlock text={props.code.shell} label={trans.__('Command')} />
        </>
      ) : null}
    </div>
  );
}
