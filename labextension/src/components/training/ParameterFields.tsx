import type { IParameter } from '../../client';
import type { ITrans } from '../../i18n';
import { useApp } from '../context';
import { Button, CheckField, SelectField, TextField } from '../controls';
import { presetText } from '../presetWords';

/** The range of a parameter in words: "1 to 500 epochs". */
export function rangeOf(trans: ITrans, parameter: IParameter): string {
  const { minimum: low, maximum: high } = parameter;
  const unit = presetText(trans, parameter.unit ?? '');
  const has = (value: number | null | undefined): value is number => value !== null && value !== undefined;
  const range =
    has(low) && has(high) ? `${low} – ${high}` : has(low) ? `≥ ${low}` : has(high) ? `≤ ${high}` : '';
  return [range, unit].filter(Boolean).join(' ');
}

/** Typed parameters of an algorithm as fields; what differs from the default is marked and can be put back. */
export function ParameterFields(props: {
  parameters: IParameter[];
  values: Record<string, string | boolean>;
  onChange: (values: Record<string, string | boolean>) => void;
  error: (name: string) => string | null;
}): JSX.Element {
  const { trans } = useApp();
  const set = (parameter: IParameter, value: string | boolean): void => {
    const next = { ...props.values };
    const same =
      typeof value === 'boolean'
        ? value === Boolean(parameter.default)
        : value ===
          (parameter.default === null || parameter.default === undefined ? '' : String(parameter.default));
    if (same) {
      delete next[parameter.name];
    } else {
      next[parameter.name] = value;
    }
    props.onChange(next);
  };
  return (
    <div className="ais-Parameters">
      {props.parameters.map(parameter => {
        const changed = parameter.name in props.values;
        const standard =
          parameter.default === null || parameter.default === undefined ? '' : String(parameter.default);
        const value = changed ? props.values[parameter.name] : parameter.default;
        const range = rangeOf(trans, parameter);
        const help = [range, presetText(trans, parameter.help ?? '')].filter(Boolean).join(' · ');
        const reset = changed ? (
          <Button
            kind="quiet"
            icon="undo"
            label={trans.__('Put %1 back to %2', parameter.name, standard)}
            onClick={() => set(parameter, parameter.type === 'bool' ? Boolean(parameter.default) : standard)}
          />
        ) : null;
        return (
          <div key={parameter.name} className="ais-Parameter" data-changed={changed || undefined}>
            {parameter.type === 'bool' ? (
              <CheckField
                label={parameter.name}
                name={`parameters.${parameter.name}`}
                checked={Boolean(value)}
                help={help}
                onChange={one => set(parameter, one)}
              />
            ) : parameter.type === 'choice' ? (
              <SelectField
                label={parameter.name}
                name={`parameters.${parameter.name}`}
                value={String(value ?? '')}
                options={(parameter.choices ?? []).map(one => ({ value: String(one), label: String(one) }))}
                help={help}
                error={props.error(parameter.name)}
                onChange={one => set(parameter, one)}
              />
            ) : (
              <TextField
                label={parameter.name}
                name={`parameters.${parameter.name}`}
                value={changed ? String(value) : standard}
                help={help}
                error={props.error(parameter.name)}
                onChange={one => set(parameter, one)}
              />
            )}
            {reset}
          </div>
        );
      })}
    </div>
  );
}

/** Lines of name and value of the user's own. */
export function PairLines(props: {
  label: string;
  lines: { name: string; value: string }[];
  onChange: (lines: { name: string; value: string }[]) => void;
  add: string;
}): JSX.Element {
  const { trans } = useApp();
  const set = (index: number, patch: Partial<{ name: string; value: string }>): void =>
    props.onChange(props.lines.map((line, at) => (at === index ? { ...line, ...patch } : line)));
  return (
    <div className="ais-Pairs" role="group" aria-label={props.label}>
      {props.lines.map((line, index) => (
        <div key={index} className="ais-Row">
          <input
            className="ais-Input"
            aria-label={trans.__('Name %1', index + 1)}
            placeholder={trans.__('name')}
            value={line.name}
            spellCheck={false}
            onChange={event => set(index, { name: event.target.value })}
          />
          <span aria-hidden="true">=</span>
          <input
            className="ais-Input"
            aria-label={trans.__('Value %1', index + 1)}
            placeholder={trans.__('value')}
            value={line.value}
            spellCheck={false}
            onChange={event => set(index, { value: event.target.value })}
          />
          <Button
            kind="quiet"
            icon="close"
            label={trans.__('Remove line %1', index + 1)}
            onClick={() => props.onChange(props.lines.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button icon="add" onClick={() => props.onChange([...props.lines, { name: '', value: '' }])}>
          {props.add}
        </Button>
      </div>
    </div>
  );
}
