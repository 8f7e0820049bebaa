import type { IServiceRead } from '../../client';
import { useApp } from '../context';
import { count } from '../formats';
import { DeleteDialog } from '../parts/ObjectDialogs';

/** Asks once before a service goes. */
export function DeleteService(props: {
  service: IServiceRead;
  onDeleted: () => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const { service } = props;
  return (
    <DeleteDialog
      title={trans.__('Delete %1?', service.name)}
      verb={trans.__('Delete the service')}
      consequences={[
        trans.__('Its address %1 answers no more.', service.endpoint),
        trans.__('Its tokens end. Its record of %1 calls goes.', count(service.calls.total)),
        trans.__('The model stays.')
      ]}
      act={async () => {
        await client.call('DELETE /services/{id}', { path: { id: service.id }, ifMatch: service.revision });
        props.onDeleted();
      }}
      onClose={props.onClose}
    />
  );
}
