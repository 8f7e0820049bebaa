import type { AISpaceError, IEventRead, IFieldError } from '../client';
import type { ITrans } from '../i18n';

type Words = Record<string, (trans: ITrans, params: Record<string, unknown>) => string>;

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const users = (params: Record<string, unknown>): string =>
  Array.isArray(params.used_by)
    ? (params.used_by as { kind?: string; name?: string; id?: string }[])
        .slice(0, 5)
        .map(one => one.name ?? one.id ?? '')
        .join(', ')
    : '';

const errors: Words = {
  offline: trans => trans.__('The server was not reached. Check the connection and retry.'),
  not_found: trans => trans.__('Not found. It may have been deleted, or it is not shared with you.'),
  forbidden: trans =>
    trans.__('Not done. You are not allowed to do this. Ask the owner or an administrator.'),
  unauthenticated: trans => trans.__('Not signed in. Sign in again, then go on here.'),
  name_taken: (trans, p) =>
    trans.__('Name: you already have one called %1. Choose another name.', text(p.name)),
  in_use: (trans, p) => trans.__('Not deleted. It is used by %1. Delete or change those first.', users(p)),
  changed_meanwhile: trans =>
    trans.__(
      'Not saved. Somebody changed this since you loaded it. Look at the current value and try again.'
    ),
  if_match_required: trans => trans.__('Not saved. Reload the page and try again.'),
  too_large: trans => trans.__('Not uploaded. The file is larger than this installation allows.'),
  quota_exceeded: trans => trans.__('Not started. The quota is used up.'),
  diff_base: (trans, p) =>
    trans.__('Not compared. The working copy goes on from %1; compare it with that.', text(p.base_version)),
  human_annotation: trans => trans.__('Not saved. A person annotated this sample; that is kept.'),
  import_running: trans => trans.__('Not done. An import is running. Wait for its end, or cancel it.'),
  not_published: trans => trans.__('Not made a preset. It has no version yet. Publish it first.'),
  nothing_to_publish: trans => trans.__('Not published. No sample is confirmed. Label some first.'),
  not_labelled: trans => trans.__('Not reviewed. The sample is not labelled. Confirm it first.'),
  source_empty: trans => trans.__('Nothing was imported. There are no files in it. Choose another source.'),
  upload_expired: trans => trans.__('Not done. The upload has expired. Upload the file again.'),
  upload_busy: trans => trans.__('Not stored. Another request writes to this upload. Wait for its end.'),
  too_many_labels: trans => trans.__('Not done. A label group has at most 2,000 labels.'),
  not_a_file: trans => trans.__('It is a link or a special file, which is not shown here.'),
  path_exists: trans => trans.__('Not done. There is one of this name already.'),
  unavailable: trans => trans.__('A part of the platform is away. Retry in a moment.')
};

/** Add the words of error codes of an area. */
export function registerErrors(words: Words): void {
  Object.assign(errors, words);
}

/** A refusal in the user's language; the server's English sentence where the code is unknown. */
export function errorText(trans: ITrans, error: AISpaceError): string {
  const word = errors[error.code];
  return word ? word(trans, error.params) : error.message;
}

const fieldErrors: Words = {
  missing: trans => trans.__('This is needed.'),
  path_exists: trans => trans.__('Not done. There is one of this name already.'),
  into_itself: trans => trans.__('A folder can not go into itself.'),
  preset_forbidden: trans => trans.__('Only administrators offer presets.'),
  shares_zero: trans => trans.__('At least one share must be more than 0.'),
  label_twice: trans => trans.__('Two labels have the same name.'),
  label_unknown: trans => trans.__('This label is not in the label group.'),
  one_label_only: trans => trans.__('This dataset takes one label a sample.'),
  label_missing: trans => trans.__('A sample without a label can not be confirmed.'),
  archive_unknown: trans => trans.__('This is no archive that can be unpacked.'),
  name_taken: trans => trans.__('You already have one of this name. Choose another name.'),
  string_too_short: trans => trans.__('This is too short.'),
  string_too_long: trans => trans.__('This is too long.'),
  string_pattern_mismatch: trans =>
    trans.__('Letters of any language, digits, "-", "_" and "."; it begins and ends with a letter or digit.'),
  int_parsing: trans => trans.__('A whole number is needed.'),
  float_parsing: trans => trans.__('A number is needed.')
};

export function fieldText(trans: ITrans, error: IFieldError): string {
  const word = error.code ? fieldErrors[error.code] : undefined;
  return word ? word(trans, {}) : error.message;
}

const events: Words = {
  'dataset.created': trans => trans.__('Dataset created'),
  'dataset.changed': trans => trans.__('Dataset changed'),
  'dataset.deleted': trans => trans.__('Dataset deleted'),
  'dataset.published': (trans, p) => trans.__('%1 published', text(p.version)),
  'dataset.annotated': trans => trans.__('Samples annotated'),
  'dataset.bulk_changed': trans => trans.__('Many samples changed at once'),
  'dataset.bulk_undone': trans => trans.__('A change of many samples undone'),
  'dataset.current_version_set': (trans, p) => trans.__('%1 is the current version', text(p.version)),
  'dataset.exported': trans => trans.__('Dataset exported'),
  'dataset.split': trans => trans.__('Samples split into sets'),
  'dataset.samples_deleted': trans => trans.__('Samples deleted'),
  'dataset.version_deleted': (trans, p) => trans.__('%1 deleted', text(p.version)),
  'dataset.version_changed': (trans, p) => trans.__('Note of %1 changed', text(p.version)),
  'dataset.current_changed': (trans, p) => trans.__('%1 is the current version', text(p.version)),
  'import.created': trans => trans.__('Import started'),
  'import.started': trans => trans.__('Import started'),
  'import.progress': trans => trans.__('Import goes on'),
  'import.succeeded': trans => trans.__('Import finished'),
  'import.finished': trans => trans.__('Import finished'),
  'import.failed': trans => trans.__('Import failed'),
  'import.cancelled': trans => trans.__('Import cancelled'),
  'export.created': trans => trans.__('Export started'),
  'export.started': trans => trans.__('Export started'),
  'export.succeeded': trans => trans.__('Export finished'),
  'export.finished': trans => trans.__('Export finished'),
  'export.failed': trans => trans.__('Export failed'),
  'label_group.created': trans => trans.__('Label group created'),
  'label_group.changed': trans => trans.__('Label group changed'),
  'label_group.deleted': trans => trans.__('Label group deleted'),
  'workload.queued': trans => trans.__('Queued'),
  'workload.starting': trans => trans.__('Starting'),
  'workload.running': trans => trans.__('Running'),
  'workload.succeeded': trans => trans.__('Succeeded'),
  'workload.failed': trans => trans.__('Failed'),
  'workload.stopped': trans => trans.__('Stopped'),
  'training_job.created': trans => trans.__('Training job created'),
  'model.created': trans => trans.__('Model created'),
  'model.version_created': (trans, p) => trans.__('Model version %1 created', text(p.version)),
  'service.created': trans => trans.__('Service created'),
  'service.changed': trans => trans.__('Service changed'),
  'user.created': trans => trans.__('User created')
};

/** Add the words of event codes of an area. */
export function registerEvents(words: Words): void {
  Object.assign(events, words);
}

/** What an event says. */
export function eventText(trans: ITrans, event: Pick<IEventRead, 'code' | 'params'>): string {
  const word = events[event.code];
  return word ? word(trans, event.params) : event.code;
}

const reasons: Words = {};

/** Add the words of reason codes of an area. */
export function registerReasons(words: Words): void {
  Object.assign(reasons, words);
}

/** Why something is in its state. */
export function reasonText(
  trans: ITrans,
  reason: { code: string; message: string; params?: Record<string, unknown> }
): string {
  const word = reasons[reason.code];
  return word ? word(trans, reason.params ?? {}) : reason.message;
}
