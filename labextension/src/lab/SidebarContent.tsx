import type { KeyboardEvent } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { IOverview } from '../client';
import { AppProvider, useApp } from '../components/context';
import { Button, MenuButton } from '../components/controls';
import { count, money } from '../components/formats';
import { Icon } from '../components/Icon';
import { kindWord, pathOfId } from '../components/kinds';
import { errorText, eventText, reasonText } from '../components/messages';
import { EmptyState, ErrorView, Skeleton } from '../components/states';
import { lookOf, statusWord } from '../components/status';
import { Time } from '../components/Time';
import type { ITreeNode } from '../components/Tree';
import { Tree } from '../components/Tree';
import { useAction } from '../components/useAction';
import { useQuery } from '../components/useQuery';
import type { ITrans } from '../i18n';
import { AREAS } from './areas';
import type { IArea } from './areas';
import type { IAISpace } from './tokens';

const OPEN = 'aispace.sidebar.open';
const SECTIONS = ['needs', 'running'];
/** How many dismissed things the server keeps for a user; the oldest are long gone. */
const DISMISSED = 400;

function needNode(trans: ITrans, one: IOverview['needs_you'][number], dismiss: () => void): ITreeNode {
  const offered = one.code === 'transfer_offered';
  const what = offered
    ? trans.__('offered by %1', String(one.params.from))
    : eventText(trans, { code: one.code.replace('workload_failed', 'workload.failed'), params: one.params });
  const reason = one.params.reason as { code: string; message: string } | null | undefined;
  const why = reason ? reasonText(trans, reason) : '';
  return {
    id: one.id,
    label: [one.name, what, why].filter(Boolean).join(' · '),
    to: pathOfId(one.object_id) ?? '/activity',
    content: (
      <>
        <Icon name={offered ? 'forward' : 'cross'} className={offered ? 'ais-tone-info' : 'ais-tone-error'} />
        <span>
          {one.name} · {what}
          {why ? <small title={why}>{why}</small> : null}
        </span>
      </>
    ),
    // An offer is decided on its page: it does not go by being looked away from.
    actions: offered
      ? []
      : [{ icon: 'close', label: trans.__('Dismiss %1', one.name), run: dismiss, onDelete: true }]
  };
}

function runningNode(trans: ITrans, one: IOverview['running'][number]): ITreeNode {
  const look = lookOf(one.status);
  const place = one.position ? trans.__('place %1', one.position) : '';
  return {
    id: one.id,
    label: [one.name, kindWord(trans, one.kind), statusWord(trans, one.status), place]
      .filter(Boolean)
      .join(' · '),
    to: pathOfId(one.object_id) ?? '/activity',
    content: (
      <>
        <Icon name={look.icon} className={`ais-tone-${look.tone}`} />
        <span>
          {one.name} · {statusWord(trans, one.status)}
          {place ? ` · ${place}` : ''}
          {one.started_at ? (
            <>
              {' · '}
              <Time value={one.started_at} />
            </>
          ) : null}
        </span>
      </>
    )
  };
}

function areaNode(
  trans: ITrans,
  area: IArea,
  overview: IOverview | undefined,
  expanded: boolean,
  create: ITreeNode['actions']
): ITreeNode {
  const n = area.recent ? (overview?.counts[area.recent] ?? overview?.counts[area.id]) : undefined;
  const recent =
    (area.recent ? (overview?.recent[area.recent] ?? overview?.recent[area.id]) : undefined) ?? [];
  const cost = area.id === 'usage' ? overview?.cost_today : null;
  const title = area.title(trans);
  return {
    id: area.id,
    label: n === undefined ? title : `${title} ${count(n)}`,
    to: area.path,
    expanded,
    none: trans.__('none yet'),
    actions: create,
    content: (
      <>
        <Icon name={area.icon} /> <span>{title}</span>
        {n !== undefined ? <span className="ais-Count">{count(n)}</span> : null}
        {cost ? <span className="ais-Count">{trans.__('%1 today', money(cost, trans))}</span> : null}
      </>
    ),
    children: area.recent
      ? recent.slice(0, 5).map(one => {
          const status = one.status ? statusWord(trans, one.status) : '';
          return {
            id: one.id,
            label: [one.name, status].filter(Boolean).join(' · '),
            to: pathOfId(one.id) ?? area.path,
            content: (
              <>
                {one.status ? (
                  <Icon
                    name={lookOf(one.status).icon}
                    className={`ais-tone-${lookOf(one.status).tone}`}
                    label={status}
                  />
                ) : (
                  <Icon name={area.icon} />
                )}
                <span>{one.name}</span>
              </>
            )
          };
        })
      : undefined
  };
}

function Content(props: { aispace: IAISpace; shown: boolean }): JSX.Element {
  const { client, trans, may, notify } = useApp();
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
  // The sections are open until somebody closes them; the areas the other way round.
  const isOpen = (id: string): boolean =>
    SECTIONS.includes(id) ? !open.includes(`-${id}`) : open.includes(id);
  const toggle = (id: string): void => {
    const name = SECTIONS.includes(id) ? `-${id}` : id;
    const next = open.includes(name) ? open.filter(one => one !== name) : [...open, name];
    setOpen(next);
    localStorage.setItem(OPEN, next.join(','));
  };
  const [typed, setTyped] = useState('');
  const [dismissed, setDismissed] = useState<string[]>([]);
  const overview = query.data;
  const needs = overview?.needs_you.filter(one => !dismissed.includes(one.id)) ?? [];
  const areas = AREAS.filter(area => !ready || may(area.permission));
  const goto = aispace.open;
  const remember = useAction(
    async (id: string) => {
      const me = await client.call('GET /me');
      const before = (me.settings?.dismissed ?? []).filter(one => one !== id);
      await client.call('PATCH /me', { body: { dismissed: [...before, id].slice(-DISMISSED) } });
    },
    {
      onError: failure => {
        // It is not remembered: it is shown again rather than only hidden here.
        setDismissed([]);
        notify({ message: errorText(trans, failure), kind: 'error' });
      }
    }
  );
  const waiting = useRef<string[]>([]);
  const dismiss = (id: string): void => {
    setDismissed(old => [...old, id]);
    waiting.current.push(id);
  };
  useEffect(() => {
    // One after the other: each reads what the one before wrote.
    if (!remember.busy) {
      const next = waiting.current.shift();
      if (next !== undefined) {
        remember.run(next);
      }
    }
  }, [remember, dismissed]);
  const create = (area: IArea): ITreeNode['actions'] =>
    area.create
      ? [
          {
            icon: 'add',
            label: area.createTitle!(trans),
            blocked: may(area.permission.replace('read:', 'write:'))
              ? null
              : trans.__('You are not allowed to'),
            run: () => goto(area.create!, 'here')
          }
        ]
      : undefined;
  const nothing =
    overview && overview.running_total === 0 && Object.values(overview.counts).every(n => n === 0);
  const nodes: ITreeNode[] = [
    ...(needs.length > 0
      ? [
          {
            id: 'needs',
            label: `${trans.__('Needs you')} ${needs.length}`,
            content: (
              <b>
                {trans.__('Needs you')} <span className="ais-Count">{needs.length}</span>
              </b>
            ),
            expanded: isOpen('needs'),
            children: needs.map(one => needNode(trans, one, () => dismiss(one.id)))
          }
        ]
      : []),
    ...(overview && overview.running.length > 0
      ? [
          {
            id: 'running',
            label: `${trans.__('Running')} ${overview.running_total}`,
            content: (
              <b>
                {trans.__('Running')} <span className="ais-Count">{overview.running_total}</span>
              </b>
            ),
            expanded: isOpen('running'),
            children: overview.running.map(one => runningNode(trans, one))
          }
        ]
      : []),
    ...areas.map(area => areaNode(trans, area, overview, isOpen(area.id), create(area)))
  ];
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
      {nothing ? (
        <EmptyState text={trans.__('Nothing here yet. Everything begins with a dataset.')}>
          <Button kind="primary" onClick={() => goto('/datasets/new', 'here')}>
            {trans.__('New dataset')}
          </Button>
        </EmptyState>
      ) : null}
      <nav aria-label={trans.__('Areas')}>
        <Tree label={trans.__('AI Space')} nodes={nodes} onToggle={toggle} open={goto} />
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
