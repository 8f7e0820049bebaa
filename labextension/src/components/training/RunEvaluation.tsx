import { useState } from 'react';
import type {
  ICursorPage,
  IEvaluatedQuery,
  IEvaluatedSample,
  IEvaluationResult,
  IRunRead
} from '../../client';
import { ConfusionMatrix } from '../ConfusionMatrix';
import { PageLink, useApp } from '../context';
import { Button } from '../controls';
import { count, metric, percent } from '../formats';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { isActive } from '../status';
import { useQuery } from '../useQuery';
import { WrongSamples } from './WrongSamples';

/** How well a run's model recognises: figures, per label, matrix, and the samples behind each cell. */
export function RunEvaluation(props: { run: IRunRead }): JSX.Element {
  const { client, trans } = useApp();
  const { run } = props;
  const path = { id: run.job_id, version: run.version };
  const query = useQuery(run.evaluation_summary ? `evaluation ${run.id}` : null, signal =>
    client.call('GET /training-jobs/{id}/runs/{version}/evaluation', { path, signal })
  );
  if (!run.evaluation_summary) {
    return (
      <EmptyState
        icon="training"
        text={
          isActive(run.status) || run.collecting
            ? trans.__('The evaluation comes when the run has ended.')
            : trans.__(
                'This run gave no predictions. A program gives them with aispace_runtime.predictions(...).'
              )
        }
      />
    );
  }
  if (query.error && !query.data) {
    return query.error.status === 404 ? (
      <EmptyState
        icon="training"
        text={trans.__(
          'This run gave no predictions. A program gives them with aispace_runtime.predictions(...).'
        )}
      />
    ) : (
      <ErrorView error={query.error} onRetry={query.reload} />
    );
  }
  if (!query.data) {
    return <Skeleton />;
  }
  return (
    <EvaluationView
      name={`${run.id}`}
      result={query.data}
      load={(asked, signal) =>
        client.call('GET /training-jobs/{id}/runs/{version}/evaluation/samples', {
          path,
          query: asked,
          signal
        })
      }
    />
  );
}

type ClassSort = 'label' | 'precision' | 'recall' | 'f1' | 'support';

/** The figures of an evaluation; of a run or of a model tried on another dataset. */
export function EvaluationView(props: {
  name: string;
  result: IEvaluationResult;
  load: (query: IEvaluatedQuery, signal: AbortSignal) => Promise<ICursorPage<IEvaluatedSample>>;
}): JSX.Element {
  const { trans, locale } = useApp();
  const { result } = props;
  const [cell, setCell] = useState<{ truth: string; predicted: string } | null>(null);
  const [sort, setSort] = useState<{ by: ClassSort; down: boolean }>({ by: 'label', down: false });
  const classes = [...result.per_class].sort((a, b) => {
    const order =
      sort.by === 'label'
        ? a.label.localeCompare(b.label, undefined, { numeric: true })
        : a[sort.by] - b[sort.by];
    return sort.down ? -order : order;
  });
  const head = (by: ClassSort, label: string): JSX.Element => (
    <th
      scope="col"
      className={by === 'label' ? undefined : 'ais-mod-right'}
      aria-sort={sort.by === by ? (sort.down ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        onClick={() => setSort({ by, down: sort.by === by ? !sort.down : by !== 'label' })}
      >
        {label}
        <span aria-hidden="true">{sort.by === by ? (sort.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
  return (
    <div className="ais-Evaluation">
      <ul className="ais-Figures">
        <Figure word={trans.__('accuracy')} value={percent(result.accuracy, locale)} />
        <Figure word={trans.__('macro F1')} value={metric(result.macro_f1)} />
        <Figure word={trans.__('macro precision')} value={metric(result.macro_precision)} />
        <Figure word={trans.__('macro recall')} value={metric(result.macro_recall)} />
        <Figure word={trans.__('samples')} value={count(result.count)} />
        <Figure word={trans.__('misrecognised')} value={count(result.wrong)} />
      </ul>
      <h2>{trans.__('Confusion matrix')}</h2>
      <ConfusionMatrix
        labels={result.labels}
        matrix={result.matrix}
        chosen={cell}
        onCell={(truth, predicted) =>
          setCell(cell?.truth === truth && cell.predicted === predicted ? null : { truth, predicted })
        }
      />
      <h2>
        {cell
          ? trans.__('%1 recognised as %2', cell.truth, cell.predicted)
          : trans._n('%1 misrecognised sample', '%1 misrecognised samples', result.wrong)}
      </h2>
      {cell ? <Button onClick={() => setCell(null)}>{trans.__('All misrecognised')}</Button> : null}
      <WrongSamples
        name={`${props.name} ${cell ? `${cell.truth} ${cell.predicted}` : 'wrong'}`}
        load={(cursor, signal) =>
          props.load(
            {
              ...(cell ? { truth: cell.truth, predicted: cell.predicted } : { only: 'wrong' }),
              cursor,
              limit: 60
            },
            signal
          )
        }
      />
      <h2>{trans.__('By label')}</h2>
      <div className="ais-Scroll" role="region" tabIndex={0} aria-label={trans.__('By label')}>
        <table className="ais-PlainTable">
          <thead>
            <tr>
              {head('label', trans.__('Label'))}
              {head('precision', trans.__('Precision'))}
              {head('recall', trans.__('Recall'))}
              {head('f1', trans.__('F1'))}
              {head('support', trans.__('Samples'))}
            </tr>
          </thead>
          <tbody>
            {classes.map(one => (
              <tr key={one.label}>
                <th scope="row">
                  <bdi>{one.label}</bdi>
                </th>
                <td className="ais-mod-right">{metric(one.precision)}</td>
                <td className="ais-mod-right">{metric(one.recall)}</td>
                <td className="ais-mod-right">{metric(one.f1)}</td>
                <td className="ais-mod-right">{count(one.support)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="ais-Muted">
        {trans.__(
          'Precision, recall and F1 after Sokolova and Lapalme (2009); zero divided by zero counts as 0.'
        )}{' '}
        <PageLink to="/evaluations">{trans.__('Evaluations')}</PageLink>
      </p>
    </div>
  );
}

function Figure(props: { word: string; value: string }): JSX.Element {
  return (
    <li>
      <b>{props.value}</b>
      <span>{props.word}</span>
    </li>
  );
}
