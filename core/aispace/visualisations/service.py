"""Rules of visualisations: start, use again, look, stop; and the thread that stops those that nobody looks at."""

from __future__ import annotations

import builtins
import hashlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from traitlets import Float, Int
from traitlets.config import LoggingConfigurable

from .. import revisions
from ..errors import AISpaceError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from ..identity import SYSTEM, Principal, authorize, can, visible
from ..ids import new_id
from ..images.presets import TENSORBOARD
from ..listing import contains, paged
from ..resources.schemas import GIB, SpecQuery, SpecRead
from ..schemas import Page, Reason, Ref
from ..training.shown import FoundRun
from ..workloads import states
from ..workloads.changes import WorkloadChange
from ..workloads.reasons import describe
from ..workloads.schemas import Mount, WorkloadSpec
from . import tickets
from .folders import choose, folder
from .orm import Visualisation
from .schemas import ShownRun, ViewRead, VisualisationCreate, VisualisationQuery, VisualisationRead

if TYPE_CHECKING:
    from ..platform import Platform

PORT: Final = "http"
KEY_VARIABLE: Final = "AISPACE_VIEW_KEY"
IDLE: Final = "idle"
CONNECT_SECONDS: Final = 0.3
VISIT_SECONDS: Final = 15.0
"""A visit is written down at most so often."""
ENOUGH_BYTES: Final = GIB
"""Memory in which TensorBoard reads runs of ordinary size."""

log = logging.getLogger("aispace.visualisations")


class VisualisationService(LoggingConfigurable):
    """TensorBoard over training runs."""

    idle_minutes = Int(
        60, min=1, max=1440, help="Minutes without a visitor after which one stops by itself, where its owner set none."
    ).tag(config=True)
    ticket_hours = Float(
        12.0, min=0.1, help="Hours that an open page may be used before it has to be opened again."
    ).tag(config=True)
    busy_seconds = Float(0.3, min=0.01, help="Seconds between two looks while one is starting.").tag(config=True)
    look_seconds = Float(15.0, min=0.05, help="Seconds between two looks otherwise.").tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.platform = platform
        self.db = platform.db
        self._visits: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        platform.workloads.on_change("visualisation", self._changed)

    # Life

    def start(self) -> None:
        """Start the thread; what runs is found again."""
        self._thread = threading.Thread(target=self._run, name="aispace-visualisations", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; visualisations go on."""
        self._stop.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            busy = False
            try:
                busy = self.look()
            except Exception:  # whatever it was: it is logged, and the next look follows
                log.exception("a look at the visualisations failed; the next one follows")
            self._news.wait(self.busy_seconds if busy else self.look_seconds)
            self._news.clear()

    # Reading

    def list(self, principal: Principal, query: VisualisationQuery) -> Page[VisualisationRead]:
        """List visualisations; administrators see everybody's."""
        authorize(principal, "read:training")
        statement = select(Visualisation).where(visible(principal, Visualisation, mine_only=query.scope == "mine"))
        if query.scope in ("shared", "preset"):
            statement = statement.where(Visualisation.visibility == query.scope)  # they are private: none
        if query.active is not None:
            ended = Visualisation.status.in_(states.ENDED)
            statement = statement.where(~ended if query.active else ended)
        if query.q:
            statement = statement.where(contains(Visualisation.name, query.q))
        sorts = {"name": Visualisation.name, "created_at": Visualisation.created_at, "status": Visualisation.status}
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Visualisation.id)
            return Page[VisualisationRead](items=self._shapes(principal, rows), page=info)

    def get(self, principal: Principal, visualisation_id: str) -> VisualisationRead:
        """Read a visualisation."""
        with self.db.read() as session:
            return self._shapes(principal, [self._row(session, principal, "read", visualisation_id)])[0]

    # Starting and stopping

    def create(self, principal: Principal, body: VisualisationCreate) -> VisualisationRead:
        """Give the visualisation of these runs: the one that runs, or else one that is started now.

        Raises
        ------
        Invalid
            A run does not exist for this principal, or the spec cannot be used.
        """
        authorize(principal, "write:training")
        runs = choose(self.platform, principal, body.runs)
        key = _key(runs)
        with self.db.read() as session:
            row = self._of(session, principal, key)
            going = row is not None and row.status not in states.ENDED
            spec_id = body.spec_id or (
                row.spec_id if row is not None and self._usable(principal, row.spec_id) else None
            )
        prepared = None if going else self._prepare(principal, runs, spec_id)
        with self.db.write() as session:
            row = self._of(session, principal, key)
            if row is None:
                row = Visualisation(
                    id=new_id("vis"),
                    owner_id=principal.user_id,
                    organisation_id=principal.organisation_id,
                    department_id=principal.department_id,
                    name=_name(runs),
                    runs=[{"job_id": run.job_id, "name": run.job_name, "version": run.version} for run in runs],
                    runs_key=key,
                    spec_id="",
                    image_id="",
                    idle_minutes=self.idle_minutes,
                    status="stopped",
                )
                session.add(row)
            if body.idle_minutes is not None:
                row.idle_minutes = body.idle_minutes
            row.visited_at = self.platform.clock.now()
            if row.status in states.ENDED:
                if prepared is None:
                    raise Conflict("changed_meanwhile", "Not started. It has just ended. Try again.")
                self._submit(session, principal, row, prepared)
            else:
                revisions.touch(row)
            return self._shapes(principal, [row])[0]

    def stop(self, principal: Principal, visualisation_id: str) -> VisualisationRead:
        """Ask one to end; one that has ended stays as it is."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", visualisation_id)
            if row.status not in states.ENDED and row.workload_id is not None:
                self.platform.workloads.stop(SYSTEM, row.workload_id)
                self._record(principal, "stop_requested", row)
            return self._shapes(principal, [row])[0]

    def delete(self, principal: Principal, visualisation_id: str) -> None:
        """Delete one that has ended; the runs stay as they are."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", visualisation_id)
            if row.status not in states.ENDED:
                raise Conflict("not_ended", f"Not deleted. {row.name!r} is {row.status}. Stop it first.")
            self._record(principal, "deleted", row)
            session.delete(row)

    # Looking at it

    def open(self, principal: Principal, visualisation_id: str) -> ViewRead:
        """Give its owner the address of the page; this is a visit.

        Raises
        ------
        Forbidden
            It is somebody else's.
        Conflict
            It cannot be looked at yet, or not any more.
        """
        with self.db.read() as session:
            row = self._row(session, principal, "write", visualisation_id)
            if row.owner_id != principal.user_id:
                raise Forbidden("Not shown. This belongs to somebody else. Open the runs in a TensorBoard of your own.")
            if row.status != "running" or row.ready_at is None or row.workload_id is None:
                raise Conflict(
                    "not_running", f"Not shown. {row.name!r} is {_word(row)}. Start it, or wait until it is ready."
                )
            workload_id = row.workload_id
        self.visited(visualisation_id)
        expires = self.platform.clock.now() + timedelta(hours=self.ticket_hours)
        ticket = tickets.Ticket(visualisation_id, workload_id, principal.user_id, int(expires.timestamp()))
        return ViewRead(path=f"views/{tickets.write(ticket, self._secret)}/", expires_at=expires)

    def admit(self, text: str) -> tuple[tuple[str, int], str]:
        """Let a request of the page in; tell where the process listens and the key that it wants.

        Raises
        ------
        Unauthenticated, Forbidden
            The ticket opens nothing: it is not ours or too old, the visualisation was stopped or has another owner by
            now, or that account is disabled.
        Unavailable
            The process does not listen.
        """
        ticket = tickets.read(text, self._secret, self.platform.clock.now())
        self.platform.users.principal(ticket.user_id)
        with self.db.read() as session:
            row = session.get(Visualisation, ticket.visualisation_id)
        if row is None or row.owner_id != ticket.user_id or row.workload_id != ticket.workload_id:
            raise tickets.refused()
        if row.status != "running":
            raise tickets.refused()
        address = self.platform.workloads.address(ticket.workload_id, PORT)
        if address is None:
            raise Unavailable("view_away", "Not shown. TensorBoard does not answer. Look at its log.")
        self.visited(row.id)
        return address, self._view_key(row.id)

    def visited(self, visualisation_id: str) -> None:
        """Note that somebody looks at it."""
        with self._lock:
            self._visits[visualisation_id] = self.platform.clock.now()

    # What workloads say

    def _changed(self, change: WorkloadChange) -> None:
        with self.db.write() as session:
            row = session.scalar(select(Visualisation).where(Visualisation.workload_id == change.id))
            if row is None or row.status in states.ENDED:
                return
            row.status = change.status
            row.started_at = change.started_at or row.started_at
            if change.status != "running":
                row.ready_at = None
            if (row.reason or {}).get("code") != IDLE:
                row.reason = self._reason(row, change)
            if change.ended:
                row.ended_at = change.ended_at or self.platform.clock.now()
                self._record(SYSTEM, change.status, row, reason=row.reason)
            revisions.touch(row)
            self.db.after_commit(self._news.set)

    def _reason(self, row: Visualisation, change: WorkloadChange) -> dict[str, Any] | None:
        code = (change.reason or {}).get("code")
        if code == "image_failed":
            # What the build says is the remedy: the index is away, the disk is full.
            built = self.platform.images.get(SYSTEM, row.image_id).reason
            if built is not None:
                return built.model_dump(mode="json")
        if change.status == "stopped":
            return None
        return change.reason

    # The thread

    def look(self) -> bool:
        """Note visits, see who is ready, and stop those without visitors; tell whether one is on its way."""
        now = self.platform.clock.now()
        with self._lock:
            visits, self._visits = self._visits, {}
        with self.db.read() as session:
            running = session.scalars(select(Visualisation).where(Visualisation.status == "running")).all()
        ready = {row.id for row in running if row.ready_at is None and self._answers(row)}
        late = {row.id for row in running if _stops_at(row, visits.get(row.id)) <= now}
        news = {row.id for row in running if _is_news(row.visited_at, visits.get(row.id))}
        if ready or late or news:
            with self.db.write() as session:
                for row in session.scalars(select(Visualisation).where(Visualisation.id.in_(ready | late | news))):
                    self._note(row, now, visits.get(row.id), ready=row.id in ready, late=row.id in late)
        return any(row.ready_at is None and row.id not in ready for row in running)

    def _note(self, row: Visualisation, now: datetime, visit: datetime | None, *, ready: bool, late: bool) -> None:
        if row.status != "running" or row.workload_id is None:
            return
        if visit is not None:
            row.visited_at = visit
        if ready:
            row.ready_at = now
            self._record(SYSTEM, "ready", row)
        if late and (row.reason or {}).get("code") != IDLE:
            minutes = row.idle_minutes
            message = f"It stopped by itself: nobody looked at it for {minutes} min."
            row.reason = {"code": IDLE, "message": message, "params": {"minutes": minutes}}
            self.platform.workloads.stop(SYSTEM, row.workload_id)
            self._record(SYSTEM, "auto_stopped", row, reason=row.reason)
        revisions.touch(row)

    def _answers(self, row: Visualisation) -> bool:
        address = self.platform.workloads.address(row.workload_id or "", PORT)
        if address is None:
            return False
        try:
            socket.create_connection(address, CONNECT_SECONDS).close()
        except OSError:
            return False
        return True

    # Inside

    def _prepare(self, principal: Principal, runs: Sequence[FoundRun], spec_id: str | None) -> WorkloadSpec:
        image_id = self.platform.images.preset(TENSORBOARD)
        if image_id is None:
            raise Unavailable("no_image", "Not started. The image of TensorBoard is not there. Ask an administrator.")
        names = _labels(runs)
        mounts = [
            Mount(source=str(folder(self.platform, principal, run)), target=f"run{index}")
            for index, run in enumerate(runs)
        ]
        return WorkloadSpec(
            kind="visualisation",
            name=_name(runs),
            command=[
                "python",
                "-m",
                "aispace_runtime.visualise",
                "--port",
                "{port:http}",
                *(f"--run={names[index]}={{mount:run{index}}}" for index in range(len(runs))),
            ],
            mounts=mounts,
            image_id=image_id,
            spec_id=spec_id or self._spec(principal),
            stop_grace_seconds=5,
            ports=[PORT],
            object_kind="visualisation",
        )

    def _submit(self, session: Session, principal: Principal, row: Visualisation, spec: WorkloadSpec) -> None:
        self.platform.images.retry(spec.image_id or "")
        secret = {KEY_VARIABLE: self._view_key(row.id)}
        whole = spec.model_copy(update={"object_id": row.id, "secret_env": secret})
        workload = self.platform.workloads.submit(principal, whole)
        row.workload_id, row.status = workload.id, workload.status
        row.spec_id, row.image_id = spec.spec_id or "", spec.image_id or ""
        row.reason = row.started_at = row.ready_at = row.ended_at = None
        revisions.touch(row)
        session.flush()
        self._record(principal, "started", row, workload_id=workload.id)

    def _spec(self, principal: Principal) -> str:
        """Choose the cheapest spec for training that is large enough, without an accelerator where there is one."""
        query = SpecQuery(purpose="training", enabled=True, limit=200)
        fit = [spec for spec in self.platform.resources.list(principal, query).items if spec.capacity.total > 0]
        if not fit:
            raise Invalid("spec_id", "Spec: none serves training. An administrator can add one.", code="missing")

        def rank(spec: SpecRead) -> tuple[Any, ...]:
            price = spec.price_per_hour.amount if spec.price_per_hour else 0
            return spec.memory_bytes < ENOUGH_BYTES, spec.accelerator is not None, price, spec.memory_bytes

        return min(fit, key=rank).id

    def _usable(self, principal: Principal, spec_id: str) -> bool:
        try:
            self.platform.resources.resolve(principal, spec_id, purpose="training")
        except AISpaceError:
            return False
        return True

    @property
    def _secret(self) -> str:
        return self.platform.secret("view_key")

    def _view_key(self, visualisation_id: str) -> str:
        """Make what the process asks of whoever reaches its port: other users of the machine reach it too."""
        return hmac.new(self._secret.encode(), b"key:" + visualisation_id.encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def _of(session: Session, principal: Principal, key: str) -> Visualisation | None:
        wanted = select(Visualisation).where(Visualisation.owner_id == principal.user_id, Visualisation.runs_key == key)
        found: Visualisation | None = session.scalar(wanted)
        return found

    @staticmethod
    def _row(session: Session, principal: Principal, action: str, visualisation_id: str) -> Visualisation:
        row = session.get(Visualisation, visualisation_id)
        if row is None:
            raise NotFound("visualisation", visualisation_id)
        authorize(principal, f"{action}:training", row)
        return row

    def _record(self, principal: Principal, verb: str, row: Visualisation, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"visualisation.{verb}",
            object_kind="visualisation",
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )

    def _shapes(self, principal: Principal, rows: Sequence[Visualisation]) -> builtins.list[VisualisationRead]:
        workloads = self.platform.workloads.get_many([row.workload_id for row in rows if row.workload_id])
        owners = self.platform.users.refs({row.owner_id for row in rows})
        return [self._shape(principal, row, owners[row.owner_id], workloads.get(row.workload_id or "")) for row in rows]

    def _shape(self, principal: Principal, row: Visualisation, owner: Ref, workload: Any) -> VisualisationRead:
        able = can(principal, "write:training", row)
        mine = row.owner_id == principal.user_id
        actions = ["start", "delete"] if row.status in states.ENDED else ["stop"]
        if row.ready_at is not None and mine:
            actions.append("open")
        with self._lock:
            visit = self._visits.get(row.id)
        runs = shown_runs(row.runs)
        reason = row.reason
        return VisualisationRead(
            id=row.id,
            name=row.name,
            owner=owner,
            visibility=row.visibility,  # type: ignore[arg-type]  # always private
            revision=row.revision or 1,
            created_at=row.created_at,
            updated_at=row.updated_at,
            can=[action for action in actions if able and (mine or action != "start")],
            runs=runs,
            status=row.status,  # type: ignore[arg-type]  # a workload's
            reason=Reason(**reason) if reason and reason.get("message") else describe(reason),
            ready=row.ready_at is not None,
            idle_minutes=row.idle_minutes,
            visited_at=visit or row.visited_at,
            stops_at=_stops_at(row, visit) if row.status == "running" else None,
            spec_id=row.spec_id,
            image=Ref(id=row.image_id, name=TENSORBOARD),
            workload_id=row.workload_id,
            cost=workload.cost if workload is not None else None,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )


def shown_runs(stored: Any) -> builtins.list[ShownRun]:
    """Give stored runs as they are shown."""
    return [ShownRun(job=Ref(id=run["job_id"], name=run["name"]), version=run["version"]) for run in stored]


def _key(runs: Sequence[FoundRun]) -> str:
    return hashlib.sha256(json.dumps(sorted(run.id for run in runs)).encode()).hexdigest()


def _name(runs: Sequence[FoundRun]) -> str:
    first = f"{runs[0].job_name} {runs[0].version}"
    return first if len(runs) == 1 else f"{first} + {len(runs) - 1}"


def _labels(runs: Sequence[FoundRun]) -> builtins.list[str]:
    """Name each run as TensorBoard shows it; those of the same name by their job's id as well."""
    plain = [f"{run.job_name} {run.version}" for run in runs]
    return [
        name if plain.count(name) == 1 else f"{name} ({run.job_id[-6:]})" for name, run in zip(plain, runs, strict=True)
    ]


def _stops_at(row: Visualisation, visit: datetime | None) -> datetime:
    moments = [moment for moment in (row.created_at, row.visited_at, row.ready_at, visit) if moment is not None]
    return max(moments) + timedelta(minutes=row.idle_minutes)


def _is_news(known: datetime | None, visit: datetime | None) -> bool:
    return visit is not None and (known is None or (visit - known).total_seconds() >= VISIT_SECONDS)


def _word(row: Visualisation) -> str:
    return "starting" if row.status == "running" else row.status
