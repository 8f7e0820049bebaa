import type { IDatasetRead } from '../../client';
import { useApp } from '../context';
import { MoveToTrash } from '../parts/ObjectDialogs';

/** Datasets go into the trash with all their versions; those that something uses are refused. */
export function DeleteDatasets(props: {
  datasets: IDatasetRead[];
  onClose: () => void;
  onDeleted?: () => void;
}): JSX.Element {
  const { client } = useApp();
  const { datasets } = props;
  return (
    <MoveToTrash
      ids={datasets.map(one => one.id)}
      name={datasets[0].name}
      act={id =>
        client.call('DELETE /datasets/{id}', {
          path: { id },
          ifMatch: datasets.find(one => one.id === id)?.revision
        })
      }
      onDone={props.onDeleted}
      onClose={props.onClose}
    />
  );
}
