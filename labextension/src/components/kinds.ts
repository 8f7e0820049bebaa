import type { ITrans } from '../i18n';

const WORDS: Record<string, (trans: ITrans) => string> = {
  dataset: t => t.__('dataset'),
  dataset_version: t => t.__('dataset'),
  label_group: t => t.__('label group'),
  import: t => t.__('import'),
  dataset_import: t => t.__('import'),
  export: t => t.__('export'),
  dataset_export: t => t.__('export'),
  algorithm: t => t.__('algorithm'),
  algorithm_version: t => t.__('algorithm'),
  image: t => t.__('image'),
  image_build: t => t.__('image build'),
  training: t => t.__('training job'),
  training_job: t => t.__('training job'),
  job_template: t => t.__('job template'),
  training_run: t => t.__('training run'),
  run: t => t.__('training run'),
  evaluation: t => t.__('evaluation'),
  model: t => t.__('model'),
  model_version: t => t.__('model'),
  service: t => t.__('service'),
  batch_service: t => t.__('batch service'),
  deployment: t => t.__('deployment'),
  notebook: t => t.__('notebook'),
  visualisation: t => t.__('visualisation'),
  workload: t => t.__('workload'),
  transfer: t => t.__('handing over'),
  user: t => t.__('user'),
  spec: t => t.__('resource spec'),
  file: t => t.__('file')
};

/** The word for a kind of thing. */
export function kindWord(trans: ITrans, kind: string): string {
  return WORDS[kind]?.(trans) ?? kind.replaceAll('_', ' ');
}

/** What the server calls what one may not see. */
const HIDDEN = 'of another user';

/** Names of what uses something, some of which one may not know by name. */
export function namesOf(trans: ITrans, users: { kind?: string; name?: string; id?: string }[]): string {
  return users
    .map(one =>
      one.name === HIDDEN
        ? trans.__('%1 of another user', kindWord(trans, one.kind ?? 'workload'))
        : (one.name ?? one.id ?? '')
    )
    .join(', ');
}

const PATHS: Record<string, string> = {
  ds: '/datasets',
  lbl: '/label-groups',
  alg: '/algorithms',
  img: '/images',
  job: '/training-jobs',
  evl: '/evaluations',
  mdl: '/models',
  svc: '/services',
  trf: '/transfers',
  bat: '/batch-services',
  vis: '/visualisations'
};

/** The page of an object by its id; null for what has none. */
export function pathOfId(id: string | null | undefined): string | null {
  if (!id) {
    return null;
  }
  const base = PATHS[id.split('_')[0]];
  return base ? `${base}/${id.split(':')[0]}` : null;
}
