import type { IRunRead } from '../../client';
import { CodeBlock } from '../AsCode';
import { PageLink, useApp } from '../context';
import { Button } from '../controls';
import { Facts } from '../PageFrame';
import { Time } from '../Time';

/** A value of a setting as text. */
export function settingText(value: unknown): string {
  return value === null || value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : typeof value === 'number' || typeof value === 'boolean'
        ? String(value)
        : JSON.stringify(value);
}

/** Everything a run was made of. */
export function RunConfiguration(props: { run: IRunRead; onModify: () => void }): JSX.Element {
  const { trans } = useApp();
  const { run } = props;
  const made = run.configuration;
  const environment = Object.entries(made.environment ?? {});
  const attempts = run.workload?.attempts ?? [];
  return (
    <>
      <div className="ais-Row">
        <Button icon="edit" onClick={props.onModify}>
          {run.status === 'draft' ? trans.__('Edit') : trans.__('Modify: next version')}
        </Button>
      </div>
      <h2>{trans.__('Command')}</h2>
      <CodeBlock text={run.command} label={trans.__('Command')} />
      <Facts
        items={[
          [
            trans.__('Algorithm'),
            <PageLink key="a" to={`/algorithms/${run.algorithm.id}`}>
              {run.algorithm.name} {run.algorithm.version}
            </PageLink>
          ],
          [
            trans.__('Image'),
            run.image ? (
              <PageLink key="i" to={`/images/${run.image.id}`}>
                {run.image.name}
              </PageLink>
            ) : (
              trans.__('none')
            )
          ],
          [
            trans.__('Data'),
            run.inputs.length === 0
              ? trans.__('none')
              : run.inputs.map(input => (
                  <span key={`${input.id} ${input.version} ${input.role} ${input.split}`} className="ais-Row">
                    <PageLink to={`/datasets/${input.id}`}>
                      {input.name} {input.version}
                    </PageLink>
                    {input.role === 'validation' ? trans.__('validation') : trans.__('training')}
                    {input.split ? ` · ${input.split}` : ''}
                  </span>
                ))
          ],
          [
            trans.__('Start model'),
            run.model ? (
              <PageLink key="m" to={`/models/${run.model.id}?version=${run.model.version}`}>
                {run.model.name} {run.model.version}
              </PageLink>
            ) : (
              trans.__('none')
            )
          ],
          [trans.__('Seed'), settingText(made.seed)],
          [trans.__('Stop after'), made.max_hours ? trans.__('%1 h', made.max_hours) : trans.__('no limit')],
          [trans.__('Retries'), made.retries],
          [trans.__('Priority'), made.priority],
          [trans.__('Queue'), run.workload?.queue ?? made.queue ?? ''],
          [trans.__('Started by'), run.workload?.owner?.name ?? ''],
          [trans.__('Created'), <Time key="t" value={run.created_at} exact />],
          [trans.__('Note'), run.note || trans.__('none')]
        ]}
      />
      <h2>{trans.__('Parameters')}</h2>
      {Object.keys(made.parameters).length === 0 ? (
        <p className="ais-Muted">{trans.__('All at their defaults.')}</p>
      ) : (
        <PairTable label={trans.__('Parameters')} pairs={Object.entries(made.parameters)} />
      )}
      {environment.length > 0 ? (
        <>
          <h2>{trans.__('Environment variables')}</h2>
          <PairTable label={trans.__('Environment variables')} pairs={environment} />
        </>
      ) : null}
      {attempts.length > 1 ? (
        <p className="ais-Muted">{trans._n('%1 attempt', '%1 attempts', attempts.length)}</p>
      ) : null}
    </>
  );
}

function PairTable(props: { label: string; pairs: [string, unknown][] }): JSX.Element {
  return (
    <table className="ais-PlainTable" aria-label={props.label}>
      <tbody>
        {props.pairs.map(([name, value]) => (
          <tr key={name}>
            <th scope="row" className="ais-Code">
              {name}
            </th>
            <td className="ais-Code">{settingText(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
