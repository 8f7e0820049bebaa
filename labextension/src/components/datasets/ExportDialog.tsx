import { useState } from 'react';
import type { ExportLayout, IDatasetRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button, CheckField, Dialog, RadioCards } from '../controls';
import { FilePicker } from '../FilePicker';
import { errorText } from '../messages';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { noteText } from './noteWords';
import { layoutWord } from './words';

/** Layouts that say things of samples beside them. */
const BESIDE: readonly string[] = ['manifest', 'line_manifest', 'coco', 'voc', 'yolo'];

/** Export of a version: as a download, or into one's own files; says first what the layout cannot carry. */
export function ExportDialog(props: {
  dataset: IDatasetRead;
  version: string;
  onClose: () => void;
}): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const { dataset, version } = props;
  const path = { id: dataset.id, version };
  const kinds = useQuery('dataset kinds', signal => client.call('GET /dataset-kinds', { signal }));
  const kind = kinds.data?.items.find(
    one => one.data_type === dataset.data_type && one.annotation_type === dataset.annotation_type
  );
  const layouts = (kind?.exports ?? []).filter(
    (one): one is ExportLayout =>
      one !== 'flat' && one !== 'origin' && (one !== 'class_folders' || dataset.template !== 'multi')
  );
  const [chosen, setChosen] = useState<ExportLayout | null>(null);
  const layout = chosen ?? (layouts.length > 0 ? layouts[0] : null);
  const losses = useQuery(layout ? `losses ${dataset.id} ${version} ${layout}` : null, signal =>
    client
      .call('POST /datasets/{id}/versions/{version}/export/inspect', {
        path,
        body: { layout: layout! },
        signal
      })
      .then(answer => answer.losses)
  );
  const [target, setTarget] = useState('download');
  const [folder, setFolder] = useState('');
  const [picking, setPicking] = useState(false);
  const [data, setData] = useState(true);
  const beside = layout !== null && BESIDE.includes(layout);
  const run = useAction(
    async () => {
      await client.call('POST /datasets/{id}/versions/{version}/export', {
        path,
        body: {
          layout: layout!,
          target: target === 'download' ? 'download' : { area: folder },
          data: data || !beside
        }
      });
      props.onClose();
      notify({
        message: trans.__('The export is being prepared'),
        action: { label: trans.__('Show it'), run: () => page.go('/activity') }
      });
      page.go('/activity');
    },
    { onError: () => undefined }
  );
  if (picking) {
    return (
      <FilePicker
        title={trans.__('Export into a folder')}
        verb={trans.__('Here')}
        kinds="folder"
        onAccept={into => {
          setFolder(into);
          setPicking(false);
        }}
        onClose={() => setPicking(false)}
      />
    );
  }
  const failure = run.error ?? kinds.error ?? losses.error;
  return (
    <Dialog
      title={trans.__('Export %1 of %2', version, dataset.name)}
      verb={trans.__('Export')}
      busy={run.busy || layout === null}
      onAccept={run.run}
      onClose={props.onClose}
    >
      <RadioCards
        label={trans.__('Layout')}
        rows
        value={layout ?? ''}
        onChange={value => setChosen(value as ExportLayout)}
        options={layouts.map(value => ({ value, label: layoutWord(trans, value) }))}
      />
      <div role="status">
        {losses.data?.length === 0 ? <p>{trans.__('This layout carries everything.')}</p> : null}
        {losses.data && losses.data.length > 0 ? (
          <>
            <p>{trans.__('This layout does not carry:')}</p>
            <ul className="ais-List">
              {losses.data.map(note => (
                <li key={note.code}>
                  <span>{noteText(trans, note)}</span>{' '}
                  <span className="ais-Code ais-Muted">{note.examples.slice(0, 3).join(', ')}</span>
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
      <RadioCards
        label={trans.__('Where to')}
        rows
        value={target}
        onChange={setTarget}
        options={[
          { value: 'download', label: trans.__('A zip to download') },
          { value: 'area', label: trans.__('A folder of my files on the server'), help: `/${folder}` }
        ]}
      />
      {beside ? (
        <CheckField
          label={trans.__('With the files of the samples')}
          help={trans.__('Otherwise the zip holds only what is said of them.')}
          checked={data}
          onChange={setData}
        />
      ) : null}
      {target === 'area' ? (
        <Button icon="files" onClick={() => setPicking(true)}>
          {trans.__('Choose the folder')}
        </Button>
      ) : null}
      {failure ? (
        <p role="alert" className="ais-FieldError">
          {errorText(trans, failure)}
        </p>
      ) : null}
    </Dialog>
  );
}
