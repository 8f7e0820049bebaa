import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell, ILayoutRestorer, IRouter } from '@jupyterlab/application';
import { ICommandPalette, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IMe } from '../client';
import type { IApp } from '../components/context';
import { objectOf } from '../components/PageHost';
import { DOMAIN } from '../i18n';
import { AREAS } from './areas';
import { addressOf, labClient, pathOf } from './connection';
import { labIcon } from './icons';
import { PageWidget } from './pageWidget';
import { Commands, IAISpace, PLUGIN } from './tokens';

const ROUTE = 'aispace:route';

/** The client, the tabs, their addresses, and the commands that open them. */
export const opener: JupyterFrontEndPlugin<IAISpace> = {
  id: `${PLUGIN}:opener`,
  description: 'Opens the pages of AI Space in tabs with addresses.',
  autoStart: true,
  provides: IAISpace,
  optional: [ITranslator, IRouter, ILayoutRestorer, ILabShell, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    router: IRouter | null,
    restorer: ILayoutRestorer | null,
    shell: ILabShell | null,
    palette: ICommandPalette | null
  ): IAISpace => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const locale = (translator ?? nullTranslator).languageCode.replace('_', '-');
    const client = labClient(app.serviceManager.serverSettings);
    const tracker = new WidgetTracker<PageWidget>({ namespace: 'aispace' });
    let me: IMe | null = null;
    const notices = new Map<string, string>();

    const face: IApp = {
      client,
      trans,
      locale: locale === 'default' ? 'en' : locale,
      openTab: path => open(path, 'tab'),
      link: addressOf,
      may: permission => me === null || me.permissions.includes(permission) || me.permissions.includes('*'),
      openFile: path => void app.commands.execute('docmanager:open', { path }),
      notify: notice => {
        const kind = notice.kind ?? 'info';
        const options = {
          autoClose: kind === 'error' || kind === 'warning' ? (false as const) : 5000,
          actions: notice.action ? [{ label: notice.action.label, callback: notice.action.run }] : []
        };
        const old = notice.key ? notices.get(notice.key) : undefined;
        if (old && Notification.manager.has(old)) {
          Notification.update({ id: old, message: notice.message, type: kind, ...options });
          return;
        }
        const id = Notification.emit(notice.message, kind, options);
        if (notice.key) {
          notices.set(notice.key, id);
        }
      }
    };

    const open = (path: string, mode: 'here' | 'tab' | 'split' = 'here'): PageWidget => {
      const same = tracker.find(widget => widget.model.path === path);
      if (same?.isAttached) {
        app.shell.activateById(same.id);
        return same;
      }
      // A remembered page that the restored layout has no place for would never be seen.
      same?.dispose();
      const current = tracker.currentWidget;
      if (mode === 'here' && current?.isAttached && current === (shell?.currentWidget ?? current)) {
        current.model.go(path);
        app.shell.activateById(current.id);
        return current;
      }
      const widget = new PageWidget(face, path);
      widget.model.subscribe(() => {
        void tracker.save(widget);
        writeAddress();
      });
      app.shell.add(widget, 'main', mode === 'split' ? { mode: 'split-right' } : {});
      void tracker.add(widget);
      app.shell.activateById(widget.id);
      return widget;
    };

    // A tab behind the others whose object was deleted closes; the one in front says so, and its list is what a reload
    // brings back: nobody asks for what is known to be gone.
    const isGone = (widget: PageWidget): boolean => {
      const about = objectOf(widget.model.path);
      return about !== null && client.events.isGone(about.id);
    };
    const restoredPath = (widget: PageWidget): string =>
      isGone(widget) ? objectOf(widget.model.path)!.list : widget.model.path;
    const sweep = (): void => {
      tracker.filter(isGone).forEach(widget => {
        if (widget.isVisible) {
          void tracker.save(widget);
        } else {
          widget.dispose();
        }
      });
    };
    let stopListening: (() => void) | null = null;
    const listen = (): void => {
      if (tracker.size > 0) {
        stopListening ??= client.events.listen(event => {
          if (event.code.endsWith('.deleted')) {
            sweep();
          }
        });
      } else {
        stopListening?.();
        stopListening = null;
      }
    };
    tracker.widgetAdded.connect((_, widget) => {
      listen();
      widget.disposed.connect(listen);
    });

    const writeAddress = (): void => {
      if (!router) {
        return;
      }
      const now = shell ? shell.currentWidget : app.shell.currentWidget;
      const url = new URL(window.location.href);
      const before = pathOf(url.search);
      if (now instanceof PageWidget) {
        url.searchParams.set('aispace', now.model.path);
      } else {
        url.searchParams.delete('aispace');
      }
      if (before !== pathOf(url.search)) {
        router.navigate(url.pathname + url.search + url.hash, { skipRouting: true });
      }
    };

    app.commands.addCommand(Commands.open, {
      label: args => (typeof args.label === 'string' ? args.label : trans.__('Open in AI Space')),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'The path of the page, for example "/datasets".' },
            mode: { type: 'string', enum: ['here', 'tab', 'split'] }
          }
        }
      },
      execute: args =>
        open((args.path as string) || '/datasets', args.mode as 'here' | 'tab' | 'split' | undefined)
    });
    app.commands.addCommand(ROUTE, {
      label: trans.__('Open the address'),
      describedBy: { args: { type: 'object', properties: { search: { type: 'string' } } } },
      execute: args => {
        const path = pathOf((args as { search?: string }).search ?? '');
        if (path) {
          void app.restored.then(() => open(path, 'tab'));
        }
      }
    });
    for (const area of AREAS) {
      app.commands.addCommand(Commands.area(area.id), {
        label: () => area.title(trans),
        icon: labIcon(area.icon),
        describedBy: { args: { type: 'object', properties: {} } },
        execute: () => void open(area.path, 'tab')
      });
      palette?.addItem({ command: Commands.area(area.id), category: trans.__('AI Space') });
    }
    app.commands.addCommand(Commands.copyLink, {
      label: trans.__('Copy link to this page'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => tracker.currentWidget !== null,
      execute: () =>
        tracker.currentWidget
          ? navigator.clipboard.writeText(
              URLExt.normalize(
                new URL(addressOf(tracker.currentWidget.model.path), window.location.href).href
              )
            )
          : undefined
    });
    palette?.addItem({ command: Commands.copyLink, category: trans.__('AI Space') });

    router?.register({ command: ROUTE, pattern: /[?&]aispace=[^&]+/, rank: 30 });
    if (restorer) {
      void restorer.restore(tracker, {
        command: Commands.open,
        args: widget => ({ path: restoredPath(widget), mode: 'tab' }),
        name: widget => widget.model.path
      });
    }
    void app.restored.then(() => {
      (shell?.currentChanged ?? app.shell.currentChanged)?.connect(() => {
        writeAddress();
        sweep();
      });
    });

    // Asked when somebody looks, not at the start of Lab: an idle Lab starts no platform.
    let asking: Promise<void> | null = null;
    return {
      app: face,
      client,
      trans,
      open: (path, mode) => void open(path, mode),
      get ready() {
        asking ??= client.call('GET /me').then(
          answer => {
            me = answer;
          },
          () => {
            asking = null;
          }
        );
        return asking;
      }
    };
  }
};
