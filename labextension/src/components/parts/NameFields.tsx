import { useApp } from '../context';
import { TextField } from '../controls';

/** How a thing is called and what it is for: the beginning of every form that makes one. */
export function NameFields(props: {
  values: { name: string; description: string };
  set: (patch: { name: string } | { description: string }) => void;
  error: (field: string) => string | null;
  /** Characters that each may have. */
  longest?: { name: number; description: number };
  help?: string;
}): JSX.Element {
  const { trans } = useApp();
  const { values, set, error } = props;
  const longest = props.longest ?? { name: 50, description: 255 };
  return (
    <>
      <TextField
        label={trans.__('Name')}
        required
        maxLength={longest.name}
        value={values.name}
        error={error('name')}
        help={props.help}
        onChange={name => set({ name })}
      />
      <TextField
        label={trans.__('Description')}
        maxLength={longest.description}
        value={values.description}
        error={error('description')}
        onChange={description => set({ description })}
      />
    </>
  );
}
