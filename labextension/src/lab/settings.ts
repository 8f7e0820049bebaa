import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IAISpace, PLUGIN } from './tokens';

interface INode {
  [key: string]: unknown;
}

/** A schema with its titles and descriptions put into the user's language. */
export function translated(node: unknown, put: (text: string) => string): unknown {
  if (Array.isArray(node)) {
    return node.map(one => translated(one, put));
  }
  if (node === null || typeof node !== 'object') {
    return node;
  }
  return Object.fromEntries(
    Object.entries(node as INode).map(([key, value]) => [
      key,
      (key === 'title' || key === 'description' || key === 'label') && typeof value === 'string'
        ? put(value)
        : translated(value, put)
    ])
  );
}

/** The settings of the extension, translated: the server knows only the texts of the language packs. */
export const settings: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:settings`,
  description: 'Settings of AI Space.',
  autoStart: true,
  requires: [IAISpace, ISettingRegistry],
  activate: (_app: JupyterFrontEnd, aispace: IAISpace, registry: ISettingRegistry): void => {
    const { trans } = aispace;
    // The ids are those of the schema file; a test compares them with the catalogue.
    const look = trans.__.bind(trans);
    registry.transform(`${PLUGIN}:settings`, {
      fetch: plugin => {
        plugin.schema = translated(plugin.schema, text => look(text)) as typeof plugin.schema;
        return plugin;
      }
    });
    void registry.load(`${PLUGIN}:settings`).catch(() => undefined);
  }
};
