import { useState } from 'react';
import type { IDatasetRead } from '../../client';
import { useApp } from '../context';
import { CheckField, Dialog, RadioCards, TextField } from '../controls';
import { count } from '../formats';
import { errorText } from '../messages';
import { useAction } from '../useAction';

/** Publish the working copy as the next version: counts first, then a note. */
export function PublishDialog(props: {
  dataset: IDatasetRead;
  onClose: () => void;
  onDone: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const { dataset } = props;
  const { counts, unpublished } = dataset;
  const confirmed = counts.labelled + counts.reviewed;
  const open = counts.total - confirmed;
  const [note, setNote] = useState('');
  const [include, setInclude] = useState<'confirmed' | 'all'>(open > 0 ? 'confirmed' : 'all');
  const [rejected, setRejected] = useState(false);
  const publish = useAction(
    async () => {
      const version = await client.call('POST /datasets/{id}/publish', {
        path: { id: dataset.id },
        body: { note, include, rejected: include === 'all' && rejected }
      });
      notify({ kind: 'success', message: trans.__('%1 of %2 is published', version.version, dataset.name) });
      props.onClose();
      props.onDone();
    },
    { onError: () => undefined }
  );
  const blocked =
    include === 'confirmed' && confirmed === 0
      ? trans.__('No sample is confirmed yet')
      : include === 'all' && counts.unlabelled > 0
        ? trans._n(
            '%1 sample has no label',
            '%1 samples have no label',
            counts.unlabelled,
            count(counts.unlabelled)
          )
        : include === 'all' && counts.rejected > 0 && !rejected
          ? trans._n(
              '%1 sample is rejected: take it along, or publish the confirmed ones',
              '%1 samples are rejected: take them along, or publish the confirmed ones',
              counts.rejected,
              count(counts.rejected)
            )
          : null;
  return (
    <Dialog
      title={trans.__('Publish %1 of %2', dataset.next_version, dataset.name)}
      verb={trans.__('Publish %1', dataset.next_version)}
      busy={publish.busy}
      blocked={blocked}
      onAccept={publish.run}
      onClose={props.onClose}
    >
      <ul className="ais-Consequences">
        <li>
          {trans.__(
            '%1 new, %2 changed, %3 removed since the last version',
            count(unpublished.added),
            count(unpublished.changed),
            count(unpublished.removed)
          )}
        </li>
        <li>{trans.__('Copies no bytes. A published version never changes.')}</li>
      </ul>
      {open > 0 ? (
        <>
          <p>
            {trans.__(
              'Not confirmed: %1 unlabelled, %2 automatic, %3 started, %4 rejected.',
              count(counts.unlabelled),
              count(counts.auto),
              count(counts.started),
              count(counts.rejected)
            )}
          </p>
          <RadioCards
            label={trans.__('Which samples')}
            rows
            value={include}
            onChange={setInclude}
            options={[
              {
                value: 'confirmed',
                label: trans._n('The %1 confirmed one', 'The %1 confirmed ones', confirmed, count(confirmed))
              },
              {
                value: 'all',
                label: trans._n('All %1', 'All %1', counts.total, count(counts.total)),
                help: counts.unlabelled > 0 ? trans.__('Refused while some have no label.') : undefined
              }
            ]}
          />
        </>
      ) : null}
      {include === 'all' && counts.rejected > 0 ? (
        <CheckField
          label={trans._n(
            'Also the %1 rejected sample, with the reason',
            'Also the %1 rejected samples, with the reasons',
            counts.rejected,
            count(counts.rejected)
          )}
          help={trans.__('Training leaves them out.')}
          checked={rejected}
          onChange={setRejected}
        />
      ) : null}
      <TextField label={trans.__('Note')} maxLength={100} value={note} onChange={setNote} autoFocus />
      {blocked ? <p>{blocked}</p> : null}
      {publish.error ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, publish.error)}
        </p>
      ) : null}
    </Dialog>
  );
}
