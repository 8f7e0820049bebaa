import type { IUploadFile } from '../../client';

const JUNK = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX\/|\.ipynb_checkpoints\/|\.git\/)/;

function wanted(file: IUploadFile): boolean {
  return !JUNK.test(file.relativePath) && file.file.size > 0;
}

/** The files of an input, with their paths within the chosen folder. */
export function filesOf(list: FileList | null): IUploadFile[] {
  return [...(list ?? [])]
    .map(file => ({ file, relativePath: file.webkitRelativePath || file.name }))
    .filter(wanted);
}

async function entries(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives at most a hundred at once.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) {
      return all;
    }
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, into: IUploadFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
    into.push({ file, relativePath: entry.fullPath.replace(/^\//, '') });
  } else if (entry.isDirectory) {
    for (const one of await entries(entry as FileSystemDirectoryEntry)) {
      await walk(one, into);
    }
  }
}

/** Everything that was dropped, folders walked through; `keep` tells what of it is taken. */
export async function droppedFiles(data: DataTransfer, keep = wanted): Promise<IUploadFile[]> {
  // The list is emptied as soon as the event is over: take the entries first.
  const roots = [...data.items]
    .map(item => item.webkitGetAsEntry?.())
    .filter(entry => entry !== null && entry !== undefined);
  if (roots.length === 0) {
    return [...data.files].map(file => ({ file, relativePath: file.name })).filter(keep);
  }
  const all: IUploadFile[] = [];
  for (const root of roots) {
    await walk(root, all);
  }
  return all.filter(keep);
}
