import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ILogPiece } from '../client';
import { AISpaceError } from '../client';
import { ansiLines } from './ansi';
import { useApp } from './context';
import { Button } from './controls/Button';
import { bytes, count } from './formats';
import type { SearchLog } from './logSearch';
import { useLogSearch } from './logSearch';
import { ErrorView, Skeleton } from './states';

export interface ILogSource {
  /** What the log is of; another one starts anew. */
  key: string;
  /** A piece from a byte on. */
  load: (after: number, signal: AbortSignal) => Promise<ILogPiece>;
  /** The topic that pushes what comes ("log/wl_..."); none: the log is complete. */
  topic?: string | null;
  download?: string;
  /** Finds lines of the whole log on the server. */
  search: SearchLog;
}

const ROW = 18;
const KEEP = 200_000;

/** A log: virtual lines, follows its end until one scrolls up, resumes by byte offset. */
export function LogView(props: {
  source: ILogSource;
  label: string;
  active: boolean;
  waiting?: string;
}): JSX.Element {
  const { client, trans } = useApp();
  const [text, setText] = useState<string[]>([]);
  const [position, setPosition] = useState(0);
  const [state, setState] = useState<{ loading: boolean; complete: boolean; error: AISpaceError | null }>({
    loading: true,
    complete: false,
    error: null
  });
  const [follow, setFollow] = useState(true);
  const [unseen, setUnseen] = useState(0);
  const [needle, setNeedle] = useState('');
  const [turn, setTurn] = useState(0);
  const { source } = props;
  const load = useRef(source.load);
  load.current = source.load;
  const { key, topic } = source;

  useEffect(() => {
    const controller = new AbortController();
    let stop: (() => void) | undefined;
    let at = 0;
    setText([]);
    setPosition(0);
    setState({ loading: true, complete: false, error: null });
    const add = (piece: string): void =>
      setText(old => (old.length > 400 ? [old.join('') + piece] : [...old, piece]));
    const read = async (): Promise<void> => {
      for (;;) {
        const piece = await load.current(at, controller.signal);
        if (controller.signal.aborted) {
          return;
        }
        if (piece.text) {
          add(piece.text);
        }
        const moved = piece.next > at;
        at = piece.next;
        setPosition(at);
        setState({ loading: false, complete: piece.complete, error: null });
        if (!moved || piece.complete) {
          if (!piece.complete && topic) {
            stop = client.stream.subscribe<{ text: string }>(
              topic,
              {
                items: (items, next) => {
                  add(items.map(item => item.text).join(''));
                  setUnseen(n => n + items.length);
                  if (next !== null) {
                    setPosition(next);
                  }
                }
              },
              at
            );
          }
          return;
        }
      }
    };
    read().catch((reason: unknown) => {
      if (!controller.signal.aborted) {
        setState({ loading: false, complete: false, error: AISpaceError.of(reason) });
      }
    });
    return () => {
      controller.abort();
      stop?.();
    };
  }, [client, key, topic, turn]);

  // When the work ends, the rest is read once more and the log is complete.
  const wasActive = useRef(props.active);
  useEffect(() => {
    if (wasActive.current && !props.active) {
      setTurn(n => n + 1);
    }
    wasActive.current = props.active;
  }, [props.active]);

  const lines = useMemo(() => ansiLines(text.join('')).slice(-KEEP), [text]);
  const found = useLogSearch(key, source.search, needle.trim(), position);
  const shown = found.lines ?? lines;
  const scroll = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 20
  });
  useEffect(() => {
    if (follow && !needle && shown.length > 0) {
      virtualizer.scrollToIndex(shown.length - 1);
      setUnseen(0);
    }
  }, [follow, needle, shown.length, virtualizer]);
  /** Leave the search at a line of the log. */
  const showLine = (number: number): void => {
    setNeedle('');
    setFollow(false);
    const at = lines.findIndex(line => line.number === number);
    requestAnimationFrame(() => virtualizer.scrollToIndex(Math.max(0, at), { align: 'center' }));
  };

  const firstError = lines.findIndex(line => /\b(error|exception|traceback)\b/i.test(line.plain));
  return (
    <div className="ais-Log">
      <div className="ais-Table-bar">
        <input
          type="search"
          className="ais-Input"
          value={needle}
          placeholder={trans.__('Find in the log')}
          aria-label={trans.__('Find in the log')}
          maxLength={256}
          onChange={event => setNeedle(event.target.value)}
        />
        {firstError >= 0 ? (
          <Button onClick={() => showLine(lines[firstError].number)}>{trans.__('First error')}</Button>
        ) : null}
        <Button pressed={follow} onClick={() => setFollow(!follow)}>
          {!follow && unseen > 0 ? trans._n('%1 new line', '%1 new lines', unseen) : trans.__('Follow')}
        </Button>
        {source.download ? (
          <a className="ais-Button ais-mod-plain" href={source.download} download>
            {trans.__('Download')}
          </a>
        ) : null}
        <span className="ais-Muted">
          {found.lines
            ? found.busy
              ? trans.__('Searching')
              : trans._n('%1 line found', '%1 lines found', found.lines.length, count(found.lines.length))
            : state.complete
              ? trans._n('complete, %1 line', 'complete, %1 lines', lines.length)
              : trans.__('%1 lines, %2', count(lines.length), bytes(position) || '0 B')}
        </span>
      </div>
      {state.error ? <ErrorView error={state.error} onRetry={() => setTurn(turn + 1)} compact /> : null}
      {found.error ? <ErrorView error={found.error} onRetry={found.goOn} compact /> : null}
      {found.more && !found.busy ? (
        <Button onClick={found.goOn}>{trans.__('Search the rest of the log')}</Button>
      ) : null}
      {state.loading ? <Skeleton rows={6} /> : null}
      {!state.loading && lines.length === 0 && !state.error ? (
        <p className="ais-Muted">{props.waiting ?? trans.__('Nothing written yet.')}</p>
      ) : null}
      <div
        ref={scroll}
        className="ais-Log-lines"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={props.label}
        onWheel={event => event.deltaY < 0 && setFollow(false)}
        onKeyDown={event => ['PageUp', 'ArrowUp', 'Home'].includes(event.key) && setFollow(false)}
      >
        <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map(item => {
            const line = shown[item.index];
            return (
              <div
                key={item.key}
                className="ais-Log-line"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {found.lines ? (
                  <button
                    type="button"
                    className="ais-Log-number ais-Link"
                    aria-label={trans.__('Show line %1', line.number)}
                    onClick={() => showLine(line.number)}
                  >
                    {line.number}
                  </button>
                ) : (
                  <span className="ais-Log-number" aria-hidden="true">
                    {line.number}
                  </span>
                )}
                {line.parts.map((part, index) => (
                  <span key={index} className={part.className}>
                    {part.text}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
