import { useEffect, useRef, useState } from 'react';
import type { ILogPiece } from '../client';
import { AISpaceError } from '../client';
import type { IAnsiLine } from './ansi';
import { ansiLines } from './ansi';

export type SearchLog = (text: string, after: number, signal: AbortSignal) => Promise<ILogPiece>;

export interface ILogSearch {
  /** Lines that hold the text; null while nothing is searched. */
  lines: IAnsiLine[] | null;
  busy: boolean;
  error: AISpaceError | null;
  /** Searching stopped before the end, since it was enough for once. */
  more: boolean;
  goOn: () => void;
}

const TYPING = 300;
const NOTHING = { text: '', lines: [] as IAnsiLine[], next: 0, size: 0 };

/**
 * Lines of the whole log that hold a text, found by the server.
 *
 * Parameters
 * ----------
 * position: how far the log has come; what comes later is searched too.
 */
export function useLogSearch(source: string, search: SearchLog, text: string, position: number): ILogSearch {
  const [found, setFound] = useState(NOTHING);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AISpaceError | null>(null);
  const [asked, setAsked] = useState(0);
  const ask = useRef(search);
  ask.current = search;
  const name = `${source} ${text}`;
  const current = found.text === name ? found : { ...NOTHING, text: name };
  const before = useRef(current);
  before.current = current;
  // Of a log that grows, the new part is searched when what was searched reached the end of the old.
  const end = text && current.next > 0 && current.next >= current.size ? Math.max(position, current.size) : 0;

  useEffect(() => {
    setError(null);
    if (!text || (before.current.size > 0 && before.current.next >= end && asked === 0)) {
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      setBusy(true);
      const old = before.current;
      ask
        .current(text, old.next, controller.signal)
        .then(
          piece => {
            if (!controller.signal.aborted) {
              const lines = (piece.matches ?? []).map(match => ({
                ...(ansiLines(match.text)[0] ?? { plain: '', parts: [] }),
                number: match.number
              }));
              setFound({ text: name, lines: [...old.lines, ...lines], next: piece.next, size: piece.size });
              setAsked(0);
            }
          },
          (reason: unknown) => {
            if (!controller.signal.aborted) {
              setError(AISpaceError.of(reason));
            }
          }
        )
        .finally(() => {
          if (!controller.signal.aborted) {
            setBusy(false);
          }
        });
    }, TYPING);
    return () => {
      clearTimeout(timer);
      controller.abort();
      setBusy(false);
    };
  }, [name, text, end, asked]);

  return {
    lines: text ? current.lines : null,
    busy: Boolean(text) && (busy || (current.size === 0 && !error)),
    error: text ? error : null,
    more: Boolean(text) && current.next < current.size,
    goOn: () => setAsked(n => n + 1)
  };
}
