import type { AISpaceError, IRollbackRule } from '../../client';
import { useApp } from '../context';
import { CheckField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { NumberFields } from './NumberFields';
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
          <NumberFields
            values={values}
            set={set}
            fields={[
              {
                name: 'errors_percent',
                label: trans.__('Errors allowed (%)'),
                max: 99,
                error: field('rule.errors_percent') ?? field('rule')
              },
              { name: 'p99_ms', label: trans.__('p99 allowed (ms)'), error: field('rule.p99_ms') },
              {
                name: 'minutes',
                label: trans.__('Within minutes'),
                min: 1,
                max: 60,
                whole: true,
                error: field('rule.minutes')
              },
              {
                name: 'min_calls',
                label: trans.__('From calls on'),
                min: 1,
                whole: true,
                error: field('rule.min_calls')
              }
            ]}
          />
        </div>
      ) : null}
    </>
  );
}
