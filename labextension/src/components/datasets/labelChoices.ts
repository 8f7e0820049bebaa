import type { IFoundLabel } from '../../client';

/** What becomes of a label of the files; one without a choice keeps its name. */
export type LabelChoice = { how: 'rename'; to: string } | { how: 'as'; to: string } | { how: 'out' };
export type LabelChoices = Record<string, LabelChoice>;

const MAX_LABEL = 30;

/** Whether a text can be the name of a label. */
export function fitsLabel(name: string): boolean {
  return (
    name.length > 0 &&
    [...name].length <= MAX_LABEL &&
    name === name.trim() &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)
  );
}

/** The mapping that an import is asked for: of the labels that were found, those that do not keep their name. */
export function mappingOf(found: IFoundLabel[], choices: LabelChoices): Record<string, string | null> {
  const mapping: Record<string, string | null> = {};
  for (const { name } of found) {
    const choice = Object.hasOwn(choices, name) ? choices[name] : undefined;
    if (choice) {
      mapping[name] = choice.how === 'out' ? null : choice.to;
    }
  }
  return mapping;
}

/** How many objects or samples each label of the dataset gets, the label that has most first. */
export function countsOf(found: IFoundLabel[], choices: LabelChoices): [string, number][] {
  const mapping = mappingOf(found, choices);
  const counts = new Map<string, number>();
  for (const { name, n, fits } of found) {
    const label = Object.hasOwn(mapping, name) ? mapping[name] : fits ? name : null;
    if (label !== null && fitsLabel(label)) {
      counts.set(label, (counts.get(label) ?? 0) + n);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** The mapping in the words of a terminal: `--map dog=animal`. */
export function mapOptions(mapping: Record<string, string | null>, quote: (text: string) => string): string {
  return Object.entries(mapping)
    .map(([name, label]) => ` --map ${quote(`${name}=${label ?? ''}`)}`)
    .join('');
}

/** The mapping in Python. */
export function mapArgument(mapping: Record<string, string | null>): string {
  const pairs = Object.entries(mapping).map(
    ([name, label]) => `${JSON.stringify(name)}: ${label === null ? 'None' : JSON.stringify(label)}`
  );
  return pairs.length ? `, label_mapping={${pairs.join(', ')}}` : '';
}
