import type { AISpaceError, IScriptChoice, IServingModel, IServingScript } from '../../client';
import { PageLink, useApp } from '../context';
import { SelectField, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { useQuery } from '../useQuery';

export interface IAnswerValues {
  model_id: string;
  version: string;
  algorithm_id: string;
  algorithm_version: string;
  file: string;
  image_id: string;
}

/** The values of a form for what answers now, or for a model that the address names. */
export function answerValues(
  made: { model: IServingModel | null; script: IServingScript | null } | null,
  image: string | undefined,
  model: string,
  version: string | undefined
): IAnswerValues {
  return {
    model_id: model || (made?.model?.id ?? ''),
    version: version ?? made?.model?.version ?? '',
    algorithm_id: made?.script?.id ?? '',
    algorithm_version: made?.script?.version ?? '',
    file: made?.script?.file ?? 'inference.py',
    image_id: image ?? ''
  };
}

/** The part of a request that says what answers. */
export function answerBody(values: IAnswerValues): {
  model: { model_id: string; version: string } | null;
  script: IScriptChoice | null;
  image_id: string | null;
} {
  return {
    model: values.model_id ? { model_id: values.model_id, version: values.version } : null,
    script: values.algorithm_id
      ? {
          algorithm_id: values.algorithm_id,
          version: values.algorithm_version || null,
          file: values.file.trim() || 'inference.py'
        }
      : null,
    image_id: values.image_id || null
  };
}

/** Why these values cannot be sent yet. */
export function useAnswerBlocked(values: IAnswerValues): string | null {
  const { trans } = useApp();
  if (!values.model_id && !values.algorithm_id) {
    return trans.__('Choose a model version or a script');
  }
  return values.model_id && !values.version ? trans.__('Choose a model version') : null;
}

/** Model, script and image: what answers for a service. */
export function AnswerFields(props: {
  values: IAnswerValues;
  set: (patch: Partial<IAnswerValues>) => void;
  error: AISpaceError | null;
  /** Names of what is chosen but not listed. */
  known?: { model?: string; script?: string };
}): JSX.Element {
  const { client, trans } = useApp();
  const { values, set } = props;
  const field = useFieldErrors(props.error);
  const models = useQuery('models to serve', signal =>
    client.call('GET /models', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const versions = useQuery(values.model_id ? `model versions ${values.model_id}` : null, signal =>
    client.call('GET /models/{id}/versions', { path: { id: values.model_id }, query: { limit: 200 }, signal })
  );
  const scripts = useQuery('scripts to serve', signal =>
    client.call('GET /algorithms', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const scriptVersions = useQuery(
    values.algorithm_id ? `algorithm versions ${values.algorithm_id}` : null,
    signal =>
      client.call('GET /algorithms/{id}/versions', {
        path: { id: values.algorithm_id },
        query: { limit: 200 },
        signal
      })
  );
  const images = useQuery('images to serve', signal =>
    client.call('GET /images', { query: { purpose: 'serving', limit: 200 }, signal })
  );
  const unlisted = (
    id: string,
    list: { id: string }[] | undefined,
    name: string | undefined
  ): { value: string; label: string }[] =>
    id && list && !list.some(one => one.id === id) ? [{ value: id, label: name ?? id }] : [];
  const version = versions.data?.items.find(one => one.version === values.version);
  return (
    <>
      <div className="ais-Fields">
        <SelectField
          label={trans.__('Model')}
          value={values.model_id}
          error={field('model_id') ?? field('model')}
          options={[
            { value: '', label: trans.__('none') },
            ...(models.data?.items ?? []).map(one => ({
              value: one.id,
              label: one.current_version ? one.name : trans.__('%1 (no version)', one.name),
              disabled: !one.current_version
            })),
            ...unlisted(values.model_id, models.data?.items, props.known?.model)
          ]}
          onChange={model_id =>
            set({
              model_id,
              version: models.data?.items.find(one => one.id === model_id)?.current_version ?? ''
            })
          }
        />
        {values.model_id ? (
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
        ) : null}
        <SelectField
          label={trans.__('Image')}
          value={values.image_id}
          error={field('image_id')}
          options={[
            { value: '', label: trans.__('that of the model version or script') },
            ...(images.data?.items ?? []).map(one => ({
              value: one.id,
              label: one.usable ? one.name : trans.__('%1 (not built)', one.name),
              disabled: !one.usable && one.status !== 'unbuilt'
            })),
            ...unlisted(values.image_id, images.data?.items, undefined)
          ]}
          onChange={image_id => set({ image_id })}
        />
      </div>
      <div className="ais-Fields">
        <SelectField
          label={trans.__('Script')}
          value={values.algorithm_id}
          error={field('script.algorithm_id') ?? field('script')}
          help={trans.__('An algorithm with a class that has inference(self, data)')}
          options={[
            { value: '', label: trans.__('none: the model answers by itself') },
            ...(scripts.data?.items ?? []).map(one => ({ value: one.id, label: one.name })),
            ...unlisted(values.algorithm_id, scripts.data?.items, props.known?.script)
          ]}
          onChange={algorithm_id => set({ algorithm_id, algorithm_version: '' })}
        />
        {values.algorithm_id ? (
          <>
            <SelectField
              label={trans.__('Version of the script')}
              value={values.algorithm_version}
              error={field('script.version')}
              options={[
                { value: '', label: trans.__('the current one') },
                ...(
                  scriptVersions.data?.items ??
                  (values.algorithm_version ? [{ version: values.algorithm_version }] : [])
                ).map(one => ({ value: one.version, label: one.version }))
              ]}
              onChange={one => set({ algorithm_version: one })}
            />
            <TextField
              label={trans.__('File')}
              value={values.file}
              maxLength={255}
              error={field('script.file')}
              onChange={file => set({ file })}
            />
          </>
        ) : null}
      </div>
      {version?.warnings
        .filter(one => one.code !== 'not_servable')
        .map(one => (
          <p key={one.code} className="ais-FieldError">
            {one.message}
          </p>
        ))}
      {models.data?.items.length === 0 && scripts.data?.items.length === 0 ? (
        <p>
          {trans.__('There is no model yet.')}{' '}
          <PageLink to="/training-jobs">{trans.__('Save one from a training run')}</PageLink>
        </p>
      ) : null}
    </>
  );
}
