import { useState } from 'react';
import type { IDatasetRead } from '../../client';
import { useApp } from '../context';
import { CheckField, Dialog, TextField } from '../controls';
import { errorText } from '../messages';
import { useAction } from '../useAction';

/** Deal the samples out to training, validation and test. */
export function SplitDialog(props: {
  dataset: IDatasetRead;
  onClose: () => void;
  onDone: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const [shares, setShares] = useState({ training: '80', validation: '10', test: '10' });
  const [seed, setSeed] = useState('0');
  const [stratified, setStratified] = useState(true);
  const numbers = Object.values(shares).map(Number);
  const sum = numbers.reduce((a, b) => a + b, 0);
  const wrong = numbers.some(n => !(n >= 0)) || Math.abs(sum - 100) > 0.01;
  const split = useAction(
    async () => {
      await client.call('POST /datasets/{id}/split', {
        path: { id: props.dataset.id },
        body: {
          train: numbers[0] / 100,
          validation: numbers[1] / 100,
          test: numbers[2] / 100,
          seed: Math.max(0, Math.floor(Number(seed) || 0)),
          stratified
        }
      });
      notify({ kind: 'success', message: trans.__('The samples are split into sets') });
      props.onClose();
      props.onDone();
    },
    { onError: () => undefined }
  );
  return (
    <Dialog
      title={trans.__('Split into sets')}
      verb={trans.__('Split')}
      busy={split.busy}
      blocked={wrong ? trans.__('The shares must sum to 100 %') : null}
      onAccept={split.run}
      onClose={props.onClose}
    >
      <p>{trans.__('Every sample of the working copy gets a set anew. Published versions keep theirs.')}</p>
      <div className="ais-Row">
        <TextField
          label={trans.__('Training, %')}
          type="number"
          min={0}
          max={100}
          value={shares.training}
          onChange={training => setShares({ ...shares, training })}
        />
        <TextField
          label={trans.__('Validation, %')}
          type="number"
          min={0}
          max={100}
          value={shares.validation}
          onChange={validation => setShares({ ...shares, validation })}
        />
        <TextField
          label={trans.__('Test, %')}
          type="number"
          min={0}
          max={100}
          value={shares.test}
          onChange={test => setShares({ ...shares, test })}
        />
      </div>
      <TextField
        label={trans.__('Seed')}
        type="number"
        min={0}
        value={seed}
        onChange={setSeed}
        help={trans.__('The same seed deals out the same way.')}
      />
      <CheckField
        label={trans.__('Keep the shares within each label')}
        checked={stratified}
        onChange={setStratified}
      />
      {wrong ? <p className="ais-FieldError">{trans.__('The shares must sum to 100 %')}</p> : null}
      {split.error ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, split.error)}
        </p>
      ) : null}
    </Dialog>
  );
}
