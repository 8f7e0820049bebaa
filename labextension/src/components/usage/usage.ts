import type { IMoney, IUsageLine } from '../../client';

/** Lines asked for at once when all are exported. */
export const LINE_LIMIT = 200;

/** The first moment of a month, counted from the present one. */
export function monthStart(now: Date, offset: number): Date {
  return new Date(now.getFullYear(), now.getMonth() + offset, 1);
}

/** An amount that was charged: zero is zero, not "free". */
export function amount(value: IMoney, digits: number): string {
  const text = Number(value.amount);
  try {
    return new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: value.currency,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits
    }).format(text);
  } catch {
    return `${text.toFixed(digits)} ${value.currency}`;
  }
}

const quote = (text: string): string =>
  // A spreadsheet must not take a name for a formula.
  /[",\n\r]|^[=+\-@]/.test(text)
    ? `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
    : text;

/** Bill lines as a table: one row for each interval, so that the sum is the total. */
export function csvOf(lines: IUsageLine[]): string {
  const rows = [
    [
      'workload',
      'name',
      'kind',
      'owner',
      'spec',
      'started_at',
      'ended_at',
      'open',
      'seconds',
      'price_per_hour',
      'amount',
      'currency'
    ],
    ...lines.flatMap(line =>
      line.intervals.map(one => [
        line.workload_id,
        line.name,
        line.kind,
        line.owner.name,
        line.spec?.name ?? '',
        one.started_at,
        one.ended_at,
        String(one.open),
        String(one.seconds),
        one.price_per_hour?.amount ?? '0',
        one.amount.amount,
        one.amount.currency
      ])
    )
  ];
  return `${rows.map(row => row.map(quote).join(',')).join('\n')}\n`;
}
