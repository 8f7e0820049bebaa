import type { DragEvent } from 'react';
import { useId, useRef, useState } from 'react';
import { useTrans } from '../context';
import { droppedFiles } from '../datasets/localFiles';
import { bytes, count } from '../formats';
import { Button } from './Button';

/**
 * Files of this computer: a button in the user's language and a place to drop them. The browser's own input, which speaks
 * the browser's language, stays hidden.
 */
export function FileField(props: {
  label: string;
  /** What was chosen so far. */
  files: File[];
  onChange: (files: File[]) => void;
  /** A whole folder. */
  folder?: boolean;
  multiple?: boolean;
  accept?: string;
  help?: string;
  error?: string | null;
  required?: boolean;
}): JSX.Element {
  const trans = useTrans();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { files } = props;
  const many = Boolean(props.folder || props.multiple);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    void droppedFiles(event.dataTransfer, () => true).then(dropped => {
      const all = dropped.map(one => withPath(one.file, one.relativePath));
      if (all.length > 0) {
        props.onChange(many ? all : all.slice(0, 1));
      }
    });
  };
  const first = (files[0]?.webkitRelativePath || '').split('/')[0] || files[0]?.name;
  return (
    <div
      className={`ais-Field ${props.error ? 'ais-mod-wrong' : ''}`}
      role="group"
      aria-labelledby={`${id}-label`}
      aria-describedby={[props.error ? `${id}-error` : '', `${id}-what`].join(' ').trim()}
    >
      <span id={`${id}-label`} className="ais-Label">
        {props.label}
        {props.required ? <span aria-hidden="true"> *</span> : null}
      </span>
      <div
        className="ais-FileField"
        data-over={over || undefined}
        onDragOver={event => {
          event.preventDefault();
          event.stopPropagation();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Button icon="upload" onClick={() => input.current?.click()}>
          {props.folder
            ? trans.__('Choose a folder')
            : props.multiple
              ? trans.__('Choose files')
              : trans.__('Choose a file')}
        </Button>
        <span id={`${id}-what`} className={files.length > 0 ? 'ais-Code' : 'ais-Muted'}>
          {files.length === 0
            ? props.folder
              ? trans.__('or drop a folder here')
              : many
                ? trans.__('or drop files here')
                : trans.__('or drop a file here')
            : many
              ? trans.__(
                  '%1: %2, %3',
                  first,
                  trans._n('%1 file', '%1 files', files.length, count(files.length)),
                  bytes(files.reduce((sum, file) => sum + file.size, 0))
                )
              : `${first}, ${bytes(files[0].size)}`}
        </span>
        {files.length > 0 ? (
          <Button
            kind="quiet"
            icon="close"
            label={trans.__('Take away %1', first)}
            onClick={() => props.onChange([])}
          />
        ) : null}
        <input
          ref={input}
          type="file"
          hidden
          aria-label={props.label}
          multiple={many}
          accept={props.accept}
          {...(props.folder ? { webkitdirectory: '' } : {})}
          onChange={event => {
            props.onChange([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {props.help ? <div className="ais-Help">{props.help}</div> : null}
      {props.error ? (
        <div id={`${id}-error`} className="ais-FieldError">
          {props.error}
        </div>
      ) : null}
    </div>
  );
}

/** A dropped file, which knows its path within what was dropped as a chosen one does. */
function withPath(file: File, path: string): File {
  if (path.includes('/')) {
    Object.defineProperty(file, 'webkitRelativePath', { value: path, configurable: true });
  }
  return file;
}
