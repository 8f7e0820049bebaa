import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { IOverview } from '../client';
import { AppProvider, useApp } from '../components/context';
import { Button, MenuButton } from '../components/controls';
import { count, money } from '../components/formats';
import { Icon } from '../components/Icon';
import { kindWord, pathOfId } from '../components/kinds';
import { eventText } from '../components/messages';
import { ErrorView, Skeleton } from '../components/states';
import { lookOf, statusWord } from '../components/status';
import { Time } from '../components/Time';
import { useQuery } from '../components/useQuery';
import { AREAS } from './areas';
import type { IArea } from './areas';
import type { IAISpace } from './tokens';

const OPEN = 'aispace.sidebar.open';

/** A link of the sidebar: opens in a tab of ours, in a new one with Ctrl. */
function SideLink(props: {
  to: string;
  open: IAISpace['open'];
  className?: string;
  children: ReactNode;
}): JSX.Element {
  const app = useApp();
  return (
    <a
      href={app.link(props.to)}
      className={`ais-Sidebar-link ${props.className ?? ''}`}
      onClick={(event: MouseEvent) => {
        event.preventDefault();
        props.open(props.to, event.ctrlKey || event.metaKey ? 'tab' : 'here');
      }}
    >
      {props.children}
    </a>
  );
}

function Area(props: {
  area: IArea;
  overview: IOverview | undefined;
  open: IAISpace['open'];
  expanded: boolean;
  onToggle: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const { area, overview } = props;
  const n = area.recent ? (overview?.counts[area.recent] ?? overview?.counts[area.id]) : undefined;
  const recent =
    (area.recent ? (overview?.recent[area.recent] ?? overview?.recent[area.id]) : undefined) ?? [];
  const cost = area.id === 'usage' ? overview?.cost_today : null;
  return (
    <li>
      <div className="ais-Sidebar-area">
        {area.recent ? (
          <button
            type="button"
            className="ais-Sidebar-twist"
            aria-expanded={props.expanded}
            aria-label={trans.__('Newest of %1', area.title(trans))}
            onClick={props.onToggle}
          >
            {props.expanded ? '▾' : '▸'}
          </button>
        ) : (
          <span className="ais-Sidebar-twist" />
        )}
        <SideLink to={area.path} open={props.open}>
          <Icon name={area.icon} /> <span>{area.title(trans)}</span>
          {n !== undefined ? <span className="ais-Count">{count(n)}</span> : null}
          {cost ? <span className="ais-Count">{trans.__('%1 today', money(cost, trans))}</span> : null}
        </SideLink>
        {area.create ? (
          <Button
            kind="quiet"
            icon="add"
            label={area.createTitle!(trans)}
            onClick={() => props.open(area.create!, 'here')}
          />
        ) : null}
      </div>
      {props.expanded && area.recent ? (
        <ul>
          {recent.length === 0 ? (
            <li className="ais-Muted ais-Sidebar-none">{trans.__('none yet')}</li>
          ) : null}
          {recent.slice(0, 5).map(one => (
            <li key={one.id}>
              <SideLink to={pathOfId(one.id) ?? area.path} open={props.open}>
                {one.status ? (
                  <Icon
                    name={lookOf(one.status).icon}
                    className={`ais-tone-${lookOf(one.status).tone}`}
                    label={statusWord(trans, one.status)}
                  />
                ) : (
                  <Icon name={area.icon} />
                )}
                <span>{one.name}</span>
              </SideLink>
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function Content(props: { aispace: IAISpace; shown: boolean }): JSX.Element {
  const { client, trans, may } = useApp();
  const { aispace } = props;
  const [ready, setReady] = useState(false);
  const [wanted, setWanted] = useState(props.shown);
  useEffect(() => {
    if (props.shown) {
      setWanted(true);
      void aispace.ready.then(() => setReady(true));
    }
  }, [props.shown, aispace]);
  const query = useQuery(
    wanted && props.shown ? 'overview' : null,
    signal => client.call('GET /overview', { signal }),
    () => true
  );
  const [open, setOpen] = useState<string[]>(() => (localStorage.getItem(OPEN) ?? 'datasets').split(','));
  const toggle = (id: string): void => {
    const next = open.includes(id) ? open.filter(one => one !== id) : [...open, id];
    setOpen(next);
    localStorage.setItem(OPEN, next.join(','));
  };
  const [typed, setTyped] = useState('');
  const [dismissed, setDismissed] = useState<string[]>([]);
  const overview = query.data;
  const needs = overview?.needs_you.filter(one => !dismissed.includes(one.id)) ?? [];
  const areas = AREAS.filter(area => !ready || may(area.permission));
  const goto = aispace.open;
  const dismiss = (id: string): void => {
    setDismissed([...dismissed, id]);
    client.call('GET /me').then(
      me =>
        client
          .call('PATCH /me', { body: { dismissed: [...new Set([...(me.settings?.dismissed ?? []), id])] } })
          .then(
            () => undefined,
            () => undefined
          ),
      () => undefined
    );
  };
  const onSearch = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && typed.trim() && !event.nativeEvent.isComposing) {
      goto(`/search?q=${encodeURIComponent(typed.trim())}`, 'here');
    }
  };
  return (
    <div className="ais-Sidebar">
      <div className="ais-Sidebar-head">
        <h2>{trans.__('AI Space')}</h2>
        <MenuButton
          label={trans.__('New')}
          text={trans.__('New')}
          kind="primary"
          icon="add"
          items={AREAS.filter(area => area.create).map(area => ({
            label: area.createTitle!(trans),
            blocked: may(area.permission.replace('read:', 'write:'))
              ? null
              : trans.__('You are not allowed to'),
            run: () => goto(area.create!, 'here')
          }))}
        />
      </div>
      <input
        type="search"
        className="ais-Input"
        value={typed}
        maxLength={64}
        placeholder={trans.__('Search everything')}
        aria-label={trans.__('Search everything')}
        onChange={event => setTyped(event.target.value)}
        onKeyDown={onSearch}
      />
      {query.error ? <ErrorView error={query.error} onRetry={query.reload} compact /> : null}
      {!overview && !query.error ? <Skeleton rows={5} /> : null}
      {needs.length > 0 ? (
        <section aria-label={trans.__('Needs you')}>
          <h3>
            {trans.__('Needs you')} <span className="ais-Count">{needs.length}</span>
          </h3>
          <ul>
            {needs.map(one => (
              <li key={one.id} className="ais-Sidebar-area">
                <SideLink to={pathOfId(one.object_id) ?? '/activity'} open={goto}>
                  <Icon name="cross" className="ais-tone-error" />
                  <span>
                    {one.name}{' '}
                    {eventText(trans, {
                      code: one.code.replace('workload_failed', 'workload.failed'),
                      params: one.params
                    })}
                  </span>
                </SideLink>
                <Button
                  kind="quiet"
                  icon="close"
                  label={trans.__('Dismiss %1', one.name)}
                  onClick={() => dismiss(one.id)}
                />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {overview && overview.running.length > 0 ? (
        <section aria-label={trans.__('Running')}>
          <h3>
            {trans.__('Running')} <span className="ais-Count">{overview.running_total}</span>
          </h3>
          <ul>
            {overview.running.map(one => (
              <li key={one.id}>
                <SideLink to={pathOfId(one.object_id) ?? '/activity'} open={goto}>
                  <Icon name={lookOf(one.status).icon} className={`ais-tone-${lookOf(one.status).tone}`} />
                  <span>
                    {one.name} · {statusWord(trans, one.status)}
                    {one.position ? ` · ${trans.__('place %1', one.position)}` : ''}
                    {one.started_at ? (
                      <>
                        {' · '}
                        <Time value={one.started_at} />
                      </>
                    ) : null}
                    <span className="ais-Hidden"> {kindWord(trans, one.kind)}</span>
                  </span>
                </SideLink>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <nav aria-label={trans.__('Areas')}>
        <ul>
          {areas.map(area => (
            <Area
              key={area.id}
              area={area}
              overview={overview}
              open={goto}
              expanded={open.includes(area.id)}
              onToggle={() => toggle(area.id)}
            />
          ))}
        </ul>
      </nav>
    </div>
  );
}

/** The content of the sidebar, with what it needs around it. */
export default function SidebarContent(props: { aispace: IAISpace; shown: boolean }): JSX.Element {
  return (
    <AppProvider value={props.aispace.app}>
      <Content {...props} />
    </AppProvider>
  );
}
