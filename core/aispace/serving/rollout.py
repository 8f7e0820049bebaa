"""Moves services from state to state: the one writer of their status.

Everything is decided from the database, so a kill at any point is repaired by the next round. An edit is a new
deployment; it takes the traffic when all its replicas answer, and the old one ends once no gateway sends it anything
any more.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..errors import AISpaceError
from ..identity import SYSTEM
from ..workloads import states
from ..workloads.schemas import LogQuery
from .autostop import reason_to_stop
from .launch import PORT, Prepared, prepare
from .orm import Deployment, Replica, Service
from .probe import Prober
from .round import FULL_SECONDS, UNSETTLED, Look, Round
from .rules import broken_rule
from .schemas import RollbackRule

if TYPE_CHECKING:
    from ..workloads.service import WorkloadChange
    from .service import ServingService

RULE_SECONDS = 1.0
"""How often rules of canaries and of auto-stop are looked at: gateways report as often."""
LOST_AFTER = 3
"""Failed probes after which a replica that was ready is taken out of the routes."""


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
        self._last_rules = float("-inf")
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
            except Exception:  # whatever it was: it is logged, and the next round tries again
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
                except Exception:  # whatever it was: it is logged, and the next round tries again
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
        wanted = {service.id: (service.current, service.canary) for service in services}
        # Promoted, withdrawn: what serves is another one than what is wanted.
        busy |= {d.service_id for d in deployments if d.status == "serving" and d.number not in wanted[d.service_id]}
        busy |= {service.id for service in services if service.current not in (None, service.desired)}
        owners = {service.id: service.owner_id for service in services}
        for deployment in deployments:
            if deployment.status == "pending":
                key = (deployment.service_id, deployment.number)
                look.prepared[key] = self._prepare(owners[deployment.service_id], deployment)
        self._apply_rules(services, deployments, look)
        for service in services:
            settled = service.status == service.target or (service.status == "failed" and service.current is None)
            if service.id in busy | moved | dirty | look.broken.keys() | look.stops.keys() or not settled:
                look.services.append(service.id)
        return look

    def _apply_rules(self, services: Sequence[Service], deployments: Sequence[Deployment], look: Look) -> None:
        """Ask which canaries broke their rule and which services have to stop by themselves."""
        clock = self.platform.clock
        if clock.monotonic() - self._last_rules < RULE_SECONDS:
            return
        self._last_rules = clock.monotonic()
        serving = {(d.service_id, d.number) for d in deployments if d.status == "serving"}
        book, now = self.serving.book, clock.now()
        for service in services:
            if service.canary is not None and service.rule and (service.id, service.canary) in serving:
                rule = RollbackRule.model_validate(service.rule)
                why = broken_rule(rule, book.recent(service.id, service.canary, rule.minutes))
                if why is not None:
                    look.broken[service.id] = (service.canary, why)
        ruled = [service for service in services if service.auto_stop and service.target == "serving"]
        last = book.last_minutes([service.id for service in ruled])
        for service in ruled:
            why = reason_to_stop(service, last.get(service.id), self.serving.routing.busy(service.id), now)
            if why is not None:
                look.stops[service.id] = why

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
                    Deployment.number.in_((service.desired, service.current or 0, service.canary or 0)),
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
