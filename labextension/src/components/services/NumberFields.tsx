import { TextField } from '../controls';

/** A number that a form holds as it was typed. */
export interface INumberField<V> {
  name: keyof V & string;
  label: string;
  min?: number;
  max?: number;
  /** Only whole numbers. */
  whole?: boolean;
  help?: string;
  error: string | null;
}

/** Numbers side by side. */
export function NumberFields<V extends object>(props: {
  values: V;
  set: (patch: Partial<V>) => void;
  fields: INumberField<V>[];
}): JSX.Element {
  return (
    <>
      {props.fields.map(field => (
        <TextField
          key={field.name}
          label={field.label}
          type="number"
          min={field.min ?? 0}
          max={field.max}
          step={field.whole ? undefined : 'any'}
          value={String(props.values[field.name as keyof V])}
          error={field.error}
          help={field.help}
          onChange={value => props.set({ [field.name]: value } as Partial<V>)}
        />
      ))}
    </>
  );
}
