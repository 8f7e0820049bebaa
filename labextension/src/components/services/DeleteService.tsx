import type { IServiceRead } from '../../client';
import { useApp } from '../context';
import { MoveToTrash } from '../parts/ObjectDialogs';

/** A service goes into the trash, with its address and its tokens. */
export function DeleteService(props: {
  service: IServiceRead;
  onDeleted: () => void;
  onClose: () => void;
}): JSX.Element | null {
  const { client } = useApp();
  const { service } = props;
  return (
    <MoveToTrash
      ids={[service.id]}
      name={service.name}
      act={async () => {
        await client.call('DELETE /services/{id}', { path: { id: service.id }, ifMatch: service.revision });
        props.onDeleted();
      }}
      onClose={props.onClose}
    />
  );
}
