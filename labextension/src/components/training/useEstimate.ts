import { useEffect, useRef, useState } from 'react';
import type { IEstimate, IRunChanges } from '../../client';
import { AISpaceError } from '../../client';
import { useApp } from '../context';

const PAUSE = 400;

/** What the server says of a job that is being filled in; asked on each pause of typing. */
export function useEstimate(body: (IRunChanges & { name?: string }) | null): {
  estimate: IEstimate | null;
  error: AISpaceError | null;
  checking: boolean;
} {
  const { client } = useApp();
  const [state, setState] = useState<{ estimate: IEstimate | null; error: AISpaceError | null }>({
    estimate: null,
    error: null
  });
  const [checking, setChecking] = useState(false);
  const text = body ? JSON.stringify(body) : null;
  const first = useRef(true);
  useEffect(() => {
    if (text === null) {
      return;
    }
    const controller = new AbortController();
    setChecking(true);
    const timer = setTimeout(
      () => {
        client
          .call('POST /training-jobs/estimate', {
            body: JSON.parse(text) as IRunChanges,
            signal: controller.signal
          })
          .then(
            estimate => {
              setState({ estimate, error: null });
              setChecking(false);
            },
            (reason: unknown) => {
              if (!controller.signal.aborted) {
                setState(old => ({ estimate: old.estimate, error: AISpaceError.of(reason) }));
                setChecking(false);
              }
            }
          );
      },
      first.current ? 0 : PAUSE
    );
    first.current = false;
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [client, text]);
  return { ...state, checking };
}
