"""Tokens that may call one service."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from ..errors import Conflict, Invalid, NameTaken, NotFound
from ..identity import Principal, authorize
from ..ids import new_id
from ..schemas import Ref
from .orm import Service, ServiceToken
from .schemas import ServiceTokenCreate, ServiceTokenCreated, ServiceTokenList, ServiceTokenRead, TokenVerdict

if TYPE_CHECKING:
    from .service import ServingService

PREFIX: Final = "ais_svc_"
"""Beginning of every such token."""
MOST: Final = 100


class ServiceTokens:
    """Makes and revokes them; only their SHA-256 is kept. The gateway learns of a change within a second."""

    def __init__(self, serving: ServingService) -> None:
        self.serving = serving
        self.db = serving.db

    def list(self, principal: Principal, service_id: str) -> ServiceTokenList:
        """List the tokens of a service; for its owner."""
        with self.db.read() as session:
            service = self._own(principal, service_id)
            rows = session.scalars(
                select(ServiceToken).where(ServiceToken.service_id == service.id).order_by(ServiceToken.created_at)
            ).all()
        return ServiceTokenList(items=[self._shape(row) for row in rows])

    def create(self, principal: Principal, service_id: str, body: ServiceTokenCreate) -> ServiceTokenCreated:
        """Make a token; its secret is in this answer and nowhere else."""
        now = self.serving.platform.clock.now()
        if body.expires_at is not None and body.expires_at <= now:
            raise Invalid("expires_at", "Expires at: this moment has passed. Choose a later one.", code="past")
        token = PREFIX + secrets.token_urlsafe(30)
        with self.db.write() as session:
            service = self._own(principal, service_id)
            own = select(ServiceToken).where(ServiceToken.service_id == service.id)
            if session.scalar(own.where(ServiceToken.name == body.name)) is not None:
                raise NameTaken("token", body.name)
            if (session.scalar(select(func.count()).select_from(own.subquery())) or 0) >= MOST:
                raise Conflict(
                    "too_many_tokens",
                    f"Token not made. The service has {MOST} tokens. Delete one that is not used.",
                    params={"limit": MOST},
                )
            row = ServiceToken(
                id=new_id("tok"),
                service_id=service.id,
                name=body.name,
                scope="infer",
                sha256=hashlib.sha256(token.encode()).hexdigest(),
                hint=token[:12],
                created_by_id=principal.user_id,
                created_by_name=principal.name,
                created_at=now,
                expires_at=body.expires_at,
            )
            session.add(row)
            self.serving.record(principal, "service.token_created", service, token=body.name)
            self.serving.routing.touch()
        return ServiceTokenCreated(**self._shape(row).model_dump(), token=token)

    def delete(self, principal: Principal, service_id: str, token_id: str) -> None:
        """Delete a token; it is refused from now on."""
        with self.db.write() as session:
            service = self._own(principal, service_id)
            row = session.get(ServiceToken, token_id)
            if row is None or row.service_id != service.id:
                raise NotFound("token", token_id)
            session.delete(row)
            self.serving.record(principal, "service.token_deleted", service, token=row.name)
            self.serving.routing.touch()

    def verdict(self, token: str, service_id: str | None) -> TokenVerdict:
        """Tell the gateway whether a token that it does not know yet may call the service."""
        now = self.serving.platform.clock.now()
        with self.db.read() as session:
            row = session.scalar(
                select(ServiceToken).where(
                    ServiceToken.sha256 == hashlib.sha256(token.encode()).hexdigest(),
                    ServiceToken.service_id == service_id,
                )
            )
        good = row is not None and (row.expires_at is None or row.expires_at > now)
        return TokenVerdict(verdict="ok" if good else "invalid")

    def _own(self, principal: Principal, service_id: str) -> Service:
        service = self.serving.row(principal, "read:service", service_id)
        authorize(principal, "write:service", service)
        return service

    def _shape(self, row: ServiceToken) -> ServiceTokenRead:
        return ServiceTokenRead(
            id=row.id,
            name=row.name,
            scope="infer",
            hint=row.hint,
            created_by=Ref(id=row.created_by_id, name=row.created_by_name),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
