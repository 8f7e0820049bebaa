import type { IconName } from '../components/icons';
import type { ITrans } from '../i18n';

/** One area of the platform: its list, how to make something in it, and what one needs for it. */
export interface IArea {
  id: string;
  path: string;
  create?: string;
  permission: string;
  icon: IconName;
  title: (trans: ITrans) => string;
  createTitle?: (trans: ITrans) => string;
  /** The route that lists its newest, and the name of its count in the overview. */
  recent?: 'datasets' | 'algorithms' | 'training_jobs' | 'models' | 'services' | 'images';
}

export const AREAS: IArea[] = [
  {
    id: 'datasets',
    path: '/datasets',
    create: '/datasets/new',
    permission: 'read:dataset',
    icon: 'dataset',
    title: t => t.__('Data'),
    createTitle: t => t.__('New dataset'),
    recent: 'datasets'
  },
  {
    id: 'algorithms',
    path: '/algorithms',
    create: '/algorithms/new',
    permission: 'read:algorithm',
    icon: 'algorithm',
    title: t => t.__('Algorithms'),
    createTitle: t => t.__('New algorithm'),
    recent: 'algorithms'
  },
  {
    id: 'training',
    path: '/training-jobs',
    create: '/training-jobs/new',
    permission: 'read:training',
    icon: 'training',
    title: t => t.__('Training'),
    createTitle: t => t.__('New training job'),
    recent: 'training_jobs'
  },
  {
    id: 'models',
    path: '/models',
    create: '/models/new',
    permission: 'read:model',
    icon: 'model',
    title: t => t.__('Models'),
    createTitle: t => t.__('New model'),
    recent: 'models'
  },
  {
    id: 'services',
    path: '/services',
    create: '/services/new',
    permission: 'read:service',
    icon: 'service',
    title: t => t.__('Services'),
    createTitle: t => t.__('New service'),
    recent: 'services'
  },
  {
    id: 'images',
    path: '/images',
    create: '/images/new',
    permission: 'read:image',
    icon: 'image',
    title: t => t.__('Images'),
    createTitle: t => t.__('New image'),
    recent: 'images'
  },
  { id: 'files', path: '/files/mine', permission: 'read:file', icon: 'files', title: t => t.__('Files') },
  { id: 'usage', path: '/usage', permission: 'read:usage', icon: 'usage', title: t => t.__('Usage') },
  { id: 'trash', path: '/trash', permission: 'read:trash', icon: 'trash', title: t => t.__('Trash') }
];
