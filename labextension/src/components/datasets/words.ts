import type { ITrans } from '../../i18n';

/** What kind of question the labels answer. */
export function annotationWord(trans: ITrans, type: string): string {
  switch (type) {
    case 'image_classification':
      return trans.__('Image classification');
    case 'object_detection':
      return trans.__('Object detection');
    case 'text_classification':
      return trans.__('Text classification');
    case 'tabular_classification':
      return trans.__('Tabular classification');
    default:
      return type.replaceAll('_', ' ');
  }
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
      return trans.__('Files without labels');
    case 'manifest':
      return trans.__('Files with a manifest');
    case 'line_manifest':
      return trans.__('Files with a line manifest');
    case 'text_pairs':
      return trans.__('Texts and their labels in pairs of files');
    case 'coco':
      return 'COCO';
    case 'voc':
      return 'Pascal VOC';
    case 'yolo':
      return 'YOLO';
    case 'csv':
      return trans.__('CSV: values between commas');
    case 'tsv':
      return trans.__('TSV: values between tabs');
    case 'jsonl':
      return trans.__('JSON lines');
    case 'origin':
      return trans.__('Export of AI Space');
    default:
      return trans.__('Recognise it');
  }
}

/** What files of a layout look like, in a sentence. */
export function layoutMeaning(trans: ITrans, layout: string, dataType: string): string {
  switch (layout) {
    case 'class_folders':
      return dataType === 'text'
        ? trans.__('Each text is a file in a folder that bears its label: sport/0001.txt.')
        : trans.__('Each picture lies in a folder that bears its label: cat/0001.png.');
    case 'flat':
      return dataType === 'text'
        ? trans.__('Text files in any folders, without labels.')
        : trans.__('Pictures in any folders, without labels.');
    case 'manifest':
      return trans.__('A file manifest.jsonl with a line for each sample: its path and what is said of it.');
    case 'line_manifest':
      return trans.__(
        'A file *.manifest with a JSON line for each source, as labelling platforms exchange them; texts may be in the lines themselves.'
      );
    case 'text_pairs':
      return trans.__(
        'name.txt with a text on each line and name_result.txt with its labels on the same line, with spaces between them.'
      );
    case 'origin':
      return trans.__('What AI Space exported: samples, labels and sets come back as they were.');
    case 'coco':
      return trans.__('Pictures and a JSON file with images, categories and annotations; boxes in pixels.');
    case 'voc':
      return trans.__('Pictures and an XML file of the same name for each, with its boxes.');
    case 'yolo':
      return trans.__('Pictures and a text file of the same name for each: label number and box as shares.');
    case 'csv':
    case 'tsv':
      return dataType === 'text'
        ? trans.__('A table with a column of texts and, where there are labels, one of labels.')
        : trans.__('A table: each line is a sample, one column may hold the labels.');
    case 'jsonl':
      return trans.__('A JSON object on each line, with a text and, where there are labels, its labels.');
    default:
      return trans.__('The layout is found out from the names and contents of the files.');
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
