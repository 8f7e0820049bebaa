import type { IChartSeries } from './series';
import {
  align,
  colourOf,
  dashOf,
  gaps,
  nearest,
  readAt,
  smallerIsBetter,
  smooth,
  summary,
  toCsv
} from './series';

const a: IChartSeries = {
  label: 'V0001',
  x: [1, 2, 4],
  y: [3, null, 1],
  min: [2, null, 0.5],
  max: [9, null, 1]
};
const b: IChartSeries = { label: 'V0002, "b"', x: [2, 3], y: [5, 6] };

describe('chart series', () => {
  it('puts runs with steps of their own on one axis and tells a gap from a missing point', () => {
    const aligned = align([a, b]);
    expect(aligned.x).toEqual([1, 2, 3, 4]);
    expect(aligned.y).toEqual([
      [3, null, undefined, 1],
      [undefined, 5, 6, undefined]
    ]);
    expect(aligned.max[0]).toEqual([9, null, undefined, 1]);
    expect(aligned.min[1]).toBeNull();
  });

  it('smooths without the bias of the start and leaves gaps alone', () => {
    expect(smooth([4, 4, 4], 0.9)).toEqual([4, 4, 4].map(one => expect.closeTo(one, 12)));
    expect(smooth([0, 1], 0.5)[1]).toBeCloseTo(2 / 3, 12);
    expect(smooth([1, null, 3, undefined], 0.5)).toEqual([1, null, expect.closeTo(7 / 3, 12), undefined]);
    expect(smooth([1, 2], 0)).toEqual([1, 2]);
  });

  it('takes the best from the extremes of the buckets, by what the metric is', () => {
    expect(smallerIsBetter('validation/loss')).toBe(true);
    expect(smallerIsBetter('accuracy')).toBe(false);
    expect(summary(a, 'loss')).toEqual({ last: 1, lastX: 4, best: 0.5, bestX: 4 });
    expect(summary(a, 'accuracy')).toEqual({ last: 1, lastX: 4, best: 9, bestX: 1 });
    expect(summary({ label: 'x', x: [1], y: [null] }, 'loss').last).toBeNull();
  });

  it('counts what is no number', () => {
    expect(gaps(a)).toBe(1);
  });

  it('finds the nearest place and reads the newest value up to it', () => {
    expect(nearest([1, 2, 4, 8], 5)).toBe(2);
    expect(nearest([1, 2, 4, 8], 100)).toBe(3);
    expect(nearest([], 1)).toBe(-1);
    expect(readAt(align([a, b]), 2)).toEqual([null, 6]);
    expect(readAt(align([a, b]), 0)).toEqual([3, null]);
  });

  it('writes a table that a spreadsheet reads: names quoted, gaps named, missing cells empty', () => {
    expect(toCsv('step', [a, b])).toBe(
      [
        'step,V0001,V0001 min,V0001 max,"V0002, ""b"""',
        '1,3,2,9,',
        '2,NaN,NaN,NaN,5',
        '3,,,,6',
        '4,1,0.5,1,',
        ''
      ].join('\n')
    );
  });

  it('gives each of eight series a colour and a dash of its own, the others grey', () => {
    const all = Array.from({ length: 8 }, (_, index) => index);
    expect(new Set(all.map(colourOf)).size).toBe(8);
    expect(new Set(all.map(index => dashOf(index).join(' '))).size).toBe(8);
    expect(colourOf(8)).toBe('--ais-series-rest');
  });
});
