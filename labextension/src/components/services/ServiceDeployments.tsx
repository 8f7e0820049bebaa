import { useState } from 'react';
import type { IDeploymentRead, IServiceRead } from '../../client';
import { useApp } from '../context';
import { Button, Dialog, TextField } from '../controls';
import { reasonText } from '../messages';
import { Refusal } from '../parts/ObjectDialogs';
import { Loaded } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { AnsweredBy, answeredBy } from './AnsweredBy';
import { ServiceRecords } from './ServiceRecords';

/** Each change of what serves, newest first, with the way back. */
export function ServiceDeployments(props: { service: IServiceRead; onChanged: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const { service } = props;
  const query = useQuery(
    `deployments ${service.id}`,
    signal => client.call('GET /services/{id}/deployments', { path: { id: service.id }, signal }),
    event => event.object_id === service.id
  );
  const [back, setBack] = useState<IDeploymentRead | null>(null);
  const [note, setNote] = useState('');
  const roll = useAction(
    async () => {
      if (back) {
        await client.call('POST /services/{id}/deployments/{number}/rollback', {
          path: { id: service.id, number: String(back.number) },
          body: { note }
        });
        setBack(null);
        setNote('');
        query.reload();
        props.onChanged();
      }
    },
    { onError: () => undefined }
  );
  const made = (one: IDeploymentRead): string =>
    one.source.kind === 'rollback'
      ? trans.__('rolled back to #%1', one.source.from ?? '')
      : one.source.kind === 'edit'
        ? trans.__('edited')
        : one.source.kind === 'canary'
          ? trans.__('begun as canary')
          : trans.__('created');
  return (
    <Loaded query={query} rows={3}>
      {list => (
        <>
          <ul className="ais-List" aria-label={trans.__('Deployments')}>
            {list.items.map(one => (
              <li key={one.number} data-number={one.number}>
                <div>
                  <div className="ais-Row">
                    <b>#{one.number}</b>
                    <StatusPill status={one.status} />
                    {one.is_current ? <span className="ais-Tag">{trans.__('has the traffic')}</span> : null}
                    {one.number === service.canary?.number ? (
                      <span className="ais-Tag">{trans.__('canary, %1 %', one.share)}</span>
                    ) : null}
                    <AnsweredBy of={one} />
                    <span>{trans.__('%1 of %2 replicas', one.replicas.ready, one.replicas.total)}</span>
                    <span className="ais-Muted">
                      {made(one)} · {one.created_by.name} · <Time value={one.created_at} />
                    </span>
                  </div>
                  {one.note ? <p>{one.note}</p> : null}
                  {one.reason ? <p className="ais-Reason">{reasonText(trans, one.reason)}</p> : null}
                </div>
                {one.can.includes('rollback') ? (
                  <Button icon="undo" hasPopup="dialog" onClick={() => setBack(one)}>
                    {trans.__('Roll back to #%1', one.number)}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
          <h2>{trans.__('Records')}</h2>
          <ServiceRecords service={service} />
          {back ? (
            <Dialog
              title={trans.__('Roll back to #%1?', back.number)}
              verb={trans.__('Roll back to #%1', back.number)}
              busy={roll.busy}
              onAccept={roll.run}
              onClose={() => setBack(null)}
            >
              <p>
                {trans.__(
                  'A new deployment with %1 takes over when it is ready. No request is refused.',
                  answeredBy(back)
                )}
              </p>
              <TextField label={trans.__('Why')} value={note} maxLength={255} autoFocus onChange={setNote} />
              <Refusal error={roll.error} />
            </Dialog>
          ) : null}
        </>
      )}
    </Loaded>
  );
}
