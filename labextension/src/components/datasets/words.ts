import type { ITrans } from '../../i18n';

/** What kind of question the labels answer. */
export function annotationWord(trans: ITrans, type: string): string {
  return type === 'image_classification' ? trans.__('Image classification') : type.replaceAll('_', ' ');
}

export function splitWord(trans: ITrans, split: string | null | undefined): string {
  switch (split) {
    case 'training':
      return trans.__('training set');
    case 'validation':
      return trans.__('validation set');
    case 'test':
      return trans.__('test set');
    default:
      return trans.__('no set');
  }
}

export function layoutWord(trans: ITrans, layout: string): string {
  switch (layout) {
    case 'class_folders':
      return trans.__('One folder for each label');
    case 'flat':
      return trans.__('Pictures without labels');
    case 'manifest':
      return trans.__('Pictures with a manifest');
    case 'origin':
      return trans.__('Export of AI Space');
    default:
      return trans.__('Recognise it');
  }
}

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

export function changeWord(trans: ITrans, change: string): string {
  switch (change) {
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
    case 'relabelled':
      return trans.__('relabelled');
    default:
      return trans.__('changed');
  }
}
