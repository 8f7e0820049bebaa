import type { ReactNode } from 'react';
import { useState } from 'react';
import { MoveToTrash } from './ObjectDialogs';

/** "Delete" of a row of a list: into the trash at once, with "Undo". */
export function useTrash<T extends { id: string; name: string }>(
  remove: (row: T) => Promise<unknown>,
  reload: () => void
): { ask: (row: T) => void; dialog: ReactNode } {
  const [row, setRow] = useState<T | null>(null);
  return {
    ask: setRow,
    dialog: row ? (
      <MoveToTrash
        ids={[row.id]}
        name={row.name}
        onRestored={reload}
        act={async () => {
          await remove(row);
          reload();
        }}
        onClose={() => setRow(null)}
      />
    ) : null
  };
}
