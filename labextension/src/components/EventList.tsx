import { useApp } from './context';
import { eventText } from './messages';
import { EmptyState, Loaded } from './states';
import { Time } from './Time';
import { useQuery } from './useQuery';

/** What happened to an object, newest first. */
export function EventList(props: { objectId: string }): JSX.Element {
  const { client, trans } = useApp();
  const query = useQuery(
    `events ${props.objectId}`,
    signal => client.call('GET /events', { query: { object_id: props.objectId, limit: 200 }, signal }),
    event => event.object_id === props.objectId
  );
  return (
    <Loaded query={query}>
      {page =>
        page.items.length === 0 ? (
          <EmptyState icon="activity" text={trans.__('Nothing happened yet.')} />
        ) : (
          <ul className="ais-List" aria-label={trans.__('Activity')}>
            {[...page.items]
              .sort((a, b) => b.position - a.position)
              .map(event => (
                <li key={event.position}>
                  <span className="ais-mod-when ais-Muted">
                    <Time value={event.occurred_at} />
                  </span>
                  <div>{eventText(trans, event)}</div>
                  <span className="ais-Muted">{event.actor?.name ?? trans.__('the platform')}</span>
                </li>
              ))}
          </ul>
        )
      }
    </Loaded>
  );
}
