import type { FormEvent, ReactNode, RefObject } from 'react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AISpaceError } from '../client';
import { useApp } from './context';
import { Button } from './controls/Button';
import { clock } from './formats';
import { errorText, fieldText } from './messages';

/**
 * The values of a form, kept in this browser with every change until the form is sent.
 *
 * @returns values, a setter that merges, when the draft was last kept, and what forgets it.
 */
export function useDraft<T extends object>(
  key: string,
  initial: T
): {
  values: T;
  set: (patch: Partial<T>) => void;
  savedAt: number | null;
  forget: () => Promise<void>;
  reset: () => void;
} {
  const { client } = useApp();
  const [values, setValues] = useState<T>(initial);
  const [savedAt, setSavedAt] = useState<number | null>(null);
  const touched = useRef(false);
  const first = useRef(initial);
  useEffect(() => {
    let alive = true;
    void client.drafts
      .get<Partial<T>>(key)
      .then(draft => {
        // What the user has typed meanwhile wins over the draft.
        if (alive && draft && !touched.current) {
          setValues(now => ({ ...now, ...draft }));
          setSavedAt(Date.now());
        }
      })
      .catch(() => undefined);
    return () => {
      alive = false;
    };
  }, [client, key]);
  const set = useCallback(
    (patch: Partial<T>) => {
      touched.current = true;
      setValues(now => {
        const next = { ...now, ...patch };
        client.drafts.put(key, next).then(
          () => setSavedAt(Date.now()),
          () => undefined
        );
        return next;
      });
    },
    [client, key]
  );
  const forget = useCallback(() => client.drafts.delete(key).catch(() => undefined), [client, key]);
  const reset = useCallback(() => {
    setValues(first.current);
    setSavedAt(null);
    void forget();
  }, [forget]);
  return { values, set, savedAt, forget, reset };
}

/** The words at one field of a refused form: `error('name')`. */
export function useFieldErrors(error: AISpaceError | null): (field: string) => string | null {
  const { trans } = useApp();
  return field => {
    const found = error?.fields.find(one => one.field === field || one.field.endsWith(`.${field}`));
    return found ? fieldText(trans, found) : null;
  };
}

/** A form as a page: sections, a summary that stays, one button that says what it does. */
export function FormPage(props: {
  label: string;
  verb: string;
  onSubmit: () => void;
  busy?: boolean;
  blocked?: string | null;
  error?: AISpaceError | null;
  savedAt?: number | null;
  onReset?: () => void;
  /** Another way to send it. */
  second?: { verb: string; busy?: boolean; run: () => void } | null;
  summary?: ReactNode;
  children: ReactNode;
}): JSX.Element {
  const { trans } = useApp();
  const form = useRef<HTMLFormElement>(null);
  const { error } = props;
  useEffect(() => {
    if (error?.fields.length) {
      form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    }
  }, [error]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!props.blocked && !props.busy) {
      props.onSubmit();
    }
  };
  const loose = error?.fields.filter(one => one.field === '' || one.field === 'body') ?? [];
  return (
    <form ref={form} aria-label={props.label} className="ais-Form" noValidate onSubmit={submit}>
      <div className="ais-Form-main">{props.children}</div>
      <aside className="ais-Form-side" aria-label={trans.__('Summary')}>
        {props.summary}
        {error ? (
          <div role="alert" className="ais-FieldError">
            <p>
              {error.fields.length > loose.length
                ? trans._n('%1 field needs a change.', '%1 fields need a change.', error.fields.length)
                : errorText(trans, error)}
            </p>
            {error.fields.length > 0 ? (
              <ul>
                {error.fields.map(one => (
                  <li key={`${one.field} ${one.message}`}>
                    <FieldLink form={form} error={error} field={one.field} />
                    {fieldText(trans, one)}
                  </li>
                ))}
              </ul>
            ) : null}
          </div>
        ) : null}
        <div className="ais-Row">
          <Button type="submit" kind="primary" busy={props.busy} blocked={props.blocked}>
            {props.verb}
          </Button>
          {props.second ? (
            <Button busy={props.second.busy} blocked={props.blocked} onClick={props.second.run}>
              {props.second.verb}
            </Button>
          ) : null}
          {props.onReset ? <Button onClick={props.onReset}>{trans.__('Clear')}</Button> : null}
        </div>
        {props.savedAt ? (
          <p className="ais-Muted">{trans.__('Draft kept in this browser %1', clock(props.savedAt))}</p>
        ) : null}
      </aside>
    </form>
  );
}

/** The refused field by its label, and the way to it; by its name where the form shows no such field. */
function FieldLink(props: {
  form: RefObject<HTMLFormElement>;
  error: AISpaceError;
  field: string;
}): JSX.Element {
  const { form, error, field } = props;
  const [found, setFound] = useState<{ input: HTMLElement; label: string } | null>(null);
  useEffect(() => {
    // Fields that are marked and fields that were refused come in the same order where both are as many.
    const marked = [...(form.current?.querySelectorAll<HTMLInputElement>('[aria-invalid=true]') ?? [])];
    const named = error.fields.filter(one => one.field !== '' && one.field !== 'body');
    const at = named.findIndex(one => one.field === field);
    const input = marked.length === named.length ? marked[at] : undefined;
    const label = input?.labels?.[0]?.textContent?.replace(/\s*\*\s*$/, '');
    setFound(input && label ? { input, label } : null);
  }, [form, error, field]);
  return found ? (
    <>
      <button type="button" className="ais-Link" onClick={() => found.input.focus()}>
        {found.label}
      </button>
      {': '}
    </>
  ) : (
    <>
      <span className="ais-Code">{field}</span>
      {': '}
    </>
  );
}

/** A numbered part of a form. */
export function Section(props: { title: string; children: ReactNode }): JSX.Element {
  return (
    <section className="ais-Section">
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}
