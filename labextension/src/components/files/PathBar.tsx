import { useEffect, useState } from 'react';
import { useApp } from '../context';
import { Button } from '../controls';
import { useFieldErrors } from '../FormPage';
import { errorText } from '../messages';
import { useAction } from '../useAction';

/** The path of a folder, to type another; the server says whether there is such a one. */
export function PathBar(props: { folder: string; onOpen: (folder: string) => void }): JSX.Element {
  const { client, trans } = useApp();
  const { folder } = props;
  const [typed, setTyped] = useState(`/${folder}`);
  useEffect(() => setTyped(`/${folder}`), [folder]);
  const open = useAction(
    async (path: string) => {
      const clean = path.trim().replace(/^\/+/, '').replace(/\/+$/, '');
      await client.call('GET /files', { query: { path: clean || undefined, limit: 1 } });
      props.onOpen(clean);
    },
    { onError: () => undefined }
  );
  const wrong = useFieldErrors(open.error);
  const why = wrong('path') ?? (open.error ? errorText(trans, open.error) : null);
  return (
    <form
      className="ais-PathBar"
      onSubmit={event => {
        event.preventDefault();
        open.run(typed);
      }}
    >
      <Button
        kind="quiet"
        label={trans.__('One folder up')}
        blocked={folder ? null : trans.__('This is the top')}
        onClick={() => props.onOpen(folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '')}
      >
        ↑
      </Button>
      <input
        className="ais-Input"
        value={typed}
        spellCheck={false}
        aria-label={trans.__('Path of the folder')}
        aria-invalid={why ? true : undefined}
        onChange={event => setTyped(event.target.value)}
      />
      {why ? (
        <span role="alert" className="ais-FieldError">
          {why}
        </span>
      ) : null}
    </form>
  );
}
