import { useState } from 'react';
import type { IRunRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { money } from '../formats';
import { RunningTime } from '../parts/RunningTime';
import { Loaded } from '../states';
import { isActive } from '../status';
import { StatusPill } from '../StatusPill';
import { RunOverview } from '../training/RunOverview';
import { SaveModelDialog } from '../training/SaveModelDialog';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { useQuery } from '../useQuery';
import { PanelHead } from './PanelHead';

/** A run in a notebook, live. */
export function JobPanel(props: { id: string; run: string | null }): JSX.Element {
  const { client } = useApp();
  const { id } = props;
  const run: IQuery<IRunRead> = useQuery(
    `panel run ${id} ${props.run ?? ''}`,
    async signal => {
      const version =
        props.run ?? (await client.call('GET /training-jobs/{id}', { path: { id }, signal })).current_version;
      return client.call('GET /training-jobs/{id}/runs/{version}', { path: { id, version }, signal });
    },
    event =>
      event.object_id === id ||
      event.params.job_id === id ||
      event.object_id === run.data?.id ||
      event.object_id === run.data?.workload?.id
  );
  return <Loaded query={run}>{found => <Run run={found} reload={run.reload} />}</Loaded>;
}

function Run(props: { run: IRunRead; reload: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { run } = props;
  const [saving, setSaving] = useState(false);
  const active = isActive(run.status) || run.collecting;
  const path = { id: run.job_id, version: run.version };
  const denied = (action: string): string | null =>
    run.can.includes(action) ? null : trans.__('Only its owner can do this');
  const stop = useAction(async () => {
    await client.call('POST /training-jobs/{id}/runs/{version}/stop', { path });
    props.reload();
  });
  const hasModel = run.model_output !== null && run.model_output.files > 0;
  return (
    <>
      <PanelHead
        title={`${run.job_name} ${run.version}`}
        to={`/training-jobs/${run.job_id}?run=${run.version}`}
        facts={
          <>
            <StatusPill
              status={run.status}
              note={run.workload?.position ? trans.__('number %1', run.workload.position) : undefined}
            />
            {run.started_at ? <RunningTime start={run.started_at} end={run.ended_at} /> : null}
            <span>{active ? trans.__('%1 so far', money(run.cost, trans)) : money(run.cost, trans)}</span>
          </>
        }
        actions={
          isActive(run.status) ? (
            <Button icon="stop" busy={stop.busy} blocked={denied('stop')} onClick={stop.run}>
              {trans.__('Stop')}
            </Button>
          ) : hasModel && !run.collecting ? (
            <Button icon="model" blocked={denied('save-model')} onClick={() => setSaving(true)}>
              {trans.__('Save as model')}
            </Button>
          ) : null
        }
      />
      <RunOverview
        run={run}
        previous={null}
        onRerun={() => page.go(`/training-jobs/new?modify=${run.job_id}:${run.version}`)}
      />
      {saving ? <SaveModelDialog run={run} onSaved={props.reload} onClose={() => setSaving(false)} /> : null}
    </>
  );
}
