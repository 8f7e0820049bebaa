import { useEffect, useRef } from 'react';
import type { IVisualisationRead } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { money } from '../formats';
import { reasonText } from '../messages';
import { NAMES } from '../names';
import { PageFrame } from '../PageFrame';
import { WorkloadLog } from '../parts/WorkloadLog';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { isActive } from '../status';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

/** How often a page that is seen says that somebody looks at it. */
const VISIT = 60_000;
/** What the page inside may do: scripts, but nothing in the name of who looks at it. */
const SANDBOX = 'allow-scripts allow-forms allow-popups allow-downloads allow-modals';

/** TensorBoard over training runs. */
export default function VisualisationPage(): JSX.Element {
  const { client, trans } = useApp();
  const { id } = usePage().params;
  const query = useQuery(
    `visualisation ${id}`,
    signal => client.call('GET /visualisations/{id}', { path: { id }, signal }),
    event => event.object_id === id || event.params.object_id === id
  );
  if (!query.data) {
    return (
      <PageFrame
        title={NAMES.tensorboard}
        crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
      >
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  return <Visualisation board={query.data} refreshing={query.refreshing} reload={query.reload} />;
}

function Visualisation(props: {
  board: IVisualisationRead;
  refreshing: boolean;
  reload: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const { board } = props;
  const can = (what: string): boolean => board.can.includes(what);
  const runs = board.runs.map(run => ({ job_id: run.job.id, version: run.version }));
  const stop = useAction(async () => {
    await client.call('POST /visualisations/{id}/stop', { path: { id: board.id } });
    props.reload();
  });
  const start = useAction(async () => {
    await client.call('POST /visualisations', { body: { runs } });
    props.reload();
  });
  const active = isActive(board.status);
  const compare = `/training-jobs/compare?${board.runs.map(run => `run=${run.job.id}:${run.version}`).join('&')}`;
  return (
    <PageFrame
      title={`${NAMES.tensorboard}: ${board.name}`}
      crumbs={[
        { label: trans.__('Training jobs'), to: '/training-jobs' },
        { label: trans.__('Visualisations'), to: '/visualisations' }
      ]}
      refreshing={props.refreshing}
      fill
      status={<StatusPill status={board.status} />}
      facts={
        <>
          {board.runs.map(run => (
            <PageLink
              key={`${run.job.id} ${run.version}`}
              to={`/training-jobs/${run.job.id}?run=${run.version}`}
            >
              {`${run.job.name} ${run.version}`}
            </PageLink>
          ))}
          {board.stops_at ? (
            <span>
              {trans.__('stops by itself')} <Time value={board.stops_at} />
            </span>
          ) : null}
          <span>{active ? trans.__('%1 so far', money(board.cost, trans)) : money(board.cost, trans)}</span>
        </>
      }
      actions={
        <>
          {active ? (
            <Button
              icon="stop"
              busy={stop.busy}
              blocked={can('stop') ? null : trans.__('Only its owner can do this')}
              onClick={stop.run}
            >
              {trans.__('Stop')}
            </Button>
          ) : (
            <Button
              kind="primary"
              icon="play"
              busy={start.busy}
              blocked={can('start') ? null : trans.__('Only its owner can do this')}
              onClick={start.run}
            >
              {trans.__('Start again')}
            </Button>
          )}
          {board.runs.length > 1 ? <CompareLink to={compare} /> : null}
        </>
      }
      code={{
        python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nboard = client.jobs.tensorboard(${board.runs.map(run => `"${run.job.id}:${run.version}"`).join(', ')})\nprint(board.status)\n`,
        shell: `aispace tensorboard ${board.runs.map(run => `${run.job.id}:${run.version}`).join(' ')}\n`
      }}
    >
      <Content board={board} active={active} />
    </PageFrame>
  );
}

function CompareLink(props: { to: string }): JSX.Element {
  const { trans } = useApp();
  const page = usePage();
  return <Button onClick={() => page.go(props.to)}>{trans.__('Compare')}</Button>;
}

function Content(props: { board: IVisualisationRead; active: boolean }): JSX.Element {
  const { trans } = useApp();
  const { board, active } = props;
  if (board.can.includes('open')) {
    return <View key={board.workload_id} board={board} />;
  }
  if (board.ready) {
    return <EmptyState text={trans.__('Only its owner can look at it.')} />;
  }
  const why = board.reason ? reasonText(trans, board.reason) : '';
  return (
    <>
      <EmptyState
        icon="training"
        text={
          active
            ? why || trans.__('TensorBoard is being started. This takes a few seconds.')
            : why || trans.__('TensorBoard does not run. Start it again to look at the runs.')
        }
      >
        {board.reason?.code === 'image_building' ? (
          <PageLink to={`/images/${board.image.id}/log`}>{trans.__('Log of the image build')}</PageLink>
        ) : null}
      </EmptyState>
      {board.status === 'failed' || board.status === 'running' ? (
        <WorkloadLog workloadId={board.workload_id} status={board.status} reason={board.reason} />
      ) : null}
    </>
  );
}

/** The page of TensorBoard itself, in a sandbox: its address carries the right to look. */
function View(props: { board: IVisualisationRead }): JSX.Element {
  const { client, trans } = useApp();
  const { board } = props;
  const frame = useRef<HTMLIFrameElement>(null);
  const view = useQuery(`view ${board.workload_id}`, () =>
    client.call('POST /visualisations/{id}/open', { path: { id: board.id } })
  );
  useEffect(() => {
    const timer = setInterval(() => {
      // A tab behind others, or of a hidden window, is nobody's visit.
      if (document.visibilityState !== 'hidden' && frame.current?.offsetParent) {
        client.call('POST /visualisations/{id}/open', { path: { id: board.id } }).catch(() => undefined);
      }
    }, VISIT);
    return () => clearInterval(timer);
  }, [client, board.id]);
  if (!view.data) {
    return view.error ? <ErrorView error={view.error} onRetry={view.reload} /> : <Skeleton />;
  }
  return (
    <iframe
      ref={frame}
      className="ais-View"
      title={trans.__('TensorBoard of %1', board.name)}
      sandbox={SANDBOX}
      referrerPolicy="no-referrer"
      src={client.apiUrl.replace(/api\/v1\/?$/, view.data.path)}
    />
  );
}
