"""Rows of workloads, and the files of their attempts: logs, scalars, use of resources."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from ..db import Database
from ..engines.base import Key
from ..errors import NotFound
from ..identity import SYSTEM, Principal, authorize
from . import states
from .logs import LogFiles
from .metrics import usage_series
from .orm import Attempt, Workload
from .scalars import ScalarFiles
from .schemas import LogQuery, LogRead, MetricsQuery, ScalarQuery, ScalarRead, ScalarSummary, UsageSeries

if TYPE_CHECKING:
    from ..platform import Platform


class AttemptReader:
    """Reads what attempts wrote. Part of `WorkloadService`."""

    platform: Platform
    db: Database
    log_files: LogFiles
    scalar_files: ScalarFiles

    def _row(self, principal: Principal, permission: str, workload_id: str) -> Workload:
        with self.db.read() as session:
            row = session.get(Workload, workload_id)
        if row is None:
            raise NotFound("workload", workload_id)
        authorize(principal, permission, row)
        return row

    def _attempt(self, principal: Principal, workload_id: str, number: int | None) -> tuple[Key, bool]:
        with self.db.read() as session:
            row = self._row(principal, "read:workload", workload_id)
            wanted = number or row.attempts
            if wanted == 0:
                return Key(row.id, 1), row.status in states.ENDED
            attempt = session.get(Attempt, (row.id, wanted))
        if attempt is None:
            raise NotFound("attempt", f"{workload_id}/{wanted}")
        return Key(row.id, wanted), attempt.status not in states.ALIVE

    def address(self, workload_id: str, port: str) -> tuple[str, int] | None:
        """Tell where a port of a running workload listens; None while it does not run."""
        with self.db.read() as session:
            row = session.get(Workload, workload_id)
        if row is None or row.status not in states.ALIVE:
            return None
        if row.external:
            found = (row.reported or {}).get("ports", {}).get(port)
            return (str(found[0]), int(found[1])) if found else None
        return self.platform.engine.address(Key(row.id, row.attempts), port)

    def read_log(self, principal: Principal, workload_id: str, query: LogQuery) -> LogRead:
        """Read part of the log of an attempt, or search it."""
        key, ended = self._attempt(principal, workload_id, query.attempt)
        return self.log_files.read(self.platform.engine.directory(key) / "log", key.number, query, ended)

    def wait_for_log(self, positions: dict[str, int], timeout: float) -> set[str]:
        """Wait until one of several logs has more than the caller knows, or its workload ended.

        Parameters
        ----------
        positions : dict
            Workload and the byte offset up to which the caller has read the log of its newest attempt.
        timeout : float
            Seconds.

        Returns
        -------
        set of str
            Workloads with news; empty after the time-out. The caller has checked who may read them.
        """
        paths = {}
        for workload_id, position in positions.items():
            with contextlib.suppress(NotFound):
                key, ended = self._attempt(SYSTEM, workload_id, None)
                if ended:
                    return {workload_id}
                paths[workload_id] = (self.platform.engine.directory(key) / "log", position)
        return self.log_files.wait(paths, timeout)

    def log_file(self, principal: Principal, workload_id: str, attempt: int | None = None) -> tuple[str, str]:
        """Tell where the log of an attempt lies and a file name for it, which says whether it is complete.

        Raises
        ------
        NotFound
            Nothing has been written yet.
        """
        key, ended = self._attempt(principal, workload_id, attempt)
        path = self.platform.engine.directory(key) / "log"
        if not path.is_file():
            raise NotFound("log", f"{workload_id}/{key.number}")
        return os.fspath(path), f"{workload_id}-{key.number}{'' if ended else '-incomplete'}.log"

    def log_path(self, principal: Principal, workload_id: str, attempt: int | None = None) -> str:
        """Tell where the log of an attempt lies, for a download."""
        key, _ = self._attempt(principal, workload_id, attempt)
        return os.fspath(self.platform.engine.directory(key) / "log")

    def directory(self, workload_id: str, attempt: int | None = None) -> str:
        """Tell the folder of an attempt (default: the newest), for the domain it runs for."""
        key, _ = self._attempt(SYSTEM, workload_id, attempt)
        return os.fspath(self.platform.engine.directory(key))

    def scalars(self, principal: Principal, workload_id: str, query: ScalarQuery) -> ScalarRead:
        """Read the scalars that an attempt logged, in buckets: of its metrics file and of event files in its output."""
        key, _ = self._attempt(principal, workload_id, query.attempt)
        folder = self.platform.engine.directory(key)
        path, events = folder / "metrics.jsonl", folder / "out"
        return self.scalar_files.read(path, key.number, query.wanted(), query.after, query.buckets, events)

    def scalar_summary(self, workload_id: str, attempt: int | None = None) -> dict[str, ScalarSummary]:
        """Give last and best value of each scalar, for the domain it runs for."""
        key, _ = self._attempt(SYSTEM, workload_id, attempt)
        folder = self.platform.engine.directory(key)
        return self.scalar_files.summary(folder / "metrics.jsonl", folder / "out")

    def progress(self, workload_id: str) -> dict[str, Any] | None:
        """Give what the newest attempt last said of its progress."""
        with contextlib.suppress(NotFound):
            key, _ = self._attempt(SYSTEM, workload_id, None)
            return self.scalar_files.progress(self.platform.engine.directory(key) / "metrics.jsonl")
        return None

    def metrics(self, principal: Principal, workload_id: str, query: MetricsQuery) -> UsageSeries:
        """Read what an attempt used."""
        key, _ = self._attempt(principal, workload_id, query.attempt)
        with self.db.read():
            row = self._row(principal, "read:workload", workload_id)
        samples = self.platform.engine.metrics(key)
        return usage_series(samples, key.number, row.memory_bytes or None, query.buckets)
