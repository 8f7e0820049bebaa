import { useEffect, useRef, useState } from 'react';
import { AnnotatorView, Session, taskOf } from '../../annotator';
import type { IAnnotatorOptions } from '../../annotator';
import type { IDatasetRead } from '../../client';
import { useApp, usePage } from '../context';
import { CheckField } from '../controls';
import { PageFrame } from '../PageFrame';
import { formatPath } from '../router';
import { Loaded } from '../states';
import { statusWord } from '../status';
import { useQuery } from '../useQuery';
import { labelColour } from './labelColour';
import { filterOf, orderOf } from './SampleFilters';
import { sampleSource } from './sampleSource';

const SETTING = 'aispace.autoAdvance';

function Annotator(props: { dataset: IDatasetRead }): JSX.Element {
  const { client, trans, annotatorKeys } = useApp();
  const page = usePage();
  const { dataset } = props;
  const root = useRef<HTMLDivElement>(null);
  const [auto, setAuto] = useState(localStorage.getItem(SETTING) !== 'off');
  const place = useRef(page);
  place.current = page;
  const start = useRef({ filter: filterOf(page.query), sort: orderOf(page.query) });
  const labels = dataset.label_group?.labels ?? [];
  const labelsKey = JSON.stringify(labels);
  const task = taskOf(dataset);
  const dataType = dataset.data_type as IAnnotatorOptions['dataType'];
  const readOnly = !dataset.can.includes('write');

  useEffect(() => {
    const element = root.current;
    if (!element) {
      return;
    }
    const { filter, sort } = start.current;
    const session = new Session(
      sampleSource(client, dataset.id, filter, sort),
      {
        dataType,
        task,
        labels: JSON.parse(labelsKey) as typeof labels,
        readOnly,
        autoAdvance: task === 'single' && auto,
        scope: dataset.id
      },
      { history: client.history, journal: client.journal }
    );
    const view = new AnnotatorView(element, session, {
      trans,
      colour: labelColour,
      stateWord: state => statusWord(trans, state),
      keysOf: annotatorKeys,
      onLeave: () =>
        place.current.go(
          formatPath(
            `/datasets/${dataset.id}`,
            Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]))
          )
        )
    });
    // The path names the sample, so that a reload comes back to it.
    const stop = session.onChange(() => {
      const id = session.sample?.id;
      if (session.ready && id && place.current.query.get('sample') !== id) {
        place.current.setQuery({ sample: id });
      }
    });
    void session.start({ sampleId: place.current.query.get('sample') ?? undefined }).then(() => {
      if (!place.current.embedded) {
        view.focus();
      }
    });
    const leave = (): void => void session.flush();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      stop();
      view.dispose();
      session.dispose();
    };
  }, [client, trans, annotatorKeys, dataset.id, task, dataType, labelsKey, readOnly, auto]);

  return (
    <>
      {task === 'single' && !readOnly ? (
        <CheckField
          label={trans.__('A label confirms and goes on by itself')}
          checked={auto}
          onChange={next => {
            localStorage.setItem(SETTING, next ? 'on' : 'off');
            setAuto(next);
          }}
        />
      ) : null}
      <div ref={root} className="ais-Annotator" />
    </>
  );
}

/** The annotator of a dataset, at the samples its filters name. */
export default function AnnotatePage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const query = useQuery(`dataset ${id}`, signal =>
    client.call('GET /datasets/{id}', { path: { id }, signal })
  );
  const { state, label } = filterOf(page.query);
  const within = [state ? statusWord(trans, state) : null, label ?? null].filter(Boolean).join(', ');
  return (
    <PageFrame
      fill
      title={trans.__('Annotate')}
      crumbs={[
        { label: trans.__('Data'), to: '/datasets' },
        { label: query.data?.name ?? id, to: `/datasets/${id}` }
      ]}
      status={within ? <span className="ais-Muted">{trans.__('in: %1', within)}</span> : undefined}
    >
      <Loaded query={query}>{dataset => <Annotator dataset={dataset} />}</Loaded>
    </PageFrame>
  );
}
