import type { ComponentType, ErrorInfo, ReactNode } from 'react';
import {
  Component,
  Suspense,
  lazy,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore
} from 'react';
import type { IApp, IPageContext } from './context';
import { AppProvider, PageLink, PageProvider, useTrans } from './context';
import { Button } from './controls/Button';
import { PageFrame } from './PageFrame';
import type { PageModel } from './pageModel';
import './pages';
import type { IPage } from './router';
import { formatPath, matchPath, parsePath } from './router';
import { EmptyState, Skeleton } from './states';

const loaded = new Map<IPage, ComponentType<Record<string, never>>>();

function componentOf(page: IPage): ComponentType<Record<string, never>> {
  let component = loaded.get(page);
  if (!component) {
    component = lazy(page.load);
    loaded.set(page, component);
  }
  return component;
}

/** Keeps a broken page from taking the tab with it. */
class Boundary extends Component<
  { children: ReactNode; fallback: (reason: Error, again: () => void) => ReactNode },
  { reason: Error | null }
> {
  override state: { reason: Error | null } = { reason: null };

  static getDerivedStateFromError(reason: Error): { reason: Error } {
    return { reason };
  }

  override componentDidCatch(reason: Error, info: ErrorInfo): void {
    console.error('AI Space: a page failed', reason, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.reason
      ? this.props.fallback(this.state.reason, () => this.setState({ reason: null }))
      : this.props.children;
  }
}

function Failed(props: { reason: Error; again: () => void }): JSX.Element {
  const trans = useTrans();
  return (
    <div className="ais-Error" role="alert">
      <p>{trans.__('This page stopped working. What you typed is kept.')}</p>
      <Button icon="refresh" onClick={props.again}>
        {trans.__('Reload this page')}
      </Button>
      <details>
        <summary>{trans.__('Details')}</summary>
        <code>{props.reason.message}</code>
      </details>
    </div>
  );
}

function Unknown(): JSX.Element {
  const trans = useTrans();
  return (
    <EmptyState icon="search" text={trans.__('Not found. There is no page at this address.')}>
      <PageLink to="/datasets">{trans.__('Datasets')}</PageLink>
    </EmptyState>
  );
}

/** What a path is about, and the list that it is in; null for a path that is about nothing in particular. */
export function objectOf(path: string): { id: string; list: string } | null {
  const id = matchPath(path)?.params.id;
  const { pathname } = parsePath(path);
  return id ? { id, list: pathname.slice(0, pathname.indexOf(`/${id}`)) } : null;
}

/** In place of a page of something that is known to be deleted: there is nothing to ask for. */
function Gone(props: { list: string }): JSX.Element {
  const trans = useTrans();
  const list = matchPath(props.list)?.page;
  return (
    <PageFrame title={trans.__('Deleted')}>
      <EmptyState icon="trash" text={trans.__('This is no more: it has been deleted.')}>
        {list ? <PageLink to={props.list}>{list.title(trans)}</PageLink> : null}
        {matchPath('/trash') ? <PageLink to="/trash">{trans.__('Trash')}</PageLink> : null}
      </EmptyState>
    </PageFrame>
  );
}

const QUIET = 5000;

/** Shows the page of a model's path. */
export function PageHost(props: { app: IApp; model: PageModel }): JSX.Element {
  const { app, model } = props;
  const path = useSyncExternalStore(model.subscribe, () => model.path);
  const [said, setSaid] = useState('');
  const spokeAt = useRef(0);
  const pending = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(pending.current), []);

  const announce = useCallback((text: string) => {
    clearTimeout(pending.current);
    const wait = Math.max(0, spokeAt.current + QUIET - Date.now());
    pending.current = setTimeout(() => {
      spokeAt.current = Date.now();
      setSaid(text);
    }, wait);
  }, []);

  const match = useMemo(() => matchPath(path), [path]);
  const context: IPageContext = useMemo(() => {
    const { pathname, query } = parsePath(path);
    return {
      path,
      pathname,
      params: match?.params ?? {},
      query,
      go: (to, options) => model.go(to, options),
      setQuery: patch => {
        const now = parsePath(model.path);
        for (const [name, value] of Object.entries(patch)) {
          if (value === null || value === '') {
            now.query.delete(name);
          } else {
            now.query.set(name, value);
          }
        }
        model.go(formatPath(now.pathname, now.query), { replace: true });
      },
      back: () => model.back(),
      forward: () => model.forward(),
      canBack: model.canBack,
      canForward: model.canForward,
      moves: model.moves,
      embedded: model.embedded,
      setTitle: title => model.setTitle(title),
      announce
    };
  }, [path, match, model, announce]);

  const about = useMemo(() => objectOf(path), [path]);
  const { events } = app.client;
  const gone = useSyncExternalStore(
    useCallback(changed => (about ? events.listen(changed) : () => undefined), [events, about]),
    () => about !== null && events.isGone(about.id)
  );

  const title = match?.page.title(app.trans) ?? app.trans.__('Not found');

  // Another object is another page; another tab of it is not.
  const { tab: _, ...identity } = match?.params ?? {};
  const key = `${match?.page.pattern ?? ''} ${JSON.stringify(identity)}`;
  // Before the page's own effects, which know a better title.
  useLayoutEffect(() => model.setTitle(title), [model, title, key]);
  const Page = match ? componentOf(match.page) : Unknown;
  return (
    <AppProvider value={app}>
      <PageProvider value={context}>
        <div className="ais-Page">
          <Boundary key={key} fallback={(reason, again) => <Failed reason={reason} again={again} />}>
            <Suspense fallback={<Skeleton rows={8} />}>
              {gone && about ? <Gone list={about.list} /> : <Page />}
            </Suspense>
          </Boundary>
          <div role="status" aria-live="polite" className="ais-Hidden">
            {said}
          </div>
        </div>
      </PageProvider>
    </AppProvider>
  );
}
