"""Take a snapshot of an installation that may be at work."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from .._version import __version__
from ..db import Database
from ..errors import Conflict
from ..storage.blobs import DIGEST, StorageFull
from . import hold, snapshot
from .databases import copy_database, copy_sqlite, is_sqlite_file
from .snapshot import BackupUnusable, Entry, Manifest
from .store import Store, opened

LEFT_OUT: Final = ("aispace.db", "cache", "logs", "run", "tools", "uploads")
"""What is not copied file by file: the database has a way of its own, the rest is of this moment only. Names that
begin with ``aispace.db`` are the database's side files and older copies."""
CACHES: Final = ("blobs/tmp", "images/.cache")
Report = Callable[[int, int], None]


def take(home: Path, database: Database, target: Path, report: Report | None = None) -> Manifest:
    """Take a snapshot while everything goes on.

    The database is copied first, as it is at one moment. Blobs never change and exist before the database names them,
    and none is removed while this runs: so every blob of that moment is copied after it. Files of users and logs are
    copied as they are met.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the installation.
    database : Database
        Its database.
    target : pathlib.Path
        Folder that grows with each snapshot, or a new file ``.tar``, ``.tar.gz``.
    report : callable, optional
        Called with the numbers of files and bytes so far.

    Raises
    ------
    BackupUnusable
        There is no installation in ``home``, or the target holds something else.
    StorageFull
        The target's disk is full; what was copied shortens the next try.
    """
    if not (home / "blobs").is_dir() or not (home / "secrets").is_dir():
        raise BackupUnusable(
            "no_installation", f"There is no AI Space in {home}. Name its folder with --home or AISPACE_HOME."
        )
    if target.resolve().is_relative_to(home):
        raise Conflict("backup_inside", f"Not taken. {target} lies in {home} itself. Name a place outside of it.")
    try:
        with hold.keeping(home), opened(target.resolve()) as store:
            return _Taking(home, store, report or (lambda files, size: None)).run(database)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull(
                "storage_full",
                f"The backup is not complete: there is no room left for {target}. Free some, or name another place. "
                "In a folder, what was copied stays: the same command goes on from there.",
            ) from error
        raise


class _Taking:
    """One snapshot on its way."""

    def __init__(self, home: Path, store: Store, report: Report) -> None:
        self.home, self.store, self.report = home, store, report
        self.count = self.size = 0
        self.damaged: list[str] = []
        self.skipped: list[str] = []
        self.known: dict[str, Entry] = {}

    def run(self, database: Database) -> Manifest:
        self._recall()
        # Before the database is copied: attempts that begin later are unknown to the copy.
        attempts = {path.relative_to(self.home).as_posix() for path in (self.home / "workloads").glob("*/*")}
        at = datetime.now(UTC)
        copied = copy_database(database, self.store)
        name = at.strftime("%Y%m%dT%H%M%S%fZ")
        with tempfile.NamedTemporaryFile("wb", dir=self.store.scratch, prefix=".aispace-files-") as listing:
            for entry in self._walk(attempts):
                listing.write(entry.model_dump_json(exclude_defaults=True).encode() + b"\n")
                self.count += entry.kind == "file"
                self.size += entry.size
                self.report(self.count, self.size)
            listing.flush()
            path = Path(listing.name)
            with path.open("rb") as file:
                digest, _ = self.store.add(file, path.stat().st_size)
            manifest = Manifest(
                name=name,
                version=__version__,
                created_at=at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                home=os.fspath(self.home),
                database=copied,
                files=digest,
                file_count=self.count,
                size_bytes=self.size,
                added_bytes=self.store.added,
                damaged=self.damaged,
                skipped=self.skipped[:1000],
            )
            self.store.finish(name, path, manifest.model_dump_json(indent=1).encode())
        return manifest

    def _recall(self) -> None:
        """Remember the files of the newest snapshot: what has the same size and time is not read again."""
        folder = self.store.latest()
        if folder is not None and (before := snapshot.names(folder)):
            with contextlib.suppress(OSError, ValueError):
                self.known = {
                    entry.path: entry
                    for entry in snapshot.entries(folder, before[-1])
                    if entry.kind == "file" and not entry.path.startswith("blobs/")
                }

    def _walk(self, attempts: set[str]) -> Iterator[Entry]:
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                children = sorted(os.scandir(self.home / folder), key=lambda child: child.name)
            except OSError as error:
                self._skip(folder, error)
                continue
            for child in children:
                path = f"{folder}/{child.name}" if folder else child.name
                if self._left_out(path, attempts):
                    continue
                try:
                    entry = self._entry(path, child)
                except FileNotFoundError as error:
                    self._skip(path, error)
                except PermissionError as error:
                    raise Conflict(
                        "backup_forbidden",
                        f"Not taken. {self.home / path} cannot be read ({error.strerror}). Run this as the user that "
                        "AI Space runs as (root, where each user has a uid of his own).",
                    ) from error
                else:
                    if entry is not None:
                        yield entry
                        if entry.kind == "folder":
                            pending.append(path)

    def _left_out(self, path: str, attempts: set[str]) -> bool:
        parts = path.split("/")
        if len(parts) == 1:
            return parts[0] in LEFT_OUT or path.startswith("aispace.db")
        if parts[0] == "workloads":
            return (len(parts) == 3 and path not in attempts) or (len(parts) == 4 and parts[3] == "tmp")
        if parts[0] == "trees" and parts[-1].startswith(".") and len(parts) == 3:
            return True  # being built
        return path in CACHES

    def _entry(self, path: str, child: os.DirEntry[str]) -> Entry | None:
        status = child.stat(follow_symlinks=False)
        common: dict[str, Any] = {
            "path": path,
            "mode": stat.S_IMODE(status.st_mode),
            "uid": status.st_uid,
            "gid": status.st_gid,
        }
        if stat.S_ISDIR(status.st_mode):
            return Entry(kind="folder", **common)
        if stat.S_ISLNK(status.st_mode):
            return Entry(kind="link", target=os.readlink(child.path), **common)
        if not stat.S_ISREG(status.st_mode):
            self._skip(path, None)
            return None
        if path.startswith("blobs/") and DIGEST.match(child.name):
            sha256, size = child.name, status.st_size
            if not self.store.has(sha256, size):
                self._add_blob(child.path, sha256, size)
        elif (before := self.known.get(path)) and self._unchanged(before, status):
            sha256, size = before.sha256 or "", before.size
        elif child.name.endswith(("-wal", "-shm", "-journal")) and is_sqlite_file(Path(child.path.rpartition("-")[0])):
            return None  # of a database that is copied as a whole
        elif is_sqlite_file(Path(child.path)):
            sha256, size = copy_sqlite(Path(child.path), self.store)
        else:
            with open(child.path, "rb") as file:
                sha256, size = self.store.add(file, status.st_size)
        return Entry(kind="file", sha256=sha256, size=size, mtime_ns=status.st_mtime_ns, **common)

    def _unchanged(self, before: Entry, status: os.stat_result) -> bool:
        same = before.size == status.st_size and before.mtime_ns == status.st_mtime_ns
        return same and self.store.has(before.sha256 or "", before.size)

    def _add_blob(self, path: str, sha256: str, size: int) -> None:
        with open(path, "rb") as file:
            found, _ = self.store.add(file, size)
        if found != sha256:
            self.damaged.append(sha256)

    def _skip(self, path: str, error: OSError | None) -> None:
        self.skipped.append(f"{path}: {error.strerror if error else 'neither file, folder nor link'}")
