"""Forwarding from a user's Jupyter server to `aispace serve`: both ways as a stream, with the caller's own token.

A user's server is his territory: nothing is decided and nothing is kept here.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aispace.errors import AISpaceError, Forbidden, Unauthenticated, Unavailable
from aispace.laptop import Laptop
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.httputil import HTTPHeaders, RequestStartLine, ResponseStartLine
from tornado.iostream import StreamClosedError
from tornado.netutil import Resolver
from tornado.tcpclient import TCPClient
from tornado.web import HTTPError, authenticated, stream_request_body
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

from .failures import INTERNAL, envelope, public_error
from .passing import Answer
from .requestlog import accept_request_id

CONNECT_SECONDS = 5.0
SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1)."""
CHUNK = 256 * 1024
UNLIMITED = 2**50
SMALL_BODY = 256 * 1024
"""A body up to this size is read although the request is refused."""
DROPPED_REQUEST = frozenset(
    {
        "authorization", "connection", "cookie", "expect", "host", "keep-alive", "origin", "proxy-authorization",
        "proxy-connection", "referer", "te", "trailer", "upgrade", "x-request-id", "x-xsrftoken",
    }
)  # fmt: skip
DROPPED_RESPONSE = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "server",
        "set-cookie",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
CACHE_BUSTER = re.compile(r"^\d{13}$")
"""What JupyterLab appends to the address of every GET."""
OWN_PARAMETERS = frozenset({"token", "_xsrf", "no_track_activity"})


class SocketResolver(Resolver):
    """Resolves every name to one unix socket."""

    def initialize(self, path: str) -> None:
        """Remember the socket's path."""
        self.path = path

    async def resolve(self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC) -> Any:
        """Give the socket."""
        return [(socket.AF_UNIX, self.path)]


@dataclass(frozen=True)
class Upstream:
    """Where `aispace serve` listens.

    Parameters
    ----------
    url : str
        ``http://127.0.0.1:8010/services/aispace``, or ``unix:///path/to/serve.sock``.
    """

    url: str

    async def ready(self) -> None:
        """See to it that somebody listens, where that is for us to do."""

    def caller_token(self, handler: JupyterHandler) -> str | None:
        """Find the token to send on."""
        return caller_token(handler)

    @property
    def _parts(self) -> tuple[str, str, int, str]:
        parts = urlsplit(self.url)
        if parts.scheme == "unix":
            return "unix", parts.path, 0, "/aispace"
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return parts.scheme, parts.hostname or "127.0.0.1", port, parts.path.rstrip("/")

    @property
    def prefix(self) -> str:
        """Path above ``/api/v1``."""
        return self._parts[3]

    @property
    def host(self) -> str:
        """Value of the ``Host`` header."""
        scheme, host, port, _ = self._parts
        return "aispace" if scheme == "unix" else f"{host}:{port}"

    def resolver(self) -> Resolver | None:
        """Give what finds a unix socket."""
        scheme, path, _, _ = self._parts
        return SocketResolver(path=path) if scheme == "unix" else None

    async def connect(self) -> HTTP1Connection:
        """Open a connection.

        Raises
        ------
        Unavailable
            Nobody listens.
        """
        scheme, host, port, _ = self._parts
        options = ssl.create_default_context() if scheme == "https" else None
        try:
            stream = await TCPClient(resolver=self.resolver()).connect(
                "aispace" if scheme == "unix" else host, port, ssl_options=options, timeout=CONNECT_SECONDS
            )
        except (OSError, StreamClosedError, TimeoutError) as error:
            raise serve_away() from error
        if scheme != "unix":
            stream.set_nodelay(True)
        parameters = HTTP1ConnectionParameters(chunk_size=CHUNK, max_body_size=UNLIMITED, max_header_size=65536)
        return HTTP1Connection(stream, is_client=True, params=parameters)


@dataclass(frozen=True)
class LaptopUpstream(Upstream):
    """The platform of this user, which is started when it is needed; whoever reaches its socket is that user.

    Parameters
    ----------
    url : str
        Its address.
    laptop : aispace.laptop.Laptop
        Finds and starts it.
    """

    laptop: Laptop

    async def ready(self) -> None:
        """Start it unless it runs.

        Raises
        ------
        OtherVersion, NotStarted
            It is of another version, or does not come up.
        """
        if not self.laptop.is_known():
            await asyncio.to_thread(self.laptop.ready)

    def caller_token(self, handler: JupyterHandler) -> str | None:
        """Send none: the socket is the proof."""
        return None

    async def connect(self) -> HTTP1Connection:
        """Open a connection; one more time where the platform that was known is gone."""
        await self.ready()
        try:
            return await super().connect()
        except Unavailable:
            self.laptop.forget()
            await self.ready()
            return await super().connect()


def serve_away() -> Unavailable:
    """Make the error for a platform that does not answer."""
    return Unavailable(
        "serve_away", "Not done. AI Space is not running or is being restarted; nothing is lost. Try again in a moment."
    )


def clean_query(query: str) -> str:
    """Take out of a query what is meant for the Jupyter server."""
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, encoding="latin-1")
        if name not in OWN_PARAMETERS and not (CACHE_BUSTER.match(name) and value == "")
    ]
    return urlencode(kept, encoding="latin-1")


def caller_token(handler: JupyterHandler) -> str | None:
    """Find the token of the person (or program) that asks.

    On a hub it is the OAuth or API token of this very request: whoever visits somebody else's server stays himself. The
    server's own token is used only for its owner. Without a hub the one user is who set ``AISPACE_TOKEN``.
    """
    hub_auth = getattr(handler.identity_provider, "hub_auth", None)
    if hub_auth is None:
        return os.environ.get("AISPACE_TOKEN") or None
    token = hub_auth.get_token(handler)
    if token:
        return str(token)
    user = handler.current_user
    name = getattr(user, "username", None) or getattr(user, "name", None)
    if name and name == os.environ.get("JUPYTERHUB_USER"):
        return os.environ.get("JUPYTERHUB_API_TOKEN") or None
    return None


class ForwardMixin(ExtensionHandlerMixin):
    """What both handlers do alike."""

    request_id: str

    @property
    def upstream(self) -> Upstream:
        """Where to forward to."""
        found: Upstream | None = self.settings["aispace_upstream"]
        if found is None:
            raise serve_away()
        return found

    def target(self, rest: str) -> str:
        """Make the path and query to ask for."""
        query = clean_query(self.request.query)  # type: ignore[attr-defined]
        raw: str = self.request.path  # type: ignore[attr-defined]
        path = raw[raw.index("/aispace/api/v1") + len("/aispace") :]
        return f"{self.upstream.prefix}{path}" + (f"?{query}" if query else "")

    def upstream_headers(self) -> HTTPHeaders:
        """Make the headers to send on."""
        headers = HTTPHeaders()
        for name, value in self.request.headers.get_all():  # type: ignore[attr-defined]
            if name.lower() not in DROPPED_REQUEST and not name.lower().startswith("sec-"):
                headers.add(name, value)
        token = self.upstream.caller_token(self)  # type: ignore[arg-type]
        if token:
            headers["Authorization"] = f"Bearer {token}"
        headers["Host"] = self.upstream.host
        headers["X-Request-Id"] = self.request_id
        return headers

    async def admit(self) -> None:
        """Check that the Jupyter server lets the caller in, before anything is sent on.

        Raises
        ------
        Unauthenticated, Forbidden
            It does not.
        """
        user = self.current_user  # type: ignore[attr-defined]
        if user is None:
            raise Unauthenticated()
        action = "read" if self.request.method in ("GET", "HEAD", "OPTIONS") else "write"  # type: ignore[attr-defined]
        allowed = self.authorizer.is_authorized(self, user, action, "aispace")  # type: ignore[attr-defined]
        if inspect.isawaitable(allowed):
            allowed = await allowed
        if not allowed:
            raise Forbidden("Not done. This Jupyter server does not let you do that.")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the error envelope."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        public = (public_error(error) if error is not None else public_error(HTTPError(status_code))) or INTERNAL
        if status_code == 403 and getattr(self, "current_user", None) is None:
            public = Unauthenticated()
        self.set_status(public.status)  # type: ignore[attr-defined]
        self.set_header("Content-Type", "application/json")  # type: ignore[attr-defined]
        self.set_header("X-Request-Id", self.request_id)  # type: ignore[attr-defined]
        self.finish(envelope(public, self.request_id))  # type: ignore[attr-defined]

    def _handle_request_exception(self, e: BaseException) -> None:
        if isinstance(e, AISpaceError) and not self._finished and not self._headers_written:  # type: ignore[attr-defined]
            self.send_error(e.status, exc_info=(type(e), e, e.__traceback__))  # type: ignore[attr-defined]
        else:
            super()._handle_request_exception(e)  # type: ignore[misc]


def _guarded(action: str) -> Callable[..., Awaitable[None]]:
    """Make a method that forwards, for those whom the Jupyter server lets do such things."""

    async def forward(self: ForwardHandler, rest: str) -> None:
        await self.forward()

    guarded: Callable[..., Any] = authenticated(authorized(action, resource="aispace")(forward))

    @functools.wraps(guarded)
    async def answer(self: ForwardHandler, rest: str) -> None:
        if self._refused is not None:  # before it would be sent to a page where people sign in
            raise self._refused
        await guarded(self, rest)

    return answer


@stream_request_body
class ForwardHandler(ForwardMixin, JupyterHandler):
    """All REST requests below ``/aispace/api/v1``."""

    _track_activity = False

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Prepare."""
        super().initialize(*args, **kwargs)
        self.request_id = accept_request_id(self.request.headers.get("X-Request-Id"))
        self._connection: HTTP1Connection | None = None
        self._answering: asyncio.Task[None] | None = None
        self._refused: Exception | None = None

    async def prepare(self, **kwargs: Any) -> None:
        """Let the caller in and send the head of the request."""
        try:
            await super().prepare(_redirect_to_login=False)
            await self.admit()
            await self._begin()
        except (AISpaceError, HTTPError) as error:
            headers = self.request.headers
            length = headers.get("Content-Length", "0")
            if "Transfer-Encoding" in headers or not length.isdigit() or int(length) > SMALL_BODY:
                raise
            # An answer from here closes the connection, under the rest of this request or under the next one, and the
            # caller may never see why.
            self._refused = error

    async def _begin(self) -> None:
        headers = self.upstream_headers()
        headers["Connection"] = "close"
        self._connection = await self.upstream.connect()
        start = RequestStartLine(self.request.method or "GET", self.target(""), "HTTP/1.1")
        self._answer = Answer(self)
        has_body = "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"
        if not has_body and self.request.method in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = "0"
        try:
            await self._connection.write_headers(start, headers)
        except StreamClosedError as error:
            raise serve_away() from error
        self._answering = asyncio.create_task(self._read_answer(self._connection))

    async def _read_answer(self, connection: HTTP1Connection) -> None:
        try:
            await connection.read_response(self._answer)
        finally:
            connection.close()

    async def data_received(self, chunk: bytes) -> None:
        """Send a part of the body on; the caller sends no faster than the platform takes it."""
        if self._connection is None or self._connection.stream.closed() or self._answer.begun:
            return  # the answer is on its way already, a refusal for instance
        try:
            await self._connection.write(chunk)
        except StreamClosedError:
            return

    async def forward(self) -> None:
        """Send the end of the request and wait for the end of the answer."""
        for again in (True, False):
            connection, answering = self._connection, self._answering
            if connection is None or answering is None:
                raise serve_away()
            if not connection.stream.closed() and not self._answer.begun:
                connection.finish()
            try:
                await answering
            except StreamClosedError:
                if not self._answer.begun and not (again and self.request.method in SAFE):
                    raise serve_away() from None
            if self._answer.begun:
                break
            if not again or self.request.method not in SAFE:
                raise serve_away()
            # It was killed with the connection in its hands: what changes nothing is asked once more.
            await self._begin()
        if not self._answer.whole:
            self.request.connection.stream.close()  # type: ignore[union-attr]  # a cut answer must not look whole
            return
        if self.request.method not in SAFE:
            self.settings["api_last_activity"] = datetime.now(UTC)
        if not self._finished:
            self.finish()

    def begin(self, start: ResponseStartLine, headers: HTTPHeaders) -> None:
        """Take over status and headers of the answer."""
        self.set_status(start.code, start.reason)
        for name in ("Content-Type", "Etag"):
            self.clear_header(name)
        seen: set[str] = set()
        for name, value in headers.get_all():
            if name.lower() in DROPPED_RESPONSE:
                continue
            (self.add_header if name in seen else self.set_header)(name, value)
            seen.add(name)
        compressible = headers.get("Content-Type", "").startswith("application/json") and start.code == 200
        if not compressible:
            self._transforms = []  # ranges and running streams keep their bytes

    def compute_etag(self) -> None:
        """Leave the tag as the platform made it."""

    def on_connection_close(self) -> None:
        """Let the platform know that nobody listens any more."""
        if self._connection is not None:
            self._connection.close()
        super().on_connection_close()

    def on_finish(self) -> None:
        """Close what is open."""
        if self._answering is not None and not self._answering.done():
            self._answering.cancel()
        if self._connection is not None:
            self._connection.close()

    get = _guarded("read")
    head = _guarded("read")
    options = _guarded("read")
    post = _guarded("write")
    put = _guarded("write")
    patch = _guarded("write")
    delete = _guarded("write")


class ForwardStreamHandler(ForwardMixin, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """The tab's WebSocket."""

    _track_activity = False

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Prepare."""
        super().initialize(*args, **kwargs)
        self.request_id = accept_request_id(self.request.headers.get("X-Request-Id"))
        self._other: WebSocketClientConnection | None = None
        self._pump: asyncio.Task[None] | None = None

    async def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Let the caller in."""
        await super().prepare(*args, **kwargs)
        await self.admit()

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Connect to the platform first: who is refused there is refused here, with the reason."""
        headers = HTTPHeaders({"X-Request-Id": self.request_id})
        token = self.upstream.caller_token(self)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"ws://{self.upstream.host}{self.upstream.prefix}/api/v1/stream"
        if self.upstream.url.startswith("https"):
            url = url.replace("ws://", "wss://", 1)
        request = HTTPRequest(url, headers=headers, connect_timeout=CONNECT_SECONDS)
        (await self.upstream.connect()).close()  # starts what is not running
        try:
            self._other = await websocket_connect(request, resolver=self.upstream.resolver(), ping_interval=30)
        except HTTPClientError as error:
            raise _refusal(error) from error
        except (OSError, StreamClosedError, TimeoutError) as error:
            raise serve_away() from error
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin to pass messages on."""
        super().open(*args, **kwargs)
        if self._other is not None:
            self._pump = asyncio.create_task(self._downwards(self._other))

    async def _downwards(self, other: WebSocketClientConnection) -> None:
        try:
            while (message := await other.read_message()) is not None:
                await self.write_message(message, binary=isinstance(message, bytes))
        except (StreamClosedError, OSError):
            pass
        except Exception:  # WebSocketClosedError: the tab is gone
            self.log.debug("the tab is gone", exc_info=True)
        code = other.close_code
        self.close(code if code is not None and (code == 1000 or 3000 <= code < 5000) else 1012, other.close_reason)

    async def on_message(self, message: str | bytes) -> None:
        """Pass a message on."""
        if self._other is not None:
            await self._other.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        """Close the other side."""
        if self._other is not None:
            self._other.close()
        super().on_close()


def _refusal(error: HTTPClientError) -> AISpaceError:
    if error.code == 401:
        return Unauthenticated()
    if error.code == 403:
        return Forbidden("Not connected. The platform does not let you in. Ask an administrator.")
    return serve_away()
