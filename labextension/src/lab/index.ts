import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { annotatorCommands } from './annotatorCommands';
import { filebrowser } from './filebrowser';
import { launcher } from './launcher';
import { notifications } from './notifications';
import { opener } from './opener';
import { panels } from './panels';
import { settings } from './settings';
import { sidebar } from './sidebar';
import { statusbar } from './statusbar';

export * from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  opener,
  annotatorCommands,
  sidebar,
  launcher,
  panels,
  statusbar,
  notifications,
  settings,
  filebrowser
];
export default plugins;
