import { useState } from 'react';
import type { IBatchRead } from '../../client';
import { PageLink, useApp } from '../context';
import { CheckField, Dialog, SelectField, TextField } from '../controls';
import { count } from '../formats';
import { errorText, reasonText } from '../messages';
import { useFieldErrors } from '../FormPage';
import { useAction } from '../useAction';

type Kind = 'auto' | 'image_classification' | 'object_detection' | 'text_classification';

/** Put results into a dataset: proposals where the files came from, or a dataset of their own. */
export function ToDataset(props: {
  batch: IBatchRead;
  onAsked: () => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const { batch } = props;
  const source = batch.source.dataset;
  const [where, setWhere] = useState<'source' | 'new'>(source ? 'source' : 'new');
  const [name, setName] = useState(`${batch.name}-results`);
  const [kind, setKind] = useState<Kind>('auto');
  const [publish, setPublish] = useState(true);
  const action = useAction(
    async () => {
      await client.call('POST /batch-services/{id}/dataset', {
        path: { id: batch.id },
        body: {
          name: where === 'new' ? name.trim() : null,
          annotation_type: where === 'new' && !source && kind !== 'auto' ? kind : null,
          publish
        }
      });
      props.onClose();
      props.onAsked();
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(action.error);
  const wrong =
    field('name') ?? (action.error?.code === 'name_taken' ? errorText(trans, action.error) : null);
  return (
    <Dialog
      title={trans.__('Results into a dataset')}
      verb={trans.__('Put in')}
      busy={action.busy}
      blocked={where === 'new' && !name.trim() ? trans.__('A name is needed') : null}
      onAccept={action.run}
      onClose={props.onClose}
    >
      <p>
        {trans.__(
          'Answers become proposals, which people confirm. What a person has annotated stays as it is.'
        )}
      </p>
      {source ? (
        <SelectField
          label={trans.__('Where')}
          value={where}
          options={[
            { value: 'source', label: trans.__('the dataset %1', source.name) },
            { value: 'new', label: trans.__('a new dataset with the same files') }
          ]}
          onChange={setWhere}
        />
      ) : null}
      {where === 'new' ? (
        <TextField
          label={trans.__('Name of the dataset')}
          required
          value={name}
          maxLength={50}
          error={wrong}
          onChange={setName}
        />
      ) : null}
      {where === 'new' && !source ? (
        <SelectField
          label={trans.__('Kind')}
          value={kind}
          options={[
            { value: 'auto', label: trans.__('as the results look') },
            { value: 'image_classification', label: trans.__('image classification') },
            { value: 'object_detection', label: trans.__('object detection') },
            { value: 'text_classification', label: trans.__('text classification') }
          ]}
          onChange={setKind}
        />
      ) : null}
      <CheckField label={trans.__('Publish as the next version')} checked={publish} onChange={setPublish} />
      {action.error && !wrong ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, action.error)}
        </p>
      ) : null}
    </Dialog>
  );
}

/** What became of results that were put into a dataset. */
export function DeliveryLine(props: { batch: IBatchRead }): JSX.Element | null {
  const { trans } = useApp();
  const { delivery } = props.batch;
  if (!delivery) {
    return null;
  }
  const link = delivery.dataset ? (
    <PageLink to={`/datasets/${delivery.dataset.id}`}>
      {`${delivery.dataset.name} ${delivery.version ?? ''}`}
    </PageLink>
  ) : null;
  const reason = delivery.reason ? reasonText(trans, delivery.reason) : '';
  if (delivery.status === 'running') {
    return (
      <span role="status">
        {trans.__('being put in: %1 proposals', count(delivery.proposed))} {link}
      </span>
    );
  }
  if (delivery.status === 'failed') {
    return (
      <span role="alert">
        {trans.__('not put in')} {reason} {link}
      </span>
    );
  }
  return (
    <span>
      {link}{' '}
      {trans.__(
        '%1 proposals, %2 kept as people said, %3 without an answer that fits',
        count(delivery.proposed),
        count(delivery.kept),
        count(delivery.refused)
      )}{' '}
      {reason}
      {delivery.refusals.length > 0 ? (
        <ul>
          {delivery.refusals.map(one => (
            <li key={one.path}>{`${one.path}: ${one.message}`}</li>
          ))}
        </ul>
      ) : null}
    </span>
  );
}
