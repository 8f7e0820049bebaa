import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useState } from 'react';
import type { StreamState } from '../client';
import { clock, percent } from '../components/formats';
import type { IAISpace as Shared } from './tokens';
import { IAISpace, PLUGIN } from './tokens';

function Status(props: { aispace: Shared }): JSX.Element {
  const { client, trans, app } = props.aispace;
  const [stream, setStream] = useState<StreamState>(client.stream.state);
  const [, redraw] = useState(0);
  useEffect(() => client.stream.onState(setStream), [client]);
  useEffect(() => client.uploads.onChange(() => redraw(n => n + 1)), [client]);
  useEffect(() => {
    if (stream !== 'waiting') {
      return;
    }
    const timer = setInterval(() => redraw(n => n + 1), 1000);
    return () => clearInterval(timer);
  }, [stream]);
  const active = client.uploads.transfers.filter(one => one.state === 'sending' || one.state === 'waiting');
  const batch = client.uploads.transfers.filter(one => one.state !== 'failed');
  const size = batch.reduce((sum, one) => sum + one.size, 0);
  const sent = batch.reduce((sum, one) => sum + one.sent, 0);
  const words =
    stream === 'open'
      ? trans.__('AI Space: live')
      : stream === 'connecting'
        ? trans.__('AI Space: connecting')
        : stream === 'waiting'
          ? trans.__(
              'AI Space: as of %1, retrying in %2 s',
              client.stream.heardAt ? clock(client.stream.heardAt) : trans.__('never'),
              Math.max(0, Math.ceil(((client.stream.retryAt ?? Date.now()) - Date.now()) / 1000))
            )
          : trans.__('AI Space');
  return (
    <span className="ais-StatusBar">
      {active.length > 0 ? (
        <button type="button" onClick={() => props.aispace.open('/activity?tab=uploads', 'here')}>
          ⇪ {percent(size ? sent / size : 0, app.locale)}
        </button>
      ) : null}
      <button
        type="button"
        data-state={stream}
        onClick={() =>
          stream === 'waiting' ? client.stream.retryNow() : props.aispace.open('/activity', 'here')
        }
      >
        {stream === 'open' ? '●' : stream === 'waiting' ? '○' : '◌'} {words}
      </button>
    </span>
  );
}

class StatusWidget extends ReactWidget {
  constructor(private readonly aispace: Shared) {
    super();
    this.addClass('jp-AISpace-Status');
  }

  protected override render(): JSX.Element {
    return <Status aispace={this.aispace} />;
  }
}

/** Connection and transfers in the status bar. */
export const statusbar: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:statusbar`,
  description: 'Shows the connection to AI Space and what is being uploaded.',
  autoStart: true,
  requires: [IAISpace],
  optional: [IStatusBar],
  activate: (_app: JupyterFrontEnd, aispace: Shared, bar: IStatusBar | null): void => {
    bar?.registerStatusItem(`${PLUGIN}:statusbar`, {
      item: new StatusWidget(aispace),
      align: 'right',
      rank: 5
    });
  }
};
