import { useState } from 'react';
import type { IAlgorithmRead, IAlgorithmVersionRead } from '../../client';
import { useApp } from '../context';
import { Button, PlainHead, SelectField, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { Refusal } from '../parts/ObjectDialogs';
import { presetText } from '../presetWords';
import { rangeOf } from '../training/ParameterFields';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import type { IParameterRow } from './ParameterTable';
import { parameterOf, ParameterTable, rowOf } from './ParameterTable';

/** How a version is run: command, image and typed parameters; a change makes the next version. */
export function AlgorithmParameters(props: {
  algorithm: IAlgorithmRead;
  version: IAlgorithmVersionRead;
  blocked: string | null;
  onSaved: (version: string) => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const { algorithm, version } = props;
  const [editing, setEditing] = useState(false);
  const [command, setCommand] = useState(version.run_command);
  const [image, setImage] = useState(version.image_id ?? '');
  const [rows, setRows] = useState<IParameterRow[]>(() => version.parameters.map(rowOf));
  const images = useQuery(editing ? 'images for algorithms' : null, signal =>
    client.call('GET /images', { query: { purpose: 'training', limit: 200 }, signal })
  );
  const save = useAction(
    async () => {
      const made = await client.call('PATCH /algorithms/{id}', {
        path: { id: algorithm.id },
        body: { run_command: command, image_id: image || null, parameters: rows.map(parameterOf) },
        ifMatch: algorithm.revision
      });
      setEditing(false);
      props.onSaved(made.current_version);
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(save.error);
  if (!editing) {
    return (
      <>
        <div className="ais-Row">
          <Button icon="edit" blocked={props.blocked} onClick={() => setEditing(true)}>
            {trans.__('Edit parameters')}
          </Button>
        </div>
        {version.parameters.length === 0 ? (
          <p className="ais-Muted">
            {trans.__('This version names no parameter. A job can pass name = value all the same.')}
          </p>
        ) : (
          <div className="ais-Scroll" role="region" tabIndex={0} aria-label={trans.__('Parameters')}>
            <table className="ais-PlainTable">
              <PlainHead
                columns={[
                  trans.__('Name'),
                  trans.__('Type'),
                  trans.__('Default'),
                  trans.__('Range'),
                  trans.__('What for')
                ]}
              />
              <tbody>
                {version.parameters.map(one => (
                  <tr key={one.name}>
                    <th scope="row" className="ais-Code">
                      {one.name}
                    </th>
                    <td className="ais-Code">{one.type}</td>
                    <td className="ais-Code">
                      {one.default === null || one.default === undefined ? '' : String(one.default)}
                    </td>
                    <td>{one.choices?.length ? one.choices.join(', ') : rangeOf(trans, one)}</td>
                    <td>{presetText(trans, one.help ?? '')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <h2>{trans.__('Names of the launch arguments')}</h2>
        {Object.keys(version.argument_mapping).length === 0 ? (
          <p className="ais-Muted">{trans.__('As they are: data_url, train_out and so on.')}</p>
        ) : (
          <ul className="ais-Plain">
            {Object.entries(version.argument_mapping).map(([name, own]) => (
              <li key={name}>
                <code>{name}</code> → {own === null ? trans.__('not passed') : <code>--{own}</code>}
              </li>
            ))}
          </ul>
        )}
      </>
    );
  }
  return (
    <form
      className="ais-Stack"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        save.run();
      }}
    >
      <TextField
        label={trans.__('Run command')}
        value={command}
        error={field('run_command')}
        onChange={setCommand}
      />
      <SelectField
        label={trans.__('Image')}
        value={image}
        error={field('image_id')}
        options={[
          { value: '', label: trans.__('chosen with each training job') },
          ...(images.data?.items ?? []).map(one => ({ value: one.id, label: one.name })),
          ...(version.image_id && !images.data?.items.some(one => one.id === version.image_id)
            ? [{ value: version.image_id, label: version.image_name ?? version.image_id }]
            : [])
        ]}
        onChange={setImage}
      />
      <ParameterTable rows={rows} onChange={setRows} fields={save.error?.fields ?? []} />
      <Refusal error={save.error && save.error.fields.length === 0 ? save.error : null} />
      {save.error && save.error.fields.length > 0 ? (
        <ul className="ais-FieldError" role="alert">
          {save.error.fields.map(one => (
            <li key={`${one.field} ${one.message}`}>
              <span className="ais-Code">{one.field}</span>: {one.message}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="ais-Row">
        <Button type="submit" kind="primary" busy={save.busy}>
          {trans.__('Save as new version')}
        </Button>
        <Button
          onClick={() => {
            setRows(version.parameters.map(rowOf));
            setCommand(version.run_command);
            setEditing(false);
          }}
        >
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}
