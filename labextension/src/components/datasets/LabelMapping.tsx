import { useId, useState } from 'react';
import type { IFoundLabel } from '../../client';
import { useApp } from '../context';
import { Button } from '../controls';
import { count } from '../formats';
import type { LabelChoice, LabelChoices } from './labelChoices';
import { countsOf, fitsLabel } from './labelChoices';

const SHOWN = 200;
const MANY = 12;

/** The labels of what is imported, counted, and what each becomes: kept, renamed, put to another, left out. */
export function LabelMapping(props: {
  found: IFoundLabel[];
  /** Labels that the dataset has. */
  known: string[];
  choices: LabelChoices;
  onChange: (choices: LabelChoices) => void;
  /** What the server said of a label. */
  error: (name: string) => string | null;
}): JSX.Element {
  const { trans } = useApp();
  const { found, known, choices } = props;
  const [part, setPart] = useState('');
  const have = new Set(known);
  const matching = found.filter(label => label.name.toLowerCase().includes(part.toLowerCase()));
  const counts = countsOf(found, choices);
  const fresh = counts.filter(([label]) => !have.has(label)).length;
  const out = Object.values(choices).filter(choice => choice.how === 'out').length;
  const set = (name: string, choice: LabelChoice | null): void => {
    const { [name]: _, ...others } = choices;
    props.onChange(choice ? { ...others, [name]: choice } : others);
  };
  const leaveOutNew = (): void =>
    props.onChange({
      ...choices,
      ...Object.fromEntries(
        found
          .filter(({ name }) => !have.has(name) && !Object.hasOwn(choices, name))
          .map(({ name }) => [name, { how: 'out' } as const])
      )
    });
  return (
    <div className="ais-LabelMapping">
      <div className="ais-Row">
        {found.length > MANY ? (
          <input
            type="search"
            className="ais-Input"
            aria-label={trans.__('Part of a label')}
            placeholder={trans.__('Part of a label')}
            value={part}
            onChange={event => setPart(event.target.value)}
          />
        ) : null}
        <Button onClick={leaveOutNew}>{trans.__('Leave out labels the dataset has not')}</Button>
        {Object.keys(choices).length > 0 ? (
          <Button onClick={() => props.onChange({})}>{trans.__('Take all as they are')}</Button>
        ) : null}
      </div>
      <div
        className="ais-LabelMapping-table"
        tabIndex={0}
        role="region"
        aria-label={trans.__('Labels of the files')}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('In the files')}</th>
              <th scope="col" data-number>
                {trans.__('How many')}
              </th>
              <th scope="col">{trans.__('Becomes')}</th>
            </tr>
          </thead>
          <tbody>
            {matching.slice(0, SHOWN).map(label => (
              <LabelRow
                key={label.name}
                label={label}
                known={known}
                has={have.has(label.name)}
                choice={Object.hasOwn(choices, label.name) ? choices[label.name] : undefined}
                error={props.error(label.name)}
                onChange={choice => set(label.name, choice)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {matching.length > SHOWN ? (
        <p className="ais-Muted">
          {trans.__(
            '%1 more labels are not shown. Look for a part of their name.',
            count(matching.length - SHOWN)
          )}
        </p>
      ) : null}
      <div role="status">
        <div>
          {trans._n('The dataset gets %1 new label.', 'The dataset gets %1 new labels.', fresh, count(fresh))}
        </div>
        {out > 0 ? (
          <div>{trans._n('%1 label is left out.', '%1 labels are left out.', out, count(out))}</div>
        ) : null}
      </div>
    </div>
  );
}

function LabelRow(props: {
  label: IFoundLabel;
  known: string[];
  has: boolean;
  choice: LabelChoice | undefined;
  error: string | null;
  onChange: (choice: LabelChoice | null) => void;
}): JSX.Element {
  const { trans } = useApp();
  const id = useId();
  const { label, known, choice } = props;
  const { name } = label;
  const taken = (how: string): void => {
    if (how === 'rename') {
      props.onChange({ how, to: label.fits ? name : '' });
    } else if (how === 'as') {
      props.onChange({ how, to: known[0] });
    } else {
      props.onChange(how === 'out' ? { how } : null);
    }
  };
  const wrong =
    props.error ??
    (choice?.how === 'rename' && !fitsLabel(choice.to)
      ? trans.__('1 to 30 characters on one line, without a space at its ends')
      : null);
  const told =
    wrong ??
    (choice
      ? null
      : !label.fits
        ? trans.__('This can be no label: what has it is refused. Rename it.')
        : props.has
          ? trans.__('the dataset has it')
          : trans.__('new'));
  return (
    <tr>
      <th scope="row" dir="auto">
        {name}
      </th>
      <td data-number>{count(label.n)}</td>
      <td>
        <div className="ais-Row">
          <select
            className="ais-Input"
            aria-label={trans.__('What becomes of %1', name)}
            aria-describedby={told ? `${id}-told` : undefined}
            value={choice?.how ?? 'keep'}
            onChange={event => taken(event.target.value)}
          >
            <option value="keep">{trans.__('Keep')}</option>
            <option value="rename">{trans.__('Rename')}</option>
            {known.length > 0 ? <option value="as">{trans.__('As a label of the dataset')}</option> : null}
            <option value="out">{trans.__('Leave out')}</option>
          </select>
          {choice?.how === 'rename' ? (
            <input
              className="ais-Input"
              aria-label={trans.__('New name of %1', name)}
              aria-invalid={wrong ? true : undefined}
              aria-describedby={wrong ? `${id}-told` : undefined}
              autoComplete="off"
              spellCheck={false}
              value={choice.to}
              onChange={event => props.onChange({ how: 'rename', to: event.target.value })}
            />
          ) : choice?.how === 'as' ? (
            <select
              className="ais-Input"
              aria-label={trans.__('Label that %1 becomes', name)}
              aria-invalid={wrong ? true : undefined}
              value={choice.to}
              onChange={event => props.onChange({ how: 'as', to: event.target.value })}
            >
              {known.map(one => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          ) : null}
          {told ? (
            <span
              id={`${id}-told`}
              className={wrong || (!choice && !label.fits) ? 'ais-FieldError' : 'ais-Muted'}
            >
              {told}
            </span>
          ) : null}
        </div>
      </td>
    </tr>
  );
}
