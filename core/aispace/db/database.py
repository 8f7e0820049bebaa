"""The database: engine, sessions, schema revision."""

from __future__ import annotations

import contextlib
import contextvars
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import alembic.script
from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria

from ..errors import AISpaceError, Unavailable
from .base import Base, Trashable

VERSION_TABLE = "aispace_alembic_version"
MIGRATIONS = Path(__file__).parent.parent / "migrations"
BUSY_TIMEOUT_MS = 30_000


class WrongRevision(AISpaceError):
    """The database was made by another version of the platform."""

    status = 503


NOT_TRASHED = with_loader_criteria(Trashable, lambda cls: cls.trashed_at.is_(None), include_aliases=True)


def _hide_trash(state: ORMExecuteState) -> None:
    """Leave out of a query what lies in the trash."""
    if state.is_select and not state.is_column_load and not state.execution_options.get("include_trashed"):
        state.statement = state.statement.options(NOT_TRASHED)


class _Unit:
    """What `Database.together` holds open: the transaction, once somebody has written."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.begun = contextlib.ExitStack()
        self.broken = False


class Database:
    """Sessions on one database.

    The session is *ambient*: ``with db.write() as session`` inside another ``with db.write()`` of the same thread or
    context joins that transaction, and only the outermost one commits. So services call each other and everything
    they do stands or falls together.

    Parameters
    ----------
    url : str
        ``sqlite:////path/to/file.db`` or ``postgresql+psycopg://...``.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._ambient: contextvars.ContextVar[tuple[Session, bool, int] | None] = contextvars.ContextVar(
            f"session-{id(self)}", default=None
        )
        self._unit: contextvars.ContextVar[_Unit | None] = contextvars.ContextVar(f"unit-{id(self)}", default=None)
        self.before_commit: list[Callable[[Session], None]] = []
        """Each is called at the end of every write transaction and may refuse it by raising."""
        self.sessions = sessionmaker(class_=Session, expire_on_commit=False)
        """Makes every session: what concerns all of them listens here."""
        event.listen(self.sessions, "do_orm_execute", _hide_trash)
        # SQLite takes one writer at a time: a fair queue in the process is quicker than its busy loop.
        self._writer = threading.RLock() if self.is_sqlite else contextlib.nullcontext()
        self._after_commit: contextvars.ContextVar[list[Any] | None] = contextvars.ContextVar(
            f"after-{id(self)}", default=None
        )
        self.engine: Engine = self._make_engine()

    def _make_engine(self) -> Engine:
        if not self.is_sqlite:
            return create_engine(self.url, pool_size=10, max_overflow=20, pool_pre_ping=True)
        engine = create_engine(
            self.url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}, pool_size=20
        )

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            # The driver would begin transactions by itself, and not before a SELECT: we say BEGIN ourselves.
            connection.isolation_level = None
            for pragma in (
                "journal_mode=WAL",
                "synchronous=NORMAL",
                "foreign_keys=ON",
                f"busy_timeout={BUSY_TIMEOUT_MS}",
                "temp_store=MEMORY",
                "cache_size=-65536",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            write = connection.get_execution_options().get("aispace_write", True)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that only reads; inside a write transaction, that transaction's session.

        Yields
        ------
        Session
            A session that sees one state of the database until it is closed.
        """
        ambient = self._ambient.get()
        if ambient is not None and ambient[2] == threading.get_ident():
            yield ambient[0]
            return
        engine = self.engine.execution_options(aispace_write=False)
        with self.sessions(bind=engine) as session:
            token = self._ambient.set((session, False, threading.get_ident()))
            try:
                yield session
            finally:
                self._ambient.reset(token)

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are committed together at the end of the outermost block.

        Yields
        ------
        Session
            The session of the running transaction of this thread, or of a new one.

        Raises
        ------
        RuntimeError
            Inside ``read()``: a snapshot cannot become a writer.
        """
        ambient = self._ambient.get()
        if ambient is not None and ambient[2] == threading.get_ident():
            if not ambient[1]:
                raise RuntimeError("write() inside read(): begin the write block first")
            yield ambient[0]
            return
        unit = self._unit.get()
        if unit is None or unit.thread != threading.get_ident():
            with self._transaction() as session:
                yield session
            return
        session = unit.begun.enter_context(self._transaction())
        try:
            yield session
            session.flush()  # so that what the database refuses is refused here, as where the block commits by itself
        except BaseException:
            unit.broken = True
            raise

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Commit all that is written inside at the end, at once.

        The transaction begins with the first ``write()``: what is read and prepared before it holds nobody up. The
        session stays the ambient one from there on, so that later blocks of the same thread join.

        Raises
        ------
        RuntimeError
            A block of writes failed and somebody went on: half of a change is never committed.
        """
        unit = _Unit()
        token = self._unit.set(unit)
        try:
            with unit.begun:
                yield
                if unit.broken:
                    raise RuntimeError("a write inside together() failed and was passed over")
        finally:
            self._unit.reset(token)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Session]:
        callbacks: list[Any] = []
        with self._writer, self.sessions(bind=self.engine) as session:
            token = self._ambient.set((session, True, threading.get_ident()))
            after = self._after_commit.set(callbacks)
            try:
                yield session
                session.flush()
                for check in self.before_commit:
                    check(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                self._ambient.reset(token)
                self._after_commit.reset(after)
        for callback in callbacks:
            callback()

    def serialize(self, session: Session, name: str) -> None:
        """Let no other transaction that names the same thing go on until this one ends.

        For what is counted up over a whole table. SQLite has one writer anyway.
        """
        if not self.is_sqlite:
            session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))

    def after_commit(self, callback: Any) -> None:
        """Call ``callback()`` once the running transaction is committed; at once when none runs."""
        callbacks = self._after_commit.get()
        ambient = self._ambient.get()
        if callbacks is None or ambient is None or ambient[2] != threading.get_ident():
            callback()
        else:
            callbacks.append(callback)

    # Schema

    def alembic_config(self) -> alembic.config.Config:
        """Give Alembic's configuration, with the engine in its attributes."""
        config = alembic.config.Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def head(self) -> str | None:
        """Name the revision that this version of the platform needs."""
        return alembic.script.ScriptDirectory.from_config(self.alembic_config()).get_current_head()

    def current(self) -> str | None:
        """Name the revision that the database has; ``None`` for an empty one."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608

    def check(self) -> None:
        """Refuse a database of another revision.

        Raises
        ------
        WrongRevision
            With the command that upgrades it, or the advice to use the newer platform.
        """
        current, head = self.current(), self.head()
        if current == head:
            return
        known = {r.revision for r in alembic.script.ScriptDirectory.from_config(self.alembic_config()).walk_revisions()}
        if current is not None and current not in known:
            raise WrongRevision(
                "database_too_new",
                f"The database has revision {current}, which this version of AI Space does not know. "
                "Start the newer version that made it, or restore a backup.",
                params={"current": current, "head": head},
            )
        raise WrongRevision(
            "database_too_old",
            f"The database has revision {current}, this version needs {head}. Run: aispace db upgrade",
            params={"current": current, "head": head},
        )

    def upgrade(self) -> Path | None:
        """Upgrade to the newest revision; an existing SQLite file is copied first.

        Returns
        -------
        pathlib.Path or None
            The copy, where one was made.
        """
        current = self.current()
        if current == self.head():
            return None
        copy = None
        if self.is_sqlite and current is not None and self.url.database:
            source = Path(self.url.database)
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            copy = source.with_name(f"{source.name}.{current}.{stamp}")
            with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(copy)) as other:
                one.backup(other)  # with what lies in the write-ahead log
            shutil.copystat(source, copy)
        alembic.command.upgrade(self.alembic_config(), "head")
        return copy

    def ping(self) -> None:
        """Ask the database for one row.

        Raises
        ------
        Unavailable
            When it does not answer.
        """
        try:
            with self.read() as session:
                session.execute(text("SELECT 1"))
        except Exception as error:
            raise Unavailable("database_away", "The database does not answer. Try again in a moment.") from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @property
    def metadata(self) -> Any:
        """All tables."""
        from . import tables  # noqa: F401

        return Base.metadata
