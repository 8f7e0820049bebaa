import { useState } from 'react';
import type { IRunRead } from '../../client';
import { ChartChoices, PLAIN } from '../charts/ChartChoices';
import { MetricChart } from '../charts/MetricChart';
import { summary } from '../charts/series';
import { useApp } from '../context';
import { PlainHead } from '../controls';
import { metric } from '../formats';
import { WorkloadMetrics } from '../parts/WorkloadMetrics';
import { ErrorView, EmptyState, Skeleton } from '../states';
import { isActive } from '../status';
import { groupSeries, useScalars } from './useScalars';

/** All logged numbers as charts, beside another run if wanted, and what the run used of its machine. */
export function RunMetrics(props: { run: IRunRead; runs: IRunRead[] }): JSX.Element {
  const { trans } = useApp();
  const { run } = props;
  const [choices, setChoices] = useState(PLAIN);
  const { axis, smoothing } = choices;
  const [beside, setBeside] = useState('');
  const active = isActive(run.status);
  const scalars = useScalars({
    jobId: run.job_id,
    version: run.version,
    workloadId: run.workload?.id,
    active
  });
  const other = useScalars(beside ? { jobId: run.job_id, version: beside, active: false } : null);
  const charts = groupSeries(
    [
      { label: run.version, index: 0, scalars: scalars.data },
      ...(beside ? [{ label: beside, index: 1, scalars: other.data }] : [])
    ],
    axis
  );
  const points = Math.round(
    (scalars.data?.points ?? 0) / Math.max(1, Object.keys(scalars.data?.series ?? {}).length)
  );
  const names = Object.entries(scalars.data?.series ?? {});
  return (
    <>
      <div className="ais-Table-bar">
        <ChartChoices value={choices} onChange={setChoices} />
        {props.runs.length > 1 ? (
          <label className="ais-Row">
            {trans.__('Beside')}
            <select
              className="ais-Input ais-mod-filter"
              value={beside}
              onChange={event => setBeside(event.target.value)}
            >
              <option value="">{trans.__('none')}</option>
              {props.runs
                .filter(one => one.version !== run.version)
                .map(one => (
                  <option key={one.version} value={one.version}>
                    {one.version}
                  </option>
                ))}
            </select>
          </label>
        ) : null}
      </div>
      {scalars.error && !scalars.data ? <ErrorView error={scalars.error} onRetry={scalars.reload} /> : null}
      {scalars.loading ? <Skeleton rows={4} /> : null}
      {scalars.data && charts.length === 0 ? (
        <EmptyState
          icon="training"
          text={
            active
              ? trans.__('No metric has been logged yet.')
              : trans.__(
                  'This run logged no metric. A program logs with aispace_runtime.log(step=1, loss=0.5).'
                )
          }
        />
      ) : null}
      <div className="ais-Charts">
        {charts.map(chart => (
          <MetricChart
            key={`${chart.title} ${axis}`}
            title={chart.title}
            series={chart.series}
            axis={axis}
            smoothing={smoothing}
            points={points}
            height={200}
          />
        ))}
      </div>
      {names.length > 0 ? (
        <table className="ais-PlainTable" aria-label={trans.__('Last and best values')}>
          <PlainHead
            columns={[
              trans.__('Metric'),
              { number: trans.__('Last') },
              { number: trans.__('Best') },
              { number: trans.__('at step') }
            ]}
          />
          <tbody>
            {names.map(([name, one]) => {
              const facts = summary(
                { label: name, x: one.steps, y: one.values, min: one.min, max: one.max },
                name
              );
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="ais-mod-right">{metric(facts.last)}</td>
                  <td className="ais-mod-right">{metric(facts.best)}</td>
                  <td className="ais-mod-right">{metric(facts.bestX)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : null}
      <h2>{trans.__('Machine')}</h2>
      <WorkloadMetrics key={run.id} workloadId={run.workload?.id} active={active} />
    </>
  );
}
