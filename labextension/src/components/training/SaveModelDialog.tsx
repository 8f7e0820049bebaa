import { useState } from 'react';
import type { IRunRead } from '../../client';
import { useApp, usePage } from '../context';
import { Dialog, RadioCards, SelectField, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { errorText } from '../messages';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

/** Keep a run's model: as a new model or as the next version of one. */
export function SaveModelDialog(props: {
  run: IRunRead;
  onSaved: () => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { run } = props;
  const models = useQuery('own models', signal =>
    client.call('GET /models', { query: { limit: 200, scope: 'mine', sort: '-updated_at' }, signal })
  );
  const [how, setHow] = useState<'new' | 'version'>('new');
  const [name, setName] = useState(run.job_name);
  const [model, setModel] = useState('');
  const [description, setDescription] = useState('');
  const existing = models.data?.items ?? [];
  const target = model || existing[0]?.id || '';
  const save = useAction(
    async () => {
      const made = await client.call('POST /training-jobs/{id}/runs/{version}/save-model', {
        path: { id: run.job_id, version: run.version },
        body: { ...(how === 'new' ? { name: name.trim() } : { model_id: target }), description }
      });
      const to = `/models/${made.model_id}?version=${made.version}`;
      notify({
        // The event of the new version tells the same: one notice takes the place of the other.
        key: made.model_id,
        message: trans.__('Saved as %1 %2', made.model_name, made.version),
        kind: 'success',
        action: { label: trans.__('Open the model'), run: () => page.go(to) }
      });
      props.onSaved();
      props.onClose();
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(save.error);
  return (
    <Dialog
      title={trans.__('Save %1 as model', `${run.job_name} ${run.version}`)}
      verb={trans.__('Save as model')}
      busy={save.busy}
      blocked={
        how === 'new'
          ? name.trim()
            ? null
            : trans.__('A name is needed')
          : target
            ? null
            : trans.__('There is no model yet')
      }
      onAccept={save.run}
      onClose={props.onClose}
    >
      <RadioCards
        label={trans.__('As')}
        value={how}
        onChange={one => setHow(one)}
        options={[
          { value: 'new', label: trans.__('a new model') },
          {
            value: 'version',
            label: trans.__('the next version of a model'),
            blocked: models.data && existing.length === 0 ? trans.__('There is no model yet') : null
          }
        ]}
      />
      {how === 'new' ? (
        <TextField
          label={trans.__('Name')}
          required
          maxLength={50}
          value={name}
          error={field('name') ?? (save.error?.code === 'name_taken' ? errorText(trans, save.error) : null)}
          onChange={setName}
        />
      ) : (
        <SelectField
          label={trans.__('Model')}
          value={target}
          options={existing.map(one => ({ value: one.id, label: one.name }))}
          error={field('model_id')}
          onChange={setModel}
        />
      )}
      <TextField
        label={trans.__('Description')}
        value={description}
        maxLength={255}
        onChange={setDescription}
      />
      {save.error && save.error.code !== 'name_taken' && save.error.fields.length === 0 ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, save.error)}
        </p>
      ) : null}
    </Dialog>
  );
}
