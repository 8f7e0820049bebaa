"""HTTP as the gateway speaks it: a head comes soon and is of a sensible size, or the connection ends."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .answers import Refusal, refusal_answer

HEAD_LIMIT: Final = 65_536
"""Bytes of request line and headers."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which would wait for the rest of a head for ever.

    The time runs from the beginning of the connection, and of each further request on it: who sends a byte now and
    then does not get more of it.
    """

    head_seconds: ClassVar[float] = 20.0
    """How long a head may take."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._awaited = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and look whether a head is still awaited."""
        self._head_bytes += len(data)
        super().data_received(data)
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
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that a head is whole."""
        self._awaited = False
        super().on_headers_complete()

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
