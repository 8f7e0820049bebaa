"""Imports: background work that is whole or absent, also after a kill.

First every file is stored and a list of what goes into the dataset becomes a blob (`staging`). Only then rows are
written, a part at a time, each part with its progress in one transaction; a killed platform goes on with the next part.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..errors import AISpaceError, Conflict, NotFound, renamed
from ..garbage import rare_collections
from ..identity import Principal, authorize
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import AreaSource, BatchSource, Page, Progress, Reason, UploadSource
from .access import dataset_row, kind_of, restored_principal, saved_principal
from .annotations import HUMAN
from .formats.shelf import Shelf
from .layouts import Found
from .looking import inspect_source
from .orm import Dataset, Import, Sample
from .requests import (
    ImportInspection,
    ImportInspectRequest,
    ImportQuery,
    ImportRead,
    ImportReport,
    ImportRequest,
    RefusedFile,
)
from .resolving import check_mapping, choose_layout, declared_labels, labels_in, resolve, write_spool
from .staging import REPORTED, Staged, Target, stage_files
from .working import WorkingCopy, locked, status_of

if TYPE_CHECKING:
    from ..platform import Platform

log = logging.getLogger("aispace.datasets")
OPEN: Final = ("queued", "staging", "committing")
PART: Final = 2000
"""Samples that are written in one transaction."""
TOLD_EVERY: Final = 0.5
"""Seconds between two notes of progress."""


class Stopped(BaseException):
    """The platform is being closed: the import goes on at the next start."""


class Cancelled(AISpaceError):
    """Somebody cancelled the import."""


class ImportService:
    """Imports into datasets."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="aispace-import")
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._running: set[str] = set()

    def close(self) -> None:
        """Stop; what runs goes on at the next start."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def resume(self) -> None:
        """Go on with what an earlier process left."""
        with self.db.read() as session:
            ids = session.scalars(select(Import.id).where(Import.status.in_(OPEN)).order_by(Import.id)).all()
        for import_id in ids:
            self.submit(self.run, import_id)

    def submit(self, function: Callable[[str], None], argument: str) -> None:
        """Run something in the background."""
        if not self._stop.is_set():
            self._pool.submit(function, argument)

    def open_count(self) -> int:
        """Count the imports that are not finished."""
        with self.db.read() as session:
            return session.scalar(select(func.count()).select_from(Import).where(Import.status.in_(OPEN))) or 0

    # What users ask for

    def create(self, principal: Principal, dataset_id: str, request: ImportRequest) -> ImportRead:
        """Begin an import.

        Raises
        ------
        NotFound, Conflict
            The source does not exist, or an upload is not complete.
        """
        with self.db.read() as session:
            dataset_row(session, principal, dataset_id, "write")
        self._check_source(principal, request)
        with self.db.write() as session:
            dataset = dataset_row(session, principal, dataset_id, "write", lock=True)
            row = Import(
                id=new_id("imp"),
                dataset_id=dataset.id,
                owner_id=principal.user_id,
                principal=saved_principal(principal),
                request=request.model_dump(mode="json"),
                report=ImportReport().model_dump(mode="json"),
                created_at=self.platform.clock.now(),
            )
            session.add(row)
            dataset.importing += 1
            dataset.status = status_of(dataset)
            self.platform.uploads.extend(principal, request.source)
            self._record(principal, "import.started", dataset, row)
            self.db.after_commit(lambda: self.submit(self.run, row.id))
        return self._read(row)

    def _check_source(self, principal: Principal, request: ImportRequest) -> None:
        source = request.source
        if isinstance(source, UploadSource):
            self.platform.uploads.finished(principal, source.upload_id)
        elif isinstance(source, BatchSource):
            self.platform.uploads.finished_batch(principal, source.batch)
        elif isinstance(source, AreaSource):
            with renamed({"path": "source.path"}):
                self.platform.areas.is_file(principal, source.path)
        else:
            with renamed({"path": "source.path"}):
                self.platform.areas.server.is_file(principal, source.path)

    def inspect(self, principal: Principal, dataset_id: str, request: ImportInspectRequest) -> ImportInspection:
        """Tell what an import of a source would find, by its names."""
        with self.db.read() as session:
            target = self._target(dataset_row(session, principal, dataset_id, "write"))
        with Shelf(self.platform.blobs) as shelf:
            return inspect_source(self.platform, principal, request.source, Staged(target, request, shelf))

    def _target(self, dataset: Dataset) -> Target:
        number = dataset.number

        def existing() -> list[Found]:
            columns = (Sample.path, Sample.width, Sample.height, Sample.state)
            statement = select(*columns).where(Sample.dataset == number).execution_options(yield_per=10_000)
            with self.db.read() as session:
                return [
                    Found(path, width=width, height=height, state=state)
                    for path, width, height, state in session.execute(statement)
                ]

        group = dataset.label_group_id
        labels = [] if group is None else [label.name for label in self.platform.labels.of_dataset(group).labels]
        return Target(kind_of(dataset), dataset.template, dataset.columns, existing, frozenset(labels))

    def get(self, principal: Principal, import_id: str) -> ImportRead:
        """Tell how far an import is."""
        with self.db.read() as session:
            return self._read(self._row(session, principal, import_id))

    def list(self, principal: Principal, query: ImportQuery) -> Page[ImportRead]:
        """List one's own imports."""
        authorize(principal, "read:dataset")
        statement = select(Import)
        if not principal.is_administrator:
            statement = statement.where(Import.owner_id == principal.user_id)
        if query.dataset_id is not None:
            statement = statement.where(Import.dataset_id == query.dataset_id)
        if query.q:
            named = select(Dataset.id).where(contains(Dataset.name, query.q))
            statement = statement.where(or_(Import.id == query.q, Import.dataset_id.in_(named)))
        sorts = {"created_at": Import.created_at, "status": Import.status}
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Import.id)
        return Page(items=[self._read(row) for row in rows], page=info)

    def cancel(self, principal: Principal, import_id: str) -> ImportRead:
        """Cancel an import that has not begun to write.

        Raises
        ------
        Conflict
            It has.
        """
        with self.db.write() as session:
            row = self._row(session, principal, import_id)
            authorize(principal, "write:dataset")
            if row.status not in ("queued", "staging"):
                raise Conflict(
                    "import_too_far",
                    f"Not cancelled. The import is {row.status}. Delete the samples instead.",
                    params={"status": row.status},
                )
            row.cancel = True
        return self._read(row)

    def _row(self, session: Session, principal: Principal, import_id: str) -> Import:
        row = session.get(Import, import_id)
        if row is None or (row.owner_id != principal.user_id and not principal.is_administrator):
            raise NotFound("import", import_id)
        return row

    # The work

    def run(self, import_id: str) -> None:
        """Do an import, from wherever it is, to its end; a second call for one that runs does nothing."""
        with self._guard:
            if import_id in self._running:
                return
            self._running.add(import_id)
        try:
            self._run(import_id)
        finally:
            self._running.discard(import_id)

    def _run(self, import_id: str) -> None:
        with self.db.read() as session:
            row = session.get_one(Import, import_id)
        if row.status not in OPEN:
            return
        principal = restored_principal(row.principal)
        request = ImportRequest.model_validate(row.request)
        try:
            with rare_collections():
                if row.status != "committing":
                    self._stage(principal, row, request)
                self._commit(principal, import_id, request)
        except Stopped:
            return
        except Cancelled:
            self._end(principal, import_id, "cancelled")
        except AISpaceError as error:
            self._end(principal, import_id, "failed", _why(error))
        except Exception:  # whatever it was: it is logged, and the import says so
            log.exception("import %s failed", import_id)
            message = "Nothing more was imported. The platform made a mistake; its log says which."
            reason = Reason(code="internal", message=message)
            self._end(principal, import_id, "failed", reason)

    def _watch(self, import_id: str) -> Callable[[int], None]:
        last = time.monotonic()
        self._note(import_id, 0)

        def progress(done: int) -> None:
            nonlocal last
            if self._stop.is_set():
                raise Stopped
            if time.monotonic() - last >= TOLD_EVERY:
                last = time.monotonic()
                self._note(import_id, done)

        return progress

    def _note(self, import_id: str, done: int) -> None:
        with self.db.write() as session:
            row = session.get_one(Import, import_id)
            if row.cancel:
                raise Cancelled("cancelled", "Cancelled.")
            row.status, row.done = "staging", done

    def _stage(self, principal: Principal, row: Import, request: ImportRequest) -> None:
        with self.db.read() as session:
            dataset = session.scalars(select(Dataset).where(Dataset.id == row.dataset_id)).one()
            target = self._target(dataset)
        with Shelf(self.platform.blobs) as shelf:
            staged = Staged(target, request, shelf, confirm=request.confirm, replace=request.overwrite == "replace")
            staged.read = lambda file: self.platform.blobs.read(file.sha256).decode()
            progress = self._watch(row.id)
            stage_files(self.platform, principal, request.source, staged, progress)
            self._spool(principal, row, request, staged, progress)

    def _spool(
        self,
        principal: Principal,
        row: Import,
        request: ImportRequest,
        staged: Staged,
        progress: Callable[[int], None],
    ) -> None:
        count, seen = 0, len(staged.files)

        def counted(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
            nonlocal count
            for item in rows:
                count += 1
                progress(max(seen, count))
                yield item if request.split is None else {**item, "split": request.split}

        layout = choose_layout(staged)
        with self.platform.blobs.batch() as batch, self.platform.blobs.writer() as writer:
            for line in write_spool(counted(resolve(layout, staged, batch))):
                writer.write(line)
            check_mapping(staged)
            batch.flush()
            spool = writer.commit()
        if not count and not staged.report.refused_count:
            raise AISpaceError("source_empty", "Nothing was imported. There are no files in it. Choose another source.")
        staged.report.layout, staged.report.notes = layout, staged.notes()
        with self.db.write() as session:
            dataset = locked(session, row.dataset_id)
            kept = session.get_one(Import, row.id)
            if kept.cancel:
                raise Cancelled("cancelled", "Cancelled.")
            if staged.columns is not None:
                if dataset.columns != staged.target.columns:
                    raise Conflict(
                        "columns_changed",
                        "Nothing was imported. Another import changed the columns meanwhile. Import again.",
                    )
                dataset.columns = staged.columns
            self._add_labels(principal, dataset, staged)
            kept.status, kept.done, kept.total, kept.spool = "committing", 0, count, spool.sha256
            kept.report = staged.report.model_dump(mode="json")

    def _add_labels(self, principal: Principal, dataset: Dataset, staged: Staged) -> None:
        labels = labels_in(staged)
        if not labels or dataset.label_group_id is None or not kind_of(dataset).label_group:
            return
        known = {label.name for label in self.platform.labels.of_dataset(dataset.label_group_id).labels}
        staged.report.labels_created = [label for label in labels if label not in known]
        self.platform.labels.add_labels(principal, dataset.label_group_id, labels, declared_labels(staged))

    def _commit(self, principal: Principal, import_id: str, request: ImportRequest) -> None:
        with self.db.read() as session:
            row = session.get_one(Import, import_id)
            known: set[str] | None = None
            if request.duplicates == "skip":
                number = session.scalars(select(Dataset.number).where(Dataset.id == row.dataset_id)).one()
                known = set(session.scalars(select(Sample.sha256).where(Sample.dataset == number)))
        if row.spool is None:
            raise AISpaceError("internal", "The list of the import is missing.", status=500)
        with self.platform.blobs.open(row.spool) as file:
            lines = (json.loads(line) for line in file)
            for _ in islice(lines, row.done):
                pass
            while part := list(islice(lines, PART)):
                if self._stop.is_set():
                    raise Stopped
                self._write(principal, import_id, part, request, known)
        self._end(principal, import_id, "succeeded")

    def _write(
        self, principal: Principal, import_id: str, part: Any, request: ImportRequest, known: set[str] | None
    ) -> None:
        with self.db.write() as session:
            row = session.get_one(Import, import_id)
            dataset = locked(session, row.dataset_id)
            copy = WorkingCopy(session, dataset)
            report = ImportReport.model_validate(row.report)
            files = [item for item in part if not item.get("annotate")]
            there = copy.by_paths([item["path"] for item in files])
            new = list(self._new(files, there, request, report, known))
            copy.add(new, by=principal.user_id, confirm=request.confirm)
            report.imported += len(new)
            self._annotate(copy, [item for item in part if item.get("annotate")], principal, request, report)
            if request.overwrite == "replace":
                for item in files:
                    if item["path"] in there and there[item["path"]].sha256 != item["sha256"]:
                        copy.replace(there[item["path"]], item, by=principal.user_id, confirm=request.confirm)
                        report.replaced += 1
            copy.finish()
            row.done += len(part)
            row.report = report.model_dump(mode="json")

    def _annotate(
        self,
        copy: WorkingCopy,
        items: Sequence[dict[str, Any]],
        principal: Principal,
        request: ImportRequest,
        report: ImportReport,
    ) -> None:
        there = copy.briefs([item["path"] for item in items])
        given = []
        for item in items:
            sample = there.get(item["path"])
            if sample is None:
                words = "the sample was deleted meanwhile"
                _refuse(report, RefusedFile(path=item["path"], code="no_such_sample", message=words))
                continue
            if sample.state in HUMAN and request.overwrite != "replace":
                words = "a person annotated the sample; that is kept"
                _refuse(report, RefusedFile(path=item["path"], code="human_annotation", message=words))
                continue
            objects = item["objects"]
            state = item["state"] or ("unlabelled" if not objects else "labelled" if request.confirm else "started")
            given.append((sample, objects, state, item.get("split")))
        copy.annotate_all(given, by=principal.user_id)
        report.annotated += len(given)

    def _new(
        self,
        part: Any,
        there: dict[str, Sample],
        request: ImportRequest,
        report: ImportReport,
        known: set[str] | None,
    ) -> Iterator[dict[str, Any]]:
        paths: set[str] = set()
        for item in part:
            if item["path"] in paths:
                words = "the path occurs twice; the first was taken"
                _refuse(report, RefusedFile(path=item["path"], code="path_twice", message=words))
                continue
            paths.add(item["path"])
            if item["path"] in there:
                if request.overwrite == "refuse":
                    words = "the dataset has a file of this path already"
                    _refuse(report, RefusedFile(path=item["path"], code="path_exists", message=words))
                elif request.overwrite == "skip":
                    report.skipped += 1
                continue
            if known is not None:
                if item["sha256"] in known:
                    report.duplicates += 1
                    continue
                known.add(item["sha256"])
            yield item

    def _end(self, principal: Principal, import_id: str, status: str, reason: Reason | None = None) -> None:
        with self.db.write() as session:
            row = session.get_one(Import, import_id)
            dataset = session.scalar(select(Dataset).where(Dataset.id == row.dataset_id).with_for_update())
            row.status, row.ended_at = status, self.platform.clock.now()
            row.reason = reason.model_dump() if reason else None
            row.spool = None
            if status == "succeeded":
                self.platform.uploads.discard(principal, ImportRequest.model_validate(row.request).source)
            if dataset is not None:
                dataset.importing = max(dataset.importing - 1, 0)
                dataset.status = status_of(dataset)
                self._record(principal, f"import.{status}", dataset, row)

    def _record(self, principal: Principal, code: str, dataset: Dataset, row: Import) -> None:
        report = row.report or {}
        self.platform.events.record(
            principal,
            code,
            object_kind="dataset",
            object_id=dataset.id,
            params={
                "name": dataset.name,
                "import_id": row.id,
                "imported": report.get("imported", 0),
                "refused": report.get("refused_count", 0),
                "reason": (row.reason or {}).get("code"),
            },
            resource=dataset,
        )

    def _read(self, row: Import) -> ImportRead:
        return ImportRead(
            id=row.id,
            dataset_id=row.dataset_id,
            status=row.status,  # type: ignore[arg-type]  # only such words are ever stored
            progress=Progress(done=row.done, total=row.total),
            report=ImportReport.model_validate(row.report),
            reason=Reason.model_validate(row.reason) if row.reason else None,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )


def _why(error: AISpaceError) -> Reason:
    """Give the reason of a failed import: that of the field, where one is refused."""
    fields = error.details.get("fields")
    code = fields[0]["code"] if fields else error.code
    return Reason(code=code, message=error.message, params=error.details.get("params", {}))


def _refuse(report: ImportReport, refused: RefusedFile) -> None:
    report.refused_count += 1
    if len(report.refused) < REPORTED:
        report.refused.append(refused)
