import type { INote } from '../../client';
import type { ITrans } from '../../i18n';
import { count } from '../formats';

/** What an import or an export changes or leaves out, in the user's language; else the server's words. */
export function noteText(trans: ITrans, note: INote): string {
  const n = note.n;
  const many = count(n);
  switch (note.code) {
    case 'exif_orientation':
      return trans._n(
        '%1 image asks to be shown turned (EXIF): boxes relate to its pixels as they are stored',
        '%1 images ask to be shown turned (EXIF): boxes relate to their pixels as they are stored',
        n,
        many
      );
    case 'boxes_clipped':
      return trans._n(
        '%1 box sticks out of its image by up to a pixel and is cut',
        '%1 boxes stick out of their image by up to a pixel and are cut',
        n,
        many
      );
    case 'outlines':
      return trans._n(
        '%1 object has an outline, of which only the box is kept',
        '%1 objects have an outline, of which only the box is kept',
        n,
        many
      );
    case 'left_out':
      return trans._n('%1 object is left out, as you said', '%1 objects are left out, as you said', n, many);
    case 'data':
      return trans._n('The file of %1 sample is not in it', 'The files of %1 samples are not in it', n, many);
    case 'not_hard':
      return trans._n(
        '%1 sample is not marked as hard and stays out',
        '%1 samples are not marked as hard and stay out',
        n,
        many
      );
    case 'not_chosen':
      return trans._n(
        '%1 sample has none of the chosen labels and stays out',
        '%1 samples have none of the chosen labels and stay out',
        n,
        many
      );
    case 'incomplete':
      return trans._n(
        '%1 sample loses an object that is refused, and is not confirmed',
        '%1 samples lose objects that are refused, and are not confirmed',
        n,
        many
      );
    case 'recoded':
      return trans._n(
        '%1 file is not plain UTF-8; its texts are kept as that',
        '%1 files are not plain UTF-8; their texts are kept as that',
        n,
        many
      );
    case 'hard':
      return trans._n('%1 sample is marked as hard', '%1 samples are marked as hard', n, many);
    case 'states':
      return trans._n(
        '%1 sample is automatic or reviewed, which is not kept',
        '%1 samples are automatic or reviewed, which is not kept',
        n,
        many
      );
    case 'reviews':
      return trans._n(
        '%1 sample has a review, whose reason is not kept',
        '%1 samples have a review, whose reason is not kept',
        n,
        many
      );
    case 'scores':
      return trans._n('%1 sample has scores', '%1 samples have scores', n, many);
    case 'attributes':
      return trans._n('%1 sample has attributes', '%1 samples have attributes', n, many);
    case 'object_hard':
      return trans._n(
        '%1 sample has objects marked as hard',
        '%1 samples have objects marked as hard',
        n,
        many
      );
    case 'ids':
      return trans._n('%1 sample has objects with ids', '%1 samples have objects with ids', n, many);
    case 'labels':
      return trans._n('%1 sample has several labels', '%1 samples have several labels', n, many);
    case 'unlabelled_splits':
      return trans._n('%1 unlabelled sample is in a set', '%1 unlabelled samples are in a set', n, many);
    case 'unused_labels':
      return trans._n('%1 label is on no sample', '%1 labels are on no sample', n, many);
    case 'paths':
      return trans._n('%1 sample gets another path', '%1 samples get another path', n, many);
    default:
      return note.message;
  }
}
