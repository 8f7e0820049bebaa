import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { AISpaceError } from '../client';
import { useTrans } from './context';
import { Button } from './controls/Button';
import { Icon } from './Icon';
import type { IconName } from './icons';
import { errorText } from './messages';

/** Nothing yet, and how to begin. */
export function EmptyState(props: { icon?: IconName; text: string; children?: ReactNode }): JSX.Element {
  return (
    <div className="ais-Empty">
      {props.icon ? <Icon name={props.icon} className="ais-mod-large" /> : null}
      <p>{props.text}</p>
      {props.children ? <div className="ais-Row">{props.children}</div> : null}
    </div>
  );
}

/** What failed, its code and request id, and how to try again. */
export function ErrorView(props: {
  error: AISpaceError;
  onRetry?: () => void;
  compact?: boolean;
}): JSX.Element {
  const trans = useTrans();
  const { error } = props;
  const [copied, setCopied] = useState(false);
  const id = error.requestId ? `${error.code} · ${error.requestId}` : error.code;
  return (
    <div className={`ais-Error ${props.compact ? 'ais-mod-compact' : ''}`} role="alert">
      <p>
        <Icon name="cross" className="ais-tone-error" /> {errorText(trans, error)}
      </p>
      <div className="ais-Row">
        {props.onRetry ? (
          <Button icon="refresh" onClick={props.onRetry}>
            {trans.__('Retry')}
          </Button>
        ) : null}
        <span className="ais-Muted ais-Code">{id}</span>
        <Button
          kind="quiet"
          icon={copied ? 'tick' : 'copy'}
          label={trans.__('Copy code and request id')}
          onClick={() => void navigator.clipboard?.writeText(id).then(() => setCopied(true))}
        />
      </div>
    </div>
  );
}

/** The layout to come: nothing for 300 ms, grey bars then, words after 2 s. */
export function Skeleton(props: { rows?: number; what?: string }): JSX.Element {
  const trans = useTrans();
  const [phase, setPhase] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => setPhase(1), 300), setTimeout(() => setPhase(2), 2000)];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <div className="ais-Skeleton" aria-busy="true" data-phase={phase}>
      {phase > 0
        ? Array.from({ length: props.rows ?? 6 }, (_, i) => (
            <i key={i} style={{ width: `${92 - ((i * 13) % 40)}%` }} />
          ))
        : null}
      {phase > 1 ? <p className="ais-Muted">{props.what ?? trans.__('Waiting for the server')}</p> : null}
    </div>
  );
}

/** A query as its parts: skeleton, error, content. */
export function Loaded<T>(props: {
  query: { data: T | undefined; error: AISpaceError | null; loading: boolean; reload: () => void };
  children: (data: T) => ReactNode;
  rows?: number;
}): JSX.Element {
  const { query } = props;
  if (query.data !== undefined) {
    return (
      <>
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} compact /> : null}
        {props.children(query.data)}
      </>
    );
  }
  if (query.error) {
    return <ErrorView error={query.error} onRetry={query.reload} />;
  }
  return <Skeleton rows={props.rows} />;
}
