import { useState } from 'react';
import type { ILabel } from '../../client';
import { useApp } from '../context';
import { FileField, TextArea } from '../controls';

const MOST = 1_000_000;

/** The labels that a text in JSON lists, or why it lists none. */
export function readLabels(text: string): ILabel[] | 'json' | 'list' | 'entry' {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'json';
  }
  if (!Array.isArray(value)) {
    return 'list';
  }
  const labels: ILabel[] = [];
  for (const entry of value as unknown[]) {
    const one = entry as { name?: unknown; color?: unknown; key?: unknown } | null;
    if (!one || typeof one !== 'object' || typeof one.name !== 'string') {
      return 'entry';
    }
    labels.push({
      name: one.name,
      color: typeof one.color === 'string' ? one.color : null,
      key: typeof one.key === 'string' ? one.key : null
    });
  }
  return labels;
}

/** Labels as a list in JSON, typed or out of a file. */
export function LabelsOfText(props: {
  text: string;
  onChange: (text: string) => void;
  error: string | null;
}): JSX.Element {
  const { trans } = useApp();
  const [files, setFiles] = useState<File[]>([]);
  const [tooLarge, setTooLarge] = useState(false);
  const found = props.text.trim() ? readLabels(props.text) : [];
  const problem =
    found === 'json'
      ? trans.__('This is no valid JSON.')
      : found === 'list'
        ? trans.__('A list of labels is needed, in square brackets.')
        : found === 'entry'
          ? trans.__('Each label is an object with a name.')
          : null;
  return (
    <>
      <FileField
        label={trans.__('JSON file')}
        files={files}
        accept=".json"
        error={tooLarge ? trans.__('The file is too large for a list of labels.') : null}
        onChange={chosen => {
          setFiles(chosen);
          setTooLarge(chosen.length > 0 && chosen[0].size > MOST);
          if (chosen.length > 0 && chosen[0].size <= MOST) {
            void chosen[0].text().then(props.onChange);
          }
        }}
      />
      <TextArea
        label={trans.__('Labels as JSON')}
        value={props.text}
        rows={6}
        code
        help={'[{"name": "cat", "color": "#ff8800"}]'}
        error={problem ?? props.error}
        onChange={props.onChange}
      />
    </>
  );
}
