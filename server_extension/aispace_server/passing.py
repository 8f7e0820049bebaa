"""Passing on what another process answers."""

from __future__ import annotations

from asyncio import Future
from typing import Any, Protocol

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine


class Passing(Protocol):
    """A request handler of tornado that answers with what it is given."""

    def begin(self, start: ResponseStartLine, headers: HTTPHeaders) -> None:
        """Take over status and headers."""

    def write(self, chunk: bytes) -> None:
        """Put a part into the buffer."""

    def flush(self) -> Future[None]:
        """Send what is in the buffer, and tell when it is taken."""


class Answer(HTTPMessageDelegate):
    """Passes the answer on as it comes, as fast as the caller takes it."""

    def __init__(self, handler: Passing) -> None:
        self.handler = handler
        self.begun = False
        self.whole = False

    def headers_received(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        """Take over status and headers."""
        if isinstance(start_line, ResponseStartLine):
            self.begun = True
            self.handler.begin(start_line, headers)

    async def _pass(self, chunk: bytes) -> None:
        self.handler.write(chunk)
        await self.handler.flush()

    def data_received(self, chunk: bytes) -> Any:
        """Write a part and wait until it is taken."""
        return self._pass(chunk)

    def finish(self) -> None:
        """Note the end."""
        self.whole = True
