import { useState } from 'react';
import type { ILabel } from '../../client';
import { useApp } from '../context';
import { CheckField, ConfirmWithConsequences, Dialog, TextField } from '../controls';
import { useFieldErrors } from '../FormPage';
import { count } from '../formats';
import { errorText } from '../messages';
import { useAction } from '../useAction';

/** What is done to one label on all samples that have it. */
export interface IEverywhere {
  label: ILabel;
  what: 'rename' | 'delete';
}

/** Rename or delete a label on all samples of all datasets of its group. */
export function LabelEverywhere(
  props: IEverywhere & { group: string; onDone: () => void; onClose: () => void }
): JSX.Element {
  const { client, trans, notify } = useApp();
  const { label, group } = props;
  const [to, setTo] = useState(label.name);
  const [merge, setMerge] = useState(false);
  const [samples, setSamples] = useState(false);
  const act = useAction(
    async () => {
      const path = { id: group };
      const done =
        props.what === 'rename'
          ? await client.call('POST /label-groups/{id}/labels/rename', {
              path,
              body: { label: label.name, to: to.trim(), merge }
            })
          : await client.call('POST /label-groups/{id}/labels/delete', {
              path,
              body: { label: label.name, samples }
            });
      const changed = trans._n('%1 sample changed', '%1 samples changed', done.changed, count(done.changed));
      notify({
        kind: 'success',
        message:
          done.deleted > 0
            ? `${changed} · ${trans._n('%1 sample deleted', '%1 samples deleted', done.deleted, count(done.deleted))}`
            : changed
      });
      props.onDone();
      props.onClose();
    },
    { onError: () => undefined }
  );
  const wrong = useFieldErrors(act.error);
  if (props.what === 'delete') {
    return (
      <ConfirmWithConsequences
        title={trans.__('Delete the label %1', label.name)}
        verb={trans.__('Delete label')}
        consequences={[
          trans.__('It goes from all samples of all datasets that use this label group.'),
          trans.__('Published versions keep it.')
        ]}
        busy={act.busy}
        error={act.error ? errorText(trans, act.error) : null}
        onAccept={act.run}
        onClose={props.onClose}
      >
        <CheckField
          label={trans.__('Delete the samples that have no other label, too')}
          help={trans.__('Otherwise they stay and are unlabelled.')}
          checked={samples}
          onChange={setSamples}
        />
      </ConfirmWithConsequences>
    );
  }
  return (
    <Dialog
      title={trans.__('Rename the label %1', label.name)}
      verb={trans.__('Rename everywhere')}
      busy={act.busy}
      blocked={
        !to.trim()
          ? trans.__('Give it a name first')
          : to.trim() === label.name
            ? trans.__('Type another name')
            : null
      }
      onAccept={act.run}
      onClose={props.onClose}
    >
      <TextField
        label={trans.__('New name')}
        value={to}
        maxLength={30}
        autoFocus
        help={trans.__('All samples that have the label follow. Published versions keep the old name.')}
        error={wrong('to') ?? wrong('label')}
        onChange={setTo}
      />
      <CheckField label={trans.__('Join it to a label of that name')} checked={merge} onChange={setMerge} />
      {act.error && act.error.fields.length === 0 ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, act.error)}
        </p>
      ) : null}
    </Dialog>
  );
}
