import type { KeyboardEvent, UIEvent } from 'react';
import { useId, useRef } from 'react';
import { useApp } from '../context';

const INDENT = '    ';

/** What a text area holds: its text and selection. */
export interface IEdit {
  text: string;
  start: number;
  end: number;
}

/** Move the selected lines right or left by one step. */
export function shift(edit: IEdit, right: boolean): IEdit {
  const from = edit.text.lastIndexOf('\n', edit.start - 1) + 1;
  const stop = edit.text.indexOf('\n', Math.max(edit.start, edit.end - 1));
  const to = stop < 0 ? edit.text.length : stop;
  const lines = edit.text.slice(from, to).split('\n');
  const moved = lines.map(line => (right ? (line ? INDENT + line : line) : line.replace(/^( {1,4}|\t)/, '')));
  const body = moved.join('\n');
  const text = edit.text.slice(0, from) + body + edit.text.slice(to);
  const first = moved[0].length - lines[0].length;
  return {
    text,
    start: Math.max(from, edit.start + first),
    end: Math.max(from, edit.end + body.length - (to - from))
  };
}

/** A new line with the indent of the one before, one step deeper after a colon. */
export function newLine(edit: IEdit): IEdit {
  const from = edit.text.lastIndexOf('\n', edit.start - 1) + 1;
  const line = edit.text.slice(from, edit.start);
  const indent = (/^[ \t]*/.exec(line)?.[0] ?? '') + (/:\s*(#.*)?$/.test(line) ? INDENT : '');
  const at = edit.start + 1 + indent.length;
  return {
    text: `${edit.text.slice(0, edit.start)}\n${indent}${edit.text.slice(edit.end)}`,
    start: at,
    end: at
  };
}

/** Plain code with line numbers. Tab leaves it, Ctrl+] and Ctrl+[ indent, Ctrl+S saves. */
export function CodeEditor(props: {
  label: string;
  value: string;
  onChange?: (text: string) => void;
  onSave?: () => void;
  readOnly?: boolean;
  rows?: number;
}): JSX.Element {
  const { trans } = useApp();
  const gutter = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const help = useId();
  const lines = props.value.split('\n').length;
  const put = (edit: IEdit): void => {
    props.onChange?.(edit.text);
    requestAnimationFrame(() => area.current?.setSelectionRange(edit.start, edit.end));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const control = event.ctrlKey || event.metaKey;
    const { selectionStart: start, selectionEnd: end, value: text } = event.currentTarget;
    if (control && event.key === 's') {
      props.onSave?.();
    } else if (!props.readOnly && control && (event.key === ']' || event.key === '[')) {
      put(shift({ text, start, end }, event.key === ']'));
    } else if (!props.readOnly && event.key === 'Enter' && !control && !event.nativeEvent.isComposing) {
      put(newLine({ text, start, end }));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="ais-Editor">
      <div className="ais-Editor-box">
        <div ref={gutter} className="ais-Editor-gutter" aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </div>
        <textarea
          ref={area}
          aria-label={props.label}
          aria-describedby={props.readOnly ? undefined : help}
          value={props.value}
          rows={props.rows ?? 24}
          readOnly={props.readOnly}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          onChange={event => props.onChange?.(event.target.value)}
          onKeyDown={onKeyDown}
          onScroll={(event: UIEvent<HTMLTextAreaElement>) => {
            if (gutter.current) {
              gutter.current.scrollTop = event.currentTarget.scrollTop;
            }
          }}
        />
      </div>
      {props.readOnly ? null : (
        <p id={help} className="ais-Help">
          {trans.__('Ctrl+S saves, Ctrl+] and Ctrl+[ indent, Tab leaves the editor.')}
        </p>
      )}
    </div>
  );
}
