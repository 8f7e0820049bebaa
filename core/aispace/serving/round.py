"""One service, moved one step towards what is wanted of it, in one transaction."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from .. import revisions
from ..errors import AISpaceError
from ..identity import SYSTEM
from ..workloads import states
from .launch import Prepared, replica_spec
from .orm import Deployment, Replica, Service
from .schemas import RecordAction

if TYPE_CHECKING:
    from .rollout import Rollout

UNSETTLED = ("pending", "deploying", "draining")
FULL_SECONDS = 60.0
"""How often every service is looked at, whatever was told."""
START_ATTEMPTS = 3
"""A deployment whose process ended so often before it was ready has failed."""
NO_MODEL_EXIT = 3
"""Exit code of the model server when the model cannot be loaded: another try would end the same way."""
TOLD = ("edit_failed", "canary_failed", "canary_rolled_back")
"""Reasons that stay at a serving service until something else is deployed."""


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
    broken: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """Service -> the canary that broke its rule, and how."""
    stops: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Service -> why it has to stop by itself."""


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
        why = self.look.stops.get(self.service.id)
        if why is not None and self.service.target == "serving":
            self._stop_by_itself(why)
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

    def _stop_by_itself(self, why: dict[str, Any]) -> None:
        service = self.service
        if not service.auto_stop:
            return  # taken away in between
        service.target, service.reason, service.stop_at = "stopped", why, None
        revisions.touch(service)
        self.serving.records.write(self.session, SYSTEM, service, "auto_stopped", number=service.current, reason=why)
        self._record("service.auto_stopped", reason=why)

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
        canary = self.deployments.get(self.service.canary or 0)
        for other in self.deployments.values():
            if other is desired or other is canary:
                continue
            if other.status in ("pending", "deploying"):
                superseded = reason("superseded", "A later edit took its place before it was ready.")
                self._halt(other, "stopped", other.reason if other.role == "canary" else superseded)
            elif other.status == "serving" and other.number != self.service.current:
                self._begin_drain(other)  # a canary that was withdrawn
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
        if desired.status == "serving" and self.service.current != desired.number:
            self._switch(desired)  # it is ready, or it was promoted
        if desired.status == "failed" and self.service.desired != self.service.current:
            self._fall_back(desired)
        if canary is not None:
            self._try(canary)

    # The second version beside production

    def _try(self, canary: Deployment) -> None:
        number, why = self.look.broken.get(self.service.id, (0, {}))
        if number == canary.number and self.service.rule:
            self._take_back(canary, why)
            return
        current = self.deployments.get(self.service.current or 0)
        beside = current is not None and current.status == "serving"
        if canary.status == "draining":
            # Started again before it had ended.
            canary.status, canary.drain_since = "serving", None
            self.serving.routing.touch()
        if canary.status == "pending":
            self._launch(canary)
        if canary.status in ("deploying", "serving"):
            self._judge(canary)
        if canary.status == "deploying" and beside and self._ready(canary) >= canary.configuration["replicas"]:
            canary.status, canary.ready_at, canary.reason = "serving", self.now, None
            self._record("service.canary_serving", number=canary.number, share=canary.share)
            self.serving.routing.touch()
        if canary.status == "failed":
            self._end_canary(canary, "canary_failed", "canary_failed", canary.reason or {})

    def _take_back(self, canary: Deployment, why: dict[str, Any]) -> None:
        canary.reason = why
        self._begin_drain(canary)
        self._end_canary(canary, "withdrawn_by_rule", "canary_rolled_back", why)

    def _end_canary(self, canary: Deployment, action: RecordAction, code: str, why: dict[str, Any]) -> None:
        service = self.service
        rule, service.canary, service.rule = service.rule, None, None
        message = f"Canary #{canary.number}: {why.get('message', '')}"
        service.reason = reason(code, message, number=canary.number, why=why)
        revisions.touch(service)
        self.serving.records.write(
            self.session, SYSTEM, service, action, number=canary.number, share=canary.share, reason=why, rule=rule
        )
        self._record(f"service.{code}", number=canary.number, share=canary.share, reason=why)
        self.serving.routing.touch()

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
                        tree=os.fspath(prepared.tree) if prepared.tree is not None else None,
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
        self.serving.records.write(
            self.session,
            SYSTEM,
            self.service,
            "deployment_failed",
            number=failed.number,
            current=current.number,
            reason=why,
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
            self._halt(deployment, "stopped", deployment.reason)

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
            stopping = reason("stopping", "The last requests are being answered.") if under_way else None
            by_itself = (service.reason or {}).get("code") in ("auto_stop_time", "auto_stop_idle")
            self._become("stopped", service.reason if by_itself else stopping)
        elif current is not None and current.status == "serving":
            self._serving(current, desired)
        elif desired.status in ("pending", "deploying"):
            self._become("deploying", self._waiting_for(desired))
        else:
            service.current = None
            canary = self.deployments.get(service.canary or 0)
            if canary is not None and canary.status in ("pending", "deploying", "serving"):
                self._halt(canary, "stopped", reason("production_failed", "Production failed; it ended with it."))
            self._become("failed", desired.reason)
        return under_way or service.status not in (service.target, "failed")

    def _serving(self, current: Deployment, desired: Deployment) -> None:
        total = current.configuration["replicas"]
        ready = self._ready(current)
        if ready < total:
            why = reason("replica_away", f"{ready} of {total} processes answer.", ready=ready, total=total)
            self._become("degraded", why)
            return
        kept = self.service.reason if (self.service.reason or {}).get("code") in TOLD else None
        if desired is not current:
            kept = reason("deploying", f"Deployment #{desired.number} is being prepared.", number=desired.number)
        if self.service.serving_since is None:
            self.service.serving_since = self.now
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
