"""The pages of visualisations: what a workload answers, shown in a sandbox.

A process of a user's answers here, on the origin of hub and JupyterLab, so nothing that it says may act there: every
answer is a sandbox of no origin (``Content-Security-Policy: sandbox``), which sends no cookies and reaches no storage,
and only our own pages may frame it. Who may look is in the address itself (`aispace.visualisations.tickets`).
"""

from __future__ import annotations

from collections.abc import Awaitable
from concurrent.futures import Executor
from typing import Any, Final

from aispace.errors import AISpaceError, TooLarge, Unavailable
from aispace.platform import Platform
from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import HTTPHeaders, HTTPInputError, RequestStartLine, ResponseStartLine
from tornado.iostream import StreamClosedError
from tornado.tcpclient import TCPClient
from tornado.web import RequestHandler, stream_request_body

from .failures import INTERNAL, public_error
from .handlers.base import in_thread
from .passing import Answer
from .requestlog import accept_request_id, request_id_var

CONNECT_SECONDS: Final = 5.0
BODY_LIMIT: Final = 4 << 20
CHUNK: Final = 256 * 1024
SENT: Final = ("accept", "accept-encoding", "accept-language", "content-type", "if-modified-since", "if-none-match",
               "range", "x-tensorboard-feature-flags", "x-xsrf-protected")  # fmt: skip
"""Headers of the page's requests that the process gets."""
PASSED: Final = ("cache-control", "content-disposition", "content-encoding", "content-length", "content-range",
                 "content-type", "etag", "expires", "last-modified", "vary")  # fmt: skip
"""Headers of its answers that the page gets."""
POLICY: Final = "; ".join(
    (
        "sandbox allow-scripts allow-forms allow-popups allow-downloads allow-modals",
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'self'",
    )
)


@stream_request_body
class ViewHandler(RequestHandler):
    """All requests of the pages."""

    route = "/views/{ticket}"

    def initialize(self) -> None:
        """Prepare what holds the body."""
        self.request_id = accept_request_id(self.request.headers.get("X-Request-Id"))
        self._parts: list[bytes] = []
        self._received = 0
        self._connection: HTTP1Connection | None = None

    def set_default_headers(self) -> None:
        """Put every answer into the sandbox; the page in it counts as another origin, named ``null``."""
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Access-Control-Allow-Origin", "null")
        self.set_header("Content-Type", "text/plain; charset=utf-8")

    def check_xsrf_cookie(self) -> None:
        """Let requests of the sandbox in: they carry no cookie that somebody could abuse."""

    def prepare(self) -> None:
        """Take the request's id; the log gets no ticket."""
        request_id_var.set(self.request_id)
        self.logged_path = self.route
        connection: Any = self.request.connection
        if connection is not None and hasattr(connection, "set_max_body_size"):
            connection.set_max_body_size(BODY_LIMIT)

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._received += len(chunk)
        if self._received > BODY_LIMIT:
            raise TooLarge("too_large", f"Not done. The body is larger than {BODY_LIMIT} bytes. Send less at once.")
        self._parts.append(chunk)

    def options(self, ticket: str, rest: str) -> None:
        """Tell a browser that the page in the sandbox may ask."""
        self.set_header("Access-Control-Allow-Methods", "GET, HEAD, POST")
        self.set_header("Access-Control-Allow-Headers", "*")
        self.set_header("Access-Control-Max-Age", "600")
        self.clear_header("Content-Type")
        self.set_status(204)

    async def _show(self, ticket: str, rest: str) -> None:
        platform: Platform = self.settings["platform"]
        executor: Executor = self.settings["executor"]
        address, key = await in_thread(executor, platform.visualisations.admit, ticket)
        headers = HTTPHeaders({"Host": f"{address[0]}:{address[1]}", "X-AISpace-Key": key, "Connection": "close"})
        for name in SENT:
            if name in self.request.headers:
                headers[name] = self.request.headers[name]
        body = b"".join(self._parts)
        if body or self.request.method == "POST":
            headers["Content-Length"] = str(len(body))
        # As it came: what is escaped stays escaped, so that nothing of it ends the line that is sent on.
        path = self.request.path.partition("/views/")[2].partition("/")[2]
        target = f"/{path}" + (f"?{self.request.query}" if self.request.query else "")
        answer = Answer(self)
        try:
            self._connection = await _connect(address)
            await self._connection.write_headers(RequestStartLine(self.request.method or "GET", target, ""), headers)
            if body:
                await self._connection.write(body)
            self._connection.finish()
            await self._connection.read_response(answer)
        except (OSError, StreamClosedError, HTTPInputError, TimeoutError) as error:
            if not answer.begun:
                raise away() from error
        finally:
            if self._connection is not None:
                self._connection.close()
        if not answer.begun:
            raise away()
        if not answer.whole:
            self.request.connection.stream.close()  # type: ignore[union-attr]  # a cut answer must not look whole
        elif not self._finished:
            self.finish()

    def begin(self, start: ResponseStartLine, headers: HTTPHeaders) -> None:
        """Take over what is harmless of the head of an answer."""
        self.set_status(start.code, start.reason)
        self.clear_header("Content-Type")
        for name in PASSED:
            if name in headers:
                self.set_header(name, headers[name])

    def compute_etag(self) -> None:
        """Leave the tag as the process made it."""

    def on_connection_close(self) -> None:
        """Do not go on for somebody who has left."""
        if self._connection is not None:
            self._connection.close()

    def get(self, ticket: str, rest: str) -> Awaitable[None]:
        """Pass a request on."""
        return self._show(ticket, rest)

    def head(self, ticket: str, rest: str) -> Awaitable[None]:
        """Pass a request on."""
        return self._show(ticket, rest)

    def post(self, ticket: str, rest: str) -> Awaitable[None]:
        """Pass a request on: TensorBoard asks for several curves at once so."""
        return self._show(ticket, rest)

    # Errors

    def _handle_request_exception(self, e: BaseException) -> None:
        public = public_error(e)
        if public is None or self._finished or self._headers_written:
            super()._handle_request_exception(e)
        else:
            self.send_error(public.status, exc_info=(type(e), e, e.__traceback__))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the reason as text."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        public: AISpaceError = (public_error(error) if error is not None else None) or INTERNAL
        self.set_status(public.status)
        self.finish(public.message)


async def _connect(address: tuple[str, int]) -> HTTP1Connection:
    stream = await TCPClient().connect(*address, timeout=CONNECT_SECONDS)
    stream.set_nodelay(True)
    parameters = HTTP1ConnectionParameters(chunk_size=CHUNK, max_body_size=2**40, max_header_size=65536)
    return HTTP1Connection(stream, is_client=True, params=parameters)


def away() -> Unavailable:
    """Make the error for a process that does not answer."""
    return Unavailable("view_away", "Not shown. TensorBoard does not answer. Look at its log, or start it again.")


def view_routes(prefix: str) -> list[Any]:
    """Make the routes of the pages."""
    return [(rf"(?:/aispace|{prefix})/views/(?P<ticket>[^/]+)/(?P<rest>.*)", ViewHandler)]
