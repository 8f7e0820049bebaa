import { useState } from 'react';
import { useApp } from './context';
import { Button } from './controls/Button';
import { Dialog } from './controls/Dialog';
import { bytes } from './formats';
import { Icon } from './Icon';
import { EmptyState, Loaded } from './states';
import { useQuery } from './useQuery';

/** Parts of a path with the path up to each. */
export function pathSteps(path: string): { name: string; path: string }[] {
  const parts = path.split('/').filter(Boolean);
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join('/') }));
}

/** Choose a file or folder of the user's own area. */
export function FilePicker(props: {
  title: string;
  verb: string;
  /** What may be taken. */
  kinds: 'file' | 'folder' | 'both';
  start?: string;
  onAccept: (path: string) => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const [folder, setFolder] = useState(props.start ?? '');
  const [chosen, setChosen] = useState<string | null>(null);
  const list = useQuery(`pick ${folder}`, signal =>
    client.call('GET /files', { query: { path: folder || undefined, limit: 200 }, signal })
  );
  const takesFolder = props.kinds !== 'file';
  const path = chosen ?? (takesFolder ? folder : null);
  return (
    <Dialog
      title={props.title}
      verb={path === null ? props.verb : `${props.verb}: ${path || '/'}`}
      blocked={path === null ? trans.__('Choose a file first') : null}
      onAccept={() => path !== null && props.onAccept(path)}
      onClose={props.onClose}
      wide
    >
      <nav className="ais-Crumbs" aria-label={trans.__('Folder')}>
        <button type="button" className="ais-Link" onClick={() => (setFolder(''), setChosen(null))}>
          {trans.__('My files')}
        </button>
        {pathSteps(folder).map(step => (
          <span key={step.path}>
            <span aria-hidden="true"> › </span>
            <button
              type="button"
              className="ais-Link"
              onClick={() => (setFolder(step.path), setChosen(null))}
            >
              {step.name}
            </button>
          </span>
        ))}
      </nav>
      <Loaded query={list} rows={5}>
        {page =>
          page.items.length === 0 ? (
            <EmptyState icon="files" text={trans.__('This folder is empty.')} />
          ) : (
            <ul className="ais-Picker" aria-label={trans.__('Files')}>
              {page.items.map(entry => {
                const isFolder = entry.type === 'folder';
                return (
                  <li key={entry.path} data-chosen={chosen === entry.path || undefined}>
                    <button
                      type="button"
                      disabled={!isFolder && props.kinds === 'folder'}
                      aria-pressed={isFolder ? undefined : chosen === entry.path}
                      onClick={() => {
                        if (isFolder) {
                          setFolder(entry.path);
                          setChosen(null);
                        } else {
                          setChosen(entry.path);
                        }
                      }}
                    >
                      <Icon name={isFolder ? 'files' : 'file'} /> <span>{entry.name}</span>
                      <span className="ais-Muted">{isFolder ? '' : bytes(entry.size)}</span>
                    </button>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Loaded>
      {list.data && list.data.page.total > list.data.items.length ? (
        <p className="ais-Muted">{trans.__('Only the first %1 are shown.', list.data.items.length)}</p>
      ) : null}
      {folder ? (
        <Button
          icon="back"
          onClick={() => {
            setFolder(folder.split('/').slice(0, -1).join('/'));
            setChosen(null);
          }}
        >
          {trans.__('Up')}
        </Button>
      ) : null}
    </Dialog>
  );
}
