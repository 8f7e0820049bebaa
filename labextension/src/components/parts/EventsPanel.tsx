import { useState } from 'react';
import type { IEventRead } from '../../client';
import { useApp } from '../context';
import { Button } from '../controls';
import { eventText } from '../messages';
import { EmptyState, Loaded } from '../states';
import { Time } from '../Time';
import { useQuery } from '../useQuery';

/** What happened to an object, newest first. */
export function EventsPanel(props: { objectIds: string[] }): JSX.Element {
  const { client, trans } = useApp();
  const [limit, setLimit] = useState(50);
  const { objectIds } = props;
  const query = useQuery(
    `events ${objectIds.join(' ')} ${limit}`,
    async signal => {
      const pages = await Promise.all(
        objectIds.map(object_id => client.call('GET /events', { query: { object_id, limit }, signal }))
      );
      const items = pages.flatMap(page => page.items).sort((a, b) => b.position - a.position);
      return { items, more: pages.some(page => page.page.next !== null) };
    },
    event => objectIds.includes(event.object_id ?? '')
  );
  return (
    <Loaded query={query} rows={5}>
      {data =>
        data.items.length === 0 ? (
          <EmptyState icon="activity" text={trans.__('Nothing has happened yet.')} />
        ) : (
          <>
            <ul className="ais-List" aria-label={trans.__('Activity')}>
              {data.items.map(event => (
                <EventLine key={event.position} event={event} />
              ))}
            </ul>
            {data.more && limit < 200 ? (
              <Button onClick={() => setLimit(200)}>{trans.__('Show more')}</Button>
            ) : null}
          </>
        )
      }
    </Loaded>
  );
}

function EventLine(props: { event: IEventRead }): JSX.Element {
  const { trans } = useApp();
  const { event } = props;
  const { reason } = event.params as { reason?: { message?: string } };
  return (
    <li>
      <div>
        <div className="ais-Row">
          <span>{eventText(trans, event)}</span>
          <span className="ais-Muted">
            {event.actor?.name} <Time value={event.occurred_at} />
          </span>
          <span className="ais-Muted ais-Code">{event.code}</span>
        </div>
        {reason?.message ? <p className="ais-Muted">{reason.message}</p> : null}
      </div>
    </li>
  );
}
