import type { AISpaceError, IRollbackRule } from '../../client';
import { useApp } from '../context';
import { CheckField, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import type { ITrans } from '../../i18n';

export interface IRuleValues {
  ruled: boolean;
  errors_percent: string;
  p99_ms: string;
  minutes: string;
  min_calls: string;
}

/** The values of a form for a rule, or for none. */
export function ruleValues(rule: IRollbackRule | null): IRuleValues {
  return {
    ruled: rule !== null,
    errors_percent: rule ? String(rule.errors_percent ?? '') : '2',
    p99_ms: rule ? String(rule.p99_ms ?? '') : '',
    minutes: String(rule?.minutes ?? 5),
    min_calls: String(rule?.min_calls ?? 20)
  };
}

/** The rule of a request; null takes it away. */
export function ruleBody(values: IRuleValues): Partial<IRollbackRule> | null {
  const number = (text: string): number | null => (text.trim() === '' ? null : Number(text));
  return values.ruled
    ? {
        errors_percent: number(values.errors_percent),
        p99_ms: number(values.p99_ms),
        minutes: Number(values.minutes),
        min_calls: Number(values.min_calls)
      }
    : null;
}

/** A rule in one line. */
export function ruleText(trans: ITrans, rule: IRollbackRule): string {
  const limits = [
    ...(rule.errors_percent === null ? [] : [trans.__('errors > %1 %', rule.errors_percent)]),
    ...(rule.p99_ms === null ? [] : [trans.__('p99 > %1 ms', rule.p99_ms)])
  ];
  return trans.__(
    'Back by itself if %1 within %2 min, from %3 calls on',
    limits.join(trans.__(' or ')),
    rule.minutes,
    rule.min_calls
  );
}

/** When a canary goes back by itself. */
export function RuleFields(props: {
  values: IRuleValues;
  set: (patch: Partial<IRuleValues>) => void;
  error: AISpaceError | null;
}): JSX.Element {
  const { trans } = useApp();
  const { values, set } = props;
  const field = useFieldErrors(props.error);
  return (
    <>
      <CheckField
        label={trans.__('Take it back by itself when it fails or is slow')}
        checked={values.ruled}
        onChange={ruled => set({ ruled })}
      />
      {values.ruled ? (
        <div className="ais-Fields">
          <TextField
            label={trans.__('Errors allowed (%)')}
            type="number"
            min={0}
            max={99}
            step="any"
            value={values.errors_percent}
            error={field('rule.errors_percent') ?? field('rule')}
            onChange={errors_percent => set({ errors_percent })}
          />
          <TextField
            label={trans.__('p99 allowed (ms)')}
            type="number"
            min={0}
            step="any"
            value={values.p99_ms}
            error={field('rule.p99_ms')}
            onChange={p99_ms => set({ p99_ms })}
          />
          <TextField
            label={trans.__('Within minutes')}
            type="number"
            min={1}
            max={60}
            value={values.minutes}
            error={field('rule.minutes')}
            onChange={minutes => set({ minutes })}
          />
          <TextField
            label={trans.__('From calls on')}
            type="number"
            min={1}
            value={values.min_calls}
            error={field('rule.min_calls')}
            onChange={min_calls => set({ min_calls })}
          />
        </div>
      ) : null}
    </>
  );
}
