import type { DragEvent } from 'react';
import { useRef, useState } from 'react';
import type { IAreaEntry, IPage, IUploadFile } from '../../client';
import type { ITrans } from '../../i18n';
import { PageLink, useApp, usePage } from '../context';
import { Button, ConfirmWithConsequences, Dialog, TextField } from '../controls';
import { FilePreview } from './FilePreview';
import { PathBar } from './PathBar';
import type { IMenuItem } from '../controls';
import { droppedFiles, filesOf } from '../datasets/localFiles';
import { FilePicker, pathSteps } from '../FilePicker';
import { bytes } from '../formats';
import { Icon } from '../Icon';
import { errorText } from '../messages';
import { PageFrame } from '../PageFrame';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';

/** The address of a folder of one's own files. */
function addressOf(folder: string): string {
  return folder ? `/files/mine/${folder.split('/').map(encodeURIComponent).join('/')}` : '/files/mine';
}

function typeWord(trans: ITrans, type: IAreaEntry['type']): string {
  switch (type) {
    case 'folder':
      return trans.__('Folder');
    case 'image':
      return trans.__('Picture');
    case 'video':
      return trans.__('Film');
    case 'audio':
      return trans.__('Sound');
    case 'archive':
      return trans.__('Archive');
    default:
      return trans.__('File');
  }
}

function join(folder: string, name: string): string {
  return folder ? `${folder}/${name}` : name;
}

/** The user's own area: what notebooks and training see as folders. */
export default function FilesPage(): JSX.Element {
  const { client, trans, openFile } = useApp();
  const page = usePage();
  const folder = (page.params.path ?? '').replace(/\/+$/, '');
  const query = useRef<IQuery<IPage<IAreaEntry>> | null>(null);
  const reload = (): void => query.current?.reload();
  const input = useRef<HTMLInputElement>(null);
  const [naming, setNaming] = useState<
    { kind: 'folder' | 'file' } | { kind: 'rename'; entry: IAreaEntry } | null
  >(null);
  const [name, setName] = useState('');
  const [doomed, setDoomed] = useState<IAreaEntry[] | null>(null);
  const [moving, setMoving] = useState<{ entries: IAreaEntry[]; copy: boolean } | null>(null);
  const [sent, setSent] = useState<{ done: number; total: number } | null>(null);

  const named = useAction(
    async () => {
      if (naming?.kind === 'folder') {
        await client.call('POST /files/folders', { body: { path: join(folder, name.trim()) } });
      } else if (naming?.kind === 'file') {
        await client.call('POST /files', { body: { path: join(folder, name.trim()) } });
      } else if (naming?.kind === 'rename') {
        await client.call('POST /files/move', {
          body: { from: naming.entry.path, to: join(folder, name.trim()) }
        });
      }
      setNaming(null);
      reload();
    },
    { onError: () => undefined }
  );
  const remove = useAction(
    async () => {
      await client.call('DELETE /files', { query: { path: doomed!.map(entry => entry.path) } });
      setDoomed(null);
      reload();
    },
    { onError: () => undefined }
  );
  const move = useAction(async (entries: IAreaEntry[], to: string, copy: boolean) => {
    for (const entry of entries) {
      await client.call(copy ? 'POST /files/copy' : 'POST /files/move', {
        body: { from: entry.path, to: join(to, entry.name) }
      });
    }
    reload();
  });
  const extract = useAction(async (entry: IAreaEntry) => {
    await client.call('POST /files/extract', { body: { path: entry.path } });
    reload();
  });
  const compress = useAction(async (entries: IAreaEntry[]) => {
    const to = join(folder, `${entries.length === 1 ? entries[0].name : 'archive'}.zip`);
    await client.call('POST /files/compress', { body: { paths: entries.map(entry => entry.path), to } });
    reload();
  });
  const send = useAction(async (files: IUploadFile[]) => {
    if (files.length === 0) {
      return;
    }
    setSent({ done: 0, total: files.length });
    try {
      const { uploads } = await client.uploads.send(files, {
        onProgress: done => setSent({ done, total: files.length })
      });
      const folders = new Set<string>();
      for (const file of files) {
        const parts = file.relativePath.split('/').slice(0, -1);
        parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
      }
      for (const one of [...folders].sort()) {
        await client
          .call('POST /files/folders', { body: { path: join(folder, one) } })
          .catch((reason: unknown) => {
            // It is there already: the files go into it.
            if ((reason as { status?: number }).status !== 409) {
              throw reason;
            }
          });
      }
      for (const [index, upload] of uploads.entries()) {
        await client.call('POST /files/place', {
          body: { upload_id: upload, path: join(folder, files[index].relativePath) }
        });
      }
    } finally {
      setSent(null);
      reload();
    }
  });

  const actions = (entry: IAreaEntry): IMenuItem[] => {
    const isFolder = entry.type === 'folder';
    return [
      isFolder
        ? { label: trans.__('Open'), run: () => page.go(addressOf(entry.path)) }
        : {
            label: trans.__('Download'),
            run: () =>
              window.open(client.url('/files/content', {}, { path: entry.path }), '_blank', 'noopener')
          },
      ...(isFolder || entry.type === 'archive'
        ? [
            {
              label: trans.__('Import as dataset'),
              run: () => page.go(`/datasets/new?area=${encodeURIComponent(entry.path)}`)
            }
          ]
        : []),
      ...(entry.type === 'archive' ? [{ label: trans.__('Unpack'), run: () => extract.run(entry) }] : []),
      {
        label: trans.__('Rename'),
        run: () => {
          setName(entry.name);
          setNaming({ kind: 'rename', entry });
        }
      },
      { label: trans.__('Copy to'), run: () => setMoving({ entries: [entry], copy: true }) },
      { label: trans.__('Move'), run: () => setMoving({ entries: [entry], copy: false }) },
      { label: trans.__('Pack as zip'), run: () => compress.run([entry]) },
      { label: trans.__('Delete'), danger: true, run: () => setDoomed([entry]) }
    ];
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    void droppedFiles(event.dataTransfer).then(send.run);
  };
  const upload = (
    <Button kind="primary" icon="upload" busy={send.busy} onClick={() => input.current?.click()}>
      {sent ? trans.__('Uploading %1 of %2', sent.done, sent.total) : trans.__('Upload')}
    </Button>
  );
  return (
    <PageFrame
      title={folder ? folder.split('/').pop()! : trans.__('My files')}
      icon="files"
      crumbs={
        folder
          ? [
              { label: trans.__('My files'), to: addressOf('') },
              ...pathSteps(folder)
                .slice(0, -1)
                .map(step => ({ label: step.name, to: addressOf(step.path) }))
            ]
          : undefined
      }
      actions={
        <>
          {upload}
          <Button
            icon="add"
            onClick={() => {
              setName('');
              setNaming({ kind: 'folder' });
            }}
          >
            {trans.__('New folder')}
          </Button>
          <Button
            icon="file"
            onClick={() => {
              setName('');
              setNaming({ kind: 'file' });
            }}
          >
            {trans.__('New file')}
          </Button>
        </>
      }
    >
      <div
        className="ais-TabPanel"
        onDragOver={event => {
          event.preventDefault();
          event.stopPropagation();
        }}
        onDrop={drop}
      >
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={trans.__('Files to upload')}
          onChange={event => {
            send.run(filesOf(event.target.files));
            event.target.value = '';
          }}
        />
        <PathBar folder={folder} onOpen={path => page.go(addressOf(path))} />
        <ResourceTable<IAreaEntry>
          key={folder}
          name={`files ${folder}`}
          label={trans.__('Files')}
          defaultSort="name"
          onQuery={one => {
            query.current = one;
          }}
          live={event => event.code.startsWith('file.')}
          filters={[
            {
              id: 'hidden',
              label: trans.__('Hidden files'),
              options: [{ value: 'true', label: trans.__('shown') }]
            }
          ]}
          columns={[
            {
              id: 'name',
              label: trans.__('Name'),
              width: 'minmax(220px, 3fr)',
              sort: 'name',
              render: entry => (
                <>
                  <Icon name={entry.type === 'folder' ? 'files' : 'file'} />{' '}
                  {entry.type === 'folder' ? (
                    <PageLink to={addressOf(entry.path)}>{entry.name}</PageLink>
                  ) : openFile ? (
                    <button type="button" className="ais-Link" onClick={() => openFile(entry.path)}>
                      {entry.name}
                    </button>
                  ) : (
                    entry.name
                  )}
                </>
              )
            },
            {
              id: 'type',
              label: trans.__('Type'),
              width: '90px',
              sort: 'type',
              render: entry => typeWord(trans, entry.type)
            },
            {
              id: 'size',
              label: trans.__('Size'),
              width: '100px',
              sort: 'size',
              align: 'right',
              render: entry => (entry.type === 'folder' ? '' : bytes(entry.size))
            },
            {
              id: 'modified',
              label: trans.__('Changed'),
              width: '150px',
              sort: 'modified',
              render: entry => <Time value={entry.modified} />
            }
          ]}
          rowKey={entry => entry.path}
          href={entry => (entry.type === 'folder' ? addressOf(entry.path) : page.path)}
          load={(asked, signal) =>
            client.call('GET /files', { query: { ...asked, path: folder || undefined }, signal })
          }
          actions={actions}
          peek={entry =>
            entry.type === 'folder'
              ? []
              : [[trans.__('Preview'), <FilePreview key={entry.path} entry={entry} />]]
          }
          bulk={(entries, clear) => (
            <>
              <Button onClick={() => setMoving({ entries, copy: true })}>{trans.__('Copy to')}</Button>
              <Button onClick={() => setMoving({ entries, copy: false })}>{trans.__('Move')}</Button>
              <Button busy={compress.busy} onClick={() => compress.run(entries)}>
                {trans.__('Pack as zip')}
              </Button>
              <Button icon="trash" onClick={() => setDoomed(entries)}>
                {trans.__('Delete')}
              </Button>
              <Button kind="quiet" onClick={clear}>
                {trans.__('Clear selection')}
              </Button>
            </>
          )}
          empty={
            <EmptyState
              icon="files"
              text={
                folder
                  ? trans.__('This folder is empty. Drop files here.')
                  : trans.__('No file yet. Drop files here, or upload some.')
              }
            >
              {upload}
            </EmptyState>
          }
        />
      </div>
      {naming ? (
        <Dialog
          title={
            naming.kind === 'rename'
              ? trans.__('Rename %1', naming.entry.name)
              : naming.kind === 'file'
                ? trans.__('New file')
                : trans.__('New folder')
          }
          verb={naming.kind === 'rename' ? trans.__('Rename') : trans.__('Create')}
          busy={named.busy}
          blocked={
            !name.trim()
              ? trans.__('Give it a name first')
              : name.includes('/')
                ? trans.__('A name has no "/"')
                : null
          }
          onAccept={named.run}
          onClose={() => setNaming(null)}
        >
          <TextField
            label={trans.__('Name')}
            value={name}
            autoFocus
            maxLength={255}
            error={named.error ? errorText(trans, named.error) : null}
            onChange={setName}
          />
        </Dialog>
      ) : null}
      {moving ? (
        <FilePicker
          title={
            moving.copy
              ? trans._n('Copy %1 entry', 'Copy %1 entries', moving.entries.length)
              : trans._n('Move %1 entry', 'Move %1 entries', moving.entries.length)
          }
          verb={moving.copy ? trans.__('Copy here') : trans.__('Move here')}
          kinds="folder"
          start={folder}
          onAccept={to => {
            setMoving(null);
            move.run(moving.entries, to, moving.copy);
          }}
          onClose={() => setMoving(null)}
        />
      ) : null}
      {doomed ? (
        <ConfirmWithConsequences
          title={
            doomed.length === 1
              ? trans.__('Delete %1', doomed[0].name)
              : trans._n('Delete %1 entry', 'Delete %1 entries', doomed.length)
          }
          verb={trans.__('Delete')}
          consequences={[
            doomed.some(entry => entry.type === 'folder')
              ? trans.__('Folders go with everything in them.')
              : trans.__('They can not be brought back.'),
            trans.__('Datasets and versions keep their own copies.')
          ]}
          busy={remove.busy}
          error={remove.error ? errorText(trans, remove.error) : null}
          onAccept={remove.run}
          onClose={() => setDoomed(null)}
        />
      ) : null}
    </PageFrame>
  );
}
