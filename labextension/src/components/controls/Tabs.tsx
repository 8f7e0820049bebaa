import type { KeyboardEvent, ReactNode } from 'react';
import { useId, useRef } from 'react';

export interface ITab {
  id: string;
  label: string;
  count?: number | string | null;
  render: () => ReactNode;
}

/** Tabs that are made when first seen and kept alive after. */
export function Tabs(props: {
  label: string;
  tabs: ITab[];
  current: string;
  onChange: (id: string) => void;
}): JSX.Element {
  const id = useId();
  const seen = useRef(new Set<string>());
  seen.current.add(props.current);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = props.tabs.findIndex(tab => tab.id === props.current);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step) {
      event.preventDefault();
      const next = props.tabs[(at + step + props.tabs.length) % props.tabs.length];
      props.onChange(next.id);
      document.getElementById(`${id}-${next.id}`)?.focus();
    }
  };
  return (
    <>
      <div role="tablist" aria-label={props.label} className="ais-Tabs" onKeyDown={onKeyDown}>
        {props.tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === props.current}
            aria-controls={tab.id === props.current ? `${id}-${tab.id}-panel` : undefined}
            tabIndex={tab.id === props.current ? 0 : -1}
            onClick={() => props.onChange(tab.id)}
          >
            {tab.label}
            {tab.count !== undefined && tab.count !== null ? (
              <span className="ais-Count">{tab.count}</span>
            ) : null}
          </button>
        ))}
      </div>
      {props.tabs
        .filter(tab => seen.current.has(tab.id))
        .map(tab => (
          <div
            key={tab.id}
            role="tabpanel"
            id={`${id}-${tab.id}-panel`}
            aria-labelledby={`${id}-${tab.id}`}
            hidden={tab.id !== props.current}
            className="ais-TabPanel"
          >
            {tab.render()}
          </div>
        ))}
    </>
  );
}
