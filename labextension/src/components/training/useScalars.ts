import { useEffect, useRef } from 'react';
import type { IScalars } from '../../client';
import type { IChartSeries } from '../charts/series';
import { useApp } from '../context';
import type { IQuery } from '../useQuery';
import { useQuery } from '../useQuery';

export interface IScalarSource {
  jobId: string;
  version: string;
  /** Its live topic while it runs. */
  workloadId?: string | null;
  active: boolean;
}

const EVERY = 1000;

/** The logged numbers of a run in buckets; asked anew at most once a second while more come. */
export function useScalars(source: IScalarSource | null, buckets = 1200): IQuery<IScalars> {
  const { client } = useApp();
  const query = useQuery(source ? `scalars ${source.jobId} ${source.version} ${buckets}` : null, signal =>
    client.call('GET /training-jobs/{id}/runs/{version}/scalars', {
      path: { id: source?.jobId ?? '', version: source?.version ?? '' },
      query: { buckets },
      signal
    })
  );
  const { reload } = query;
  const topic = source?.active && source.workloadId ? `scalars/${source.workloadId}` : null;
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const wasActive = useRef(source?.active);
  useEffect(() => {
    if (wasActive.current && !source?.active) {
      reload();
    }
    wasActive.current = source?.active;
  }, [source?.active, reload]);
  useEffect(() => {
    if (!topic) {
      return;
    }
    const stop = client.stream.subscribe(topic, {
      items: () => {
        timer.current ??= setTimeout(() => {
          timer.current = null;
          reload();
        }, EVERY);
      }
    });
    return () => {
      stop();
      if (timer.current !== null) {
        clearTimeout(timer.current);
        timer.current = null;
      }
    };
  }, [client, topic, reload]);
  return query;
}

/** The last part of a name that groups with "/": "train/loss" and "validation/loss" belong into one chart. */
export function chartOf(name: string): string {
  return name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/^(train|training|val|valid|validation|test|eval)_/, '');
}

/** Series of several runs by chart: same metric, same chart. */
export function groupSeries(
  runs: { label: string; index: number; scalars: IScalars | undefined }[],
  axis: 'step' | 'time'
): { title: string; series: IChartSeries[] }[] {
  const charts = new Map<string, IChartSeries[]>();
  for (const run of runs) {
    for (const [name, one] of Object.entries(run.scalars?.series ?? {})) {
      const title = chartOf(name);
      const several =
        Object.keys(run.scalars?.series ?? {}).filter(other => chartOf(other) === title).length > 1;
      const words = [runs.length > 1 || !several ? run.label : '', several ? name : '']
        .filter(Boolean)
        .join(' ');
      const list = charts.get(title) ?? [];
      list.push({
        label: words,
        x: axis === 'time' ? one.times : one.steps,
        y: one.values,
        min: one.min,
        max: one.max,
        index: runs.length > 1 && !several ? run.index : list.length
      });
      charts.set(title, list);
    }
  }
  return [...charts.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([title, series]) => ({ title, series }));
}
