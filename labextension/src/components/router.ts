import type { ComponentType } from 'react';
import type { ITrans } from '../i18n';
import type { IconName } from './icons';

/** What a page module exports by default. */
export type PageComponent = ComponentType<Record<string, never>>;

export interface IPage {
  pattern: string;
  load: () => Promise<{ default: PageComponent }>;
  /** The word of its area, for tabs and breadcrumbs until the page knows better. */
  title: (trans: ITrans) => string;
  icon: IconName;
}

export interface IMatch {
  page: IPage;
  params: Record<string, string>;
}

export interface ILocation {
  pathname: string;
  query: URLSearchParams;
}

const pages: { page: IPage; expression: RegExp; names: string[]; weight: number }[] = [];

/**
 * Add a page.
 *
 * Parameters
 * ----------
 * pattern: "/datasets", "/datasets/:id/:tab?" (optional), "/files/:path*" (the rest). A literal part wins over a named one,
 * so the order of registration does not matter.
 */
export function registerPage(
  pattern: string,
  load: IPage['load'],
  title: IPage['title'],
  icon: IconName
): void {
  const names: string[] = [];
  let weight = 0;
  const expression = pattern
    .split('/')
    .filter(Boolean)
    .map(part => {
      const named = /^:(\w+)([?*]?)$/.exec(part);
      if (!named) {
        weight += 10;
        return `/${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
      }
      names.push(named[1]);
      weight += named[2] ? 0 : 1;
      return named[2] === '*' ? '(?:/(.*))?' : named[2] === '?' ? '(?:/([^/]+))?' : '/([^/]+)';
    })
    .join('');
  pages.push({
    page: { pattern, load, title, icon },
    expression: new RegExp(`^${expression}/?$`),
    names,
    weight
  });
  pages.sort((a, b) => b.weight - a.weight);
}

/** A path with its query taken apart. */
export function parsePath(path: string): ILocation {
  const at = path.indexOf('?');
  return at < 0
    ? { pathname: path, query: new URLSearchParams() }
    : { pathname: path.slice(0, at), query: new URLSearchParams(path.slice(at + 1)) };
}

/** A path put together; empty values are left out. */
export function formatPath(pathname: string, query: URLSearchParams | Record<string, string | null>): string {
  const search = new URLSearchParams();
  const entries = query instanceof URLSearchParams ? [...query.entries()] : Object.entries(query);
  for (const [name, value] of entries) {
    if (value) {
      search.append(name, value);
    }
  }
  const text = search.toString();
  return text ? `${pathname}?${text}` : pathname;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The page of a path, or null. */
export function matchPath(path: string): IMatch | null {
  const { pathname } = parsePath(path);
  for (const { page, expression, names } of pages) {
    const found = expression.exec(pathname);
    if (found) {
      const params: Record<string, string> = {};
      names.forEach((name, index) => {
        if (found[index + 1] !== undefined) {
          params[name] = decode(found[index + 1]);
        }
      });
      return { page, params };
    }
  }
  return null;
}
