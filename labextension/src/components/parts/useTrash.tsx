import type { ReactNode } from 'react';
import { useState } from 'react';
import { useApp } from '../context';
import { DeleteDialog, MoveToTrash } from './ObjectDialogs';

/** "Delete" of a row of a list: into the trash at once, with "Undo"; or for good, after a question. */
export function useTrash<T extends { id: string; name: string }>(
  remove: (row: T) => Promise<unknown>,
  reload: () => void,
  /** What to say before, where there is no way back. */
  forGood?: { verb: string; consequences: string[] }
): { ask: (row: T) => void; dialog: ReactNode } {
  const { trans } = useApp();
  const [row, setRow] = useState<T | null>(null);
  const act = async (): Promise<void> => {
    if (row) {
      await remove(row);
      reload();
    }
  };
  const close = (): void => setRow(null);
  return {
    ask: setRow,
    dialog: !row ? null : forGood ? (
      <DeleteDialog
        title={trans.__('Delete %1?', row.name)}
        verb={forGood.verb}
        consequences={forGood.consequences}
        act={act}
        onClose={close}
      />
    ) : (
      <MoveToTrash ids={[row.id]} name={row.name} onRestored={reload} act={act} onClose={close} />
    )
  };
}
