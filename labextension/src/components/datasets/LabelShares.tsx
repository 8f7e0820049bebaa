import type { IDatasetRead, IStatistics } from '../../client';
import { useApp, usePage } from '../context';
import { count, percent } from '../formats';
import { Loaded } from '../states';
import type { IQuery } from '../useQuery';
import { labelColour } from './labelColour';
import { splitWord } from './words';

const FEW = 5;

/** How often each label occurs; a click filters by it. */
export function LabelShares(props: { query: IQuery<IStatistics>; dataset: IDatasetRead }): JSX.Element {
  const { trans, locale } = useApp();
  const page = usePage();
  const chosen = page.query.get('label');
  return (
    <aside className="ais-Shares" aria-label={trans.__('Labels and sets')}>
      <h2>{trans.__('Labels')}</h2>
      <Loaded query={props.query} rows={4}>
        {statistics => (
          <>
            {statistics.labels.length === 0 ? <p className="ais-Muted">{trans.__('no label')}</p> : null}
            <ul>
              {statistics.labels.map((one, index) => (
                <li key={one.label}>
                  <button
                    type="button"
                    aria-pressed={chosen === one.label}
                    onClick={() => page.setQuery({ label: chosen === one.label ? null : one.label })}
                  >
                    <i style={{ background: one.color ?? labelColour(index) }} aria-hidden="true" />
                    <span>{one.label}</span>
                    <span className="ais-Bar" aria-hidden="true">
                      <i
                        style={{
                          width: `${Math.max(1, one.share * 100)}%`,
                          background: one.color ?? labelColour(index)
                        }}
                      />
                    </span>
                    <b>{count(one.n)}</b>
                    <span className="ais-Muted">{percent(one.share, locale)}</span>
                  </button>
                  {one.objects !== null && one.objects !== undefined && one.objects !== one.n ? (
                    <small>{trans._n('%1 box', '%1 boxes', one.objects, count(one.objects))}</small>
                  ) : null}
                  {one.n > 0 && one.n < FEW && statistics.total > 20 ? (
                    <small>{trans._n('%1 sample only', '%1 samples only', one.n)}</small>
                  ) : null}
                </li>
              ))}
            </ul>
            <h2>{trans.__('Sets')}</h2>
            <ul>
              {Object.entries(statistics.splits)
                .filter(([, n]) => n > 0)
                .map(([split, n]) => (
                  <li key={split}>
                    <button
                      type="button"
                      aria-pressed={page.query.get('split') === split}
                      onClick={() =>
                        page.setQuery({ split: page.query.get('split') === split ? null : split })
                      }
                    >
                      <span>{splitWord(trans, split)}</span>
                      <b>{count(n)}</b>
                    </button>
                  </li>
                ))}
            </ul>
          </>
        )}
      </Loaded>
    </aside>
  );
}
