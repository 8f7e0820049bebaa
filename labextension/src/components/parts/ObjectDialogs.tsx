import { useEffect, useRef, useState } from 'react';
import { AISpaceError } from '../../client';
import type { IReason } from '../../client';
import { useApp } from '../context';
import { CheckField, ConfirmWithConsequences, Dialog, TextField } from '../controls';
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

/** Into the trash at once, with "Undo"; only a refusal is a dialog. */
export function MoveToTrash(props: {
  ids: string[];
  /** What it is called; with several, of the first. */
  name: string;
  act: (id: string) => Promise<void>;
  /** After the last one. */
  onDone?: () => void;
  onRestored?: () => void;
  onClose: () => void;
}): JSX.Element | null {
  const { client, trans, notify } = useApp();
  const { ids, name } = props;
  const gone = useRef(new Set<string>());
  const undo = async (): Promise<void> => {
    try {
      for (const id of gone.current) {
        await client.call('POST /trash/{id}/restore', { path: { id }, body: {} });
      }
      props.onRestored?.();
      notify({
        kind: 'success',
        key: `trash ${ids[0]}`,
        message:
          gone.current.size === 1
            ? trans.__('%1 is back', name)
            : trans._n('%1 thing is back', '%1 things are back', gone.current.size)
      });
    } catch (reason) {
      notify({ kind: 'error', key: `trash ${ids[0]}`, message: errorText(trans, AISpaceError.of(reason)) });
    }
  };
  const action = useAction(
    async () => {
      try {
        for (const id of ids.filter(one => !gone.current.has(one))) {
          await props.act(id);
          gone.current.add(id);
        }
      } finally {
        if (gone.current.size > 0) {
          notify({
            kind: 'success',
            key: `trash ${ids[0]}`,
            message:
              gone.current.size === 1
                ? trans.__('%1 is in the trash', name)
                : trans._n('%1 thing is in the trash', '%1 things are in the trash', gone.current.size),
            action: { label: trans.__('Undo'), run: () => void undo() }
          });
          props.onDone?.();
        }
      }
      props.onClose();
    },
    { onError: () => undefined }
  );
  const { run } = action;
  useEffect(run, [run]);
  return action.error ? (
    <Dialog
      title={ids.length === 1 ? trans.__('%1 was not deleted', name) : trans.__('Not all was deleted')}
      verb={trans.__('Retry')}
      busy={action.busy}
      onAccept={run}
      onClose={props.onClose}
    >
      <p role="alert" className="ais-FieldError">
        {errorText(trans, action.error)}
      </p>
    </Dialog>
  ) : null;
}

/** Hand an object over to somebody else; he takes it or declines. */
export function HandOverDialog(props: {
  object: { id: string; name: string };
  onDone?: () => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans, notify, may } = useApp();
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const [atOnce, setAtOnce] = useState(false);
  const action = useAction(
    async () => {
      const offer = await client.call('POST /transfers', {
        body: { object_id: props.object.id, to: to.trim(), note, at_once: atOnce }
      });
      notify({
        kind: 'success',
        key: offer.id,
        message:
          offer.status === 'offered'
            ? trans.__(
                '%1 is offered to %2, who takes it or declines',
                props.object.name,
                offer.receiver.name
              )
            : trans.__('%1 belongs to %2 now', props.object.name, offer.receiver.name)
      });
      props.onClose();
      props.onDone?.();
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(action.error);
  return (
    <Dialog
      title={trans.__('Hand over %1', props.object.name)}
      verb={atOnce ? trans.__('Move') : trans.__('Offer')}
      busy={action.busy}
      blocked={to.trim() ? null : trans.__('The name of a user is needed')}
      onAccept={action.run}
      onClose={props.onClose}
    >
      <p>
        {trans.__(
          'It stays yours until it is accepted. What runs goes on; after that it is paid by the new owner, and you may use it only as others may.'
        )}
      </p>
      <TextField
        label={trans.__('To the user')}
        required
        autoFocus
        value={to}
        maxLength={255}
        error={field('to')}
        onChange={setTo}
      />
      <TextField
        label={trans.__('Note')}
        value={note}
        maxLength={255}
        error={field('note')}
        onChange={setNote}
      />
      {may('admin:transfer') ? (
        <CheckField label={trans.__('Move it without asking')} checked={atOnce} onChange={setAtOnce} />
      ) : null}
      {action.error && !field('to') && !field('note') ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, action.error)}
        </p>
      ) : null}
    </Dialog>
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
