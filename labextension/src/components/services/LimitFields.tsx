import type { AISpaceError, IAutoStop, IServiceLimits, IServiceRead } from '../../client';
import { useApp } from '../context';
import { TextField } from '../controls';
import { Section, useFieldErrors } from '../FormPage';
import { NumberFields } from './NumberFields';

export interface ILimitValues {
  requests_per_second: string;
  max_in_flight: string;
  max_body_megabytes: string;
  timeout_seconds: string;
  after_hours: string;
  stop_date: string;
  idle_minutes: string;
}

const MEGABYTE = 1_000_000;
const two = (value: number): string => String(value).padStart(2, '0');

/** A moment as a field for local date and time writes it. */
function localMoment(at: string): string {
  const time = new Date(at);
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The values of a form for what a service lets through and when it stops. */
export function limitValues(service: IServiceRead | null): ILimitValues {
  const limits = service?.limits;
  const stop = service?.auto_stop;
  return {
    requests_per_second: String(limits?.requests_per_second ?? ''),
    max_in_flight: String(limits?.max_in_flight ?? 512),
    max_body_megabytes: String((limits?.max_body_bytes ?? 16 * MEGABYTE) / MEGABYTE),
    timeout_seconds: String(limits?.timeout_seconds ?? 60),
    after_hours: String(stop?.after_hours ?? ''),
    stop_date: stop?.at ? localMoment(stop.at) : '',
    idle_minutes: String(stop?.idle_minutes ?? '')
  };
}

/** The same as a request says it. */
export function limitBody(values: ILimitValues): {
  limits: IServiceLimits;
  auto_stop: Partial<IAutoStop> | null;
} {
  const stop = {
    ...(values.after_hours.trim() ? { after_hours: Number(values.after_hours) } : {}),
    ...(values.stop_date ? { at: new Date(values.stop_date).toISOString() } : {}),
    ...(values.idle_minutes.trim() ? { idle_minutes: Number(values.idle_minutes) } : {})
  };
  return {
    limits: {
      requests_per_second: values.requests_per_second.trim() ? Number(values.requests_per_second) : null,
      max_in_flight: Number(values.max_in_flight),
      max_body_bytes: Math.round(Number(values.max_body_megabytes) * MEGABYTE),
      timeout_seconds: Number(values.timeout_seconds)
    },
    auto_stop: Object.keys(stop).length > 0 ? stop : null
  };
}

/** What the gateway lets through, and when the service stops by itself. */
export function LimitFields(props: {
  values: ILimitValues;
  set: (patch: Partial<ILimitValues>) => void;
  error: AISpaceError | null;
}): JSX.Element {
  const { trans } = useApp();
  const { values, set } = props;
  const field = useFieldErrors(props.error);
  return (
    <>
      <Section title={trans.__('Limits')}>
        <div className="ais-Fields">
          <NumberFields
            values={values}
            set={set}
            fields={[
              {
                name: 'requests_per_second',
                label: trans.__('Requests a second'),
                help: trans.__('Empty: no limit'),
                error: field('limits.requests_per_second')
              },
              {
                name: 'max_in_flight',
                label: trans.__('Requests at the same time'),
                min: 1,
                max: 10000,
                whole: true,
                error: field('limits.max_in_flight')
              },
              {
                name: 'max_body_megabytes',
                label: trans.__('Largest request (MB)'),
                error: field('limits.max_body_bytes')
              },
              {
                name: 'timeout_seconds',
                label: trans.__('Longest wait for an answer (s)'),
                min: 1,
                max: 3600,
                error: field('limits.timeout_seconds')
              }
            ]}
          />
        </div>
      </Section>
      <Section title={trans.__('Stop by itself')}>
        <div className="ais-Fields">
          <NumberFields
            values={values}
            set={set}
            fields={[
              {
                name: 'after_hours',
                label: trans.__('After hours'),
                help: trans.__('After each start; empty: never'),
                error: field('auto_stop.after_hours')
              },
              {
                name: 'idle_minutes',
                label: trans.__('Without calls for minutes'),
                min: 1,
                whole: true,
                error: field('auto_stop.idle_minutes')
              }
            ]}
          />
          <TextField
            label={trans.__('At this time')}
            type="datetime-local"
            value={values.stop_date}
            error={field('auto_stop.at')}
            onChange={stop_date => set({ stop_date })}
          />
        </div>
      </Section>
    </>
  );
}
