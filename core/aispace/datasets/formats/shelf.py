"""Where an import keeps what it reads until it is put together: on the disk, however much it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from ...storage.blobs import CHUNK, room

if TYPE_CHECKING:
    from ...storage.blobs import BlobStore

MAX_SMALL: Final = 4 << 20
"""Bytes of a file about one image."""
WAITING: Final = 5000
TABLES: Final = """
create table notes (path text primary key, data blob) without rowid;
create table images (source integer, id, name text, width, height, line integer, primary key (source, id))
    without rowid;
create table boxes (source integer, image, category, x, y, w, h, outline integer, extra text, line integer);
"""


class Shelf:
    """Temporary files and tables of one import, gone when it is closed.

    Small files are kept in one table (a hundred thousand files of two kilobytes are slow as files), large ones as
    files, and what a file says of many images in tables to look it up by image.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._files: list[Path] = []
        self.large: dict[str, Path] = {}
        """Large files by their path in the source."""
        self._table = blobs.temporary()
        self._files.append(self._table)
        self.db = sqlite3.connect(self._table, isolation_level=None, check_same_thread=False)
        self.db.executescript("pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-16384;" + TABLES)
        self.db.execute("begin")
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.db.close()
        for file in self._files:
            file.unlink(missing_ok=True)

    def keep_large(self, path: str, stream: IO[bytes]) -> None:
        """Copy a file."""
        target = self._blobs.temporary()
        self._files.append(target)
        with room(), target.open("wb") as file:
            while chunk := stream.read(CHUNK):
                file.write(chunk)
        self.large[path] = target

    def keep_small(self, path: str, data: bytes) -> None:
        """Keep a file about one image."""
        self.insert("notes", (path, data))

    def insert(self, table: str, row: tuple[Any, ...]) -> None:
        """Add a row to a table; a second one of the same key is left out."""
        waiting = self._waiting.get(table)
        if waiting is None:
            waiting = self._waiting[table] = []
        waiting.append(row)
        if len(waiting) >= WAITING:
            self._write(table)

    def _write(self, table: str) -> None:
        rows = self._waiting.pop(table, [])
        if rows:
            marks = ",".join("?" * len(rows[0]))
            with room():
                self.db.executemany(f"insert or ignore into {table} values ({marks})", rows)  # noqa: S608  # no input

    def flush(self) -> None:
        """Write what waits."""
        for table in list(self._waiting):
            self._write(table)

    def index_boxes(self) -> None:
        """Make boxes quick to find by their image, once all are there.

        The index holds all of a box: those of one image lie together in it, while a file has them in any order, so that
        more of them than the cache holds cost no read of the disk for each.
        """
        self.flush()
        columns = "source, image, category, x, y, w, h, outline, extra, line"
        self.db.execute(f"create index if not exists boxes_of on boxes ({columns})")

    def select(self, statement: str, values: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Read rows."""
        self.flush()
        yield from self.db.execute(statement, tuple(values))

    def small(self, path: str) -> bytes | None:
        """Give a file about one image."""
        self.flush()
        row = self.db.execute("select data from notes where path = ?", (path,)).fetchone()
        return None if row is None else row[0]

    def small_paths(self) -> Iterator[str]:
        """Name the files about one image."""
        self.flush()
        for row in self.db.execute("select path from notes order by path"):
            yield row[0]
