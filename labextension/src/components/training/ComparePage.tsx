import { useState } from 'react';
import type { IComparison, IRunRead } from '../../client';
import { ChartChoices, PLAIN } from '../charts/ChartChoices';
import { MetricChart } from '../charts/MetricChart';
import { colourOf, dashOf } from '../charts/series';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { duration, elapsed, metric, money, percent } from '../formats';
import { NAMES } from '../names';
import { PageFrame } from '../PageFrame';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { StatusPill } from '../StatusPill';
import { useQuery } from '../useQuery';
import { useTensorBoard } from '../visualisations/useTensorBoard';
import { settingText } from './RunConfiguration';
import { groupSeries } from './useScalars';

const BUCKETS = 600;

/** Runs side by side: what differs, how they went, charts over each other. */
export default function ComparePage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const names = page.query.getAll('run').slice(0, 20);
  const query = useQuery(names.length > 0 ? `compare ${names.join(' ')}` : null, async signal => {
    const comparison = await client.call('GET /training-jobs/compare', { query: { run: names }, signal });
    const scalars = await Promise.all(
      comparison.runs.map(run =>
        client.call('GET /training-jobs/{id}/runs/{version}/scalars', {
          path: { id: run.job_id, version: run.version },
          query: { buckets: BUCKETS },
          signal
        })
      )
    );
    return { comparison, scalars };
  });
  const board = useTensorBoard();
  const [onlyDifferences, setOnlyDifferences] = useState(true);
  const [choices, setChoices] = useState(PLAIN);
  const { axis, smoothing } = choices;
  const without = (run: IRunRead): string =>
    `/training-jobs/compare?${names
      .filter(name => name !== `${run.job_id}:${run.version}`)
      .map(name => `run=${name}`)
      .join('&')}`;

  return (
    <PageFrame
      title={trans.__('Compare runs')}
      crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
      actions={
        <Button
          busy={board.busy}
          blocked={names.length === 0 ? trans.__('No run is chosen') : null}
          onClick={() =>
            board.run(
              names.map(name => {
                const [job_id, version] = name.split(':');
                return { job_id, version };
              })
            )
          }
        >
          {NAMES.tensorboard}
        </Button>
      }
      code={{
        python: `from aispace.client import AISpaceClient\n\ncomparison = AISpaceClient().jobs.compare(${names.map(name => `"${name}"`).join(', ')})\nprint(comparison.differences)\n`,
        shell: `${names.map(name => `aispace show ${name.split(':')[0]}`).join('\n')}\n`
      }}
    >
      {names.length === 0 ? (
        <EmptyState
          icon="training"
          text={trans.__('Tick runs in the list of training jobs, then choose "Compare".')}
        >
          <PageLink to="/training-jobs">{trans.__('Training jobs')}</PageLink>
        </EmptyState>
      ) : query.error && !query.data ? (
        <ErrorView error={query.error} onRetry={query.reload} />
      ) : !query.data ? (
        <Skeleton />
      ) : (
        <>
          <div className="ais-Table-bar">
            <label>
              <input
                type="checkbox"
                checked={onlyDifferences}
                onChange={event => setOnlyDifferences(event.target.checked)}
              />{' '}
              {trans.__('Only differences')}
            </label>
          </div>
          <ComparisonTable
            comparison={query.data.comparison}
            onlyDifferences={onlyDifferences}
            without={names.length > 1 ? without : null}
          />
          <h2>{trans.__('Metrics')}</h2>
          <div className="ais-Table-bar">
            <ChartChoices value={choices} onChange={setChoices} />
          </div>
          <div className="ais-Charts">
            {groupSeries(
              query.data.comparison.runs.map((run, index) => ({
                label: labelOf(run, query.data?.comparison.runs ?? []),
                index,
                scalars: query.data?.scalars[index]
              })),
              axis
            ).map(chart => (
              <MetricChart
                key={`${chart.title} ${axis}`}
                title={chart.title}
                series={chart.series}
                axis={axis}
                smoothing={smoothing}
                height={220}
              />
            ))}
          </div>
        </>
      )}
    </PageFrame>
  );
}

/** The shortest name that tells runs apart. */
export function labelOf(run: IRunRead, runs: IRunRead[]): string {
  return new Set(runs.map(one => one.job_id)).size > 1 ? `${run.job_name} ${run.version}` : run.version;
}

function ComparisonTable(props: {
  comparison: IComparison;
  onlyDifferences: boolean;
  without: ((run: IRunRead) => string) | null;
}): JSX.Element {
  const { trans, locale } = useApp();
  const page = usePage();
  const { runs, differences, metrics, evaluations } = props.comparison;
  const settings: [string, unknown[]][] = props.onlyDifferences
    ? Object.entries(differences)
    : allSettings(runs, differences);
  const hasEvaluation = evaluations.some(one => one !== null);
  const row = (name: string, cells: React.ReactNode[], code = false): JSX.Element => (
    <tr key={name}>
      <th scope="row" className={code ? 'ais-Code' : undefined}>
        {name}
      </th>
      {cells.map((cell, index) => (
        <td key={index}>{cell}</td>
      ))}
    </tr>
  );
  return (
    <div className="ais-Scroll" role="region" tabIndex={0} aria-label={trans.__('Comparison')}>
      <table className="ais-PlainTable ais-Comparison">
        <thead>
          <tr>
            <td />
            {runs.map((run, index) => (
              <th scope="col" key={run.id}>
                <svg width="22" height="8" aria-hidden="true">
                  <line
                    x1="0"
                    x2="22"
                    y1="4"
                    y2="4"
                    strokeWidth="2"
                    strokeDasharray={dashOf(index).join(' ') || undefined}
                    style={{ stroke: `var(${colourOf(index)})` }}
                  />
                </svg>{' '}
                <PageLink to={`/training-jobs/${run.job_id}?run=${run.version}`}>
                  {run.job_name} {run.version}
                </PageLink>
                {props.without ? (
                  <Button
                    kind="quiet"
                    icon="close"
                    label={trans.__('Leave out %1', `${run.job_name} ${run.version}`)}
                    onClick={() => page.go(props.without!(run), { replace: true })}
                  />
                ) : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {row(
            trans.__('Status'),
            runs.map(run => <StatusPill key={run.id} status={run.status} />)
          )}
          {row(
            trans.__('Duration'),
            runs.map(run => duration(elapsed(run.started_at, run.ended_at)))
          )}
          {row(
            trans.__('Cost'),
            runs.map(run => money(run.cost, trans))
          )}
          {hasEvaluation
            ? row(
                trans.__('Accuracy'),
                evaluations.map(one => percent(one?.accuracy, locale))
              )
            : null}
          {hasEvaluation
            ? row(
                trans.__('macro F1'),
                evaluations.map(one => metric(one?.macro_f1))
              )
            : null}
          {Object.entries(metrics).map(([name, values]) =>
            row(
              name,
              values.map(one =>
                one
                  ? trans.__('%1 (best %2 at %3)', metric(one.last), metric(one.best), metric(one.best_step))
                  : ''
              ),
              true
            )
          )}
          {settings.map(([name, values]) => row(name, values.map(settingText), true))}
          {settings.length === 0
            ? row(
                trans.__('Settings'),
                runs.map(() => trans.__('no difference'))
              )
            : null}
        </tbody>
      </table>
    </div>
  );
}

/** All settings of the runs, the differing ones first. */
function allSettings(runs: IRunRead[], differences: Record<string, unknown[]>): [string, unknown[]][] {
  const same = new Map<string, unknown[]>();
  runs.forEach((run, index) => {
    const flat: Record<string, unknown> = {
      algorithm: `${run.algorithm.name} ${run.algorithm.version}`,
      inputs: run.inputs
        .map(input => `${input.name} ${input.version}${input.split ? ` ${input.split}` : ''}`)
        .join(', '),
      ...Object.fromEntries(
        Object.entries(run.configuration.parameters).map(([name, value]) => [`parameters.${name}`, value])
      ),
      seed: run.configuration.seed,
      max_hours: run.configuration.max_hours,
      retries: run.configuration.retries,
      priority: run.configuration.priority
    };
    for (const [name, value] of Object.entries(flat)) {
      const values = same.get(name) ?? runs.map(() => undefined as unknown);
      values[index] = value;
      same.set(name, values);
    }
  });
  return [...Object.entries(differences), ...[...same].filter(([name]) => !(name in differences))];
}
