import type { Words } from './messages';
import { text } from './messageText';

/**
 * What is wrong with a field, by the code of its refusal. The server's own sentence is English and part of none: what of it a
 * person needs (a limit, a name) comes in the params.
 */
export const FIELD_WORDS: Words = {
  archive_unknown: t => t.__('This is no archive that can be unpacked.'),
  bool_parsing: t => t.__('Yes or no is needed.'),
  bool_type: t => t.__('Yes or no is needed.'),
  box_empty: t => t.__('The box has no width or no height.'),
  box_outside: (t, p) =>
    t.__('The box is outside of the image, which has %1 x %2 pixels.', text(p.width), text(p.height)),
  clone_failed: t =>
    t.__('The repository was not cloned. Check the address, the branch, and that it may be read.'),
  columns_differ: t => t.__('The table does not fit. All tables of a dataset have the same columns.'),
  config_invalid: t =>
    t.__(
      'config.json can not be used: it is no valid JSON, or a value in it is of a wrong kind. Correct it.'
    ),
  date_from_datetime_parsing: t => t.__('A date is needed, for instance 2026-01-31.'),
  date_parsing: t => t.__('A date is needed, for instance 2026-01-31.'),
  datetime_from_date_parsing: t => t.__('A date with time is needed, for instance 2026-01-31T08:00:00Z.'),
  date_type: t => t.__('A date is needed, for instance 2026-01-31.'),
  datetime_object_invalid: t => t.__('A date with time is needed, for instance 2026-01-31T08:00:00Z.'),
  datetime_type: t => t.__('A date with time is needed, for instance 2026-01-31T08:00:00Z.'),
  decimal_max_digits: t => t.__('This number has too many digits.'),
  decimal_max_places: t => t.__('This number has too many digits.'),
  decimal_type: t => t.__('A number is needed.'),
  decimal_whole_digits: t => t.__('This number has too many digits.'),
  int_parsing_size: t => t.__('This number has too many digits.'),
  model_attributes_type: t => t.__('Names with values are needed.'),
  model_type: t => t.__('Names with values are needed.'),
  none_required: t => t.__('This has to be empty.'),
  string_unicode: t => t.__('It holds a character that is not allowed.'),
  tuple_type: t => t.__('A list is needed.'),
  datetime_parsing: t => t.__('A date with time is needed, for instance 2026-01-31T08:00:00Z.'),
  decimal_parsing: t => t.__('A number is needed.'),
  dict_type: t => t.__('Names with values are needed.'),
  disabled: t => t.__('This is disabled. Choose another.'),
  duplicate: t => t.__('This is given twice.'),
  enum: t => t.__('This is none of the possible values.'),
  extra_forbidden: t => t.__('This is not known here. Leave it out.'),
  field_not_in_kind: t => t.__('Objects of this kind of annotation have no such part.'),
  file_name: (t, p) =>
    t.__(
      '1 to %1 letters, digits, "-", "_" and "."; it begins with a letter or digit.',
      text(p.limit) || '100'
    ),
  finite_number: t => t.__('A number is needed.'),
  float_parsing: t => t.__('A number is needed.'),
  float_type: t => t.__('A number is needed.'),
  format: t =>
    t.__(
      'Nothing can serve the model: it has neither model.onnx, nor a .joblib or .skops file, nor inference.py.'
    ),
  greater_than: (t, p) => t.__('This is too small. More than %1 is needed.', text(p.gt)),
  greater_than_equal: (t, p) => t.__('This is too small. At least %1 is needed.', text(p.ge)),
  host_refused: t => t.__('This address is the machine of the platform itself. Name another host.'),
  host_unknown: t => t.__('The host is not known. Check the spelling.'),
  header_missing: t => t.__('The size of the file is missing. Upload it again.'),
  image_failed: t => t.__('The image could not be built. Build it again, or choose another.'),
  int_from_float: t => t.__('A whole number is needed.'),
  int_parsing: t => t.__('A whole number is needed.'),
  int_type: t => t.__('A whole number is needed.'),
  into_itself: t => t.__('A folder can not go into itself.'),
  is_owner: t => t.__('He owns it already. Name somebody else.'),
  kind_unknown: t => t.__('This type of annotation is not possible for this type of data.'),
  label_not_in_source: (t, p) =>
    t.__(
      'The files have no label %1. Choose among those that they have, or leave it out of the mapping.',
      text(p.label)
    ),
  label_missing: t => t.__('A sample without a label can not be confirmed.'),
  label_needs_shape: t =>
    t.__('This kind of annotation labels boxes, not whole samples. Draw them, or import annotations.'),
  label_twice: t => t.__('Two labels have the same name.'),
  label_unknown: t => t.__('This label is not in the label group.'),
  labels_and_group: t => t.__('Give either a label group or labels.'),
  layout_not_of_kind: t => t.__('This layout is not possible for this kind of annotation. Choose another.'),
  less_than: (t, p) => t.__('This is too large. Less than %1 is needed.', text(p.lt)),
  less_than_equal: (t, p) => t.__('This is too large. At most %1 is possible.', text(p.le)),
  list_type: t => t.__('A list is needed.'),
  literal_error: t => t.__('This is none of the possible values.'),
  missing: t => t.__('This is needed.'),
  name_taken: t => t.__('You already have one of this name. Choose another name.'),
  never_fits: t => t.__('It is larger than this installation. Choose another spec.'),
  no_features: t => t.__('The table has no column besides its label. Choose another.'),
  no_shell: t =>
    t.__(
      'There is no shell. Put several steps into one Python script, or put quotation marks around the word.'
    ),
  no_such_column: t => t.__('The table has no column of this name.'),
  no_such_user: t => t.__('There is no user of this name who may sign in. Write the name as he signs in.'),
  no_text_column: t => t.__('The table has no column of texts. Name the column.'),
  no_zone: t => t.__('A time zone is missing, for instance 2026-01-31T00:00:00Z.'),
  not_a_file: t => t.__('This is no file. Choose a file.'),
  not_a_notebook: t => t.__('This is no notebook of format 4. Save it again in JupyterLab.'),
  not_a_script: (t, p) =>
    t.__(
      '%1 can not serve. A small Python file with one class that has a method inference(self, data) is needed.',
      text(p.file)
    ),
  not_accepted: t => t.__('The algorithm does not take this. Choose another dataset or algorithm.'),
  not_found: t => t.__('Not found. It may have been deleted, or it is not shared with you.'),
  not_servable: t =>
    t.__('The model has neither model.onnx nor a .joblib or .skops file, so it can not be tried here.'),
  notebook_empty: t => t.__('The notebook has no code cells. Choose another.'),
  nul: t => t.__('It holds a character that is not allowed.'),
  one_label_only: t => t.__('This dataset takes one label a sample.'),
  password_policy: t =>
    t.__(
      'Choose another password: long enough, with a sign or a space and two of small letters, capital letters and digits; no well-known word, not your name, none of your last passwords.'
    ),
  past: t => t.__('This moment has passed. Choose a later one.'),
  path_absolute: t => t.__('This path begins at the root. Use a path inside your area.'),
  path_backslash: t => t.__('It holds a backslash. Use / between folders.'),
  path_reserved: t => t.__('This folder belongs to the platform. Choose another.'),
  path_too_long: t => t.__('This path is too long.'),
  path_control_character: t => t.__('It holds a character that is not allowed.'),
  path_empty: t => t.__('This is the root of your area. Name something inside it.'),
  path_encoding: t => t.__('It holds a character that is not allowed.'),
  path_escape: t => t.__('This path leads out of your area. Use a path inside it.'),
  path_exists: t => t.__('Not done. There is one of this name already.'),
  path_name_too_long: t => t.__('A name in this path is too long.'),
  path_too_deep: t => t.__('There are too many folders in each other.'),
  preset_forbidden: t => t.__('Only administrators offer presets.'),
  repeated: t => t.__('This is given twice.'),
  scheme: t =>
    t.__(
      'Only https://, http:// and file:// (below your own files) are cloned. Write it like https://example.com/team/code.git.'
    ),
  script_missing: (t, p) => t.__('The code has no file %1. Name one that it has.', text(p.script)),
  shape_missing: t => t.__('An object without a box. Draw it.'),
  shares_zero: t => t.__('At least one share must be more than 0.'),
  source_empty: t => t.__('There are no files in it. Choose another source.'),
  split_empty: t => t.__('This version has no samples in this split.'),
  string_pattern_mismatch: t =>
    t.__('Letters of any language, digits, "-", "_" and "."; it begins and ends with a letter or digit.'),
  string_too_long: (t, p) => t.__('This is too long. At most %1 characters.', text(p.max_length)),
  string_too_short: (t, p) => t.__('This is too short. At least %1 characters.', text(p.min_length)),
  string_type: t => t.__('Text is needed.'),
  timeout: t => t.__('Cloning took too long. Upload the code as a zip file.'),
  timezone_aware: t => t.__('A time zone is missing, for instance 2026-01-31T00:00:00Z.'),
  too_long: t => t.__('There are too many entries.'),
  too_many_columns: t => t.__('The table has too many columns.'),
  too_short: t => t.__('There are too few entries.'),
  unicode: t => t.__('It holds a character that is not allowed.'),
  union_tag_invalid: t => t.__('This is none of the possible kinds.'),
  union_tag_not_found: t => t.__('The kind is missing.'),
  argument_name: t => t.__('This can not be the name of an argument.'),
  argument_twice: (t, p) => t.__('The argument %1 occurs twice.', text(p.name)),
  choices_forbidden: t => t.__('Only a choice has choices.'),
  choices_missing: t => t.__('A choice needs at least one of choices.'),
  cursor_unknown: t => t.__('The place in the list is not known any more. Reload the page.'),
  end_before_begin: t => t.__('The end lies before the beginning.'),
  folder_and_file: (t, p) => t.__('%1 is a folder and a file at once. Choose another path.', text(p.path)),
  header_invalid: t => t.__('The upload could not be read. Upload the file again.'),
  key_reserved: (t, p) =>
    t.__(
      'The label %1 can not have the key %2: the annotator uses it itself. Choose a digit or another letter.',
      text(p.label),
      text(p.key)
    ),
  key_twice: t => t.__('Two labels have the same key.'),
  limits_crossed: t => t.__('The minimum is greater than the maximum.'),
  limits_forbidden: t => t.__('Only numbers have a minimum and a maximum.'),
  name_reserved: (t, p) => t.__('%1 is set by the platform. Choose another name.', text(p.name)),
  no_file_left: t => t.__('No file would be left. Keep at least one.'),
  no_git: t => t.__('Git is not installed on the platform. Ask an administrator.'),
  not_a_choice: (t, p) => t.__('This is none of the possible values: %1', text(p.choices)),
  not_between: (t, p) => t.__('From %1 to %2 is possible.', text(p.low), text(p.high)),
  not_on_volume: (t, p) =>
    t.__(
      '%1 is not on the volume that the cluster shares. An administrator has to put it there.',
      text(p.name)
    ),
  not_one_line: t => t.__('One line is needed, without a space at its ends.'),
  not_python: t => t.__('Only Python is started. Write for instance: python train.py'),
  nothing_to_change: t => t.__('There is nothing to change.'),
  one_of_two: t => t.__('Give exactly one of the two.'),
  quotation_open: t => t.__('A quotation mark is not closed. Close it.'),
  reason_without_review: t => t.__('A reason belongs to a review.'),
  requirement_address: (t, p) =>
    t.__('Line %1, %2, names an address. Only names and versions are possible.', text(p.line), text(p.text)),
  requirement_invalid: (t, p) =>
    t.__('Line %1, %2, is no requirement such as numpy>=2.', text(p.line), text(p.text)),
  ref_unknown: t => t.__('This is no branch or tag that git knows. Correct it.'),
  url_parts: t => t.__('Remove what begins with ? or #: the branch or tag has a field of its own.'),
  reserved: t => t.__('The platform fills this argument itself. Choose another name.'),
  rule_empty: t => t.__('Give a limit of errors or of latency, or leave the rule out.'),
  sort_unknown: t => t.__('This order is not possible here.'),
  stop_rule_empty: t => t.__('Say after how many hours, at what time or after how much idle time it stops.'),
  template_unknown: t => t.__('This kind of annotation has no such template.'),
  too_many_words: (t, p) => t.__('The command is too long. At most %1 words.', text(p.limit)),
  wrong_password: t => t.__('The old password is wrong.'),
  wrong_purpose: t => t.__('This is not meant for that. Choose another.')
};
