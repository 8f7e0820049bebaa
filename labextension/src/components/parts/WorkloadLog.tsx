import type { IReason } from '../../client';
import { useApp } from '../context';
import { LogView } from '../LogView';
import { reasonText } from '../messages';
import { statusWord } from '../status';
import { EmptyState } from '../states';

/** The log of a workload's newest attempt. */
export function WorkloadLog(props: {
  workloadId: string | null | undefined;
  status: string;
  reason?: IReason | null;
  attempt?: number;
}): JSX.Element {
  const { client, trans } = useApp();
  const { workloadId, attempt, status } = props;
  if (!workloadId) {
    return <EmptyState text={trans.__('No log: nothing has been started yet.')} />;
  }
  const active = [
    'scheduled',
    'queued',
    'starting',
    'running',
    'deploying',
    'serving',
    'degraded',
    'building',
    'stopping'
  ].includes(status);
  return (
    <LogView
      label={trans.__('Log')}
      active={active}
      waiting={
        active && status !== 'running'
          ? `${statusWord(trans, status)}${props.reason ? `: ${reasonText(trans, props.reason)}` : ''}`
          : undefined
      }
      source={{
        key: `${workloadId} ${attempt ?? ''}`,
        load: (after, signal) =>
          client.call('GET /workloads/{id}/log', {
            path: { id: workloadId },
            query: { after, attempt },
            signal
          }),
        search: (q, after, signal) =>
          client.call('GET /workloads/{id}/log', {
            path: { id: workloadId },
            query: { q, after, attempt },
            signal
          }),
        topic: active ? `log/${workloadId}` : null,
        download: client.url('/workloads/{id}/log/download', { id: workloadId }, { attempt })
      }}
    />
  );
}
