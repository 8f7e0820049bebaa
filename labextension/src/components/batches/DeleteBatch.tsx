import type { IBatchRead } from '../../client';
import { useApp } from '../context';
import { MoveToTrash } from '../parts/ObjectDialogs';

/** A batch service goes into the trash, with its results; what was put into its owner's files stays there. */
export function DeleteBatch(props: {
  batch: IBatchRead;
  onDeleted: () => void;
  onRestored?: () => void;
  onClose: () => void;
}): JSX.Element | null {
  const { client } = useApp();
  const { batch } = props;
  return (
    <MoveToTrash
      ids={[batch.id]}
      name={batch.name}
      act={async () => {
        await client.call('DELETE /batch-services/{id}', { path: { id: batch.id }, ifMatch: batch.revision });
        props.onDeleted();
      }}
      onRestored={props.onRestored}
      onClose={props.onClose}
    />
  );
}
