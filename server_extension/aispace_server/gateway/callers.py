"""Who may call a service: holders of its own tokens, and users of the platform who may read it."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from .answers import Refusal
from .routes import Route

Verdict = Literal["ok", "owner", "invalid", "hidden", "forbidden"]
Verify = Callable[[str, str | None], Awaitable[Verdict]]
"""Asks `aispace serve` about a token and a service id; raises `ConnectionError` when it is away."""

CACHE_SECONDS: Final = 10.0
CACHE_SIZE: Final = 10_000


def digest_of(authorization: bytes) -> str:
    """Give the SHA-256 of a bearer's token; empty without one."""
    scheme, _, token = authorization.partition(b" ")
    token = token.strip()
    return hashlib.sha256(token).hexdigest() if scheme.lower() == b"bearer" and token else ""


class Known(NamedTuple):
    """A verdict and when it has to be asked again."""

    verdict: Verdict
    until: float


class Callers:
    """Checks tokens.

    Parameters
    ----------
    verify : callable
        Asks `aispace serve`; an answer is kept for 10 s, so that a revoked token ends within them.
    internal_token : str
        With it `aispace serve` itself calls on behalf of a user whose right it has checked.
    """

    def __init__(self, verify: Verify, internal_token: str) -> None:
        self._verify = verify
        self._internal = hashlib.sha256(internal_token.encode()).hexdigest() if internal_token else ""
        self._known: dict[tuple[str, str | None], Known] = {}
        self._asking: dict[tuple[str, str | None], asyncio.Task[Verdict]] = {}

    def forget(self) -> None:
        """Ask again about everybody: rights may have changed."""
        self._known.clear()

    def knows(self, digest: str, route: Route) -> bool:
        """Tell whether who has a token with this SHA-256 may pass, as far as that can be told without asking."""
        if route.accepts(digest, datetime.now(UTC)):
            return True
        known = self._known.get((digest, route.service_id))
        return known is not None and known.verdict in ("ok", "owner") and known.until > time.monotonic()

    async def admit(self, authorization: bytes, route: Route | None) -> bool:
        """Let pass or refuse.

        Returns
        -------
        bool
            Whether the caller may choose the deployment that answers: the service's owner, or `aispace serve`.

        Raises
        ------
        Refusal
            401 without a valid token, 403 when the user may not, 404 for a service that is unknown or hidden to him,
            503 when nobody can tell now.
        """
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        token = token.strip()
        if scheme.lower() not in ("bearer", "token") or not token:
            raise Refusal(
                401, "unauthenticated", "Not called. The request carries no token. Send Authorization: Bearer <token>."
            )
        digest = hashlib.sha256(token.encode("latin-1")).hexdigest()
        if route is not None and digest == self._internal:
            return True
        if route is not None and route.accepts(digest, datetime.now(UTC)):
            return False
        service_id = route.service_id if route is not None else None
        verdict = await self._verdict(digest, token, service_id)
        if verdict == "invalid":
            raise _INVALID
        if verdict == "forbidden":
            raise Refusal(403, "forbidden", "Not called. Your account or token may not use services. Ask its owner.")
        if verdict == "hidden" or route is None:
            raise Refusal(
                404, "not_found", "No such service. Check the address, or ask its owner to share it with you."
            )
        return verdict == "owner"

    async def _verdict(self, digest: str, token: str, service_id: str | None) -> Verdict:
        key = (digest, service_id)
        known = self._known.get(key)
        if known is not None and known.until > time.monotonic():
            return known.verdict
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._ask(key, token))
        try:
            return await asyncio.shield(task)
        except (ConnectionError, TimeoutError) as error:
            raise Refusal(
                503,
                "cannot_check",
                "Not called. Your token cannot be checked at the moment. Try again, or use a token of the service.",
                retry_after=2,
            ) from error

    async def _ask(self, key: tuple[str, str | None], token: str) -> Verdict:
        asked = time.monotonic()
        try:
            verdict = await self._verify(token, key[1])
        finally:
            self._asking.pop(key, None)
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        self._known[key] = Known(verdict, asked + CACHE_SECONDS)
        return verdict


_INVALID = Refusal(401, "unauthenticated", "Not called. The token is not valid or has expired. Get a new one.")
