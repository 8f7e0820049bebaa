import { registerPage } from './router';

/** The pages from the algorithm to the bill. */
export function registerLifecyclePages(): void {
  registerPage(
    '/algorithms',
    () => import('./algorithms/AlgorithmsPage'),
    t => t.__('Algorithms'),
    'algorithm'
  );
  registerPage(
    '/algorithms/new',
    () => import('./algorithms/AlgorithmFormPage'),
    t => t.__('New algorithm'),
    'algorithm'
  );
  registerPage(
    '/algorithms/:id/:tab?',
    () => import('./algorithms/AlgorithmPage'),
    t => t.__('Algorithm'),
    'algorithm'
  );
  registerPage(
    '/training-jobs',
    () => import('./training/TrainingJobsPage'),
    t => t.__('Training jobs'),
    'training'
  );
  registerPage(
    '/training-jobs/new',
    () => import('./training/TrainingFormPage'),
    t => t.__('New training job'),
    'training'
  );
  registerPage(
    '/training-jobs/compare',
    () => import('./training/ComparePage'),
    t => t.__('Compare runs'),
    'training'
  );
  registerPage(
    '/training-jobs/:id/:tab?',
    () => import('./training/JobPage'),
    t => t.__('Training job'),
    'training'
  );
  registerPage(
    '/visualisations',
    () => import('./visualisations/VisualisationsPage'),
    t => t.__('Visualisations'),
    'training'
  );
  registerPage(
    '/visualisations/:id',
    () => import('./visualisations/VisualisationPage'),
    t => t.__('Visualisation'),
    'training'
  );
  registerPage(
    '/job-templates',
    () => import('./training/JobTemplatesPage'),
    t => t.__('Job templates'),
    'training'
  );
  registerPage(
    '/evaluations',
    () => import('./training/EvaluationsPage'),
    t => t.__('Evaluations'),
    'training'
  );
  registerPage(
    '/evaluations/new',
    () => import('./training/EvaluationFormPage'),
    t => t.__('New evaluation'),
    'training'
  );
  registerPage(
    '/evaluations/:id/:tab?',
    () => import('./training/EvaluationPage'),
    t => t.__('Evaluation'),
    'training'
  );
  registerPage(
    '/models',
    () => import('./models/ModelsPage'),
    t => t.__('Models'),
    'model'
  );
  registerPage(
    '/models/new',
    () => import('./models/ModelFormPage'),
    t => t.__('New model'),
    'model'
  );
  registerPage(
    '/models/:id/:tab?',
    () => import('./models/ModelPage'),
    t => t.__('Model'),
    'model'
  );
  registerPage(
    '/services',
    () => import('./services/ServicesPage'),
    t => t.__('Services'),
    'service'
  );
  registerPage(
    '/batch-services',
    () => import('./batches/BatchServicesPage'),
    t => t.__('Batch services'),
    'service'
  );
  registerPage(
    '/batch-services/new',
    () => import('./batches/BatchFormPage'),
    t => t.__('New batch service'),
    'service'
  );
  registerPage(
    '/batch-services/:id/:tab?',
    () => import('./batches/BatchServicePage'),
    t => t.__('Batch service'),
    'service'
  );
  registerPage(
    '/services/new',
    () => import('./services/ServiceFormPage'),
    t => t.__('New service'),
    'service'
  );
  registerPage(
    '/services/:id/:tab?',
    () => import('./services/ServicePage'),
    t => t.__('Service'),
    'service'
  );
  registerPage(
    '/images',
    () => import('./images/ImagesPage'),
    t => t.__('Images'),
    'image'
  );
  registerPage(
    '/images/new',
    () => import('./images/ImageFormPage'),
    t => t.__('New image'),
    'image'
  );
  registerPage(
    '/images/:id/:tab?',
    () => import('./images/ImagePage'),
    t => t.__('Image'),
    'image'
  );
  registerPage(
    '/usage',
    () => import('./usage/UsagePage'),
    t => t.__('Usage'),
    'usage'
  );
}
