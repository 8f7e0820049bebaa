import type { CSSProperties } from 'react';
import { useApp } from './context';
import { count, percent } from './formats';

/** Truth by prediction; a cell leads to its samples. */
export function ConfusionMatrix(props: {
  labels: string[];
  matrix: number[][];
  onCell?: (truth: string, predicted: string) => void;
  chosen?: { truth: string; predicted: string } | null;
}): JSX.Element {
  const { locale, trans } = useApp();
  const most = Math.max(1, ...props.matrix.flatMap((row, i) => row.filter((_, j) => i !== j)));
  return (
    <div className="ais-Matrix" tabIndex={0} role="region" aria-label={trans.__('Confusion matrix')}>
      <table>
        <caption>{trans.__('Rows: truth. Columns: prediction.')}</caption>
        <thead>
          <tr>
            <td />
            {props.labels.map(label => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            <th scope="col">{trans.__('recall')}</th>
          </tr>
        </thead>
        <tbody>
          {props.matrix.map((row, i) => {
            const sum = row.reduce((a, b) => a + b, 0);
            return (
              <tr key={props.labels[i]}>
                <th scope="row">{props.labels[i]}</th>
                {row.map((value, j) => {
                  const right = i === j;
                  const share = right ? value / Math.max(1, sum) : value / most;
                  const chosen =
                    props.chosen?.truth === props.labels[i] && props.chosen.predicted === props.labels[j];
                  return (
                    <td
                      key={props.labels[j]}
                      className={right ? 'ais-mod-good' : value ? 'ais-mod-bad' : ''}
                      style={{ '--share': `${Math.round(share * 40)}%` } as CSSProperties}
                      data-chosen={chosen || undefined}
                    >
                      {props.onCell && value > 0 ? (
                        <button
                          type="button"
                          aria-label={trans.__(
                            '%1 taken for %2: %3',
                            props.labels[i],
                            props.labels[j],
                            count(value)
                          )}
                          onClick={() => props.onCell?.(props.labels[i], props.labels[j])}
                        >
                          {count(value)}
                        </button>
                      ) : (
                        count(value)
                      )}
                    </td>
                  );
                })}
                <td>{sum ? percent(row[i] / sum, locale) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
