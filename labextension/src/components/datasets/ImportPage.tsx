import type { DragEvent } from 'react';
import { useRef, useState, useSyncExternalStore } from 'react';
import type {
  AISpaceError,
  IImportOptions,
  ImportLayout,
  ITableOptions,
  IUploadFile,
  ImportSource
} from '../../client';
import { idempotencyKey } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button, CheckField, RadioCards, SelectField, TextField } from '../controls';
import { FilePicker } from '../FilePicker';
import { bytes, count } from '../formats';
import { FormPage, Section, useFieldErrors } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { ErrorView, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { shellWord } from '../training/request';
import { ImportProgress } from './ImportProgress';
import { Layouts, Preview, TableFields, useSampleCount } from './ImportPreview';
import type { LabelChoices } from './labelChoices';
import { fitsLabel, mapArgument, mapOptions, mappingOf } from './labelChoices';
import { LabelMapping } from './LabelMapping';
import { droppedFiles, filesOf } from './localFiles';
import { layoutMeaning, layoutWord, splitWord } from './words';

type From = 'folder' | 'files' | 'archive' | 'area' | 'server';

/** Import: choose, see what it would become, run, read the report. All of it at one address. */
export default function ImportPage(): JSX.Element {
  const { client, trans, may } = useApp();
  const page = usePage();
  const { id } = page.params;
  const dataset = useQuery(`dataset ${id}`, signal =>
    client.call('GET /datasets/{id}', { path: { id }, signal })
  );
  const from = (page.query.get('from') ?? 'folder') as From;
  const batch = page.query.get('batch');
  const upload = page.query.get('upload');
  const area = page.query.get('area');
  const server = page.query.get('server');
  const [place, setPlace] = useState('');
  const running = page.query.get('import');
  const source: ImportSource | null = batch
    ? { kind: 'batch', batch }
    : upload
      ? { kind: 'upload', upload_id: upload }
      : area
        ? { kind: 'area', path: area }
        : server
          ? { kind: 'server', path: server }
          : null;
  const kinds = useQuery('dataset kinds', signal => client.call('GET /dataset-kinds', { signal }));
  const dataType = dataset.data?.data_type ?? 'image';
  const layouts =
    kinds.data?.items.find(
      kind => kind.data_type === dataType && kind.annotation_type === dataset.data?.annotation_type
    )?.imports ?? [];
  const [layout, setLayout] = useState<ImportLayout | 'auto'>('auto');
  const [table, setTable] = useState<ITableOptions>({});
  const [vocBoxes, setVocBoxes] = useState<'edges' | 'pixels'>('edges');
  const options: IImportOptions = {
    layout,
    ...(Object.keys(table).length > 0 ? { table } : {}),
    ...(vocBoxes === 'pixels' ? { voc_boxes: vocBoxes } : {})
  };
  const inspection = useQuery(
    source && !running ? `inspect ${id} ${JSON.stringify(options)} ${JSON.stringify(source)}` : null,
    signal =>
      client.call('POST /datasets/{id}/import/inspect', {
        path: { id },
        body: { source: source!, ...options },
        signal
      })
  );
  const [choices, setChoices] = useState<LabelChoices>({});
  // A choice for a label that is not there (any more, after another column was named) is no part of the request.
  const found = inspection.data?.found_labels ?? [];
  const mapping = mappingOf(found, choices);
  const misnamed = Object.values(mapping).some(label => label !== null && !fitsLabel(label));
  const samples = useSampleCount(dataset.data);
  const [picking, setPicking] = useState(false);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ files: number; size: number; batch: string } | null>(null);
  const [overwrite, setOverwrite] = useState<'refuse' | 'skip' | 'replace'>('refuse');
  const [split, setSplit] = useState('');
  const [confirm, setConfirm] = useState(true);
  const [distinct, setDistinct] = useState(false);
  const filesInput = useRef<HTMLInputElement>(null);
  const key = useRef(idempotencyKey());

  const { uploads } = client;
  useSyncExternalStore(
    listener => uploads.onChange(listener),
    () => uploads.transfers.reduce((sum, one) => sum + one.sent + (one.state === 'done' ? 1 : 0), 0)
  );
  const mine = sending ? uploads.transfers.filter(one => one.batch === sending.batch) : [];
  const sent = mine.reduce((sum, one) => sum + one.sent, 0);
  const arrived = mine.filter(one => one.state === 'done').length;

  const send = useAction(async (files: IUploadFile[]) => {
    if (files.length === 0) {
      return;
    }
    const fresh = idempotencyKey();
    setSending({
      files: files.length,
      size: files.reduce((sum, one) => sum + one.file.size, 0),
      batch: fresh
    });
    try {
      const done = await uploads.send(files, { batch: fresh });
      key.current = idempotencyKey();
      page.setQuery(
        from === 'archive'
          ? { upload: done.uploads[0], batch: null, area: null }
          : { batch: done.batch, upload: null, area: null }
      );
    } finally {
      setSending(null);
    }
  });
  const start = useAction(
    async () => {
      const made = await client.call('POST /datasets/{id}/import', {
        path: { id },
        body: {
          source: source!,
          ...options,
          ...(Object.keys(mapping).length > 0 ? { label_mapping: mapping } : {}),
          overwrite,
          duplicates: distinct ? 'skip' : 'keep',
          confirm,
          ...(split ? { split: split as 'training' } : {})
        },
        idempotencyKey: key.current
      });
      page.setQuery({ import: made.id });
    },
    { onError: () => undefined }
  );
  const refusal: AISpaceError | null = start.error;
  const wrong = useFieldErrors(refusal);

  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    void droppedFiles(event.dataTransfer).then(send.run);
  };

  const name = dataset.data?.name ?? '';
  let body: JSX.Element;
  if (dataset.error) {
    body = <ErrorView error={dataset.error} onRetry={dataset.reload} />;
  } else if (running) {
    body = <ImportProgress id={running} datasetId={id} />;
  } else if (source) {
    body = (
      <FormPage
        label={trans.__('Import')}
        verb={trans.__('Import')}
        busy={start.busy}
        blocked={
          !inspection.data
            ? trans.__('Wait until the files have been looked at')
            : misnamed
              ? trans.__('Give each renamed label a name')
              : null
        }
        error={refusal}
        onSubmit={start.run}
        summary={
          <>
            <b>{trans.__('Into %1', name)}</b>
            {inspection.data ? <p>{samples(inspection.data.count)}</p> : null}
            <Button onClick={() => page.setQuery({ batch: null, upload: null, area: null, server: null })}>
              {trans.__('Choose other files')}
            </Button>
          </>
        }
      >
        <Section title={trans.__('What was found')}>
          {inspection.data ? (
            <>
              <Preview inspection={inspection.data} dataset={dataset.data} />
              {Object.keys(mapping).length > 0 ? (
                <p className="ais-Muted">
                  {trans.__('This is what the files say. What you chose for their labels comes on top.')}
                </p>
              ) : null}
            </>
          ) : inspection.error ? (
            <ErrorView error={inspection.error} onRetry={inspection.reload} />
          ) : (
            <Skeleton rows={5} what={trans.__('Looking at the files')} />
          )}
        </Section>
        {found.length > 0 ? (
          <Section title={trans.__('Labels')}>
            <LabelMapping
              found={found}
              known={dataset.data?.label_group?.labels.map(label => label.name) ?? []}
              choices={choices}
              onChange={setChoices}
              error={name => wrong(`label_mapping.${name}`)}
            />
          </Section>
        ) : null}
        <Section title={trans.__('How to take it')}>
          <SelectField
            label={trans.__('Layout of the files')}
            value={layout}
            help={layoutMeaning(trans, layout, dataType)}
            onChange={value => setLayout(value as ImportLayout)}
            options={['auto', ...layouts].map(value => ({
              value,
              label: layoutWord(trans, value)
            }))}
          />
          {inspection.data?.table ? (
            <TableFields
              table={inspection.data.table}
              dataType={dataType}
              onChange={patch => setTable({ ...table, ...patch })}
            />
          ) : null}
          {inspection.data?.layout === 'voc' ? (
            <RadioCards
              label={trans.__('Numbers of the boxes')}
              rows
              value={vocBoxes}
              onChange={setVocBoxes}
              options={[
                { value: 'edges', label: trans.__('Edges, counted from 0: most tools') },
                {
                  value: 'pixels',
                  label: trans.__('First and last pixel, counted from 1: the original VOC data')
                }
              ]}
            />
          ) : null}
          <RadioCards
            label={trans.__('A file whose name is there already')}
            rows
            value={overwrite}
            onChange={setOverwrite}
            options={[
              { value: 'refuse', label: trans.__('Refuse it and say so in the report') },
              { value: 'skip', label: trans.__('Leave the old one') },
              { value: 'replace', label: trans.__('Replace the old one') }
            ]}
          />
          <SelectField
            label={trans.__('Put the samples into')}
            value={split}
            onChange={setSplit}
            options={[
              { value: '', label: trans.__('what the files say, else no set') },
              ...['training', 'validation', 'test'].map(value => ({ value, label: splitWord(trans, value) }))
            ]}
          />
          <CheckField
            label={trans.__('Labels that come with the files count as confirmed')}
            checked={confirm}
            onChange={setConfirm}
          />
          <CheckField
            label={trans.__('Leave out files whose bytes the dataset has already')}
            checked={distinct}
            onChange={setDistinct}
          />
        </Section>
      </FormPage>
    );
  } else {
    body = (
      <>
        <RadioCards
          label={trans.__('Where the samples come from')}
          value={from}
          onChange={value => page.setQuery({ from: value })}
          options={[
            { value: 'folder', label: trans.__('A folder of this computer') },
            { value: 'files', label: trans.__('Files of this computer') },
            { value: 'archive', label: trans.__('An archive'), help: 'zip, tar, tar.gz' },
            { value: 'area', label: trans.__('A folder of my files on the server') },
            ...(may('admin:dataset')
              ? [{ value: 'server' as const, label: trans.__('A folder outside of my files on the server') }]
              : [])
          ]}
        />
        {from === 'server' ? (
          <form
            onSubmit={event => {
              event.preventDefault();
              page.setQuery({ server: place.trim(), area: null, batch: null, upload: null });
            }}
          >
            <TextField
              label={trans.__('Path on the server')}
              value={place}
              placeholder="/srv/datasets/digits"
              onChange={setPlace}
            />
            <Button
              type="submit"
              kind="primary"
              blocked={place.trim() ? null : trans.__('Type a path first')}
            >
              {trans.__('Look at it')}
            </Button>
          </form>
        ) : from === 'area' ? (
          <Button kind="primary" icon="files" onClick={() => setPicking(true)}>
            {trans.__('Choose a folder or archive')}
          </Button>
        ) : (
          <div
            className="ais-Drop"
            data-over={over || undefined}
            onDragOver={event => {
              event.preventDefault();
              event.stopPropagation();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          >
            {sending ? (
              <div role="status">
                <progress
                  value={sending.size ? sent / sending.size : 0}
                  max={1}
                  aria-label={trans.__('Upload')}
                />
                <p>
                  {trans.__(
                    'Uploading: %1 of %2 files, %3 of %4',
                    count(arrived),
                    count(sending.files),
                    bytes(sent) || '0 B',
                    bytes(sending.size)
                  )}
                </p>
              </div>
            ) : (
              <>
                <p>
                  {from === 'folder' ? trans.__('Drop a folder here, or') : trans.__('Drop files here, or')}
                </p>
                <Button kind="primary" icon="upload" onClick={() => filesInput.current?.click()}>
                  {from === 'folder'
                    ? trans.__('Choose a folder')
                    : from === 'archive'
                      ? trans.__('Choose an archive')
                      : trans.__('Choose files')}
                </Button>
              </>
            )}
            <input
              key={from}
              ref={filesInput}
              type="file"
              hidden
              aria-label={trans.__('Files to import')}
              multiple={from !== 'archive'}
              accept={
                from === 'files' && dataType === 'image' && layouts.every(one => one !== 'coco')
                  ? 'image/*'
                  : from === 'archive'
                    ? '.zip,.tar,.tgz,.gz,.bz2,.xz'
                    : undefined
              }
              {...(from === 'folder' ? { webkitdirectory: '' } : {})}
              onChange={event => {
                send.run(filesOf(event.target.files));
                event.target.value = '';
              }}
            />
          </div>
        )}
        {send.error ? <ErrorView error={send.error} /> : null}
        {layouts.length > 0 ? <Layouts layouts={layouts} dataType={dataType} /> : null}
      </>
    );
  }
  return (
    <PageFrame
      title={trans.__('Import into %1', name || '…')}
      crumbs={[
        { label: trans.__('Data'), to: '/datasets' },
        ...(name ? [{ label: name, to: `/datasets/${id}` }] : [])
      ]}
      code={{
        python: `import aispace.client as aispace\n\naispace.connect().datasets.get(${JSON.stringify(id)}).import_files("./folder"${mapArgument(mapping)})`,
        shell: `aispace import ./folder --dataset ${name || id}${mapOptions(mapping, shellWord)}`
      }}
    >
      {body}
      {running ? null : (
        <p className="ais-Muted">
          <PageLink to="/activity">{trans.__('All imports and exports')}</PageLink>
        </p>
      )}
      {picking ? (
        <FilePicker
          title={trans.__('Import from my files')}
          verb={trans.__('Take')}
          kinds="both"
          onAccept={path => {
            setPicking(false);
            page.setQuery({ area: path || '.', batch: null, upload: null });
          }}
          onClose={() => setPicking(false)}
        />
      ) : null}
    </PageFrame>
  );
}
