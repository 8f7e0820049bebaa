import { useState } from 'react';
import { useApp } from '../context';
import { PageHost } from '../PageHost';
import { formatPath } from '../router';
import { PanelPageModel } from './panelPageModel';

/** The form of a training job in a notebook, filled in as the cell says; what is typed is kept as a draft. */
export function TrainPanel(props: { view: Record<string, unknown> }): JSX.Element {
  const app = useApp();
  const [model] = useState(() => {
    const query = (props.view.query ?? {}) as Record<string, string>;
    return new PanelPageModel(formatPath('/training-jobs/new', query), path => app.openTab(path));
  });
  return (
    <div className="ais-Panel-page">
      <PageHost app={app} model={model} />
    </div>
  );
}
