import type { IAnnotatorOptions, ISampleSource } from './types';

/** What is said of samples of a kind of dataset. */
export function taskOf(dataset: {
  annotation_type: string;
  template?: 'single' | 'multi' | null;
}): IAnnotatorOptions['task'] {
  return dataset.annotation_type === 'object_detection' ? 'boxes' : (dataset.template ?? 'single');
}

/** A source of certain samples in a certain order, for example the least certain proposals first. */
export function inOrder(source: ISampleSource, ids: string[]): ISampleSource {
  return {
    ...source,
    page: async (at, limit) => {
      const wanted = ids.slice(at, at + limit);
      return { items: await Promise.all(wanted.map(id => source.sample(id))), total: ids.length };
    }
  };
}
