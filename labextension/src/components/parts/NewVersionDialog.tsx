import { useState } from 'react';
import { useApp } from '../context';
import { Dialog, TextField } from '../controls';
import { useAction } from '../useAction';
import { Refusal } from './ObjectDialogs';
import type { ISourceChoice, SourceKind } from './SourceField';
import { isChosen, NO_SOURCE, SourceField } from './SourceField';

/** Another version of something, from files. */
export function NewVersionDialog(props: {
  title: string;
  /** What to say while nothing is chosen. */
  wanted: string;
  kinds: SourceKind[];
  /** Endings of the files that can be picked. */
  accept?: string;
  make: (source: ISourceChoice, note: string) => Promise<{ version: string }>;
  onMade: (version: string) => void;
  onClose: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const [source, setSource] = useState<ISourceChoice>(NO_SOURCE);
  const [note, setNote] = useState('');
  const action = useAction(
    async () => {
      const made = await props.make(source, note);
      props.onMade(made.version);
      props.onClose();
    },
    { onError: () => undefined }
  );
  return (
    <Dialog
      title={props.title}
      verb={trans.__('Add version')}
      busy={action.busy}
      blocked={isChosen(source) ? null : props.wanted}
      onAccept={action.run}
      onClose={props.onClose}
      wide
    >
      <SourceField kinds={props.kinds} value={source} onChange={setSource} accept={props.accept} />
      <TextField label={trans.__('Note')} value={note} maxLength={255} onChange={setNote} />
      <Refusal error={action.error} />
    </Dialog>
  );
}
