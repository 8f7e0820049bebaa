import { useState } from 'react';
import type { AISpaceClient, IUploadFile, Source } from '../../client';
import { useApp } from '../context';
import { Button, FileField, RadioCards, TextField } from '../controls';
import { FilePicker } from '../FilePicker';
import { NAMES } from '../names';
import { notebookCode } from './notebookCode';

export type SourceKind = 'folder' | 'archive' | 'notebook' | 'git' | 'area';

/** What the user chose; files are sent only when the form is. */
export interface ISourceChoice {
  kind: SourceKind;
  files: File[];
  url: string;
  ref: string;
  path: string;
}

export const NO_SOURCE: ISourceChoice = { kind: 'folder', files: [], url: '', ref: '', path: '' };

/** Whether the choice names something. */
export function isChosen(choice: ISourceChoice): boolean {
  return choice.kind === 'git'
    ? choice.url !== ''
    : choice.kind === 'area'
      ? choice.path !== ''
      : choice.files.length > 0;
}

/** Where a picked file lies within what was picked, without the picked folder itself. */
function relative(file: File): string {
  const path = file.webkitRelativePath;
  return path ? path.slice(path.indexOf('/') + 1) : file.name;
}

const JUNK = /(^|\/)(\.git|__pycache__|node_modules|\.ipynb_checkpoints|\.DS_Store)(\/|$)/;

/** The files of a picked folder that belong to it: no caches, no version control. */
export function wanted(files: File[]): File[] {
  return files.filter(file => !JUNK.test(file.webkitRelativePath || file.name));
}

/** Upload what was chosen and give what a request names as its source. */
export async function resolveSource(client: AISpaceClient, choice: ISourceChoice): Promise<Source> {
  return choice.kind === 'git'
    ? { kind: 'git', url: choice.url.trim(), ...(choice.ref.trim() ? { ref: choice.ref.trim() } : {}) }
    : resolveFiles(client, choice);
}

/** The same where files are needed, and no repository will do. */
export async function resolveFiles(
  client: AISpaceClient,
  choice: ISourceChoice
): Promise<Exclude<Source, { kind: 'git' }>> {
  if (choice.kind === 'area') {
    return { kind: 'area', path: choice.path };
  }
  let files: IUploadFile[];
  if (choice.kind === 'notebook') {
    const [notebook] = choice.files;
    const code = notebookCode(await notebook.text());
    files = [
      { file: new File([code], 'train.py', { type: 'text/x-python' }), relativePath: 'train.py' },
      { file: notebook, relativePath: notebook.name }
    ];
  } else {
    files = wanted(choice.files).map(file => ({ file, relativePath: relative(file) }));
  }
  const sent = await client.uploads.send(files);
  return choice.kind === 'archive'
    ? { kind: 'upload', upload_id: sent.uploads[0] }
    : { kind: 'batch', batch: sent.batch };
}

/** Where code or a model comes from: folder, archive, notebook, git, or the user's area. */
export function SourceField(props: {
  kinds: SourceKind[];
  value: ISourceChoice;
  onChange: (choice: ISourceChoice) => void;
  error?: string | null;
  words?: Partial<Record<SourceKind, string>>;
  accept?: string;
}): JSX.Element {
  const { trans } = useApp();
  const [picking, setPicking] = useState(false);
  const { value } = props;
  const set = (patch: Partial<ISourceChoice>): void => props.onChange({ ...value, ...patch });
  const labels: Record<SourceKind, { label: string; help: string }> = {
    folder: { label: trans.__('Folder'), help: trans.__('Upload a folder of this computer') },
    archive: { label: trans.__('Archive'), help: trans.__('Upload a zip or tar file') },
    notebook: { label: trans.__('Notebook'), help: trans.__('Its code cells become train.py') },
    git: { label: trans.__('Git'), help: trans.__('A commit of a repository') },
    area: { label: trans.__('My files'), help: trans.__('A folder or file of your area here') }
  };
  return (
    <>
      <RadioCards
        label={trans.__('Source')}
        value={value.kind}
        onChange={kind => set({ kind, files: [] })}
        options={props.kinds.map(kind => ({
          value: kind,
          label: labels[kind].label,
          help: props.words?.[kind] ?? labels[kind].help
        }))}
      />
      {value.kind === 'git' ? (
        <div className="ais-Fields">
          <TextField
            label={trans.__('Address of the repository')}
            type="url"
            required
            value={value.url}
            placeholder={NAMES.https}
            error={props.error}
            onChange={url => set({ url })}
          />
          <TextField
            label={trans.__('Branch, tag or commit')}
            value={value.ref}
            help={trans.__('Empty: the default branch')}
            onChange={ref => set({ ref })}
          />
        </div>
      ) : value.kind === 'area' ? (
        <div className="ais-Row">
          <Button icon="files" hasPopup="dialog" onClick={() => setPicking(true)}>
            {trans.__('Choose in my files')}
          </Button>
          <span className="ais-Code">{value.path}</span>
          {props.error ? <span className="ais-FieldError">{props.error}</span> : null}
        </div>
      ) : (
        <FileField
          key={value.kind}
          label={value.kind === 'folder' ? trans.__('Folder to upload') : trans.__('File to upload')}
          folder={value.kind === 'folder'}
          accept={
            value.kind === 'notebook'
              ? '.ipynb'
              : value.kind === 'archive'
                ? (props.accept ?? '.zip,.tar,.gz,.tgz')
                : undefined
          }
          files={value.kind === 'folder' ? wanted(value.files) : value.files}
          error={props.error}
          onChange={files => set({ files })}
        />
      )}
      {picking ? (
        <FilePicker
          title={trans.__('Choose in my files')}
          verb={trans.__('Take')}
          kinds="both"
          onClose={() => setPicking(false)}
          onAccept={path => {
            set({ path });
            setPicking(false);
          }}
        />
      ) : null}
    </>
  );
}
