import type { IAnnotatorLabel } from './types';

export type Action =
  | { do: 'label'; label: string }
  | { do: 'find' | 'confirm' | 'confirm-stay' | 'next' | 'previous' | 'first' | 'last' | 'go-to' }
  | {
      do:
        | 'undo'
        | 'redo'
        | 'hard'
        | 'repeat'
        | 'clear'
        | 'leave'
        | 'help'
        | 'zoom-in'
        | 'zoom-out'
        | 'fit'
        | 'actual';
    };

export interface IKey {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

/** Letters that have a meaning of their own in classification: labels may not use them. */
export const RESERVED = ['c', 'r', 'u'];

/** The key of each label: its own, else its name where that is a digit, else the digits 1 to 9 and 0 in order. */
export function labelKeys(labels: IAnnotatorLabel[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const label of labels) {
    if (label.key && !RESERVED.includes(label.key) && !keys.has(label.key)) {
      keys.set(label.key, label.name);
    }
  }
  for (const label of labels) {
    if (!label.key && /^[0-9]$/.test(label.name) && !keys.has(label.name)) {
      keys.set(label.name, label.name);
    }
  }
  const named = new Set(keys.values());
  labels.slice(0, 10).forEach((label, index) => {
    const digit = String((index + 1) % 10);
    if (!named.has(label.name) && !keys.has(digit)) {
      keys.set(digit, label.name);
    }
  });
  return keys;
}

/** The plain key of an event; by its place on the keyboard while an input method holds the letters. */
function plain(event: IKey): string {
  if (event.key !== 'Process' && event.key !== 'Unidentified') {
    return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  }
  const found = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code);
  return found ? found[1].toLowerCase() : event.code;
}

/** What a key means, or null: unknown keys go on to whoever wants them. */
export function actionOf(event: IKey, labels: Map<string, string>): Action | null {
  if (event.isComposing || event.altKey) {
    return null;
  }
  const key = plain(event);
  if (event.ctrlKey || event.metaKey) {
    switch (key) {
      case 'z':
        return { do: event.shiftKey ? 'redo' : 'undo' };
      case 'y':
        return { do: 'redo' };
      case 'g':
        return { do: 'go-to' };
      case 'Home':
        return { do: 'first' };
      case 'End':
        return { do: 'last' };
      default:
        return null;
    }
  }
  if (event.shiftKey && event.code === 'Digit1') {
    return { do: 'fit' };
  }
  if (event.shiftKey && event.code === 'Digit0') {
    return { do: 'actual' };
  }
  switch (key) {
    case 'Enter':
      return { do: event.shiftKey ? 'confirm-stay' : 'confirm' };
    case 'ArrowRight':
    case 'PageDown':
      return { do: 'next' };
    case 'ArrowLeft':
    case 'PageUp':
      return { do: 'previous' };
    case 'Escape':
      return { do: 'leave' };
    case 'Backspace':
    case 'Delete':
      return { do: 'clear' };
    case '/':
      return { do: 'find' };
    case '?':
      return { do: 'help' };
    case '+':
    case '=':
      return { do: 'zoom-in' };
    case '-':
      return { do: 'zoom-out' };
  }
  if (event.shiftKey) {
    return null;
  }
  if (key === 'c') {
    return { do: 'confirm' };
  }
  if (key === 'u') {
    return { do: 'hard' };
  }
  if (key === 'r') {
    return { do: 'repeat' };
  }
  const label = labels.get(key);
  return label === undefined ? null : { do: 'label', label };
}
