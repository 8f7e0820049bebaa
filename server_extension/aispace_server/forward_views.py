"""Forwarding of the pages of visualisations.

They are a sandbox without cookies, so the Jupyter server cannot know who asks; the ticket in the address says it, and
the platform checks it. Nothing of the caller's goes along: no cookie, no token.
"""

from __future__ import annotations

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.httputil import HTTPHeaders

from .forward import DROPPED_REQUEST, ForwardHandler


class ForwardViewHandler(ForwardHandler):
    """All requests below ``/aispace/views``."""

    async def admit(self) -> None:
        """Let everybody ask: the platform shows nothing without a ticket."""

    def check_xsrf_cookie(self) -> None:
        """Let requests of the sandbox in: they carry no cookie that somebody could abuse."""

    def target(self, rest: str) -> str:
        """Make the path and query to ask for."""
        raw = self.request.path
        path = raw[raw.index("/aispace/views/") + len("/aispace") :]
        return f"{self.upstream.prefix}{path}" + (f"?{self.request.query}" if self.request.query else "")

    def upstream_headers(self) -> HTTPHeaders:
        """Make the headers to send on, without any token."""
        headers = HTTPHeaders()
        for name, value in self.request.headers.get_all():
            if name.lower() not in DROPPED_REQUEST:
                headers.add(name, value)
        headers["Host"] = self.upstream.host
        headers["X-Request-Id"] = self.request_id
        return headers

    async def _pass_on(self) -> None:
        if self._refused is not None:
            raise self._refused
        await self.forward()

    @allow_unauthenticated
    async def get(self, rest: str) -> None:
        """Pass a request on."""
        await self._pass_on()

    @allow_unauthenticated
    async def head(self, rest: str) -> None:
        """Pass a request on."""
        await self._pass_on()

    @allow_unauthenticated
    async def post(self, rest: str) -> None:
        """Pass a request on."""
        await self._pass_on()

    @allow_unauthenticated
    async def options(self, rest: str) -> None:
        """Pass a request on."""
        await self._pass_on()
