import type { DragEvent } from 'react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { AISpaceError, IImportRead, IInspection, IUploadFile, Source } from '../../client';
import { idempotencyKey } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button, CheckField, RadioCards, SelectField } from '../controls';
import { FilePicker } from '../FilePicker';
import { bytes, count, percent } from '../formats';
import { FormPage, Section } from '../FormPage';
import { PageFrame } from '../PageFrame';
import { ErrorView, Skeleton } from '../states';
import { ReasonLine, StatusPill } from '../StatusPill';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { droppedFiles, filesOf } from './localFiles';
import { layoutWord, splitWord } from './words';

type From = 'folder' | 'files' | 'archive' | 'area';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** What the files would become: layout, labels, the first twenty. */
function Preview(props: { inspection: IInspection }): JSX.Element {
  const { trans, locale } = useApp();
  const { inspection } = props;
  const labels = Object.entries(inspection.labels);
  return (
    <div className="ais-Preview">
      <p>
        <b>{trans._n('%1 picture', '%1 pictures', inspection.count, count(inspection.count))}</b> ·{' '}
        {layoutWord(trans, inspection.layout)} ({trans.__('%1 sure', percent(inspection.confidence, locale))})
        {inspection.refused > 0
          ? ` · ${trans._n('%1 file will be refused', '%1 files will be refused', inspection.refused)}`
          : ''}
      </p>
      {labels.length > 0 ? (
        <p>
          {trans._n('%1 label:', '%1 labels:', labels.length)}{' '}
          {labels
            .slice(0, 30)
            .map(([name, n]) => `${name} (${count(n)})`)
            .join(', ')}
          {labels.length > 30 ? ' …' : ''}
        </p>
      ) : null}
      <details open>
        <summary>{trans.__('The first files')}</summary>
        <ul className="ais-List">
          {inspection.preview.slice(0, 20).map(sample => (
            <li key={sample.path}>
              <div className="ais-Code">{sample.path}</div>
              <span>{sample.labels.join(', ') || trans.__('no label')}</span>
              {sample.split ? <span className="ais-Muted">{splitWord(trans, sample.split)}</span> : null}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

/** An import while it runs and after: progress, then the report by file. */
function Running(props: { id: string; datasetId: string }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const query = useQuery(
    `import ${props.id}`,
    signal => client.call('GET /imports/{id}', { path: { id: props.id }, signal }),
    event => event.object_id === props.id || event.object_id === props.datasetId
  );
  const { reload } = query;
  const data: IImportRead | undefined = query.data;
  const ended = data ? ENDED.includes(data.status) : false;
  useEffect(() => {
    if (!data || ended) {
      return;
    }
    // Progress within an import is no event: while one looks at it, it is asked for.
    const timer = setTimeout(() => document.visibilityState !== 'hidden' && reload(), 1000);
    return () => clearTimeout(timer);
  }, [data, ended, reload]);
  const cancel = useAction(async () => {
    query.set(await client.call('POST /imports/{id}/cancel', { path: { id: props.id } }));
  });
  if (!data) {
    return query.error ? <ErrorView error={query.error} onRetry={reload} /> : <Skeleton rows={3} />;
  }
  const { report, progress } = data;
  const share = progress.total ? progress.done / progress.total : 0;
  return (
    <section aria-label={trans.__('Import')}>
      <p className="ais-Row">
        <StatusPill status={ended ? data.status : 'importing'} />
        {ended ? null : (
          <>
            <progress value={share} max={1} aria-label={trans.__('Progress of the import')} />
            <span>
              {progress.total
                ? trans.__('%1 of %2 files', count(progress.done), count(progress.total))
                : trans.__('%1 files', count(progress.done))}
            </span>
            <Button busy={cancel.busy} onClick={cancel.run}>
              {trans.__('Cancel the import')}
            </Button>
            <span className="ais-Muted">{trans.__('You can leave this page: it goes on.')}</span>
          </>
        )}
      </p>
      <ReasonLine reason={data.reason} />
      {ended ? (
        <>
          <ul>
            <li>
              {trans._n('%1 file imported', '%1 files imported', report.imported, count(report.imported))}
            </li>
            {report.replaced > 0 ? <li>{trans._n('%1 replaced', '%1 replaced', report.replaced)}</li> : null}
            {report.skipped > 0 ? <li>{trans._n('%1 skipped', '%1 skipped', report.skipped)}</li> : null}
            {report.duplicates > 0 ? (
              <li>{trans._n('%1 duplicate left out', '%1 duplicates left out', report.duplicates)}</li>
            ) : null}
            {report.labels_created.length > 0 ? (
              <li>{trans.__('New labels: %1', report.labels_created.join(', '))}</li>
            ) : null}
          </ul>
          {report.refused_count > 0 ? (
            <details open>
              <summary>{trans._n('%1 file refused', '%1 files refused', report.refused_count)}</summary>
              <ul className="ais-List">
                {report.refused.slice(0, 200).map(file => (
                  <li key={file.path}>
                    <span className="ais-Code">{file.path}</span> <span>{file.message}</span>
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
          <div className="ais-Row">
            <Button kind="primary" onClick={() => page.go(`/datasets/${props.datasetId}`)}>
              {trans.__('Look at the samples')}
            </Button>
            <Button onClick={() => page.setQuery({ import: null, batch: null, area: null })}>
              {trans.__('Import more')}
            </Button>
          </div>
        </>
      ) : null}
    </section>
  );
}

/** Import: choose, see what it would become, run, read the report. All of it at one address. */
export default function ImportPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const dataset = useQuery(`dataset ${id}`, signal =>
    client.call('GET /datasets/{id}', { path: { id }, signal })
  );
  const from = (page.query.get('from') ?? 'folder') as From;
  const batch = page.query.get('batch');
  const upload = page.query.get('upload');
  const area = page.query.get('area');
  const running = page.query.get('import');
  const source: Source | null = batch
    ? { kind: 'batch', batch }
    : upload
      ? { kind: 'upload', upload_id: upload }
      : area
        ? { kind: 'area', path: area }
        : null;
  const inspection = useQuery(source && !running ? `inspect ${id} ${JSON.stringify(source)}` : null, signal =>
    client.call('POST /datasets/{id}/import/inspect', { path: { id }, body: { source: source! }, signal })
  );
  const [picking, setPicking] = useState(false);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ files: number; size: number; batch: string } | null>(null);
  const [layout, setLayout] = useState('auto');
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
          layout: layout as 'auto',
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
    body = <Running id={running} datasetId={id} />;
  } else if (source) {
    body = (
      <FormPage
        label={trans.__('Import')}
        verb={trans.__('Import')}
        busy={start.busy}
        blocked={inspection.data ? null : trans.__('Wait until the files have been looked at')}
        error={refusal}
        onSubmit={start.run}
        summary={
          <>
            <b>{trans.__('Into %1', name)}</b>
            {inspection.data ? (
              <p>
                {trans._n('%1 picture', '%1 pictures', inspection.data.count, count(inspection.data.count))}
              </p>
            ) : null}
            <Button onClick={() => page.setQuery({ batch: null, upload: null, area: null })}>
              {trans.__('Choose other files')}
            </Button>
          </>
        }
      >
        <Section title={trans.__('What was found')}>
          {inspection.data ? (
            <Preview inspection={inspection.data} />
          ) : inspection.error ? (
            <ErrorView error={inspection.error} onRetry={inspection.reload} />
          ) : (
            <Skeleton rows={5} what={trans.__('Looking at the files')} />
          )}
        </Section>
        <Section title={trans.__('How to take it')}>
          <SelectField
            label={trans.__('Layout of the files')}
            value={layout}
            onChange={setLayout}
            options={['auto', 'class_folders', 'flat', 'manifest', 'origin'].map(value => ({
              value,
              label: layoutWord(trans, value)
            }))}
          />
          <RadioCards
            label={trans.__('A file whose name is there already')}
            rows
            value={overwrite}
            onChange={value => setOverwrite(value as 'refuse')}
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
            { value: 'area', label: trans.__('A folder of my files on the server') }
          ]}
        />
        {from === 'area' ? (
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
                from === 'files' ? 'image/*' : from === 'archive' ? '.zip,.tar,.tgz,.gz,.bz2,.xz' : undefined
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
        python: `import aispace.client as aispace\n\naispace.connect().datasets.get(${JSON.stringify(id)}).import_files("./folder")`,
        shell: `aispace import ./folder --dataset ${name || id}`
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
