"""The Jupyter server extension: a real Jupyter server in front of a real `aispace serve` application."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import Schema
from aispace_server.forward import caller_token, clean_query
from aispace_server.handlers.base import AISpaceHandler, operation
from aispace_server.routes import Route, collect
from server_thread import KnownTokens, RunningServer
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

JUPYTER_TOKEN = "jupyter-token"
LIMIT = 60.0


@dataclass
class Far:
    """What the far side saw and waits for."""

    received: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    go_on: threading.Event = field(default_factory=threading.Event)


class EchoQuery(Schema):
    q: str | None = None


class EchoHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="Headers", query=EchoQuery, response=dict[str, str])
    async def get(self, query: EchoQuery) -> dict[str, str]:
        return {**{k.lower(): v for k, v in self.request.headers.items()}, "query": self.request.query}


class SinkHandler(AISpaceHandler):
    def data_received(self, chunk: bytes) -> None:
        self.settings["far"].received += len(chunk)

    @operation(action="write", resource="upload", summary="Sink", raw_body="*/*", max_body=2**40, response=int)
    async def put(self, body: bytes) -> int:
        return int(self.settings["far"].received)


class SmallHandler(AISpaceHandler):
    @operation(action="write", resource="upload", summary="Small", raw_body="*/*", max_body=10, response=int)
    async def put(self, body: bytes) -> int:
        return len(body)


class SlowHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="Slow", media_type="text/plain")
    async def get(self) -> None:
        self.write(b"first")
        await self.flush()
        await asyncio.to_thread(self.settings["far"].go_on.wait, LIMIT)
        self.finish(b"last")


class CutHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="Cut", media_type="text/plain")
    async def get(self) -> None:
        self.set_header("Content-Length", "1000000")
        self.write(b"x" * 1000)
        await self.flush()
        self.request.connection.stream.close()  # type: ignore[union-attr]  # known to be there


class FileHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="File", media_type="text/plain")
    async def get(self) -> None:
        await self.send_file(Path(__file__), filename="a.txt", media_type="text/plain", etag="e1")


ROUTES = [
    ("/echo", EchoHandler),
    ("/sink", SinkHandler),
    ("/small", SmallHandler),
    ("/slow", SlowHandler),
    ("/cut", CutHandler),
    ("/file", FileHandler),
]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@dataclass
class Jupyter:
    """A Jupyter server with the extension."""

    port: int
    server: RunningServer
    far: Far

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/base/aispace/api/v1"

    def client(self, token: str | None = JUPYTER_TOKEN) -> httpx.Client:
        headers = {"Authorization": f"token {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def jupyter_server(folder: Path, serve_url: str) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "AISPACE_SERVE_URL": serve_url,
        "AISPACE_TOKEN": "token-alice",
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
    }
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root",
        f"--IdentityProvider.token={JUPYTER_TOKEN}", "--ServerApp.base_url=/base/", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}", "--ServerApp.jpserver_extensions={'aispace_server': True}",
    ]  # fmt: skip
    with (folder / "jupyter.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:

        def up() -> bool:
            assert process.poll() is None, (folder / "jupyter.log").read_text()
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"http://127.0.0.1:{port}/base/api", trust_env=False).status_code == 200
            return False

        wait_for(up, "the Jupyter server did not start")
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    folder = tmp_path_factory.mktemp("forward")
    platform = Platform(home=str(folder / "home"))
    platform.db.upgrade()
    routes = [
        *(Route(path, handler, "far") for path, handler in ROUTES),
        *collect(("me", "tokens", "events", "stream")),
    ]
    alice = Principal(user_id="usr_alice", name="alice")
    far = Far()
    with (
        RunningServer(platform, [KnownTokens([alice])], routes=routes, far=far) as server,
        jupyter_server(folder, server.url) as port,
    ):
        yield Jupyter(port, server, far)
    platform.close()


@pytest.fixture
def http(jupyter: Jupyter) -> Iterator[httpx.Client]:
    jupyter.far.received = 0
    jupyter.far.go_on.clear()
    with jupyter.client() as client:
        yield client


def test_request_is_answered_as_the_user(http: httpx.Client) -> None:
    answer = http.get("/me")
    assert (answer.status_code, answer.json()["id"]) == (200, "usr_alice")
    assert answer.headers["Content-Type"] == "application/json"


def test_only_the_callers_own_token_goes_on(http: httpx.Client) -> None:
    headers = {
        "Cookie": "secret=1", "X-XSRFToken": "x", "Referer": "http://127.0.0.1/", "X-Request-Id": "r-1",
        "If-Match": '"3"', "Accept-Language": "zh-CN",
    }  # fmt: skip
    seen = http.get(
        "/echo", headers=headers, params={"q": "图 1&x=+", "1700000000000": "", "token": JUPYTER_TOKEN}
    ).json()
    assert seen["authorization"] == "Bearer token-alice"
    assert JUPYTER_TOKEN not in json.dumps(seen)
    assert not {"cookie", "x-xsrftoken", "referer", "origin"} & seen.keys()
    assert (seen["x-request-id"], seen["if-match"], seen["accept-language"]) == ("r-1", '"3"', "zh-CN")
    assert seen["query"] == "q=%E5%9B%BE+1%26x%3D%2B"


def test_errors_come_through_with_the_same_request_id(http: httpx.Client) -> None:
    answer = http.delete("/tokens/tok_unknown", headers={"X-Request-Id": "abc"})
    assert answer.status_code == 404
    assert answer.json()["error"]["request_id"] == answer.headers["X-Request-Id"] == "abc"
    assert http.get("/no/such/path").json()["error"]["code"] == "not_found"
    assert http.post("/tokens", json={"scope": "x"}).json()["error"]["details"]["fields"]


def test_location_resolves_below_the_users_server(http: httpx.Client) -> None:
    made = http.post("/tokens", json={"name": "forwarded"})
    assert made.status_code == 201
    where = made.url.join(made.headers["Location"])
    assert where.path == f"/base/aispace/api/v1/tokens/{made.json()['id']}"
    gone = http.delete(where)
    assert (gone.status_code, gone.content) == (204, b"")


def test_stranger_is_refused_before_anything_is_sent_on(jupyter: Jupyter) -> None:
    jupyter.far.received = 0
    with jupyter.client(token="wrong") as client:
        for answer in (client.get("/me"), client.put("/sink", content=b"x" * 1000)):
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")
    assert jupyter.far.received == 0


def test_pages_of_visualisations_need_no_sign_in_here_but_a_ticket_of_the_platform(jupyter: Jupyter) -> None:
    """They are a sandbox without cookies: nothing of the caller's goes along, and the platform alone decides."""
    views = jupyter.url.removesuffix("/api/v1") + "/views/no-ticket/"
    cookies = {"Cookie": "username=me", "Origin": "null"}
    with httpx.Client(trust_env=False) as stranger:
        for answer in (
            stranger.get(f"{views}data/runs"),
            stranger.post(f"{views}data/plugin/x", data={"a": "b"}, headers=cookies),
        ):
            assert (answer.status_code, answer.text[:10]) == (401, "Not shown.")
            assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
            assert answer.headers["Access-Control-Allow-Origin"] == "null"
            assert "Set-Cookie" not in answer.headers
        asked = stranger.options(f"{views}data/runs", headers={"Access-Control-Request-Headers": "x-own"})
        assert (asked.status_code, asked.headers["Access-Control-Allow-Headers"]) == (204, "*")
        # What is beside them stays closed.
        assert stranger.get(f"{jupyter.url}/me").status_code == 401
        beside = stranger.get(f"{views}..%2f..%2fapi/v1/me")
        assert beside.status_code in (401, 404)


def test_upload_streams_through(jupyter: Jupyter, http: httpx.Client) -> None:
    """Half of the body is at the far side while the other half was not sent yet."""
    size = 8 * 1024 * 1024
    with socket.create_connection(("127.0.0.1", jupyter.port), timeout=LIMIT) as connection:
        connection.sendall(
            b"PUT /base/aispace/api/v1/sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
            b"Content-Type: application/octet-stream\r\nAuthorization: token %s\r\n\r\n"
            % (2 * size, JUPYTER_TOKEN.encode())
        )
        connection.sendall(b"a" * size)
        wait_for(lambda: jupyter.far.received == size, "the first half did not arrive")
        connection.sendall(b"b" * size)
        answer = connection.recv(65536)
        while not answer.endswith(str(2 * size).encode()):
            part = connection.recv(65536)
            assert part, answer
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_upload_in_chunks_of_unknown_number(http: httpx.Client) -> None:
    answer = http.put("/sink", content=(b"x" * 100_000 for _ in range(50)))
    assert (answer.status_code, answer.json()) == (200, 5_000_000)


def test_refusal_reaches_a_caller_who_is_still_sending(http: httpx.Client) -> None:
    answer = http.put("/small", content=b"x" * 3_000_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_download_streams_through(jupyter: Jupyter, http: httpx.Client) -> None:
    """The first part is here while the last one was not made yet."""
    with http.stream("GET", "/slow") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"first"
        jupyter.far.go_on.set()
        assert b"".join(parts) == b"last"


def test_ranges_and_tags_come_through(http: httpx.Client) -> None:
    whole = Path(__file__).read_bytes()
    part = http.get("/file", headers={"Range": "bytes=5-14"})
    assert (part.status_code, part.content) == (206, whole[5:15])
    assert part.headers["Content-Range"] == f"bytes 5-14/{len(whole)}"
    assert part.headers["Content-Security-Policy"].startswith("sandbox")
    assert part.headers["Content-Disposition"].startswith("inline")
    assert http.get("/file").content == whole
    assert http.get("/file", headers={"If-None-Match": '"e1"'}).status_code == 304


def test_cut_answer_does_not_look_whole(http: httpx.Client) -> None:
    with pytest.raises(httpx.TransportError):
        http.get("/cut")


@pytest.mark.asyncio
async def test_websocket_goes_both_ways(jupyter: Jupyter) -> None:
    url = f"{jupyter.url.replace('http', 'ws', 1)}/stream"
    one = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {JUPYTER_TOKEN}"}))
    async with asyncio.timeout(LIMIT):
        await one.write_message('{"op":"ping"}')
        assert json.loads(await one.read_message() or "") == {"op": "pong"}
        await one.write_message('{"op":"subscribe","id":"a","topic":"events"}')
        assert json.loads(await one.read_message() or "")["op"] == "subscribed"
    one.close()
    hub = jupyter.server.app.settings["stream_hub"]
    await asyncio.to_thread(wait_for, lambda: not hub.connections, "the far side was not closed")
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(HTTPRequest(url, headers={"Authorization": "token wrong"}))
    assert refused.value.code == 401


@pytest.mark.asyncio
async def test_platform_that_is_away_is_503_with_the_reason(tmp_path: Path) -> None:
    with jupyter_server(tmp_path, f"http://127.0.0.1:{free_port()}/services/aispace") as port:
        base = f"127.0.0.1:{port}/base/aispace/api/v1"
        headers = {"Authorization": f"token {JUPYTER_TOKEN}"}
        for method, body in (("GET", None), ("POST", b"x" * 100_000)):
            answer = httpx.request(method, f"http://{base}/me", headers=headers, content=body, trust_env=False)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "serve_away")
        with pytest.raises(HTTPClientError) as caught:
            await websocket_connect(HTTPRequest(f"ws://{base}/stream", headers=headers))
        assert caught.value.code == 503


@pytest.mark.asyncio
async def test_platform_behind_a_unix_socket(tmp_path: Path, platform: Platform, alice: Principal) -> None:
    path = str(tmp_path / "s")
    routes = collect(("me", "events", "stream"))
    with (
        RunningServer(platform, [KnownTokens([alice])], routes=routes, socket_path=path),
        jupyter_server(tmp_path, f"unix://{path}") as port,
    ):
        base = f"127.0.0.1:{port}/base/aispace/api/v1"
        headers = {"Authorization": f"token {JUPYTER_TOKEN}"}
        answer = await asyncio.to_thread(httpx.get, f"http://{base}/version", headers=headers, trust_env=False)
        assert answer.json()["api"] == "v1"
        one = await websocket_connect(HTTPRequest(f"ws://{base}/stream", headers=headers))
        await one.write_message('{"op":"ping"}')
        assert json.loads(await one.read_message() or "") == {"op": "pong"}
        one.close()


def fake_handler(hub_token: str | None, username: str) -> Any:
    provider = SimpleNamespace(hub_auth=SimpleNamespace(get_token=lambda handler: hub_token))
    return SimpleNamespace(identity_provider=provider, current_user=SimpleNamespace(username=username))


@pytest.mark.parametrize(
    ("hub_token", "username", "expected"),
    [("oauth-of-bob", "bob", "oauth-of-bob"), (None, "alice", "server-token"), (None, "bob", None)],
)
def test_servers_own_token_is_for_its_owner_only(
    monkeypatch: pytest.MonkeyPatch, hub_token: str | None, username: str, expected: str | None
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "alice")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "server-token")
    assert caller_token(fake_handler(hub_token, username)) == expected


def test_query_keeps_everything_but_what_is_jupyters() -> None:
    assert clean_query("a=1&a=2&b=&_xsrf=x&1700000000000") == "a=1&a=2&b="
    assert clean_query("q=%ff%00") == "q=%FF%00"
