"""Which slug leads where: the last word of `aispace serve`, kept on disk."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import os
import random
import tempfile
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .upstream import Pool

log = logging.getLogger("aispace.gateway")


@dataclass
class Target:
    """One replica."""

    host: str
    port: int
    pool: Pool
    credential: bytes
    """Header line that makes the model server answer; empty where it asks for none."""


@dataclass
class Destination:
    """One deployment that takes traffic.

    ``share`` is its part of the requests in percent; all of a service sum to 100.
    """

    number: int
    share: int
    targets: list[Target]
    role: str = "production"
    turn: int = 0

    @property
    def coming(self) -> Target:
        """The replica whose turn is next."""
        return self.targets[(self.turn + 1) % len(self.targets)]

    def next_target(self) -> Target:
        """Give the replicas in turn."""
        self.turn = (self.turn + 1) % len(self.targets)
        return self.targets[self.turn]


@dataclass
class RateLimit:
    """A token bucket: ``per_second`` on average, one second's worth at once."""

    per_second: float
    tokens: float = 0.0
    at: float = 0.0

    def admit(self, now: float) -> bool:
        """Take one, or refuse."""
        burst = max(1.0, self.per_second)
        self.tokens = min(burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


@dataclass
class Load:
    """What a service has to bear now; outlives a change of its route."""

    in_flight: int = 0
    rate: RateLimit | None = None
    complained: float = 0.0

    def may_complain(self, now: float) -> bool:
        """Tell whether it is time for a log line again: one every ten seconds."""
        if now - self.complained < 10:
            return False
        self.complained = now
        return True

    def limit(self, per_second: float | None) -> None:
        """Set the rate; an unchanged one keeps its state."""
        if not per_second:
            self.rate = None
        elif self.rate is None or self.rate.per_second != per_second:
            self.rate = RateLimit(per_second, tokens=per_second)


@dataclass
class Route:
    """A service as the gateway sees it."""

    slug: str
    service_id: str
    status: str
    message: str
    destinations: list[Destination]
    tokens: dict[str, datetime | None]
    """SHA-256 of each token -> when it expires."""
    max_body: int
    timeout_seconds: float
    max_in_flight: int
    load: Load
    raw: dict[str, Any] = field(default_factory=dict)

    def choose(self, request_id: bytes = b"", wanted: str = "") -> Destination | None:
        """Choose a deployment by its share.

        Parameters
        ----------
        request_id : bytes, optional
            One that the caller gave: then the choice follows from it, so that a repeated request meets the same
            deployment. Without it the choice is random.
        wanted : str, optional
            ``"production"`` or ``"canary"``: that one alone, whatever its share.
        """
        if wanted:
            return next((d for d in self.destinations if d.role == wanted and d.targets), None)
        if len(self.destinations) == 1:
            only = self.destinations[0]
            return only if only.targets else None
        able = [d for d in self.destinations if d.targets and (d.share > 0 or d.role == "production")]
        if len(able) < 2:
            return able[0] if able else None
        point = zlib.crc32(request_id) % 100 if request_id else random.randrange(100)  # noqa: S311 - shares, no secrets
        for destination in able:
            point -= destination.share
            if point < 0:
                return destination
        return able[-1]

    def accepts(self, digest: str, now: datetime) -> bool:
        """Tell whether a token with this SHA-256 is one of the service's own and valid."""
        for known, expires in self.tokens.items():
            if hmac.compare_digest(known, digest):
                return expires is None or expires > now
        return False


class RouteTable:
    """All routes; the last ones lie in a file and are read at the start.

    Parameters
    ----------
    snapshot : pathlib.Path, optional
        Where the routes are kept; written whole (temporary name, fsync, rename), readable by the owner only.
    """

    def __init__(self, snapshot: Path | None = None) -> None:
        self._snapshot = snapshot
        self._routes: dict[str, Route] = {}
        self._pools: dict[tuple[str, int], Pool] = {}
        self.revision: str | None = None
        self.loaded = False
        """Whether any routes, from the file or from `aispace serve`, are known."""
        self._changed = asyncio.Event()

    def get(self, slug: str) -> Route | None:
        """Find a route."""
        return self._routes.get(slug)

    def load(self) -> None:
        """Read the file; a missing or damaged one leaves the table empty."""
        if self._snapshot is None:
            return
        try:
            self.apply(json.loads(self._snapshot.read_text("utf-8")))
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the kept routes cannot be read and are left aside: %s", error)
            self.revision = None

    def apply(self, body: dict[str, Any]) -> None:
        """Take over new routes at once; connections to addresses that are gone are closed when idle."""
        routes = {raw["slug"]: self._read(raw) for raw in body["routes"]}
        used = {(t.host, t.port) for r in routes.values() for d in r.destinations for t in d.targets}
        self._routes = routes
        self.revision = body["revision"]
        self.loaded = True
        for address in [a for a in self._pools if a not in used]:
            self._pools.pop(address).close()
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, seconds: float) -> None:
        """Wait for new routes, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _read(self, raw: dict[str, Any]) -> Route:
        old = self._routes.get(raw["slug"])
        if old is not None and old.raw == raw:
            return old
        load = old.load if old is not None and old.service_id == raw["service_id"] else Load()
        load.limit(raw.get("requests_per_second"))
        return Route(
            slug=raw["slug"],
            service_id=raw["service_id"],
            status=raw["status"],
            message=raw.get("message", ""),
            destinations=[
                Destination(
                    d["number"],
                    d["share"],
                    [self._target(target) for target in d["targets"]],
                    d.get("role", "production"),
                )
                for d in raw["deployments"]
            ],
            tokens={
                t["sha256"]: datetime.fromisoformat(t["expires_at"]).astimezone(UTC) if t.get("expires_at") else None
                for t in raw["tokens"]
            },
            max_body=raw["max_body"],
            timeout_seconds=raw["timeout_seconds"],
            max_in_flight=raw["max_in_flight"],
            load=load,
            raw=raw,
        )

    def _target(self, raw: dict[str, str]) -> Target:
        host, _, port = raw["address"].rpartition(":")
        credential = f"x-aispace-key: {raw['key']}\r\n".encode() if raw.get("key") else b""
        key = (host, int(port))
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = Pool(*key)
        return Target(host, int(port), pool, credential)

    def keep(self, body: dict[str, Any]) -> None:
        """Write the file; waits for the disk."""
        if self._snapshot is None:
            return
        try:
            descriptor, name = tempfile.mkstemp(dir=self._snapshot.parent, prefix=".routes-")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(body, file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._snapshot)
        except OSError as error:
            log.error("the routes could not be kept on disk: %s", error)
