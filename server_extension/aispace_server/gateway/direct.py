"""The short way of a usual call, without a task of its own: a third of the long one's time.

It is for a small POST that came whole at once, from a caller who is known, to a service with no limit in sight and a
kept connection to its replica. Whatever else happens is handed to `app.Call`: each rule has one place, there. Clients
and model servers repeat their heads word for word, so a head that was read once is not read again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from .answers import Refusal
from .app import Begun, Call, Gateway, new_request_id, replica_away, too_slow
from .memory import END, Answered, Asked
from .upstream import Connection, UpstreamError

if TYPE_CHECKING:
    from .protocol import GuardedProtocol

LARGEST: Final = 65_536
"""Bytes of a body that may go the short way."""
INTERIM: Final = b"HTTP/1.1 1"
"""How an answer begins after which the answer comes."""
LONG_WAY: Final = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"x-aispace-target"))
"""Headers of requests that are not usual."""


class _Nobody:
    """Stands where uvicorn wakes the task of a request."""

    def set(self) -> None:
        """Wake nobody."""


class Exchange:
    """One call under way; takes the place of uvicorn's cycle in its connection."""

    __slots__ = (
        "_at", "_connection", "_destination", "_key", "_message", "_request_id", "_route", "asked", "body",
        "disconnected", "gateway", "keep_alive", "protocol", "response_complete",
    )  # fmt: skip
    message_event: Final = _Nobody()

    def __init__(self, gateway: Gateway, protocol: GuardedProtocol, asked: Asked, body: bytes) -> None:
        self.gateway = gateway
        self.protocol = protocol
        self.asked = asked
        self.body = body
        self.keep_alive = asked.keep_alive
        self.response_complete = False
        self.disconnected = False
        self._message = b""

    def begin(self) -> bool:
        """Send the request to the model, or leave everything as it was and tell that it has to go the long way."""
        asked, body, gateway = self.asked, self.body, self.gateway
        route = gateway.table.get(asked.slug)
        if route is None or len(body) > route.max_body:
            return False
        load = route.load
        if load.rate is not None or load.in_flight >= route.max_in_flight:
            return False
        if not gateway.callers.knows(asked.digest, route):
            return False
        destination = route.choose(asked.given_id)
        if destination is None:
            return False
        loop = self.protocol.loop
        now = loop.time()
        connection = destination.coming.pool.kept(now)
        if connection is None:
            return False
        target = destination.next_target()
        self._request_id = request_id = asked.given_id or new_request_id()
        try:
            connection.write(b"%bx-request-id: %b\r\n%b\r\n%b" % (asked.head, request_id, target.credential, body))
        except UpstreamError:
            connection.close()
            return False
        self._route = route
        self._destination = destination
        self._connection = connection
        self._key = key = (route.service_id, destination.number)
        self._at = time.perf_counter()
        load.in_flight += 1
        gateway.counters.in_flight[key] += 1
        self.gateway.memory.watch.add(self, now + route.timeout_seconds, loop)
        connection.listener = self
        return True

    def whole(self, message: bytes) -> bool:
        """Take an answer whose head is known and that came at once; tell whether it was one.

        Called with the first bytes of an answer, before they are parsed.
        """
        head, end, data = message.partition(END)
        answered = self.gateway.memory.answered.get((head, len(data)))
        if answered is None:
            self._message = message if end and not message.startswith(INTERIM) else b""
            return False
        self._connection.complete_at_once()
        self._answer(answered, data)
        return True

    def came(self) -> None:
        """Look at what came from the model, or at the end of its connection."""
        connection = self._connection
        if connection.head_complete:
            if not connection.complete or connection.status in (204, 304):
                self._go_on(connection)
                return
            data, answered = connection.taken(), Answered.read(connection)
            head, _, rest = self._message.partition(END)
            if len(rest) == len(data) and connection.has_length and connection.keeps_alive:
                self.gateway.memory.keep_answered(head, len(data), answered)
            self._answer(answered, data)
        elif connection.closed:
            # Closed in the moment in which it was used again: once more, the long way. Not if an answer had begun.
            self._go_on(replica_away() if connection.answered else None)

    def _answer(self, answered: Answered, data: bytes) -> None:
        self._end()
        service_id, number = self._key
        self._connection.release()
        status, head = answered
        self.gateway.counters.add(service_id, number, status, time.perf_counter() - self._at, time.time())
        self.response_complete = True
        transport = self.protocol.transport
        transport.write(
            b"%bx-request-id: %b\r\nx-aispace-deployment: %d\r\n%bcontent-length: %d\r\n\r\n%b"
            % (head, self._request_id, number, b"" if self.keep_alive else b"connection: close\r\n", len(data), data)
        )
        if not self.keep_alive:
            transport.close()
        self.protocol.answered()

    def caller_gone(self) -> None:
        """End the call: nobody is there to hear the answer."""
        self._end()
        self._connection.close()
        self.gateway.counters.add(*self._key, 499, time.perf_counter() - self._at, time.time())

    def too_slow(self) -> None:
        """End the call: the model took too long."""
        self._connection.listener = None
        self._connection.close()
        self._go_on(too_slow(self._route))

    def _go_on(self, outcome: Connection | Refusal | None) -> None:
        """Hand over to a task: with the answer that goes on, with a refusal, or to begin anew."""
        self._end()
        if outcome is None:
            self._connection.close()
            self.protocol.hand_over(self, self.gateway)
            return
        begun = Begun(self._route, self._destination, self._request_id, self._at)

        async def resume(scope: Any, receive: Any, send: Any) -> None:
            await Call(self.gateway, scope, receive, send).resume(begun, outcome)

        self.protocol.hand_over(self, resume)

    def _end(self) -> None:
        self._connection.listener = None
        self.gateway.memory.watch.remove(self)
        self._route.load.in_flight -= 1
        self.gateway.counters.in_flight[self._key] -= 1
