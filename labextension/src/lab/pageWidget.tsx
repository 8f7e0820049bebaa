import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { IApp } from '../components/context';
import { PageHost } from '../components/PageHost';
import { PageModel } from '../components/pageModel';
import { matchPath } from '../components/router';
import { labIcon } from './icons';

/** The id of the tab of a path. */
export function widgetId(path: string): string {
  return `aispace:${path}`;
}

/** A tab of the main area that shows a path. */
export class PageWidget extends ReactWidget {
  constructor(
    private readonly face: IApp,
    path: string
  ) {
    super();
    this.model = new PageModel(path);
    this.addClass('jp-AISpace-Page');
    this.title.closable = true;
    this.update_();
    this.stop = this.model.subscribe(() => this.update_());
  }

  readonly model: PageModel;

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      const heading = this.node.querySelector<HTMLElement>('h1[tabindex]');
      if (heading) {
        heading.focus({ preventScroll: true });
      } else {
        this.node.tabIndex = -1;
        this.node.focus({ preventScroll: true });
      }
    }
  }

  protected override render(): JSX.Element {
    return <PageHost app={this.face} model={this.model} />;
  }

  private update_(): void {
    const match = matchPath(this.model.path);
    this.id = widgetId(this.model.path);
    this.title.label =
      this.model.title || match?.page.title(this.face.trans) || this.face.trans.__('AI Space');
    this.title.caption = this.model.path;
    this.title.icon = labIcon(match?.page.icon ?? 'aispace');
  }

  private readonly stop: () => void;
}
