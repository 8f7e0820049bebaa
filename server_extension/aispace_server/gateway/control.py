"""The gateway's line to `aispace serve`: routes in, questions about tokens out, counts out."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from .callers import Callers, Verdict
from .counters import Counters
from .routes import RouteTable
from .upstream import Pool, UpstreamError

POLL_SECONDS: Final = 25
REPORT_SECONDS: Final = 1.0
AWAY_SECONDS: Final = (0.1, 0.2, 0.5, 1.0)
"""Pauses between tries while `aispace serve` is away."""

log = logging.getLogger("aispace.gateway")


class Control:
    """Talks to the internal listener.

    Parameters
    ----------
    internal_url : callable
        Gives ``http://127.0.0.1:<port>`` of the internal listener; asked again after each failure.
    token : str
        Shared secret of the internal listener.
    address : str
        Where this gateway listens, told to `aispace serve`.
    """

    def __init__(
        self,
        internal_url: Callable[[], str],
        token: str,
        table: RouteTable,
        counters: Counters,
        *,
        address: str,
    ) -> None:
        self._internal_url = internal_url
        self._token = token
        self._table = table
        self._counters = counters
        self._address = address
        self._pools: dict[str, Pool] = {}
        self._heard = 0.0
        self.gateway_id = secrets.token_hex(8)
        self.callers: Callers | None = None

    def connected(self) -> bool:
        """Tell whether `aispace serve` answered lately."""
        return time.monotonic() - self._heard < POLL_SECONDS + 10

    async def request(self, method: str, path: str, body: Any = None, *, seconds: float = 5.0) -> tuple[int, Any]:
        """Ask the internal listener.

        Raises
        ------
        ConnectionError
            It is away, or did not answer in time.
        """
        try:
            async with asyncio.timeout(seconds):
                status, data = await self._exchange(method, path, body)
        except (UpstreamError, TimeoutError, OSError, ValueError) as error:
            raise ConnectionError(f"aispace serve does not answer: {error}") from error
        self._heard = time.monotonic()
        return status, json.loads(data) if data else None

    async def _exchange(self, method: str, path: str, body: Any) -> tuple[int, bytes]:
        parts = urlsplit(self._internal_url())
        host = parts.hostname or "127.0.0.1"
        address = f"{host}:{parts.port}"
        pool = self._pools.setdefault(address, Pool(host, parts.port or 80, limit=4))
        content = json.dumps(body).encode() if body is not None else b""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {self._token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        connection = await pool.connection()
        try:
            try:
                connection.write(head.encode() + content)
                await connection.head()
            except UpstreamError:
                if not connection.reused or connection.answered:
                    raise
                connection.close()
                connection = await pool.connection(fresh=True)
                connection.write(head.encode() + content)
                await connection.head()
            pieces = []
            while piece := await connection.read():
                pieces.append(piece)
            return connection.status, b"".join(pieces)
        finally:
            connection.release()

    async def verify(self, token: str, service_id: str | None) -> Verdict:
        """Ask whether the token's user may read the service."""
        status, body = await self.request(
            "POST", "/internal/gateway/verify_token", {"token": token, "service_id": service_id}
        )
        if status != 200:
            raise ConnectionError(f"aispace serve answered {status}")
        verdict: Verdict = body["verdict"]
        return verdict

    async def follow_routes(self) -> None:
        """Keep the table up to date, for ever."""
        failures = 0
        while True:
            query = {"gateway": self.gateway_id, "address": self._address, "wait": POLL_SECONDS}
            if self._table.revision is not None:
                query["after"] = self._table.revision
            try:
                status, body = await self.request(
                    "GET", f"/internal/gateway/routes?{urlencode(query)}", seconds=POLL_SECONDS + 10
                )
                if status != 200:
                    raise ConnectionError(f"aispace serve answered {status}")
            except ConnectionError as error:
                if failures == 0:
                    log.warning("%s; the last routes stay in force", error)
                await asyncio.sleep(AWAY_SECONDS[min(failures, len(AWAY_SECONDS) - 1)])
                failures += 1
                continue
            if failures:
                log.info("aispace serve answers again")
            failures = 0
            if body["revision"] != self._table.revision:
                self._table.apply(body)
                if self.callers is not None:
                    self.callers.forget()
                await asyncio.to_thread(self._table.keep, body)

    async def report_calls(self) -> None:
        """Report counts each second, for ever; what could not be reported waits."""
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            await self.report_once()

    async def report_once(self) -> bool:
        """Report now; tell whether it arrived."""
        batch = {"gateway": self.gateway_id, "revision": self._table.revision, **self._counters.batch()}
        try:
            status, _ = await self.request("POST", "/internal/gateway/calls", batch)
        except ConnectionError:
            return False
        if status not in (200, 204):
            log.error("aispace serve refused a report of calls: %d", status)
            return False
        self._counters.reported()
        return True
