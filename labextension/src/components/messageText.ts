/** A value of a refusal or event as text; nothing for what is no text. */
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
