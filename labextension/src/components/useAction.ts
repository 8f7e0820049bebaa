import { useCallback, useRef, useState } from 'react';
import { AISpaceError } from '../client';
import { useApp } from './context';
import { errorText } from './messages';

/** An action of a button: never twice at once, its refusal told. */
export function useAction<A extends unknown[]>(
  act: (...args: A) => Promise<void>,
  options: { onError?: (error: AISpaceError) => void } = {}
): { run: (...args: A) => void; busy: boolean; error: AISpaceError | null; clear: () => void } {
  const { notify, trans } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AISpaceError | null>(null);
  const running = useRef(false);
  const latest = useRef({ act, options });
  latest.current = { act, options };
  const run = useCallback(
    (...args: A) => {
      if (running.current) {
        return;
      }
      running.current = true;
      setBusy(true);
      setError(null);
      latest.current
        .act(...args)
        .catch((reason: unknown) => {
          const failure = AISpaceError.of(reason);
          setError(failure);
          if (latest.current.options.onError) {
            latest.current.options.onError(failure);
          } else {
            notify({ message: errorText(trans, failure), kind: 'error' });
          }
        })
        .finally(() => {
          running.current = false;
          setBusy(false);
        });
    },
    [notify, trans]
  );
  const clear = useCallback(() => setError(null), []);
  return { run, busy, error, clear };
}
