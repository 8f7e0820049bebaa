import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Suspense, lazy } from 'react';
import type { IApp } from '../components/context';
import type { IPanelAddress } from '../components/panels/PanelView';
import { KernelLink, sessionOf } from './kernelLink';
import { IAISpace, PLUGIN } from './tokens';

export const PANEL = 'application/vnd.aispace.panel+json';
/** Before the widget manager's renderer (-10): a live panel needs no kernel. */
const RANK = -100;

const PanelView = lazy(() =>
  import('../components/panels/PanelView').then(module => ({ default: module.PanelView }))
);

/** What an output says, checked: it may come from anybody's notebook. */
export function panelAddress(data: unknown): IPanelAddress {
  const { kind, id, view } = (data ?? {}) as Partial<IPanelAddress>;
  return {
    kind: typeof kind === 'string' ? kind : '',
    id: typeof id === 'string' && /^[a-z]+_[0-9a-z]+$/.test(id) ? id : null,
    view: view && typeof view === 'object' ? view : {}
  };
}

const KEYS = 'data-lm-suppress-shortcuts';

/** Keys pressed in a panel are the panel's: in a notebook "x" would cut a cell and "1" make it a heading. */
function keepKeys(event: FocusEvent): void {
  (event.target as HTMLElement).setAttribute(KEYS, '');
}

function giveKeys(event: FocusEvent): void {
  (event.target as HTMLElement).removeAttribute(KEYS);
}

/** A panel in an output. */
class PanelWidget extends ReactWidget implements IRenderMime.IRenderer {
  constructor(private readonly app: IApp) {
    super();
    this.addClass('jp-AISpace-Panel');
    this.node.addEventListener('focusin', keepKeys);
    this.node.addEventListener('focusout', giveKeys);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const address = panelAddress(model.data[PANEL]);
    const key = JSON.stringify([address.kind, address.id, address.view]);
    // The kernel refreshes its snapshot now and then; what is live stays as it is.
    if (key !== this.key) {
      this.key = key;
      this.address = address;
      this.connect();
      this.update();
    }
    return Promise.resolve();
  }

  override dispose(): void {
    this.link?.dispose();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.connect();
    this.update();
  }

  protected override render(): JSX.Element | null {
    return this.address ? (
      <Suspense fallback={null}>
        <PanelView key={this.key} app={this.app} address={this.address} link={this.link} />
      </Suspense>
    ) : null;
  }

  /** A model in the loop waits in the kernel of the notebook that this output is part of. */
  private connect(): void {
    const name = this.address?.view.link;
    if (!this.isAttached || typeof name !== 'string' || name === this.linked) {
      return;
    }
    this.link?.dispose();
    this.linked = name;
    this.link = new KernelLink(sessionOf(this), name);
  }

  private key = '';
  private linked = '';
  private address: IPanelAddress | null = null;
  private link: KernelLink | null = null;
}

/** Draws panels of notebooks from the platform. */
export const panels: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:panels`,
  description: 'Draws the panels of AI Space in notebooks, with or without a kernel.',
  autoStart: true,
  requires: [IAISpace, IRenderMimeRegistry],
  activate: (_: JupyterFrontEnd, aispace: IAISpace, registry: IRenderMimeRegistry): void => {
    registry.addFactory(
      {
        // Only names of objects come from the notebook; everything drawn comes from the platform, with the rights of who looks.
        safe: true,
        mimeTypes: [PANEL],
        createRenderer: () => {
          void aispace.ready;
          // The annotator's keys as commands are those of pages; here it hears them itself.
          return new PanelWidget({ ...aispace.app, annotatorKeys: undefined });
        }
      },
      RANK
    );
  }
};
