"""Moves services from state to state: the one writer of their status.

Everything is decided from the database, so a kill at any point is repaired by the next round. An edit is a new
deployment; it takes the traffic when all its replicas answer, and the old one ends once no gateway sends it anything
any more.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..errors import AISpaceError
from ..identity import SYSTEM
from ..workloads import states
from ..workloads.schemas import LogQuery
from .launch import PORT, Prepared, prepare, replica_spec
from .orm import Deployment, Replica, Service
from .probe import Prober

if TYPE_CHECKING:
    from ..workloads.service import WorkloadChange
    from .service import ServingService

UNSETTLED = ("pending", "deploying", "draining")
FULL_SECONDS = 60.0
"""How often every service is looked at, whatever was told."""
START_ATTEMPTS = 3
"""A deployment whose process ended so often before it was ready has failed."""
NO_MODEL_EXIT = 3
"""Exit code of the model server when the model cannot be loaded: another try would end the same way."""
LOST_AFTER = 3
"""Failed probes after which a replica that was ready is taken out of the routes."""


def reason(code: str, message: str, **params: Any) -> dict[str, Any]:
    """Make a reason."""
    return {"code": code, "message": message, "params": params}


@dataclass
class Look:
    """What a round found before its transactions: slow work is done out of them."""

    services: list[str] = field(default_factory=list)
    unsettled: bool = False
    ready: dict[str, bool] = field(default_factory=dict)
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)
    prepared: dict[tuple[str, int], Prepared | AISpaceError] = field(default_factory=dict)


class Rollout:
    """Reconciles services with what is asked of them.

    `step` does one round and is all that tests need; `start` runs rounds in a thread.
    """

    def __init__(self, service: ServingService) -> None:
        self.serving = service
        self.platform = service.platform
        self.db = service.db
        self.log = service.log
        self._prober = Prober()
        self._misses: Counter[str] = Counter()
        self._round = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._last_probe = float("-inf")
        self._last_prune = float("-inf")
        self._last_full = float("-inf")
        self._dirty: set[str] = set()

    # The loop

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="aispace-serving", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; services go on."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None
        self._prober.close()

    def wake(self) -> None:
        """Ask for a round now."""
        self._wake.set()

    def _run(self) -> None:
        clock = self.platform.clock
        unsettled = True
        while True:
            self._wake.wait(self.serving.busy_seconds if unsettled else self.serving.idle_seconds)
            self._wake.clear()
            if self._closing:
                return
            try:
                unsettled = self.step()
                if clock.monotonic() - self._last_prune > 3600:
                    self._last_prune = clock.monotonic()
                    self.serving.book.prune()
            except Exception:
                self.log.exception("a round of the rollout failed; the next one tries again")
                unsettled = True

    # What the workloads say, inside the reconciler's transaction

    def on_change(self, change: WorkloadChange) -> None:
        """Note the state of a replica's workload."""
        with self.db.write() as session:
            row = session.get(Replica, change.id)
            if row is None:
                return
            row.status = change.status
            row.attempt = change.attempt
            if change.reason is not None or change.exit_code is not None:
                row.reason = {**(change.reason or {"code": "ended"}), "exit_code": change.exit_code}
            if change.status == "running":
                row.running_since = self.platform.clock.now()
            else:
                row.ready, row.host, row.port, row.running_since = False, None, None, None
                self.serving.routing.touch()
            service_id = row.service_id
            self.db.after_commit(lambda: self._mark(service_id))

    def _mark(self, service_id: str) -> None:
        self._dirty.add(service_id)
        self.wake()

    # One round

    def step(self) -> bool:
        """Do one round.

        Returns
        -------
        bool
            True while something is on its way: the next round should come soon.
        """
        with self._round:
            look = self._look()
            for service_id in look.services:
                try:
                    with self.db.write() as session:
                        service = session.get(Service, service_id)
                        if service is not None:
                            look.unsettled |= self._settle(session, service, look)
                except Exception:
                    look.unsettled = True
                    self._dirty.add(service_id)
                    self.log.exception("service %s could not be moved; the next round tries again", service_id)
        return look.unsettled

    def _look(self) -> Look:
        look = Look()
        clock = self.platform.clock
        with self.db.read() as session:
            services = session.scalars(select(Service)).all()
            deployments = session.scalars(
                select(Deployment).where(Deployment.status.in_((*UNSETTLED, "serving")))
            ).all()
            replicas = session.scalars(select(Replica).where(Replica.status == "running", ~Replica.retired)).all()
        dirty, self._dirty = self._dirty, set()
        if clock.monotonic() - self._last_full >= FULL_SECONDS:
            self._last_full = clock.monotonic()
            dirty |= {service.id for service in services}
        probe_all = clock.monotonic() - self._last_probe >= self.serving.probe_seconds
        if probe_all:
            self._last_probe = clock.monotonic()
        asked = {}
        for replica in replicas:
            if probe_all or not replica.ready:
                address = self.platform.workloads.address(replica.workload_id, PORT)
                if address is not None:
                    asked[replica.workload_id] = look.addresses[replica.workload_id] = address
        look.ready = self._prober.probe(asked)
        moved = {r.service_id for r in replicas if r.workload_id in look.ready and look.ready[r.workload_id] != r.ready}
        busy = {d.service_id for d in deployments if d.status in UNSETTLED}
        owners = {service.id: service.owner_id for service in services}
        for deployment in deployments:
            if deployment.status == "pending":
                key = (deployment.service_id, deployment.number)
                look.prepared[key] = self._prepare(owners[deployment.service_id], deployment)
        for service in services:
            settled = service.status == service.target or (service.status == "failed" and service.current is None)
            if service.id in busy | moved | dirty or not settled:
                look.services.append(service.id)
        return look

    def _prepare(self, owner_id: str, deployment: Deployment) -> Prepared | AISpaceError:
        try:
            return prepare(self.platform, owner_id, deployment)
        except AISpaceError as error:
            return error
        except OSError as error:
            self.log.exception("the model of service %s could not be laid out", deployment.service_id)
            return AISpaceError("model_unreadable", f"The model's files could not be laid out: {error.strerror}.")

    def _settle(self, session: Session, service: Service, look: Look) -> bool:
        now = self.platform.clock.now()
        rows = session.scalars(
            select(Deployment).where(
                Deployment.service_id == service.id,
                or_(
                    Deployment.status.in_((*UNSETTLED, "serving")),
                    Deployment.number.in_((service.desired, service.current or 0)),
                ),
            )
        ).all()
        deployments = {row.number: row for row in rows}
        replicas: dict[int, list[Replica]] = {}
        alive = select(Replica).where(Replica.service_id == service.id, Replica.number.in_(deployments))
        for replica in session.scalars(alive.order_by(Replica.slot)):
            replicas.setdefault(replica.number, []).append(replica)
        self._apply_probes(replicas, look)
        round_ = Round(self, session, service, deployments, replicas, look, now)
        return round_.run()

    def _apply_probes(self, replicas: dict[int, list[Replica]], look: Look) -> None:
        for replica in (r for rows in replicas.values() for r in rows):
            answer = look.ready.get(replica.workload_id)
            if answer is None or replica.status != "running" or replica.retired:
                continue
            if answer:
                self._misses.pop(replica.workload_id, None)
                address = look.addresses[replica.workload_id]
                if not replica.ready or (replica.host, replica.port) != address:
                    replica.ready, (replica.host, replica.port) = True, address
                    self.serving.routing.touch()
            elif replica.ready:
                self._misses[replica.workload_id] += 1
                if self._misses[replica.workload_id] >= LOST_AFTER:
                    replica.ready = False
                    self.serving.routing.touch()

    def trees_in_use(self) -> list[str]:
        """Give the folders of models that processes read now."""
        with self.db.read() as session:
            found = session.scalars(select(Replica.tree).where(Replica.status.in_(states.OPEN))).all()
        return [tree for tree in found if tree is not None]

    def last_words(self, workload_id: str, attempt: int) -> str:
        """Give the last line of a log that says something, for a reason."""
        try:
            text = self.platform.workloads.read_log(
                SYSTEM, workload_id, LogQuery(attempt=attempt, tail=True, limit=4096)
            ).text
        except (AISpaceError, OSError):
            return ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""


class Round:
    """One service in one transaction."""

    def __init__(
        self,
        rollout: Rollout,
        session: Session,
        service: Service,
        deployments: dict[int, Deployment],
        replicas: dict[int, list[Replica]],
        look: Look,
        now: datetime,
    ) -> None:
        self.rollout = rollout
        self.serving = rollout.serving
        self.platform = rollout.platform
        self.session = session
        self.service = service
        self.deployments = deployments
        self.replicas = replicas
        self.look = look
        self.now = now

    def run(self) -> bool:
        """Move the service; tell whether it is still on its way."""
        if self.service.target == "stopped":
            self._stop_all()
        else:
            self._roll()
        for deployment in self.deployments.values():
            if deployment.status == "draining":
                self._drain(deployment)
        return self._conclude()

    def _alive(self, deployment: Deployment) -> list[Replica]:
        rows = self.replicas.get(deployment.number, [])
        return [row for row in rows if row.status not in states.ENDED and not row.retired]

    # Target: stopped

    def _stop_all(self) -> None:
        for deployment in self.deployments.values():
            if deployment.status == "serving":
                self._begin_drain(deployment)
            elif deployment.status in ("pending", "deploying"):
                self._halt(deployment, "stopped", None)
        if self.service.current is not None:
            self.service.current = None
            self.serving.routing.touch()

    # Target: serving

    def _roll(self) -> None:
        desired = self.deployments[self.service.desired]
        for other in self.deployments.values():
            if other is not desired and other.status in ("pending", "deploying"):
                self._halt(other, "stopped", reason("superseded", "A later edit took its place before it was ready."))
        if desired.status == "draining":
            # Started again, or wanted again, before it had ended.
            desired.status, desired.drain_since = "serving", None
            self._switch(desired)
        if desired.status == "pending":
            self._launch(desired)
        if desired.status in ("deploying", "serving"):
            self._judge(desired)
        if desired.status == "deploying" and self._ready(desired) >= desired.configuration["replicas"]:
            desired.status, desired.ready_at, desired.reason = "serving", self.now, None
            self._switch(desired)
        if desired.status == "failed" and self.service.desired != self.service.current:
            self._fall_back(desired)

    def _ready(self, deployment: Deployment) -> int:
        return sum(row.ready for row in self._alive(deployment))

    def _launch(self, deployment: Deployment) -> None:
        prepared = self.look.prepared.get((deployment.service_id, deployment.number))
        if prepared is None:
            return
        try:
            if isinstance(prepared, AISpaceError):
                raise prepared
            with self.session.begin_nested():
                for slot in range(deployment.configuration["replicas"]):
                    spec = replica_spec(self.platform, self.service, deployment, prepared, slot)
                    workload = self.platform.workloads.submit(prepared.owner, spec)
                    row = Replica(
                        workload_id=workload.id,
                        service_id=self.service.id,
                        number=deployment.number,
                        slot=slot,
                        status=workload.status,
                        tree=os.fspath(prepared.tree),
                    )
                    self.session.add(row)
                    self.replicas.setdefault(deployment.number, []).append(row)
        except AISpaceError as error:
            self.replicas.pop(deployment.number, None)
            self._halt(deployment, "failed", reason(error.code, error.message))
            return
        deployment.status, deployment.started_at, deployment.reason = "deploying", self.now, None
        deployment.ready_at = deployment.ended_at = None

    def _judge(self, deployment: Deployment) -> None:
        """Fail a deployment that will not come to life, or whose workload ended for good."""
        rows = [row for row in self.replicas.get(deployment.number, []) if not row.retired]
        for row in rows:
            why = row.reason or {}
            starting = deployment.status == "deploying"
            if row.status in states.ENDED:
                text = why.get("message") or f"The process ended ({row.status})."
                self._fail(deployment, row, row.attempt, text)
                return
            gave_up = row.status == "queued" and row.attempt > 0
            if starting and gave_up and (row.attempt >= START_ATTEMPTS or why.get("exit_code") == NO_MODEL_EXIT):
                times = "once" if row.attempt == 1 else f"{row.attempt} times"
                self._fail(deployment, row, row.attempt, f"The process ended {times} before it was ready.")
                return
            if starting and row.running_since is not None and not row.ready:
                waited = (self.now - row.running_since).total_seconds()
                if waited > self.serving.ready_seconds:
                    self._fail(deployment, row, row.attempt, f"The process was not ready within {waited:.0f} s.")
                    return

    def _fail(self, deployment: Deployment, row: Replica, attempt: int, text: str) -> None:
        words = self.rollout.last_words(row.workload_id, attempt) if attempt else ""
        message = f"{text} Last line of its log: {words}" if words else f"{text} See its log."
        params = {"workload_id": row.workload_id, "attempt": attempt, "log": words}
        code = "never_ready" if deployment.status == "deploying" else "ended"
        self._halt(deployment, "failed", reason(code, message, **params))

    def _switch(self, deployment: Deployment) -> None:
        before = self.deployments.get(self.service.current or 0)
        if before is not None and before is not deployment and before.status == "serving":
            self._begin_drain(before)
        if self.service.current != deployment.number:
            self.service.current = deployment.number
            self.service.reason = None
            self._record("service.deployed", number=deployment.number, previous=before.number if before else None)
        self.serving.routing.touch()

    def _fall_back(self, failed: Deployment) -> None:
        current = self.deployments.get(self.service.current or 0)
        if current is None or current.status != "serving":
            return
        why = failed.reason or {}
        self.service.desired = current.number
        self.service.reason = reason(
            "edit_failed",
            f"Deployment #{failed.number} failed, #{current.number} goes on. {why.get('message', '')}".strip(),
            number=failed.number,
            current=current.number,
        )
        self._record("service.deployment_failed", number=failed.number, current=current.number, reason=why)

    # Ends

    def _begin_drain(self, deployment: Deployment) -> None:
        deployment.status, deployment.drain_since = "draining", self.now
        self.serving.routing.touch()

    def _drain(self, deployment: Deployment) -> None:
        since = deployment.drain_since or self.now
        waited = (self.now - since).total_seconds()
        if waited > self.serving.drain_seconds or self.serving.routing.drained(
            self.service.id, deployment.number, waited
        ):
            self._halt(deployment, "stopped", None)

    def _halt(self, deployment: Deployment, status: str, why: dict[str, Any] | None) -> None:
        """End a deployment's workloads; a model server answers what it has before it ends."""
        for row in self.replicas.get(deployment.number, []):
            if row.status not in states.ENDED:
                self.platform.workloads.stop(SYSTEM, row.workload_id)
            row.retired, row.ready = True, False
        deployment.status, deployment.reason = status, why
        deployment.ended_at, deployment.drain_since = self.now, None
        self.serving.routing.touch()

    # Status

    def _conclude(self) -> bool:
        service = self.service
        if service.observed_at is None or (self.now - service.observed_at).total_seconds() > FULL_SECONDS / 2:
            service.observed_at = self.now
        current = self.deployments.get(service.current or 0)
        desired = self.deployments[service.desired]
        under_way = any(d.status in UNSETTLED for d in self.deployments.values())
        if service.target == "stopped":
            self._become("stopped", reason("stopping", "The last requests are being answered.") if under_way else None)
        elif current is not None and current.status == "serving":
            self._serving(current, desired)
        elif desired.status in ("pending", "deploying"):
            self._become("deploying", self._waiting_for(desired))
        else:
            service.current = None
            self._become("failed", desired.reason)
        return under_way or service.status not in (service.target, "failed")

    def _serving(self, current: Deployment, desired: Deployment) -> None:
        total = current.configuration["replicas"]
        ready = self._ready(current)
        if ready < total:
            why = reason("replica_away", f"{ready} of {total} processes answer.", ready=ready, total=total)
            self._become("degraded", why)
            return
        kept = self.service.reason if (self.service.reason or {}).get("code") == "edit_failed" else None
        if desired is not current:
            kept = reason("deploying", f"Deployment #{desired.number} is being prepared.", number=desired.number)
        self._become("serving", kept)

    def _waiting_for(self, deployment: Deployment) -> dict[str, Any] | None:
        for row in self._alive(deployment):
            if row.status == "running" and not row.ready:
                return reason("loading", "The model is being loaded.")
            if row.reason:
                return {k: v for k, v in row.reason.items() if k != "exit_code"}
            return reason(row.status, f"Its process is {row.status}.")
        return None

    def _become(self, status: str, why: dict[str, Any] | None) -> None:
        service = self.service
        if service.reason != why:
            service.reason = why
        if service.status != status:
            previous, service.status = service.status, status
            service.observed_at = self.now
            self._record(f"service.{status}", previous=previous, reason=why)
            self.serving.routing.touch()

    def _record(self, code: str, **params: Any) -> None:
        self.platform.events.record(
            SYSTEM,
            code,
            object_kind="service",
            object_id=self.service.id,
            params={"name": self.service.name, **params},
            resource=self.service,
        )
