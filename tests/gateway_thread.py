"""A gateway inside the test process, and a model server that does what a test tells it."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import httpx
import uvicorn
from aispace_server.gateway.app import Gateway
from aispace_server.gateway.callers import Callers, Verdict
from aispace_server.gateway.counters import Counters
from aispace_server.gateway.protocol import GuardedProtocol
from aispace_server.gateway.routes import RouteTable

TOKEN = "ais_svc_token-of-the-tests"
Answer = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Upstream:
    """An HTTP server of raw bytes: each request's head and the streams go to ``answer``."""

    def __init__(self) -> None:
        self.answer: Answer = plain(b"hello")
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.port = 0

    async def start(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                self.bodies.append(await self._body(head, reader))
                await self.answer(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _body(self, head: bytes, reader: asyncio.StreamReader) -> bytes:
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return await reader.readexactly(int(value))
            if name.lower() == b"transfer-encoding":
                body = b""
                while size := int(await reader.readline(), 16):
                    body += await reader.readexactly(size)
                    await reader.readline()
                await reader.readline()
                return body
        return b""


def plain(body: bytes, *headers: bytes, status: bytes = b"200 OK", media: bytes = b"text/plain") -> Answer:
    """Make an answer of fixed content."""

    async def answer(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = [b"HTTP/1.1 " + status, b"content-type: " + media, b"content-length: %d" % len(body), *headers]
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        await writer.drain()

    return answer


class GatewayThread:
    """A gateway with one service, ``one``, whose replica is an `Upstream`."""

    def __init__(self) -> None:
        self.upstream = Upstream()
        self.other = Upstream()
        self.counters = Counters()
        self.verdicts: dict[str, Verdict] = {}
        self.asked: list[str] = []
        self.serve_away = False
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)

    def __enter__(self) -> GatewayThread:
        self._thread.start()
        assert self._ready.wait(20)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=20)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.client.close()
        self.server.should_exit = True
        self._thread.join(20)

    async def _verify(self, token: str, service_id: str | None) -> Verdict:
        self.asked.append(token)
        if self.serve_away:
            raise ConnectionError
        return self.verdicts.get(token, "invalid")

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self.upstream.start()
        await self.other.start()
        self.table = RouteTable()
        self.callers = Callers(self._verify, "the-internal-secret")
        self.app = Gateway(self.table, self.callers, self.counters)
        config = uvicorn.Config(
            self.app,
            port=0,
            http=GuardedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self._table_apply()
        task = asyncio.create_task(self.server.serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self._ready.set()
        await task

    def _table_apply(self, **change: Any) -> None:
        route = {
            "slug": "one",
            "service_id": "svc_1",
            "status": "serving",
            "message": "",
            "deployments": [
                {
                    "number": 7,
                    "share": 100,
                    "targets": [{"address": f"127.0.0.1:{self.upstream.port}", "key": "the-key"}],
                }
            ],
            "tokens": [{"sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), "expires_at": None}],
            "max_body": 1_000_000,
            "timeout_seconds": 20,
            "max_in_flight": 100,
            "requests_per_second": None,
        }
        self.table.apply({"revision": "1", "routes": [route | change]})

    def configure(self, **change: Any) -> None:
        """Change the route."""
        done = threading.Event()

        def act() -> None:
            self._table_apply(**change)
            done.set()

        self.loop.call_soon_threadsafe(act)
        assert done.wait(10)

    def ask(
        self, method: str = "POST", path: str = "/s/one/predict", token: str | None = TOKEN, **more: Any
    ) -> httpx.Response:
        """Call the service."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)
