import type { IBatchRead } from '../../client';
import { useApp } from '../context';
import { count } from '../formats';
import { DeleteDialog } from '../parts/ObjectDialogs';

/** Asks once before a batch service goes. */
export function DeleteBatch(props: {
  batch: IBatchRead;
  onDeleted: () => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const { batch } = props;
  return (
    <DeleteDialog
      title={trans.__('Delete %1?', batch.name)}
      verb={trans.__('Delete the batch service')}
      consequences={[
        trans.__('The results of %1 files go with it.', count(batch.counts.done)),
        ...(batch.stored ? [trans.__('What was put into %1 stays.', batch.stored.path)] : []),
        trans.__('The model stays.')
      ]}
      act={async () => {
        await client.call('DELETE /batch-services/{id}', { path: { id: batch.id }, ifMatch: batch.revision });
        props.onDeleted();
      }}
      onClose={props.onClose}
    />
  );
}
