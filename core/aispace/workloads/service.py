"""Submit, look, stop: the public face of workloads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, or_, select
from traitlets import Float, Int
from traitlets.config import LoggingConfigurable

from ..engines.base import Key
from ..errors import Conflict, Forbidden, Invalid, NotFound
from ..identity import SYSTEM, Principal, authorize, can, visible
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import Amount, Page, Ref
from . import queue, states
from .logs import LogFiles
from .metrics import usage_series
from .orm import Attempt, Workload
from .reasons import describe
from .reconciler import Reconciler
from .scalars import ScalarFiles
from .schemas import (
    AttemptRead,
    Forecast,
    LogQuery,
    LogRead,
    MetricsQuery,
    ResourceNeed,
    ScalarQuery,
    ScalarRead,
    ScalarSummary,
    UsageSeries,
    WorkloadQuery,
    WorkloadRead,
    WorkloadSpec,
)
from .secrets import SecretStore

if TYPE_CHECKING:
    from ..platform import Platform
    from ..resources.orm import ResourceSpec
    from ..resources.schemas import QueueRead

PURPOSE: dict[str, str] = {
    "notebook": "notebook",
    "training": "training",
    "evaluation": "evaluation",
    "service": "serving",
}


@dataclass(frozen=True)
class WorkloadChange:
    """What a domain is told, inside the reconciler's transaction.

    Parameters
    ----------
    previous : str
        Status before. States that lasted less than a reconcile step may be skipped.
    """

    id: str
    kind: str
    name: str
    owner_id: str
    object_kind: str | None
    object_id: str | None
    previous: states.Status
    status: states.Status
    attempt: int
    reason: dict[str, Any] | None
    exit_code: int | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether the workload is over."""
        return self.status in states.ENDED


Callback = Callable[[WorkloadChange], None]


class WorkloadService(LoggingConfigurable):
    """Everything that consumes compute passes here."""

    ageing_seconds = Float(
        900.0,
        min=0,
        help="So many seconds of waiting are worth one level of priority. Example: 900 lets a low one that has waited "
        "for 15 minutes pass a normal one submitted now.",
    ).tag(config=True)
    observe_seconds = Float(
        1.0, min=0.05, help="Seconds between two full looks at what runs; changes are acted on at once anyway."
    ).tag(config=True)
    billing_interval_seconds = Float(
        3600.0, min=1, help="Usage of what runs is closed into the ledger at least this often, in seconds."
    ).tag(config=True)
    admission_batch = Int(100, min=1, help="Workloads admitted in one transaction, at most.").tag(config=True)
    retry_delay_limit_seconds = Float(
        60.0, min=0, help="Longest pause before another attempt; the first retry is at once, then 1 s, 2 s, 4 s ..."
    ).tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.platform = platform
        self.db = platform.db
        self.callbacks: dict[str, list[Callback]] = {}
        self.secrets = SecretStore(platform.path / "secrets" / "workloads")
        self.log_files = LogFiles()
        self.scalar_files = ScalarFiles()
        self.reconciler = Reconciler(self)

    # Life

    def start(self) -> None:
        """Start engine and reconciler; what already runs is found again."""
        self.platform.resources.ensure_defaults()
        self.reconciler.start()

    def close(self) -> None:
        """Stop engine and reconciler; attempts go on."""
        self.reconciler.close()
        self.log_files.close()
        self.platform.engine.close()

    def wake(self) -> None:
        """Let the reconciler act once the running transaction is committed."""
        self.db.after_commit(self.reconciler.wake)

    def on_change(self, kind: str, callback: Callback) -> None:
        """Have a domain told of each change of state of workloads of a kind.

        ``callback(change)`` is called inside the reconciler's transaction; what it writes is committed with the
        change. When it raises, its writes are undone and it is called again later: it must bear being called twice.
        """
        self.callbacks.setdefault(kind, []).append(callback)

    # Requests

    def submit(self, principal: Principal, spec: WorkloadSpec) -> WorkloadRead:
        """Accept a workload, in the running transaction if there is one.

        Parameters
        ----------
        principal : Principal
            Who submits. The workload is his unless ``spec.owner_id`` names another, which only the platform may do.

        Raises
        ------
        Invalid
            The resource spec does not exist, is not for this kind, or is larger than the installation.
        """
        authorize(principal, "write:workload")
        if spec.owner_id not in (None, principal.user_id) and principal is not SYSTEM:
            raise Forbidden("Not done. Only the platform may run something in another's name.")
        if spec.queue != "default":
            raise Invalid("queue", f"Queue: {spec.queue!r} does not exist. Use 'default'.", code="not_found")
        now = self.platform.clock.now()
        due = now + timedelta(seconds=spec.delay_seconds)
        row = Workload(
            id=new_id("wl"),
            organisation_id=principal.organisation_id,
            department_id=principal.department_id,
            owner_id=spec.owner_id or principal.user_id,
            visibility=spec.visibility,
            kind=spec.kind,
            name=spec.name,
            status="scheduled" if spec.delay_seconds > 0 else "queued",
            target="running",
            spec=spec.model_dump(mode="json"),
            image_id=spec.image_id,
            object_kind=spec.object_kind,
            object_id=spec.object_id,
            external=spec.external,
            run_as=spec.run_as or principal.uid,
            queue=spec.queue,
            priority=spec.priority,
            rank=states.rank(due.timestamp(), spec.priority, self.ageing_seconds),
            not_before=due if spec.delay_seconds > 0 else None,
            queued_at=None if spec.delay_seconds > 0 else now,
            retries=spec.retries,
        )
        if spec.spec_id is not None:
            self._reserve(row, self._resolve(principal, spec))
        elif principal is not SYSTEM and spec.kind in PURPOSE:
            raise Invalid("spec_id", "Spec: choose one.", code="missing")
        with self.db.write() as session:
            session.add(row)
            session.flush()
            if spec.secret_env:
                self.secrets.put(row.id, spec.secret_env)
            self.record(principal, row)
            self.wake()
        return self._shape(principal, row, [], None, self._owners([row]), None)

    def stop(self, principal: Principal, workload_id: str) -> WorkloadRead:
        """Ask a workload to end. One that has ended stays as it is."""
        return self._aim(principal, workload_id, "stopped")

    def pause(self, principal: Principal, workload_id: str) -> WorkloadRead:
        """Ask a workload to give back its resources until it is resumed."""
        return self._aim(principal, workload_id, "paused")

    def resume(self, principal: Principal, workload_id: str) -> WorkloadRead:
        """Let a paused workload queue again."""
        return self._aim(principal, workload_id, "running")

    def _aim(self, principal: Principal, workload_id: str, target: states.Target) -> WorkloadRead:
        with self.db.write():
            row = self._row(principal, "write:workload", workload_id)
            if row.status in states.ENDED and target != "stopped":
                raise Conflict(
                    "ended", f"Not done. {row.name} has ended ({row.status}). Run it again instead.", status=409
                )
            if row.status not in states.ENDED and row.target != target and row.target != "stopped":
                row.target = target
                verb = {"stopped": "stop_requested", "paused": "pause_requested", "running": "resume_requested"}
                self.record(principal, row, verb[target])
                self.wake()
            return self.get(principal, workload_id)

    def delete(self, principal: Principal, workload_id: str) -> None:
        """Delete an ended workload with its log and files; the ledger keeps its usage."""
        with self.db.write() as session:
            row = self._row(principal, "write:workload", workload_id)
            if row.status not in states.ENDED:
                raise Conflict("running", f"{row.name} was not deleted. It is {row.status}. Stop it first.", status=409)
            self.record(principal, row, "deleted")
            session.delete(row)
            self.db.after_commit(lambda: self.platform.engine.forget(workload_id))

    def report(
        self,
        workload_id: str,
        phase: Literal["running", "ended"],
        *,
        exit_code: int | None = None,
        ports: dict[str, tuple[str, int]] | None = None,
    ) -> None:
        """Take what the runner of an external workload says about it; the reconciler acts on it at once.

        Parameters
        ----------
        exit_code : int, optional
            With ``ended``: of its main process; None is read as stopped.
        """
        with self.db.write() as session:
            row = session.get(Workload, workload_id)
            if row is None or not row.external:
                raise NotFound("workload", workload_id)
            at = self.platform.clock.now().isoformat()
            known = row.reported or {}
            row.reported = {
                **known,
                "phase": phase,
                "exit_code": exit_code,
                "ports": ports or known.get("ports") or {},
                "started_at": known.get("started_at") or at,
                "ended_at": at if phase == "ended" else None,
            }
            self.wake()

    # Reading

    def get(self, principal: Principal, workload_id: str) -> WorkloadRead:
        """Read a workload."""
        with self.db.read() as session:
            row = self._row(principal, "read:workload", workload_id)
            tries = session.scalars(select(Attempt).where(Attempt.workload_id == row.id).order_by(Attempt.number)).all()
            cost = self.platform.billing.cost_of([row.id]).get(row.id)
            return self._shape(principal, row, tries, cost, self._owners([row]), self.position(row))

    def get_many(self, workload_ids: Sequence[str]) -> dict[str, WorkloadRead]:
        """Read workloads for another domain, which has checked who may see them."""
        with self.db.read() as session:
            rows = session.scalars(select(Workload).where(Workload.id.in_(list(workload_ids)))).all()
            return {read.id: read for read in self._shapes(SYSTEM, rows)}

    def list(self, principal: Principal, query: WorkloadQuery) -> Page[WorkloadRead]:
        """List workloads; administrators see everybody's."""
        authorize(principal, "read:workload")
        statement = select(Workload).where(visible(principal, Workload))
        for column, value in (
            (Workload.kind, query.kind),
            (Workload.status, query.status),
            (Workload.owner_id, principal.user_id if query.owner == "me" else query.owner),
            (Workload.object_id, query.object_id),
        ):
            if value is not None:
                statement = statement.where(column == value)
        if query.active is not None:
            ended = Workload.status.in_(states.ENDED)
            statement = statement.where(~ended if query.active else ended)
        if query.q:
            statement = statement.where(or_(contains(Workload.name, query.q), Workload.id == query.q))
        sorts = {
            "created_at": Workload.created_at,
            "name": Workload.name,
            "status": Workload.status,
            "kind": Workload.kind,
            "started_at": Workload.started_at,
            "ended_at": Workload.ended_at,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Workload.id)
            return Page[WorkloadRead](items=self._shapes(principal, rows), page=info)

    def position(self, row: Workload) -> int | None:
        """Tell the place in the queue, from 1; None when the workload does not wait in it."""
        if row.status != "queued":
            return None
        with self.db.read() as session:
            before = select(func.count()).where(
                Workload.status == "queued",
                or_(Workload.rank < row.rank, (Workload.rank == row.rank) & (Workload.id < row.id)),
            )
            return 1 + (session.scalar(before) or 0)

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

    def log_path(self, principal: Principal, workload_id: str, attempt: int | None = None) -> str:
        """Tell where the log of an attempt lies, for a download."""
        key, _ = self._attempt(principal, workload_id, attempt)
        return os.fspath(self.platform.engine.directory(key) / "log")

    def directory(self, workload_id: str, attempt: int | None = None) -> str:
        """Tell the folder of an attempt (default: the newest), for the domain it runs for."""
        key, _ = self._attempt(SYSTEM, workload_id, attempt)
        return os.fspath(self.platform.engine.directory(key))

    def scalars(self, principal: Principal, workload_id: str, query: ScalarQuery) -> ScalarRead:
        """Read the scalars that an attempt logged, in buckets."""
        key, _ = self._attempt(principal, workload_id, query.attempt)
        path = self.platform.engine.directory(key) / "metrics.jsonl"
        return self.scalar_files.read(path, key.number, query.wanted(), query.after, query.buckets)

    def scalar_summary(self, workload_id: str, attempt: int | None = None) -> dict[str, ScalarSummary]:
        """Give last and best value of each scalar, for the domain it runs for."""
        key, _ = self._attempt(SYSTEM, workload_id, attempt)
        return self.scalar_files.summary(self.platform.engine.directory(key) / "metrics.jsonl")

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

    # Queue

    def used(self) -> queue.Used:
        """Tell what those that start or run hold."""
        used = queue.Used()
        with self.db.read() as session:
            rows = session.execute(
                select(
                    Workload.accelerator,
                    func.sum(Workload.cpu),
                    func.sum(Workload.memory_bytes),
                    func.sum(Workload.accelerator_count),
                )
                .where(Workload.status.in_(states.ALIVE))
                .group_by(Workload.accelerator)
            ).all()
        for accelerator, cpu, memory, count in rows:
            used.cpu += float(cpu or 0)
            used.memory_bytes += int(memory or 0)
            if accelerator:
                used.accelerators[accelerator] = int(count or 0)
        return used

    def waiting_by_spec(self) -> dict[str, int]:
        """Count those that wait, by resource spec."""
        with self.db.read() as session:
            rows = session.execute(
                select(Workload.spec_id, func.count())
                .where(Workload.status == "queued", Workload.spec_id.is_not(None))
                .group_by(Workload.spec_id)
            ).all()
        return {str(spec_id): int(count) for spec_id, count in rows}

    def queues(self) -> Sequence[QueueRead]:
        """List the queues."""
        from ..resources.schemas import QueueRead

        with self.db.read() as session:
            waiting, oldest = session.execute(
                select(func.count(), func.min(Workload.queued_at)).where(Workload.status == "queued")
            ).one()
            running = session.scalar(select(func.count()).where(Workload.status.in_(states.ALIVE)))
        return [QueueRead(name="default", waiting=waiting, running=running or 0, oldest_queued_at=oldest)]

    def active_users_of_spec(self, spec_id: str) -> Sequence[dict[str, str]]:
        """List what waits for or runs with a spec."""
        return self._active(Workload.spec_id == spec_id)

    def active_users_of_image(self, image_id: str) -> Sequence[dict[str, str]]:
        """List what waits for or runs in an image."""
        return self._active(Workload.image_id == image_id)

    def active_of(self, object_id: str) -> Sequence[dict[str, str]]:
        """List what waits or runs for an object."""
        return self._active(Workload.object_id == object_id)

    def _active(self, condition: Any) -> Sequence[dict[str, str]]:
        with self.db.read() as session:
            rows = session.execute(
                select(Workload.id, Workload.name, Workload.kind).where(Workload.status.in_(states.OPEN), condition)
            ).all()
        return [{"kind": kind, "id": workload_id, "name": name} for workload_id, name, kind in rows]

    def forecast(self, principal: Principal, spec: WorkloadSpec) -> Forecast:
        """Tell what would happen to a workload if it were submitted now.

        Raises
        ------
        Invalid
            As `submit` would.
        """
        now = self.platform.clock.now()
        total = self.platform.engine.capacity()
        resolved = self._resolve(principal, spec, refuse_never=False) if spec.spec_id else None
        need = Workload(cpu=0.0, memory_bytes=0, accelerator_count=0)
        if resolved is not None:
            self._reserve(need, resolved)
        rank = states.rank(now.timestamp() + spec.delay_seconds, spec.priority, self.ageing_seconds)
        with self.db.read() as session:
            alive = session.scalars(select(Workload).where(Workload.status.in_(states.ALIVE))).all()
            ahead = session.scalars(
                select(Workload).where(Workload.status == "queued", Workload.rank <= rank).order_by(Workload.rank)
            ).all()
        running = [(row, _left(row, now)) for row in alive]
        used = queue.Used()
        for row in alive:
            used.add(row)
        fits = not queue.shortage(need, total)
        admission = queue.Admission(total, used)
        for row in ahead:
            admission.consider(row)
        free_now = fits and admission.consider(need).admitted
        waits = 0.0 if free_now else None
        if fits and not free_now:
            waits = queue.starts_in(need, [(row, row.spec.get("time_limit_seconds")) for row in ahead], running, total)
        if waits is not None:
            waits = max(waits, spec.delay_seconds)
        price = resolved.price_per_hour if resolved is not None else None
        most = None
        if price is not None and spec.time_limit_seconds is not None:
            hours = Decimal(str(spec.time_limit_seconds)) * (spec.retries + 1) / 3600
            most = (price * hours).quantize(Decimal("0.000001"))
        return Forecast(
            position=len(ahead) + 1,
            starts_in_seconds=waits,
            free=free_now,
            fits=fits,
            price_per_hour=price,
            cost_at_most=most,
        )

    # Inside

    def record(self, principal: Principal, row: Workload, verb: str | None = None) -> None:
        """Write the event of a workload's present status, or of ``verb``."""
        self.platform.events.record(
            principal,
            f"workload.{verb or row.status}",
            object_kind="workload",
            object_id=row.id,
            params={
                "name": row.name,
                "kind": row.kind,
                "attempt": row.attempts,
                "object_kind": row.object_kind,
                "object_id": row.object_id,
                "reason": row.reason,
            },
            resource=row,
        )

    def price(self, spec_ids: Iterable[str]) -> dict[str, Decimal | None]:
        """Tell the prices in force."""
        from ..resources.orm import ResourceSpec

        with self.db.read() as session:
            rows = session.execute(
                select(ResourceSpec.id, ResourceSpec.price_per_hour).where(ResourceSpec.id.in_(set(spec_ids)))
            ).all()
        return {str(spec_id): price for spec_id, price in rows}

    def _resolve(self, principal: Principal, spec: WorkloadSpec, *, refuse_never: bool = True) -> ResourceSpec:
        resolved = self.platform.resources.resolve(principal, spec.spec_id or "", purpose=PURPOSE.get(spec.kind))
        short = queue.shortage(resolved, self.platform.engine.capacity()) if refuse_never else {}
        if short:
            raise Invalid(
                "spec_id",
                f"Spec: {resolved.name!r} is larger than this installation ({', '.join(short)}). Choose another.",
                code="never_fits",
                params={"resources": short},
            )
        return resolved

    @staticmethod
    def _reserve(row: Workload, spec: ResourceSpec) -> None:
        row.spec_id = spec.id
        row.spec_name = spec.name
        row.cpu = spec.cpu
        row.memory_bytes = spec.memory_bytes
        row.accelerator = spec.accelerator
        row.accelerator_count = spec.accelerator_count
        row.accelerator_product = spec.accelerator_product

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

    def _owners(self, rows: Sequence[Workload]) -> dict[str, Ref]:
        return self.platform.users.refs({row.owner_id for row in rows})

    def _shapes(self, principal: Principal, rows: Sequence[Workload]) -> Sequence[WorkloadRead]:
        ids = [row.id for row in rows]
        tries: dict[str, list[Attempt]] = {}
        with self.db.read() as session:
            found = session.scalars(select(Attempt).where(Attempt.workload_id.in_(ids)).order_by(Attempt.number))
            for attempt in found:
                tries.setdefault(attempt.workload_id, []).append(attempt)
            costs = self.platform.billing.cost_of(ids)
            owners = self._owners(rows)
            return [
                self._shape(principal, row, tries.get(row.id, []), costs.get(row.id), owners, self.position(row))
                for row in rows
            ]

    def _shape(
        self,
        principal: Principal,
        row: Workload,
        tries: Sequence[Attempt],
        cost: Decimal | None,
        owners: dict[str, Ref],
        position: int | None,
    ) -> WorkloadRead:
        able = can(principal, "write:workload", row)
        actions = (["delete"] if row.status in states.ENDED else ["stop"]) if able else []
        return WorkloadRead(
            id=row.id,
            kind=row.kind,  # type: ignore[arg-type]
            name=row.name,
            owner=owners[row.owner_id],
            status=row.status,  # type: ignore[arg-type]
            target=row.target,  # type: ignore[arg-type]
            reason=describe(row.reason),
            observed_at=row.observed_at,
            queue=row.queue,
            position=position,
            priority=row.priority,  # type: ignore[arg-type]
            spec=ResourceNeed(
                spec_id=row.spec_id,
                spec_name=row.spec_name,
                cpu=row.cpu or 0.0,
                memory_bytes=row.memory_bytes or 0,
                accelerator=row.accelerator,
                accelerator_count=row.accelerator_count or 0,
            ),
            image_id=row.image_id,
            object={"kind": row.object_kind or "", "id": row.object_id} if row.object_id else None,
            command=row.spec["command"],
            attempts=[
                AttemptRead(
                    number=attempt.number,
                    status=attempt.status,  # type: ignore[arg-type]
                    started_at=attempt.started_at,
                    ended_at=attempt.ended_at,
                    exit_code=attempt.exit_code,
                    reason=describe(attempt.reason),
                )
                for attempt in tries
            ],
            retries=row.retries,
            time_limit_seconds=row.spec.get("time_limit_seconds"),
            cost=Amount(amount=cost, currency=self.platform.currency) if cost is not None else None,
            created_at=row.created_at,
            scheduled_for=row.not_before if row.status == "scheduled" else None,
            queued_at=row.queued_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            can=actions,
        )


def _left(row: Workload, now: datetime) -> float | None:
    limit = row.spec.get("time_limit_seconds")
    if limit is None:
        return None
    return float(limit) - ((now - row.started_at).total_seconds() if row.started_at else 0.0)
