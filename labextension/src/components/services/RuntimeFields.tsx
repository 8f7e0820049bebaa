import type { ReactNode } from 'react';
import type { ParameterValue } from '../../client';
import { useApp } from '../context';
import { PairLines } from '../training/ParameterFields';
import { guessed } from '../training/request';

interface IPair {
  name: string;
  value: string;
}

/** What a program that answers gets besides its model, as a form holds it. */
export interface IRuntimeValues {
  parameters: IPair[];
  environment: IPair[];
}

/** The values of a form for what a service or batch service was made with. */
export function runtimeValues(
  made: { parameters: Record<string, unknown>; environment: Record<string, string> } | null
): IRuntimeValues {
  const pairs = (values: Record<string, unknown>): IPair[] =>
    Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
  return { parameters: pairs(made?.parameters ?? {}), environment: pairs(made?.environment ?? {}) };
}

/** The same as a request says it; lines without a name are left out. */
export function runtimeBody(values: IRuntimeValues): {
  parameters: Record<string, ParameterValue>;
  environment: Record<string, string>;
} {
  const filled = (lines: IPair[]): [string, string][] =>
    lines.filter(line => line.name.trim()).map(line => [line.name.trim(), line.value]);
  return {
    parameters: Object.fromEntries(filled(values.parameters).map(([name, value]) => [name, guessed(value)])),
    environment: Object.fromEntries(filled(values.environment))
  };
}

/** Parameters and environment variables. */
export function RuntimeFields(props: {
  values: IRuntimeValues;
  set: (patch: Partial<IRuntimeValues>) => void;
  error: (field: string) => string | null;
  /** Between the two. */
  children?: ReactNode;
}): JSX.Element {
  const { trans } = useApp();
  const { values, set } = props;
  const refused = (name: string): JSX.Element | null =>
    props.error(name) ? <p className="ais-FieldError">{props.error(name)}</p> : null;
  return (
    <>
      <h3>{trans.__('Parameters')}</h3>
      <PairLines
        label={trans.__('Parameters')}
        lines={values.parameters}
        add={trans.__('Add name = value')}
        onChange={parameters => set({ parameters })}
      />
      {refused('parameters')}
      {props.children}
      <h3>{trans.__('Environment variables')}</h3>
      <PairLines
        label={trans.__('Environment variables')}
        lines={values.environment}
        add={trans.__('Add variable')}
        onChange={environment => set({ environment })}
      />
      {refused('environment')}
    </>
  );
}
