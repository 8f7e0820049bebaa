import type { ReactNode } from 'react';
import { useTrans } from '../context';
import { Button } from '../controls/Button';
import { count } from '../formats';
import type { ISelection } from './selection';
import { MOST } from './selection';

export const SIZES = [50, 100, 200];

/** Under a list: the selection with what can be done to it, and the pages. */
export function TableFoot<T>(props: {
  selection: ISelection<T> | null;
  bulk?: (rows: T[], clear: () => void) => ReactNode;
  shown: number;
  total: number;
  offset: number;
  limit: number;
  set: (patch: Record<string, string | null>) => void;
}): JSX.Element {
  const trans = useTrans();
  const { selection, shown, total, offset, limit, set } = props;
  const chosen = selection?.rows ?? [];
  return (
    <div className="ais-Table-foot">
      {selection && chosen.length > 0 ? (
        <div className="ais-Row" role="group" aria-label={trans.__('Actions on the selection')}>
          <span>{trans.__('%1 of %2 selected', count(chosen.length), count(total))}</span>
          {chosen.length >= shown && chosen.length < total ? (
            <Button
              kind="quiet"
              busy={selection.all.busy}
              blocked={
                total > MOST ? trans.__('At most %1 at once. Filter the list first.', count(MOST)) : null
              }
              onClick={() => selection.all.run()}
            >
              {trans.__('Select all %1 that match', count(total))}
            </Button>
          ) : null}
          {props.bulk?.(chosen, selection.clear)}
        </div>
      ) : (
        <span />
      )}
      <div className="ais-Row">
        <span className="ais-Muted">
          {trans.__('%1-%2 of %3', count(offset + 1), count(offset + shown), count(total))}
        </span>
        {total > SIZES[0] ? (
          <>
            <Button
              kind="quiet"
              icon="back"
              label={trans.__('Previous page')}
              blocked={offset > 0 ? null : trans.__('This is the first page')}
              onClick={() => set({ offset: offset - limit > 0 ? String(offset - limit) : null })}
            />
            <Button
              kind="quiet"
              icon="forward"
              label={trans.__('Next page')}
              blocked={offset + limit < total ? null : trans.__('This is the last page')}
              onClick={() => set({ offset: String(offset + limit) })}
            />
            <select
              className="ais-Input ais-mod-filter"
              aria-label={trans.__('Rows per page')}
              value={limit}
              onChange={event => set({ limit: event.target.value, offset: null })}
            >
              {SIZES.map(size => (
                <option key={size} value={size}>
                  {trans._n('%1 row', '%1 rows', size)}
                </option>
              ))}
            </select>
          </>
        ) : null}
      </div>
    </div>
  );
}
