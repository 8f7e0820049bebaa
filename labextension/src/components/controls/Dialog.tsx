import type { FormEvent, ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';
import { useTrans } from '../context';
import { Button } from './Button';

/** A dialog for a short decision: at most five fields. Enter does it, Esc leaves, the focus returns. */
export function Dialog(props: {
  title: string;
  /** The verb of its button. */
  verb?: string;
  danger?: boolean;
  busy?: boolean;
  blocked?: string | null;
  children: ReactNode;
  onAccept?: () => void;
  onClose: () => void;
  wide?: boolean;
}): JSX.Element {
  const trans = useTrans();
  const root = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const dialog = root.current;
    const before = document.activeElement as HTMLElement | null;
    if (dialog && !dialog.open) {
      dialog.showModal();
    }
    return () => {
      dialog?.close();
      before?.focus?.();
    };
  }, []);
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!props.blocked && !props.busy) {
      props.onAccept?.();
    }
  };
  return (
    <dialog
      ref={root}
      className={`ais-Dialog ${props.wide ? 'ais-mod-wide' : ''}`}
      aria-labelledby={title}
      onCancel={event => {
        event.preventDefault();
        props.onClose();
      }}
      onKeyDown={event => event.stopPropagation()}
    >
      <form method="dialog" onSubmit={onSubmit}>
        <h2 id={title}>{props.title}</h2>
        <div className="ais-Dialog-body">{props.children}</div>
        <div className="ais-Dialog-buttons">
          <Button onClick={props.onClose}>{props.onAccept ? trans.__('Cancel') : trans.__('Close')}</Button>
          {props.onAccept ? (
            <Button
              type="submit"
              kind={props.danger ? 'danger' : 'primary'}
              busy={props.busy}
              blocked={props.blocked}
            >
              {props.verb}
            </Button>
          ) : null}
        </div>
      </form>
    </dialog>
  );
}

/** Asks once, naming and counting what can't be undone. */
export function ConfirmWithConsequences(props: {
  title: string;
  verb: string;
  consequences: ReactNode[];
  /** Why it can't be done; then there is no button. */
  refused?: ReactNode;
  /** What may be chosen with it. */
  children?: ReactNode;
  error?: ReactNode;
  busy?: boolean;
  onAccept: () => void;
  onClose: () => void;
}): JSX.Element {
  return (
    <Dialog
      title={props.title}
      verb={props.verb}
      danger
      busy={props.busy}
      onAccept={props.refused ? undefined : props.onAccept}
      onClose={props.onClose}
    >
      {props.refused ? <p role="alert">{props.refused}</p> : null}
      <ul className="ais-Consequences">
        {props.consequences.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
      {props.refused ? null : props.children}
      {props.error ? (
        <p role="alert" className="ais-FieldError">
          {props.error}
        </p>
      ) : null}
    </Dialog>
  );
}
