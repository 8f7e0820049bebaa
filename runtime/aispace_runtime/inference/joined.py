"""Head and body of an answer in one piece."""

from __future__ import annotations

import asyncio
from typing import Any


class Joined:
    """A transport that sends two writes at once: uvicorn writes head and body one after the other.

    That is one call of the system less for this process, and one for whoever reads the answer. What stays alone goes
    out in the next turn of the loop.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, or wait a moment for more."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        elif data:
            self._held = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        """Send what is left, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)


def joined_protocol() -> type[asyncio.Protocol]:
    """Give uvicorn's own protocol, whichever it chooses here, over a `Joined` transport."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    class JoinedProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # one of two, known when it is imported
        def connection_made(self, transport: Any) -> None:
            super().connection_made(Joined(transport, self.loop))

    return JoinedProtocol
