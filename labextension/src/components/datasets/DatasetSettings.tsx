import { useState } from 'react';
import type { IDatasetRead, Visibility } from '../../client';
import { useApp } from '../context';
import { Button, SelectField, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { bytes, count } from '../formats';
import { namesOf } from '../kinds';
import { errorText } from '../messages';
import { Facts } from '../PageFrame';
import { Time } from '../Time';
import { visibilityWord } from '../parts/scopes';
import { useAction } from '../useAction';
import { annotationWord } from './words';

/** Name, description, who may see it; and the facts. */
export function DatasetSettings(props: {
  dataset: IDatasetRead;
  onChanged: (dataset: IDatasetRead) => void;
  onReload: () => void;
}): JSX.Element {
  const { client, trans, may } = useApp();
  const { dataset } = props;
  const [name, setName] = useState(dataset.name);
  const [description, setDescription] = useState(dataset.description);
  const [visibility, setVisibility] = useState(dataset.visibility);
  const writable = dataset.can.includes('write');
  const save = useAction(
    async () => {
      props.onChanged(
        await client.call('PATCH /datasets/{id}', {
          path: { id: dataset.id },
          body: {
            ...(name !== dataset.name ? { name: name.trim() } : {}),
            ...(description !== dataset.description ? { description } : {}),
            ...(visibility !== dataset.visibility ? { visibility } : {})
          },
          ifMatch: dataset.revision
        })
      );
    },
    { onError: error => error.stale && props.onReload() }
  );
  const wrong = useFieldErrors(save.error);
  const same =
    name === dataset.name && description === dataset.description && visibility === dataset.visibility;
  const choices: Visibility[] = [
    'private',
    'public',
    ...(may('admin:dataset') || visibility === 'preset' ? (['preset'] as const) : [])
  ];
  return (
    <div className="ais-Narrow">
      <TextField
        label={trans.__('Name')}
        value={name}
        maxLength={50}
        disabled={!writable}
        error={wrong('name')}
        onChange={setName}
      />
      <TextField
        label={trans.__('Description')}
        value={description}
        maxLength={100}
        disabled={!writable}
        error={wrong('description')}
        onChange={setDescription}
      />
      <SelectField
        label={trans.__('Visibility')}
        value={visibility}
        disabled={!writable}
        error={wrong('visibility')}
        onChange={setVisibility}
        help={trans.__(
          'Public: everybody may read and train on it. Preset: offered to everybody by administrators.'
        )}
        options={choices.map(value => ({ value, label: visibilityWord(trans, value) }))}
      />
      <div className="ais-Row">
        <Button
          kind="primary"
          busy={save.busy}
          blocked={!writable ? trans.__('You may only read it') : same ? trans.__('Nothing changed') : null}
          onClick={save.run}
        >
          {trans.__('Save')}
        </Button>
      </div>
      {save.error && save.error.fields.length === 0 ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, save.error)}
        </p>
      ) : null}
      <h2>{trans.__('Facts')}</h2>
      <Facts
        items={[
          [
            'ID',
            <span key="id" className="ais-Code">
              {dataset.id}
            </span>
          ],
          [trans.__('Owner'), dataset.owner.name],
          [trans.__('Task'), annotationWord(trans, dataset.annotation_type)],
          [trans.__('Samples'), count(dataset.counts.total)],
          [trans.__('Size'), bytes(dataset.size_bytes)],
          [trans.__('Created'), <Time key="created" value={dataset.created_at} exact />],
          [
            trans.__('Used by'),
            dataset.used_by.length > 0 ? namesOf(trans, dataset.used_by) : trans.__('nothing')
          ]
        ]}
      />
    </div>
  );
}
