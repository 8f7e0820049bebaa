import { useState } from 'react';
import { useApp } from '../context';
import { Dialog, TextField } from '../controls';
import { count } from '../formats';

/** Why the selected samples are rejected: for those who have to mend them. */
export function RejectDialog(props: {
  samples: number;
  busy: boolean;
  onAccept: (reason: string) => void;
  onClose: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const [reason, setReason] = useState('');
  return (
    <Dialog
      title={trans._n('Reject %1 sample', 'Reject %1 samples', props.samples, count(props.samples))}
      verb={trans.__('Reject')}
      busy={props.busy}
      blocked={reason.trim() ? null : trans.__('Say what is wrong first')}
      onAccept={() => props.onAccept(reason.trim())}
      onClose={props.onClose}
    >
      <TextField
        label={trans.__('What is wrong with them?')}
        required
        autoFocus
        maxLength={200}
        value={reason}
        help={trans.__(
          'It stays with each sample until its next review. Samples that nobody confirmed are left out.'
        )}
        onChange={setReason}
      />
    </Dialog>
  );
}
