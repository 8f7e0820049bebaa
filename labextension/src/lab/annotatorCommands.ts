import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ACTION_EVENT, ACTIONS, actionTitle, commandOf } from '../annotator/actions';
import type { ActionName } from '../annotator/actions';
import { IAISpace, PLUGIN } from './tokens';

/** The annotator that has the focus. */
function focused(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('.jp-AISpace-Annotator') ?? null;
}

/** The annotator's actions as commands, whose keys are in the schema and can be changed in JupyterLab's shortcut settings. */
export const annotatorCommands: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:annotator`,
  description: 'Commands of the annotator, for its keys.',
  autoStart: true,
  requires: [IAISpace],
  activate: (app: JupyterFrontEnd, aispace: IAISpace): void => {
    const { trans } = aispace;
    for (const action of ACTIONS) {
      app.commands.addCommand(commandOf(action.do), {
        label: () => trans.__('Annotator: %1', actionTitle(trans, action.do)),
        describedBy: { args: { type: 'object', properties: {} } },
        isEnabled: () => focused() !== null,
        execute: () => {
          focused()?.dispatchEvent(new CustomEvent(ACTION_EVENT, { detail: { do: action.do } }));
        }
      });
    }
    aispace.app.annotatorKeys = name => {
      const command = commandOf(name as ActionName);
      return app.commands.keyBindings
        .filter(binding => binding.command === command)
        .map(binding => binding.keys.join(' '));
    };
  }
};
