import { createContext, useContext } from 'react';
import type { MouseEvent, ReactNode } from 'react';
import type { AISpaceClient } from '../client';
import type { ITrans } from '../i18n';

export type OpenMode = 'here' | 'tab';

export interface INotice {
  message: string;
  kind?: 'info' | 'success' | 'warning' | 'error';
  action?: { label: string; run: () => void };
  /** Notices of the same key replace each other. */
  key?: string;
}

/** What a face (Lab, hub page) gives to the pages. */
export interface IApp {
  client: AISpaceClient;
  trans: ITrans;
  /** BCP 47 of the interface, "en" or "zh-CN". */
  locale: string;
  /** Open a path in a tab of its own. */
  openTab(path: string): void;
  /** The absolute address of a path, for links and "Copy link". */
  link(path: string): string;
  notify(notice: INotice): void;
  /** Open a file of the user's area in the face's own viewer; absent where there is none. */
  openFile?: (path: string) => void;
  /** The keys in force of an action of the annotator, where the face obeys them by commands of its own. */
  annotatorKeys?: (action: string) => string[];
  /** The name of the signed-in user and what he may do. */
  may(permission: string): boolean;
}

/** What a page knows of its place. */
export interface IPageContext {
  path: string;
  pathname: string;
  params: Record<string, string>;
  query: URLSearchParams;
  go(path: string, options?: { replace?: boolean }): void;
  /** Change the query of this path; null removes a name. Replaces: filters are no steps of "back". */
  setQuery(patch: Record<string, string | null>): void;
  back(): void;
  forward(): void;
  canBack: boolean;
  canForward: boolean;
  moves: number;
  /** The page is a part of something else, a notebook's output for instance: it takes no focus by itself. */
  embedded: boolean;
  setTitle(title: string): void;
  /** Say something to screen readers, at most one thing per 5 s. */
  announce(text: string): void;
}

const AppContext = createContext<IApp | null>(null);
const PageContext = createContext<IPageContext | null>(null);

export const AppProvider = AppContext.Provider;
export const PageProvider = PageContext.Provider;

export function useApp(): IApp {
  const app = useContext(AppContext);
  if (!app) {
    throw new Error('a component of AI Space needs an AppProvider');
  }
  return app;
}

/** The translator of the face. */
export function useTrans(): ITrans {
  return useApp().trans;
}

export function usePage(): IPageContext {
  const page = useContext(PageContext);
  if (!page) {
    throw new Error('this component works on a page only');
  }
  return page;
}

/** A link within the platform: goes on here, or in a new tab with Ctrl, Cmd or the middle button. */
export function PageLink(props: {
  to: string;
  children: ReactNode;
  className?: string;
  title?: string;
  tabIndex?: number;
}): JSX.Element {
  const app = useApp();
  const page = usePage();
  const onClick = (event: MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.button === 1) {
      app.openTab(props.to);
    } else {
      page.go(props.to);
    }
  };
  return (
    <a
      href={app.link(props.to)}
      className={`ais-Link ${props.className ?? ''}`}
      title={props.title}
      tabIndex={props.tabIndex}
      onClick={onClick}
      onAuxClick={event => event.button === 1 && onClick(event)}
    >
      {props.children}
    </a>
  );
}
