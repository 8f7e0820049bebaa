import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Suspense, lazy } from 'react';
import { labIcon } from './icons';
import { IAISpace, PLUGIN } from './tokens';

const Content = lazy(() => import('./SidebarContent'));

/** The one tab of ours in the left bar; its content is fetched when it is first seen. */
class Sidebar extends ReactWidget {
  constructor(private readonly aispace: IAISpace) {
    super();
    this.id = 'aispace-sidebar';
    this.addClass('jp-AISpace-Sidebar');
    this.title.icon = labIcon('aispace');
    this.title.caption = aispace.trans.__('AI Space');
  }

  protected override render(): JSX.Element {
    return (
      <Suspense fallback={null}>
        <Content aispace={this.aispace} shown={this.isVisible} />
      </Suspense>
    );
  }

  protected override onAfterShow(): void {
    this.update();
  }

  protected override onAfterHide(): void {
    this.update();
  }
}

/** The sidebar: what needs me, what runs, the areas. */
export const sidebar: JupyterFrontEndPlugin<void> = {
  id: `${PLUGIN}:sidebar`,
  description: 'Shows what needs the user, what runs, and the areas of AI Space.',
  autoStart: true,
  requires: [IAISpace],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, aispace: IAISpace, restorer: ILayoutRestorer | null): void => {
    const widget = new Sidebar(aispace);
    app.shell.add(widget, 'left', { rank: 150 });
    restorer?.add(widget, widget.id);
  }
};
