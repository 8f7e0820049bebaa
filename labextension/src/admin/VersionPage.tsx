import { useApp } from '../components/context';
import { NAMES } from '../components/names';
import { Facts, PageFrame } from '../components/PageFrame';
import { Loaded } from '../components/states';
import { useQuery } from '../components/useQuery';

/** What is installed here. */
export default function VersionPage(): JSX.Element {
  const { client, trans } = useApp();
  const query = useQuery('version', signal => client.call('GET /version', { signal }));
  const engine = (name: string): string =>
    name === 'local' ? trans.__('processes of this machine') : name === 'kubernetes' ? 'Kubernetes' : name;
  const size = (name: string): string =>
    name === 'laptop'
      ? trans.__('one user')
      : name === 'team'
        ? trans.__('a team on one machine')
        : name === 'cluster'
          ? trans.__('a cluster')
          : name;
  return (
    <PageFrame title={trans.__('Version')} icon="code">
      <Loaded query={query} rows={3}>
        {data => (
          <Facts
            items={[
              ['AI Space', data.version],
              [trans.__('Interface'), `${data.api}`],
              [trans.__('Runs workloads as'), engine(data.engine)],
              [trans.__('Size'), size(data.size)],
              [
                trans.__('Interface description'),
                <a key="o" className="ais-Link" href={client.url('/openapi.json')}>
                  {NAMES.openapi}
                </a>
              ]
            ]}
          />
        )}
      </Loaded>
    </PageFrame>
  );
}
