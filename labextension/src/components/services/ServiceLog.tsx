import { useState } from 'react';
import type { IServiceRead } from '../../client';
import { useApp } from '../context';
import { WorkloadLog } from '../parts/WorkloadLog';
import { EmptyState, Loaded } from '../states';
import { useQuery } from '../useQuery';

/** The log of one replica; the newest first. */
export function ServiceLog(props: { service: IServiceRead }): JSX.Element {
  const { client, trans } = useApp();
  const { service } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const deployments = useQuery(
    `deployments for log ${service.id} ${service.desired}`,
    signal => client.call('GET /services/{id}/deployments', { path: { id: service.id }, signal }),
    event => event.object_id === service.id
  );
  if (!service.can.includes('write')) {
    return <EmptyState text={trans.__('The owner of the service sees its log.')} />;
  }
  return (
    <Loaded query={deployments} rows={4}>
      {list => {
        const replicas = list.items.flatMap(one => one.workloads.map(id => ({ id, number: one.number })));
        const id =
          chosen && replicas.some(one => one.id === chosen)
            ? chosen
            : (service.workload_id ?? replicas[0]?.id ?? null);
        return (
          <>
            {replicas.length > 1 ? (
              <div className="ais-Table-bar">
                <label className="ais-Row">
                  {trans.__('Replica')}
                  <select
                    className="ais-Input ais-mod-filter"
                    value={id ?? ''}
                    onChange={event => setChosen(event.target.value)}
                  >
                    {replicas.map((one, index) => (
                      <option key={one.id} value={one.id}>
                        {trans.__(
                          '#%1, replica %2',
                          one.number,
                          replicas.filter((other, at) => other.number === one.number && at >= index).length
                        )}
                      </option>
                    ))}
                  </select>
                </label>
              </div>
            ) : null}
            <WorkloadLog
              key={id}
              workloadId={id}
              status={service.target === 'serving' && id === service.workload_id ? service.status : 'stopped'}
              reason={service.reason}
            />
          </>
        );
      }}
    </Loaded>
  );
}
