import type { IEvaluationRead } from '../../client';
import { useApp } from '../context';
import { MoveToTrash } from '../parts/ObjectDialogs';

/** An evaluation goes into the trash, with its figures and predictions. */
export function DeleteEvaluation(props: {
  evaluation: IEvaluationRead;
  onDeleted: () => void;
  onRestored?: () => void;
  onClose: () => void;
}): JSX.Element | null {
  const { client } = useApp();
  const { evaluation } = props;
  return (
    <MoveToTrash
      ids={[evaluation.id]}
      name={evaluation.name}
      act={async () => {
        await client.call('DELETE /evaluations/{id}', {
          path: { id: evaluation.id },
          ifMatch: evaluation.revision
        });
        props.onDeleted();
      }}
      onRestored={props.onRestored}
      onClose={props.onClose}
    />
  );
}
