/* eslint-disable no-control-regex */
export interface IAnsiPart {
  text: string;
  className?: string;
}

export interface IAnsiLine {
  number: number;
  plain: string;
  parts: IAnsiPart[];
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
// Escape sequences: colours are kept, everything else a terminal would obey is dropped.
const SEQUENCE =
  /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|[\u0000-\u0008\u000b\u000c\u000e-\u001a]/g;

interface IStyle {
  colour: string | null;
  bold: boolean;
}

function apply(style: IStyle, codes: string): IStyle {
  let next = { ...style };
  for (const code of (codes || '0').split(';').map(Number)) {
    if (code === 0) {
      next = { colour: null, bold: false };
    } else if (code === 1) {
      next.bold = true;
    } else if (code === 22) {
      next.bold = false;
    } else if (code === 39) {
      next.colour = null;
    } else if (code >= 30 && code <= 37) {
      next.colour = `ansi-${COLOURS[code - 30]}-fg`;
    } else if (code >= 90 && code <= 97) {
      next.colour = `ansi-${COLOURS[code - 90]}-intense-fg`;
    }
  }
  return next;
}

/** Lines of a terminal's text: `\r` rewrites its line, colours become Jupyter's `ansi-*` classes. */
export function ansiLines(text: string): IAnsiLine[] {
  if (!text) {
    return [];
  }
  const raw = text.replaceAll('\r\n', '\n').split('\n');
  if (raw[raw.length - 1] === '') {
    raw.pop();
  }
  let style: IStyle = { colour: null, bold: false };
  return raw.map((source, index) => {
    const trimmed = source.endsWith('\r') ? source.slice(0, -1) : source;
    const line = trimmed.slice(trimmed.lastIndexOf('\r') + 1);
    if (!line.includes('\u001b') && style.colour === null && !style.bold) {
      return { number: index + 1, plain: line, parts: [{ text: line }] };
    }
    const parts: IAnsiPart[] = [];
    let at = 0;
    const push = (piece: string): void => {
      if (piece) {
        const className = [style.colour, style.bold ? 'ansi-bold' : null].filter(Boolean).join(' ');
        parts.push(className ? { text: piece, className } : { text: piece });
      }
    };
    for (const match of line.matchAll(SEQUENCE)) {
      push(line.slice(at, match.index));
      at = match.index + match[0].length;
      if (match[2] === 'm') {
        style = apply(style, match[1]);
      }
    }
    push(line.slice(at));
    return { number: index + 1, plain: parts.map(part => part.text).join(''), parts };
  });
}
