import type { Action, ActionName } from './actions';
import { ACTIONS } from './actions';
import type { IAnnotatorLabel } from './types';

export interface IKey {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

/** Letters that have a meaning of their own in every kind: labels may not use them, and the server refuses them. */
export const RESERVED = ['c', 'r', 'u'];

/** Letters that kinds with shapes use besides: there a label with such a key gets a digit instead. */
export const RESERVED_SHAPES = ['b', 'h', 'n', 'q', 'v'];

/** The key of each label: its own, else its name where that is a digit, else the digits 1 to 9 and 0 in order. */
export function labelKeys(labels: IAnnotatorLabel[], shapes = false): Map<string, string> {
  const reserved = shapes ? [...RESERVED, ...RESERVED_SHAPES] : RESERVED;
  const keys = new Map<string, string>();
  for (const label of labels) {
    if (label.key && !reserved.includes(label.key) && !keys.has(label.key)) {
      keys.set(label.key, label.name);
    }
  }
  const named = (): Set<string> => new Set(keys.values());
  for (const label of labels) {
    if (!named().has(label.name) && /^[0-9]$/.test(label.name) && !keys.has(label.name)) {
      keys.set(label.name, label.name);
    }
  }
  const already = named();
  labels.slice(0, 10).forEach((label, index) => {
    const digit = String((index + 1) % 10);
    if (!already.has(label.name) && !keys.has(digit)) {
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

/** Characters that an American keyboard gives with Shift, as the key they are on. */
const SHIFTED: Record<string, string> = { '?': 'Shift /', '+': 'Shift =' };

/** An event as the table of actions writes keys. */
function strokeOf(event: IKey): string {
  const accel = event.ctrlKey || event.metaKey ? 'Accel ' : '';
  const key = plain(event);
  const digit = /^Digit([0-9])$/.exec(event.code);
  if (event.shiftKey && digit) {
    return `${accel}Shift ${digit[1]}`;
  }
  if (key in SHIFTED) {
    return accel + SHIFTED[key];
  }
  // The symbols of other keyboards need Shift where the American one does not.
  const shift = event.shiftKey && !/^[^a-z0-9]$/.test(key) ? 'Shift ' : '';
  return `${accel}${shift}${key.length === 1 ? key.toUpperCase() : key}`;
}

const STROKES = new Map(ACTIONS.flatMap(action => action.keys.map(key => [key, action] as const)));

/** What a key means, or null: unknown keys go on to whoever wants them. */
export function actionOf(event: IKey, labels: Map<string, string>, shapes = false): Action | null {
  if (event.isComposing || event.altKey) {
    return null;
  }
  const action = STROKES.get(strokeOf(event));
  if (action && (shapes || !action.shapes)) {
    return { do: action.do };
  }
  return labelOf(event, labels);
}

/** The label whose key it is, or null. */
export function labelOf(event: IKey, labels: Map<string, string>): Action | null {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
    return null;
  }
  const label = labels.get(plain(event));
  return label === undefined ? null : { do: 'label', label };
}

const SHOWN: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc'
};

/** A key as one writes it for people: "Ctrl+Z". */
export function shownKey(key: string, mac = false): string {
  const written = Object.entries(SHIFTED).find(([, stroke]) => stroke === key)?.[0];
  return (
    written ??
    key
      .split(' ')
      .map(part => SHOWN[part] ?? (part === 'Accel' ? (mac ? 'Cmd' : 'Ctrl') : part))
      .join('+')
  );
}

/** The keys that an action has in the table. */
export function shownKeys(action: ActionName, mac = false): string[] {
  return (ACTIONS.find(one => one.do === action)?.keys ?? []).map(key => shownKey(key, mac));
}
