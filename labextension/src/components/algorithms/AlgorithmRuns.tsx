import type { IAlgorithmRead } from '../../client';
import { PageLink, useApp } from '../context';
import { LineagePanel } from '../parts/LineagePanel';
import { EmptyState, Loaded } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useQuery } from '../useQuery';

/** Training jobs whose newest run uses an algorithm. */
export function AlgorithmRuns(props: { algorithm: IAlgorithmRead }): JSX.Element {
  const { client, trans } = useApp();
  const { algorithm } = props;
  const jobs = useQuery(
    `jobs of ${algorithm.id}`,
    async signal => {
      const page = await client.call('GET /training-jobs', {
        query: { limit: 200, sort: '-updated_at' },
        signal
      });
      return page.items.filter(job => job.latest.algorithm.id === algorithm.id);
    },
    event => /^(training_job|training_run|run|workload)\./.test(event.code)
  );
  return (
    <Loaded query={jobs} rows={3}>
      {list =>
        list.length === 0 ? (
          <EmptyState icon="training" text={trans.__('No job runs this algorithm yet.')}>
            <PageLink to={`/training-jobs/new?algorithm=${algorithm.id}`}>
              {trans.__('New training job')}
            </PageLink>
          </EmptyState>
        ) : (
          <>
            <ul className="ais-List" aria-label={trans.__('Training jobs')}>
              {list.map(job => (
                <li key={job.id}>
                  <div className="ais-Row">
                    <PageLink to={`/training-jobs/${job.id}`}>{job.name}</PageLink>
                    <StatusPill status={job.status} />
                    <span className="ais-Muted">
                      {job.latest.algorithm.version} · {job.current_version} · <Time value={job.updated_at} />
                    </span>
                  </div>
                </li>
              ))}
            </ul>
            <h2>{trans.__('Lineage')}</h2>
            <LineagePanel object={algorithm.id} />
          </>
        )
      }
    </Loaded>
  );
}
