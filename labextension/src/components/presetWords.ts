import type { ITrans } from '../i18n';
import { english } from '../i18n';

/** What the algorithms and images say that come with the platform: descriptions, help and units of their parameters. */
const WORDS: ((trans: ITrans) => string)[] = [
  t => t.__('TensorBoard, which shows what training runs log.'),
  t =>
    t.__(
      'Learns to tell images apart from labelled examples, with scikit-learn. Starts in seconds, needs no accelerator; the model is ONNX.'
    ),
  t =>
    t.__(
      'mlp: neural network with one hidden layer. linear: logistic regression. svm: support vectors, one step, good for up to a few thousand images.'
    ),
  t => t.__('How often all images are gone through.'),
  t => t.__('epochs'),
  t => t.__('Size of a step of learning.'),
  t => t.__('Images for one step of learning.'),
  t => t.__('images'),
  t => t.__('Width of the hidden layer (mlp).'),
  t => t.__('neurons'),
  t => t.__('Images are scaled to this width and height.'),
  t => t.__('pixels'),
  t => t.__('Use colours; otherwise grey.'),
  t => t.__('Move the images a little at random in each epoch, so that their place matters less (mlp).'),
  t =>
    t.__(
      'Share of the images kept for validation when the dataset has no validation split and no validation set is given.'
    ),
  t =>
    t.__(
      'Learns to tell texts apart from labelled examples, with scikit-learn. Starts in seconds, needs no accelerator; takes any language.'
    ),
  t =>
    t.__(
      'What is counted. words: words and pairs of them. characters: runs of one to three, for languages without spaces between words. auto: decided by the texts.'
    ),
  t => t.__('How many different words or runs are counted at most; the most frequent ones are kept.'),
  t => t.__('How often all texts are gone through.'),
  t => t.__('Greater: weights stay smaller, which helps with few texts.'),
  t => t.__('Rare labels count as much as frequent ones.'),
  t =>
    t.__(
      'Share of the texts kept for validation when the dataset has no validation split and no validation set is given.'
    ),
  t =>
    t.__(
      'Learns to tell the rows of a table apart from labelled examples, with scikit-learn. Takes numbers, words and gaps; the model is ONNX.'
    ),
  t =>
    t.__(
      "boosting: trees that mend each other's errors. forest: many independent trees. linear: logistic regression, good for few rows."
    ),
  t => t.__('How many trees (boosting, forest).'),
  t => t.__('trees'),
  t => t.__('How much each tree counts (boosting).'),
  t => t.__('Questions on the way to a leaf at most (boosting, forest).'),
  t => t.__('Greater: weights stay smaller (linear).'),
  t =>
    t.__(
      'Share of the rows kept for validation when the dataset has no validation split and no validation set is given.'
    ),
  t => t.__('scikit-learn, onnxruntime and what a model server needs.')
];

const byEnglish = new Map(WORDS.map(word => [word(english), word]));

/** A text of something that may come with the platform, in the user's language where it is still as it came. */
export function presetText(trans: ITrans, text: string): string {
  return byEnglish.get(text)?.(trans) ?? text;
}
