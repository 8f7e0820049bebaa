import { useEffect, useState } from 'react';
import type { IAlgorithmRead, IAlgorithmVersionRead } from '../../client';
import { AISpaceError } from '../../client';
import { useApp, usePage } from '../context';
import { Button, TextField } from '../controls';
import { bytes } from '../formats';
import { CodeEditor } from '../parts/CodeEditor';
import { DeleteDialog, NameDialog, Refusal } from '../parts/ObjectDialogs';
import { EmptyState, ErrorView, Loaded, Skeleton } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';

const TEXT_LIMIT = 1_000_000;

/** Files of a version; changes are collected and saved as the next version. */
export function AlgorithmCode(props: {
  algorithm: IAlgorithmRead;
  version: IAlgorithmVersionRead;
  blocked: string | null;
  onSaved: (version: string) => void;
  onFork: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { algorithm, version } = props;
  const path = { id: algorithm.id, version: version.version };
  const draft = `code ${algorithm.id} ${version.version}`;
  const [changes, setChanges] = useState<Record<string, string | null>>({});
  const [note, setNote] = useState('');
  const [dialog, setDialog] = useState<'new' | 'delete' | null>(null);
  const files = useQuery(`files ${algorithm.id} ${version.version}`, signal =>
    client.call('GET /algorithms/{id}/versions/{version}/files', { path, query: { limit: 200 }, signal })
  );
  // What was typed is in this browser until it is saved, also after a reload.
  useEffect(() => {
    let alive = true;
    void client.drafts
      .get<Record<string, string | null>>(draft)
      .then(kept => alive && kept && setChanges(old => ({ ...kept, ...old })))
      .catch(() => undefined);
    return () => {
      alive = false;
    };
  }, [client, draft]);
  const put = (next: Record<string, string | null>): void => {
    setChanges(next);
    void (Object.keys(next).length > 0 ? client.drafts.put(draft, next) : client.drafts.delete(draft)).catch(
      () => undefined
    );
  };
  const save = useAction(
    async () => {
      const made = await client.call('PUT /algorithms/{id}/files', {
        path: { id: algorithm.id },
        body: { changes: Object.entries(changes).map(([name, text]) => ({ path: name, text })), note },
        ifMatch: algorithm.revision
      });
      put({});
      setNote('');
      props.onSaved(made.version);
    },
    { onError: () => undefined }
  );
  const have = files.data?.items ?? [];
  const added = Object.keys(changes).filter(
    name => changes[name] !== null && !have.some(one => one.path === name)
  );
  const list = [...have.map(one => one.path), ...added].sort();
  const asked = page.query.get('file');
  const chosen =
    asked && list.includes(asked)
      ? asked
      : (list.find(one => one === 'train.py') ?? list.find(one => one.endsWith('.py')) ?? list[0] ?? null);
  const size = have.find(one => one.path === chosen)?.size ?? 0;
  const changed = Object.keys(changes).length;
  return (
    <Loaded query={files} rows={6}>
      {() => (
        <>
          <div className="ais-Table-bar">
            {props.blocked ? (
              <>
                <span className="ais-Muted">{props.blocked}</span>
                {algorithm.visibility === 'preset' ? (
                  <Button onClick={props.onFork}>{trans.__('Fork')}</Button>
                ) : null}
              </>
            ) : (
              <>
                <Button icon="add" hasPopup="dialog" onClick={() => setDialog('new')}>
                  {trans.__('New file')}
                </Button>
                <Button
                  icon="trash"
                  hasPopup="dialog"
                  blocked={chosen ? null : trans.__('There is no file')}
                  onClick={() => setDialog('delete')}
                >
                  {trans.__('Delete file')}
                </Button>
              </>
            )}
            <a
              className="ais-Button ais-mod-plain"
              href={client.url('/algorithms/{id}/versions/{version}/download', path)}
              download
            >
              {trans.__('Download (zip)')}
            </a>
          </div>
          <div className="ais-CodeView">
            <ul className="ais-FileList" aria-label={trans.__('Files')}>
              {list.map(name => (
                <li key={name}>
                  <button
                    type="button"
                    aria-current={name === chosen || undefined}
                    data-gone={changes[name] === null || undefined}
                    onClick={() => page.setQuery({ file: name })}
                  >
                    {name}
                    {name in changes ? (
                      <span className="ais-Tag">
                        {changes[name] === null
                          ? trans.__('deleted')
                          : added.includes(name)
                            ? trans.__('new')
                            : trans.__('changed')}
                      </span>
                    ) : null}
                  </button>
                </li>
              ))}
            </ul>
            <div>
              {!chosen ? (
                <EmptyState icon="file" text={trans.__('This version has no file.')} />
              ) : changes[chosen] === null ? (
                <EmptyState icon="trash" text={trans.__('%1 is deleted in the next version.', chosen)}>
                  <Button
                    icon="undo"
                    onClick={() => {
                      const { [chosen]: _gone, ...rest } = changes;
                      put(rest);
                    }}
                  >
                    {trans.__('Undo')}
                  </Button>
                </EmptyState>
              ) : size > TEXT_LIMIT ? (
                <EmptyState
                  icon="file"
                  text={trans.__('%1 has %2: too large to show here. Download it.', chosen, bytes(size))}
                />
              ) : (
                <FileText
                  key={chosen}
                  name={chosen}
                  load={
                    added.includes(chosen)
                      ? null
                      : `/algorithms/${algorithm.id}/versions/${version.version}/files/content?path=${encodeURIComponent(chosen)}`
                  }
                  text={changes[chosen] ?? undefined}
                  readOnly={props.blocked !== null}
                  onChange={text => put({ ...changes, [chosen]: text })}
                  onSave={() => changed > 0 && save.run()}
                />
              )}
            </div>
          </div>
          {changed > 0 && !props.blocked ? (
            <div className="ais-SaveBar" role="group" aria-label={trans.__('Save')}>
              <span>{trans._n('%1 file changed', '%1 files changed', changed)}</span>
              <TextField label={trans.__('Note')} value={note} maxLength={255} onChange={setNote} />
              <Button kind="primary" busy={save.busy} onClick={save.run}>
                {trans.__('Save as new version')}
              </Button>
              <Button onClick={() => put({})}>{trans.__('Discard')}</Button>
              <Refusal error={save.error} />
            </div>
          ) : null}
          {dialog === 'new' ? (
            <NameDialog
              title={trans.__('New file')}
              verb={trans.__('Create')}
              name=""
              maxLength={1024}
              act={name => {
                put({ ...changes, [name]: changes[name] ?? '' });
                page.setQuery({ file: name });
                return Promise.resolve();
              }}
              onClose={() => setDialog(null)}
            />
          ) : dialog === 'delete' && chosen ? (
            <DeleteDialog
              title={trans.__('Delete %1?', chosen)}
              verb={trans.__('Delete file')}
              consequences={[trans.__('It is missing in the next version; earlier versions keep it.')]}
              act={() => {
                if (added.includes(chosen)) {
                  const { [chosen]: _gone, ...rest } = changes;
                  put(rest);
                } else {
                  put({ ...changes, [chosen]: null });
                }
                return Promise.resolve();
              }}
              onClose={() => setDialog(null)}
            />
          ) : null}
        </>
      )}
    </Loaded>
  );
}

function FileText(props: {
  name: string;
  load: string | null;
  text: string | undefined;
  readOnly: boolean;
  onChange: (text: string) => void;
  onSave: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const query = useQuery(props.load ? `text ${props.load}` : null, async signal => {
    const response = await client.transport(props.load ?? '', { method: 'GET', signal });
    if (!response.ok) {
      throw await AISpaceError.fromResponse(response);
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.slice(0, 8192).includes(0) ? null : new TextDecoder().decode(bytes);
  });
  if (props.load && query.error) {
    return <ErrorView error={query.error} onRetry={query.reload} />;
  }
  if (props.load && query.data === undefined) {
    return <Skeleton rows={8} />;
  }
  if (props.load && query.data === null) {
    return <EmptyState icon="file" text={trans.__('%1 is no text. Download it.', props.name)} />;
  }
  return (
    <CodeEditor
      label={trans.__('Text of %1', props.name)}
      value={props.text ?? query.data ?? ''}
      readOnly={props.readOnly}
      onChange={props.onChange}
      onSave={props.onSave}
    />
  );
}
