import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTrans } from './context';
import { Button } from './controls/Button';
import type { IMenuItem } from './controls/Menu';
import { MenuButton } from './controls/Menu';
import { Time } from './Time';

export interface IVersionRow {
  version: string;
  created_at: string;
  by?: string | null;
  note?: string | null;
  current?: boolean;
  facts?: ReactNode;
  title?: ReactNode;
}

/** Versions, newest first; tick two to see what is between them. */
export function VersionList(props: {
  label: string;
  versions: IVersionRow[];
  actions?: (version: string) => IMenuItem[];
  onCompare?: (from: string, to: string) => void;
}): JSX.Element {
  const trans = useTrans();
  const [ticked, setTicked] = useState<string[]>([]);
  const toggle = (version: string): void =>
    setTicked(
      ticked.includes(version) ? ticked.filter(one => one !== version) : [...ticked, version].slice(-2)
    );
  const pair = [...ticked].sort();
  return (
    <div className="ais-Versions">
      {props.onCompare && props.versions.length > 1 ? (
        <div className="ais-Row">
          <Button
            blocked={pair.length === 2 ? null : trans.__('Tick two versions')}
            onClick={() => props.onCompare?.(pair[0], pair[1])}
          >
            {pair.length === 2 ? trans.__('Compare %1 with %2', pair[0], pair[1]) : trans.__('Compare')}
          </Button>
        </div>
      ) : null}
      <ul aria-label={props.label}>
        {props.versions.map(row => (
          <li key={row.version} data-version={row.version}>
            {props.onCompare && props.versions.length > 1 ? (
              <input
                type="checkbox"
                aria-label={trans.__('Compare %1', row.version)}
                checked={ticked.includes(row.version)}
                onChange={() => toggle(row.version)}
              />
            ) : null}
            <div>
              <div className="ais-Row">
                <b>{row.title ?? row.version}</b>
                {row.current ? <span className="ais-Tag">{trans.__('current')}</span> : null}
                <span className="ais-Muted">
                  <Time value={row.created_at} /> {row.by}
                </span>
              </div>
              {row.note ? <p>{row.note}</p> : null}
              {row.facts ? <p className="ais-Muted">{row.facts}</p> : null}
            </div>
            {props.actions ? (
              <MenuButton label={trans.__('Actions of %1', row.version)} items={props.actions(row.version)} />
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
