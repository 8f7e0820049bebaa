import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { ICode } from './AsCode';
import { AsCode } from './AsCode';
import { PageLink, useApp, usePage } from './context';
import { Button } from './controls/Button';
import type { IMenuItem } from './controls/Menu';
import { MenuButton } from './controls/Menu';
import type { ITab } from './controls/Tabs';
import { Tabs } from './controls/Tabs';
import { Icon } from './Icon';
import type { IconName } from './icons';
import { formatPath } from './router';

export interface ICrumb {
  label: string;
  to: string;
}

export interface IPageFrameProps {
  title: string;
  icon?: IconName;
  crumbs?: ICrumb[];
  /** A pill beside the title. */
  status?: ReactNode;
  /** Short facts under the title. */
  facts?: ReactNode;
  /** The one thing to do next; and a few beside it. */
  actions?: ReactNode;
  more?: IMenuItem[];
  code?: ICode;
  /** A thin bar while something newer is on its way. */
  refreshing?: boolean;
  /** Fills the height and scrolls inside. */
  fill?: boolean;
  children?: ReactNode;
}

/** Head and body of every page: where, what, how it is, what can be done. */
export function PageFrame(props: IPageFrameProps): JSX.Element {
  const app = useApp();
  const page = usePage();
  const { trans } = app;
  const heading = useRef<HTMLHeadingElement>(null);
  const [code, setCode] = useState(false);
  const [copied, setCopied] = useState(false);
  const { setTitle, moves } = page;

  useEffect(() => setTitle(props.title), [setTitle, props.title]);
  useEffect(() => {
    if (moves > 0) {
      heading.current?.focus({ preventScroll: true });
    }
    // Only when the page opens: a changed title or query moves no focus.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const copyLink = (): void => {
    void navigator.clipboard?.writeText(new URL(app.link(page.path), window.location.href).href).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
      page.announce(trans.__('Link copied'));
    });
  };

  return (
    <div
      className={`ais-PageFrame ${props.fill ? 'ais-mod-fill' : ''}`}
      aria-busy={props.refreshing || undefined}
    >
      {props.refreshing ? <div className="ais-Progress" aria-hidden="true" /> : null}
      <div className="ais-Head">
        <div className="ais-Head-nav">
          <Button
            kind="quiet"
            icon="back"
            label={trans.__('Back')}
            blocked={page.canBack ? null : trans.__('Nothing to go back to')}
            onClick={page.back}
          />
          <Button
            kind="quiet"
            icon="forward"
            label={trans.__('Forward')}
            blocked={page.canForward ? null : trans.__('Nothing to go forward to')}
            onClick={page.forward}
          />
        </div>
        <div className="ais-Head-title">
          {props.crumbs?.length ? (
            <nav aria-label={trans.__('Breadcrumb')} className="ais-Crumbs">
              {props.crumbs.map(crumb => (
                <span key={crumb.to}>
                  <PageLink to={crumb.to}>{crumb.label}</PageLink>
                  <span aria-hidden="true"> › </span>
                </span>
              ))}
            </nav>
          ) : null}
          <h1 ref={heading} tabIndex={-1}>
            {props.icon && !props.crumbs?.length ? <Icon name={props.icon} /> : null}
            <bdi>{props.title}</bdi>
          </h1>
          {props.status}
        </div>
        <div className="ais-Head-actions">
          {props.actions}
          {props.code ? (
            <Button
              kind="quiet"
              icon="code"
              label={trans.__('As code')}
              hasPopup="dialog"
              onClick={() => setCode(true)}
            />
          ) : null}
          <Button
            kind="quiet"
            icon={copied ? 'tick' : 'link'}
            label={trans.__('Copy link')}
            onClick={copyLink}
          />
          {props.more?.length ? <MenuButton label={trans.__('More actions')} items={props.more} /> : null}
        </div>
        {props.facts ? <div className="ais-Facts">{props.facts}</div> : null}
      </div>
      <div className="ais-Body">{props.children}</div>
      {code && props.code ? <AsCode code={props.code} onClose={() => setCode(false)} /> : null}
    </div>
  );
}

/** A page of one object: head, facts, and tabs that live in its path ("/datasets/ds_1/versions"). */
export function DetailPage(
  props: IPageFrameProps & {
    base: string;
    tabs: ITab[];
    /** Names of the query that all tabs share ("run"). */
    keep?: string[];
  }
): JSX.Element {
  const page = usePage();
  const { trans } = useApp();
  const { base, tabs, keep, ...frame } = props;
  const kept = Object.fromEntries((keep ?? []).map(name => [name, page.query.get(name)]));
  const wanted = page.params.tab;
  const current = tabs.some(tab => tab.id === wanted) ? wanted : tabs[0].id;
  return (
    <PageFrame {...frame}>
      <Tabs
        label={trans.__('Parts of %1', props.title)}
        tabs={tabs}
        current={current}
        onChange={id =>
          page.go(formatPath(id === tabs[0].id ? base : `${base}/${id}`, kept), { replace: true })
        }
      />
    </PageFrame>
  );
}

/** Pairs of a word and a value. */
export function Facts(props: { items: [string, ReactNode][] }): JSX.Element {
  return (
    <dl className="ais-FactList">
      {props.items.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
