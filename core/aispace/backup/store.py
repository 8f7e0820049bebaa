"""Where the bytes of a backup go: a folder that grows with each snapshot, or one tar file with one snapshot."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol

from ..storage.blobs import CHUNK, sync_filesystem
from .snapshot import FORMAT, MARK, SNAPSHOTS, BackupUnusable, check_mark, object_path

MARK_TEXT: Final = f'{{"format": {FORMAT}}}\n'
SPOOL: Final = 16 << 20
MEMBER: Final = re.compile(r"(aispace-backup\.json|objects/[0-9a-f]{2}/[0-9a-f]{64}|snapshots/\w+\.(json|files))\Z")


class Store(Protocol):
    """Takes objects and, at the end, the snapshot that names them."""

    added: int
    """Bytes that were not there yet."""
    scratch: Path
    """Folder for what is set aside on the way."""

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether an object is there."""
        ...

    def add(self, source: BinaryIO, size: int) -> tuple[str, int]:
        """Take at most ``size`` bytes of a stream; give their digest and number."""
        ...

    def finish(self, name: str, files: Path, manifest: bytes) -> None:
        """Make everything durable, then name the snapshot."""
        ...

    def latest(self) -> Path | None:
        """Give the folder of earlier snapshots, when there are any."""
        ...


class FolderStore:
    """A folder; what an earlier snapshot brought is not copied again.

    Parameters
    ----------
    folder : pathlib.Path
        Empty, new, or a backup.

    Raises
    ------
    BackupUnusable
        It holds something else.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.added = folder, 0
        if folder.exists() and not folder.is_dir():
            raise BackupUnusable(
                "no_backup", f"{folder} is a file. Name a folder, or a new file whose name ends in .tar or .tar.gz."
            )
        if folder.is_dir() and any(folder.iterdir()):
            check_mark(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in ("objects", SNAPSHOTS, "tmp"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        for left in (folder / "tmp").iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        self.scratch = folder / "tmp"
        _write(folder / MARK, MARK_TEXT.encode())

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether an object is there, whole."""
        try:
            return (self.folder / object_path(sha256)).stat().st_size == size
        except FileNotFoundError:
            return False

    def add(self, source: BinaryIO, size: int) -> tuple[str, int]:
        """Copy a stream under a temporary name, then give it that of its digest."""
        temporary = self.folder / "tmp" / secrets.token_hex(8)
        digest, taken = hashlib.sha256(), 0
        try:
            with open(temporary, "xb", opener=_private) as file:
                while taken < size and (piece := source.read(min(CHUNK, size - taken))):
                    file.write(piece)
                    digest.update(piece)
                    taken += len(piece)
            sha256 = digest.hexdigest()
            if not self.has(sha256, taken):
                target = self.folder / object_path(sha256)
                target.parent.mkdir(mode=0o700, exist_ok=True)
                temporary.rename(target)
                self.added += taken
        finally:
            temporary.unlink(missing_ok=True)
        return sha256, taken

    def finish(self, name: str, files: Path, manifest: bytes) -> None:
        """Write the list, then everything to the disk, then the manifest."""
        target = self.folder / SNAPSHOTS / f"{name}.files"
        with files.open("rb") as source, open(target, "wb", opener=_private) as file:
            while piece := source.read(CHUNK):
                file.write(piece)
        sync_filesystem(self.folder)
        _write(self.folder / SNAPSHOTS / f"{name}.json", manifest)
        sync_filesystem(self.folder)

    def latest(self) -> Path | None:
        """Give the folder: it may hold earlier snapshots."""
        return self.folder


class TarStore:
    """One file, written from front to end; it gets its name when it is whole.

    Parameters
    ----------
    file : pathlib.Path
        Must not exist; ``.gz`` at its end packs it.
    """

    def __init__(self, file: Path) -> None:
        self.file, self.added = file, 0
        if file.exists():
            raise BackupUnusable("exists", f"{file} exists already. Name a new file, or a folder for more snapshots.")
        file.parent.mkdir(parents=True, exist_ok=True)
        self.scratch = file.parent
        self.part = file.with_name(f".{file.name}.part")
        self._seen: set[str] = set()
        self._stream = open(self.part, "wb", opener=_private)  # noqa: SIM115 - closed by finish and discard
        packed = file.name.endswith((".gz", ".tgz"))
        mode: Literal["w|gz", "w|"] = "w|gz" if packed else "w|"
        self._tar = tarfile.open(fileobj=self._stream, mode=mode, format=tarfile.PAX_FORMAT)  # noqa: SIM115 - as above
        self._put(MARK, io.BytesIO(MARK_TEXT.encode()), len(MARK_TEXT))

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether an object was written already."""
        return sha256 in self._seen

    def add(self, source: BinaryIO, size: int) -> tuple[str, int]:
        """Write a stream; its name in the archive comes before its bytes, so they are set aside first."""
        digest, taken = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(SPOOL, dir=os.fspath(self.scratch)) as spool:
            while taken < size and (piece := source.read(min(CHUNK, size - taken))):
                spool.write(piece)
                digest.update(piece)
                taken += len(piece)
            sha256 = digest.hexdigest()
            if sha256 not in self._seen:
                spool.seek(0)
                self._put(object_path(sha256), spool, taken)
                self._seen.add(sha256)
                self.added += taken
        return sha256, taken

    def finish(self, name: str, files: Path, manifest: bytes) -> None:
        """Write list and manifest, close the file and name it."""
        with files.open("rb") as source:
            self._put(f"{SNAPSHOTS}/{name}.files", source, files.stat().st_size)
        self._put(f"{SNAPSHOTS}/{name}.json", io.BytesIO(manifest), len(manifest))
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self.part.rename(self.file)

    def latest(self) -> Path | None:
        """Give nothing: an archive stands alone."""
        return None

    def discard(self) -> None:
        """Forget what was written."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self.part.unlink(missing_ok=True)

    def _put(self, name: str, source: object, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, source)  # type: ignore[arg-type]  # a spooled file reads like any other


@contextlib.contextmanager
def opened(target: Path) -> Iterator[Store]:
    """Open a new archive (a name that ends in ``.tar``, ``.tar.gz`` or ``.tgz``) or a folder for a snapshot."""
    if not target.name.endswith((".tar", ".tar.gz", ".tgz")) or target.is_dir():
        yield FolderStore(target)
        return
    store = TarStore(target)
    try:
        yield store
    finally:
        store.discard()


@contextlib.contextmanager
def readable(source: Path, beside: Path) -> Iterator[Path]:
    """Give a backup as a folder; an archive is unpacked for the time being.

    Parameters
    ----------
    beside : pathlib.Path
        Where there is room for that.

    Yields
    ------
    pathlib.Path
        The backup.
    """
    if source.is_dir() or not source.exists():
        check_mark(source)
        yield source
        return
    with tempfile.TemporaryDirectory(prefix=".aispace-restore-", dir=beside) as folder:
        try:
            with tarfile.open(source) as archive:
                _unpack(archive, Path(folder))
        except (tarfile.TarError, EOFError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BackupUnusable(
                "backup_damaged", f"{source} cannot be read to its end ({error}). Use another backup."
            ) from None
        check_mark(Path(folder))
        yield Path(folder)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Take out what a backup consists of, and nothing else that somebody may have put in."""
    for member in archive:
        if not member.isreg() or not MEMBER.match(member.name):
            continue
        target = folder / member.name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = archive.extractfile(member)
        with open(target, "xb", opener=_private) as file:
            while source is not None and (piece := source.read(CHUNK)):
                file.write(piece)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    with open(temporary, "wb", opener=_private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
