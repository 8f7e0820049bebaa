import { useEffect, useMemo, useRef } from 'react';
import type { IUsageSeries } from '../../client';
import type { IChartSeries } from '../charts/series';
import { MetricChart } from '../charts/MetricChart';
import { useApp } from '../context';
import { bytes, metric } from '../formats';
import { EmptyState, Loaded } from '../states';
import { useQuery } from '../useQuery';

interface IUsageChart {
  title: string;
  unit?: string;
  series: IChartSeries[];
  format?: (value: number | null) => string;
}

/** The use of a workload as charts. */
export function usageCharts(
  usage: IUsageSeries,
  words: { cpu: string; memory: string; limit: string; gpu: string; gpuMemory: string }
): IUsageChart[] {
  const size = (value: number | null): string => (value === null ? '' : bytes(value));
  const charts: IUsageChart[] = [
    {
      title: words.cpu,
      series: [{ label: words.cpu, x: usage.times, y: usage.cpu }],
      format: value => (value === null ? '' : metric(value))
    },
    {
      title: words.memory,
      series: [
        { label: words.memory, x: usage.times, y: usage.memory_bytes },
        ...(usage.memory_limit_bytes
          ? [{ label: words.limit, x: usage.times, y: usage.times.map(() => usage.memory_limit_bytes) }]
          : [])
      ],
      format: size
    }
  ];
  const cards = Object.entries(usage.accelerators);
  if (cards.length > 0) {
    charts.push(
      {
        title: words.gpu,
        unit: '%',
        series: cards.map(([name, one]) => ({ label: name, x: usage.times, y: one.utilisation ?? [] }))
      },
      {
        title: words.gpuMemory,
        series: cards.map(([name, one]) => ({ label: name, x: usage.times, y: one.memory_bytes ?? [] })),
        format: size
      }
    );
  }
  return charts;
}

/** CPU, memory and accelerators of a workload over time, as long as it is on screen. */
export function WorkloadMetrics(props: {
  workloadId: string | null | undefined;
  active: boolean;
}): JSX.Element {
  const { client, trans } = useApp();
  const { workloadId, active } = props;
  const query = useQuery(workloadId ? `usage of ${workloadId}` : null, signal =>
    client.call('GET /workloads/{id}/metrics', {
      path: { id: workloadId ?? '' },
      query: { buckets: 600 },
      signal
    })
  );
  const { reload } = query;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    if (!workloadId || !active) {
      return;
    }
    const stop = client.stream.subscribe(`metrics/${workloadId}`, {
      items: () => {
        clearTimeout(timer.current);
        timer.current = setTimeout(reload, 1000);
      }
    });
    return () => {
      stop();
      clearTimeout(timer.current);
    };
  }, [client, workloadId, active, reload]);
  const charts = useMemo(
    () =>
      query.data
        ? usageCharts(query.data, {
            cpu: trans.__('CPU cores'),
            memory: trans.__('Memory'),
            limit: trans.__('limit'),
            gpu: trans.__('Accelerator use'),
            gpuMemory: trans.__('Accelerator memory')
          })
        : [],
    [query.data, trans]
  );
  if (!workloadId) {
    return <EmptyState text={trans.__('Nothing runs, so nothing is measured.')} />;
  }
  return (
    <Loaded query={query} rows={4}>
      {data =>
        data.times.length === 0 ? (
          <p className="ais-Muted">{trans.__('No measurement yet.')}</p>
        ) : (
          <div className="ais-Charts">
            {charts.map(chart => (
              <MetricChart key={chart.title} axis="time" height={150} summarise="last" {...chart} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}
