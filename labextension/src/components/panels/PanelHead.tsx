import type { ReactNode } from 'react';
import { PageLink, useTrans } from '../context';

/** What stands above every panel: what it is, how it is, what can be done. */
export function PanelHead(props: {
  title: string;
  to: string;
  facts: ReactNode;
  actions?: ReactNode;
}): JSX.Element {
  const trans = useTrans();
  return (
    <header className="ais-Panel-head">
      <strong className="ais-Panel-title">
        <PageLink to={props.to}>{props.title}</PageLink>
      </strong>
      <span className="ais-Panel-facts">{props.facts}</span>
      <span className="ais-Row">
        {props.actions}
        <PageLink to={props.to} className="ais-Button">
          {trans.__('Open')}
        </PageLink>
      </span>
    </header>
  );
}
