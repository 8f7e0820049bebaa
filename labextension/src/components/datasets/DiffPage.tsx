import { useCallback, useEffect, useState } from 'react';
import type { IDiff } from '../../client';
import { AISpaceError } from '../../client';
import type { ITrans } from '../../i18n';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { count } from '../formats';
import { PageFrame } from '../PageFrame';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { useQuery } from '../useQuery';
import { statusWord } from '../status';
import { changeWord, splitWord } from './words';

function labelsOf(side: IDiff['items'][number]['before']): string {
  return side?.objects?.map(object => object.label ?? '').join(', ') ?? '';
}

/** What of a sample changed besides its labels. */
function otherChanges(trans: ITrans, item: IDiff['items'][number]): string {
  const { before, after } = item;
  return [
    before?.hard !== after?.hard
      ? after?.hard
        ? trans.__('hard example')
        : trans.__('Not a hard example')
      : null,
    before?.split !== after?.split
      ? `${splitWord(trans, before?.split)} → ${splitWord(trans, after?.split)}`
      : null,
    before?.state !== after?.state
      ? `${statusWord(trans, String(before?.state))} → ${statusWord(trans, String(after?.state))}`
      : null,
    before?.sha256_prefix !== after?.sha256_prefix ? trans.__('other bytes') : null
  ]
    .filter(Boolean)
    .join(', ');
}

/** What lies between two states of a dataset: counts first, then sample by sample. */
export default function DiffPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const from = page.query.get('from') ?? undefined;
  const to = page.query.get('to') ?? 'working';
  const dataset = useQuery(`dataset ${id}`, signal =>
    client.call('GET /datasets/{id}', { path: { id }, signal })
  );
  const [items, setItems] = useState<IDiff['items']>([]);
  const [counts, setCounts] = useState<IDiff['counts'] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<AISpaceError | null>(null);
  const load = useCallback(
    async (cursor: string | undefined, signal?: AbortSignal): Promise<void> => {
      try {
        const diff = await client.call('GET /datasets/{id}/diff', {
          path: { id },
          query: { from, to, cursor, limit: 200 },
          signal
        });
        setCounts(diff.counts);
        setItems(old => (cursor ? [...old, ...diff.items] : diff.items));
        setNext(diff.page.next);
        setError(null);
      } catch (reason) {
        if (!signal?.aborted) {
          setError(AISpaceError.of(reason));
        }
      }
    },
    [client, id, from, to]
  );
  useEffect(() => {
    const controller = new AbortController();
    setCounts(null);
    void load(undefined, controller.signal);
    return () => controller.abort();
  }, [load]);
  const name = dataset.data?.name ?? '';
  const toWord = to === 'working' ? trans.__('the working copy') : to;
  return (
    <PageFrame
      title={from ? trans.__('%1 compared with %2', from, toWord) : toWord}
      crumbs={[
        { label: trans.__('Data'), to: '/datasets' },
        { label: name || id, to: `/datasets/${id}/versions` }
      ]}
    >
      {error ? <ErrorView error={error} onRetry={() => void load(undefined)} /> : null}
      {counts ? (
        <>
          <p>
            {trans.__(
              '%1 added, %2 removed, %3 relabelled, %4 changed otherwise',
              count(counts.added),
              count(counts.removed),
              count(counts.relabelled),
              count(counts.changed)
            )}
          </p>
          {items.length === 0 ? <EmptyState text={trans.__('There is no difference.')} /> : null}
          <ul className="ais-List" aria-label={trans.__('Differences')}>
            {items.map(item => (
              <li key={`${item.path} ${item.change}`}>
                <div className="ais-Code">{item.path}</div>
                <span>{changeWord(trans, item.change)}</span>
                <span>
                  {item.change === 'relabelled'
                    ? `${labelsOf(item.before) || trans.__('no label')} → ${labelsOf(item.after) || trans.__('no label')}`
                    : item.change === 'changed'
                      ? otherChanges(trans, item)
                      : labelsOf(item.after) || labelsOf(item.before)}
                </span>
              </li>
            ))}
          </ul>
          {next ? <Button onClick={() => void load(next)}>{trans.__('Show more')}</Button> : null}
        </>
      ) : error ? null : (
        <Skeleton rows={6} />
      )}
    </PageFrame>
  );
}
