"""Check a backup, and make an installation of it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import alembic.script
from pydantic import BaseModel
from sqlalchemy import select

from ..db import Database
from ..db import tables as _tables  # noqa: F401 - every table is known before the first is used
from ..engines.local import attempt_files
from ..errors import Conflict
from ..serving.orm import Replica
from ..storage.blobs import CHUNK, StorageFull, sync_filesystem
from ..workloads.orm import Workload
from ..workloads.states import OPEN
from . import databases, snapshot
from .snapshot import BackupUnusable, Entry, Manifest, object_path
from .store import readable

SCRIPT_LIMIT = 64 << 10
Report = Callable[[int, int], None]


class Verification(BaseModel):
    """What a check of a backup found."""

    snapshot: str
    version: str
    created_at: str
    objects: int
    size_bytes: int
    damaged: list[str]
    """What is missing or has other bytes than it should; empty when the backup can be restored."""


def verify(source: Path, name: str | None = None, report: Report | None = None) -> Verification:
    """Read a snapshot to its end and compare every byte's digest.

    Raises
    ------
    BackupUnusable
        It is no backup, or is for another version.
    """
    source = source.resolve()
    with readable(source, source.parent) as folder:
        manifest = snapshot.read(folder, name)
        wanted = {digest: [what] for digest, what in _database_objects(manifest)}
        with (folder / snapshot.SNAPSHOTS / f"{manifest.name}.files").open("rb") as file:
            changed = hashlib.file_digest(file, "sha256").hexdigest() != manifest.files
        damaged = ["the list of files"] if changed else []
        for entry in [] if changed else snapshot.entries(folder, manifest.name):
            if entry.kind == "file":
                wanted.setdefault(entry.sha256 or "", []).append(entry.path)
        size = 0
        for number, (digest, users) in enumerate(wanted.items(), 1):
            try:
                with (folder / object_path(digest)).open("rb") as file:
                    size += os.fstat(file.fileno()).st_size
                    intact = hashlib.file_digest(file, "sha256").hexdigest() == digest
            except OSError:
                intact = False
            if not intact:
                damaged.append(users[0] if len(users) == 1 else f"{users[0]} and {len(users) - 1} more")
            if report is not None:
                report(number, size)
        return Verification(
            snapshot=manifest.name,
            version=manifest.version,
            created_at=manifest.created_at,
            objects=len(wanted),
            size_bytes=size,
            damaged=damaged + [f"blob {digest} was damaged in the installation" for digest in manifest.damaged],
        )


def _database_objects(manifest: Manifest) -> Iterator[tuple[str, str]]:
    if manifest.database.sha256 is not None:
        yield manifest.database.sha256, "the database"
    for table in manifest.database.tables:
        yield table.sha256, f"table {table.name}"


def restore(
    source: Path, home: Path, database: Database, name: str | None = None, report: Report | None = None
) -> Manifest:
    """Make an installation of a snapshot.

    What ran at the time of the snapshot is told to be lost: it is tried again where its retries say so, and services
    get new processes.

    Parameters
    ----------
    home : pathlib.Path
        A folder that does not exist or is empty.
    database : Database
        SQLite in that folder, or an empty database of PostgreSQL.

    Raises
    ------
    Conflict
        The folder or the database is not empty, or the database is of the other kind.
    BackupUnusable
        The backup is damaged or of a newer version; nothing is left behind.
    StorageFull
        There is no room; nothing is left behind.
    """
    _check_target(home)
    existed = home.exists()
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        with readable(source.resolve(), home.parent) as folder:
            manifest = snapshot.read(folder, name)
            _check_fit(manifest, database)
            _Files(folder, home, manifest, report or (lambda files, size: None)).write()
            databases.put_back(manifest.database, folder, database)
            _end_attempts(home, manifest)
            if manifest.home != os.fspath(home):
                _move_paths(database, manifest.home, os.fspath(home))
            sync_filesystem(home)
    except BaseException as error:
        database.close()
        for child in home.iterdir():
            if child.is_dir() and not child.is_symlink():
                _remove(child)
            else:
                child.unlink()
        if not existed:
            home.rmdir()
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull(
                "storage_full", f"Not restored. There is no room left for {home}. Free some, or name another folder."
            ) from error
        raise
    return manifest


def _check_target(home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Conflict(
            "home_not_empty",
            f"Not restored. {home} is not empty. Name a new folder with --home or AISPACE_HOME; the old one stays as "
            "it is until you remove it.",
        )


def _check_fit(manifest: Manifest, database: Database) -> None:
    script = alembic.script.ScriptDirectory.from_config(database.alembic_config())
    if manifest.database.revision not in {found.revision for found in script.walk_revisions()}:
        raise BackupUnusable(
            "backup_too_new",
            f"Not restored. The snapshot was taken by AI Space {manifest.version} (database "
            f"{manifest.database.revision}), which is newer than this one. Install that version, or a newer one.",
        )
    kind = "sqlite" if database.is_sqlite else "postgresql"
    if manifest.database.kind != kind:
        hint = (
            "Leave AISPACE_DATABASE_URL and Platform.database_url out"
            if manifest.database.kind == "sqlite"
            else "Name an empty PostgreSQL database with AISPACE_DATABASE_URL"
        )
        raise Conflict(
            "other_database", f"Not restored. The snapshot holds a {manifest.database.kind} database. {hint}."
        )
    if kind == "postgresql":
        databases.check_empty(database)


class _Files:
    """Writes the files of a snapshot."""

    def __init__(self, folder: Path, home: Path, manifest: Manifest, report: Report) -> None:
        self.folder, self.home, self.manifest, self.report = folder, home, manifest, report
        self.root = os.geteuid() == 0

    def write(self) -> None:
        folders: list[Entry] = []
        count = size = 0
        for entry in snapshot.entries(self.folder, self.manifest.name):
            target = self.home / entry.path
            if ".." in Path(entry.path).parts or entry.path.startswith("/"):
                raise BackupUnusable("backup_damaged", f"Not restored. The snapshot names {entry.path!r}. Use another.")
            if entry.kind == "folder":
                target.mkdir(mode=0o700)
                folders.append(entry)
            elif entry.kind == "link":
                target.symlink_to(self._moved(entry.target or ""))
                self._own(target, entry)
            else:
                self._file(entry, target)
                count, size = count + 1, size + entry.size
                self.report(count, size)
        for entry in reversed(folders):
            self._own(self.home / entry.path, entry)
            os.chmod(self.home / entry.path, entry.mode)

    def _file(self, entry: Entry, target: Path) -> None:
        sha256 = entry.sha256 or ""
        digest = hashlib.sha256()
        try:
            with (self.folder / object_path(sha256)).open("rb") as source, target.open("xb") as file:
                while piece := source.read(CHUNK):
                    digest.update(piece)
                    file.write(piece)
            intact = digest.hexdigest() == sha256
        except FileNotFoundError:
            intact = False
        if not intact:
            if sha256 in self.manifest.damaged:
                return
            raise BackupUnusable(
                "backup_damaged",
                f"Not restored. The bytes of {entry.path} are damaged in the backup. Use another snapshot (--snapshot) "
                "or backup; `aispace backup --verify` lists all that is damaged.",
            )
        if self.manifest.home != os.fspath(self.home) and entry.path.startswith("images/"):
            self._repoint(target, entry)
        self._own(target, entry)
        os.chmod(target, entry.mode)
        os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))

    def _own(self, target: Path, entry: Entry) -> None:
        if self.root:
            os.lchown(target, entry.uid, entry.gid)

    def _moved(self, text: str) -> str:
        """Name a path inside the old home by its new place."""
        old = self.manifest.home
        return os.fspath(self.home) + text[len(old) :] if text == old or text.startswith(f"{old}/") else text

    def _repoint(self, target: Path, entry: Entry) -> None:
        """Let scripts and settings of an environment name its new place."""
        if entry.size > SCRIPT_LIMIT or not (target.name == "pyvenv.cfg" or target.parent.name == "bin"):
            return
        data = target.read_bytes()
        if b"\0" not in data:
            target.write_bytes(data.replace(f"{self.manifest.home}/".encode(), f"{self.home}/".encode()))


def _end_attempts(home: Path, manifest: Manifest) -> None:
    """End what ran at that time: its processes are not this installation's."""
    at = datetime.fromisoformat(manifest.created_at).timestamp()
    for state in (home / "workloads").glob(f"*/*/{attempt_files.STATE}"):
        folder = state.parent
        if attempt_files.read_json(folder / attempt_files.EXIT) is None:
            ended: dict[str, Any] = {"exit_code": None, "reason": "supervisor_lost", "params": {}, "ended_at": at}
            attempt_files.write_json(os.fspath(folder / attempt_files.EXIT), ended)


def _move_paths(database: Database, old: str, new: str) -> None:
    """Let what still waits, or will be started again, name the new place of the home."""

    def moved(value: Any) -> Any:
        return json.loads(json.dumps(value).replace(json.dumps(f"{old}/")[1:-1], json.dumps(f"{new}/")[1:-1]))

    with database.write() as session:
        for workload in session.scalars(select(Workload).where(Workload.status.in_(OPEN))):
            workload.spec = moved(workload.spec)
        for replica in session.scalars(select(Replica).where(Replica.tree.is_not(None))):
            replica.tree = moved(replica.tree)


def _remove(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(folder)
