import type { KeyboardEvent } from 'react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { IApp } from '../components/context';
import { Button } from '../components/controls/Button';
import { Icon } from '../components/Icon';
import type { IconName } from '../components/icons';
import { NAMES } from '../components/names';
import { PageHost } from '../components/PageHost';
import { parsePath } from '../components/router';
import type { AddressModel } from './addressModel';
import type { IPageData } from './connection';
import type { Notices } from './notices';
import type { ThemeChoice } from './theme';

interface IPlace {
  path: string;
  label: string;
  icon: IconName;
}

interface IGroup {
  label: string | null;
  places: IPlace[];
}

/** Left navigation, top bar and the page of the address. */
export function Shell(props: {
  app: IApp;
  data: IPageData;
  model: AddressModel;
  notices: Notices;
  language: 'en' | 'zh-CN';
  theme: ThemeChoice;
  onLanguage: (language: 'en' | 'zh-CN') => void;
  onTheme: (theme: ThemeChoice) => void;
}): JSX.Element {
  const { app, data, model } = props;
  const { trans } = app;
  const path = useSyncExternalStore(model.subscribe, () => model.path);
  const title = useSyncExternalStore(model.subscribe, () => model.title);
  const administrator = data.user.role === 'administrator';
  const { pathname } = parsePath(path);
  useEffect(() => {
    document.title = title ? `${title} · ${NAMES.product}` : NAMES.product;
  }, [title]);
  const groups: IGroup[] = [
    ...(administrator
      ? [
          {
            label: null,
            places: [{ path: '/admin', label: trans.__('Overview'), icon: 'activity' as IconName }]
          },
          {
            label: trans.__('People'),
            places: [{ path: '/admin/people/users', label: trans.__('Users'), icon: 'usage' as IconName }]
          },
          {
            label: trans.__('Resources'),
            places: [
              { path: '/admin/resources/specs', label: trans.__('Resource specs'), icon: 'grid' as IconName },
              { path: '/admin/resources/images', label: trans.__('Images'), icon: 'image' as IconName },
              {
                path: '/admin/resources/workloads',
                label: trans.__('Running workloads'),
                icon: 'training' as IconName
              }
            ]
          },
          {
            label: trans.__('Security'),
            places: [
              { path: '/admin/security/audit', label: trans.__('Audit log'), icon: 'search' as IconName }
            ]
          },
          {
            label: trans.__('System'),
            places: [{ path: '/admin/system/version', label: trans.__('Version'), icon: 'code' as IconName }]
          }
        ]
      : []),
    { label: trans.__('Mine'), places: [{ path: '/usage', label: trans.__('Usage'), icon: 'usage' }] }
  ];
  return (
    <div className="ais-Admin">
      <a className="ais-Skip" href="#ais-main">
        {trans.__('Skip to the content')}
      </a>
      <header className="ais-Admin-top">
        <span className="ais-Admin-brand">
          <Icon name="aispace" /> <b>{NAMES.product}</b>
        </span>
        <span className="ais-Admin-tools">
          <label>
            <span className="ais-Hidden">{trans.__('Language')}</span>
            <select
              className="ais-Input ais-mod-filter"
              value={props.language}
              onChange={event => props.onLanguage(event.target.value as 'en' | 'zh-CN')}
            >
              <option value="en" lang="en">
                {NAMES.english}
              </option>
              <option value="zh-CN" lang="zh-CN">
                {NAMES.chinese}
              </option>
            </select>
          </label>
          <label>
            <span className="ais-Hidden">{trans.__('Theme')}</span>
            <select
              className="ais-Input ais-mod-filter"
              value={props.theme}
              onChange={event => props.onTheme(event.target.value as ThemeChoice)}
            >
              <option value="">{trans.__('As the system')}</option>
              <option value="light">{trans.__('Light')}</option>
              <option value="dark">{trans.__('Dark')}</option>
            </select>
          </label>
          <a className="ais-Link" href={`${data.hubUrl}home`}>
            {trans.__('Hub')}
          </a>
          <span>{data.user.name}</span>
          <a className="ais-Link" href={`${data.hubUrl}logout`}>
            {trans.__('Sign out')}
          </a>
        </span>
      </header>
      <Navigation groups={groups} pathname={pathname} app={app} go={to => model.go(to)} />
      <main id="ais-main" className="ais-Admin-main">
        <PageHost app={app} model={model} />
      </main>
      <NoticeList notices={props.notices} app={app} />
    </div>
  );
}

/** Whether a place is the one shown, or above it. */
export function isCurrent(place: string, pathname: string): boolean {
  return place === pathname || (place !== '/admin' && pathname.startsWith(`${place}/`));
}

function Navigation(props: {
  groups: IGroup[];
  pathname: string;
  app: IApp;
  go: (path: string) => void;
}): JSX.Element {
  const { trans } = props.app;
  const root = useRef<HTMLElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const links = [...(root.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    if (step && at >= 0) {
      event.preventDefault();
      links[(at + step + links.length) % links.length].focus();
    }
  };
  return (
    <nav ref={root} className="ais-Admin-nav" aria-label={trans.__('Administration')} onKeyDown={onKeyDown}>
      {props.groups.map(group => (
        <div key={group.label ?? ''}>
          {group.label ? <h2>{group.label}</h2> : null}
          <ul>
            {group.places.map(place => (
              <li key={place.path}>
                <a
                  href={props.app.link(place.path)}
                  aria-current={isCurrent(place.path, props.pathname) ? 'page' : undefined}
                  title={place.label}
                  onClick={event => {
                    if (!event.ctrlKey && !event.metaKey && event.button === 0) {
                      event.preventDefault();
                      props.go(place.path);
                    }
                  }}
                >
                  <Icon name={place.icon} /> <span>{place.label}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function NoticeList(props: { notices: Notices; app: IApp }): JSX.Element {
  const { trans } = props.app;
  const all = useSyncExternalStore(props.notices.subscribe, () => props.notices.all);
  const [open, setOpen] = useState(true);
  useEffect(() => setOpen(true), [all]);
  return (
    <div className="ais-Notices" role="status" hidden={!open || all.length === 0}>
      {all.map(one => (
        <div key={one.id} className="ais-Notice" data-kind={one.kind ?? 'info'}>
          <Icon
            name={one.kind === 'error' ? 'cross' : one.kind === 'warning' ? 'warning' : 'tick'}
            className={`ais-tone-${one.kind === 'error' ? 'error' : one.kind === 'warning' ? 'warning' : 'success'}`}
          />
          <span>{one.message}</span>
          {one.action ? <Button onClick={one.action.run}>{one.action.label}</Button> : null}
          <Button
            kind="quiet"
            icon="close"
            label={trans.__('Dismiss')}
            onClick={() => props.notices.dismiss(one.id)}
          />
        </div>
      ))}
    </div>
  );
}
