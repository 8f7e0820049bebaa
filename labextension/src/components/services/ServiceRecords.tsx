import type { IReason, IServiceRead, IServiceRecord } from '../../client';
import type { ITrans } from '../../i18n';
import { useApp } from '../context';
import { reasonText } from '../messages';
import { text } from '../messageText';
import { Loaded } from '../states';
import { Time } from '../Time';
import { useQuery } from '../useQuery';

/** What was done, in words. */
export function recordText(trans: ITrans, record: IServiceRecord): string {
  const number = record.number ?? '';
  const { details } = record;
  const share = typeof details.share === 'number' ? details.share : '';
  switch (record.action) {
    case 'created':
      return trans.__('Created: deployment #%1', number);
    case 'edited':
      return trans.__('Edited: deployment #%1', number);
    case 'settings':
      return trans.__('Settings changed in place');
    case 'rolled_back':
      return trans.__('Rolled back: deployment #%1 is #%2 again', number, text(details.to));
    case 'started':
      return trans.__('Started');
    case 'stopped':
      return trans.__('Stopped');
    case 'auto_stopped':
      return trans.__('Stopped by itself');
    case 'canary_started':
      return trans.__('Canary #%1 begun with %2 %', number, share);
    case 'share_changed':
      return share === ''
        ? trans.__('Rule of canary #%1 changed', number)
        : trans.__('Canary #%1: %2 % instead of %3 %', number, share, text(details.previous));
    case 'promoted':
      return trans.__('Canary #%1 promoted in place of #%2', number, text(details.previous));
    case 'withdrawn':
      return trans.__('Canary #%1 withdrawn', number);
    case 'withdrawn_by_rule':
      return trans.__('Canary #%1 taken back by its rule', number);
    case 'canary_failed':
      return trans.__('Canary #%1 failed', number);
    case 'deployment_failed':
      return trans.__('Deployment #%1 failed', number);
    default:
      return record.action;
  }
}

/** Who did what, when and why, newest first. */
export function ServiceRecords(props: { service: IServiceRead }): JSX.Element {
  const { client, trans } = useApp();
  const { service } = props;
  const query = useQuery(
    `records ${service.id}`,
    signal => client.call('GET /services/{id}/records', { path: { id: service.id }, signal }),
    event => event.object_id === service.id
  );
  return (
    <Loaded query={query} rows={3}>
      {list => (
        <ul className="ais-List" aria-label={trans.__('Records')}>
          {list.items.map(record => (
            <li key={record.position} data-action={record.action}>
              <div>
                <div className="ais-Row">
                  <b>{recordText(trans, record)}</b>
                  <span className="ais-Muted">
                    {record.by.name} · <Time value={record.at} />
                  </span>
                </div>
                {record.note ? <p>{record.note}</p> : null}
                {record.details.reason ? (
                  <p className="ais-Reason">{reasonText(trans, record.details.reason as IReason)}</p>
                ) : null}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
