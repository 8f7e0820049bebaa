import { useId } from 'react';
import { useTrans } from './context';
import { count } from './formats';

/** How much of a limit is used, reserved and asked for; over it is hatched and told in words. */
export function QuotaBar(props: {
  resource: string;
  used: number;
  reserved?: number;
  asked?: number;
  limit: number | null;
  level?: string;
  format?: (value: number) => string;
}): JSX.Element {
  const trans = useTrans();
  const hatch = useId();
  const show = props.format ?? count;
  const taken = props.used + (props.reserved ?? 0);
  const sum = taken + (props.asked ?? 0);
  const whole = Math.max(sum, props.limit ?? sum, 1e-9);
  const over = props.limit !== null ? Math.max(0, sum - props.limit) : 0;
  const amounts = props.asked ? `${show(taken)} + ${show(props.asked)}` : show(taken);
  const words =
    props.limit === null
      ? trans.__('%1 %2, no limit', amounts, props.resource)
      : trans.__('%1 of %2 %3', amounts, show(props.limit), props.resource);
  const width = (value: number): number => (value / whole) * 100;
  return (
    <div className="ais-Quota">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <pattern
            id={hatch}
            width="3"
            height="8"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="1.5" height="16" />
          </pattern>
        </defs>
        <rect className="ais-Quota-whole" width="100" height="8" />
        <rect className="ais-Quota-used" width={width(props.used)} height="8" />
        <rect
          className="ais-Quota-reserved"
          x={width(props.used)}
          width={width(props.reserved ?? 0)}
          height="8"
        />
        <rect className="ais-Quota-asked" x={width(taken)} width={width(props.asked ?? 0)} height="8" />
        {over > 0 ? (
          <rect
            fill={`url(#${hatch})`}
            className="ais-Quota-over"
            x={100 - width(over)}
            width={width(over)}
            height="8"
          />
        ) : null}
      </svg>
      <span>
        {words}
        {over > 0 ? <b> {trans.__('%1 over', show(over))}</b> : null}
        {props.level ? <span className="ais-Muted"> ({props.level})</span> : null}
      </span>
    </div>
  );
}
