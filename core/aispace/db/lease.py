"""The lease: of several platforms on one PostgreSQL database only one works, and only it can commit.

A lock file tells two processes of one machine apart; two machines share nothing but the database. So the one that
works has a row there: who it is, until when, and an *epoch* that grows with each new holder. Every write transaction of
the holder looks at the row once more before it commits, and keeps it from a successor until the commit is through: a
platform that was cut off, or stood still, and lost the lease meanwhile changes nothing any more.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, DateTime, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..errors import Unavailable
from .base import Base
from .types import UTCDateTime

if TYPE_CHECKING:
    from .database import Database

SERVE: Final = "serve"
NOW: Final = func.clock_timestamp(type_=DateTime(timezone=True))
"""The time of the database: clocks of machines differ."""
log = logging.getLogger("aispace.lease")


class LeaseRow(Base):
    """Who works with this database."""

    __tablename__ = "aispace_leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str] = mapped_column(String(255))
    """The process, for people."""
    place: Mapped[str] = mapped_column(String(255))
    """Where the holder's lock file is: who has that lock is its successor at once."""
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LeaseHeld(Unavailable):
    """Another platform works with this database."""

    def __init__(self, holder: str, where: str) -> None:
        super().__init__(
            "lease_held",
            f"Not started: {holder} works with the database {where}. Stop it first, or give this one another database.",
            params={"holder": holder},
        )


class LeaseLost(Unavailable):
    """Another platform took over; nothing is committed here any more."""

    def __init__(self) -> None:
        super().__init__(
            "lease_lost", "Not done. Another AI Space took over this database. Send the request once more, to that one."
        )


class Lease:
    """The right to work with a PostgreSQL database; of no effect on SQLite, where the lock file of the home suffices.

    Parameters
    ----------
    database : Database
        Its write transactions are checked as long as the lease is held.
    home : pathlib.Path
        Folder of the platform, whose lock file the caller holds.
    seconds : float, optional
        How long the lease holds without being renewed.
    place : str, optional
        Names machine and home, for tests that play two machines.
    """

    def __init__(self, database: Database, home: Path, *, seconds: float = 15.0, place: str | None = None) -> None:
        self.db = database
        self.seconds = seconds
        self.epoch: int | None = None
        self.lost = False
        """Whether somebody else took over."""
        self.holder = f"aispace serve (process {os.getpid()} on {socket.gethostname()})"
        self.place = (place or f"{_machine()}:{home}")[:255]
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def acquire(self, lost: Callable[[], object] | None = None) -> None:
        """Take the lease, and renew it until `release`.

        One that its holder does not renew is waited for; one whose holder worked with the same home is taken at once,
        since who has the lock of a home knows that its former holder is gone.

        Parameters
        ----------
        lost : callable, optional
            Called in another thread when somebody else took over.

        Raises
        ------
        LeaseHeld
            Its holder is alive.
        """
        if self.db.is_sqlite:
            return
        seen: datetime | None = None
        while True:
            held = self._take()
            if held is None:
                break
            if seen is not None and held.expires_at > seen:
                raise LeaseHeld(held.holder, self.db.url.render_as_string(hide_password=True))
            if seen is None:
                log.warning("waiting for the lease of %s, which ends by itself if that is gone", held.holder)
            seen = held.expires_at
            time.sleep(min(1.0, self.seconds / 10))  # nobody tells when a lease ends: it is looked at
        self.db.before_commit.append(self._check)
        self._stop.clear()
        self._thread = threading.Thread(target=self._renew, args=(lost,), name="aispace-lease", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Give the lease back, so that a successor need not wait."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None
        if self.epoch is None:
            return
        mine = (LeaseRow.name == SERVE) & (LeaseRow.epoch == self.epoch)
        with suppress(Exception), self.db.engine.begin() as connection:  # it expires by itself otherwise
            connection.execute(update(LeaseRow).where(mine).values(expires_at=NOW))
        if self._check in self.db.before_commit:
            self.db.before_commit.remove(self._check)
        self.epoch = None

    def _take(self) -> LeaseRow | None:
        """Take the lease if it is free; give the row of its holder otherwise."""
        with self.db.write() as session:
            self.db.serialize(session, "aispace-lease")
            now = session.scalars(select(NOW)).one()
            row = session.get(LeaseRow, SERVE, with_for_update=True)
            if row is not None and row.expires_at > now and row.place != self.place:
                return row
            if row is None:
                row = LeaseRow(name=SERVE, epoch=0)
                session.add(row)
            row.epoch += 1
            row.holder, row.place = self.holder, self.place
            row.taken_at, row.expires_at = now, now + timedelta(seconds=self.seconds)
            session.flush()
            self.epoch = row.epoch
        return None

    def _check(self, session: Session) -> None:
        # KEY SHARE does not meet the renewals (NO KEY UPDATE), but a successor (UPDATE) waits for this commit.
        mine = select(LeaseRow.epoch).where(LeaseRow.name == SERVE, LeaseRow.epoch == self.epoch)
        if session.scalar(mine.with_for_update(read=True, key_share=True)) is None:
            raise LeaseLost

    def _renew(self, lost: Callable[[], object] | None) -> None:
        mine = (LeaseRow.name == SERVE) & (LeaseRow.epoch == self.epoch)
        while not self._stop.wait(self.seconds / 3):
            until = NOW + timedelta(seconds=self.seconds)
            try:
                with self.db.engine.begin() as connection:
                    held = connection.execute(update(LeaseRow).where(mine).values(expires_at=until)).rowcount
            except Exception:  # the database may be away in any way
                # The database may be away for a moment; whether the lease is still ours the next commit will tell.
                log.exception("the lease could not be renewed; the next try follows")
                continue
            if not held:
                log.error("another platform took over the database; this one stops")
                self.lost = True
                if lost is not None:
                    lost()
                return


def _machine() -> str:
    """Tell this machine, since it was started, from all others: a container has the name of its own only."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()}:{boot}"
