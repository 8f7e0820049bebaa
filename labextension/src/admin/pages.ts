import { registerPage } from '../components/router';

/** The pages of administrators; real addresses below the hub's service. */
export function registerAdminPages(): void {
  registerPage(
    '/admin',
    () => import('./OverviewPage'),
    t => t.__('Overview'),
    'activity'
  );
  registerPage(
    '/admin/people/users',
    () => import('./UsersPage'),
    t => t.__('Users'),
    'usage'
  );
  registerPage(
    '/admin/resources/specs',
    () => import('./SpecsPage'),
    t => t.__('Resource specs'),
    'grid'
  );
  registerPage(
    '/admin/resources/specs/new',
    () => import('./SpecFormPage'),
    t => t.__('New resource spec'),
    'grid'
  );
  registerPage(
    '/admin/resources/specs/:id',
    () => import('./SpecFormPage'),
    t => t.__('Resource spec'),
    'grid'
  );
  registerPage(
    '/admin/resources/images',
    () => import('./AdminImagesPage'),
    t => t.__('Images'),
    'image'
  );
  registerPage(
    '/admin/resources/workloads',
    () => import('./WorkloadsPage'),
    t => t.__('Running workloads'),
    'training'
  );
  registerPage(
    '/admin/resources/workloads/:id',
    () => import('./WorkloadPage'),
    t => t.__('Workload'),
    'training'
  );
  registerPage(
    '/admin/security/audit',
    () => import('./AuditPage'),
    t => t.__('Audit log'),
    'search'
  );
  registerPage(
    '/admin/system/version',
    () => import('./VersionPage'),
    t => t.__('Version'),
    'code'
  );
  registerPage(
    '/usage',
    () => import('../components/usage/UsagePage'),
    t => t.__('Usage'),
    'usage'
  );
}
