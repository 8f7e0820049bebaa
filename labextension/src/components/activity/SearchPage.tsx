import { useEffect, useRef, useState } from 'react';
import { PageLink, useApp, usePage } from '../context';
import { kindWord, pathOfId } from '../kinds';
import { PageFrame } from '../PageFrame';
import { EmptyState, Loaded } from '../states';
import { useQuery } from '../useQuery';

/** Search everything one may see by name. */
export default function SearchPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const q = page.query.get('q') ?? '';
  const [typed, setTyped] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setTyped(q), [q]);
  const query = useQuery(q ? `search ${q}` : null, signal =>
    client.call('GET /search', { query: { q, limit: 50 }, signal })
  );
  return (
    <PageFrame title={trans.__('Search everything')} icon="search">
      <div className="ais-Table-bar" role="search">
        <input
          type="search"
          className="ais-Input ais-mod-wide"
          autoFocus
          maxLength={64}
          value={typed}
          placeholder={trans.__('A name')}
          aria-label={trans.__('Search everything')}
          onChange={event => {
            const { value } = event.target;
            setTyped(value);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => page.setQuery({ q: value }), 250);
          }}
        />
      </div>
      {q ? (
        <Loaded query={query}>
          {found =>
            found.items.length === 0 ? (
              <EmptyState text={trans.__('Nothing has this in its name.')} />
            ) : (
              <ul className="ais-List" aria-label={trans.__('Found')}>
                {found.items.map(hit => {
                  const path = pathOfId(hit.id);
                  return (
                    <li key={hit.id}>
                      <span className="ais-Muted ais-mod-when">{kindWord(trans, hit.kind)}</span>
                      <div>{path ? <PageLink to={path}>{hit.name}</PageLink> : hit.name}</div>
                      <span className="ais-Muted">{hit.owner?.name}</span>
                    </li>
                  );
                })}
              </ul>
            )
          }
        </Loaded>
      ) : (
        <EmptyState
          icon="search"
          text={trans.__('Type a part of a name: datasets, algorithms, jobs, models, services.')}
        />
      )}
    </PageFrame>
  );
}
