import { useState } from 'react';
import { labelKeys, RESERVED, RESERVED_SHAPES } from '../../annotator/keys';
import type { ILabel } from '../../client';
import type { IEverywhere } from '../labels/LabelEverywhere';
import { useApp } from '../context';
import { Button, MenuButton } from '../controls';
import { labelColour } from './labelColour';

/** What is wrong with a list of labels, or null. */
export function labelsProblem(labels: ILabel[]): 'twice' | 'empty' | 'key' | 'reserved' | null {
  const names = labels.map(label => label.name.trim());
  const keys = labels.map(label => label.key).filter(Boolean);
  if (names.some(name => name === '')) {
    return 'empty';
  }
  if (new Set(names).size < names.length) {
    return 'twice';
  }
  if (keys.some(key => RESERVED.includes(key ?? ''))) {
    return 'reserved';
  }
  return new Set(keys).size < keys.length ? 'key' : null;
}

/** A colour as people write it; what is half typed changes nothing yet. */
function HexField(props: {
  value: string;
  label: string;
  readOnly?: boolean;
  onChange: (colour: string) => void;
}): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      className="ais-Input ais-mod-hex"
      value={typed ?? props.value}
      maxLength={7}
      readOnly={props.readOnly}
      spellCheck={false}
      aria-label={props.label}
      onBlur={() => setTyped(null)}
      onChange={event => {
        const text = event.target.value.trim();
        setTyped(text);
        if (/^#[0-9a-f]{6}$/i.test(text)) {
          props.onChange(text.toLowerCase());
        }
      }}
    />
  );
}

/** Names, colours and keys of labels. */
export function LabelsEditor(props: {
  labels: ILabel[];
  onChange: (labels: ILabel[]) => void;
  readOnly?: boolean;
  /** Changes a label that samples have; absent where there can be none yet. */
  onEverywhere?: (change: IEverywhere) => void;
}): JSX.Element {
  const { trans } = useApp();
  const [name, setName] = useState('');
  const { labels } = props;
  const problem = labelsProblem(labels);
  // Each key that does not work, named while it is typed.
  const used = labels.find(label => RESERVED.includes(label.key ?? ''));
  const twice = labels.find(
    (label, index) => label.key && labels.findIndex(one => one.key === label.key) < index
  );
  const other = labels.find(label => label.key && label.key === twice?.key);
  const tools = labels.filter(label => RESERVED_SHAPES.includes(label.key ?? ''));
  const keyOf = new Map([...labelKeys(labels)].map(([key, label]) => [label, key]));
  const change = (index: number, patch: Partial<ILabel>): void =>
    props.onChange(labels.map((label, i) => (i === index ? { ...label, ...patch } : label)));
  const move = (index: number, step: number): void => {
    const next = [...labels];
    const [one] = next.splice(index, 1);
    next.splice(index + step, 0, one);
    props.onChange(next);
  };
  const add = (): void => {
    const fresh = name
      .split(/[,，\n]/)
      .map(part => part.trim())
      .filter(part => part && !labels.some(label => label.name === part));
    if (fresh.length > 0) {
      props.onChange([
        ...labels,
        ...[...new Set(fresh)].map((one, index) => ({
          name: one,
          color: labelColour(labels.length + index),
          key: null
        }))
      ]);
    }
    setName('');
  };
  return (
    <div className="ais-Labels">
      {labels.length > 0 ? (
        <ul className="ais-List" aria-label={trans.__('Labels')}>
          {labels.map((label, index) => (
            <li key={index}>
              <input
                type="color"
                value={label.color ?? labelColour(index)}
                disabled={props.readOnly}
                aria-label={trans.__('Colour of %1', label.name)}
                onChange={event => change(index, { color: event.target.value })}
              />
              <HexField
                value={label.color ?? labelColour(index)}
                readOnly={props.readOnly}
                label={trans.__('Colour of %1 as #rrggbb', label.name)}
                onChange={color => change(index, { color })}
              />
              <input
                className="ais-Input"
                value={label.name}
                maxLength={30}
                readOnly={props.readOnly}
                aria-label={trans.__('Name of label %1', index + 1)}
                onChange={event => change(index, { name: event.target.value })}
              />
              <input
                className="ais-Input ais-mod-key"
                value={label.key ?? ''}
                maxLength={1}
                readOnly={props.readOnly}
                placeholder={keyOf.get(label.name) ?? ''}
                aria-label={trans.__('Key of %1', label.name)}
                title={trans.__('Key in the annotator: a digit or a letter')}
                onChange={event => {
                  const key = event.target.value.toLowerCase();
                  if (key === '' || /^[a-z0-9]$/.test(key)) {
                    change(index, { key: key || null });
                  }
                }}
              />
              {props.readOnly ? null : (
                <>
                  <Button
                    kind="quiet"
                    label={trans.__('Move %1 up', label.name)}
                    blocked={index > 0 ? null : trans.__('This is the first')}
                    onClick={() => move(index, -1)}
                  >
                    ↑
                  </Button>
                  <Button
                    kind="quiet"
                    label={trans.__('Move %1 down', label.name)}
                    blocked={index < labels.length - 1 ? null : trans.__('This is the last')}
                    onClick={() => move(index, 1)}
                  >
                    ↓
                  </Button>
                  <Button
                    kind="quiet"
                    icon="trash"
                    label={trans.__('Remove %1', label.name)}
                    onClick={() => props.onChange(labels.filter((_, i) => i !== index))}
                  />
                  {props.onEverywhere ? (
                    <MenuButton
                      label={trans.__('On all samples with %1', label.name)}
                      items={[
                        {
                          label: trans.__('Rename everywhere'),
                          run: () => props.onEverywhere!({ label, what: 'rename' })
                        },
                        {
                          label: trans.__('Delete everywhere'),
                          danger: true,
                          run: () => props.onEverywhere!({ label, what: 'delete' })
                        }
                      ]}
                    />
                  ) : null}
                </>
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {problem ? (
        <p className="ais-FieldError" role="alert">
          {problem === 'twice'
            ? trans.__('Two labels have the same name.')
            : problem === 'key'
              ? trans.__(
                  '%1 and %2 have the same key: %3.',
                  other?.name ?? '',
                  twice?.name ?? '',
                  (twice?.key ?? '').toUpperCase()
                )
              : problem === 'reserved'
                ? trans.__(
                    '%1 can not have the key %2: the annotator itself uses C, R and U.',
                    used?.name ?? '',
                    (used?.key ?? '').toUpperCase()
                  )
                : trans.__('A label has no name.')}
        </p>
      ) : null}
      {tools.length > 0 && !problem ? (
        <p className="ais-Muted">
          {trans.__(
            'Where boxes are drawn, B, H, N, Q and V belong to the tools: there %1 gets a digit instead.',
            tools.map(label => label.name).join(', ')
          )}
        </p>
      ) : null}
      {props.readOnly ? null : (
        <div className="ais-Row">
          <input
            className="ais-Input"
            value={name}
            placeholder={trans.__('cat, dog, horse')}
            aria-label={trans.__('Names of new labels, separated by commas')}
            onChange={event => setName(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
                event.preventDefault();
                add();
              }
            }}
          />
          <Button icon="add" blocked={name.trim() ? null : trans.__('Type a name first')} onClick={add}>
            {trans.__('Add label')}
          </Button>
        </div>
      )}
    </div>
  );
}
