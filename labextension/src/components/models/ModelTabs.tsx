import type { IModelRead, IModelVersionRead, ITensor } from '../../client';
import { BarList } from '../charts/BarList';
import { PageLink, useApp } from '../context';
import { PlainHead } from '../controls';
import { count, metric } from '../formats';
import { Facts } from '../PageFrame';
import { Icon } from '../Icon';
import { namesOf } from '../kinds';
import { reasonText } from '../messages';
import { NAMES } from '../names';
import { categoryWord } from '../parts/scopes';
import { FileTable } from '../parts/VersionFiles';
import { EmptyState, Loaded } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useQuery } from '../useQuery';

/** Size of an axis; -1 is any. */
export function shapeText(shape: number[], any: string): string {
  return `[${shape.map(one => (one === -1 ? any : String(one))).join(', ')}]`;
}

export function ModelOverview(props: { model: IModelRead; version: IModelVersionRead }): JSX.Element {
  const { trans } = useApp();
  const { model, version } = props;
  return (
    <>
      {version.warnings.map(one => (
        <p key={one.code} className="ais-Banner">
          <Icon name="warning" className="ais-tone-warning" /> {reasonText(trans, one)}
        </p>
      ))}
      <Facts
        items={[
          [trans.__('For'), categoryWord(trans, model.category)],
          [trans.__('Version'), version.version],
          [
            trans.__('Source'),
            version.origin.job_id ? (
              <PageLink key="s" to={`/training-jobs/${version.origin.job_id}?run=${version.origin.run}`}>
                {trans.__('training %1 %2', version.origin.job_name ?? '', version.origin.run ?? '')}
              </PageLink>
            ) : version.source === 'training' ? (
              trans.__('training')
            ) : (
              trans.__('upload')
            )
          ],
          [
            trans.__('Runtime'),
            version.runtime_image_id ? (
              <PageLink key="r" to={`/images/${version.runtime_image_id}`}>
                {trans.__('image')}
              </PageLink>
            ) : (
              trans.__('that of the platform')
            )
          ],
          [trans.__('Created'), <Time key="t" value={version.created_at} exact />],
          [trans.__('By'), version.created_by.name],
          [trans.__('Note'), version.note || trans.__('none')],
          [trans.__('Owner'), model.owner.name],
          [trans.__('Used by'), model.used_by.length === 0 ? trans.__('none') : namesOf(trans, model.used_by)]
        ]}
      />
      {version.labels.length > 0 ? (
        <>
          <h2>{trans._n('%1 label', '%1 labels', version.labels.length)}</h2>
          <p className="ais-Tags">
            {version.labels.slice(0, 100).map(label => (
              <span key={label} className="ais-Tag">
                <bdi>{label}</bdi>
              </span>
            ))}
          </p>
        </>
      ) : null}
      {Object.keys(version.metrics).length > 0 ? (
        <>
          <h2>{trans.__('Metrics')}</h2>
          <MetricList metrics={version.metrics} />
        </>
      ) : null}
    </>
  );
}

function MetricList(props: { metrics: Record<string, number> }): JSX.Element {
  return (
    <ul className="ais-Figures">
      {Object.entries(props.metrics).map(([name, value]) => (
        <li key={name}>
          <b>{metric(value)}</b>
          <span>{name}</span>
        </li>
      ))}
    </ul>
  );
}

export function ModelFiles(props: { version: IModelVersionRead }): JSX.Element {
  const { client, trans } = useApp();
  const { version } = props;
  return (
    <FileTable
      label={trans.__('Files')}
      files={version.files}
      total={version.file_count}
      href={path =>
        client.url(
          '/models/{id}/versions/{version}/files/content',
          { id: version.model_id, version: version.version },
          { path }
        )
      }
      empty={trans.__('No file.')}
    />
  );
}

function TensorTable(props: { label: string; tensors: ITensor[] }): JSX.Element {
  const { trans } = useApp();
  return (
    <>
      <h2>{props.label}</h2>
      {props.tensors.length === 0 ? (
        <p className="ais-Muted">{trans.__('not told by its config.json')}</p>
      ) : (
        <table className="ais-PlainTable" aria-label={props.label}>
          <PlainHead columns={[trans.__('Name'), trans.__('Data type'), trans.__('Shape')]} />
          <tbody>
            {props.tensors.map(tensor => (
              <tr key={tensor.name}>
                <th scope="row" className="ais-Code">
                  {tensor.name}
                </th>
                <td className="ais-Code">{tensor.datatype}</td>
                <td className="ais-Code">{shapeText(tensor.shape, trans.__('any'))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

export function ModelSignature(props: { version: IModelVersionRead }): JSX.Element {
  const { trans } = useApp();
  const { version } = props;
  return (
    <>
      <TensorTable label={trans.__('Inputs')} tensors={version.inputs} />
      <TensorTable label={trans.__('Outputs')} tensors={version.outputs} />
      {version.config ? (
        <details>
          <summary>{NAMES.config}</summary>
          <pre className="ais-Command">{JSON.stringify(version.config, null, 2)}</pre>
        </details>
      ) : null}
    </>
  );
}

export function ModelMetrics(props: { model: IModelRead; version: IModelVersionRead }): JSX.Element {
  const { client, trans } = useApp();
  const { model, version } = props;
  const evaluations = useQuery(
    `evaluations of ${model.id} ${version.version}`,
    signal =>
      client.call('GET /evaluations', {
        query: { model_id: model.id, version: version.version, limit: 50 },
        signal
      }),
    event => event.code.startsWith('evaluation.') || event.code.startsWith('workload.')
  );
  return (
    <>
      {Object.keys(version.metrics).length > 0 ? (
        <MetricList metrics={version.metrics} />
      ) : (
        <p className="ais-Muted">{trans.__('No metric was saved with this version.')}</p>
      )}
      <h2>{trans.__('Evaluations')}</h2>
      <Loaded query={evaluations} rows={2}>
        {list =>
          list.items.length === 0 ? (
            <p>
              {trans.__('Not evaluated on another dataset yet.')}{' '}
              <PageLink to={`/evaluations/new?model=${model.id}:${version.version}`}>
                {trans.__('New evaluation')}
              </PageLink>
            </p>
          ) : (
            <>
              <BarList
                label={trans.__('Accuracy by evaluation')}
                rows={list.items
                  .filter(one => one.result)
                  .map(one => ({
                    key: one.id,
                    name: (
                      <PageLink to={`/evaluations/${one.id}`}>
                        {one.inputs.map(input => `${input.name} ${input.version}`).join(', ')}
                      </PageLink>
                    ),
                    value: one.result?.accuracy ?? 0,
                    text: metric(one.result?.accuracy),
                    note: trans._n(
                      '%1 sample',
                      '%1 samples',
                      one.result?.count ?? 0,
                      count(one.result?.count)
                    )
                  }))}
              />
              <ul className="ais-List">
                {list.items
                  .filter(one => !one.result)
                  .map(one => (
                    <li key={one.id}>
                      <PageLink to={`/evaluations/${one.id}`}>{one.name}</PageLink>{' '}
                      <StatusPill status={one.status} />
                    </li>
                  ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </>
  );
}

export function ModelServices(props: { model: IModelRead; version: IModelVersionRead | null }): JSX.Element {
  const { client, trans } = useApp();
  const { model } = props;
  const services = useQuery(
    `services of ${model.id}`,
    signal => client.call('GET /services', { query: { model_id: model.id, limit: 200 }, signal }),
    event => event.code.startsWith('service.')
  );
  return (
    <Loaded query={services} rows={3}>
      {list =>
        list.items.length === 0 ? (
          <EmptyState icon="service" text={trans.__('No service uses this model.')}>
            {props.version ? (
              <PageLink to={`/services/new?model=${model.id}:${props.version.version}`}>
                {trans.__('Deploy')}
              </PageLink>
            ) : null}
          </EmptyState>
        ) : (
          <ul className="ais-List" aria-label={trans.__('Services')}>
            {list.items.map(service => (
              <li key={service.id}>
                <div className="ais-Row">
                  <PageLink to={`/services/${service.id}`}>{service.name}</PageLink>
                  <StatusPill status={service.status} />
                  <span className="ais-Muted">{service.model?.version ?? ''}</span>
                </div>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
