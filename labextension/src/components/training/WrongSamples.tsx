import { useCallback, useEffect, useState } from 'react';
import type { ICursorPage, IEvaluatedSample, ISampleRead } from '../../client';
import { AISpaceError } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { metric } from '../formats';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';

type Load = (cursor: string | undefined, signal: AbortSignal) => Promise<ICursorPage<IEvaluatedSample>>;

/** Samples with truth and prediction as pictures; each opens in the annotator. */
export function WrongSamples(props: { name: string; load: Load }): JSX.Element {
  const { trans } = useApp();
  const [items, setItems] = useState<IEvaluatedSample[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [state, setState] = useState<'loading' | 'ready' | AISpaceError>('loading');
  const { name, load } = props;
  const fetchPage = useCallback(
    (cursor: string | undefined, signal: AbortSignal) => {
      setState('loading');
      load(cursor, signal).then(
        page => {
          if (!signal.aborted) {
            setItems(old => (cursor ? [...old, ...page.items] : page.items));
            setNext(page.page.next);
            setState('ready');
          }
        },
        (reason: unknown) => {
          if (!signal.aborted) {
            setState(AISpaceError.of(reason));
          }
        }
      );
    },
    // The name says which samples; the function is new with each drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [name]
  );
  useEffect(() => {
    const controller = new AbortController();
    setItems([]);
    setNext(null);
    fetchPage(undefined, controller.signal);
    return () => controller.abort();
  }, [fetchPage]);
  return (
    <>
      {state instanceof AISpaceError ? (
        <ErrorView error={state} onRetry={() => fetchPage(undefined, new AbortController().signal)} />
      ) : null}
      {items.length > 0 ? (
        <ul className="ais-Thumbs" aria-label={trans.__('Samples')}>
          {items.map(sample => (
            <li key={`${sample.dataset?.id ?? ''} ${sample.path}`}>
              <SampleCard sample={sample} />
            </li>
          ))}
        </ul>
      ) : null}
      {state === 'loading' ? <Skeleton rows={2} /> : null}
      {state === 'ready' && items.length === 0 ? <EmptyState text={trans.__('No sample here.')} /> : null}
      {next && state === 'ready' ? (
        <Button onClick={() => fetchPage(next, new AbortController().signal)}>{trans.__('Show more')}</Button>
      ) : null}
    </>
  );
}

function SampleCard(props: { sample: IEvaluatedSample }): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { sample } = props;
  const { dataset } = sample;
  const open = useAction(async () => {
    if (!dataset) {
      return;
    }
    // The version says what was used; the annotator works on the working copy's sample of the same path.
    const name = sample.path.split('/').pop() ?? sample.path;
    const found = await client.call('GET /datasets/{id}/samples', {
      path: { id: dataset.id },
      query: { q: name.slice(0, 64), limit: 200 }
    });
    const same = found.items.find((one: ISampleRead) => one.path === sample.path);
    if (same) {
      page.go(`/datasets/${dataset.id}/annotate?sample=${same.id}`);
    } else {
      notify({
        message: trans.__('%1 is no longer in the working copy of %2.', sample.path, dataset.name),
        kind: 'warning'
      });
    }
  });
  const words = trans.__('%1: %2, recognised as %3', sample.path, sample.truth, sample.predicted);
  return (
    <button
      type="button"
      className="ais-Thumb"
      aria-label={words}
      title={sample.path}
      aria-busy={open.busy || undefined}
      onClick={open.run}
    >
      {dataset ? (
        <img
          loading="lazy"
          alt=""
          src={client.url(
            '/datasets/{id}/versions/{version}/content',
            { id: dataset.id, version: dataset.version },
            { path: sample.path }
          )}
        />
      ) : null}
      <span>
        <bdi>{sample.truth}</bdi> <span aria-hidden="true">→</span>{' '}
        <b className={sample.correct ? undefined : 'ais-Wrong'}>
          <bdi>{sample.predicted}</bdi>
        </b>{' '}
        <small>{sample.score === null ? '' : metric(sample.score)}</small>
      </span>
    </button>
  );
}
