import type { Category } from '../../client';
import type { ITrans } from '../../i18n';
import type { IFilter } from '../ResourceTable';

/** Whose objects a list shows. */
export function scopeFilter(trans: ITrans): IFilter {
  return {
    id: 'scope',
    label: trans.__('All'),
    options: [
      { value: 'mine', label: trans.__('Mine') },
      { value: 'shared', label: trans.__('Shared') },
      { value: 'preset', label: trans.__('Preset') }
    ]
  };
}

/** The word of a visibility. */
export function visibilityWord(trans: ITrans, visibility: string): string {
  switch (visibility) {
    case 'private':
      return trans.__('private');
    case 'public':
      return trans.__('public');
    case 'preset':
      return trans.__('preset');
    default:
      return visibility;
  }
}

/** The word of what an algorithm or model is for. */
export function categoryWord(trans: ITrans, category: string): string {
  switch (category) {
    case 'image_classification':
      return trans.__('image classification');
    case 'object_detection':
      return trans.__('object detection');
    case 'semantic_segmentation':
      return trans.__('semantic segmentation');
    case 'object_tracking':
      return trans.__('object tracking');
    case 'text_classification':
      return trans.__('text classification');
    case 'tabular_classification':
      return trans.__('tabular classification');
    case 'word_segmentation':
      return trans.__('word segmentation');
    case 'named_entity_recognition':
      return trans.__('named entity recognition');
    case 'audio_classification':
      return trans.__('audio classification');
    case 'speech_recognition':
      return trans.__('speech recognition');
    case 'llm':
      return trans.__('large language model');
    case 'custom':
      return trans.__('own kind');
    default:
      return category;
  }
}

export const CATEGORIES: Category[] = [
  'image_classification',
  'object_detection',
  'semantic_segmentation',
  'object_tracking',
  'text_classification',
  'tabular_classification',
  'word_segmentation',
  'named_entity_recognition',
  'audio_classification',
  'speech_recognition',
  'llm',
  'custom'
];

/** The word of what a spec or image serves. */
export function purposeWord(trans: ITrans, purpose: string): string {
  switch (purpose) {
    case 'training':
      return trans.__('training');
    case 'serving':
      return trans.__('services');
    case 'evaluation':
      return trans.__('evaluation');
    case 'notebook':
      return trans.__('notebooks');
    case 'visualisation':
      return trans.__('visualisations');
    default:
      return purpose;
  }
}
