"""HTTP as the gateway speaks it: a head comes soon and is of a sensible size, or the connection ends."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .answers import Refusal, refusal_answer
from .app import Gateway
from .direct import LARGEST, LONG_WAY, Exchange
from .memory import END, Asked

HEAD_LIMIT: Final = 65_536
"""Bytes of request line and headers."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which would wait for the rest of a head for ever, and has one way only.

    The time runs from the beginning of the connection, and of each further request on it: who sends a byte now and
    then does not get more of it. A usual call goes the short way (see `direct`), any other becomes a task of uvicorn.
    """

    head_seconds: ClassVar[float] = 20.0
    """How long a head may take."""
    short_way: ClassVar[bool] = True
    """Whether calls may go the short way."""
    held_seconds: ClassVar[float] = 1.0
    """How long a request for it waits for the rest of its body; what is slower has limits of its own, elsewhere."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._awaited = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._gateway = self.app if self.short_way and isinstance(self.app, Gateway) else None
        self._between = True
        """Whether the parser awaits a new request."""
        self._message = b""
        """What came last, while the request that began with it is read."""
        self._held: list[bytes] | None = None
        """The body so far of a request that may go the short way."""
        self._held_bytes = 0
        self._held_keep_alive = True
        self._held_timer: asyncio.TimerHandle | None = None
        self._usual = True
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_timer()
        self._let_go()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        exchange: Any = self.cycle
        super().connection_lost(exc)
        if isinstance(exchange, Exchange) and not exchange.response_complete:
            exchange.caller_gone()

    def data_received(self, data: bytes) -> None:
        """Take what came, and look whether a head is still awaited."""
        if self._between and self._gateway is not None:
            if self._known(self._gateway, data):
                return
            self._message = data
        self._head_bytes += len(data)
        super().data_received(data)
        if self._held is not None and self._held_timer is None and not self._awaited:
            self._held_timer = self.loop.call_later(self.held_seconds, self._take_the_long_way)
        if not self._awaited:
            self._stop_timer()
            self._head_bytes = 0
        elif self._head_bytes > HEAD_LIMIT:
            self._end(Refusal(431, "head_too_large", f"Not called. The headers are larger than {HEAD_LIMIT} bytes."))
        elif self._head_timer is None:
            self._start_timer()

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._awaited = True
        self._between = False
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._usual = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        name = name.lower()
        self.headers.append((name, value))
        if name in LONG_WAY:
            self._usual = False
            self.expect_100_continue |= name == b"expect" and value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """Note that a head is whole, and see which way the request may go."""
        self._awaited = False
        self._held = []
        if not (
            self._gateway is not None
            and self._usual
            and self.parser.get_method() == b"POST"
            and self.url.startswith(b"/s/")
            and self.url.isascii()
            and self.parser.get_http_version() == "1.1"
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
        ):
            self._take_the_long_way()
            return
        self._held_keep_alive = self.parser.should_keep_alive()
        self._held_bytes = 0

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)
            self._held_bytes += len(body)
            if self._held_bytes > LARGEST:
                self._take_the_long_way()

    def on_message_complete(self) -> None:
        """Send a whole request the short way if it can go there."""
        self._between = True
        message, self._message = self._message, b""
        if self._held is not None:
            body = self._held[0] if len(self._held) == 1 else b"".join(self._held)
            asked = Asked.read(self.url, self.headers, len(body), self._held_keep_alive)
            assert self._gateway is not None  # noqa: S101 - only then a body is held
            if asked is not None and self._begin(self._gateway, asked, body):
                self._let_go()
                self._gateway.memory.keep_asked(message, asked)
                return
            self._take_the_long_way()
        super().on_message_complete()

    def _known(self, gateway: Gateway, message: bytes) -> bool:
        """Begin the exchange of a whole request whose head was read before; tell whether it was one."""
        head, _, body = message.partition(END)
        asked = gateway.memory.asked.get(head)
        if (
            asked is None
            or len(body) != asked.length
            or self.flow.write_paused
            or not (self.cycle is None or self.cycle.response_complete)
            or not self._begin(gateway, asked, body)
        ):
            return False
        self._awaited = False
        self._head_bytes = 0
        self._stop_timer()
        self._unset_keepalive_if_required()
        return True

    def _begin(self, gateway: Gateway, asked: Asked, body: bytes) -> bool:
        exchange = Exchange(gateway, self, asked, body)
        if not exchange.begin():
            return False
        self.cycle = cast(RequestResponseCycle, exchange)
        return True

    def _take_the_long_way(self) -> None:
        """Tell uvicorn what was kept from it: a whole head and what there is of the body."""
        held = self._let_go()
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()
        for body in held:
            super().on_body(body)

    def _let_go(self) -> list[bytes]:
        held, self._held = self._held, None
        if self._held_timer is not None:
            self._held_timer.cancel()
            self._held_timer = None
        return held or []

    def shutdown(self) -> None:
        """Stop after what is under way; a request whose body is on its way is under way."""
        if self._held is not None:
            self._take_the_long_way()
        super().shutdown()

    def hand_over(self, exchange: Exchange, app: Any) -> None:
        """Let a task go on with an exchange that turned out to be unusual."""
        path, _, query = exchange.asked.url.partition(b"?")
        cycle = RequestResponseCycle(
            scope={
                "type": "http",
                "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
                "http_version": "1.1",
                "method": "POST",
                "scheme": self.scheme or "http",
                "path": path.decode("ascii"),
                "raw_path": path,
                "query_string": query,
                "root_path": self.root_path,
                "headers": exchange.asked.headers,
                "client": self.client,
                "server": self.server,
            },
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=exchange.keep_alive,
            on_response=self.on_response_complete,
        )
        cycle.body += exchange.body
        cycle.more_body = False
        cycle.message_event.set()
        if cast(Any, self.cycle) is exchange:
            self.cycle = cycle
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def answered(self) -> None:
        """Go on after an exchange: with a request that waits, or until the connection was idle for too long.

        One timer looks from time to time; uvicorn would make and cancel one for each request.
        """
        if self.transport.is_closing():
            return
        if self.pipeline or self.flow.read_paused:
            self.on_response_complete()
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._look_whether_idle)

    def on_response_complete(self) -> None:
        """Note when the connection became idle."""
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def _look_whether_idle(self) -> None:
        self._idle_timer = None
        if self._head_timer is not None or not self.cycle.response_complete:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._look_whether_idle)
        else:
            self.timeout_keep_alive_handler()

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._start_timer()  # the answer to the request before comes first
            return
        self._end(Refusal(408, "head_timeout", "Not called. The headers did not come. Send them without pauses."))

    def _end(self, refusal: Refusal) -> None:
        self._stop_timer()
        if self.transport.is_closing():
            return
        _, body = refusal_answer(refusal, "", secrets.token_hex(8))
        reason = "Request Timeout" if refusal.status == 408 else "Request Header Fields Too Large"
        head = (
            f"HTTP/1.1 {refusal.status} {reason}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
