import type { AISpaceError, IEventRead, IFieldError } from '../client';
import type { ITrans } from '../i18n';
import { ERROR_WORDS } from './errorWords';
import { EVENT_WORDS } from './eventWords';
import { FIELD_WORDS } from './fieldWords';
import { LIFECYCLE_ERRORS, LIFECYCLE_EVENTS, REASON_WORDS } from './lifecycleWords';

export type Words = Record<string, (trans: ITrans, params: Record<string, unknown>) => string>;

const errors: Words = { ...ERROR_WORDS, ...LIFECYCLE_ERRORS };

/** Add the words of error codes of an area. */
export function registerErrors(words: Words): void {
  Object.assign(errors, words);
}

/** A refusal in the user's language; the server's English sentence where the code is unknown. */
export function errorText(trans: ITrans, error: AISpaceError): string {
  const word = errors[error.code];
  return word ? word(trans, error.params) : error.message;
}

const fieldErrors: Words = { ...FIELD_WORDS };

/** Add the words of what can be wrong with fields of an area. */
export function registerFieldErrors(words: Words): void {
  Object.assign(fieldErrors, words);
}

/** What is wrong with a field, in the user's language; the server's English sentence where the code is unknown. */
export function fieldText(trans: ITrans, error: IFieldError): string {
  const word = error.code ? (fieldErrors[error.code] ?? errors[error.code]) : undefined;
  return word ? word(trans, error.params ?? {}) : error.message;
}

const events: Words = { ...EVENT_WORDS, ...LIFECYCLE_EVENTS };

/** Add the words of event codes of an area. */
export function registerEvents(words: Words): void {
  Object.assign(events, words);
}

/** What an event says. */
export function eventText(trans: ITrans, event: Pick<IEventRead, 'code' | 'params'>): string {
  const word = events[event.code];
  return word ? word(trans, event.params) : event.code;
}

const reasons: Words = { ...REASON_WORDS };

/** Add the words of reason codes of an area. */
export function registerReasons(words: Words): void {
  Object.assign(reasons, words);
}

/** Why something is in its state. */
export function reasonText(
  trans: ITrans,
  reason: { code: string; message: string; params?: Record<string, unknown> }
): string {
  const word = reasons[reason.code] ?? errors[reason.code] ?? fieldErrors[reason.code];
  return word ? word(trans, reason.params ?? {}) : reason.message;
}
