import { useState } from 'react';
import type { ICallPoint, ICanaryRead, IServiceRead } from '../../client';
import { useApp } from '../context';
import { Button, Dialog, TextField } from '../controls';
import { metric, percent } from '../formats';
import { Refusal } from '../parts/ObjectDialogs';
import { StatusPill } from '../StatusPill';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { AnsweredBy } from './AnsweredBy';
import { RuleFields, ruleBody, ruleText, ruleValues } from './RuleFields';

type Decision = 'share' | 'promote' | 'withdraw';

/** Production and the version that is tried beside it: shares, figures, and what can be decided. */
export function ServiceShares(props: { service: IServiceRead; onChanged: () => void }): JSX.Element | null {
  const { client, trans } = useApp();
  const { service } = props;
  const { canary } = service;
  const [open, setOpen] = useState<Decision | null>(null);
  const calls = useQuery(canary ? `shares of ${service.id} ${service.calls.total}` : null, signal =>
    client.call('GET /services/{id}/calls', { path: { id: service.id }, query: { window: '15m' }, signal })
  );
  if (!canary) {
    return null;
  }
  const serves = canary.status === 'serving' && service.deployment !== null;
  const share = serves ? canary.share : 0;
  const able = (what: string): string | null =>
    service.can.includes(what)
      ? null
      : service.can.includes('write')
        ? trans.__('It does not serve yet')
        : trans.__('Only its owner can do this');
  const figures = (number: number | null): ICallPoint | undefined =>
    number === null ? undefined : calls.data?.by_deployment[String(number)];
  return (
    <section className="ais-ServiceShares" aria-label={trans.__('Shares')}>
      <ul className="ais-List">
        <Part
          name={trans.__('production')}
          number={service.deployment}
          share={service.deployment === null ? 0 : 100 - share}
          calls={figures(service.deployment)}
        >
          <AnsweredBy of={service} />
        </Part>
        <Part
          name={trans.__('canary')}
          number={canary.number}
          share={share}
          calls={figures(canary.number)}
          status={canary.status}
        >
          <AnsweredBy of={canary} />
          {serves ? null : <span className="ais-Muted">{trans.__('%1 % when it serves', canary.share)}</span>}
        </Part>
      </ul>
      <p className="ais-Muted">
        {canary.rule ? ruleText(trans, canary.rule) : trans.__('No rule takes it back by itself.')}
      </p>
      <div className="ais-Row">
        <Button icon="edit" hasPopup="dialog" blocked={able('share')} onClick={() => setOpen('share')}>
          {trans.__('Edit shares')}
        </Button>
        <Button icon="tick" hasPopup="dialog" blocked={able('promote')} onClick={() => setOpen('promote')}>
          {trans.__('Promote')}
        </Button>
        <Button icon="undo" hasPopup="dialog" blocked={able('withdraw')} onClick={() => setOpen('withdraw')}>
          {trans.__('Withdraw')}
        </Button>
      </div>
      {open === 'share' ? (
        <ShareDialog
          service={service}
          canary={canary}
          onChanged={props.onChanged}
          onClose={() => setOpen(null)}
        />
      ) : open ? (
        <DecisionDialog
          service={service}
          canary={canary}
          decision={open}
          onChanged={props.onChanged}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </section>
  );
}

function Part(props: {
  name: string;
  number: number | null;
  share: number;
  calls: ICallPoint | undefined;
  status?: string;
  children: React.ReactNode;
}): JSX.Element {
  const { trans, locale } = useApp();
  const { calls } = props;
  return (
    <li data-share={props.share}>
      <div className="ais-Row">
        <b>{props.name}</b>
        {props.number === null ? null : <span>#{props.number}</span>}
        {props.status && props.status !== 'serving' ? <StatusPill status={props.status} /> : null}
        <meter min={0} max={100} value={props.share} aria-label={trans.__('Share of %1', props.name)} />
        <b>{trans.__('%1 %', props.share)}</b>
        {props.children}
        {calls && calls.total > 0 ? (
          <span className="ais-Muted">
            {trans.__(
              '%1 errors · p99 %2 ms (15 min)',
              percent(calls.errors / calls.total, locale),
              calls.p99 === null ? '' : metric(calls.p99)
            )}
          </span>
        ) : (
          <span className="ais-Muted">{trans.__('no calls in 15 min')}</span>
        )}
      </div>
    </li>
  );
}

interface IDialogProps {
  service: IServiceRead;
  canary: ICanaryRead;
  onChanged: () => void;
  onClose: () => void;
}

function ShareDialog(props: IDialogProps): JSX.Element {
  const { client, trans } = useApp();
  const { service, canary } = props;
  const [share, setShare] = useState(String(canary.share));
  const [rule, setRule] = useState(() => ruleValues(canary.rule));
  const [note, setNote] = useState('');
  const save = useAction(
    async () => {
      await client.call('PATCH /services/{id}/canary', {
        path: { id: service.id },
        body: { share: Number(share), rule: ruleBody(rule), note },
        ifMatch: service.revision
      });
      props.onClose();
      props.onChanged();
    },
    { onError: () => undefined }
  );
  const number = Number(share);
  const good = share.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= 100;
  return (
    <Dialog
      title={trans.__('Shares and rule')}
      verb={trans.__('Save')}
      busy={save.busy}
      blocked={good ? null : trans.__('A whole number from 0 to 100 is needed')}
      onAccept={save.run}
      onClose={props.onClose}
      wide
    >
      <TextField
        label={trans.__('Share of the canary (%)')}
        type="number"
        min={0}
        max={100}
        autoFocus
        value={share}
        help={good ? trans.__('production %1 + canary %2 = 100', 100 - number, number) : undefined}
        onChange={setShare}
      />
      <RuleFields values={rule} set={patch => setRule(now => ({ ...now, ...patch }))} error={save.error} />
      <TextField label={trans.__('Why')} value={note} maxLength={255} onChange={setNote} />
      <p className="ais-Muted">{trans.__('It takes effect within a second; nothing is deployed.')}</p>
      <Refusal error={save.error} />
    </Dialog>
  );
}

function DecisionDialog(props: IDialogProps & { decision: 'promote' | 'withdraw' }): JSX.Element {
  const { client, trans } = useApp();
  const { service, canary, decision } = props;
  const [note, setNote] = useState('');
  const act = useAction(
    async () => {
      await client.call(`POST /services/{id}/canary/${decision}`, {
        path: { id: service.id },
        body: { note }
      });
      props.onClose();
      props.onChanged();
    },
    { onError: () => undefined }
  );
  const promote = decision === 'promote';
  return (
    <Dialog
      title={promote ? trans.__('Promote the canary?') : trans.__('Withdraw the canary?')}
      verb={promote ? trans.__('Promote') : trans.__('Withdraw')}
      busy={act.busy}
      onAccept={act.run}
      onClose={props.onClose}
    >
      <p>
        {promote
          ? trans.__(
              'Deployment %1 gets all requests; %2 answers what it has and ends. No request is refused.',
              canary.number,
              service.deployment ?? ''
            )
          : trans.__('Production gets all requests again. No request is refused.')}
      </p>
      {promote && canary.replicas.total < service.replicas.total ? (
        <p>
          {trans.__(
            'It has %1 replicas, production had %2. Edit the service afterwards for more.',
            canary.replicas.total,
            service.replicas.total
          )}
        </p>
      ) : null}
      <TextField label={trans.__('Why')} value={note} maxLength={255} autoFocus onChange={setNote} />
      <Refusal error={act.error} />
    </Dialog>
  );
}
