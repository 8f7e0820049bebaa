import type { IDifference, IModelRead, IModelVersionRead, IReproductionRead } from '../../client';
import type { ITrans } from '../../i18n';
import { PageLink, useApp } from '../context';
import { Loaded } from '../states';
import { Time } from '../Time';
import { useQuery } from '../useQuery';

function resultWord(trans: ITrans, status: IReproductionRead['status']): string {
  switch (status) {
    case 'running':
      return trans.__('running');
    case 'same':
      return trans.__('the same to the last byte');
    case 'different':
      return trans.__('something differs');
    case 'failed':
      return trans.__('the run failed');
    default:
      return trans.__('its job was deleted');
  }
}

function aspectWord(trans: ITrans, aspect: IDifference['aspect']): string {
  const words: Record<IDifference['aspect'], string> = {
    file: trans.__('File'),
    metric: trans.__('Figure'),
    package: trans.__('Package'),
    python: trans.__('Python'),
    data: trans.__('Data'),
    code: trans.__('Code'),
    parameter: trans.__('Parameter'),
    setting: trans.__('Setting')
  };
  return words[aspect];
}

/** A digest is told by its beginning; figures and names are shown whole. */
function short(trans: ITrans, difference: IDifference, value: string | null): string {
  if (value === null) {
    return trans.__('none');
  }
  return difference.aspect === 'file' ? value.slice(0, 12) : value;
}

/** Model versions made once more, and what came out different. */
export function Reproductions(props: { model: IModelRead; version: IModelVersionRead }): JSX.Element | null {
  const { client, trans } = useApp();
  const path = { id: props.model.id, version: props.version.version };
  const query = useQuery(
    `reproductions ${path.id} ${path.version}`,
    signal => client.call('GET /models/{id}/versions/{version}/reproductions', { path, signal }),
    event => event.code.startsWith('training_job.run_') || event.object_id === path.id
  );
  if (query.data && query.data.items.length === 0) {
    return null;
  }
  return (
    <section className="ais-Section">
      <h2>{trans.__('Made once more')}</h2>
      <Loaded query={query}>
        {page => (
          <>
            {page.items.map(one => (
              <article key={one.id}>
                <p>
                  <Time value={one.created_at} /> · {resultWord(trans, one.status)} ·{' '}
                  <PageLink to={`/training-jobs/${one.job_id}?run=${one.run}`}>
                    {trans.__('its run')}
                  </PageLink>
                  {one.status === 'same' || one.status === 'different' ? (
                    <>
                      {' · '}
                      {trans._n('%1 file is the same', '%1 files are the same', one.same_files)},{' '}
                      {trans._n('%1 figure is the same', '%1 figures are the same', one.same_figures)}
                    </>
                  ) : null}
                  {one.environment === 'rebuilt' ? (
                    <> · {trans.__('in a new image with exactly the packages of then')}</>
                  ) : one.environment === 'unknown' ? (
                    <> · {trans.__('the packages of then were not kept')}</>
                  ) : null}
                </p>
                {one.differences.length > 0 ? (
                  <table className="ais-PlainTable">
                    <thead>
                      <tr>
                        <th>{trans.__('What')}</th>
                        <th>{trans.__('Name')}</th>
                        <th>{trans.__('Then')}</th>
                        <th>{trans.__('Now')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {one.differences.map(difference => (
                        <tr key={`${difference.aspect} ${difference.name}`}>
                          <td>{aspectWord(trans, difference.aspect)}</td>
                          <td>{difference.name}</td>
                          <td>{short(trans, difference, difference.before)}</td>
                          <td>{short(trans, difference, difference.after)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                ) : null}
              </article>
            ))}
          </>
        )}
      </Loaded>
    </section>
  );
}
