"""The ASGI application: find the service, check the caller, pass the request on, count it."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple

from .answers import REQUEST_ID, Headers, Refusal, refusal_answer, request_head, safe_headers
from .callers import Callers
from .counters import Counters
from .memory import Memory
from .routes import Destination, Route, RouteTable, Target
from .upstream import Connection, UpstreamError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DRAIN_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a refused body that are still read, so that the caller gets to see the answer."""
BODY_SECONDS: Final = 30.0
"""How long the caller may pause within a body."""
METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
TARGETS: Final = (b"production", b"canary")

log = logging.getLogger("aispace.gateway")


class BrokenAnswer(Exception):
    """The model broke off after the answer had begun; the caller's connection is cut, so that he sees it."""


class CallerGone(Exception):
    """The caller closed the connection before his request was whole."""


class Begun(NamedTuple):
    """A call that was sent to a model already."""

    route: Route
    destination: Destination
    request_id: bytes
    at: float
    """When, by `time.perf_counter`."""


class Gateway:
    """Serves ``/s/<slug>/...``, ``/healthz``, ``/readyz`` and ``/metrics``.

    Parameters
    ----------
    table : RouteTable
    callers : Callers
    counters : Counters
    connected : callable
        Tells whether `aispace serve` was heard lately; shown by ``/readyz``.
    """

    def __init__(
        self, table: RouteTable, callers: Callers, counters: Counters, connected: Callable[[], bool] = lambda: True
    ) -> None:
        self.table = table
        self.callers = callers
        self.counters = counters
        self.memory = Memory()
        self._connected = connected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        raw: bytes = scope["raw_path"]
        if raw.startswith(b"/s/"):
            await Call(self, scope, receive, send).serve()
            return
        status, content_type, data = self._own(raw)
        await _answer(send, status, [(b"content-type", content_type), (b"content-length", b"%d" % len(data))], data)

    def _own(self, path: bytes) -> tuple[int, bytes, bytes]:
        if path == b"/healthz":
            return 200, b"application/json", b'{"status":"ok"}'
        if path == b"/readyz":
            body = {"ready": self.table.loaded, "serve_connected": self._connected(), "revision": self.table.revision}
            return (200 if self.table.loaded else 503), b"application/json", json.dumps(body).encode()
        if path == b"/metrics":
            return 200, b"text/plain; version=0.0.4", self.counters.metrics().encode()
        refusal = Refusal(
            404, "not_found", "There is nothing here. A service is at /s/<name>/v2 and /s/<name>/predict."
        )
        _, data = refusal_answer(refusal, "", secrets.token_hex(8))
        return 404, b"application/json", data


class Call:
    """One request to one service."""

    def __init__(self, gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
        self._callers = gateway.callers
        self._counters = gateway.counters
        self._scope = scope
        self._receive = receive
        self._send = send
        raw: bytes = scope["raw_path"]
        slug, slash, rest = raw[3:].partition(b"/")
        self._path = slash + rest
        self._route = gateway.table.get(slug.decode("latin-1"))
        self._headers: Headers = scope["headers"]
        self._method: str = scope["method"]
        self._authorization = b""
        self._length: int | None = None
        self._chunked = False
        self._request_id = b""
        self._wanted = b""
        self._read_headers()
        self._body_complete = False
        self._started = False

    def _read_headers(self) -> None:
        for name, value in self._headers:
            if name == b"authorization":
                self._authorization = value
            elif name == b"content-length":
                self._length = int(value)
            elif name == b"transfer-encoding":
                self._chunked = True
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                self._request_id = value
            elif name == b"x-aispace-target":
                self._wanted = value
        self._given_id = self._request_id
        self._request_id = self._request_id or new_request_id()

    async def serve(self) -> None:
        """Admit, pass on, count; whatever is refused is answered here."""
        try:
            if self._method not in METHODS:
                raise Refusal(405, "method_not_allowed", "Not called. Use POST, or GET to look.")
            owner = await self._callers.admit(self._authorization, self._route)
            assert self._route is not None  # noqa: S101 - `admit` refuses unknown routes
            if self._wanted:
                self._check_wanted(self._route, owner)
            await self._admitted(self._route)
        except Refusal as refusal:
            await self._refuse(refusal)
        except CallerGone:
            return

    def _check_wanted(self, route: Route, owner: bool) -> None:
        """Refuse a wish for a deployment that the caller may not have, or that is not there."""
        if not owner:
            raise Refusal(
                403, "not_the_owner", "Not called. Only the service's owner may choose. Leave X-AISpace-Target out."
            )
        if self._wanted not in TARGETS:
            raise Refusal(422, "invalid", "Not called. X-AISpace-Target has to be production or canary.")
        if not any(d.role == self._wanted.decode() for d in route.destinations):
            raise Refusal(
                409,
                "no_such_target",
                f"Not called. The service has no {self._wanted.decode()} now. Leave X-AISpace-Target out.",
            )

    async def resume(self, begun: Begun, outcome: Connection | Refusal) -> None:
        """Go on with a call that was begun the short way (see `direct`): pass back what comes, or refuse."""
        self._body_complete = True
        self._request_id = begun.request_id

        async def finish() -> int:
            if isinstance(outcome, Refusal):
                raise outcome
            try:
                return await self._pass_back(begun.route, begun.destination.number, outcome)
            finally:
                outcome.release()

        try:
            await self._counted(begun.route, begun.destination.number, begun.at, finish())
        except Refusal as refusal:
            await self._refuse(refusal)

    async def _admitted(self, route: Route) -> None:
        begin = time.perf_counter()
        destination = route.choose(self._given_id, self._wanted.decode())
        number = destination.number if destination is not None else 0

        async def carry() -> int:
            self._check(route, destination)
            assert destination is not None  # noqa: S101 - `_check` refuses
            return await self._pass_on(route, destination)

        await self._counted(route, number, begin, carry())

    async def _counted(self, route: Route, number: int, begin: float, work: Awaitable[int]) -> None:
        """Do the work, which gives the status; count the call, and while it lasts that it is under way."""
        in_flight = self._counters.in_flight
        key = (route.service_id, number)
        route.load.in_flight += 1
        in_flight[key] += 1
        status = 499  # the caller went away
        try:
            status = await work
        except Refusal as refusal:
            status = refusal.status
            raise
        except BrokenAnswer:
            status = 502
            raise
        finally:
            route.load.in_flight -= 1
            in_flight[key] -= 1
            self._counters.add(route.service_id, number, status, time.perf_counter() - begin, time.time())

    def _check(self, route: Route, destination: Destination | None) -> None:
        if destination is None:
            raise _not_serving(route)
        if route.load.rate is not None and not route.load.rate.admit(time.monotonic()):
            raise Refusal(
                429,
                "too_many_requests",
                f"Not called. The service takes {route.load.rate.per_second:g} requests a second. Call less often.",
                retry_after=1,
            )
        if route.load.in_flight > route.max_in_flight:
            raise Refusal(
                429,
                "too_many_at_once",
                f"Not called. {route.max_in_flight} requests are running already. Wait for some to end.",
                retry_after=1,
            )
        if self._length is not None and self._length > route.max_body:
            raise _too_large(route)

    async def _pass_on(self, route: Route, destination: Destination) -> int:
        body = await self._first_body(route)
        head = self._head(route, body)
        last: UpstreamError | None = None
        for _ in range(len(destination.targets)):
            target = destination.next_target()
            try:
                connection = await self._exchange(route, target, head, body)
            except UpstreamError as error:
                last = error
                if error.sent:
                    break
                continue
            try:
                return await self._pass_back(route, destination.number, connection)
            finally:
                connection.release()
        if route.load.may_complain(time.monotonic()):
            log.warning("service %s deployment %d: %s", route.slug, destination.number, last)
        raise replica_away()

    async def _first_body(self, route: Route) -> bytes:
        """Read what came of the body: the whole of a small one."""
        parts: list[bytes] = []
        size = 0
        while not self._body_complete:
            chunk = await self._chunk()
            size += len(chunk)
            if size > route.max_body:
                raise _too_large(route)
            parts.append(chunk)
            if size > 262_144:
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _chunk(self) -> bytes:
        if self._length is None and not self._chunked:
            message = await self._receive()
        else:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    message = await self._receive()
            except TimeoutError:
                raise Refusal(
                    408, "body_timeout", "Not called. The body did not come. Send it without pauses."
                ) from None
        if message["type"] == "http.disconnect":
            raise CallerGone
        self._body_complete = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    def _head(self, route: Route, body: bytes) -> bytes:
        query: bytes = self._scope["query_string"]
        target = (self._path or b"/") + (b"?" + query if query else b"")
        method = b"GET" if self._method == "HEAD" else self._method.encode()
        if self._body_complete:
            framing = b"content-length: %d\r\n" % len(body) if body or method not in (b"GET", b"OPTIONS") else b""
        elif self._length is not None:
            framing = b"content-length: %d\r\n" % self._length
        else:
            framing = b"transfer-encoding: chunked\r\n"
        framing += b"x-request-id: %b\r\n" % self._request_id
        return request_head(method, target, route.slug, framing, self._headers)

    async def _exchange(self, route: Route, target: Target, head: bytes, body: bytes) -> Connection:
        """Send the request and wait for the head of the answer; ``head`` lacks the target's own line and the empty one.

        A connection that was kept may have been closed by the other side in the same moment: then, and only when
        nothing of an answer came and the whole body is still here, the request goes out once more on a fresh one.
        """
        head = b"%b%b\r\n" % (head, target.credential)
        connection = await target.pool.connection()
        while True:
            try:
                async with asyncio.timeout(route.timeout_seconds):
                    if self._body_complete:
                        connection.write(head + body)
                    else:
                        await self._send_streaming(route, connection, head, body)
                    if not connection.head_complete:
                        await connection.head()
                return connection
            except UpstreamError as error:
                connection.close()
                if not (connection.reused and self._body_complete and not connection.answered):
                    raise UpstreamError(str(error), sent=True) from error
                connection = await target.pool.connection(fresh=True)
            except TimeoutError:
                connection.close()
                raise too_slow(route) from None
            except BaseException:
                connection.close()
                raise

    async def _send_streaming(self, route: Route, connection: Connection, head: bytes, body: bytes) -> None:
        chunked = self._length is None
        connection.write(head)
        size = 0
        piece = body
        while True:
            size += len(piece)
            if size > route.max_body:
                raise _too_large(route)
            if piece:
                connection.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                await connection.drain()
            if self._body_complete:
                break
            piece = await self._chunk()
        if chunked:
            connection.write(b"0\r\n\r\n")

    async def _pass_back(self, route: Route, number: int, connection: Connection) -> int:
        headers = safe_headers(connection.headers, self._request_id, number)
        status = connection.status
        if connection.complete:
            data = await connection.read()
            headers = [(name, value) for name, value in headers if name != b"content-length"]
            headers.append((b"content-length", b"%d" % len(data)))
            self._started = True
            if self._method == "HEAD" or status in (204, 304):
                data = b""
            await _answer(self._send, status, headers, data)
            return status
        self._started = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        gone = asyncio.create_task(self._caller_gone(connection))
        try:
            while True:
                async with asyncio.timeout(route.timeout_seconds):
                    data = await connection.read()
                if not data:
                    break
                if self._method != "HEAD":
                    await self._send({"type": "http.response.body", "body": data, "more_body": True})
        except (UpstreamError, TimeoutError) as error:
            if gone.done():
                return 499
            raise BrokenAnswer(str(error)) from error
        finally:
            gone.cancel()
        await self._send({"type": "http.response.body", "body": b""})
        return status

    async def _caller_gone(self, connection: Connection) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        connection.close()

    async def _refuse(self, refusal: Refusal) -> None:
        """Read the rest of the body within limits, then answer."""
        size = 0
        while not self._body_complete and size < DRAIN_LIMIT and (self._length or 0) < DRAIN_LIMIT:
            try:
                size += len(await self._chunk())
            except Refusal:
                break
            except CallerGone:
                return
        self._counters.refused[refusal.code] += 1
        path = self._path.decode("latin-1")
        headers, data = refusal_answer(refusal, path, self._request_id.decode())
        await _answer(self._send, refusal.status, headers, data if self._method != "HEAD" else b"")


async def _answer(send: Send, status: int, headers: Headers, data: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


def new_request_id() -> bytes:
    """Make an id of a request: to find it again in logs, so it need not be hard to guess."""
    return b"%016x" % random.getrandbits(64)


def replica_away() -> Refusal:
    """Say that no process of the service answers."""
    return Refusal(
        503,
        "replica_away",
        "Not answered. The service's process is away and is being started again. Try again in a moment.",
        retry_after=1,
    )


def too_slow(route: Route) -> Refusal:
    """Say that the model did not answer in time."""
    return Refusal(
        504, "timeout", f"Not answered. The model took longer than {route.timeout_seconds:g} s. Send less at once."
    )


def _too_large(route: Route) -> Refusal:
    return Refusal(
        413, "too_large", f"Not called. The body is larger than {route.max_body} bytes. Send less in one request."
    )


def _not_serving(route: Route) -> Refusal:
    if route.status == "stopped":
        return Refusal(503, "service_stopped", "Not called. The service is stopped. Its owner can start it again.")
    if route.status == "failed":
        return Refusal(
            503, "service_failed", f"Not called. The service failed: {route.message or 'see its log'}", retry_after=30
        )
    return Refusal(
        503, "service_starting", "Not called. The service is being started. Try again in a moment.", retry_after=2
    )
