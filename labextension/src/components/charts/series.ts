/** The arithmetic of charts: series of several runs on one axis, smoothing, what the cursor reads, and CSV. */

export interface IChartSeries {
  /** Name at the line's end. */
  label: string;
  x: number[];
  /** Last value of each bucket; null where there was no finite number. */
  y: (number | null)[];
  min?: (number | null)[];
  max?: (number | null)[];
  /** How the name is shown in the legend; the index decides colour and dash. */
  index?: number;
}

export interface IAligned {
  x: number[];
  /** For each series its values over the common axis; undefined where it has no point (drawn through), null is a gap. */
  y: (number | null | undefined)[][];
  min: ((number | null | undefined)[] | null)[];
  max: ((number | null | undefined)[] | null)[];
}

/** Put series with axes of their own on one axis. */
export function align(series: readonly IChartSeries[]): IAligned {
  const all = new Set<number>();
  for (const one of series) {
    for (const x of one.x) {
      all.add(x);
    }
  }
  const x = [...all].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  const spread = (own: number[], values: (number | null)[]): (number | null | undefined)[] => {
    const out = new Array<number | null | undefined>(x.length).fill(undefined);
    own.forEach((value, index) => {
      out[place.get(value)!] = values[index] ?? null;
    });
    return out;
  };
  return {
    x,
    y: series.map(one => spread(one.x, one.y)),
    min: series.map(one => (one.min ? spread(one.x, one.min) : null)),
    max: series.map(one => (one.max ? spread(one.x, one.max) : null))
  };
}

/**
 * Exponential moving average without the start's bias.
 *
 * Parameters
 * ----------
 * weight: 0 (as it is) to below 1 (very smooth). A missing value stays missing and does not count.
 */
export function smooth(
  values: readonly (number | null | undefined)[],
  weight: number
): (number | null | undefined)[] {
  if (weight <= 0) {
    return [...values];
  }
  let sum = 0;
  let mass = 0;
  return values.map(value => {
    if (value === null || value === undefined || !Number.isFinite(value)) {
      return value;
    }
    sum = sum * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    return sum / mass;
  });
}

/** Whether a metric is better when it is small. */
export function smallerIsBetter(name: string): boolean {
  return /loss|error|perplexity|\b(mae|mse|rmse|wer|cer)\b|(^|[_/])(mae|mse|rmse|wer|cer)($|[_/])/i.test(
    name
  );
}

export interface ISummary {
  last: number | null;
  lastX: number | null;
  best: number | null;
  bestX: number | null;
}

/** Last and best value of a series; "best" by the metric's name, over the buckets' extremes. */
export function summary(series: IChartSeries, name: string): ISummary {
  const small = smallerIsBetter(name);
  const extremes = (small ? series.min : series.max) ?? series.y;
  let best: number | null = null;
  let bestX: number | null = null;
  extremes.forEach((value, index) => {
    if (
      value !== null &&
      Number.isFinite(value) &&
      (best === null || (small ? value < best : value > best))
    ) {
      best = value;
      bestX = series.x[index];
    }
  });
  for (let at = series.y.length - 1; at >= 0; at -= 1) {
    const value = series.y[at];
    if (value !== null && Number.isFinite(value)) {
      return { last: value, lastX: series.x[at], best, bestX };
    }
  }
  return { last: null, lastX: null, best, bestX };
}

/** How many points of a series are no finite numbers. */
export function gaps(series: IChartSeries): number {
  return series.y.filter(value => value === null).length;
}

/** The place on an axis that is nearest to a value. */
export function nearest(x: readonly number[], value: number): number {
  if (x.length === 0) {
    return -1;
  }
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 && value - x[low - 1] <= x[low] - value ? low - 1 : low;
}

/** What each series says at a place of the common axis: its newest value up to there. */
export function readAt(aligned: IAligned, at: number): (number | null)[] {
  return aligned.y.map(values => {
    for (let index = Math.min(at, values.length - 1); index >= 0; index -= 1) {
      const value = values[index];
      if (value !== undefined) {
        return value;
      }
    }
    return null;
  });
}

const quote = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The series as a table with a line for each place of the axis. */
export function toCsv(axis: string, series: readonly IChartSeries[]): string {
  const aligned = align(series);
  const head: string[] = [axis];
  for (const one of series) {
    head.push(one.label);
    if (one.min && one.max) {
      head.push(`${one.label} min`, `${one.label} max`);
    }
  }
  const cell = (value: number | null | undefined): string =>
    value === undefined ? '' : value === null ? 'NaN' : String(value);
  const lines = aligned.x.map((x, row) => {
    const cells = [String(x)];
    series.forEach((one, index) => {
      cells.push(cell(aligned.y[index][row]));
      if (one.min && one.max) {
        cells.push(cell(aligned.min[index]?.[row]), cell(aligned.max[index]?.[row]));
      }
    });
    return cells.join(',');
  });
  return `${[head.map(quote).join(','), ...lines].join('\n')}\n`;
}

const DASHES: number[][] = [[], [6, 4], [2, 3], [8, 3, 2, 3], [12, 4], [4, 2, 1, 2], [1, 4], [10, 3, 3, 3]];

/** The second sign of a series besides its colour. */
export function dashOf(index: number): number[] {
  return DASHES[index % DASHES.length];
}

/** The CSS variable of a series' colour; more than eight are grey. */
export function colourOf(index: number): string {
  return index < 8 ? `--ais-series-${index + 1}` : '--ais-series-rest';
}
