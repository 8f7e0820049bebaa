"""Keep what a workload left behind: once, whole, and again after a kill.

A workload's end puts its run into ``collecting`` in the reconciler's transaction. One thread then stores ``out/`` and
``model/`` as blobs (nothing refers to them yet) and, in one transaction, writes the manifests and the final status.
Killed in between, the run is still ``collecting`` at the next start, and storing the same bytes again changes nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import WITH_TRASH
from ..errors import AISpaceError, NotFound
from ..storage.archives import ArchiveRefused
from ..storage.manifests import Manifest
from ..storage.sources import stage_folder
from ..versions import VersionFiles
from .orm import Collected, Evaluation, TrainingRun
from .scores import evaluate, read_labels, read_predictions

if TYPE_CHECKING:
    from ..platform import Platform
    from ..workloads.service import WorkloadChange

log = logging.getLogger("aispace.training")
PREDICTIONS = "predictions.jsonl"
LABELS = "predictions.json"
RETRY_SECONDS = 30.0


@dataclass
class Results:
    """What was found in the folder of an attempt."""

    outputs: Manifest | None = None
    model: Manifest | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


class Collecting:
    """Finish runs and evaluations whose workload has ended."""

    def __init__(
        self, platform: Platform, model: type[TrainingRun] | type[Evaluation], finished: Callable[[str], None]
    ) -> None:
        self.platform = platform
        self.db = platform.db
        self.model = model
        self.finished = finished
        self.files = VersionFiles(platform.blobs)
        self._news = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        platform.blobs.holders.append(self.held)

    def start(self) -> None:
        """Go on with what was not finished when the platform was stopped."""
        self._news.set()
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(
                    target=self._run, name=f"aispace-collect-{self.model.__tablename__}", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Stop after what is being done."""
        self._stop.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def changed(self, change: WorkloadChange) -> str | None:
        """Take a change of a workload, in the reconciler's transaction; give the id of the row it concerns."""
        with self.db.write() as session:
            row_id = session.scalar(select(self.model.id).where(self.model.workload_id == change.id))
            row = self._row(session, row_id) if row_id is not None else None
            if row is None:
                return None
            row.reason = change.reason
            row.started_at = change.started_at
            if change.ended:
                if row.outcome is None:
                    row.status, row.outcome, row.ended_at = (
                        "collecting",
                        change.status,
                        change.ended_at or self.platform.clock.now(),
                    )
                self.db.after_commit(self.start)
            else:
                row.status = change.status
            return row_id

    def _row(self, session: Session, row_id: str) -> TrainingRun | Evaluation | None:
        return cast("TrainingRun | Evaluation | None", session.get(self.model, row_id))

    def held(self) -> Iterator[str]:
        """Give the digests of all blobs that results need."""
        columns = [self.model.outputs, *([TrainingRun.model] if self.model is TrainingRun else [])]
        with self.db.read() as session:
            # What lies in the trash comes back with its results.
            found = (session.scalars(select(column), execution_options=WITH_TRASH) for column in columns)
            manifests = {digest for column in found for digest in column if digest}
        for digest in manifests:
            yield digest
            for entry in self.files.entries(digest):
                yield entry.sha256

    def waiting(self) -> list[str]:
        """Name the rows whose results are still to be kept."""
        with self.db.read() as session:
            return list(session.scalars(select(self.model.id).where(self.model.status == "collecting")))

    def _run(self) -> None:
        while True:
            self._news.wait(timeout=RETRY_SECONDS)
            self._news.clear()
            if self._stop.is_set():
                return
            for row_id in self.waiting():
                if self._stop.is_set():
                    return
                try:
                    self.collect(row_id)
                except Exception:  # whatever it was: it is logged, and tried again later
                    # Most likely the disk is full: the folder of the attempt is still there, the next try follows.
                    log.exception("results of %s are not kept yet", row_id)

    def collect(self, row_id: str) -> None:
        """Keep the results of one row and give it its final status."""
        with self.db.read() as session:
            row = self._row(session, row_id)
            if row is None or row.status != "collecting":
                return
            workload_id, owner_id = row.workload_id, self._owner(session, row)
        results = self._read(workload_id, self._uid(owner_id))
        with self.db.write() as session:
            row = self._row(session, row_id)
            if row is None or row.status != "collecting":
                return
            if results.outputs is not None:
                row.outputs = results.outputs.sha256
                row.outputs_count, row.outputs_bytes = results.outputs.count, results.outputs.size
            if results.model is not None and isinstance(row, TrainingRun):
                row.model = results.model.sha256
                row.model_count, row.model_bytes = results.model.count, results.model.size
            row.metrics = results.metrics
            row.evaluation = results.evaluation
            if results.problem is not None:
                row.reason = results.problem
            row.status = _final(row, results)
            session.flush()
            self.finished(row_id)

    @staticmethod
    def _owner(session: Session, row: TrainingRun | Evaluation) -> str:
        return row.owner_id if isinstance(row, Evaluation) else row.created_by_id

    def _uid(self, user_id: str) -> int | None:
        with suppress(AISpaceError):
            return self.platform.users.principal(user_id).uid
        return None

    def _read(self, workload_id: str, owner: int | None) -> Results:
        results = Results()
        try:
            folder = Path(self.platform.workloads.directory(workload_id))
        except NotFound:  # it was stopped before its first attempt
            return results
        for name in ("out", "model"):
            try:
                if not (folder / name).is_dir():
                    continue
                manifest = stage_folder(self.platform, folder / name, owner=owner)
            except ArchiveRefused as error:
                results.problem = {"code": "outputs_refused", "message": error.message, "params": {"folder": name}}
                continue
            if manifest.count:
                setattr(results, "outputs" if name == "out" else "model", manifest)
        with suppress(NotFound):
            summary = self.platform.workloads.scalar_summary(workload_id)
            results.metrics = {name: value.model_dump(mode="json") for name, value in summary.items()}
        if results.outputs is not None:
            results.evaluation = self._evaluation(results.outputs.sha256)
        return results

    def _evaluation(self, manifest: str) -> dict[str, Any] | None:
        try:
            entry = self.files.find(manifest, PREDICTIONS)
        except NotFound:
            return None
        labels = []
        with suppress(NotFound, AISpaceError):
            labels = read_labels(self.files.read(manifest, LABELS))
        with self.platform.blobs.open(entry.sha256) as file:
            result = evaluate(read_predictions(file), labels)
        if result is None:
            return None
        return {"accuracy": result.accuracy, "macro_f1": result.macro_f1, "count": result.count}


def _final(row: Collected, results: Results) -> str:
    outcome = row.outcome or "failed"
    return "failed" if results.problem is not None and outcome == "succeeded" else outcome
