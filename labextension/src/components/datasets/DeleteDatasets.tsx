import type { IDatasetRead } from '../../client';
import { useApp } from '../context';
import { ConfirmWithConsequences } from '../controls';
import { bytes, count } from '../formats';
import { namesOf } from '../kinds';
import { errorText } from '../messages';
import { useAction } from '../useAction';

/** Asks before datasets go for good, and says what goes with them. */
export function DeleteDatasets(props: {
  datasets: IDatasetRead[];
  onClose: () => void;
  onDeleted?: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const { datasets } = props;
  const remove = useAction(
    async () => {
      for (const dataset of datasets) {
        await client.call('DELETE /datasets/{id}', { path: { id: dataset.id }, ifMatch: dataset.revision });
      }
      notify({
        kind: 'success',
        message: trans._n('%1 dataset deleted', '%1 datasets deleted', datasets.length)
      });
      props.onClose();
      props.onDeleted?.();
    },
    { onError: () => undefined }
  );
  const samples = datasets.reduce((sum, one) => sum + one.counts.total, 0);
  const size = datasets.reduce((sum, one) => sum + one.size_bytes, 0);
  const used = datasets.flatMap(one => one.used_by);
  return (
    <ConfirmWithConsequences
      title={
        datasets.length === 1
          ? trans.__('Delete %1', datasets[0].name)
          : trans._n('Delete %1 dataset', 'Delete %1 datasets', datasets.length)
      }
      verb={trans.__('Delete')}
      busy={remove.busy}
      refused={
        used.length > 0
          ? trans.__('Its versions are used by %1. Delete those first.', namesOf(trans, used))
          : undefined
      }
      consequences={[
        trans._n('%1 sample and its labels', '%1 samples and their labels', samples, count(samples)),
        trans.__('All published versions'),
        trans.__('%1, freed when no other dataset holds the same files', bytes(size) || '0 B')
      ]}
      error={remove.error ? errorText(trans, remove.error) : null}
      onAccept={remove.run}
      onClose={props.onClose}
    />
  );
}
