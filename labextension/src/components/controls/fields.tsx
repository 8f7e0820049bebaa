import type { ReactNode } from 'react';
import { useId } from 'react';

interface IFieldProps {
  label: string;
  help?: ReactNode;
  error?: string | null;
  required?: boolean;
}

function describe(id: string, props: IFieldProps): string | undefined {
  const parts = [props.error ? `${id}-error` : null, props.help ? `${id}-help` : null].filter(Boolean);
  return parts.length ? parts.join(' ') : undefined;
}

/** A label, its control, what it is for, and what is wrong with it. */
function Field(props: IFieldProps & { id: string; children: ReactNode }): JSX.Element {
  return (
    <div className={`ais-Field ${props.error ? 'ais-mod-wrong' : ''}`}>
      <label htmlFor={props.id}>
        {props.label}
        {props.required ? <span aria-hidden="true"> *</span> : null}
      </label>
      {props.children}
      {props.help ? (
        <div id={`${props.id}-help`} className="ais-Help">
          {props.help}
        </div>
      ) : null}
      {props.error ? (
        <div id={`${props.id}-error`} className="ais-FieldError">
          {props.error}
        </div>
      ) : null}
    </div>
  );
}

/** One line of text, a number, a password or a date. */
export function TextField(
  props: IFieldProps & {
    value: string;
    onChange: (value: string) => void;
    type?: 'text' | 'number' | 'password' | 'url' | 'date' | 'datetime-local';
    maxLength?: number;
    min?: number;
    max?: number;
    step?: number | 'any';
    placeholder?: string;
    autoFocus?: boolean;
    disabled?: boolean;
    name?: string;
  }
): JSX.Element {
  const id = useId();
  return (
    <Field {...props} id={id}>
      <input
        id={id}
        name={props.name}
        className="ais-Input"
        type={props.type ?? 'text'}
        value={props.value}
        maxLength={props.maxLength}
        min={props.min}
        max={props.max}
        step={props.step}
        placeholder={props.placeholder}
        autoFocus={props.autoFocus}
        autoComplete="off"
        spellCheck={false}
        disabled={props.disabled}
        required={props.required}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={describe(id, props)}
        onChange={event => props.onChange(event.target.value)}
      />
    </Field>
  );
}

/** Several lines of text. */
export function TextArea(
  props: IFieldProps & {
    value: string;
    onChange: (value: string) => void;
    rows?: number;
    maxLength?: number;
    code?: boolean;
    name?: string;
  }
): JSX.Element {
  const id = useId();
  return (
    <Field {...props} id={id}>
      <textarea
        id={id}
        name={props.name}
        className={`ais-Input ${props.code ? 'ais-Code' : ''}`}
        rows={props.rows ?? 3}
        maxLength={props.maxLength}
        value={props.value}
        spellCheck={!props.code}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={describe(id, props)}
        onChange={event => props.onChange(event.target.value)}
      />
    </Field>
  );
}

export interface IOption<T extends string = string> {
  value: T;
  label: string;
  disabled?: boolean;
}

/** One of a few. */
export function SelectField<T extends string>(
  props: IFieldProps & {
    value: T;
    onChange: (value: T) => void;
    options: IOption<T>[];
    disabled?: boolean;
    name?: string;
  }
): JSX.Element {
  const id = useId();
  return (
    <Field {...props} id={id}>
      <select
        id={id}
        name={props.name}
        className="ais-Input"
        value={props.value}
        disabled={props.disabled}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={describe(id, props)}
        onChange={event => props.onChange(event.target.value as T)}
      >
        {props.options.map(option => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** Yes or no. */
export function CheckField(props: {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  help?: ReactNode;
  disabled?: boolean;
  name?: string;
}): JSX.Element {
  const id = useId();
  return (
    <div className="ais-Check">
      <input
        id={id}
        name={props.name}
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.help ? `${id}-help` : undefined}
        onChange={event => props.onChange(event.target.checked)}
      />
      <label htmlFor={id}>{props.label}</label>
      {props.help ? (
        <div id={`${id}-help`} className="ais-Help">
          {props.help}
        </div>
      ) : null}
    </div>
  );
}

/** One of a few, each with words of its own, as cards or rows. */
export function RadioCards<T extends string>(props: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: string; help?: ReactNode; blocked?: string | null }[];
  rows?: boolean;
}): JSX.Element {
  const id = useId();
  return (
    <fieldset className={`ais-Cards ${props.rows ? 'ais-mod-rows' : ''}`}>
      <legend>{props.label}</legend>
      <div>
        {props.options.map(option => (
          <label
            key={option.value}
            className="ais-Card"
            data-checked={option.value === props.value || undefined}
          >
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === props.value}
              disabled={Boolean(option.blocked)}
              onChange={() => props.onChange(option.value)}
            />
            <span>
              <b>{option.label}</b>
              {option.help ? <small>{option.help}</small> : null}
              {option.blocked ? <small>{option.blocked}</small> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
