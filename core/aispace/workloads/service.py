"""Submit, look, stop: the public face of workloads."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, or_, select
from traitlets import Float, Int
from traitlets.config import LoggingConfigurable

from ..errors import Conflict, Forbidden, Invalid, NotFound
from ..identity import SYSTEM, Principal, authorize, visible
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import Page
from . import states
from .changes import WorkloadChange
from .logs import LogFiles
from .orm import Attempt, Workload
from .reading import AttemptReader
from .reconciler import Reconciler
from .scalars import ScalarFiles
from .schemas import WorkloadQuery, WorkloadRead, WorkloadSpec
from .secrets import SecretStore
from .shapes import shape
from .waiting import PURPOSE, QueueReader, reserve

if TYPE_CHECKING:
    from ..platform import Platform


__all__ = ["WorkloadChange", "WorkloadService"]

Callback = Callable[[WorkloadChange], None]


class WorkloadService(AttemptReader, QueueReader, LoggingConfigurable):
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
        platform.trees.in_use.append(self._mounted)

    def _mounted(self) -> builtins.list[str]:
        """Give the folders that workloads which have not ended mount: their trees must stay."""
        with self.db.read() as session:
            specs = session.scalars(select(Workload.spec).where(Workload.status.in_(states.OPEN))).all()
        return [mount["source"] for spec in specs for mount in spec.get("mounts", [])]

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
        if spec.image_id is not None:
            self.platform.images.need(spec.image_id)
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
            reserve(row, self.resolve_spec(principal, spec))
        elif principal is not SYSTEM and spec.kind in PURPOSE:
            raise Invalid("spec_id", "Spec: choose one.", code="missing")
        with self.db.write() as session:
            session.add(row)
            session.flush()
            if spec.secret_env:
                self.secrets.put(row.id, spec.secret_env)
            self.record(principal, row)
            self.wake()
        return self._shapes(principal, [row])[0]

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

    def hand_over(self, object_id: str, owner: Principal) -> None:
        """Give all workloads of an object to its new owner; what runs goes on, and is paid by him from now on."""
        with self.db.write() as session:
            rows = session.scalars(select(Workload).where(Workload.object_id == object_id)).all()
            for row in rows:
                row.owner_id = owner.user_id
                row.organisation_id, row.department_id = owner.organisation_id, owner.department_id
            session.flush()
            self.platform.billing.hand_over([row.id for row in rows], owner)

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
        with self.db.read():
            return self._shapes(principal, [self._row(principal, "read:workload", workload_id)])[0]

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

    def _shapes(self, principal: Principal, rows: Sequence[Workload]) -> builtins.list[WorkloadRead]:
        ids = [row.id for row in rows]
        tries: dict[str, builtins.list[Attempt]] = {}
        with self.db.read() as session:
            found = session.scalars(select(Attempt).where(Attempt.workload_id.in_(ids)).order_by(Attempt.number))
            for attempt in found:
                tries.setdefault(attempt.workload_id, []).append(attempt)
            costs = self.platform.billing.cost_of(ids)
            owners = self.platform.users.refs({row.owner_id for row in rows})
            return [
                shape(
                    principal,
                    row,
                    owner=owners[row.owner_id],
                    tries=tries.get(row.id, ()),
                    cost=costs.get(row.id),
                    currency=self.platform.currency,
                    position=self.position(row),
                )
                for row in rows
            ]
