import { useEffect, useId } from 'react';
import type { ISpecRead, Purpose } from '../client';
import { useApp } from './context';
import { bytes, count, money } from './formats';
import { EmptyState, Loaded } from './states';
import { useQuery } from './useQuery';

/** What a spec has, in a few words. */
export function specFacts(spec: ISpecRead, cpuWord: string): string {
  return [
    `${spec.cpu} ${cpuWord}`,
    bytes(spec.memory_bytes),
    spec.accelerator
      ? `${spec.accelerator.count} × ${spec.accelerator.product ?? spec.accelerator.resource}`
      : null
  ]
    .filter(Boolean)
    .join(' · ');
}

/** The machine sizes one may use for a purpose, with price and what is free now; one radio group. */
export function SpecPicker(props: {
  purpose: Purpose;
  nodes?: number;
  value: string | null;
  onChange: (id: string, spec: ISpecRead) => void;
  error?: string | null;
}): JSX.Element {
  const { client, trans } = useApp();
  const name = useId();
  const specs = useQuery(
    `specs ${props.purpose}`,
    signal => client.call('GET /specs', { query: { purpose: props.purpose, limit: 200 }, signal }),
    event => event.code.startsWith('workload.') || event.code.startsWith('spec.')
  );
  const { value, onChange } = props;
  const nodes = props.nodes ?? 1;
  const items = specs.data?.items.filter(spec => spec.enabled);
  useEffect(() => {
    if (value === null && items?.length) {
      onChange(items[0].id, items[0]);
    }
  }, [value, items, onChange]);
  return (
    <Loaded query={specs} rows={3}>
      {page => {
        const all = page.items.filter(spec => spec.enabled || spec.id === value);
        if (all.length === 0) {
          return (
            <EmptyState text={trans.__('No resource spec serves this purpose. Ask an administrator.')} />
          );
        }
        const groups = new Map<string, ISpecRead[]>();
        for (const spec of all) {
          const group = spec.accelerator?.resource ?? '';
          groups.set(group, [...(groups.get(group) ?? []), spec]);
        }
        return (
          <fieldset className="ais-Specs" aria-invalid={props.error ? true : undefined}>
            <legend className="ais-Hidden">{trans.__('Resource spec')}</legend>
            {[...groups].map(([group, members]) => (
              <div key={group}>
                {groups.size > 1 ? <h3>{group || trans.__('Basic')}</h3> : null}
                {members.map(spec => {
                  const free = spec.capacity?.free;
                  return (
                    <label key={spec.id} className="ais-Card" data-checked={spec.id === value || undefined}>
                      <input
                        type="radio"
                        name={name}
                        value={spec.id}
                        checked={spec.id === value}
                        onChange={() => onChange(spec.id, spec)}
                      />
                      <span>
                        <b>{spec.name}</b> <span>{specFacts(spec, trans.__('CPU'))}</span>
                        <small>
                          {spec.price_per_hour
                            ? trans.__('%1 per hour', money(spec.price_per_hour, trans))
                            : trans.__('free of charge')}
                          {free !== null && free !== undefined
                            ? ` · ${
                                free >= nodes
                                  ? trans.__('%1 of %2 free', count(free), count(spec.capacity?.total))
                                  : trans.__(
                                      '%1 of %2 free: would wait',
                                      count(free),
                                      count(spec.capacity?.total)
                                    )
                              }`
                            : ''}
                          {spec.waiting ? ` · ${trans._n('%1 waiting', '%1 waiting', spec.waiting)}` : ''}
                        </small>
                      </span>
                    </label>
                  );
                })}
              </div>
            ))}
            {props.error ? <div className="ais-FieldError">{props.error}</div> : null}
          </fieldset>
        );
      }}
    </Loaded>
  );
}
