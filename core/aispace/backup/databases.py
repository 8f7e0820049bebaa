"""The database, as it is at one moment, into a backup and back."""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import alembic.command
from sqlalchemy import Connection, MetaData, inspect, text

from ..db import Database
from ..db.database import VERSION_TABLE
from ..errors import Conflict
from .snapshot import DatabaseCopy, Table, object_path
from .store import Store

HEADER: Final = b"SQLite format 3\x00"
UNLIMITED: Final = 1 << 62


def is_sqlite_file(path: Path) -> bool:
    """Tell whether a file is a database of SQLite."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def copy_sqlite(source: Path, store: Store) -> tuple[str, int]:
    """Copy a database that others write to meanwhile, as it is at one moment (SQLite's online backup)."""
    with tempfile.TemporaryDirectory(prefix=".aispace-backup-", dir=store.scratch) as folder:
        target = Path(folder) / "copy"
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as one,
            contextlib.closing(sqlite3.connect(target)) as other,
        ):
            # All at once: a copy in steps begins anew with every write of somebody else.
            one.backup(other, pages=-1)
            other.execute("PRAGMA journal_mode=DELETE")
        with target.open("rb") as file:
            return store.add(file, target.stat().st_size)


def copy_database(database: Database, store: Store) -> DatabaseCopy:
    """Copy the platform's database into a backup."""
    if database.is_sqlite:
        sha256, _ = copy_sqlite(Path(database.url.database or ""), store)
        return DatabaseCopy(kind="sqlite", revision=database.current(), sha256=sha256)
    with database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
            tables = [
                Table(name=name, columns=columns, sha256=_copy_out(connection, name, columns, store))
                for name, columns in _tables(connection)
            ]
    return DatabaseCopy(kind="postgresql", revision=revision, tables=tables)


def _tables(connection: Connection) -> list[tuple[str, list[str]]]:
    """List the tables, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [(t.name, [c.name for c in t.columns]) for t in found.sorted_tables if t.name != VERSION_TABLE]


def _quoted(connection: Connection, name: str, columns: list[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"{quote(name)} ({', '.join(quote(column) for column in columns)})"


def _cursor(connection: Connection) -> Any:
    """Give psycopg's own cursor in the running transaction: COPY is not known to SQLAlchemy."""
    return cast("Any", connection.connection.driver_connection).cursor()


def _copy_out(connection: Connection, name: str, columns: list[str], store: Store) -> str:
    with _cursor(connection) as cursor, cursor.copy(f"COPY {_quoted(connection, name, columns)} TO STDOUT") as copy:
        return store.add(cast("BinaryIO", io.BufferedReader(_Pieces(copy))), UNLIMITED)[0]


class _Pieces(io.RawIOBase):
    """Reads what COPY gives piece by piece as one stream."""

    def __init__(self, copy: Any) -> None:
        self._copy, self._rest = copy, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = bytes(self._copy.read())
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def check_empty(database: Database) -> None:
    """Refuse a database that holds something.

    Raises
    ------
    Conflict
        With what to do.
    """
    with database.engine.connect() as connection:
        if inspect(connection).get_table_names():
            raise Conflict(
                "database_not_empty",
                f"Not restored. The database {database.url.render_as_string(hide_password=True)} is not empty. Make "
                "a new one and name it with AISPACE_DATABASE_URL.",
            )


def put_back(copy: DatabaseCopy, folder: Path, database: Database) -> None:
    """Fill an empty database from a backup, and bring it to the revision of this version."""
    if copy.kind == "sqlite":
        target = Path(database.url.database or "")
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, (folder / object_path(copy.sha256 or "")).open("rb") as source:
            while piece := source.read(1 << 20):
                file.write(piece)
    else:
        alembic.command.upgrade(database.alembic_config(), copy.revision or "head")
        with database.engine.begin() as connection:
            for table in reversed(copy.tables):
                connection.execute(text(f"DELETE FROM {_quoted(connection, table.name, []).removesuffix(' ()')}"))  # noqa: S608
            for table in copy.tables:
                _copy_in(connection, table, folder)
            _set_sequences(connection)
    if database.current() != database.head():
        alembic.command.upgrade(database.alembic_config(), "head")


def _copy_in(connection: Connection, table: Table, folder: Path) -> None:
    into = f"COPY {_quoted(connection, table.name, table.columns)} FROM STDIN"
    with (
        (folder / object_path(table.sha256)).open("rb") as source,
        _cursor(connection) as cursor,
        cursor.copy(into) as copy,
    ):
        while piece := source.read(1 << 20):
            copy.write(piece)


def _set_sequences(connection: Connection) -> None:
    """Let numbers that the database gives go on after the greatest that came back."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        for column in table.primary_key.columns:
            place = {"t": table.name, "c": column.name}
            if connection.execute(text("SELECT pg_get_serial_sequence(:t, :c)"), place).scalar():
                greatest = f"(SELECT coalesce(max({column.name}), 0) FROM {table.name})"  # noqa: S608 - names of ours
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence(:t, :c), {greatest} + 1, false)"),
                    place,
                )
