import { useEffect, useState } from 'react';
import type { IEventRead } from '../client';
import { AISpaceError } from '../client';
import { useApp, usePage } from '../components/context';
import { Button, PlainHead } from '../components/controls';
import { eventText } from '../components/messages';
import { PageFrame } from '../components/PageFrame';
import { EmptyState, ErrorView, Skeleton } from '../components/states';
import { Time } from '../components/Time';

type Entry = IEventRead & { hash?: string | null; request_id?: string | null };

const PAGE = 100;
const AREAS = [
  'user',
  'token',
  'spec',
  'workload',
  'dataset',
  'algorithm',
  'training_job',
  'model',
  'service',
  'image',
  'notebook'
];

/** Everything that happened, newest first, chained by hashes. */
export default function AuditPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const code = page.query.get('code') ?? '';
  const object = page.query.get('object') ?? '';
  const [items, setItems] = useState<Entry[]>([]);
  const [state, setState] = useState<'loading' | 'ready' | AISpaceError>('loading');
  const [more, setMore] = useState(false);
  const [fresh, setFresh] = useState(0);
  const [turn, setTurn] = useState(0);
  const [asked, setAsked] = useState<number | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    setState('loading');
    client
      .call('GET /audit', {
        query: {
          limit: PAGE,
          code: code || undefined,
          object_id: object || undefined,
          before: asked ?? undefined
        },
        signal: controller.signal
      })
      .then(
        answer => {
          setItems(old => (asked === null ? answer.items : [...old, ...answer.items]));
          setMore(answer.items.length === PAGE);
          setState('ready');
          if (asked === null) {
            setFresh(0);
          }
        },
        (reason: unknown) => {
          if (!controller.signal.aborted) {
            setState(AISpaceError.of(reason));
          }
        }
      );
    return () => controller.abort();
  }, [client, code, object, asked, turn]);
  // New entries are counted; they come when asked for, so that nothing moves under the eyes.
  useEffect(() => client.events.listen(() => setFresh(n => n + 1)), [client]);
  const again = (): void => {
    setAsked(null);
    setTurn(n => n + 1);
  };
  return (
    <PageFrame
      title={trans.__('Audit log')}
      icon="search"
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor event in AISpaceClient().about.events(limit=100):\n    print(event.occurred_at, event.actor.name, event.code)\n',
        shell: 'aispace ls events\n'
      }}
    >
      <div className="ais-Table-bar" role="search">
        <select
          className="ais-Input ais-mod-filter"
          aria-label={trans.__('Area')}
          value={code}
          onChange={event => {
            setAsked(null);
            page.setQuery({ code: event.target.value || null });
          }}
        >
          <option value="">{trans.__('All areas')}</option>
          {AREAS.map(area => (
            <option key={area} value={`${area}.*`}>
              {area}
            </option>
          ))}
          {code && !AREAS.some(area => `${area}.*` === code) ? <option value={code}>{code}</option> : null}
        </select>
        <input
          type="search"
          className="ais-Input"
          aria-label={trans.__('Id of an object')}
          placeholder={trans.__('Id of an object')}
          defaultValue={object}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              setAsked(null);
              page.setQuery({ object: event.currentTarget.value.trim() || null });
            }
          }}
        />
        {fresh > 0 ? (
          <Button icon="refresh" onClick={again}>
            {trans._n('%1 new entry', '%1 new entries', fresh)}
          </Button>
        ) : null}
      </div>
      {state instanceof AISpaceError ? <ErrorView error={state} onRetry={again} /> : null}
      {items.length > 0 ? (
        <div className="ais-AuditScroll" role="region" tabIndex={0} aria-label={trans.__('Audit log')}>
          <table className="ais-PlainTable">
            <PlainHead
              columns={[
                trans.__('Number'),
                trans.__('When'),
                trans.__('Who'),
                trans.__('What'),
                trans.__('Object'),
                trans.__('Details')
              ]}
            />
            <tbody>
              {items.map(one => (
                <tr key={one.position}>
                  <td className="ais-mod-right">{one.position}</td>
                  <td>
                    <Time value={one.occurred_at} exact />
                  </td>
                  <td>{one.actor?.name ?? ''}</td>
                  <td>
                    {eventText(trans, one)} <span className="ais-Muted ais-Code">{one.code}</span>
                  </td>
                  <td className="ais-Code">{one.object_id}</td>
                  <td
                    className="ais-Code ais-AuditDetails"
                    title={one.hash ? `SHA-256 ${one.hash}` : undefined}
                  >
                    {Object.keys(one.params).length > 0 ? JSON.stringify(one.params) : ''}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {state === 'loading' ? <Skeleton rows={4} /> : null}
      {state === 'ready' && items.length === 0 ? (
        <EmptyState
          text={
            code || object
              ? trans.__('Nothing matches these filters.')
              : trans.__('Nothing has happened yet.')
          }
        />
      ) : null}
      {more && state === 'ready' ? (
        <Button onClick={() => setAsked(items[items.length - 1].position)}>{trans.__('Show more')}</Button>
      ) : null}
    </PageFrame>
  );
}
