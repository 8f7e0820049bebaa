import { useEffect, useState } from 'react';
import type { IRunRead } from '../../client';
import { ansiLines } from '../ansi';
import { MetricChart } from '../charts/MetricChart';
import { PageLink, useApp } from '../context';
import { Button } from '../controls';
import { count, metric, percent } from '../formats';
import { reasonText } from '../messages';
import { Icon } from '../Icon';
import { isActive } from '../status';
import { RunLine } from './RunLine';
import { groupSeries, useScalars } from './useScalars';

/** Cause and remedy, progress, the first charts, the last lines, where it came from. */
export function RunOverview(props: {
  run: IRunRead;
  previous: IRunRead | null;
  onRerun: () => void;
}): JSX.Element {
  const { trans, locale } = useApp();
  const { run, previous } = props;
  const active = isActive(run.status);
  const scalars = useScalars(
    { jobId: run.job_id, version: run.version, workloadId: run.workload?.id, active },
    300
  );
  const before = useScalars(
    previous ? { jobId: run.job_id, version: previous.version, active: false } : null,
    300
  );
  const charts = groupSeries(
    [
      { label: run.version, index: 0, scalars: scalars.data },
      ...(previous ? [{ label: previous.version, index: 1, scalars: before.data }] : [])
    ],
    'step'
  )
    .map(chart => ({ ...chart, series: chart.series.filter(one => one.x.length > 0) }))
    .filter(chart => chart.series.length > 0)
    .slice(0, 4);
  const progress = scalars.data?.progress ?? run.progress;
  const summary = run.evaluation_summary;
  return (
    <div className="ais-Overview">
      {run.reason && (run.status === 'failed' || run.status === 'queued' || run.status === 'stopped') ? (
        <div
          className="ais-Banner"
          data-status={run.status}
          role={run.status === 'failed' ? 'alert' : undefined}
        >
          <p>
            <Icon
              name={run.status === 'failed' ? 'cross' : run.status === 'queued' ? 'clock' : 'square'}
              className={run.status === 'failed' ? 'ais-tone-error' : 'ais-tone-info'}
            />{' '}
            {reasonText(trans, run.reason)}
          </p>
          {run.status === 'failed' ? (
            <div className="ais-Row">
              <Button onClick={props.onRerun}>{trans.__('Rerun with a change')}</Button>
              <PageLink to={`/training-jobs/${run.job_id}/log?run=${run.version}`}>
                {trans.__('Log')}
              </PageLink>
            </div>
          ) : null}
        </div>
      ) : null}
      {run.collecting ? (
        <p className="ais-Muted">{trans.__('The program has ended; its results are being kept.')}</p>
      ) : null}
      {progress && progress.total && active ? (
        <div className="ais-RunProgress">
          <progress max={progress.total} value={progress.done ?? 0} aria-label={trans.__('Progress')} />
          <span>
            {trans.__(
              '%1 of %2 %3',
              count(progress.done ?? 0),
              count(progress.total),
              unitWord(trans.__('steps'), trans.__('epochs'), progress.unit)
            )}{' '}
            · {percent((progress.done ?? 0) / progress.total, locale)} {trans.__('(reported by the job)')}
          </span>
        </div>
      ) : null}
      {summary ? (
        <p>
          {trans.__(
            'Accuracy %1, macro F1 %2 on %3 samples',
            percent(summary.accuracy, locale),
            metric(summary.macro_f1),
            count(summary.count)
          )}{' '}
          <PageLink to={`/training-jobs/${run.job_id}/evaluation?run=${run.version}`}>
            {trans.__('Evaluation')}
          </PageLink>
        </p>
      ) : null}
      {charts.length > 0 ? (
        <div className="ais-Charts">
          {charts.map(chart => (
            <MetricChart key={chart.title} title={chart.title} series={chart.series} height={160} />
          ))}
        </div>
      ) : active ? (
        <p className="ais-Muted">{trans.__('No metric has been logged yet.')}</p>
      ) : null}
      <section aria-label={trans.__('Last lines')}>
        <h2>{trans.__('Last lines')}</h2>
        <LastLines key={run.workload?.id ?? ''} workloadId={run.workload?.id ?? null} active={active} />
        <PageLink to={`/training-jobs/${run.job_id}/log?run=${run.version}`}>
          {trans.__('Whole log')}
        </PageLink>
      </section>
      <section aria-label={trans.__('Made of')}>
        <h2>{trans.__('Made of')}</h2>
        <p>
          <RunLine run={run} />
          {run.image ? (
            <>
              {' · '}
              <PageLink to={`/images/${run.image.id}`}>{run.image.name}</PageLink>
            </>
          ) : null}
          {' → '}
          {run.version}
          {run.saved_as.map(one => (
            <span key={`${one.id} ${one.version}`}>
              {' → '}
              <PageLink to={`/models/${one.id}?version=${one.version}`}>
                {one.name} {one.version}
              </PageLink>
            </span>
          ))}
        </p>
      </section>
    </div>
  );
}

function unitWord(steps: string, epochs: string, unit: string | undefined): string {
  return unit === undefined || unit === 'steps' ? steps : unit === 'epochs' ? epochs : unit;
}

const LINES = 8;

/** The end of a log, as it grows. */
export function LastLines(props: { workloadId: string | null; active: boolean }): JSX.Element {
  const { client, trans } = useApp();
  const [text, setText] = useState<string | null>(null);
  const { workloadId, active } = props;
  useEffect(() => {
    if (!workloadId) {
      return;
    }
    const controller = new AbortController();
    let stop: (() => void) | undefined;
    client
      .call('GET /workloads/{id}/log', {
        path: { id: workloadId },
        query: { limit: 8192, tail: true },
        signal: controller.signal
      })
      .then(piece => {
        setText(piece.text);
        if (active) {
          stop = client.stream.subscribe<{ text: string }>(
            `log/${workloadId}`,
            {
              items: items =>
                setText(old => ((old ?? '') + items.map(item => item.text).join('')).slice(-16_384))
            },
            piece.next
          );
        }
      })
      .catch(() => {
        if (!controller.signal.aborted) {
          setText('');
        }
      });
    return () => {
      controller.abort();
      stop?.();
    };
  }, [client, workloadId, active]);
  const lines = ansiLines(text ?? '').slice(-LINES);
  return lines.length === 0 ? (
    <p className="ais-Muted">
      {text === null && workloadId ? trans.__('Asking the server') : trans.__('Nothing written yet.')}
    </p>
  ) : (
    <pre className="ais-LastLines" tabIndex={0} aria-label={trans.__('Last lines')}>
      {lines.map(line => (
        <span key={line.number}>
          {line.parts.map((part, index) => (
            <span key={index} className={part.className}>
              {part.text}
            </span>
          ))}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
