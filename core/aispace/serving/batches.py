"""Batch services: files go through a model once, each with a result of its own; what is done is never done again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import AISpaceError, Conflict, Invalid, NameTaken, NotFound
from ..identity import SYSTEM, Principal, authorize, can, visible
from ..ids import new_id
from ..lineage.service import Point
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, PageInfo, Reason, Ref
from ..training.plan import find_dataset
from ..training.schemas import DatasetInput
from ..workloads import states
from ..workloads.reasons import describe
from ..workloads.schemas import LogQuery, LogRead, Mount, WorkloadSpec
from .batch_schemas import (
    BatchCounts,
    BatchCreate,
    BatchFileQuery,
    BatchFileRead,
    BatchQuery,
    BatchRead,
    BatchSourceRead,
    BatchUpdate,
    ResultFolder,
)
from .configuring import Configured
from .delivering import Delivering, delivery_shape
from .launch import lay_out, model_arguments, model_environment, model_mounts
from .orm import BatchService as BatchRow
from .results import ResultFolders, failure
from .schemas import ServingModel, ServingScript

if TYPE_CHECKING:
    from ..lineage.schemas import Relation
    from ..platform import Platform
    from ..workloads.changes import WorkloadChange

COMPUTED: Final = frozenset({"model", "script", "image_id", "source", "parameters", "argument_mapping", "environment"})
"""Fields whose change makes the results that are there worthless."""
NULLABLE: Final = frozenset({"model", "script", "image_id", "results"})
RETRIES: Final = 3
GRACE_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 30.0
IMPORT_SECONDS: Final = 0.3
EXPLAINED: Final = {
    3: ("model_not_loaded", "The model or script could not be loaded. Its log tells why."),
    4: ("no_files", "There was no file to work on. Choose another folder or dataset version."),
    5: ("too_many_files", "There were too many files. Split them."),
}
"""Exit codes of the runtime."""

log = logging.getLogger("aispace.serving")


class BatchService:
    """Batch services."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.folders = ResultFolders(platform)
        self.delivering = Delivering(self)
        self._news = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        platform.workloads.on_change("batch", self._changed)
        platform.objects.add(
            ObjectKind(
                "batch_service", "bat", "service", "batch service", BatchRow,
                name_limit=32, purged=self._purge, moved=self._moved,
            )
        )  # fmt: skip
        platform.datasets.register_user(
            lambda principal, dataset_id, version: platform.lineage.users_of(
                principal, dataset_id, version, kinds=("batch_service",)
            )
        )

    # Life

    def start(self) -> None:
        """Start the thread that puts results away; what was not finished is gone on with."""
        self._thread = threading.Thread(target=self._run, name="aispace-batches", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    # Reading

    def list(self, principal: Principal, query: BatchQuery) -> Page[BatchRead]:
        """List batch services."""
        authorize(principal, "read:service")
        statement = select(BatchRow).where(visible(principal, BatchRow, mine_only=query.scope == "mine"))
        if query.scope in ("shared", "preset"):
            statement = statement.where(BatchRow.visibility == ("public" if query.scope == "shared" else "preset"))
        if query.status is not None:
            statement = statement.where(BatchRow.status == query.status)
        if query.model_id is not None:
            statement = statement.where(BatchRow.model_id == query.model_id)
        if query.q:
            statement = statement.where(
                or_(contains(BatchRow.name, query.q), contains(BatchRow.description, query.q), BatchRow.id == query.q)
            )
        sorts = {
            "name": BatchRow.name,
            "status": BatchRow.status,
            "created_at": BatchRow.created_at,
            "updated_at": BatchRow.updated_at,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=BatchRow.id)
            return Page[BatchRead](items=[*self._shapes(principal, rows)], page=info)

    def get(self, principal: Principal, batch_id: str) -> BatchRead:
        """Read a batch service."""
        with self.db.read() as session:
            return self._shape(principal, self._row(session, principal, "read", batch_id))

    def names(self, principal: Principal, ids: Iterable[str]) -> dict[str, str]:
        """Give the names of those that exist and that the principal may read."""
        with self.db.read() as session:
            wanted = select(BatchRow.id, BatchRow.name).where(BatchRow.id.in_([*ids]), visible(principal, BatchRow))
            return {row[0]: row[1] for row in session.execute(wanted)}

    def files(self, principal: Principal, batch_id: str, query: BatchFileQuery) -> Page[BatchFileRead]:
        """List what became of the files, failures first."""
        row = self._readable(principal, batch_id)
        found = [
            entry
            for entry in self.folders.files(row.id, row.generation).values()
            if query.status in (None, entry.status) and (not query.q or query.q.casefold() in entry.path.casefold())
        ]
        found.sort(key=lambda entry: (entry.status == "done", entry.path))
        end = query.offset + query.limit
        info = PageInfo(
            limit=query.limit, offset=query.offset, total=len(found), next=end if end < len(found) else None
        )
        return Page[BatchFileRead](items=found[query.offset : end], page=info)

    def result(self, principal: Principal, batch_id: str, path: str) -> BinaryIO:
        """Open one result."""
        row = self._readable(principal, batch_id)
        return self.folders.open(row.id, row.generation, path)

    def download(self, principal: Principal, batch_id: str) -> tuple[str, Iterator[bytes]]:
        """Give all results as a zip archive, with its name."""
        row = self._readable(principal, batch_id)
        return f"{row.name}.zip", self.folders.zip(row.id, row.generation, row.name)

    def log(self, principal: Principal, batch_id: str, query: LogQuery) -> LogRead:
        """Read the log of the last start; for the owner."""
        row = self._readable(principal, batch_id)
        authorize(principal, "write:service", row)
        if row.workload_id is None:
            raise AISpaceError("no_log", "There is no log yet. It has not been started.", status=404)
        return self.platform.workloads.read_log(SYSTEM, row.workload_id, query)

    # Making and changing

    def create(self, principal: Principal, body: BatchCreate) -> BatchRead:
        """Make a batch service and start it."""
        authorize(principal, "write:service")
        configuration = body.model_dump(mode="json", exclude={"name", "description"})
        configured, named, point = self._check(principal, configuration)
        batch_id = new_id("bat")
        spec = self._prepare(principal, batch_id, 1, body.name, configuration, configured, named)
        with self.db.write() as session:
            self._name_is_free(session, principal.user_id, body.name)
            row = BatchRow(
                id=batch_id,
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                name=body.name,
                description=body.description,
                status="queued",
                configuration=configuration,
                named=named,
                model_id=configured.columns["model_id"],
                script_id=configured.columns["script_id"],
                image_id=configured.columns["image_id"],
            )
            session.add(row)
            session.flush()
            self._link(row, configured, point)
            self._record(principal, "created", row)
            self._submit(session, principal, row, spec)
            return self._shape(principal, row)

    def update(self, principal: Principal, batch_id: str, body: BatchUpdate, revision: int | None = None) -> BatchRead:
        """Change one that does not run; a change of what is computed drops its results."""
        given = body.model_fields_set
        for name in given - NULLABLE:
            if getattr(body, name) is None:
                raise Invalid(name, f"{name}: a value is needed. Leave it out to keep the present one.", code="missing")
        before = self._readable(principal, batch_id)
        authorize(principal, "write:service", before)
        changes = body.model_dump(mode="json", include=given - {"name", "description"})
        configuration = before.configuration | changes
        checked = self._check(principal, configuration) if changes else None
        with self.db.write() as session:
            row = self._row(session, principal, "write", batch_id)
            revisions.check(row, revision, lambda: self._shape(principal, row))
            self._check_ended(row, "Not changed")
            if body.name is not None and body.name != row.name:
                self._name_is_free(session, row.owner_id, body.name)
                row.name = body.name
            if body.description is not None:
                row.description = body.description
            if checked is not None:
                configured, named, point = checked
                if "source" not in given and row.named["source"].get("moved"):
                    named["source"]["moved"] = True
                worthless = any(configuration[name] != row.configuration.get(name) for name in COMPUTED & given)
                # The same path is another folder in the area of another owner.
                worthless = worthless or ("source" in given and row.named["source"].get("moved", False))
                row.configuration, row.named = configuration, named
                for column in ("model_id", "script_id", "image_id"):
                    setattr(row, column, configured.columns[column])
                if worthless:
                    row.generation += 1
                    row.counts = row.stored = None
                    keep, own = row.generation, row.id
                    self.db.after_commit(lambda: self.folders.drop(own, keep=keep))
                self.platform.lineage.forget(row.id)
                self._link(row, configured, point)
            revisions.touch(row)
            self._record(principal, "changed", row, fields=sorted(given))
            return self._shape(principal, row)

    def start_batch(self, principal: Principal, batch_id: str) -> BatchRead:
        """Start again: what is not done yet is done, and what failed is tried once more."""
        before = self._readable(principal, batch_id)
        authorize(principal, "write:service", before)
        self._check_ended(before, "Not started")
        if before.named["source"].get("moved"):
            path = before.configuration["source"]["path"]
            raise Conflict(
                "folder_moved",
                f"Not started. The folder {path!r} belongs to who had {before.name!r} before. Edit it and choose a "
                "folder of your own, or a dataset.",
                params={"path": path},
            )
        owner = self.platform.users.principal(before.owner_id)
        configured, named, _ = self._check(owner, before.configuration)
        spec = self._prepare(owner, before.id, before.generation, before.name, before.configuration, configured, named)
        with self.db.write() as session:
            row = self._row(session, principal, "write", batch_id)
            revisions.check(row, None, lambda: None)
            self._check_ended(row, "Not started")
            if (row.generation, row.configuration) != (before.generation, before.configuration):
                raise Conflict("changed_meanwhile", "Not started. Somebody else changed it just now. Load it again.")
            row.named = named
            revisions.touch(row)
            self._submit(session, owner, row, spec)
            return self._shape(principal, row)

    def stop_batch(self, principal: Principal, batch_id: str) -> BatchRead:
        """Ask it to end; files under way are finished, and the rest can be gone on with."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", batch_id)
            if row.status not in (*states.ENDED, "storing") and row.workload_id is not None:
                self.platform.workloads.stop(SYSTEM, row.workload_id)
                self._record(principal, "stop_requested", row)
            return self._shape(principal, row)

    def delete(self, principal: Principal, batch_id: str, revision: int | None = None) -> None:
        """Throw one that has ended into the trash, with its results."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", batch_id)
            revisions.check(row, revision, lambda: self._shape(principal, row))
            self._check_ended(row, "Not deleted")
            self._record(principal, "deleted", row)
            self.platform.trash.put(principal, row)

    def _purge(self, _session: Session, row: BatchRow) -> None:
        own = row.id
        self.db.after_commit(lambda: self.folders.drop(own))

    def _moved(self, _session: Session, row: BatchRow, owner: Principal) -> None:
        """Refuse a new owner who could not start it again; folders of the old owner's area do not go along.

        Raises
        ------
        Conflict
            It runs, or the new owner may not read what it needs.
        """
        self._check_ended(row, "Not moved")
        source = row.configuration["source"]
        needs: Sequence[tuple[str, str | None, Callable[[Principal, str], object]]] = (
            ("model", row.model_id, self.platform.models.get),
            ("algorithm", row.script_id, self.platform.algorithms.get),
            ("dataset", source.get("dataset_id"), self.platform.datasets.get),
        )
        for word, object_id, read in needs:
            try:
                if object_id is not None:
                    read(owner, object_id)
            except NotFound:
                raise Conflict(
                    "out_of_reach",
                    f"Not moved. {owner.name} may not read the {word} that {row.name} uses. Hand that over first, or "
                    "make it public.",
                    params={"kind": word, "object_id": object_id, "name": row.name},
                ) from None
        # Paths mean another place in another area: none is read or written there before its owner chose it.
        row.configuration = {**row.configuration, "results": None}
        row.stored = None
        if source["kind"] != "dataset":
            row.named = {**row.named, "source": {**row.named["source"], "moved": True}}

    # What workloads say

    def _changed(self, change: WorkloadChange) -> None:
        with self.db.write() as session:
            row = session.scalar(select(BatchRow).where(BatchRow.workload_id == change.id))
            if row is None or row.status in (*states.ENDED, "storing"):
                return
            row.started_at = change.started_at or row.started_at
            row.reason = self._reason(change)
            if change.ended:
                row.ended_at = change.ended_at or self.platform.clock.now()
                stores = change.status == "succeeded" and row.configuration.get("results")
                self._end(session, row, "storing" if stores else change.status)
                self.db.after_commit(self._news.set)
            else:
                row.status = change.status

    @staticmethod
    def _reason(change: WorkloadChange) -> dict[str, Any] | None:
        found = EXPLAINED.get(change.exit_code or 0) if change.status == "failed" else None
        return {"code": found[0], "message": found[1], "params": {}} if found is not None else change.reason

    def _end(self, session: Session, row: BatchRow, status: str) -> None:
        counts = self.folders.counts(row.id, row.generation).model_dump()
        row.counts, row.status = counts, status
        revisions.touch(row)
        session.flush()
        if status in states.ENDED:
            self._record(SYSTEM, status, row, counts=counts, reason=row.reason)

    # Putting results away

    def _run(self) -> None:
        while True:
            for batch_id in self._storing():
                if self._stop.is_set():
                    return
                try:
                    self.store(batch_id)
                except Exception:
                    # Most likely the disk is full: the results are kept here, and the next try follows.
                    log.exception("results of %s are not put away yet", batch_id)
            waits = self.delivering.go_on()
            self._news.wait(IMPORT_SECONDS if waits else LOOK_SECONDS)
            self._news.clear()
            if self._stop.is_set():
                return

    def _storing(self) -> Sequence[str]:
        with self.db.read() as session:
            return session.scalars(select(BatchRow.id).where(BatchRow.status == "storing")).all()

    def store(self, batch_id: str) -> None:
        """Copy the results of one that is done into its owner's area; files that are there are replaced."""
        with self.db.read() as session:
            row = session.get(BatchRow, batch_id)
        if row is None or row.status != "storing":
            return
        target = ResultFolder.model_validate(row.configuration["results"])
        problem: dict[str, Any] | None = None
        try:
            owner = self.platform.users.principal(row.owner_id)
            for path in self.folders.walk(row.id, row.generation):
                with suppress(NotFound), self.folders.open(row.id, row.generation, path) as file:
                    self.platform.areas.write_file(owner, f"{target.path}/{path}", file, overwrite=True)
        except AISpaceError as error:
            problem = {**failure(error), "code": "results_not_stored"}
        with self.db.write() as session:
            row = session.get(BatchRow, batch_id)
            if row is None or row.status != "storing":
                return
            if problem is None:
                row.stored = target.model_dump()
            else:
                row.reason = problem
            self._end(session, row, "succeeded")

    # Inside

    def _check(
        self, principal: Principal, configuration: dict[str, Any]
    ) -> tuple[Configured, dict[str, Any], Point | None]:
        wanted = {**configuration, "replicas": 1}
        configured = self.platform.serving.configuring.check(principal, wanted, kind="batch")
        source, point, named_source = configuration["source"], None, dict(configuration["source"])
        if source["kind"] == "dataset":
            wish = DatasetInput(**{key: source[key] for key in ("dataset_id", "version", "split")})
            found = find_dataset(self.platform, principal, wish, "batch", "source")
            point = found.point
            named_source["dataset"] = {"id": found.id, "name": found.name}
        else:
            self._check_folder(principal, source["path"])
        image = self.platform.images.resolve(principal, configured.columns["image_id"], purpose="serving")
        named = {
            "source": named_source,
            "image": {"id": image.id, "name": image.name},
            "serving": configured.columns["configuration"],
            "model_version": configured.columns["model_version"],
        }
        return configured, named, point

    def _check_folder(self, principal: Principal, path: str) -> None:
        try:
            is_file = self.platform.areas.is_file(principal, path)
        except NotFound:
            is_file = True
        if is_file:
            raise Invalid(
                "source.path", f"Folder: there is no folder {path!r} in your area. Choose one.", code="not_found"
            )

    def _prepare(
        self,
        principal: Principal,
        batch_id: str,
        generation: int,
        name: str,
        configuration: dict[str, Any],
        configured: Configured,
        named: dict[str, Any],
    ) -> WorkloadSpec:
        """Lay out everything that it reads and make its folder; never inside a transaction."""
        serving = configured.columns["configuration"]
        prepared = lay_out(
            self.platform, principal, configured.columns["model_id"], configured.columns["model_version"], serving
        )
        source = configuration["source"]
        if source["kind"] == "dataset":
            data = self.platform.datasets.resolve_for_run(
                principal, source["dataset_id"], source["version"], split=source["split"]
            ).path
        else:
            area = self.platform.areas.area(principal)
            with area.place(source["path"]) as place:
                data = area.root / place.path
        results = self.folders.make(batch_id, generation, principal.uid)
        hours = configuration["max_hours"]
        return WorkloadSpec(
            kind="batch",
            name=name,
            command=[
                "python",
                "-m",
                "aispace_runtime.inference.batch",
                *model_arguments(serving, configured.columns["model_version"], prepared),
                "--data",
                "{mount:data}",
                "--results",
                "{mount:results}",
            ],
            env=model_environment(serving),
            mounts=[
                *model_mounts(prepared),
                Mount(source=str(data), target="data"),
                Mount(source=str(results), target="results", read_only=False),
            ],
            image_id=configured.columns["image_id"],
            spec_id=configuration["spec_id"],
            retries=RETRIES,
            stop_grace_seconds=GRACE_SECONDS,
            time_limit_seconds=hours * 3600 or None,
            object_kind="batch_service",
            object_id=batch_id,
        )

    def _submit(self, session: Session, owner: Principal, row: BatchRow, spec: WorkloadSpec) -> None:
        workload = self.platform.workloads.submit(owner, spec)
        row.workload_id, row.status = workload.id, workload.status
        row.starts += 1
        row.reason = row.counts = row.started_at = row.ended_at = None
        session.flush()
        self._record(owner, "started", row, workload_id=workload.id)

    def _link(self, row: BatchRow, configured: Configured, data: Point | None) -> None:
        own = Point(row.id, None, row.name)
        links: Sequence[tuple[Point, Relation]] = [(point, "deployed") for point in configured.points]
        for point, relation in [*links, *([(data, "batch_data")] if data is not None else [])]:
            self.platform.lineage.record(point, own, relation)  # type: ignore[arg-type]

    @staticmethod
    def _check_ended(row: BatchRow, what: str) -> None:
        if row.status not in states.ENDED:
            raise Conflict("not_ended", f"{what}. {row.name!r} is {row.status}. Stop it first.")

    @staticmethod
    def _name_is_free(session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(BatchRow.id).where(BatchRow.owner_id == owner_id, BatchRow.name == name)):
            raise NameTaken("batch service", name)

    @staticmethod
    def _row(session: Session, principal: Principal, action: str, batch_id: str) -> BatchRow:
        row = session.get(BatchRow, batch_id)
        if row is None:
            raise NotFound("service", batch_id)  # the word of `authorize`: hidden and missing ones read alike
        authorize(principal, f"{action}:service", row)
        return row

    def _readable(self, principal: Principal, batch_id: str) -> BatchRow:
        with self.db.read() as session:
            return self._row(session, principal, "read", batch_id)

    def _record(self, principal: Principal, verb: str, row: BatchRow, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"batch_service.{verb}",
            object_kind="batch_service",
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )

    def _shape(self, principal: Principal, row: BatchRow) -> BatchRead:
        return self._shapes(principal, [row])[0]

    def _shapes(self, principal: Principal, rows: Sequence[BatchRow]) -> Sequence[BatchRead]:
        workloads = self.platform.workloads.get_many([row.workload_id for row in rows if row.workload_id])
        owners = self.platform.users.refs({row.owner_id for row in rows})
        result = []
        for row in rows:
            able = can(principal, "write:service", row)
            configuration, serving = row.configuration, row.named["serving"]
            workload = workloads.get(row.workload_id or "")
            counts = row.counts or self.folders.counts(row.id, row.generation).model_dump()
            source = {k: v for k, v in row.named["source"].items() if k != "dataset_id"}
            result.append(
                BatchRead(
                    id=row.id,
                    name=row.name,
                    owner=owners[row.owner_id],
                    visibility=row.visibility,  # type: ignore[arg-type]  # written through `Visibility` only
                    revision=row.revision or 1,
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                    can=(["write", "start", "delete"] if row.status in states.ENDED else ["stop"]) if able else [],
                    description=row.description,
                    status=row.status,  # type: ignore[arg-type]  # a workload's, or "storing"
                    reason=_reason(row.reason),
                    counts=BatchCounts.model_validate(counts),
                    model=ServingModel(id=row.model_id, name=serving["model_name"], version=row.named["model_version"])
                    if row.model_id
                    else None,
                    script=ServingScript(**serving["script"]) if serving["script"] else None,
                    image=Ref(**row.named["image"]),
                    spec_id=configuration["spec_id"],
                    source=BatchSourceRead(**source),
                    results=ResultFolder(**configuration["results"]) if configuration["results"] else None,
                    stored=ResultFolder(**row.stored) if row.stored else None,
                    parameters=configuration["parameters"],
                    argument_mapping=configuration["argument_mapping"],
                    environment=configuration["environment"] if able else {},
                    max_hours=configuration["max_hours"],
                    starts=row.starts,
                    workload_id=row.workload_id if able else None,
                    cost=workload.cost if workload else None,
                    started_at=row.started_at,
                    ended_at=row.ended_at,
                    delivery=delivery_shape(principal, row.delivery),
                )
            )
        return result


def _reason(value: dict[str, Any] | None) -> Reason | None:
    if value and value.get("message"):
        return Reason(code=value["code"], message=value["message"], params=value.get("params") or {})
    return describe(value)
