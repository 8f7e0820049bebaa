import type { IFieldError, IParameter, Schemas } from '../../client';
import { useApp } from '../context';
import { Button } from '../controls';

const TYPES: IParameter['type'][] = ['int', 'float', 'str', 'bool', 'choice'];

/** A row as typed: everything is text until it is sent. */
export interface IParameterRow {
  name: string;
  type: IParameter['type'];
  default: string;
  minimum: string;
  maximum: string;
  choices: string;
  unit: string;
  help: string;
}

export function rowOf(parameter: Schemas['Parameter-Input']): IParameterRow {
  const text = (value: string | number | boolean | null | undefined): string =>
    value === null || value === undefined ? '' : String(value);
  return {
    name: parameter.name,
    type: parameter.type,
    default: text(parameter.default),
    minimum: text(parameter.minimum),
    maximum: text(parameter.maximum),
    choices: (parameter.choices ?? []).join(', '),
    unit: text(parameter.unit),
    help: text(parameter.help)
  };
}

/** A row as it is sent; what is no number stays text, so that the server names it. */
export function parameterOf(row: IParameterRow): Schemas['Parameter-Input'] {
  const number = (text: string): string | number =>
    text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  const numeric = row.type === 'int' || row.type === 'float';
  let standard: string | number | boolean | null = null;
  if (row.type === 'bool') {
    standard = row.default === 'true';
  } else if (row.default !== '') {
    standard = numeric ? number(row.default) : row.default;
  }
  return {
    name: row.name.trim(),
    type: row.type,
    ...(standard === null ? {} : { default: standard }),
    ...(numeric && row.minimum.trim() ? { minimum: number(row.minimum) as number } : {}),
    ...(numeric && row.maximum.trim() ? { maximum: number(row.maximum) as number } : {}),
    ...(row.type === 'choice'
      ? {
          choices: row.choices
            .split(',')
            .map(one => one.trim())
            .filter(Boolean)
        }
      : {}),
    ...(row.unit.trim() && numeric ? { unit: row.unit.trim() } : {}),
    ...(row.help.trim() ? { help: row.help.trim() } : {})
  };
}

export const NEW_ROW: IParameterRow = {
  name: '',
  type: 'float',
  default: '',
  minimum: '',
  maximum: '',
  choices: '',
  unit: '',
  help: ''
};

/** Parameters with their types as a table to fill in. */
export function ParameterTable(props: {
  rows: IParameterRow[];
  onChange: (rows: IParameterRow[]) => void;
  fields: IFieldError[];
}): JSX.Element {
  const { trans } = useApp();
  const set = (index: number, patch: Partial<IParameterRow>): void =>
    props.onChange(props.rows.map((row, at) => (at === index ? { ...row, ...patch } : row)));
  const errorOf = (index: number): IFieldError | undefined =>
    props.fields.find(
      one => one.field === `parameters.${index}` || one.field.startsWith(`parameters.${index}.`)
    );
  const typeWord = (type: IParameter['type']): string =>
    ({
      int: trans.__('whole number'),
      float: trans.__('number'),
      str: trans.__('text'),
      bool: trans.__('yes or no'),
      choice: trans.__('choice')
    })[type];
  const cell = (index: number, name: keyof IParameterRow, label: string, off = false): JSX.Element => (
    <td>
      <input
        className="ais-Input"
        aria-label={trans.__('%1 of parameter %2', label, index + 1)}
        value={props.rows[index][name]}
        disabled={off}
        spellCheck={false}
        aria-invalid={errorOf(index)?.field.endsWith(`.${name}`) || undefined}
        onChange={event => set(index, { [name]: event.target.value })}
      />
    </td>
  );
  return (
    <>
      <div className="ais-Scroll" role="region" tabIndex={0} aria-label={trans.__('Parameters')}>
        <table className="ais-PlainTable ais-ParameterTable">
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Type')}</th>
              <th scope="col">{trans.__('Default')}</th>
              <th scope="col">{trans.__('Least')}</th>
              <th scope="col">{trans.__('Most')}</th>
              <th scope="col">{trans.__('Choices')}</th>
              <th scope="col">{trans.__('Unit')}</th>
              <th scope="col">{trans.__('What for')}</th>
              <th scope="col">
                <span className="ais-Hidden">{trans.__('Actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row, index) => {
              const numeric = row.type === 'int' || row.type === 'float';
              const error = errorOf(index);
              return (
                <tr key={index} aria-invalid={error ? true : undefined}>
                  {cell(index, 'name', trans.__('Name'))}
                  <td>
                    <select
                      className="ais-Input"
                      aria-label={trans.__('%1 of parameter %2', trans.__('Type'), index + 1)}
                      value={row.type}
                      onChange={event => set(index, { type: event.target.value as IParameter['type'] })}
                    >
                      {TYPES.map(type => (
                        <option key={type} value={type}>
                          {typeWord(type)}
                        </option>
                      ))}
                    </select>
                  </td>
                  {row.type === 'bool' ? (
                    <td>
                      <select
                        className="ais-Input"
                        aria-label={trans.__('%1 of parameter %2', trans.__('Default'), index + 1)}
                        value={row.default === 'true' ? 'true' : 'false'}
                        onChange={event => set(index, { default: event.target.value })}
                      >
                        <option value="false">{trans.__('no')}</option>
                        <option value="true">{trans.__('yes')}</option>
                      </select>
                    </td>
                  ) : (
                    cell(index, 'default', trans.__('Default'))
                  )}
                  {cell(index, 'minimum', trans.__('Least'), !numeric)}
                  {cell(index, 'maximum', trans.__('Most'), !numeric)}
                  {cell(index, 'choices', trans.__('Choices'), row.type !== 'choice')}
                  {cell(index, 'unit', trans.__('Unit'), !numeric)}
                  {cell(index, 'help', trans.__('What for'))}
                  <td>
                    <Button
                      kind="quiet"
                      icon="close"
                      label={trans.__('Remove %1', row.name || String(index + 1))}
                      onClick={() => props.onChange(props.rows.filter((_, at) => at !== index))}
                    />
                    {error ? <div className="ais-FieldError">{error.message}</div> : null}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Button icon="add" onClick={() => props.onChange([...props.rows, NEW_ROW])}>
        {trans.__('Add parameter')}
      </Button>
    </>
  );
}
