import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';
import { ServerConnection } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { IconName } from '../components/icons';
import { labIcon } from './icons';
import { Commands, IAISpace, PLUGIN } from './tokens';

const TOUR = 'aispace-tour.ipynb';

/** Open the tour notebook; the first time it is copied into the user's own files, where it may be changed. */
async function openTour(app: JupyterFrontEnd, aispace: IAISpace): Promise<void> {
  const { contents, serverSettings } = app.serviceManager;
  try {
    const there = await contents.get(TOUR, { content: false }).then(
      () => true,
      () => false
    );
    if (!there) {
      const address = URLExt.join(serverSettings.baseUrl, 'aispace/tour-notebook');
      const answer = await ServerConnection.makeRequest(
        `${address}?language=${encodeURIComponent(aispace.app.locale)}`,
        {},
        serverSettings
      );
      if (!answer.ok) {
        throw await ServerConnection.ResponseError.create(answer);
      }
      const content = (await answer.json()) as JSONObject;
      await contents.save(TOUR, { type: 'notebook', format: 'json', content });
    }
    await app.commands.execute('docmanager:open', { path: TOUR });
  } catch (reason) {
    aispace.app.notify({
      message: aispace.trans.__('The tour notebook was not opened. %1', String((reason as Error).message)),
      kind: 'error'
    });
  }
}

/** The cards of the launcher, and the verbs of the palette. */
export const launcher: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:launcher`,
  description: 'Adds the cards of AI Space to the launcher and its verbs to the palette.',
  autoStart: true,
  requires: [IAISpace],
  optional: [ILauncher, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    aispace: IAISpace,
    cards: ILauncher | null,
    palette: ICommandPalette | null
  ): void => {
    const { trans } = aispace;
    const category = trans.__('AI Space');
    const verbs: {
      command: string;
      label: string;
      icon: IconName;
      card: boolean;
      run: () => void | Promise<void>;
    }[] = [
      {
        command: Commands.newDataset,
        label: trans.__('New dataset'),
        icon: 'dataset',
        card: true,
        run: () => aispace.open('/datasets/new', 'tab')
      },
      {
        command: Commands.annotate,
        label: trans.__('Annotate'),
        icon: 'label',
        card: true,
        // Goes on at the dataset that changed last and still has something to do.
        run: async () => {
          const list = await aispace.client.call('GET /datasets', {
            query: { sort: '-updated_at', limit: 50 }
          });
          const next =
            list.items.find(one => one.counts.total > one.counts.labelled + one.counts.reviewed) ??
            list.items[0];
          aispace.open(next ? `/datasets/${next.id}/annotate?state=unlabelled` : '/datasets/new', 'tab');
        }
      },
      {
        command: 'aispace:submit-training',
        label: trans.__('Train'),
        icon: 'training',
        card: true,
        run: () => aispace.open('/training-jobs/new', 'tab')
      },
      {
        command: 'aispace:deploy-model',
        label: trans.__('Deploy a model'),
        icon: 'service',
        card: true,
        run: () => aispace.open('/services/new', 'tab')
      },
      {
        command: 'aispace:compare-runs',
        label: trans.__('Compare runs'),
        icon: 'training',
        card: true,
        run: () => aispace.open('/training-jobs', 'tab')
      },
      {
        command: Commands.openTour,
        label: trans.__('Tour notebook'),
        icon: 'aispace',
        card: true,
        run: () => openTour(app, aispace)
      },
      {
        command: Commands.search,
        label: trans.__('Search everything'),
        icon: 'search',
        card: false,
        run: () => aispace.open('/search', 'tab')
      },
      {
        command: 'aispace:show-activity',
        label: trans.__('Imports, exports and uploads'),
        icon: 'activity',
        card: false,
        run: () => aispace.open('/activity', 'tab')
      },
      {
        command: 'aispace:open-label-groups',
        label: trans.__('Label groups'),
        icon: 'label',
        card: false,
        run: () => aispace.open('/label-groups', 'tab')
      }
    ];
    verbs.forEach((verb, index) => {
      app.commands.addCommand(verb.command, {
        label: verb.label,
        caption: verb.label,
        icon: labIcon(verb.icon),
        describedBy: { args: { type: 'object', properties: {} } },
        execute: () => verb.run()
      });
      palette?.addItem({ command: verb.command, category });
      if (verb.card) {
        cards?.add({ command: verb.command, category, rank: index });
      }
    });
  }
};
