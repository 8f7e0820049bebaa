"""The short way of a usual call, without a task of its own: about half the time of the long one.

It is for a small POST that came whole at once, from a caller who is known, to a service with no limit in sight and a
kept connection to its replica. Whatever else happens is handed to `app.Call`: each rule has one place, there.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from .answers import Headers, Refusal, request_head, safe_headers
from .app import REQUEST_ID, Begun, Call, Gateway, new_request_id, replica_away, too_slow
from .upstream import Connection, UpstreamError

if TYPE_CHECKING:
    from .protocol import GuardedProtocol

LARGEST: Final = 65_536
"""Bytes of a body that may go the short way."""
LONG_WAY: Final = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"x-aispace-target"))
"""Headers of requests that are not usual."""


class _Nobody:
    """Stands where uvicorn wakes the task of a request."""

    def set(self) -> None:
        """Wake nobody."""


class Exchange:
    """One call under way; takes the place of uvicorn's cycle in its connection."""

    message_event: Final = _Nobody()

    def __init__(
        self, gateway: Gateway, protocol: GuardedProtocol, headers: Headers, url: bytes, body: bytes, keep_alive: bool
    ) -> None:
        self.gateway = gateway
        self.protocol = protocol
        self.headers = headers
        self.url = url
        self.body = body
        self.keep_alive = keep_alive
        self.response_complete = False
        self.disconnected = False

    def begin(self) -> bool:
        """Send the request to the model, or leave everything as it was and tell that it has to go the long way."""
        slug, slash, rest = self.url[3:].partition(b"/")
        route = self.gateway.table.get(slug.decode("latin-1"))
        if not slash or route is None or b"#" in rest or len(self.body) > route.max_body:
            return False
        load = route.load
        if load.rate is not None or load.in_flight >= route.max_in_flight:
            return False
        authorization = given = b""
        for name, value in self.headers:
            if name == b"authorization":
                authorization = value
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                given = value
        if not self.gateway.callers.knows(authorization, route):
            return False
        destination = route.choose(given)
        if destination is None:
            return False
        connection = destination.coming.pool.kept(self.protocol.loop.time())
        if connection is None:
            return False
        target = destination.next_target()
        request_id = given or new_request_id()
        framing = b"content-length: %d\r\n%b" % (len(self.body), target.credential)
        head = request_head(b"POST", b"/" + rest, route.slug, request_id, framing, self.headers)
        try:
            connection.write(b"%b\r\n%b" % (head, self.body))
        except UpstreamError:
            connection.close()
            return False
        self._key = (route.service_id, destination.number)
        self._begun = Begun(route, destination, request_id, time.perf_counter())
        self._connection = connection
        load.in_flight += 1
        self.gateway.counters.in_flight[self._key] += 1
        self._timer: asyncio.TimerHandle = self.protocol.loop.call_later(route.timeout_seconds, self._too_slow)
        connection.listener = self._came
        return True

    def _came(self) -> None:
        """Look at what came from the model, or at the end of its connection."""
        connection = self._connection
        if connection.head_complete:
            if connection.complete and connection.status not in (204, 304):
                self._answer(connection)
            else:
                self._go_on(connection)
        elif connection.closed:
            # Closed in the moment in which it was used again: once more, the long way. Not if an answer had begun.
            self._go_on(replica_away() if connection.answered else None)

    def _answer(self, connection: Connection) -> None:
        self._end()
        begun, protocol, status = self._begun, self.protocol, connection.status
        data = connection.taken()
        number = begun.destination.number
        lines = [STATUS_LINE[status]]
        for name, value in safe_headers(connection.headers, begun.request_id, number):
            if name != b"content-length":
                lines.append(b"%b: %b\r\n" % (name, value))
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"content-length: %d\r\n\r\n" % len(data))
        lines.append(data)
        connection.release()
        self.gateway.counters.add(self._key[0], number, status, time.perf_counter() - begun.at, time.time())
        self.response_complete = True
        protocol.transport.write(b"".join(lines))
        if not self.keep_alive:
            protocol.transport.close()
        protocol.answered()

    def caller_gone(self) -> None:
        """End the call: nobody is there to hear the answer."""
        self._end()
        self._connection.close()
        begun = self._begun
        self.gateway.counters.add(*self._key, 499, time.perf_counter() - begun.at, time.time())

    def _too_slow(self) -> None:
        self._connection.listener = None
        self._connection.close()
        self._go_on(too_slow(self._begun.route))

    def _go_on(self, outcome: Connection | Refusal | None) -> None:
        """Hand over to a task: with the answer that goes on, with a refusal, or to begin anew."""
        self._end()
        if outcome is None:
            self._connection.close()
            self.protocol.hand_over(self, self.gateway)
            return

        async def resume(scope: Any, receive: Any, send: Any) -> None:
            await Call(self.gateway, scope, receive, send).resume(self._begun, outcome)

        self.protocol.hand_over(self, resume)

    def _end(self) -> None:
        self._connection.listener = None
        self._timer.cancel()
        self._begun.route.load.in_flight -= 1
        self.gateway.counters.in_flight[self._key] -= 1
