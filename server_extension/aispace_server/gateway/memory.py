"""What the gateway remembers of usual calls: clients and model servers repeat their heads word for word."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from .answers import REQUEST_ID, Headers, passed_headers, request_head
from .callers import digest_of
from .upstream import Connection

LOOK_SECONDS: Final = 0.1
"""How often the gateway looks whether a call took too long."""
END: Final = b"\r\n\r\n"


class Asked(NamedTuple):
    """The head of a usual request, as far as it does not depend on who asks when."""

    url: bytes
    headers: Headers
    keep_alive: bool
    slug: str
    length: int
    """Bytes of the body."""
    digest: str
    """SHA-256 of the token; empty where there is none to be looked at here."""
    given_id: bytes
    head: bytes
    """What goes to the model but for the request's id and the target's key."""

    @classmethod
    def read(cls, url: bytes, headers: Headers, length: int, keep_alive: bool) -> Asked | None:
        """Read a head; ``None`` for one that is not usual."""
        slug, slash, rest = url[3:].partition(b"/")
        if not slash or b"#" in rest:
            return None
        authorization = given = b""
        for name, value in headers:
            if name == b"authorization":
                authorization = value
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                given = value
        digest = digest_of(authorization)
        service = slug.decode("latin-1")
        head = request_head(b"POST", b"/" + rest, service, b"content-length: %d\r\n" % length, headers)
        return cls(url, headers, keep_alive, service, length, digest, given, head)


class Answered(NamedTuple):
    """The head of a whole answer, as it is passed on but for the request's id and the deployment's number."""

    status: int
    head: bytes

    @classmethod
    def read(cls, connection: Connection) -> Answered:
        """Make it of what a model server sent."""
        lines = [
            b"%b: %b\r\n" % (name, value)
            for name, value in passed_headers(connection.headers)
            if name != b"content-length"
        ]
        return cls(connection.status, b"".join((STATUS_LINE[connection.status], *lines)))


class Timed(Protocol):
    """What takes time."""

    def too_slow(self) -> None:
        """End: it took too long."""


class Watch:
    """Ends exchanges that take too long: a look at all from time to time costs less than a timer for each."""

    def __init__(self) -> None:
        self._until: dict[Timed, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, exchange: Timed, until: float, loop: asyncio.AbstractEventLoop) -> None:
        """Watch an exchange until it is removed."""
        self._until[exchange] = until
        if self._timer is None:
            self._timer = loop.call_later(LOOK_SECONDS, self._look, loop)

    def remove(self, exchange: Timed) -> None:
        """Watch it no more."""
        self._until.pop(exchange, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for exchange in [e for e, until in self._until.items() if until <= now]:
            exchange.too_slow()
        self._timer = loop.call_later(LOOK_SECONDS, self._look, loop) if self._until else None


class Memory:
    """What the short way of one gateway (see `direct`) remembers: heads that were read, and exchanges under way."""

    HEADS: Final = 1024
    HEAD_BYTES: Final = 4096

    def __init__(self) -> None:
        self.asked: dict[bytes, Asked] = {}
        self.answered: dict[tuple[bytes, int], Answered] = {}
        self.watch = Watch()

    def keep_asked(self, message: bytes, asked: Asked) -> None:
        """Remember the head of a request that came as one whole message; one with an id of its own comes once."""
        if asked.given_id:
            return
        head, end, body = message.partition(END)
        if end and len(body) == asked.length and len(head) <= self.HEAD_BYTES:
            if len(self.asked) >= self.HEADS:
                self.asked.clear()
            self.asked[head] = asked

    def keep_answered(self, head: bytes, length: int, answered: Answered) -> None:
        """Remember the head of an answer with so many bytes."""
        if len(head) <= self.HEAD_BYTES:
            if len(self.answered) >= self.HEADS:
                self.answered.clear()
            self.answered[head, length] = answered
