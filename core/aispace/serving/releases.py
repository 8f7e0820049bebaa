"""A second version on a part of the requests: begin, change its share, promote, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from .. import revisions
from ..errors import Conflict, Invalid, NotFound
from ..identity import Principal, authorize
from .configuring import DEPLOYED, wanted_of
from .orm import Deployment, Service
from .schemas import CanaryCreate, CanaryUpdate, RollbackRequest, ServiceRead

if TYPE_CHECKING:
    from .service import ServingService

MOST_REPLICAS = 10
"""Of production and canary together."""


class Releases:
    """Canaries: at most one beside production; requests only say what is wanted, the rollout moves it."""

    def __init__(self, serving: ServingService) -> None:
        self.serving = serving
        self.db = serving.db

    def begin(self, principal: Principal, service_id: str, body: CanaryCreate) -> ServiceRead:
        """Deploy a second version; it gets its share when it is ready."""
        before = self.serving.row(principal, "write:service", service_id)
        self._check_free(before)
        with self.db.read() as session:
            production = session.get_one(Deployment, (before.id, before.current or before.desired))
        given = body.model_dump(include=set(DEPLOYED) & body.model_fields_set)
        for name in ("spec_id", "replicas", "parameters", "argument_mapping", "environment"):
            if name in given and given[name] is None:
                raise Invalid(
                    name, f"{name}: a value is needed. Leave it out to have it as in production.", code="missing"
                )
        wanted = wanted_of(production) | given
        left = MOST_REPLICAS - int(production.configuration["replicas"])
        if wanted["replicas"] > left:
            raise Invalid(
                "replicas",
                f"Replicas: both versions have {MOST_REPLICAS} at most; production leaves {left}. Ask for fewer, or "
                "take some from production first.",
                code="less_than_equal",
                params={"le": left},
            )
        configured = self.serving.configuring.check(principal, wanted)
        with self.db.write() as session:
            row = self._locked(session, principal, service_id)
            self._check_free(row)
            rule = body.rule.model_dump(mode="json") if body.rule else None
            source = {"kind": "canary", "from": production.number, "changed": sorted(given)}
            number = self.serving.add_deployment(
                session, principal, row, configured, source, body.note, role="canary", share=body.share
            )
            row.canary, row.rule = number, rule
            if row.status == "serving":
                row.reason = None  # that of an earlier try has been read
            revisions.touch(row)
            self._write(
                session,
                principal,
                row,
                "canary_started",
                "canary_deployed",
                number,
                body.note,
                share=body.share,
                rule=rule,
            )
            return self._shape(session, principal, row)

    def change(
        self, principal: Principal, service_id: str, body: CanaryUpdate, revision: int | None = None
    ) -> ServiceRead:
        """Change share or rule in place: the gateway follows within a second, nothing is deployed."""
        with self.db.write() as session:
            row = self._locked(session, principal, service_id)
            canary = self._canary(session, row)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            details: dict[str, Any] = {}
            if "share" in body.model_fields_set:
                if body.share is None:
                    raise Invalid("share", "Share: a whole number from 0 to 100 is needed.", code="int_type")
                details |= {"share": body.share, "previous": canary.share}
                canary.share = body.share
            if "rule" in body.model_fields_set:
                row.rule = details["rule"] = body.rule.model_dump(mode="json") if body.rule else None
            if details:
                revisions.touch(row)
                self._write(
                    session, principal, row, "share_changed", "share_changed", canary.number, body.note, **details
                )
                self.serving.routing.touch()
            return self._shape(session, principal, row)

    def promote(self, principal: Principal, service_id: str, body: RollbackRequest) -> ServiceRead:
        """Make the canary production; the one before answers what it has and ends."""
        with self.db.write() as session:
            row = self._locked(session, principal, service_id)
            canary = self._canary(session, row)
            if canary.status != "serving" or row.target != "serving":
                raise Conflict(
                    "canary_not_serving",
                    f"Not promoted. The canary is {canary.status}. Wait until it serves, or withdraw it.",
                )
            previous = row.current
            row.desired, row.canary, row.rule = canary.number, None, None
            canary.role = "production"
            revisions.touch(row)
            self._write(
                session,
                principal,
                row,
                "promoted",
                "canary_promoted",
                canary.number,
                body.note,
                previous=previous,
                share=canary.share,
            )
            canary.share = 100
            return self._shape(session, principal, row)

    def withdraw(self, principal: Principal, service_id: str, body: RollbackRequest) -> ServiceRead:
        """Take the canary back; production has all requests again."""
        with self.db.write() as session:
            row = self._locked(session, principal, service_id)
            canary = self._canary(session, row)
            row.canary, row.rule = None, None
            canary.reason = {
                "code": "withdrawn",
                "message": f"{principal.name} withdrew it." + (f" {body.note}" if body.note else ""),
                "params": {"by": principal.name, "note": body.note},
            }
            revisions.touch(row)
            self._write(
                session,
                principal,
                row,
                "withdrawn",
                "canary_withdrawn",
                canary.number,
                body.note,
                share=canary.share,
            )
            self.serving.routing.touch()
            return self._shape(session, principal, row)

    # Inside

    def _locked(self, session: Session, principal: Principal, service_id: str) -> Service:
        """Read the row for a change: on PostgreSQL nobody else changes it meanwhile."""
        row = session.get(Service, service_id)
        if row is None:
            raise NotFound("service", service_id)
        authorize(principal, "write:service", row)
        revisions.check(row, None, lambda: None)
        return row

    @staticmethod
    def _canary(session: Session, row: Service) -> Deployment:
        found = session.get(Deployment, (row.id, row.canary)) if row.canary is not None else None
        if found is None:
            raise Conflict("no_canary", "Not done. The service has no canary. Begin one first.")
        return found

    @staticmethod
    def _check_free(row: Service) -> None:
        if row.canary is not None:
            raise Conflict("has_canary", "No canary made. There is one already. Promote or withdraw it first.")
        if row.target != "serving" or row.current is None:
            raise Conflict("no_production", f"No canary made. {row.name} is {row.status}. It has to serve first.")
        if row.desired != row.current:
            raise Conflict("edit_under_way", "No canary made. An edit is under way. Wait until it serves.")

    def _write(
        self,
        session: Session,
        principal: Principal,
        row: Service,
        action: Any,
        event: str,
        number: int,
        note: str,
        **details: Any,
    ) -> None:
        self.serving.records.write(session, principal, row, action, number=number, note=note, **details)
        self.serving.record(principal, f"service.{event}", row, number=number, note=note, **details)
        self.serving.wake()

    def _shape(self, session: Session, principal: Principal, row: Service) -> ServiceRead:
        return self.serving.shapes.services(session, principal, [row])[0]
