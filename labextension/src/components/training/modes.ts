import type { AISpaceClient, IJobTemplateRead, IRunRead, IRunSettings } from '../../client';
import type { IFormValues } from './request';
import { EMPTY_FORM, settingsOf, valuesOf } from './request';

/** What the form of a training job makes. */
export type Mode =
  | { kind: 'new' }
  | { kind: 'modify' | 'draft'; jobId: string; version: string }
  | { kind: 'edit'; id: string; revision: number };

/** What fills the form: a run (of which the newest, without version), or a template. */
export interface IOrigin {
  kind: 'from' | 'modify' | 'draft' | 'template' | 'edit';
  id: string;
  version: string;
}

const KINDS: IOrigin['kind'][] = ['modify', 'draft', 'from', 'edit', 'template'];

export function originOf(query: URLSearchParams): IOrigin | null {
  for (const kind of KINDS) {
    const [id, version] = (query.get(kind) ?? '').split(':');
    if (id) {
      return { kind, id, version: version ?? '' };
    }
  }
  return null;
}

/** The form as a run or a template fills it. */
export interface IFilled {
  values: IFormValues;
  mode: Mode;
  /** Of the job, or of the template. */
  name: string;
}

export async function fill(client: AISpaceClient, from: IOrigin, signal: AbortSignal): Promise<IFilled> {
  if (from.kind === 'template' || from.kind === 'edit') {
    const template = await client.call('GET /job-templates/{id}', { path: { id: from.id }, signal });
    return filledBy(template, from.kind === 'edit');
  }
  const version =
    from.version ||
    (await client.call('GET /training-jobs/{id}', { path: { id: from.id }, signal })).current_version;
  const run = await client.call('GET /training-jobs/{id}/runs/{version}', {
    path: { id: from.id, version },
    signal
  });
  return filledByRun(run, from);
}

function filledByRun(run: IRunRead, from: IOrigin): IFilled {
  const values = valuesOf(run);
  return from.kind === 'modify' || from.kind === 'draft'
    ? {
        values: { ...values, note: from.kind === 'draft' ? run.note : '' },
        mode: { kind: from.kind, jobId: from.id, version: run.version },
        name: run.job_name
      }
    : {
        values: { ...values, name: `${values.name}-2`.slice(0, 50) },
        mode: { kind: 'new' },
        name: run.job_name
      };
}

/** The form as a template fills it; the name of the job is the user's. */
export function filledBy(template: IJobTemplateRead, edit = false): IFilled {
  const values = {
    ...EMPTY_FORM,
    ...settingsOf(template.settings as unknown as IRunSettings),
    description: edit ? template.description : ''
  };
  return edit
    ? { values, mode: { kind: 'edit', id: template.id, revision: template.revision }, name: template.name }
    : { values, mode: { kind: 'new' }, name: template.name };
}

/** Send the form; gives the path of the page to see next. */
export async function send(
  client: AISpaceClient,
  mode: Mode,
  values: IFormValues,
  request: Partial<IRunSettings>,
  options: { start: boolean; key: string }
): Promise<string> {
  switch (mode.kind) {
    case 'edit':
      await client.call('PATCH /job-templates/{id}', {
        path: { id: mode.id },
        body: { description: values.description, settings: request },
        ifMatch: mode.revision
      });
      return '/job-templates';
    case 'modify': {
      const made = await client.call('POST /training-jobs/{id}/runs', {
        path: { id: mode.jobId },
        body: { ...request, base: mode.version },
        idempotencyKey: options.key
      });
      return `/training-jobs/${mode.jobId}?run=${made.version}`;
    }
    case 'draft': {
      const path = { id: mode.jobId, version: mode.version };
      await client.call('PATCH /training-jobs/{id}/runs/{version}', { path, body: request });
      if (options.start) {
        await client.call('POST /training-jobs/{id}/runs/{version}/start', { path });
      }
      return `/training-jobs/${mode.jobId}?run=${mode.version}`;
    }
    case 'new': {
      const made = await client.call('POST /training-jobs', {
        body: {
          ...request,
          name: values.name,
          description: values.description,
          ...(values.keep.trim() ? { template: values.keep.trim() } : {}),
          start: options.start
        } as never,
        idempotencyKey: options.key
      });
      return `/training-jobs/${made.id}`;
    }
  }
}
