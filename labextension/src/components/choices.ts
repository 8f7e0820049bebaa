import type { Split } from '../client';

export const SPLITS: readonly Split[] = ['training', 'validation', 'test'];

/** What of some words a text of an address is; undefined when it is none of them. */
export function oneOf<T extends string>(words: readonly T[], text: string | null): T | undefined {
  return words.find(word => word === text);
}
