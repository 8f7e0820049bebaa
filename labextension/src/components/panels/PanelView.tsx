import { useMemo } from 'react';
import type { IApp, IPageContext } from '../context';
import { AppProvider, PageProvider } from '../context';
import { JobPanel } from './JobPanel';
import { LabelPanel } from './LabelPanel';
import type { IModelLink } from './modelLink';
import { ServePanel } from './ServePanel';
import { TrainPanel } from './TrainPanel';

/** What an output says of a panel. */
export interface IPanelAddress {
  kind: string;
  id: string | null;
  view: Record<string, unknown>;
}

/** A panel of a notebook, drawn from the platform: it needs no kernel. */
export function PanelView(props: {
  app: IApp;
  address: IPanelAddress;
  link: IModelLink | null;
}): JSX.Element {
  const { app, address, link } = props;
  const context: IPageContext = useMemo(
    () => ({
      path: '',
      pathname: '',
      params: {},
      query: new URLSearchParams(),
      go: path => app.openTab(path),
      setQuery: () => undefined,
      back: () => undefined,
      forward: () => undefined,
      canBack: false,
      canForward: false,
      moves: 0,
      embedded: true,
      setTitle: () => undefined,
      announce: () => undefined
    }),
    [app]
  );
  const { kind, id, view } = address;
  const panel =
    kind === 'job' && id ? (
      <JobPanel id={id} run={typeof view.run === 'string' ? view.run : null} />
    ) : kind === 'serve' && id ? (
      <ServePanel id={id} />
    ) : kind === 'label' && id ? (
      <LabelPanel id={id} view={view} link={link} />
    ) : kind === 'train' ? (
      <TrainPanel view={view} />
    ) : (
      <p>{app.trans.__('This panel was made by a newer version of AI Space.')}</p>
    );
  return (
    <AppProvider value={app}>
      <PageProvider value={context}>
        <div className="ais-Panel" data-kind={kind}>
          {panel}
        </div>
      </PageProvider>
    </AppProvider>
  );
}
