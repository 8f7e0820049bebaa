import { useState } from 'react';
import type { IServiceRead } from '../../client';
import { useApp } from '../context';
import { Button } from '../controls';
import { metric, percent } from '../formats';
import { ServiceDeployments } from '../services/ServiceDeployments';
import { ServiceShares } from '../services/ServiceShares';
import { errorShare } from '../services/ServicesPage';
import { TryIt } from '../services/TryIt';
import { Loaded } from '../states';
import { ReasonLine, StatusPill } from '../StatusPill';
import { useQuery } from '../useQuery';
import { PanelHead } from './PanelHead';

/** An online service in a notebook, live. */
export function ServePanel(props: { id: string }): JSX.Element {
  const { client } = useApp();
  const { id } = props;
  const query = useQuery(
    `panel service ${id}`,
    signal => client.call('GET /services/{id}', { path: { id }, signal }),
    event => event.object_id === id
  );
  return <Loaded query={query}>{service => <Service service={service} reload={query.reload} />}</Loaded>;
}

function Service(props: { service: IServiceRead; reload: () => void }): JSX.Element {
  const { trans, locale } = useApp();
  const { service } = props;
  const [shown, setShown] = useState<'try' | 'deployments' | null>(null);
  const { calls } = service;
  const share = errorShare(calls);
  const toggle = (what: 'try' | 'deployments'): void => setShown(shown === what ? null : what);
  return (
    <>
      <PanelHead
        title={service.name}
        to={`/services/${service.id}`}
        facts={
          <>
            <StatusPill status={service.status} />
            <span>{trans.__('%1 of %2 replicas', service.replicas.ready, service.replicas.total)}</span>
            <span>{trans.__('%1 calls/s', metric(calls.rate))}</span>
            {calls.p99 !== null ? <span>{trans.__('p99 %1 ms', metric(calls.p99))}</span> : null}
            {share !== null ? <span>{trans.__('%1 errors', percent(share, locale))}</span> : null}
          </>
        }
        actions={
          <>
            {service.can.includes('predict') ? (
              <Button pressed={shown === 'try'} onClick={() => toggle('try')}>
                {trans.__('Try it')}
              </Button>
            ) : null}
            <Button pressed={shown === 'deployments'} onClick={() => toggle('deployments')}>
              {trans.__('Deployments')}
            </Button>
          </>
        }
      />
      <ReasonLine reason={service.reason} />
      <p className="ais-Code ais-Ellipsis">{service.endpoint}</p>
      <ServiceShares service={service} onChanged={props.reload} />
      {shown === 'try' ? <TryIt service={service} /> : null}
      {shown === 'deployments' ? <ServiceDeployments service={service} onChanged={props.reload} /> : null}
    </>
  );
}
