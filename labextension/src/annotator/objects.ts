import type { IAnnotationEdit, IAnnotatorObject, IAnnotatorSample, IProposal } from './types';

/** An id for a new object, unlike any other. */
export function objectId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return `o_${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`;
}

function written(object: IAnnotatorObject): string {
  const { shape } = object;
  return JSON.stringify([
    object.id ?? null,
    object.label ?? null,
    shape ? [shape.x, shape.y, shape.w, shape.h] : null,
    object.score ?? null,
    object.hard ?? null,
    object.attributes ?? null
  ]);
}

export function sameObjects(a: IAnnotatorObject[], b: IAnnotatorObject[]): boolean {
  return a.length === b.length && a.every((object, index) => written(object) === written(b[index]));
}

/** What a sample says, as an edit that changes nothing. */
export function editOf(sample: IAnnotatorSample): IAnnotationEdit {
  const { state, review } = sample;
  return {
    objects: sample.annotation.objects,
    hard: sample.hard,
    confirm: state === 'labelled' || state === 'reviewed' || state === 'rejected',
    review:
      state === 'reviewed'
        ? { verdict: 'accept', reason: review?.reason ?? '' }
        : state === 'rejected'
          ? { verdict: 'reject', reason: review?.reason ?? '' }
          : null
  };
}

export function sameEdit(a: IAnnotationEdit, b: IAnnotationEdit): boolean {
  return (
    a.hard === b.hard &&
    a.confirm === b.confirm &&
    a.review?.verdict === b.review?.verdict &&
    (a.review?.reason ?? '') === (b.review?.reason ?? '') &&
    sameObjects(a.objects, b.objects)
  );
}

/** The labels of objects, each once. */
export function labelsOf(objects: IAnnotatorObject[]): string[] {
  return [...new Set(objects.map(object => object.label ?? '').filter(Boolean))];
}

/** In words: "car × 2, bus". */
export function summary(objects: IAnnotatorObject[]): string {
  return labelsOf(objects)
    .map(label => {
      const n = objects.filter(object => object.label === label).length;
      return n > 1 ? `${label} × ${n}` : label;
    })
    .join(', ');
}

/** What an object is called on the picture and in the list: "car 1". */
export function nameOf(object: IAnnotatorObject, number: number): string {
  return `${object.label ?? ''} ${number}`.trim();
}

/** An object that a person made or changed: nobody's guess any more. */
export function vouched(object: IAnnotatorObject): IAnnotatorObject {
  const { score: _score, ...rest } = object;
  return rest;
}

/** How sure the least sure object is; 1 where nothing was guessed. */
export function certainty(objects: IAnnotatorObject[]): number {
  return Math.min(1, ...objects.map(object => object.score ?? 1));
}

/** Ids of the samples that somebody should look at first: the least certain proposals, then those with none. */
export function byUncertainty(proposals: IProposal[]): string[] {
  return proposals
    .map((proposal, index) => ({ proposal, index, sure: certainty(proposal.objects) }))
    .sort((a, b) => a.sure - b.sure || a.index - b.index)
    .map(({ proposal }) => proposal.sample_id);
}

/**
 * Two people's changes of the same objects put together.
 *
 * @returns the objects, and whether both changed the same one (then mine stands in for both).
 */
export function merged(
  base: IAnnotatorObject[],
  mine: IAnnotatorObject[],
  theirs: IAnnotatorObject[]
): { objects: IAnnotatorObject[]; clash: boolean } {
  const byId = (objects: IAnnotatorObject[]): Map<string, IAnnotatorObject> =>
    new Map(objects.map((object, index) => [object.id ?? `#${index} ${written(object)}`, object]));
  const [before, my, their] = [byId(base), byId(mine), byId(theirs)];
  const text = (object: IAnnotatorObject | undefined): string => (object ? written(object) : '');
  let clash = false;
  const objects: IAnnotatorObject[] = [];
  for (const id of new Set([...their.keys(), ...my.keys()])) {
    const was = text(before.get(id));
    const iChanged = text(my.get(id)) !== was;
    const theyChanged = text(their.get(id)) !== was;
    if (iChanged && theyChanged && text(my.get(id)) !== text(their.get(id))) {
      clash = true;
    }
    const kept = iChanged ? my.get(id) : their.get(id);
    if (kept) {
      objects.push(kept);
    }
  }
  return { objects, clash };
}

/** Both people's objects; where both changed one, both of its forms. */
export function both(mine: IAnnotatorObject[], theirs: IAnnotatorObject[]): IAnnotatorObject[] {
  const result = [...theirs];
  for (const object of mine) {
    const other = theirs.find(one => one.id && one.id === object.id);
    if (!other) {
      result.push(object);
    } else if (written(other) !== written(object)) {
      result.push({ ...object, id: objectId() });
    }
  }
  return result;
}

/** A cell of a table where there is little room: numbers to six digits. */
export function shownValue(value: number | boolean | string | null | undefined): string {
  return value === null || value === undefined
    ? '–'
    : typeof value === 'number'
      ? String(Number(value.toPrecision(6)))
      : String(value);
}
