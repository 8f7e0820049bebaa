import type { KeyboardEvent } from 'react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useApp } from '../context';
import { Button } from '../controls/Button';
import { count, dateTime, metric } from '../formats';
import { saveText } from '../saveText';
import type { IChartSeries } from './series';
import { align, colourOf, dashOf, gaps, readAt, smooth, summary, toCsv } from './series';
import { cssValue, useTheme } from './useTheme';

export interface IMetricChartProps {
  /** Name of the metric. */
  title: string;
  series: IChartSeries[];
  /** "step" or "time" (seconds since 1970). */
  axis?: 'step' | 'time';
  /** 0 (off) to below 1. */
  smoothing?: number;
  /** Points behind the buckets, as the server says. */
  points?: number;
  height?: number;
  unit?: string;
  format?: (value: number | null) => string;
  /** "last": there is no better or worse, so no best value is told. */
  summarise?: 'best' | 'last';
}

function fade(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${Math.round(share * 100)}%, transparent)`;
}

/** A metric over steps or time: last value as line, least to greatest as band, and the same as table and CSV. */
export function MetricChart(props: IMetricChartProps): JSX.Element {
  const { trans } = useApp();
  const { series, title, axis = 'step', smoothing = 0, height = 180 } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const [table, setTable] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  const [seen, setSeen] = useState(false);
  const heading = useId();
  const aligned = useMemo(() => align(series), [series]);
  const value = props.format ?? ((one: number | null) => (one === null ? 'NaN' : metric(one)));
  const place = (x: number): string => (axis === 'time' ? dateTime(x * 1000) : metric(x));
  const shape = series.map(one => `${one.label}\n${one.index ?? ''}\n${one.min ? 1 : 0}`).join('\n\n');

  // Only what is on the screen is drawn.
  useEffect(() => {
    const element = host.current;
    if (!element) {
      return;
    }
    if (typeof IntersectionObserver === 'undefined') {
      setSeen(true);
      return;
    }
    const observer = new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) {
        setSeen(true);
        observer.disconnect();
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [table]);

  const data = useMemo((): uPlot.AlignedData => {
    const rows: (number | null | undefined)[][] = [];
    aligned.y.forEach((values, index) => {
      const { min, max } = { min: aligned.min[index], max: aligned.max[index] };
      if (min && max) {
        rows.push(max, min);
      }
      if (smoothing > 0) {
        rows.push(values);
      }
      rows.push(smooth(values, smoothing));
    });
    return [aligned.x, ...rows] as uPlot.AlignedData;
  }, [aligned, smoothing]);
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = host.current;
    if (!element || !seen || table) {
      return;
    }
    const text = cssValue(element, '--jp-ui-font-color1', '#333');
    const grid = cssValue(element, '--jp-border-color2', '#ccc');
    const font = `11px ${cssValue(element, '--jp-ui-font-family', 'sans-serif')}`;
    const lines: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    series.forEach((one, order) => {
      const index = one.index ?? order;
      const colour = cssValue(element, colourOf(index), '#0072B2');
      if (one.min && one.max) {
        bands.push({ series: [lines.length, lines.length + 1], fill: fade(colour, 0.18) });
        lines.push(
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } }
        );
      }
      const spanGaps = false;
      if (smoothing > 0) {
        lines.push({ stroke: fade(colour, 0.35), width: 1, spanGaps, points: { show: false } });
      }
      lines.push({
        label: one.label,
        stroke: colour,
        width: 1.6,
        dash: dashOf(index),
        spanGaps,
        points: { show: one.y.filter(value => value !== null).length < 30, size: 4, fill: colour }
      });
    });
    const side = {
      stroke: text,
      font,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1, size: 4 }
    };
    const chart = new uPlot(
      {
        width: Math.max(120, element.clientWidth),
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: true, y: false }, points: { size: 6 } },
        scales: { x: { time: axis === 'time' } },
        series: lines,
        bands,
        axes: [
          { ...side, size: 30, ...(axis === 'time' ? { values: timeTicks } : {}) },
          {
            ...side,
            size: props.format ? 72 : 52,
            values: (_, splits) => splits.map(one => (props.format ? props.format(one) : metric(one)))
          }
        ],
        hooks: {
          setCursor: [
            one => {
              setCursor(one.cursor.idx ?? null);
            }
          ]
        }
      },
      latest.current,
      element
    );
    plot.current = chart;
    const resize = new ResizeObserver(() =>
      chart.setSize({ width: Math.max(120, element.clientWidth), height })
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // The shape says what of the series matters here; data come by the effect below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, seen, table, theme, axis, height, smoothing > 0]);

  useEffect(() => {
    plot.current?.setData(data, !(plot.current.scales.x.min !== undefined && zoomed(plot.current)));
  }, [data]);

  const move = (at: number): void => {
    const chart = plot.current;
    const next = Math.max(0, Math.min(aligned.x.length - 1, at));
    setCursor(next);
    chart?.setCursor({ left: chart.valToPos(aligned.x[next], 'x'), top: height / 2 }, false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = cursor ?? aligned.x.length - 1;
    const step = event.shiftKey ? Math.max(1, Math.round(aligned.x.length / 10)) : 1;
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      move(at + (event.key === 'ArrowRight' ? step : -step));
    } else if (event.key === 'Home' || event.key === 'End') {
      move(event.key === 'Home' ? 0 : aligned.x.length - 1);
    } else if (event.key === 'Escape') {
      setCursor(null);
      plot.current?.setCursor({ left: -10, top: -10 }, false);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const shown = cursor === null ? null : Math.min(cursor, aligned.x.length - 1);
  const read = shown === null || shown < 0 ? null : readAt(aligned, shown);
  const readout =
    shown !== null && read
      ? `${axis === 'time' ? '' : trans.__('step %1', place(aligned.x[shown]))}${axis === 'time' ? place(aligned.x[shown]) : ''}: ${read
          .map((one, index) => `${series[index].label} ${value(one)}`)
          .join(', ')}`
      : '';
  const missing = series.reduce((sum, one) => sum + gaps(one), 0);
  const buckets = aligned.x.length;

  return (
    <figure className="ais-Chart" aria-labelledby={heading}>
      <figcaption>
        <strong id={heading}>
          {title}
          {props.unit ? <small> {props.unit}</small> : null}
        </strong>
        <span className="ais-Row">
          <Button
            kind="quiet"
            icon="table"
            pressed={table}
            label={trans.__('Table')}
            onClick={() => setTable(!table)}
          />
          <Button
            kind="quiet"
            icon="download"
            label={trans.__('CSV')}
            onClick={() =>
              saveText(`${title.replace(/[^\w.-]+/g, '_')}.csv`, toCsv(axis, series), 'text/csv')
            }
          />
        </span>
      </figcaption>
      {table ? (
        <ChartTable axis={axis} series={series} place={place} value={value} title={title} />
      ) : (
        <div
          ref={host}
          className="ais-Chart-plot"
          style={{ minHeight: height }}
          role="slider"
          tabIndex={0}
          aria-label={trans.__('%1: cursor of the chart', title)}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, buckets - 1)}
          aria-valuenow={shown ?? Math.max(0, buckets - 1)}
          aria-valuetext={readout || trans.__('no point chosen')}
          onKeyDown={onKeyDown}
        />
      )}
      <ul className="ais-Legend">
        {series.map((one, order) => {
          const index = one.index ?? order;
          const facts = summary(one, title);
          return (
            <li key={one.label}>
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
              </svg>
              <span>
                <bdi>{one.label}</bdi> <b>{read && !table ? value(read[order]) : value(facts.last)}</b>
                {facts.best !== null && props.summarise !== 'last' ? (
                  <small> {trans.__('best %1 at %2', value(facts.best), place(facts.bestX ?? 0))}</small>
                ) : null}
              </span>
            </li>
          );
        })}
      </ul>
      <p className="ais-Chart-note ais-Muted">
        {readout ||
          (props.points && props.points > buckets
            ? trans.__('%1 points in %2 buckets', count(props.points), count(buckets))
            : trans._n('%1 point', '%1 points', buckets))}
        {missing > 0 && props.summarise !== 'last' ? ` · ${trans.__('NaN: %1', count(missing))}` : ''}
      </p>
    </figure>
  );
}

/** Hours and minutes as everywhere else, the day where a step is a day. */
function timeTicks(_chart: uPlot, splits: number[], _axis: number, _space: number, step: number): string[] {
  return splits.map(one => {
    const text = dateTime(one * 1000);
    return step >= 86_400 ? text.slice(5, 10) : step >= 60 ? text.slice(11, 16) : text.slice(11);
  });
}

function zoomed(chart: uPlot): boolean {
  const x = chart.data[0];
  const { min, max } = chart.scales.x;
  return x.length > 1 && ((min ?? x[0]) > x[0] || (max ?? x[x.length - 1]) < x[x.length - 1]);
}

function ChartTable(props: {
  axis: 'step' | 'time';
  series: IChartSeries[];
  title: string;
  place: (x: number) => string;
  value: (one: number | null) => string;
}): JSX.Element {
  const { trans } = useApp();
  const aligned = useMemo(() => align(props.series), [props.series]);
  const rows = aligned.x.map((x, index) => ({ x, index })).reverse();
  return (
    <div
      className="ais-Chart-table"
      role="region"
      tabIndex={0}
      aria-label={trans.__('Table of %1', props.title)}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{props.axis === 'time' ? trans.__('Time') : trans.__('Step')}</th>
            {props.series.map(one => (
              <th scope="col" key={one.label}>
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.x}>
              <th scope="row">{props.place(row.x)}</th>
              {aligned.y.map((values, index) => {
                const one = values[row.index];
                return <td key={index}>{one === undefined ? '' : props.value(one)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
