"""What a backup is on the disk.

::

    aispace-backup.json       marks the folder
    objects/ab/<sha256>       all bytes, once: blobs, files, copies of databases
    snapshots/<name>.files    one JSON line for each file, folder and link of the home
    snapshots/<name>.json     `Manifest`; written last: without it there is no snapshot

Everything is readable by its owner only, since the secrets of the installation are in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import AISpaceError, NotFound

FORMAT: Final = 1
MARK: Final = "aispace-backup.json"
SNAPSHOTS: Final = "snapshots"


class BackupUnusable(AISpaceError):
    """A folder or file is no backup, is damaged, or is none for this version."""

    status = 422


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Table(_Stored):
    """Rows of a table, as PostgreSQL's ``COPY`` writes them."""

    name: str
    columns: list[str]
    sha256: str


class DatabaseCopy(_Stored):
    """The database as it was at one moment."""

    kind: Literal["sqlite", "postgresql"]
    revision: str | None
    """Of the schema."""
    sha256: str | None = None
    """The whole file, of SQLite."""
    tables: list[Table] = Field(default_factory=list)


class Manifest(_Stored):
    """One snapshot."""

    format: int = FORMAT
    name: str
    version: str
    """Of AI Space."""
    created_at: str
    home: str
    """Where the installation lay."""
    database: DatabaseCopy
    files: str
    """Digest of the list of files."""
    file_count: int
    size_bytes: int
    added_bytes: int
    """What this snapshot added to the backup."""
    damaged: list[str] = Field(default_factory=list)
    """Blobs whose bytes were not those that their name says."""
    skipped: list[str] = Field(default_factory=list)
    """What could not be read or vanished meanwhile."""


class Entry(_Stored):
    """A file, folder or symbolic link below the home."""

    path: str
    kind: Literal["file", "folder", "link"]
    mode: int
    uid: int
    gid: int
    mtime_ns: int = 0
    size: int = 0
    sha256: str | None = None
    target: str | None = None


def object_path(sha256: str) -> str:
    """Name the place of an object in a backup."""
    return f"objects/{sha256[:2]}/{sha256}"


def check_mark(folder: Path) -> None:
    """Refuse what is no backup, or one of a newer format.

    Raises
    ------
    BackupUnusable
        With what to do.
    """
    try:
        text = (folder / MARK).read_text()
    except OSError:
        raise BackupUnusable(
            "no_backup", f"{folder} is no backup of AI Space. Name the folder or file that `aispace backup` wrote."
        ) from None
    if f'"format": {FORMAT}' not in text:
        raise BackupUnusable(
            "backup_too_new", f"{folder} was written by a newer AI Space. Use that version, or a newer one."
        )


def names(folder: Path) -> list[str]:
    """Name the snapshots of a backup, oldest first."""
    return sorted(path.stem for path in (folder / SNAPSHOTS).glob("*.json"))


def read(folder: Path, name: str | None = None) -> Manifest:
    """Read a snapshot; without a name the newest.

    Raises
    ------
    BackupUnusable
        There is none, or it cannot be read.
    NotFound
        None of that name.
    """
    known = names(folder)
    if not known:
        raise BackupUnusable("no_snapshot", f"{folder} has no finished snapshot. Take one: aispace backup {folder}")
    if name is not None and name not in known:
        raise NotFound("snapshot", f"{name} (there are: {', '.join(known[-10:])})")
    chosen = name or known[-1]
    try:
        return Manifest.model_validate_json((folder / SNAPSHOTS / f"{chosen}.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise BackupUnusable(
            "snapshot_damaged",
            f"Snapshot {chosen} cannot be read ({str(error).splitlines()[0]}). Use another with --snapshot.",
        ) from None


def entries(folder: Path, name: str) -> Iterator[Entry]:
    """Read the list of files of a snapshot."""
    with (folder / SNAPSHOTS / f"{name}.files").open("rb") as file:
        for line in file:
            yield Entry.model_validate_json(line)
