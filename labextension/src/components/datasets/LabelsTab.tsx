import { useState } from 'react';
import type { IDatasetRead, ILabel } from '../../client';
import { PageLink, useApp } from '../context';
import { Button } from '../controls';
import { errorText } from '../messages';
import { EmptyState } from '../states';
import { useAction } from '../useAction';
import type { IEverywhere } from '../labels/LabelEverywhere';
import { LabelEverywhere } from '../labels/LabelEverywhere';
import { LabelsEditor, labelsProblem } from './LabelsEditor';

/** The labels one may give; they belong to the label group, which other datasets may share. */
export function LabelsTab(props: { dataset: IDatasetRead; onChanged: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const { dataset } = props;
  const group = dataset.label_group;
  const [edited, setEdited] = useState<ILabel[] | null>(null);
  const [everywhere, setEverywhere] = useState<IEverywhere | null>(null);
  const save = useAction(
    async () => {
      await client.call('PATCH /label-groups/{id}', {
        path: { id: group!.id },
        body: { labels: edited! },
        ifMatch: group!.revision
      });
      setEdited(null);
      props.onChanged();
    },
    { onError: () => undefined }
  );
  if (!group) {
    return <EmptyState icon="label" text={trans.__('This dataset has no label group.')} />;
  }
  const readOnly = !dataset.can.includes('write');
  const labels = edited ?? group.labels;
  return (
    <div className="ais-Narrow">
      <p>
        {trans.__('Label group')} <PageLink to={`/label-groups/${group.id}`}>{group.name}</PageLink>
      </p>
      <LabelsEditor
        labels={labels}
        readOnly={readOnly}
        onChange={setEdited}
        onEverywhere={edited ? undefined : setEverywhere}
      />
      {everywhere ? (
        <LabelEverywhere
          {...everywhere}
          group={group.id}
          onDone={props.onChanged}
          onClose={() => setEverywhere(null)}
        />
      ) : null}
      {edited ? (
        <div className="ais-Row">
          <Button
            kind="primary"
            busy={save.busy}
            blocked={labelsProblem(edited) ? trans.__('The labels need a change') : null}
            onClick={save.run}
          >
            {trans.__('Save labels')}
          </Button>
          <Button onClick={() => setEdited(null)}>{trans.__('Discard')}</Button>
        </div>
      ) : null}
      {save.error ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, save.error)}
        </p>
      ) : null}
    </div>
  );
}
