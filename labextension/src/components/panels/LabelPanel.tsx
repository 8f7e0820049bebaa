import { useEffect, useMemo, useState } from 'react';
import { useApp } from '../context';
import { Button, PlainHead } from '../controls';
import { count, percent } from '../formats';
import { PageHost } from '../PageHost';
import { formatPath } from '../router';
import type { ILabelErrors, IModelLink, LinkMessage, LinkState } from './modelLink';
import { PanelPageModel } from './panelPageModel';

const COUNT = 20;

/** The annotator of a dataset in a notebook; where the cell gave a model, the row that asks it. */
export function LabelPanel(props: {
  id: string;
  view: Record<string, unknown>;
  link: IModelLink | null;
}): JSX.Element {
  const app = useApp();
  const { id, view, link } = props;
  const [proposals, setProposals] = useState(0);
  const filter = JSON.stringify(view.filter ?? {});
  const model = useMemo(() => {
    const chosen = JSON.parse(filter) as Record<string, string>;
    // What the model proposed is looked at next, what it is least sure of first.
    const query = proposals > 0 ? { ...chosen, state: 'auto', sort: 'score' } : chosen;
    return new PanelPageModel(formatPath(`/datasets/${id}/annotate`, query), path => app.openTab(path));
  }, [app, id, filter, proposals]);
  return (
    <>
      <div className="ais-Panel-page">
        <PageHost key={proposals} app={app} model={model} />
      </div>
      {link ? (
        <ModelRow
          link={link}
          threshold={typeof view.threshold === 'number' ? view.threshold : 0.6}
          onProposed={() => setProposals(turn => turn + 1)}
        />
      ) : null}
    </>
  );
}

/** The kernel's model: pre-label some samples, and see where it is wrong. */
function ModelRow(props: { link: IModelLink; threshold: number; onProposed: () => void }): JSX.Element {
  const { trans, locale } = useApp();
  const { link, onProposed } = props;
  const [state, setState] = useState<LinkState>(link.state);
  const [threshold, setThreshold] = useState(props.threshold);
  const [said, setSaid] = useState('');
  const [rows, setRows] = useState<ILabelErrors[] | null>(null);
  useEffect(() => {
    setState(link.state);
    return link.subscribe((message: LinkMessage | null) => {
      setState(link.state);
      if (message?.op === 'progress') {
        setSaid(trans.__('%1 of %2 samples', count(message.done), count(message.total)));
      } else if (message?.op === 'report') {
        const words = [
          trans._n('%1 proposed', '%1 proposed', message.proposed),
          trans._n('%1 below the threshold', '%1 below the threshold', message.unsure)
        ];
        if (message.kept > 0) {
          words.push(trans._n('%1 kept as a person left it', '%1 kept as people left them', message.kept));
        }
        if (message.failed_count > 0) {
          words.push(trans.__('%1 failed: %2', message.failed_count, message.failed[0]));
        }
        setSaid(words.join(' · '));
        if (message.proposed > 0) {
          onProposed();
        }
      } else if (message?.op === 'errors') {
        setRows(message.rows);
        setSaid('');
      } else if (message?.op === 'failed') {
        setSaid(message.message);
      }
    });
  }, [link, trans, onProposed]);
  const words: Record<LinkState, string> = {
    connecting: trans.__('Asking the kernel'),
    ready: trans.__('Ready'),
    working: trans.__('At work'),
    busy: trans.__('The kernel is busy. Labelling goes on.'),
    gone: trans.__('Kernel gone: run the cell to connect the model.')
  };
  const blocked = state === 'ready' ? null : words[state];
  return (
    <section className="ais-Panel-model" aria-label={trans.__("The kernel's model")}>
      <div className="ais-Row">
        <span>{trans.__("The kernel's model")}</span>
        <span className="ais-Muted" role="status">
          {words[state]}
        </span>
        <Button
          blocked={blocked}
          busy={state === 'working'}
          onClick={() => link.send({ op: 'prelabel', count: COUNT, threshold })}
        >
          {trans.__('Pre-label %1', COUNT)}
        </Button>
        <label className="ais-Row">
          {trans.__('Threshold')}
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={threshold}
            onChange={event => setThreshold(Number(event.target.value))}
          />
          <output>{threshold.toFixed(2)}</output>
        </label>
        <Button blocked={blocked} onClick={() => link.send({ op: 'errors' })}>
          {trans.__('Errors per label')}
        </Button>
      </div>
      {said ? <p role="status">{said}</p> : null}
      {rows ? (
        rows.length > 0 ? (
          <table className="ais-PlainTable">
            <PlainHead
              columns={[trans.__('Label'), trans.__('Wrong'), trans.__('Samples'), trans.__('Share')]}
            />
            <tbody>
              {rows.map(row => (
                <tr key={row.label}>
                  <td>{row.label}</td>
                  <td>{count(row.wrong)}</td>
                  <td>{count(row.count)}</td>
                  <td>{percent(row.wrong / row.count, locale)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <p>{trans.__('Nothing is confirmed yet: label some samples first.')}</p>
        )
      ) : null}
    </section>
  );
}
