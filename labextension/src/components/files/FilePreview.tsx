import { useEffect, useState } from 'react';
import type { AISpaceClient, IAreaEntry } from '../../client';
import { AISpaceError } from '../../client';
import { useApp } from '../context';
import { bytes } from '../formats';
import { errorText } from '../messages';
import { useQuery } from '../useQuery';

/** Characters of a text that are drawn; the rest is in the editor. */
const DRAWN = 20_000;

/** What is in a file, as far as it can be shown: a picture, a sound, a film or the beginning of a text. */
export function FilePreview(props: { entry: IAreaEntry }): JSX.Element {
  const { client, trans } = useApp();
  const { entry } = props;
  const [broken, setBroken] = useState(false);
  const url = client.url('/files/preview', {}, { path: entry.path });
  useEffect(() => setBroken(false), [entry.path, entry.modified]);
  if (entry.preview === null) {
    return <span className="ais-Muted">{trans.__('Files of this kind are not shown. Download it.')}</span>;
  }
  if (entry.preview_limit !== null && entry.size > entry.preview_limit) {
    return (
      <span className="ais-Muted">
        {trans.__(
          'Too large to be shown: %1, at most %2. Download it.',
          bytes(entry.size),
          bytes(entry.preview_limit)
        )}
      </span>
    );
  }
  if (broken) {
    return <span className="ais-Muted">{trans.__('The browser can not show it. Download it.')}</span>;
  }
  switch (entry.preview) {
    case 'image':
      return (
        <img
          className="ais-FilePreview"
          src={url}
          alt={trans.__('Preview of %1', entry.name)}
          onError={() => setBroken(true)}
        />
      );
    case 'audio':
      return (
        <audio
          className="ais-FilePreview"
          controls
          preload="metadata"
          src={url}
          aria-label={trans.__('Preview of %1', entry.name)}
          onError={() => setBroken(true)}
        />
      );
    case 'video':
      return (
        <video
          className="ais-FilePreview"
          controls
          preload="metadata"
          src={url}
          aria-label={trans.__('Preview of %1', entry.name)}
          onError={() => setBroken(true)}
        />
      );
    default:
      return <TextPreview entry={entry} />;
  }
}

async function read(client: AISpaceClient, path: string, signal: AbortSignal): Promise<string> {
  const response = await client.transport(`/files/preview?path=${encodeURIComponent(path)}`, {
    method: 'GET',
    signal
  });
  if (!response.ok) {
    throw await AISpaceError.fromResponse(response);
  }
  return response.text();
}

function TextPreview(props: { entry: IAreaEntry }): JSX.Element {
  const { client, trans } = useApp();
  const text = useQuery(`preview ${props.entry.path} ${props.entry.modified}`, signal =>
    read(client, props.entry.path, signal)
  );
  if (text.error) {
    return <span role="alert">{errorText(trans, text.error)}</span>;
  }
  return (
    <pre className="ais-FilePreview" aria-label={trans.__('Preview of %1', props.entry.name)} tabIndex={0}>
      {text.data === undefined || text.data === null ? '' : text.data.slice(0, DRAWN)}
    </pre>
  );
}
