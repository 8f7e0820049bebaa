import { useState } from 'react';
import type { ICallSummary, IServiceRead } from '../../client';
import { CodeBlock } from '../AsCode';
import { PageLink, useApp } from '../context';
import { Button, ConfirmWithConsequences, Dialog, Tabs, TextField } from '../controls';
import { count, metric } from '../formats';
import { Icon } from '../Icon';
import { reasonText } from '../messages';
import { NAMES } from '../names';
import { Facts } from '../PageFrame';
import { Refusal } from '../parts/ObjectDialogs';
import { visibilityWord } from '../parts/scopes';
import { Loaded } from '../states';
import { Time } from '../Time';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { AnsweredBy } from './AnsweredBy';
import { ServiceShares } from './ServiceShares';

/** Python and curl that call a service from anywhere. */
export function callGuide(service: IServiceRead): { python: string; curl: string } {
  const image = service.signature.accepts_images || service.signature.accepts_files;
  const body = {
    inputs: service.signature.inputs.map(input => ({
      name: input.name,
      datatype: input.datatype,
      shape: input.shape.map(one => (one === -1 ? 1 : one)),
      data: ['...']
    }))
  };
  return image
    ? {
        python: `import requests\n\nanswer = requests.post(\n    "${service.endpoint}/predict",\n    data=open("picture.png", "rb"),\n    headers={"Content-Type": "image/png", "Authorization": "Bearer TOKEN"},\n)\nprint(answer.json())\n`,
        curl: `curl -X POST "${service.endpoint}/predict" \\\n  -H "Authorization: Bearer TOKEN" -H "Content-Type: image/png" \\\n  --data-binary @picture.png\n`
      }
    : {
        python: `import requests\n\nanswer = requests.post(\n    "${service.endpoint}${service.signature.infer_path}",\n    json=${JSON.stringify(body)},\n    headers={"Authorization": "Bearer TOKEN"},\n)\nprint(answer.json())\n`,
        curl: `curl -X POST "${service.endpoint}${service.signature.infer_path}" \\\n  -H "Authorization: Bearer TOKEN" -H "Content-Type: application/json" \\\n  -d '${JSON.stringify(body)}'\n`
      };
}

/** What serves, how to call it, and who may. */
export function ServiceOverview(props: {
  service: IServiceRead;
  calls: ICallSummary;
  onChanged: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const { service, calls } = props;
  const [guide, setGuide] = useState('curl');
  const code = callGuide(service);
  return (
    <>
      {service.reason ? (
        <p className="ais-Banner" role={service.status === 'failed' ? 'alert' : undefined}>
          <Icon
            name={service.status === 'failed' ? 'cross' : service.status === 'degraded' ? 'warning' : 'clock'}
            className={service.status === 'failed' ? 'ais-tone-error' : 'ais-tone-info'}
          />{' '}
          {reasonText(trans, service.reason)}{' '}
          <PageLink to={`/services/${service.id}/log`}>{trans.__('Log')}</PageLink>
        </p>
      ) : null}
      {service.deployment !== null &&
      service.desired !== service.deployment &&
      service.target === 'serving' ? (
        <p className="ais-Banner">
          <Icon name="half" className="ais-tone-brand" />{' '}
          {trans.__(
            'Deployment %1 serves; %2 is being made ready and takes over then.',
            service.deployment,
            service.desired
          )}
        </p>
      ) : null}
      <ServiceShares service={service} onChanged={props.onChanged} />
      <ul className="ais-Figures">
        <li>
          <b>{trans.__('%1 of %2', service.replicas.ready, service.replicas.total)}</b>
          <span>{trans.__('replicas ready')}</span>
        </li>
        <li>
          <b>{metric(calls.rate)}</b>
          <span>{trans.__('calls a second')}</span>
        </li>
        <li>
          <b>{calls.p50 === null ? trans.__('none') : `${metric(calls.p50)} ms`}</b>
          <span>{trans.__('half are faster (5 min)')}</span>
        </li>
        <li>
          <b>{calls.p99 === null ? trans.__('none') : `${metric(calls.p99)} ms`}</b>
          <span>{trans.__('99 of 100 are faster')}</span>
        </li>
        <li>
          <b>{count(calls.total)}</b>
          <span>{trans.__('calls in all')}</span>
        </li>
        <li>
          <b>{count(calls.errors)}</b>
          <span>{trans.__('failed by the service')}</span>
        </li>
      </ul>
      <h2>{trans.__('Call guide')}</h2>
      <Tabs
        label={trans.__('Language')}
        current={guide}
        onChange={setGuide}
        tabs={[
          { id: 'curl', label: NAMES.curl, render: () => <CodeBlock text={code.curl} label={NAMES.curl} /> },
          {
            id: 'python',
            label: trans.__('Python'),
            render: () => <CodeBlock text={code.python} label={trans.__('Python')} />
          }
        ]}
      />
      {service.signature.infer_path ? (
        <p className="ais-Muted">
          {trans.__('Open Inference Protocol: %1', `${service.endpoint}${service.signature.infer_path}`)}
        </p>
      ) : null}
      <h2>{trans.__('Tokens')}</h2>
      <ServiceTokens service={service} />
      <h2>{trans.__('Configuration')}</h2>
      <Facts
        items={[
          [trans.__('Description'), service.description || trans.__('none')],
          [trans.__('Model'), <AnsweredBy key="m" of={service} />],
          [
            trans.__('Image'),
            <PageLink key="i" to={`/images/${service.image_id}`}>
              {trans.__('image')}
            </PageLink>
          ],
          [trans.__('Visible to'), visibilityWord(trans, service.visibility)],
          [trans.__('Owner'), service.owner.name],
          [
            trans.__('Parameters'),
            Object.keys(service.parameters).length === 0
              ? trans.__('none')
              : Object.entries(service.parameters)
                  .map(([name, value]) => `${name}=${String(value)}`)
                  .join(', ')
          ],
          [
            trans.__('Limits'),
            trans.__(
              '%1 requests at once, %2 s each',
              count(service.limits.max_in_flight),
              service.limits.timeout_seconds
            )
          ],
          [trans.__('Created'), <Time key="c" value={service.created_at} exact />]
        ]}
      />
    </>
  );
}

function ServiceTokens(props: { service: IServiceRead }): JSX.Element {
  const { client, trans } = useApp();
  const { service } = props;
  const own = service.can.includes('write');
  const tokens = useQuery(
    own ? `tokens of ${service.id}` : null,
    signal => client.call('GET /services/{id}/tokens', { path: { id: service.id }, signal }),
    event => event.object_id === service.id && event.code.includes('token')
  );
  const [creating, setCreating] = useState(false);
  const [name, setName] = useState('');
  const [shown, setShown] = useState<string | null>(null);
  const [ending, setEnding] = useState<{ id: string; name: string } | null>(null);
  const create = useAction(
    async () => {
      const made = await client.call('POST /services/{id}/tokens', {
        path: { id: service.id },
        body: { name: name.trim() }
      });
      setCreating(false);
      setName('');
      setShown(made.token);
      tokens.reload();
    },
    { onError: () => undefined }
  );
  const end = useAction(async () => {
    if (ending) {
      await client.call('DELETE /services/{id}/tokens/{token_id}', {
        path: { id: service.id, token_id: ending.id }
      });
      setEnding(null);
      tokens.reload();
    }
  });
  if (!own) {
    return <p className="ais-Muted">{trans.__('The owner of the service hands out its tokens.')}</p>;
  }
  return (
    <>
      <Loaded query={tokens} rows={2}>
        {list =>
          list.items.length === 0 ? (
            <p className="ais-Muted">{trans.__('None yet. A program outside needs one.')}</p>
          ) : (
            <table className="ais-PlainTable" aria-label={trans.__('Tokens')}>
              <thead>
                <tr>
                  <th scope="col">{trans.__('Name')}</th>
                  <th scope="col">{trans.__('Begins with')}</th>
                  <th scope="col">{trans.__('By')}</th>
                  <th scope="col">{trans.__('Created')}</th>
                  <th scope="col">{trans.__('Ends')}</th>
                  <th scope="col">
                    <span className="ais-Hidden">{trans.__('Actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.items.map(token => (
                  <tr key={token.id}>
                    <td>{token.name}</td>
                    <td className="ais-Code">{token.hint}…</td>
                    <td>{token.created_by.name}</td>
                    <td>
                      <Time value={token.created_at} />
                    </td>
                    <td>
                      {token.expires_at ? <Time value={token.expires_at} exact /> : trans.__('does not end')}
                    </td>
                    <td>
                      <Button
                        kind="quiet"
                        icon="trash"
                        label={trans.__('End token %1', token.name)}
                        onClick={() => setEnding(token)}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      <Button icon="add" hasPopup="dialog" onClick={() => setCreating(true)}>
        {trans.__('New token')}
      </Button>
      {creating ? (
        <Dialog
          title={trans.__('New token')}
          verb={trans.__('Create token')}
          busy={create.busy}
          blocked={name.trim() ? null : trans.__('A name is needed')}
          onAccept={create.run}
          onClose={() => setCreating(false)}
        >
          <TextField
            label={trans.__('Name')}
            required
            autoFocus
            maxLength={50}
            value={name}
            help={trans.__('Who or what uses it')}
            onChange={setName}
          />
          <Refusal error={create.error} />
        </Dialog>
      ) : null}
      {shown ? (
        <Dialog title={trans.__('The new token')} onClose={() => setShown(null)} wide>
          <p>{trans.__('It is shown only this once. Copy it now.')}</p>
          <CodeBlock text={shown} label={trans.__('Token')} />
        </Dialog>
      ) : null}
      {ending ? (
        <ConfirmWithConsequences
          title={trans.__('End token %1?', ending.name)}
          verb={trans.__('End token')}
          consequences={[trans.__('Programs that use it are refused within seconds.')]}
          busy={end.busy}
          onAccept={end.run}
          onClose={() => setEnding(null)}
        />
      ) : null}
    </>
  );
}
