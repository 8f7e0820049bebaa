"""Rules of online services: make, edit, stop, roll back; look."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from traitlets import Float, Unicode
from traitlets.config import LoggingConfigurable

from .. import revisions
from ..errors import AISpaceError, Conflict, Forbidden, Invalid, NameTaken, NotFound
from ..identity import SYSTEM, Principal, authorize, can, visible
from ..ids import new_id
from ..lineage.service import Point
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page
from ..workloads.schemas import LogQuery, LogRead
from .access import ServiceTokens
from .autostop import restart_auto_stop, set_auto_stop
from .calls import CallBook
from .configuring import DEPLOYED, Configured, Configuring, wanted_of
from .orm import Deployment, Service
from .records import Records
from .releases import Releases
from .rollout import Rollout
from .routing import Routing
from .schemas import (
    CallReport,
    CallSeries,
    CallsQuery,
    DeploymentList,
    RecordList,
    RecordQuery,
    RollbackRequest,
    ServiceCreate,
    ServiceQuery,
    ServiceRead,
    ServiceUpdate,
    TokenVerdict,
)
from .shapes import Shapes

if TYPE_CHECKING:
    from ..platform import Platform

NULLABLE = {"model", "script", "image_id", "auto_stop"}
"""Fields of a change that may be null."""


class ServingService(LoggingConfigurable):
    """Online services."""

    gateway_url = Unicode(
        help="Address under which callers reach the gateway. Default: $AISPACE_GATEWAY_URL, or where the gateway says "
        "that it listens. Example: 'https://models.example.org'."
    ).tag(config=True)
    ready_seconds = Float(
        600.0, min=1, help="How long a started process may take until it is ready before its deployment has failed."
    ).tag(config=True)
    drain_seconds = Float(
        120.0, min=0, help="How long a replaced deployment may go on with requests under way, at most."
    ).tag(config=True)
    probe_seconds = Float(5.0, min=0.1, help="Seconds between two looks at processes that are ready.").tag(config=True)
    busy_seconds = Float(0.25, min=0.01, help="Seconds between two looks while a service is on its way.").tag(
        config=True
    )
    idle_seconds = Float(2.0, min=0.01, help="Seconds between two looks while nothing is on its way.").tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.platform = platform
        self.db = platform.db
        self.routing = Routing(platform)
        self.book = CallBook(platform)
        self.tokens = ServiceTokens(self)
        self.configuring = Configuring(platform)
        self.records = Records(platform)
        self.releases = Releases(self)
        self.rollout = Rollout(self)
        self.shapes = Shapes(self)
        platform.workloads.on_change("service", self.rollout.on_change)
        platform.trees.in_use.append(self.rollout.trees_in_use)
        kind = ObjectKind("service", "svc", "service", "service", Service, name_limit=32)
        platform.objects.add(replace(kind, restored=lambda *_: self.routing.touch(), moved=self._check_reach))

    # Life

    def start(self) -> None:
        """Start the rollout's thread; what runs is found again."""
        self.rollout.start()

    def close(self) -> None:
        """End the thread; services go on."""
        self.routing.close()
        self.rollout.close()

    def reconcile(self) -> bool:
        """Do one round of the rollout; tell whether something is still on its way."""
        return self.rollout.step()

    # Reading

    def row(self, principal: Principal, permission: str, service_id: str) -> Service:
        """Find a service that the principal may use so."""
        with self.db.read() as session:
            row = session.get(Service, service_id)
        if row is None:
            raise NotFound("service", service_id)
        authorize(principal, permission, row)
        return row

    def get(self, principal: Principal, service_id: str) -> ServiceRead:
        """Read a service."""
        with self.db.read() as session:
            return self.shapes.services(session, principal, [self.row(principal, "read:service", service_id)])[0]

    def list(self, principal: Principal, query: ServiceQuery) -> Page[ServiceRead]:
        """List services."""
        authorize(principal, "read:service")
        statement = select(Service).where(visible(principal, Service, mine_only=query.scope == "mine"))
        if query.scope in ("shared", "preset"):
            statement = statement.where(Service.visibility == ("public" if query.scope == "shared" else "preset"))
        if query.status is not None:
            statement = statement.where(Service.status == query.status)
        if query.model_id is not None:
            using = select(Deployment.service_id).where(
                Deployment.model_id == query.model_id, Deployment.number == Service.desired
            )
            statement = statement.where(Service.id.in_(using))
        if query.q:
            statement = statement.where(
                or_(contains(Service.name, query.q), contains(Service.description, query.q), Service.id == query.q)
            )
        sorts = {
            "name": Service.name,
            "status": Service.status,
            "created_at": Service.created_at,
            "updated_at": Service.updated_at,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Service.id)
            return Page[ServiceRead](items=self.shapes.services(session, principal, rows), page=info)

    def deployments(self, principal: Principal, service_id: str) -> DeploymentList:
        """List the deployments of a service, newest first."""
        with self.db.read() as session:
            service = self.row(principal, "read:service", service_id)
            return DeploymentList(items=self.shapes.deployments(session, principal, service))

    def history(self, principal: Principal, service_id: str, query: RecordQuery) -> RecordList:
        """List what was done to a service, newest first."""
        with self.db.read() as session:
            return self.records.read(session, self.row(principal, "read:service", service_id), query)

    def calls(self, principal: Principal, service_id: str, query: CallsQuery) -> CallSeries:
        """Give the calls of a service over time."""
        service = self.row(principal, "read:service", service_id)
        return self.book.series(service.id, query)

    def read_log(self, principal: Principal, service_id: str, query: LogQuery) -> LogRead:
        """Read the log of the newest process; for the owner, since it may show what callers sent."""
        workload_id = self.get(principal, service_id).workload_id
        authorize(principal, "write:service", self.row(principal, "read:service", service_id))
        if workload_id is None:
            raise AISpaceError("no_log", "There is no log yet. The service's process has not been started.", status=404)
        return self.platform.workloads.read_log(principal, workload_id, query)

    # Making and changing

    def create(self, principal: Principal, body: ServiceCreate) -> ServiceRead:
        """Make a service and deploy it."""
        authorize(principal, "write:service")
        self._may_publish(principal, "private", body.visibility)
        wanted = body.model_dump(include=set(DEPLOYED))
        configured = self.configuring.check(principal, wanted)
        service_id = new_id("svc")
        with self.db.write() as session:
            self._name_is_free(session, principal.user_id, body.name)
            row = Service(
                id=service_id,
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                visibility=body.visibility,
                name=body.name,
                description=body.description,
                slug=make_slug(body.name, service_id),
                limits=body.limits.model_dump(),
            )
            session.add(row)
            session.flush()
            set_auto_stop(row, body.auto_stop, self.platform.clock.now())
            self._deploy(session, principal, row, configured, {"kind": "create"}, body.note)
            self.records.write(session, principal, row, "created", number=row.desired, note=body.note)
            self.record(principal, "service.created", row)
            return self.shapes.services(session, principal, [row])[0]

    def update(
        self, principal: Principal, service_id: str, body: ServiceUpdate, revision: int | None = None
    ) -> ServiceRead:
        """Change a service; a changed configuration is a new deployment that takes over when it is ready."""
        given = body.model_fields_set
        for name in given - NULLABLE:
            if getattr(body, name) is None:
                raise Invalid(name, f"{name}: a value is needed. Leave it out to keep the present one.", code="missing")
        before = self.row(principal, "write:service", service_id)
        wanted = self._present(before) | body.model_dump(include=set(DEPLOYED) & given)
        changed = wanted != self._present(before)
        configured = self.configuring.check(principal, wanted) if changed else None
        with self.db.write() as session:
            row = session.get_one(Service, service_id)
            authorize(principal, "write:service", row)
            revisions.check(row, revision, lambda: self.shapes.services(session, principal, [row])[0])
            if row.desired != before.desired and changed:
                raise Conflict("changed_meanwhile", "Not changed. Somebody else changed it just now. Load it again.")
            if changed:
                self._check_no_canary(row)
            if body.name is not None and body.name != row.name:
                self._name_is_free(session, row.owner_id, body.name)
                row.name = body.name
            if body.visibility is not None and body.visibility != row.visibility:
                self._may_publish(principal, row.visibility, body.visibility)
                row.visibility = body.visibility
            if body.description is not None:
                row.description = body.description
            if body.limits is not None:
                row.limits = body.limits.model_dump()
            if "auto_stop" in given:
                set_auto_stop(row, body.auto_stop, self.platform.clock.now())
            revisions.touch(row)
            fields = sorted(given - {"note"})
            if configured is not None:
                source = {"kind": "edit", "from": row.desired, "changed": sorted(set(DEPLOYED) & given)}
                self._deploy(session, principal, row, configured, source, body.note)
                self.records.write(session, principal, row, "edited", number=row.desired, note=body.note, fields=fields)
            elif fields:
                values = body.model_dump(mode="json", include={"limits", "auto_stop"} & given)
                self.records.write(session, principal, row, "settings", note=body.note, fields=fields, **values)
                self.wake()
            self.record(principal, "service.changed", row, fields=sorted(given - {"note"}))
            self.routing.touch()
            return self.shapes.services(session, principal, [row])[0]

    def rollback(self, principal: Principal, service_id: str, number: int, body: RollbackRequest) -> ServiceRead:
        """Deploy the configuration of an earlier deployment again."""
        row = self.row(principal, "write:service", service_id)
        with self.db.read() as session:
            earlier = session.get(Deployment, (service_id, number))
        if earlier is None:
            raise NotFound("deployment", str(number))
        if row.current == number and row.desired == number:
            raise Conflict("is_current", f"Not rolled back. Deployment #{number} has the traffic already.", status=409)
        configured = self.configuring.check(principal, wanted_of(earlier))
        with self.db.write() as session:
            row = session.get_one(Service, service_id)
            self._check_no_canary(row)
            source = {"kind": "rollback", "from": number}
            self._deploy(session, principal, row, configured, source, body.note)
            revisions.touch(row)
            self.records.write(session, principal, row, "rolled_back", number=row.desired, note=body.note, to=number)
            self.record(principal, "service.rolled_back", row, number=row.desired, to=number)
            return self.shapes.services(session, principal, [row])[0]

    def start_service(self, principal: Principal, service_id: str) -> ServiceRead:
        """Start a stopped or failed service with its last configuration; the address is the same."""
        with self.db.write() as session:
            row = self.row(principal, "write:service", service_id)
            wanted = session.get_one(Deployment, (row.id, row.desired))
            if row.target == "serving" and row.status != "failed":
                raise Conflict("not_stopped", f"Not started. The service is {row.status} already.", status=409)
            row.target, row.reason = "serving", None
            if wanted.status in ("stopped", "failed"):
                wanted.status, wanted.reason = "pending", None
                row.status = "deploying"
            canary = session.get(Deployment, (row.id, row.canary)) if row.canary is not None else None
            if canary is not None and canary.status in ("stopped", "failed"):
                canary.status, canary.reason = "pending", None
            restart_auto_stop(row, self.platform.clock.now())
            revisions.touch(row)
            self.records.write(session, principal, row, "started", number=row.desired)
            self.record(principal, "service.start_requested", row)
            self.wake()
            return self.shapes.services(session, principal, [row])[0]

    def stop_service(self, principal: Principal, service_id: str) -> ServiceRead:
        """Stop a service; requests under way are answered, the address is kept."""
        with self.db.write() as session:
            row = self.row(principal, "write:service", service_id)
            if row.target != "stopped":
                row.target = "stopped"
                revisions.touch(row)
                self.records.write(session, principal, row, "stopped", number=row.current)
                self.record(principal, "service.stop_requested", row)
                self.wake()
            return self.shapes.services(session, principal, [row])[0]

    def delete(self, principal: Principal, service_id: str, revision: int | None = None) -> None:
        """Delete a stopped or failed service with its deployment records, tokens and counts."""
        with self.db.write() as session:
            row = self.row(principal, "write:service", service_id)
            revisions.check(row, revision, lambda: self.shapes.services(session, principal, [row])[0])
            if row.status not in ("stopped", "failed"):
                raise Conflict("running", f"Not deleted. {row.name} is {row.status}. Stop it first.", status=409)
            for item in self.platform.workloads.active_of(row.id):
                self.platform.workloads.stop(SYSTEM, item["id"])
            self.record(principal, "service.deleted", row)
            self.platform.trash.put(principal, row)
            self.routing.touch()

    def _check_reach(self, session: Session, row: Service, owner: Principal) -> None:
        """Refuse a new owner who could not start the service again: its processes read with his rights."""
        wanted = session.get(Deployment, (row.id, row.desired))
        for word, object_id, source in (
            ("model", wanted and wanted.model_id, self.platform.models),
            ("algorithm", wanted and wanted.script_id, self.platform.algorithms),
        ):
            if object_id and object_id not in source.names(owner, [object_id]):
                raise Conflict(
                    "out_of_reach",
                    f"Not moved. {owner.name} may not read the {word} that {row.name} serves. Hand that over first, or "
                    "make it public.",
                    params={"kind": word, "object_id": object_id, "name": row.name},
                )

    # For the gateway

    def take_report(self, report: CallReport) -> None:
        """Take a gateway's report of calls and of how far it is."""
        self.book.take(report)
        self.routing.heard(report)

    def verdict(self, principal: Principal, service_id: str | None) -> TokenVerdict:
        """Tell whether somebody who is known may call a service."""
        if not can(principal, "read:service"):
            return TokenVerdict(verdict="forbidden")
        with self.db.read() as session:
            row = session.get(Service, service_id) if service_id else None
        if row is None or not can(principal, "read:service", row):
            return TokenVerdict(verdict="hidden")
        return TokenVerdict(verdict="owner" if can(principal, "write:service", row) else "ok")

    def endpoint(self, slug: str) -> str:
        """Give the address of a service."""
        base = self.gateway_url or os.environ.get("AISPACE_GATEWAY_URL") or self.gateway_address() or ""
        return f"{base.rstrip('/')}/s/{slug}"

    def gateway_address(self) -> str | None:
        """Tell where a gateway listens, as this machine reaches it."""
        for gateway in self.routing.gateways():
            return str(gateway["address"])
        try:
            port = json.loads((self.platform.path / "run" / "ports.json").read_text())["gateway"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return f"http://127.0.0.1:{int(port)}"

    # Inside

    def record(self, principal: Principal, code: str, row: Service, **params: Any) -> None:
        """Write an event about a service."""
        self.platform.events.record(
            principal, code, object_kind="service", object_id=row.id, params={"name": row.name, **params}, resource=row
        )

    def wake(self) -> None:
        """Ask, inside a write transaction, for a round of the rollout once it is committed."""
        self.db.after_commit(self.rollout.wake)

    def _name_is_free(self, session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(Service.id).where(Service.owner_id == owner_id, Service.name == name)) is not None:
            raise NameTaken("service", name)

    @staticmethod
    def _may_publish(principal: Principal, before: str, after: str) -> None:
        if "preset" in (before, after) and not principal.is_administrator:
            raise Forbidden("Not done. Only an administrator makes or unmakes presets. Choose public instead.")

    @staticmethod
    def _check_no_canary(row: Service) -> None:
        if row.canary is not None:
            raise Conflict(
                "has_canary", "Not changed. A canary is being tried beside production. Promote or withdraw it first."
            )

    def _present(self, row: Service) -> dict[str, Any]:
        with self.db.read() as session:
            return wanted_of(session.get_one(Deployment, (row.id, row.desired)))

    def _deploy(
        self,
        session: Session,
        principal: Principal,
        row: Service,
        configured: Configured,
        source: dict[str, Any],
        note: str,
    ) -> None:
        row.desired = self.add_deployment(session, principal, row, configured, source, note)
        if row.target != "serving":
            restart_auto_stop(row, self.platform.clock.now())
        row.target = "serving"
        if row.current is None:
            row.status, row.reason = "deploying", None

    def add_deployment(
        self,
        session: Session,
        principal: Principal,
        row: Service,
        configured: Configured,
        source: dict[str, Any],
        note: str,
        *,
        role: str = "production",
        share: int = 100,
    ) -> int:
        """Add a deployment that the rollout will launch; give its number."""
        row.last_number += 1
        number = row.last_number
        session.add(
            Deployment(
                service_id=row.id,
                number=number,
                role=role,
                share=share,
                source=source,
                note=note,
                created_by_id=principal.user_id,
                created_by_name=principal.name,
                created_at=self.platform.clock.now(),
                **configured.columns,
            )
        )
        session.flush()
        for point in configured.points:
            self.platform.lineage.record(point, Point(row.id, None, row.name), "deployed")
        self.wake()
        return number


def make_slug(name: str, service_id: str) -> str:
    """Make the part of the address that names a service: readable, ASCII, unique, never changed."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32] or "service"
    return f"{readable}-{hashlib.sha256(service_id.encode()).hexdigest()[:8]}"
