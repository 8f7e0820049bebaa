/** Every page of the platform: a path, the module that draws it when first opened, its word and its icon. */
import { registerPage } from './router';

registerPage(
  '/datasets',
  () => import('./datasets/DatasetsPage'),
  t => t.__('Datasets'),
  'dataset'
);
