import type { Words } from './messages';
import { bytes } from './formats';
import { namesOf } from './kinds';
import { text } from './messageText';

const size = (value: unknown): string => (typeof value === 'number' ? bytes(value) : '');

/** Names out of a list or of the keys of an object. */
const names = (value: unknown): string =>
  (Array.isArray(value) ? value.map(text) : value && typeof value === 'object' ? Object.keys(value) : [])
    .slice(0, 5)
    .join(', ');

const refusedFiles = (value: unknown): string =>
  Array.isArray(value) ? names((value as { path?: string }[]).map(one => one.path)) : '';

/** What the refusals of the server say, by their code: what did not happen, why, what to do. */
export const ERROR_WORDS: Words = {
  account_disabled: t => t.__('Not signed in. This account is disabled. Ask an administrator.'),
  archive_bomb: (t, p) =>
    t.__(
      'Nothing was imported. The archive unpacks to more than %1 times its size. If it is genuine, import the unpacked folder.',
      text(p.ratio)
    ),
  archive_broken: t =>
    t.__(
      'Nothing was imported. The archive is damaged, encrypted or not what its suffix says. Make it again.'
    ),
  archive_too_large: (t, p) =>
    t.__('Nothing was imported. Unpacked it has more than %1. Import it in parts.', size(p.limit)),
  archive_unknown: t => t.__('Nothing was imported. This is no archive that can be unpacked.'),
  bad_request: t => t.__('Not done. The request could not be read. Reload the page and try again.'),
  build_failed: t => t.__('The image was not built. Look at the end of the log, then build it again.'),
  cancelled: t => t.__('Cancelled.'),
  changed_meanwhile: t =>
    t.__('Not saved. Somebody changed this since you loaded it. Look at the current value and try again.'),
  checksum_mismatch: t => t.__('Not stored. The bytes changed on their way. Upload the file again.'),
  columns_changed: t =>
    t.__('Nothing was imported. Another import changed the columns meanwhile. Import again.'),
  configuration_unreadable: t =>
    t.__('The configuration file cannot be read. An administrator has to correct it.'),
  database_away: t => t.__('Not done. The database does not answer. Try again in a moment.'),
  database_too_new: t =>
    t.__('The database is of a newer version of AI Space. An administrator has to start that version.'),
  database_too_old: t =>
    t.__('The database is of an older version of AI Space. An administrator has to upgrade it.'),
  diff_base: (t, p) =>
    t.__('Not compared. The working copy goes on from %1; compare it with that.', text(p.base_version)),
  disk_full: t =>
    t.__('Not done. The disk of the platform is full. Delete what is not needed or ask the administrator.'),
  ended: t => t.__('Not done. It has ended already. Run it again instead.'),
  cluster_away: t => t.__('The cluster does not answer. Try again in a moment, or ask your administrator.'),
  engine_unknown: t => t.__('There is no such engine. Correct AISPACE_ENGINE.'),
  engine_incomplete: t => t.__('The engine needs a package that is not installed. Ask your administrator.'),
  engine_taken: t =>
    t.__('Not started. Another AI Space uses the same folder. An administrator has to stop that one first.'),
  file_too_large: (t, p) => t.__('Nothing was imported. A file has more than %1.', size(p.limit)),
  folder_moved: (t, p) =>
    t.__(
      'Not started. The folder %1 belongs to who had this before. Edit it and choose a folder of your own, or a dataset.',
      text(p.path)
    ),
  folder_changed: t => t.__('Not deleted. Something was put into the folder meanwhile. Try again.'),
  forbidden: t => t.__('Not done. You are not allowed to do this. Ask the owner or an administrator.'),
  hub_away: t => t.__('Not done. The hub, which knows who you are, does not answer. Try again in a moment.'),
  human_annotation: t => t.__('Not saved. A person annotated this sample; that is kept.'),
  idempotency_claim_lost: t => t.__('Not done. Another request of the same kind took over. Ask again.'),
  idempotency_in_progress: t => t.__('Not done again. The first request still runs. Wait for its end.'),
  idempotency_key_invalid: t => t.__('Not done. The request is not valid. Reload the page and try again.'),
  idempotency_key_reused: t =>
    t.__('Not done. This was sent before with other values. Reload the page and try again.'),
  if_match_required: t => t.__('Not saved. Reload the page and try again.'),
  image_not_ready: t => t.__('Not done. The image is not ready. Wait for its build, or build it again.'),
  import_running: t => t.__('Not done. An import is running. Wait for its end, or cancel it.'),
  import_too_far: t => t.__('Not cancelled. The import is almost done. Delete the samples instead.'),
  in_use: (t, p) =>
    t.__(
      'Not deleted. It is used by %1. Delete or change those first.',
      namesOf(t, (Array.isArray(p.used_by) ? (p.used_by as { name?: string }[]) : []).slice(0, 5))
    ),
  internal: t =>
    t.__(
      'Not done. Something went wrong on the server, not in your request. Try again; if it stays, give the request id to the administrator.'
    ),
  invalid: t => t.__('Not done. A value is not accepted. Change the marked fields.'),
  label_in_use: (t, p) =>
    t.__('Not changed. Samples have the label %1. Relabel those first.', names(p.labels)),
  label_unknown: t => t.__('Not changed. The label is not in the label group.'),
  labels_missing: (t, p) =>
    t.__('Not changed. Samples have labels that the group lacks: %1. Add them first.', names(p.labels)),
  laptop_not_started: (t, p) => t.__('AI Space was not started. %1', text(p.why)),
  last_administrator: t =>
    t.__('Not changed. This is the only enabled administrator. Make another one first.'),
  layout_loses: t =>
    t.__(
      'Not exported. Class folders cannot hold several labels a sample. Choose the layout with a manifest.'
    ),
  layout_mismatch: t =>
    t.__('Nothing was imported. The files do not lie as this layout needs. Choose another layout.'),
  locked_out: (t, p) =>
    t.__(
      'Not signed in. There were too many failed attempts from your address. Wait %1 seconds, or ask an administrator to reset the password.',
      text(p.seconds)
    ),
  method_not_allowed: t => t.__('Not done. The server does not know this request. Reload the page.'),
  model_unreadable: t =>
    t.__('Not started. The files of the model are not on this machine. Ask the administrator.'),
  name_taken: (t, p) => t.__('Name: you already have one called %1. Choose another name.', text(p.name)),
  new_attempt: t => t.__('A new attempt began. Its log starts anew.'),
  no_accelerator: t => t.__('Not started. No accelerator is free. Try again when one is.'),
  no_log: t => t.__('There is no log yet. Nothing has been started.'),
  no_model: t =>
    t.__('Not saved. The run wrote nothing into its model folder. Let it write model.onnx there.'),
  no_port: t => t.__('Not started. No port is free. Stop something first.'),
  no_spec: t =>
    t.__('Not started. There is no resource spec for notebooks. Ask an administrator to add or enable one.'),
  no_such_sample: t => t.__('This sample was deleted meanwhile.'),
  no_version: t => t.__('Not done. The model has no version yet. Upload or save one first.'),
  not_found: t => t.__('Not found. It may have been deleted, or it is not shared with you.'),
  not_json: t => t.__('Not done. The request is no valid JSON. Correct it and send it again.'),
  not_confirmed: t => t.__('Not reviewed. The sample is not labelled. Confirm it first.'),
  not_labelled: t =>
    t.__(
      'Not published. Some samples are not confirmed. Confirm or mend them, or publish the confirmed samples only.'
    ),
  not_a_file: t => t.__('It is a link or a special file, which is not shown here.'),
  not_owner: t =>
    t.__(
      'Not done. This belongs to somebody else; you may only look at it. Make a copy of your own, or ask its owner.'
    ),
  not_published: t => t.__('Not made a preset. It has no version yet. Publish it first.'),
  not_stopped: t => t.__('Not started. It runs already, or is about to.'),
  not_succeeded: t => t.__('Not saved. Only a run that succeeded has a model.'),
  nothing_to_publish: t => t.__('Not published. No sample is confirmed. Label some first.'),
  offline: t => t.__('The server was not reached. Check the connection and retry.'),
  other_version: (t, p) =>
    t.__(
      'Not done. AI Space %1 is running, but this JupyterLab has version %2. In a terminal run: aispace laptop stop (jobs go on). Then try again.',
      text(p.running),
      text(p.version)
    ),
  out_of_range: t => t.__('Not done. A number or text is out of range. Change it.'),
  outputs_refused: t =>
    t.__('A folder of what it wrote was not taken over. It holds links or special files.'),
  path_exists: t => t.__('Not done. There is one of this name already.'),
  path_twice: t => t.__('The path occurs twice; the first was taken.'),
  preset_forbidden: t => t.__('Not done. Only administrators offer presets.'),
  quota_exceeded: t => t.__('Not started. The quota is used up.'),
  scope_too_narrow: (t, p) =>
    t.__('Not done. This token does not allow %1. Use a token with more scope.', text(p.permission)),
  serve_away: t =>
    t.__('Not done. AI Space is not running or is being restarted; nothing is lost. Try again in a moment.'),
  source_empty: t => t.__('Nothing was imported. There are no files in it. Choose another source.'),
  source_refused: (t, p) =>
    t.__(
      'Nothing was stored. Files in it are not taken: %1. Leave them out and try again.',
      refusedFiles(p.refused)
    ),
  stopping: t => t.__('AI Space is stopping. Try again in a moment.'),
  storage_busy: (t, p) =>
    t.__(
      'Nothing was removed. %1 uploads and %2 imports are open. Try again when they are done.',
      text(p.uploads),
      text(p.imports)
    ),
  storage_full: t =>
    t.__('Not stored. The disk of the platform is full. Delete what is not needed or ask the administrator.'),
  subscription_exists: t => t.__('This is followed already. Reload the page.'),
  too_large: t => t.__('Not uploaded. It is larger than this installation allows.'),
  too_many_files: t => t.__('Nothing was imported. There are too many files in it. Import it in parts.'),
  too_many_labels: t => t.__('Not done. A label group has at most 2,000 labels.'),
  too_many_subscriptions: t => t.__('Too many things are followed at once. Close some tabs.'),
  too_many_tokens: t => t.__('Not made. There are too many tokens. End one first.'),
  too_many_uploads: t => t.__('Not begun. Too many uploads are open. Wait until some are done.'),
  tus_version: t => t.__('Not uploaded. The page is of another version than the server. Reload it.'),
  unauthenticated: t => t.__('Not signed in. Sign in again, then go on here.'),
  unavailable: t => t.__('A part of the platform is away. Retry in a moment.'),
  unexpected: t => t.__('Not done. The page met something that it does not know. Reload it and try again.'),
  upload_busy: t => t.__('Not stored. Another request writes to this upload. Wait for its end.'),
  upload_expired: t => t.__('Not done. The upload has expired. Upload the file again.'),
  upload_not_finished: t => t.__('Not done. The upload is not finished. Wait for its end.'),
  visiting: t => t.__('Not done. You are on the server of somebody else. Use your own server for this.'),
  wrong_offset: t =>
    t.__('Not stored. A part of the upload is missing. Go on with it, or upload the file again.'),
  xsrf: t => t.__('Not done. The page was open for too long. Reload it and try again.'),
  decided: t => t.__('Not done. The offer is decided already.'),
  label_group_in_trash: t => t.__('Not restored. Its label group is in the trash, too. Restore that first.'),
  not_from_training: t =>
    t.__(
      'Not started. This version was uploaded, so nobody knows how it was made. Choose one that was saved from a training job.'
    ),
  not_in_trash: t => t.__('Not done. Somebody took it back at this moment.'),
  object_gone: t => t.__('Not taken. It was deleted or has another owner by now. Decline the offer.'),
  offered_already: (t, p) =>
    t.__('Not offered. It is offered to %1 already. Withdraw that first.', text(p.to)),
  out_of_reach: (t, p) =>
    t.__(
      'Not moved. The new owner may not read what %1 needs. Hand that over first, or make it public.',
      text(p.name)
    ),
  preset: t => t.__('Not offered. A preset belongs to all. Copy it instead.'),
  run_gone: t =>
    t.__(
      'Not started. The training job that made it was deleted or is not shared with you. Restore it from the trash, or ask its owner.'
    )
};
