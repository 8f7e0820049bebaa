"""A small HTTP/1.1 client: pooled keep-alive connections, streaming both ways with back-pressure."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final, Protocol, cast

import httptools

HIGH_WATER: Final = 256 * 1024
MAX_HEAD: Final = 64 * 1024
IDLE_SECONDS: Final = 60.0
"""Shorter than the 75 s after which the model server drops an idle connection."""


class UpstreamError(Exception):
    """The other side could not be reached, broke off, or did not speak HTTP.

    Parameters
    ----------
    sent : bool
        Whether it may have begun to work on the request.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class Listener(Protocol):
    """Who is called when something comes, instead of waiting for it."""

    def whole(self, message: bytes) -> bool:
        """Take the first bytes of an answer if they are a whole one that is understood without parsing."""

    def came(self) -> None:
        """Look: the head is whole and something more came, or the connection ended."""


class Connection(asyncio.Protocol):
    """One connection; one exchange at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser: Any = httptools.HttpResponseParser(self)
        self._idle = True
        self._waiter: asyncio.Future[None] | None = None
        self.listener: Listener | None = None
        """Who is told of what comes; whoever waits by `head` sets none."""
        self._drained: asyncio.Future[None] | None = None
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._reading = True
        self._head_size = 0
        self.reused = False
        self.idle_since = 0.0
        self.closed = False
        self.answered = False
        """Whether any byte of an answer came in this exchange."""
        self.head_complete = False
        self.complete = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.keeps_alive = False
        """Whether the other side keeps the connection after this answer."""

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits; an answer without a length ends here."""
        self.closed = True
        if self.head_complete and not self.complete and self._ends_with_connection():
            self.complete = True
        self._pool.forget(self)
        self._wake()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def _ends_with_connection(self) -> bool:
        return not any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self._idle:
            # Nobody asked: the connection is of no use any more.
            self.close()
            return
        if not self.answered and self.listener is not None and self.listener.whole(data):
            return
        self.answered = True
        if not self.head_complete:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()
        if not self.head_complete and self._head_size > MAX_HEAD:
            self.close()
        if self.head_complete:
            self._wake()
            if self._buffered > HIGH_WATER and self._reading and self._transport is not None and not self.closed:
                self._transport.pause_reading()
                self._reading = False

    def pause_writing(self) -> None:
        """Let `drain` wait."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """Let `drain` go on."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    # httptools callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the answer."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Note the status; 1xx answers are passed over."""
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self.headers = []
            return
        self.status = status
        self.keeps_alive = self._parser.should_keep_alive()
        self.head_complete = True

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._chunks.append(body)
        self._buffered += len(body)

    def on_message_complete(self) -> None:
        """Note the end."""
        if self.head_complete:
            self.complete = True

    # the exchange

    def _wake(self) -> None:
        if self.listener is not None:
            self.listener.came()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def begin(self) -> None:
        """Make ready for a new exchange."""
        self._idle = False
        self.answered = self.head_complete = self.complete = False
        self.headers = []
        self.status = 0
        self._head_size = 0

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self.closed or self._transport is None:
            raise UpstreamError("the connection is closed", sent=self.answered)
        self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the other side took most of what was written."""
        if self._drained is not None and not self.closed:
            await self._drained

    async def head(self) -> None:
        """Wait for status and headers.

        Raises
        ------
        UpstreamError
            The connection ended first.
        """
        while not self.head_complete:
            if self.closed:
                raise UpstreamError("the connection ended without an answer", sent=True)
            await self._wait()

    async def read(self) -> bytes:
        """Give what came of the body; ``b""`` at its end.

        Raises
        ------
        UpstreamError
            The connection ended in the middle.
        """
        while not self._chunks:
            if self.complete:
                return b""
            if self.closed:
                raise UpstreamError("the connection ended in the middle of the answer", sent=True)
            await self._wait()
        return self.taken()

    def taken(self) -> bytes:
        """Give what came of the body and was not read yet, without waiting."""
        data = self._chunks.popleft() if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        if not self._reading and self._transport is not None and not self.closed:
            self._transport.resume_reading()
            self._reading = True
        return data

    def complete_at_once(self) -> None:
        """Note that a whole answer came, which the parser does not get to see."""
        self.answered = self.head_complete = self.complete = self.keeps_alive = True

    @property
    def has_length(self) -> bool:
        """Whether the answer says how many bytes it has."""
        return any(name == b"content-length" for name, _ in self.headers)

    @property
    def drained_completely(self) -> bool:
        """Whether the whole answer was read."""
        return self.complete and not self._chunks

    def release(self) -> None:
        """Give the connection back; it is kept only after a whole exchange, so its parser awaits the next answer."""
        if self.closed:
            return
        if not self.drained_completely or not self.keeps_alive:
            self.close()
            return
        self._idle = True
        self._pool.keep(self)

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None and not self.closed:
            self.closed = True
            self._transport.abort()
        self._pool.forget(self)
        self._wake()


class Pool:
    """Connections to one address.

    Parameters
    ----------
    host : str
    port : int
    limit : int
        Connections that are kept when idle.
    """

    def __init__(self, host: str, port: int, *, limit: int = 128, connect_seconds: float = 2.0) -> None:
        self.host = host
        self.port = port
        self._limit = limit
        self._connect_seconds = connect_seconds
        self._idle: list[Connection] = []
        self._closed = False

    async def connection(self, *, fresh: bool = False) -> Connection:
        """Give a connection that nobody uses.

        Raises
        ------
        UpstreamError
            Nobody listens there.
        """
        loop = asyncio.get_running_loop()
        kept = None if fresh else self.kept(loop.time())
        if kept is not None:
            return kept
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, made = await loop.create_connection(lambda: Connection(self), self.host, self.port)
        except (OSError, TimeoutError) as error:
            raise UpstreamError(f"nobody answers at {self.host}:{self.port}", sent=False) from error
        made.begin()
        return made

    def kept(self, now: float) -> Connection | None:
        """Give a kept connection that is still good, if there is one."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed and now - connection.idle_since < IDLE_SECONDS:
                connection.reused = True
                connection.begin()
                return connection
            connection.close()
        return None

    def keep(self, connection: Connection) -> None:
        """Take an idle connection back."""
        if self._closed or len(self._idle) >= self._limit:
            connection.close()
            return
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append(connection)

    def forget(self, connection: Connection) -> None:
        """Drop a connection from the idle ones."""
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        """Close the idle connections; running exchanges end by themselves."""
        self._closed = True
        for connection in list(self._idle):
            connection.close()
        self._idle.clear()
