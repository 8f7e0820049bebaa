import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { opener } from './opener';

export * from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [opener];
export default plugins;
