"""A running application of `aispace serve` inside the test process: real HTTP, its loop in a thread."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import httpx
from aispace.identity import Principal
from aispace.platform import Platform
from aispace_server.app import make_app, make_internal_app
from aispace_server.auth import bearer
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.web import RequestHandler

INTERNAL_TOKEN = "internal-token-of-the-tests"


class KnownTokens:
    """Authenticator of the tests: the token ``token-<name>`` is the principal of that name."""

    def __init__(self, principals: list[Principal]) -> None:
        self.principals = {f"token-{p.name}": p for p in principals}

    async def authenticate(self, handler: RequestHandler) -> Principal | None:
        return self.principals.get(bearer(handler) or "")


class RunningServer:
    """Both listeners of `aispace serve` on free loopback ports.

    Parameters
    ----------
    platform : Platform
        Started by the test where it needs the threads.
    authenticators : list
        In their order.
    socket_path : str, optional
        Listen on this unix socket too.
    """

    def __init__(
        self, platform: Platform, authenticators: list[Any], *, socket_path: str | None = None, **settings: Any
    ) -> None:
        self.platform = platform
        self.executor = ThreadPoolExecutor(8)
        self.settings = settings
        self.socket_path = socket_path
        self.authenticators = authenticators
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> RunningServer:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self.executor.shutdown(wait=True)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.app = make_app(self.platform, self.authenticators, self.executor, **self.settings)
        internal = make_internal_app(self.platform, self.executor, INTERNAL_TOKEN)
        self.port, self.internal_port = 0, 0
        servers = []
        for name, app in (("port", self.app), ("internal_port", internal)):
            sockets = bind_sockets(0, "127.0.0.1")
            setattr(self, name, sockets[0].getsockname()[1])
            server = HTTPServer(app, max_body_size=2**50)
            server.add_sockets(sockets)
            if name == "port" and self.socket_path is not None:
                server.add_socket(bind_unix_socket(self.socket_path))
            servers.append(server)
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.stop()
            await server.close_all_connections()

    @property
    def url(self) -> str:
        """Address above ``/api/v1``."""
        return f"http://127.0.0.1:{self.port}/services/aispace"

    def client(self, token: str | None, **kwargs: Any) -> httpx.Client:
        """Make a client with a token, below ``/api/v1``."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30, trust_env=False, **kwargs)

    def internal_client(self, token: str = INTERNAL_TOKEN) -> httpx.Client:
        """Make a client of the internal listener."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.internal_port}", headers=headers, timeout=30, trust_env=False
        )
