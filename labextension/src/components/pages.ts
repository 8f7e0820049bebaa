/** Every page of the platform: a path, the module that draws it when first opened, its word and its icon. */
import { registerFileWords } from './files/fileWords';
import { registerLabelWords } from './labels/labelWords';
import { registerLifecyclePages } from './lifecyclePages';
import { registerPage } from './router';

registerPage(
  '/datasets',
  () => import('./datasets/DatasetsPage'),
  t => t.__('Datasets'),
  'dataset'
);
registerPage(
  '/datasets/new',
  () => import('./datasets/NewDatasetPage'),
  t => t.__('New dataset'),
  'dataset'
);
registerPage(
  '/datasets/:id/import',
  () => import('./datasets/ImportPage'),
  t => t.__('Import'),
  'dataset'
);
registerPage(
  '/datasets/:id/annotate',
  () => import('./datasets/AnnotatePage'),
  t => t.__('Annotate'),
  'label'
);
registerPage(
  '/datasets/:id/diff',
  () => import('./datasets/DiffPage'),
  t => t.__('Compare'),
  'dataset'
);
registerPage(
  '/datasets/:id/:tab?',
  () => import('./datasets/DatasetPage'),
  t => t.__('Dataset'),
  'dataset'
);
registerPage(
  '/label-groups',
  () => import('./labels/LabelGroupsPage'),
  t => t.__('Label groups'),
  'label'
);
registerPage(
  '/label-groups/:id',
  () => import('./labels/LabelGroupPage'),
  t => t.__('Label group'),
  'label'
);
registerPage(
  '/files',
  () => import('./files/FilesPage'),
  t => t.__('Files'),
  'files'
);
registerPage(
  '/files/mine/:path*',
  () => import('./files/FilesPage'),
  t => t.__('Files'),
  'files'
);
registerPage(
  '/activity',
  () => import('./activity/ActivityPage'),
  t => t.__('Activity'),
  'activity'
);
registerPage(
  '/search',
  () => import('./activity/SearchPage'),
  t => t.__('Search everything'),
  'search'
);
registerPage(
  '/trash',
  () => import('./trash/TrashPage'),
  t => t.__('Trash'),
  'trash'
);
registerPage(
  '/transfers/:id?',
  () => import('./transfers/TransfersPage'),
  t => t.__('Handed over'),
  'forward'
);
registerFileWords();
registerLabelWords();
registerLifecyclePages();
