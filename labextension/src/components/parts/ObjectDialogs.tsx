import { useState } from 'react';
import type { AISpaceError, IReason } from '../../client';
import { useApp } from '../context';
import { ConfirmWithConsequences, Dialog, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { errorText } from '../messages';
import { useAction } from '../useAction';

/** Ask for a name, and perhaps a line of description. */
export function NameDialog(props: {
  title: string;
  verb: string;
  name: string;
  description?: string;
  maxLength?: number;
  act: (name: string, description: string) => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const [name, setName] = useState(props.name);
  const [description, setDescription] = useState(props.description ?? '');
  const action = useAction(
    async () => {
      await props.act(name.trim(), description);
      props.onClose();
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(action.error);
  return (
    <Dialog
      title={props.title}
      verb={props.verb}
      busy={action.busy}
      blocked={name.trim() ? null : trans.__('A name is needed')}
      onAccept={action.run}
      onClose={props.onClose}
    >
      <TextField
        label={trans.__('Name')}
        required
        autoFocus
        value={name}
        maxLength={props.maxLength ?? 50}
        error={field('name') ?? (action.error?.code === 'name_taken' ? errorText(trans, action.error) : null)}
        onChange={setName}
      />
      {props.description !== undefined ? (
        <TextField
          label={trans.__('Description')}
          value={description}
          maxLength={255}
          onChange={setDescription}
        />
      ) : null}
      {action.error && !field('name') && action.error.code !== 'name_taken' ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, action.error)}
        </p>
      ) : null}
    </Dialog>
  );
}

/** Ask once before what can't be undone. */
export function DeleteDialog(props: {
  title: string;
  verb: string;
  consequences: string[];
  act: () => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const action = useAction(
    async () => {
      await props.act();
      props.onClose();
    },
    { onError: () => undefined }
  );
  return (
    <ConfirmWithConsequences
      title={props.title}
      verb={props.verb}
      consequences={props.consequences}
      error={action.error ? errorText(trans, action.error) : undefined}
      busy={action.busy}
      onAccept={action.run}
      onClose={props.onClose}
    />
  );
}

/** The words of a refusal at one place, null while all is well. */
export function Refusal(props: { error: AISpaceError | IReason | null }): JSX.Element | null {
  const { trans } = useApp();
  return props.error ? (
    <p role="alert" className="ais-FieldError">
      {'body' in props.error ? errorText(trans, props.error) : props.error.message}
    </p>
  ) : null;
}
