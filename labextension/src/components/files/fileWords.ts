import { bytes } from '../formats';
import { text } from '../messageText';
import { registerErrors, registerFieldErrors } from '../messages';

const size = (value: unknown): string => bytes(Number(value));

/** Why a file is neither shown nor sent. */
export function registerFileWords(): void {
  registerFieldErrors({
    server_folder_unknown: (t, p) =>
      p.folders
        ? t.__('Imports may read only below these folders of the server: %1.', text(p.folders))
        : t.__('No folder of the server is open for imports. The operator names them in server_folders.'),
    data_is_layout: t => t.__('In this layout the samples themselves are the export. Choose another.')
  });
  registerErrors({
    server_folder_forbidden: t =>
      t.__(
        'Not done. Only an administrator imports from folders of the server. Use a folder of your own files.'
      ),
    preview_unknown: t =>
      t.__('Not shown. Files with this suffix can not be looked at. Download it instead.'),
    preview_too_large: (t, p) =>
      t.__(
        'Not shown. The file has %1; of its kind at most %2 are shown. Download it instead.',
        size(p.size),
        size(p.limit)
      ),
    preview_broken: t => t.__('Not shown. It is no picture that can be read. Download it instead.'),
    download_too_large: (t, p) =>
      t.__(
        'Not downloaded. The file has %1; at most %2 go out. Use it where it is, or pack a part of it.',
        size(p.size),
        size(p.limit)
      )
  });
}
