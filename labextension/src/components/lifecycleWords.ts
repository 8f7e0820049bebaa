import { bytes } from './formats';
import { text } from './messageText';
import type { Words } from './messages';

/** "cpu: 1 of 2 free" for each resource that is short. */
function shortage(value: unknown): string {
  if (!value || typeof value !== 'object') {
    return '';
  }
  return Object.entries(value as Record<string, { needed?: number; free?: number; total?: number }>)
    .map(([name, one]) => {
      const show = (n: number | undefined): string =>
        n === undefined ? '' : name === 'memory' ? bytes(n) : String(n);
      return `${name} ${show(one.needed)} / ${show(one.free ?? one.total)}`;
    })
    .join(', ');
}

/** What happened, from the algorithm to the bill. */
export const LIFECYCLE_EVENTS: Words = {
  'algorithm.created': t => t.__('Algorithm created'),
  'algorithm.changed': t => t.__('Algorithm changed'),
  'algorithm.deleted': t => t.__('Algorithm deleted'),
  'algorithm.version_created': (t, p) => t.__('Algorithm version %1 created', text(p.version)),
  'training_job.changed': t => t.__('Training job changed'),
  'training_job.deleted': t => t.__('Training job deleted'),
  'training_job.run_created': (t, p) => t.__('Run %1 created', text(p.run)),
  'training_job.run_running': (t, p) => t.__('Run %1 runs', text(p.run)),
  'training_job.run_succeeded': (t, p) => t.__('Run %1 succeeded', text(p.run)),
  'training_job.run_failed': (t, p) => t.__('Run %1 failed', text(p.run)),
  'training_job.run_stopped': (t, p) => t.__('Run %1 stopped', text(p.run)),
  'training_job.run_deleted': (t, p) => t.__('Run %1 deleted', text(p.run)),
  'training_job.stop_requested': t => t.__('Stop asked for'),
  'evaluation.created': t => t.__('Evaluation created'),
  'evaluation.succeeded': t => t.__('Evaluation finished'),
  'evaluation.failed': t => t.__('Evaluation failed'),
  'evaluation.stopped': t => t.__('Evaluation stopped'),
  'evaluation.deleted': t => t.__('Evaluation deleted'),
  'model.changed': t => t.__('Model changed'),
  'model.deleted': t => t.__('Model deleted'),
  'model.version_deleted': (t, p) => t.__('Model version %1 deleted', text(p.version)),
  'image.created': t => t.__('Image created'),
  'image.changed': t => t.__('Image changed'),
  'image.deleted': t => t.__('Image deleted'),
  'image.build_started': t => t.__('Build of the image started'),
  'image.building': t => t.__('Image is being built'),
  'image.ready': t => t.__('Image is ready'),
  'image.failed': t => t.__('Image could not be built'),
  'service.deleted': t => t.__('Service deleted'),
  'service.deploying': t => t.__('Service is being deployed'),
  'service.deployed': (t, p) => t.__('Deployment %1 has the traffic', text(p.number)),
  'service.deployment_failed': (t, p) => t.__('Deployment %1 failed', text(p.number)),
  'service.serving': t => t.__('Service serves'),
  'service.degraded': t => t.__('Service is degraded'),
  'service.stopped': t => t.__('Service stopped'),
  'service.failed': t => t.__('Service failed'),
  'service.rolled_back': (t, p) => t.__('Rolled back to deployment %1', text(p.number ?? p.from)),
  'service.canary_deployed': (t, p) =>
    t.__('Canary #%1 is being deployed for %2 % of the requests', text(p.number), text(p.share)),
  'service.canary_serving': (t, p) => t.__('Canary #%1 serves with %2 %', text(p.number), text(p.share)),
  'service.share_changed': (t, p) => t.__('Share or rule of canary #%1 changed', text(p.number)),
  'service.canary_promoted': (t, p) => t.__('Canary #%1 promoted', text(p.number)),
  'service.canary_withdrawn': (t, p) => t.__('Canary #%1 withdrawn', text(p.number)),
  'service.canary_rolled_back': (t, p) => t.__('Canary #%1 taken back by its rule', text(p.number)),
  'service.canary_failed': (t, p) => t.__('Canary #%1 failed', text(p.number)),
  'service.auto_stopped': t => t.__('Service stopped by itself'),
  'visualisation.started': t => t.__('TensorBoard started'),
  'visualisation.ready': t => t.__('TensorBoard can be looked at'),
  'visualisation.stop_requested': t => t.__('Stop asked for'),
  'visualisation.auto_stopped': t => t.__('TensorBoard stopped by itself'),
  'visualisation.succeeded': t => t.__('TensorBoard ended'),
  'visualisation.failed': t => t.__('TensorBoard failed'),
  'visualisation.stopped': t => t.__('TensorBoard stopped'),
  'visualisation.deleted': t => t.__('Visualisation deleted'),
  'job_template.created': t => t.__('Job template created'),
  'job_template.changed': t => t.__('Job template changed'),
  'job_template.deleted': t => t.__('Job template deleted'),
  'batch_service.created': t => t.__('Batch service created'),
  'batch_service.changed': t => t.__('Batch service changed'),
  'batch_service.deleted': t => t.__('Batch service deleted'),
  'batch_service.started': t => t.__('Batch service started'),
  'batch_service.stop_requested': t => t.__('Stop asked for'),
  'batch_service.succeeded': t => t.__('Batch service has done all files'),
  'batch_service.failed': t => t.__('Batch service failed'),
  'batch_service.stopped': t => t.__('Batch service stopped'),
  'batch_service.delivery_started': t => t.__('Results are put into a dataset'),
  'batch_service.delivery_succeeded': t => t.__('Results are in the dataset'),
  'batch_service.delivery_failed': t => t.__('Results could not be put into the dataset'),
  'service.start_requested': t => t.__('Start asked for'),
  'service.stop_requested': t => t.__('Stop asked for'),
  'service.token_created': (t, p) => t.__('Token %1 created', text(p.name)),
  'service.token_deleted': (t, p) => t.__('Token %1 ended', text(p.name)),
  'token.created': (t, p) => t.__('Token %1 created', text(p.name)),
  'token.deleted': (t, p) => t.__('Token %1 ended', text(p.name)),
  'spec.created': (t, p) => t.__('Resource spec %1 added', text(p.name)),
  'spec.changed': (t, p) => t.__('Resource spec %1 changed', text(p.name)),
  'spec.deleted': (t, p) => t.__('Resource spec %1 deleted', text(p.name)),
  'user.changed': t => t.__('Account changed'),
  'user.deleted': t => t.__('Account deleted'),
  'user.signed_in': t => t.__('Signed in'),
  'user.sign_in_failed': t => t.__('Sign-in failed'),
  'user.locked_out': t => t.__('Account locked for a while'),
  'user.password_changed': t => t.__('Password changed'),
  'user.password_reset': t => t.__('Password reset'),
  'workload.scheduled': t => t.__('Scheduled'),
  'workload.paused': t => t.__('Paused'),
  'workload.stop_requested': t => t.__('Stop asked for')
};

/** Why something is in its state. */
export const REASON_WORDS: Words = {
  exit_code: (t, p) =>
    t.__('The process ended with exit code %1. Look at the end of the log.', text(p.exit_code)),
  signal: (t, p) => t.__('The process was ended by signal %1. Look at the end of the log.', text(p.signal)),
  memory_limit: (t, p) =>
    t.__(
      'It used %1 of memory; the limit is %2. Choose a larger spec, or use less.',
      bytes(Number(p.used)),
      bytes(Number(p.limit))
    ),
  time_limit: (t, p) => t.__('It ran longer than its time limit of %1 s. Allow more time.', text(p.seconds)),
  log_limit: (t, p) => t.__('Its log grew over %1. Print less.', bytes(Number(p.limit))),
  supervisor_lost: t =>
    t.__('The process that watched it was killed, so everything it had started was ended too.'),
  cluster_queue: (t, p) => t.__("It waits in the cluster's queue %1: %2", text(p.queue), text(p.message)),
  cluster_queue_place: (t, p) =>
    t.__(
      "It waits in the cluster's queue %1, at place %2: %3",
      text(p.queue),
      text(p.place),
      text(p.message)
    ),
  unschedulable: (t, p) => t.__('It may run, but no node can take it now: %1', text(p.message)),
  image_pull: (t, p) =>
    t.__(
      'Its image %1 cannot be fetched: %2. Check its name and that the nodes reach it.',
      text(p.image),
      text(p.message)
    ),
  evicted: (t, p) => t.__('Its node had to end it: %1', text(p.message)),
  preempted: (t, p) => t.__('One of a higher priority needed its place: %1', text(p.message)),
  deleted_outside: t => t.__('It was deleted from the cluster, not by this platform.'),
  stopped: t => t.__('It was stopped.'),
  paused: t => t.__('It was paused.'),
  retry: (t, p) =>
    t.__('Attempt %1 failed (%2); attempt %3 follows.', text(p.attempt), text(p.code), text(p.next)),
  insufficient_capacity: (t, p) => t.__('It waits for capacity (needed / free): %1.', shortage(p.resources)),
  behind: t => t.__('It would fit, but others before it in the queue wait for the same.'),
  never_fits: (t, p) =>
    t.__(
      'It is larger than this installation (needed / total): %1. Choose another spec.',
      shortage(p.resources)
    ),
  image_building: t => t.__('It waits for its runtime image, which is being built.'),
  image_failed: t => t.__('Its runtime image could not be built. Build it again, then run this again.'),
  image_missing: t => t.__('Its runtime image was deleted. Choose another.'),
  loading: t => t.__('The model is being loaded.'),
  deploying: (t, p) => t.__('Deployment %1 is being prepared.', text(p.number)),
  stopping: t => t.__('The last requests are being answered.'),
  replica_away: (t, p) => t.__('%1 of %2 processes answer.', text(p.ready), text(p.total)),
  start_failed: (t, p) => t.__('It could not be started. %1', text(p.error)),
  edit_failed: (t, p) =>
    t.__('Deployment %1 failed; deployment %2 goes on.', text(p.number), text(p.current)),
  not_servable: t =>
    t.__(
      'There is neither model.onnx, nor a .joblib or .skops file, nor inference.py: a script of an algorithm can serve it.'
    ),
  no_config: t =>
    t.__(
      'There is no config.json: inputs and labels are not known, services answer with plain numbers. Add config.json and upload again.'
    ),
  no_labels: t => t.__('config.json names no labels: answers are plain numbers.'),
  superseded: t => t.__('A later edit took its place before it was ready.'),
  nothing_proposed: t =>
    t.__('Not published. There is no new proposal: people had annotated everything, or nothing fits.'),
  idle: (t, p) => t.__('It stopped by itself: nobody looked at it for %1 min.', text(p.minutes)),
  auto_stop_time: t => t.__('It stopped by itself: its time was over.'),
  auto_stop_idle: (t, p) => t.__('It stopped by itself: nobody called it for %1 min.', text(p.minutes)),
  canary_errors: (t, p) =>
    t.__(
      'Rolled back by itself: %1 % of %2 calls within %3 min failed; %4 % are allowed.',
      text(p.errors_percent),
      text(p.calls),
      text(p.minutes),
      text(p.limit)
    ),
  canary_slow: (t, p) =>
    t.__(
      'Rolled back by itself: the p99 of %1 calls within %2 min was %3 ms; %4 ms are allowed.',
      text(p.calls),
      text(p.minutes),
      text(p.p99_ms),
      text(p.limit)
    ),
  canary_failed: (t, p) => t.__('Canary #%1 failed; production goes on.', text(p.number)),
  canary_rolled_back: (t, p) =>
    t.__('Canary #%1 was taken back by its rule; production goes on.', text(p.number)),
  withdrawn: (t, p) => t.__('%1 withdrew it. %2', text(p.by), text(p.note)),
  production_failed: t => t.__('Production failed; it ended with it.'),
  model_not_loaded: t => t.__('The model or script could not be loaded. Its log tells why.'),
  no_files: t => t.__('There was no file to work on. Choose another folder or dataset version.'),
  too_many_files: t => t.__('There were too many files. Split them.'),
  results_not_stored: t => t.__('The results could not be put into the folder. They can be downloaded here.')
};

/** Refusals from the algorithm to the bill. */
export const LIFECYCLE_ERRORS: Words = {
  delivering: t => t.__('Not done. The results are on their way already. Wait until they are there.'),
  no_results: t => t.__('Not done. There are no results. Start it first.'),
  results_gone: t => t.__('Not finished. The results were dropped meanwhile. Start it again.'),
  kind_not_deliverable: t =>
    t.__('Not done. Answers of models cannot become annotations of datasets of this kind.'),
  not_running: t => t.__('Not shown. TensorBoard does not run. Start it, or wait until it is ready.'),
  view_away: t => t.__('Not shown. TensorBoard does not answer. Look at its log, or start it again.'),
  no_image: t => t.__('Not started. The image of TensorBoard is not there. Ask an administrator.'),
  building: t => t.__('Not done. The image is being built. Wait until it is done.'),
  foreign_account: t => t.__('Not done. The password of this account is kept elsewhere.'),
  is_current: t => t.__('Not rolled back. This deployment has the traffic already.'),
  last_run: t => t.__('Not deleted. It is the only run. Delete the job instead.'),
  not_draft: t => t.__('Not done. This run was started already. Modify it: that makes the next run.'),
  not_ended: t => t.__('Not done. It has not ended. Stop it first, or wait.'),
  running: t => t.__('Not deleted. It runs. Stop it first.'),
  own_account: t => t.__('Not done. This is your own account. Ask another administrator.'),
  no_canary: t => t.__('Not done. The service has no canary. Begin one first.'),
  has_canary: t => t.__('Not done. A canary is being tried. Promote or withdraw it first.'),
  no_production: t => t.__('No canary made. The service has to serve first.'),
  edit_under_way: t => t.__('No canary made. An edit is under way. Wait until it serves.'),
  canary_not_serving: t => t.__('Not promoted. The canary does not serve yet. Wait, or withdraw it.'),
  not_serving: t => t.__('Not tried. The service does not serve. Start it first.'),
  gateway_away: t => t.__('Not tried. The gateway does not answer. Try again in a moment.'),
  unsupported_media: t => t.__('Not tried. Send a JPEG, PNG, BMP or WebP image, or JSON.')
};
