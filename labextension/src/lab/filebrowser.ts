import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { rootInFiles } from './connection';
import { labIcon } from './icons';
import { Commands, IAISpace, PLUGIN } from './tokens';

const ARCHIVE = /\.(zip|tar|tgz|tar\.(gz|bz2|xz))$/i;

/** "Import as dataset" on folders and archives of the file browser. */
export const filebrowser: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:filebrowser`,
  description: 'Imports folders and archives of the file browser as datasets.',
  autoStart: true,
  requires: [IAISpace],
  optional: [IFileBrowserFactory],
  activate: (app: JupyterFrontEnd, aispace: IAISpace, factory: IFileBrowserFactory | null): void => {
    const { trans } = aispace;
    const chosen = (): string | null => {
      const items = [...(factory?.tracker.currentWidget?.selectedItems() ?? [])];
      const one = items.length === 1 ? items[0] : null;
      const root = rootInFiles();
      return root !== null && one && (one.type === 'directory' || ARCHIVE.test(one.name))
        ? PathExt.join(root, one.path.replace(/^\w+:/, ''))
        : null;
    };
    app.commands.addCommand(Commands.importFiles, {
      label: trans.__('Import as dataset'),
      icon: labIcon('dataset'),
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: () => chosen() !== null,
      execute: () => {
        const path = chosen();
        aispace.open(
          path === null ? '/datasets/new' : `/datasets/new?area=${encodeURIComponent(path)}`,
          'tab'
        );
      }
    });
  }
};
