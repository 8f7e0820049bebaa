"""What the gateways follow: the routes, and how far each gateway is."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from .launch import replica_key
from .orm import Deployment, Replica, Service, ServiceToken
from .schemas import CallReport, Limits, Routes
from .shapes import shares_of

if TYPE_CHECKING:
    from ..platform import Platform

GATEWAY_SECONDS: Final = 40.0
"""A gateway that was not heard for so long is gone."""
REMEMBERED: Final = 256
LOOK_SECONDS: Final = 5.0
"""How often routes are computed anew while somebody waits, whatever was told."""


@dataclass
class GatewayState:
    """A gateway, as last heard."""

    address: str = ""
    seen: float = 0.0
    revision: str | None = None
    in_flight: frozenset[tuple[str, int]] = field(default_factory=frozenset)


class Routing:
    """Computes routes from the database; their revision is the hash of their content, so a restart changes nothing."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self._changed = threading.Condition()
        self._closed = False
        self._generation = 0
        self._gateways: dict[str, GatewayState] = {}
        self._served: OrderedDict[str, frozenset[tuple[str, int]]] = OrderedDict()
        self._born = platform.clock.monotonic()

    def touch(self) -> None:
        """Say, inside a write transaction, that routes may differ once it is committed."""
        self.db.after_commit(self._wake)

    def _wake(self) -> None:
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def routes(self) -> Routes:
        """Compute all routes."""
        with self.db.read() as session:
            services = session.scalars(select(Service).order_by(Service.id)).all()
            serving = session.scalars(select(Deployment).where(Deployment.status == "serving")).all()
            replicas = session.scalars(
                select(Replica).where(Replica.ready, Replica.status == "running").order_by(Replica.slot)
            ).all()
            tokens = session.scalars(select(ServiceToken).order_by(ServiceToken.id)).all()
        targets: dict[tuple[str, int], list[dict[str, str]]] = {}
        for replica in replicas:
            if replica.host is not None:
                address = f"{replica.host}:{replica.port}"
                key = replica_key(self.platform, replica.service_id, replica.number)
                targets.setdefault((replica.service_id, replica.number), []).append({"address": address, "key": key})
        carrying: dict[str, list[Deployment]] = {}
        for deployment in serving:
            carrying.setdefault(deployment.service_id, []).append(deployment)
        keys: dict[str, list[ServiceToken]] = {}
        for token in tokens:
            keys.setdefault(token.service_id, []).append(token)
        items: list[dict[str, Any]] = []
        for service in services:
            shares = shares_of(service, carrying.get(service.id, ()))
            limits = Limits.model_validate(service.limits)
            items.append(
                {
                    "slug": service.slug,
                    "service_id": service.id,
                    "status": service.status,
                    "visibility": service.visibility,
                    "message": (service.reason or {}).get("message", "") if service.status == "failed" else "",
                    "deployments": [
                        {
                            "number": d.number,
                            "role": "canary" if d.number == service.canary else "production",
                            "share": shares[d.number],
                            "targets": targets.get((d.service_id, d.number), []),
                        }
                        for d in carrying.get(service.id, ())
                        if d.number in shares
                    ],
                    "tokens": [
                        {"sha256": t.sha256, "expires_at": t.expires_at.isoformat() if t.expires_at else None}
                        for t in keys.get(service.id, ())
                    ],
                    "max_body": limits.max_body_bytes,
                    "timeout_seconds": limits.timeout_seconds,
                    "max_in_flight": limits.max_in_flight,
                    "requests_per_second": limits.requests_per_second,
                }
            )
        text = json.dumps(items, sort_keys=True, separators=(",", ":"))
        revision = hashlib.sha256(text.encode()).hexdigest()[:32]
        with self._changed:
            self._served[revision] = frozenset(
                (item["service_id"], d["number"]) for item in items for d in item["deployments"]
            )
            self._served.move_to_end(revision)
            while len(self._served) > REMEMBERED:
                self._served.popitem(last=False)
        return Routes(revision=revision, routes=items)

    def close(self) -> None:
        """Answer whoever waits: nothing changes here any more."""
        with self._changed:
            self._closed = True
            self._generation += 1
            self._changed.notify_all()

    def wait(self, gateway: str, address: str, after: str | None, seconds: float) -> Routes:
        """Give the routes once they differ from revision ``after``, or after so many seconds.

        Parameters
        ----------
        gateway, address : str
            Who asks, and where it listens.
        """
        clock = self.platform.clock
        deadline = clock.monotonic() + seconds
        while True:
            with self._changed:
                generation = self._generation
                state = self._gateways.setdefault(gateway, GatewayState())
                state.address, state.seen = address, clock.monotonic()
            routes = self.routes()
            left = deadline - clock.monotonic()
            if routes.revision != after or left <= 0 or self._closed:
                return routes
            with self._changed:
                self._changed.wait_for(lambda: self._generation != generation, min(left, LOOK_SECONDS))  # noqa: B023

    def heard(self, report: CallReport) -> None:
        """Note how far a gateway is; an earlier deployment may be drained now."""
        now = self.platform.clock.monotonic()
        with self._changed:
            state = self._gateways.setdefault(report.gateway, GatewayState())
            state.seen, state.revision = now, report.revision
            state.in_flight = frozenset((item.service_id, item.deployment) for item in report.in_flight)
            self._gateways = {k: v for k, v in self._gateways.items() if now - v.seen < GATEWAY_SECONDS}

    def drained(self, service_id: str, number: int, waited: float) -> bool:
        """Tell whether no gateway sends requests to a deployment any more and none is under way.

        Parameters
        ----------
        waited : float
            Seconds since the deployment left the routes. Without any gateway five are enough.
        """
        now = self.platform.clock.monotonic()
        key = (service_id, number)
        with self._changed:
            live = [state for state in self._gateways.values() if now - state.seen < GATEWAY_SECONDS]
            if not live:
                return waited > LOOK_SECONDS and now - self._born > LOOK_SECONDS
            for state in live:
                served = self._served.get(state.revision or "")
                if served is None or key in served or key in state.in_flight:
                    return False
        return True

    def busy(self, service_id: str) -> bool:
        """Tell whether a gateway has a request to a service under way."""
        with self._changed:
            return any(service_id == key[0] for state in self._gateways.values() for key in state.in_flight)

    def gateways(self) -> list[dict[str, Any]]:
        """List the gateways that are there."""
        now = self.platform.clock.monotonic()
        with self._changed:
            return [
                {"id": name, "address": state.address, "revision": state.revision}
                for name, state in self._gateways.items()
                if now - state.seen < GATEWAY_SECONDS
            ]
