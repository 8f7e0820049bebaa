"""Content addressed bytes: each file once, under its SHA-256, durable before anybody refers to it."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import io
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from ..errors import AISpaceError, NotFound

if TYPE_CHECKING:
    from ..platform import Platform

CHUNK: Final = 1 << 20
DIGEST: Final = re.compile(r"^[0-9a-f]{64}$")
BLOB_MODE: Final = 0o444
"""Nobody writes a blob. Others may read one only through a tree: the folder of blobs itself is 0700."""
EMPTY: Final = hashlib.sha256(b"").hexdigest()


class StorageFull(AISpaceError):
    """The disk has no room; nothing was kept."""

    status = 507


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Turn "no space left", "quota exceeded" and "file too large" of the operating system into `StorageFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull(
                "storage_full",
                "Not stored. The disk of the platform is full. Delete what is not needed, or ask an administrator.",
            ) from error
        raise


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_filesystem(path: Path) -> None:
    """Make everything in the file system of ``path`` durable: ``syncfs(2)`` where there is one, else ``sync(2)``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if function is None or function(descriptor) != 0:
            os.sync()
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Blob:
    """What `BlobStore` knows of stored bytes."""

    sha256: str
    size: int


@dataclass
class _Pending:
    """A blob that is written but has no durable name yet."""

    temporary: Path
    blob: Blob


@dataclass
class Batch:
    """Many small blobs that are made durable together, see `BlobStore.batch`."""

    store: BlobStore
    pending: dict[str, _Pending] = field(default_factory=dict)

    def put(self, data: bytes) -> Blob:
        """Add bytes; they are durable when the batch ends (or at `flush`)."""
        blob = Blob(hashlib.sha256(data).hexdigest(), len(data))
        if blob.sha256 in self.pending or self.store.keep(blob.sha256):
            return blob
        temporary = self.store.temporary()
        try:
            with room(), temporary.open("wb") as file:
                file.write(data)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self.pending[blob.sha256] = _Pending(temporary, blob)
        return blob

    def flush(self) -> None:
        """Make durable what was added so far: one sync of the file system, then the names."""
        if not self.pending:
            return
        pending, self.pending = self.pending, {}
        try:
            with room():
                sync_filesystem(self.store.root)
                folders = {self.store.publish(p.temporary, p.blob, sync=False) for p in pending.values()}
                if len(folders) > 16:
                    sync_filesystem(self.store.root)
                else:
                    for folder in folders:
                        sync_folder(folder)
        finally:
            for p in pending.values():
                p.temporary.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget what was added since the last `flush`."""
        for p in self.pending.values():
            p.temporary.unlink(missing_ok=True)
        self.pending = {}


class BlobStore:
    """Blobs below ``<home>/blobs/sha256/ab/<sha256>``.

    A blob gets its name only when its bytes are on the disk, so a name always means whole bytes; a killed process
    leaves at most a temporary file, which the next start removes.
    """

    def __init__(self, platform: Platform) -> None:
        self.root = platform.path / "blobs"
        self.tmp = self.root / "tmp"
        self.lock = threading.RLock()
        """Held while a name is given, kept or taken away: a blob is never collected between "it exists" and its use."""
        self.holders: list[Callable[[], Iterable[str]]] = []
        """Each gives the digests of blobs that its domain needs besides the manifests of versions."""
        self.tmp.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / "sha256").mkdir(mode=0o700, exist_ok=True)

    def clear_temporary(self) -> int:
        """Remove what killed processes left behind; only at the start, when nobody writes."""
        removed = 0
        for path in self.tmp.iterdir():
            path.unlink(missing_ok=True)
            removed += 1
        return removed

    def temporary(self) -> Path:
        """Name a new temporary file in the file system of the blobs."""
        return self.tmp / secrets.token_hex(12)

    def path(self, sha256: str) -> Path:
        """Name the file of a blob, whether it exists or not.

        Raises
        ------
        ValueError
            ``sha256`` is not 64 lower-case hexadecimal digits.
        """
        if not DIGEST.match(sha256):
            raise ValueError(f"not a SHA-256: {sha256[:80]!r}")
        return self.root / "sha256" / sha256[:2] / sha256

    def exists(self, sha256: str) -> bool:
        """Tell whether the blob is stored."""
        return self.path(sha256).exists()

    def size(self, sha256: str) -> int:
        """Tell the size in bytes.

        Raises
        ------
        NotFound
            No such blob.
        """
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            raise NotFound("blob", sha256) from None

    def keep(self, sha256: str) -> bool:
        """Tell whether the blob is stored and begin its grace period anew, so that it can be referred to."""
        with self.lock:
            try:
                os.utime(self.path(sha256))
            except FileNotFoundError:
                return False
            return True

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading.

        Raises
        ------
        NotFound
            No such blob.
        """
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("blob", sha256) from None

    def read(self, sha256: str) -> bytes:
        """Read a whole (small) blob."""
        with self.open(sha256) as file:
            return file.read()

    def put(self, data: bytes) -> Blob:
        """Store bytes; durable on return."""
        return self.put_stream(io.BytesIO(data))

    def put_stream(self, source: BinaryIO, *, limit: int | None = None) -> Blob:
        """Store what a stream gives; durable on return.

        Parameters
        ----------
        limit : int, optional
            Most bytes to accept.

        Raises
        ------
        StorageFull
            The disk is full; nothing is left behind.
        AISpaceError
            ``too_large`` when there are more than ``limit`` bytes.
        """
        with self.writer() as writer:
            while chunk := source.read(CHUNK):
                writer.write(chunk)
                if limit is not None and writer.size > limit:
                    raise AISpaceError(
                        "too_large",
                        f"Not stored. The file has more than {limit} bytes.",
                        status=413,
                        params={"limit": limit},
                    )
            return writer.commit()

    def put_file(self, path: Path) -> Blob:
        """Store a copy of a file; durable on return."""
        with path.open("rb") as file:
            return self.put_stream(file)

    @contextlib.contextmanager
    def writer(self) -> Iterator[BlobWriter]:
        """Give a writer; without `BlobWriter.commit` nothing stays."""
        writer = BlobWriter(self)
        try:
            yield writer
        finally:
            writer.close()

    @contextlib.contextmanager
    def batch(self) -> Iterator[Batch]:
        """Collect many small blobs and make them durable with one sync at the end; an exception discards them."""
        batch = Batch(self)
        try:
            yield batch
            batch.flush()
        finally:
            batch.discard()

    def publish(self, temporary: Path, blob: Blob, *, sync: bool = True) -> Path:
        """Give a durable temporary file its name.

        Returns
        -------
        pathlib.Path
            The folder whose names changed; with ``sync`` it is durable already.
        """
        target = self.path(blob.sha256)
        with self.lock:
            if self.keep(blob.sha256):
                temporary.unlink(missing_ok=True)
                return target.parent
            temporary.chmod(BLOB_MODE)
            new = not target.parent.exists()
            if new:
                target.parent.mkdir(mode=0o700, exist_ok=True)
            temporary.rename(target)
        if sync:
            sync_folder(target.parent)
            if new:
                sync_folder(target.parent.parent)
        return target.parent

    def digests(self) -> Iterator[tuple[str, os.stat_result]]:
        """List all blobs with their status, in no order."""
        for folder in sorted((self.root / "sha256").iterdir()):
            with os.scandir(folder) as entries:
                for entry in entries:
                    if DIGEST.match(entry.name):
                        with contextlib.suppress(FileNotFoundError):
                            yield entry.name, entry.stat()

    def is_intact(self, sha256: str) -> bool:
        """Hash a blob again and compare."""
        digest = hashlib.sha256()
        with self.open(sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def remove_older(self, sha256: str, before: float) -> int:
        """Remove a blob that nobody touched since ``before`` (Unix time); give the bytes freed."""
        path = self.path(sha256)
        with self.lock:
            try:
                status = path.stat()
            except FileNotFoundError:
                return 0
            if status.st_mtime >= before:
                return 0
            path.unlink()
            return status.st_size


class BlobWriter:
    """Write a blob piece by piece; the digest is known at the end."""

    def __init__(self, store: BlobStore) -> None:
        self.store = store
        self.size = 0
        self._digest = hashlib.sha256()
        self._path = store.temporary()
        with room():
            self._file = self._path.open("wb", buffering=CHUNK)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append bytes."""
        with room():
            self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def commit(self) -> Blob:
        """Make the bytes durable and give them their name."""
        with room():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            blob = Blob(self._digest.hexdigest(), self.size)
            self.store.publish(self._path, blob)
        return blob

    def close(self) -> None:
        """Forget what was not committed."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)
