import { useVirtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, MouseEvent } from 'react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { labelKeys } from '../../annotator/keys';
import type { IDatasetRead, ISampleFilter, ISampleRead, SampleSelection } from '../../client';
import { useApp, usePage } from '../context';
import { Button, ConfirmWithConsequences } from '../controls';
import { count } from '../formats';
import { errorText } from '../messages';
import { formatPath } from '../router';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { SampleFilters, filterOf, orderOf } from './SampleFilters';
import { LabelShares } from './LabelShares';
import { RejectDialog } from './RejectDialog';
import { ColumnNames, SampleRow, shownColumns } from './SampleRow';
import type { BulkChange } from './SelectionBar';
import { SelectionBar } from './SelectionBar';
import { Thumbnail } from './Thumbnail';
import { useWindow } from './useWindow';

const SIZES = { small: 96, large: 192 } as const;

/** The samples of the working copy: a grid of any length, filters in the path, work on many at once. */
export function SamplesTab(props: { dataset: IDatasetRead; onChanged: () => void }): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { dataset, onChanged } = props;
  const id = dataset.id;
  const filter: ISampleFilter = filterOf(page.query);
  const sort = orderOf(page.query);
  const size = page.query.get('size') === 'large' ? SIZES.large : SIZES.small;
  const key = JSON.stringify([id, filter, sort]);
  const list = useWindow<ISampleRead>(key, async (at, limit, signal) => {
    const answer = await client.call('GET /datasets/{id}/samples', {
      path: { id },
      query: { ...filter, sort, at, limit },
      signal
    });
    return { items: answer.items, total: answer.page.total ?? answer.items.length };
  });
  const statistics = useQuery(
    `statistics ${id}`,
    signal => client.call('GET /datasets/{id}/statistics', { path: { id }, signal }),
    event => event.object_id === id
  );
  const { reload } = list;
  const { reload: reloadStatistics } = statistics;
  const refresh = useCallback(() => {
    reload();
    reloadStatistics();
    onChanged();
  }, [reload, reloadStatistics, onChanged]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = client.events.listen(event => {
      if (event.object_id === id) {
        clearTimeout(timer);
        timer = setTimeout(reload, 500);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, id, reload]);

  const [selected, setSelected] = useState<Set<string>>(new Set());
  const [all, setAll] = useState(false);
  const [undo, setUndo] = useState<{ token: string; text: string } | null>(null);
  const [deleting, setDeleting] = useState(false);
  const [rejecting, setRejecting] = useState(false);
  useEffect(() => {
    setSelected(new Set());
    setAll(false);
  }, [key]);

  const total = list.total ?? 0;
  const chosen = all ? total : selected.size;
  const selection: SampleSelection = all ? { filter } : { ids: [...selected] };
  const clear = (): void => {
    setSelected(new Set());
    setAll(false);
  };

  const bulk = useAction(async (change: BulkChange, told: (n: number) => string) => {
    const answer = await client.call('POST /datasets/{id}/annotations/bulk', {
      path: { id },
      body: { ...selection, ...change }
    });
    const text =
      answer.skipped > 0
        ? `${told(answer.changed)} ${trans._n('%1 could not be.', '%1 could not be.', answer.skipped)}`
        : told(answer.changed);
    setUndo(answer.undo_token ? { token: answer.undo_token, text } : null);
    page.announce(text);
    if (Object.keys(filter).length > 0) {
      // What was changed may not match any more: nothing out of sight stays selected.
      clear();
    }
    refresh();
  });
  const takeBack = useAction(async (token: string) => {
    const answer = await client.call('POST /datasets/{id}/annotations/undo', {
      path: { id },
      body: { undo_token: token }
    });
    setUndo(null);
    notify({
      message:
        answer.changed_meanwhile > 0
          ? trans.__(
              '%1 undone, %2 changed by others since and left alone',
              count(answer.undone),
              count(answer.changed_meanwhile)
            )
          : trans._n('%1 undone', '%1 undone', answer.undone, count(answer.undone))
    });
    refresh();
  });
  const remove = useAction(
    async () => {
      const answer = await client.call('POST /datasets/{id}/samples/delete', {
        path: { id },
        body: selection
      });
      setDeleting(false);
      clear();
      notify({
        kind: 'success',
        message: trans._n('%1 sample deleted', '%1 samples deleted', answer.deleted)
      });
      refresh();
    },
    { onError: () => undefined }
  );

  const labels = dataset.label_group?.labels ?? [];
  const writable = dataset.can.includes('write');
  const scroll = useRef<HTMLDivElement>(null);
  const some = total > 0;
  const [columns, setColumns] = useState(6);
  const pictures = dataset.data_type === 'image';
  const table = shownColumns(dataset.columns);
  const boxes = dataset.annotation_type === 'object_detection';
  const cell = pictures ? { width: size + 24, height: size + 48 } : { width: 0, height: 36 };
  useEffect(() => {
    const element = scroll.current;
    if (!element) {
      return;
    }
    const measure = (): void =>
      setColumns(cell.width ? Math.max(1, Math.floor((element.clientWidth - 8) / cell.width)) : 1);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [cell.width, some]);
  const rows = Math.ceil(total / columns);
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroll.current,
    estimateSize: () => cell.height,
    overscan: 3
  });
  const drawn = virtualizer.getVirtualItems();
  const first = (drawn[0]?.index ?? 0) * columns;
  const last = Math.min(total - 1, ((drawn[drawn.length - 1]?.index ?? 0) + 1) * columns - 1);
  const { need } = list;
  useEffect(() => {
    if (last >= first) {
      need(first, last);
    }
  }, [need, first, last, key]);
  useEffect(() => virtualizer.measure(), [virtualizer, cell.height, columns]);

  const [focus, setFocus] = useState(0);
  const anchor = useRef(0);
  const annotate = (sample?: ISampleRead): void =>
    page.go(
      formatPath(`/datasets/${id}/annotate`, {
        ...(Object.fromEntries(
          Object.entries(filter).map(([name, value]) => [name, String(value)])
        ) as Record<string, string>),
        sort: sort === 'number' ? null : sort,
        sample: sample?.id ?? null
      })
    );
  const pick = (
    index: number,
    sample: ISampleRead,
    event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }
  ): void => {
    setAll(false);
    setFocus(index);
    if (event.shiftKey) {
      const next = new Set(selected);
      for (let i = Math.min(anchor.current, index); i <= Math.max(anchor.current, index); i++) {
        const one = list.get(i);
        if (one) {
          next.add(one.id);
        }
      }
      setSelected(next);
      return;
    }
    anchor.current = index;
    const next = new Set(selected);
    if (!next.delete(sample.id)) {
      next.add(sample.id);
    }
    setSelected(next);
  };
  const move = (index: number): void => {
    const next = Math.max(0, Math.min(total - 1, index));
    setFocus(next);
    virtualizer.scrollToIndex(Math.floor(next / columns));
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus()
    );
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const sample = list.get(focus);
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns
    };
    if (event.key in steps) {
      move(focus + steps[event.key]);
    } else if (event.key === 'Home' || event.key === 'End') {
      move(event.key === 'Home' ? 0 : total - 1);
    } else if (event.key === 'Enter' && sample) {
      annotate(sample);
    } else if (event.key === ' ' && sample) {
      pick(focus, sample, event);
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      setAll(true);
    } else if (event.key === 'Escape' && chosen > 0) {
      clear();
    } else if (event.shiftKey && event.key.toLowerCase() === 'c' && chosen > 0 && writable) {
      bulk.run({ review: 'accept' }, n => trans._n('%1 accepted.', '%1 accepted.', n, count(n)));
    } else if (event.shiftKey && event.key.toLowerCase() === 'x' && chosen > 0 && writable) {
      setRejecting(true);
    } else if (
      /^[0-9]$/.test(event.key) &&
      !event.ctrlKey &&
      !event.metaKey &&
      chosen > 0 &&
      writable &&
      !boxes
    ) {
      const label = labelKeys(labels).get(event.key);
      if (label !== undefined) {
        bulk.run({ label }, n => trans.__('%1 labelled %2.', count(n), label));
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  if (dataset.counts.total === 0) {
    return (
      <EmptyState
        icon="dataset"
        text={
          pictures
            ? trans.__('No sample yet. Import pictures to label them and to train on them.')
            : dataset.data_type === 'text'
              ? trans.__('No sample yet. Import texts to label them and to train on them.')
              : trans.__('No sample yet. Import a CSV file to label its rows and to train on them.')
        }
      >
        {writable ? (
          <Button kind="primary" icon="upload" onClick={() => page.go(`/datasets/${id}/import`)}>
            {trans.__('Import')}
          </Button>
        ) : null}
      </EmptyState>
    );
  }
  return (
    <div className="ais-Samples">
      <div className="ais-Samples-main">
        <SampleFilters
          counts={dataset.counts}
          labels={labels}
          sort={sort}
          large={pictures ? size === SIZES.large : null}
        />
        {list.error ? <ErrorView error={list.error} onRetry={reload} compact /> : null}
        {list.total === null && !list.error ? <Skeleton rows={6} /> : null}
        {list.total === 0 ? (
          <EmptyState text={trans.__('No sample matches these filters.')}>
            <Button
              onClick={() =>
                page.setQuery({ state: null, label: null, split: null, hard: null, by: null, q: null })
              }
            >
              {trans.__('Clear filters')}
            </Button>
          </EmptyState>
        ) : null}
        {total > 0 && table.length > 0 ? <ColumnNames columns={table} /> : null}
        {total > 0 ? (
          <div
            ref={scroll}
            className="ais-Grid"
            role="listbox"
            aria-multiselectable="true"
            aria-label={trans._n('%1 sample', '%1 samples', total, count(total))}
            onKeyDown={onKeyDown}
          >
            <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
              {drawn.map(row => (
                <div
                  key={row.key}
                  role="presentation"
                  className={pictures ? 'ais-Grid-row' : 'ais-Grid-row ais-mod-list'}
                  style={{ transform: `translateY(${row.start}px)`, height: cell.height }}
                >
                  {Array.from({ length: Math.min(columns, total - row.index * columns) }, (_, column) => {
                    const index = row.index * columns + column;
                    const sample = list.get(index);
                    const one = {
                      index,
                      total,
                      sample,
                      labels,
                      selected: sample ? all || selected.has(sample.id) : false,
                      focusable: index === focus,
                      onPick: (event: MouseEvent) => sample && pick(index, sample, event),
                      onOpen: () => sample && annotate(sample)
                    };
                    return !pictures ? (
                      <SampleRow key={index} {...one} columns={table} height={cell.height} />
                    ) : (
                      <Thumbnail
                        key={index}
                        {...one}
                        size={size}
                        url={
                          sample
                            ? client.url(
                                '/datasets/{id}/samples/{sample}/thumbnail',
                                { id, sample: sample.id },
                                { size }
                              )
                            : ''
                        }
                      />
                    );
                  })}
                </div>
              ))}
            </div>
          </div>
        ) : null}
        <div className="ais-Table-foot">
          {chosen > 0 ? (
            <SelectionBar
              dataset={dataset}
              chosen={chosen}
              total={total}
              all={all}
              busy={bulk.busy}
              onAll={() => setAll(true)}
              onClear={clear}
              onChange={bulk.run}
              onReject={() => setRejecting(true)}
              onDelete={() => setDeleting(true)}
            />
          ) : (
            <span className="ais-Muted">
              {trans._n('%1 sample', '%1 samples', total, count(total))} ·{' '}
              {trans.__('Click selects, Enter annotates')}
            </span>
          )}
          {undo ? (
            <span className="ais-Row" role="status">
              {undo.text}
              <Button icon="undo" busy={takeBack.busy} onClick={() => takeBack.run(undo.token)}>
                {trans.__('Undo')}
              </Button>
            </span>
          ) : null}
        </div>
      </div>
      <LabelShares query={statistics} dataset={dataset} />
      {rejecting ? (
        <RejectDialog
          samples={chosen}
          busy={bulk.busy}
          onAccept={reason => {
            setRejecting(false);
            bulk.run({ review: 'reject', reason }, n =>
              trans._n('%1 rejected.', '%1 rejected.', n, count(n))
            );
          }}
          onClose={() => setRejecting(false)}
        />
      ) : null}
      {deleting ? (
        <ConfirmWithConsequences
          title={trans._n('Delete %1 sample', 'Delete %1 samples', chosen, count(chosen))}
          verb={trans.__('Delete')}
          consequences={[
            trans.__('They and their labels leave the working copy.'),
            trans.__('Published versions keep them.')
          ]}
          busy={remove.busy}
          error={remove.error ? errorText(trans, remove.error) : null}
          onAccept={remove.run}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </div>
  );
}
