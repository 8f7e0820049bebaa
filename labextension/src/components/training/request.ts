import type {
  IAlgorithmVersionRead,
  IParameter,
  IRunRead,
  IRunSettings,
  ParameterValue,
  Split
} from '../../client';

/** One input as the form holds it. */
export interface IFormInput {
  role: 'training' | 'validation';
  dataset_id: string;
  version: string;
  split: Split | '';
}

/** What the form holds: numbers stay the text that was typed, until they are sent. */
export interface IFormValues {
  name: string;
  description: string;
  note: string;
  algorithm_id: string;
  algorithm_version: string;
  image_id: string;
  inputs: IFormInput[];
  model_id: string;
  model_version: string;
  /** Only what differs from the default. */
  parameters: Record<string, string | boolean>;
  own: { name: string; value: string }[];
  spec_id: string | null;
  queue: string;
  priority: 'low' | 'normal' | 'high';
  delay_hours: string;
  max_hours: string;
  retries: string;
  seed: string;
  environment: { name: string; value: string }[];
  notify: IRunSettings['notify'];
  /** Name of a template that keeps the settings too; empty: none. */
  keep: string;
}

export const EMPTY_FORM: IFormValues = {
  name: '',
  description: '',
  note: '',
  algorithm_id: '',
  algorithm_version: '',
  image_id: '',
  inputs: [{ role: 'training', dataset_id: '', version: '', split: '' }],
  model_id: '',
  model_version: '',
  parameters: {},
  own: [],
  spec_id: null,
  queue: '',
  priority: 'normal',
  delay_hours: '0',
  max_hours: '2',
  retries: '0',
  seed: '',
  environment: [],
  notify: ['succeeded', 'failed'],
  keep: ''
};

/** A typed value as the server wants it; what is no number stays text, so that the server can name it. */
export function typed(parameter: Pick<IParameter, 'type'>, value: string | boolean): ParameterValue {
  if (
    typeof value === 'boolean' ||
    parameter.type === 'str' ||
    parameter.type === 'choice' ||
    parameter.type === 'bool'
  ) {
    return value;
  }
  const text = value.trim();
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : value;
}

/** A value of a parameter's own name=value line: number, true and false where it reads like one. */
export function guessed(value: string): ParameterValue {
  const text = value.trim();
  if (text === 'true' || text === 'false') {
    return text === 'true';
  }
  return text !== '' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : value;
}

const numeric = (text: string): unknown => typed({ type: 'float' }, text);

/** What the form would send. Empty choices are left out, so that the server names what is missing. */
export function requestOf(
  values: IFormValues,
  algorithm: IAlgorithmVersionRead | null
): Partial<IRunSettings> {
  const kinds = new Map((algorithm?.parameters ?? []).map(one => [one.name, one]));
  const parameters: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(values.parameters)) {
    parameters[name] = typed(kinds.get(name) ?? { type: 'str' }, value);
  }
  for (const line of values.own) {
    if (line.name.trim()) {
      parameters[line.name.trim()] = guessed(line.value);
    }
  }
  const environment = Object.fromEntries(
    values.environment.filter(line => line.name.trim()).map(line => [line.name.trim(), line.value])
  );
  return {
    task_type: 'single_node',
    ...(values.algorithm_id
      ? { algorithm: { algorithm_id: values.algorithm_id, version: values.algorithm_version || null } }
      : {}),
    image_id: values.image_id || null,
    inputs: values.inputs
      .filter(input => input.dataset_id && input.version)
      .map(input => ({
        role: input.role,
        dataset_id: input.dataset_id,
        version: input.version,
        split: input.split || null
      })),
    model: values.model_id ? { model_id: values.model_id, version: values.model_version || null } : null,
    parameters,
    ...(values.spec_id ? { spec_id: values.spec_id } : {}),
    queue: values.queue.trim() || null,
    priority: values.priority,
    delay_hours: numeric(values.delay_hours || '0') as number,
    max_hours: numeric(values.max_hours || '0') as number,
    retries: numeric(values.retries || '0') as number,
    environment,
    seed: values.seed.trim() === '' ? null : (numeric(values.seed) as number),
    note: values.note,
    notify: values.notify
  };
}

/** The form filled as a run was. */
export function valuesOf(run: IRunRead): IFormValues {
  const settings = settingsOf(run.configuration);
  return {
    ...EMPTY_FORM,
    ...settings,
    name: run.job_name,
    algorithm_version: settings.algorithm_version || run.algorithm.version
  };
}

/** What settings fill in: all but names, notes and the seed, which are a run's own. */
export function settingsOf(
  made: IRunSettings
): Omit<IFormValues, 'name' | 'description' | 'note' | 'own' | 'keep'> {
  return {
    algorithm_id: made.algorithm.algorithm_id,
    algorithm_version: made.algorithm.version ?? '',
    image_id: made.image_id ?? '',
    inputs: made.inputs.map(input => ({
      role: input.role ?? 'training',
      dataset_id: input.dataset_id,
      version: input.version,
      split: input.split ?? ''
    })),
    model_id: made.model?.model_id ?? '',
    model_version: made.model?.version ?? '',
    parameters: Object.fromEntries(
      Object.entries(made.parameters).map(([name, value]) => [
        name,
        typeof value === 'boolean' ? value : String(value)
      ])
    ),
    spec_id: made.spec_id,
    queue: made.queue ?? '',
    priority: made.priority,
    delay_hours: '0',
    max_hours: String(made.max_hours),
    retries: String(made.retries),
    seed: '',
    environment: Object.entries(made.environment).map(([name, value]) => ({ name, value })),
    notify: made.notify
  };
}

/** Parameters that the algorithm does not name: they came from lines of the user's own. */
export function splitOwn(values: IFormValues, algorithm: IAlgorithmVersionRead): IFormValues {
  const known = new Set(algorithm.parameters.map(one => one.name));
  const strange = Object.entries(values.parameters).filter(([name]) => !known.has(name));
  if (strange.length === 0) {
    return values;
  }
  return {
    ...values,
    parameters: Object.fromEntries(Object.entries(values.parameters).filter(([name]) => known.has(name))),
    own: [...values.own, ...strange.map(([name, value]) => ({ name, value: String(value) }))]
  };
}

const quote = (value: unknown): string => JSON.stringify(value);

const python = (value: unknown): string =>
  value === true
    ? 'True'
    : value === false
      ? 'False'
      : value === null || value === undefined
        ? 'None'
        : Array.isArray(value)
          ? `[${value.map(python).join(', ')}]`
          : typeof value === 'object'
            ? `{${Object.entries(value)
                .map(([name, one]) => `${quote(name)}: ${python(one)}`)
                .join(', ')}}`
            : quote(value);

/** A word of a command, quoted where a shell would take it for something else. */
export const shellWord = (text: string): string =>
  /^[\w.:/=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The Python and the command that start the same job. */
export function codeOf(name: string, request: Partial<IRunSettings>): { python: string; shell: string } {
  const { algorithm, task_type: _, ...rest } = request;
  const plain: Record<string, unknown> = { delay_hours: 0, max_hours: 0, retries: 0, priority: 'normal' };
  const fields = Object.entries({
    name,
    algorithm_id: algorithm?.algorithm_id,
    algorithm_version: algorithm?.version,
    ...rest
  }).filter(
    ([key, value]) =>
      value !== null &&
      value !== undefined &&
      value !== '' &&
      plain[key] !== value &&
      JSON.stringify(value) !== '{}'
  );
  const dataset = (input: IRunSettings['inputs'][number]): string =>
    `--${input.role === 'validation' ? 'validation' : 'dataset'} ${shellWord(
      `${input.dataset_id}:${input.version}${input.split ? `/${input.split}` : ''}`
    )}`;
  const parts = [
    `aispace train --name ${shellWord(name)} --algorithm ${algorithm?.algorithm_id ?? ''}`,
    ...(request.inputs ?? []).map(dataset),
    request.spec_id ? `--spec ${request.spec_id}` : '',
    ...Object.entries(request.parameters ?? {}).map(
      ([key, value]) => `--param ${shellWord(`${key}=${String(value)}`)}`
    ),
    ...Object.entries(request.environment ?? {}).map(
      ([key, value]) => `--env ${shellWord(`${key}=${value}`)}`
    ),
    request.max_hours ? `--max-hours ${request.max_hours}` : '',
    request.retries ? `--retries ${request.retries}` : '',
    request.priority && request.priority !== 'normal' ? `--priority ${request.priority}` : ''
  ].filter(Boolean);
  return {
    python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\njob = client.jobs.submit(\n${fields
      .map(([key, value]) => `    ${key}=${python(value)},`)
      .join('\n')}\n)\nprint(job.id)\n`,
    shell: `${parts.join(' \\\n  ')}\n`
  };
}
