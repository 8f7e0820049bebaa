import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IEventRead } from '../client';
import { pathOfId } from '../components/kinds';
import { eventText, reasonText } from '../components/messages';
import { pathOf } from './connection';
import { IAISpace, PLUGIN } from './tokens';

const BURST = 10_000;
const MANY = 3;

/** Which events end something that the user started. */
export function worthTelling(
  event: Pick<IEventRead, 'code'> & Partial<Pick<IEventRead, 'params'>>
): 'success' | 'error' | null {
  if (/^training_job\.run_(running|succeeded|failed)$/.test(event.code)) {
    return !event.params?.notify ? null : event.code.endsWith('failed') ? 'error' : 'success';
  }
  if (event.params?.kind === 'training') {
    return null; // the job itself tells what its owner chose
  }
  if (/^(workload|import|export|image)\.failed$/.test(event.code)) {
    return 'error';
  }
  if (
    /^(workload|import|export)\.(succeeded|finished)$/.test(event.code) ||
    event.code === 'model.version_created'
  ) {
    return 'success';
  }
  return null;
}

/** Tells the end of what the user started and does not look at. */
export const notifications: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:notifications`,
  description: 'Tells when something that the user started has ended.',
  autoStart: true,
  requires: [IAISpace],
  optional: [ISettingRegistry],
  activate: (_app: JupyterFrontEnd, aispace: IAISpace, settings: ISettingRegistry | null): void => {
    const { client, trans } = aispace;
    let enabled = true;
    void settings
      ?.load(`${PLUGIN}:settings`)
      .then(loaded => {
        const read = (): void => {
          enabled = loaded.get('notifications').composite !== false;
        };
        read();
        loaded.changed.connect(read);
      })
      .catch(() => undefined);
    let me = '';
    let recent: number[] = [];
    const tell = (event: IEventRead): void => {
      const kind = worthTelling(event);
      if (!enabled || !kind || (me && event.params.owner_id !== undefined && event.params.owner_id !== me)) {
        return;
      }
      const now = Date.now();
      recent = [...recent.filter(at => now - at < BURST), now];
      const target = typeof event.params.object_id === 'string' ? event.params.object_id : event.object_id;
      const path =
        pathOfId(target) ??
        (typeof event.params.dataset_id === 'string' ? pathOfId(event.params.dataset_id) : null);
      if (target && (pathOf(window.location.search) ?? '').includes(target)) {
        return; // he looks at it
      }
      const name = typeof event.params.name === 'string' ? `${event.params.name}: ` : '';
      const reason = event.params.reason as { code: string; message: string } | undefined;
      aispace.app.notify({
        kind,
        key: recent.length > MANY ? 'many' : (event.object_id ?? undefined),
        message:
          recent.length > MANY
            ? trans._n('%1 thing of yours has ended', '%1 things of yours have ended', recent.length)
            : `${name}${eventText(trans, event)}${kind === 'error' && reason ? `. ${reasonText(trans, reason)}` : ''}`,
        action: {
          label: trans.__('Show'),
          run: () => aispace.open(recent.length > MANY ? '/activity' : (path ?? '/activity'), 'here')
        }
      });
    };
    // One event feed a tab; it opens once the user has looked at AI Space, so that an idle Lab wakes no platform.
    const begin = (): void => {
      if (!me) {
        void aispace.ready.then(async () => {
          me = (await client.call('GET /me').catch(() => null))?.id ?? '';
        });
        client.events.listen(tell);
      }
    };
    const stop = client.stream.onState(state => {
      if (state === 'open') {
        stop();
        begin();
      }
    });
  }
};
