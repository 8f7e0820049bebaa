"""The gateway with a model server that does what a test tells it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aispace_server.gateway.callers import CACHE_SECONDS, Callers, Verdict
from aispace_server.gateway.counters import Counters
from aispace_server.gateway.protocol import GuardedProtocol
from aispace_server.gateway.routes import RouteTable
from gateway_thread import TOKEN, GatewayThread, plain
from serving_setup import until


@pytest.fixture(params=["short", "long"])
def gateway(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayThread]:
    """A gateway in which usual calls go the short way, and one without: what callers see is the same."""
    monkeypatch.setattr(GuardedProtocol, "short_way", request.param == "short")
    with GatewayThread() as running:
        yield running


# Passing on


def test_a_request_and_its_answer_pass_through(gateway: GatewayThread) -> None:
    gateway.upstream.answer = plain(b'{"a": 1}', b"x-model: m", status=b"201 Created", media=b"application/json")
    answer = gateway.ask(
        path="/s/one/v2/models/%E8%8A%B1/infer?a=1&b=%20", content=b"\x00body", headers={"X-Mine": "1"}
    )
    assert (answer.status_code, answer.json(), answer.headers["x-model"]) == (201, {"a": 1}, "m")
    assert answer.headers["x-aispace-deployment"] == "7"
    head = gateway.upstream.heads[0]
    assert head.startswith(b"POST /v2/models/%E8%8A%B1/infer?a=1&b=%20 HTTP/1.1\r\n")
    assert b"x-mine: 1\r\n" in head
    assert b"x-aispace-key: the-key\r\n" in head
    assert gateway.upstream.bodies == [b"\x00body"]


def test_credentials_and_forwarding_headers_stay_at_the_gateway(gateway: GatewayThread) -> None:
    gateway.ask(
        headers={
            "Cookie": "session=secret",
            "X-Forwarded-For": "1.2.3.4",
            "Forwarded": "for=1.2.3.4",
            "X-AISpace-Key": "guessed",
            "Proxy-Authorization": "Basic eA==",
        }
    )
    head = gateway.upstream.heads[0].lower()
    assert head.count(b"x-aispace-key: ") == 1
    for text in (b"authorization", b"cookie", b"secret", b"forwarded", b"guessed", TOKEN.encode()):
        assert text not in head


def test_an_answer_cannot_act_on_the_gateways_origin(gateway: GatewayThread) -> None:
    evil = (
        b"set-cookie: a=b",
        b"x-frame-options: ALLOWALL",
        b"content-security-policy: default-src *",
        b"x-content-type-options: sniff",
        b"service-worker-allowed: /",
        b"clear-site-data: *",
        b"refresh: 0;url=http://x",
        b"x-aispace-deployment: 99",
    )
    gateway.upstream.answer = plain(b"<script>alert(1)</script>", *evil, media=b"text/html")
    answer = gateway.ask()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers.get_list("content-security-policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("x-aispace-deployment") == ["7"]
    for name in ("set-cookie", "x-frame-options", "service-worker-allowed", "clear-site-data", "refresh"):
        assert name not in answer.headers


@pytest.mark.parametrize(
    "media", [b"image/svg+xml", b"application/javascript", b"text/xml", b"", b"Text/HTML; charset=x"]
)
def test_what_a_browser_could_run_becomes_a_download(gateway: GatewayThread, media: bytes) -> None:
    gateway.upstream.answer = plain(b"x", media=media)
    assert gateway.ask().headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("media", [b"application/json; charset=utf-8", b"image/png", b"text/event-stream"])
def test_data_keeps_its_type(gateway: GatewayThread, media: bytes) -> None:
    gateway.upstream.answer = plain(b"x", media=media)
    assert gateway.ask().headers["content-type"] == media.decode()


def test_request_ids_are_passed_on_and_made(gateway: GatewayThread) -> None:
    assert gateway.ask(headers={"X-Request-Id": "my-id.1"}).headers["x-request-id"] == "my-id.1"
    assert b"x-request-id: my-id.1\r\n" in gateway.upstream.heads[0]
    made = gateway.ask(headers={"X-Request-Id": "no good"}).headers["x-request-id"]
    assert len(made) == 16


@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies_stream_both_ways(gateway: GatewayThread, chunked: bool) -> None:
    gateway.configure(max_body=20_000_000)
    body = bytes(range(256)) * 40_000

    async def echo(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = gateway.upstream.bodies[-1]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for start in range(0, len(data), 100_000):
            piece = data[start : start + 100_000]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    gateway.upstream.answer = echo

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    answer = gateway.ask(content=pieces() if chunked else body)
    assert gateway.upstream.bodies[-1] == body
    assert answer.content == body


def test_an_answer_arrives_while_it_is_being_made(gateway: GatewayThread) -> None:
    go_on = threading.Event()

    async def slowly(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n"
        )
        await asyncio.to_thread(go_on.wait, 10)
        writer.write(b"4\r\nlast\r\n0\r\n\r\n")

    gateway.upstream.answer = slowly
    with gateway.client.stream("POST", "/s/one/x", headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"first"
        go_on.set()
        assert b"".join(pieces) == b"last"


def test_head_and_get_have_no_body_to_send(gateway: GatewayThread) -> None:
    head = gateway.ask("HEAD", "/s/one/v2/health/ready")
    assert (head.status_code, head.content) == (200, b"")
    assert gateway.ask("GET", "/s/one/v2/health/ready").content == b"hello"
    assert all(b"content-length" not in sent for sent in gateway.upstream.heads)
    assert gateway.ask("TRACE").status_code == 405


def test_connections_to_the_model_are_kept(gateway: GatewayThread) -> None:
    for _ in range(50):
        assert gateway.ask().status_code == 200
    assert gateway.upstream.connections == 1


# Refusals


def test_refusals_have_the_shape_of_their_route(gateway: GatewayThread) -> None:
    platform = gateway.ask(path="/s/one/predict", token=None)
    protocol = gateway.ask(path="/s/one/v2/models/m/infer", token=None)
    assert (platform.status_code, protocol.status_code) == (401, 401)
    assert platform.headers["www-authenticate"] == "Bearer"
    assert platform.json()["error"]["code"] == "unauthenticated"
    assert platform.json()["error"]["request_id"] == platform.headers["x-request-id"]
    assert set(protocol.json()) == {"error"}
    assert isinstance(protocol.json()["error"], str)
    assert gateway.client.get("/elsewhere").json()["error"]["code"] == "not_found"


def test_who_may_call(gateway: GatewayThread) -> None:
    gateway.verdicts = {"pat-alice": "ok", "pat-bob": "hidden", "pat-off": "forbidden"}
    statuses = {
        token: gateway.ask(token=token).status_code for token in ("pat-alice", "pat-bob", "pat-off", "nonsense")
    }
    assert statuses == {"pat-alice": 200, "pat-bob": 404, "pat-off": 403, "nonsense": 401}
    assert gateway.ask(token="the-internal-secret").status_code == 200
    assert gateway.ask(token="ais_svc_another").status_code == 401
    gateway.verdicts["ais_svc_made_just_now"] = "ok"
    assert gateway.ask(token="ais_svc_made_just_now").status_code == 200
    unknown = {token: gateway.ask(path="/s/none/x", token=token).status_code for token in ("pat-alice", "nonsense")}
    assert unknown == {"pat-alice": 404, "nonsense": 401}
    gateway.serve_away = True
    assert gateway.ask(token="pat-alice").status_code == 200
    away = gateway.ask(token="pat-new")
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")
    assert gateway.ask().status_code == 200


def test_an_expired_or_deleted_token_of_the_service_is_refused(gateway: GatewayThread) -> None:
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    now = datetime.now(UTC)
    gateway.configure(tokens=[{"sha256": digest, "expires_at": (now + timedelta(hours=1)).isoformat()}])
    assert gateway.ask().status_code == 200
    gateway.configure(tokens=[{"sha256": digest, "expires_at": (now - timedelta(seconds=1)).isoformat()}])
    assert gateway.ask().status_code == 401
    gateway.configure(tokens=[])
    assert gateway.ask().status_code == 401


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_and_the_answer_is_seen(gateway: GatewayThread, chunked: bool) -> None:
    body = b"x" * 3_000_000
    answer = gateway.ask(content=iter([body[:1_500_000], body[1_500_000:]]) if chunked else body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert gateway.ask(content=b"x" * 1_000_000).status_code == 200


def test_more_calls_a_second_than_allowed_are_refused(gateway: GatewayThread) -> None:
    gateway.configure(requests_per_second=5)
    answers = [gateway.ask() for _ in range(20)]
    assert 5 <= sum(a.status_code == 200 for a in answers) <= 8
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert refused.headers["retry-after"] == "1"


def test_more_calls_at_once_than_allowed_are_refused(gateway: GatewayThread) -> None:
    gateway.configure(max_in_flight=2)
    go_on = threading.Event()
    hello = plain(b"hello")

    async def wait(h: bytes, r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(go_on.wait, 10)
        await hello(h, r, w)

    gateway.upstream.answer = wait
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(gateway.ask().status_code)) for _ in range(2)]
    for thread in threads:
        thread.start()
    until(lambda: len(gateway.upstream.heads) == 2)
    assert gateway.ask().json()["error"]["code"] == "too_many_at_once"
    go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [200, 200]
    assert gateway.ask().status_code == 200


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [("stopped", "service_stopped", None), ("failed", "service_failed", "30"), ("deploying", "service_starting", "2")],
)
def test_a_service_that_does_not_serve_says_so(
    gateway: GatewayThread, status: str, code: str, retry: str | None
) -> None:
    gateway.configure(status=status, message="The model is broken.", deployments=[])
    answer = gateway.ask()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, code)
    assert answer.headers.get("retry-after") == retry
    if status == "failed":
        assert "The model is broken." in answer.json()["error"]["message"]


# Trouble upstream


def test_nobody_at_the_address_gives_503_with_retry_after(gateway: GatewayThread) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gateway.configure(deployments=[{"number": 1, "share": 100, "targets": [{"address": f"127.0.0.1:{port}"}]}])
    answer = gateway.ask()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    both = [{"address": f"127.0.0.1:{p}"} for p in (port, gateway.upstream.port)]
    gateway.configure(deployments=[{"number": 1, "share": 100, "targets": both}])
    assert {gateway.ask().status_code for _ in range(10)} == {200}


def test_a_kept_connection_that_was_closed_meanwhile_is_not_an_error(gateway: GatewayThread) -> None:
    hello = plain(b"hello")

    async def then_close(h: bytes, r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
        await hello(h, r, w)
        # Take the next request and drop it without a word.
        await r.readuntil(b"\r\n\r\n")
        gateway.upstream.answer = hello
        raise ConnectionError

    gateway.upstream.answer = then_close
    assert gateway.ask("GET").status_code == 200
    assert gateway.ask("GET").status_code == 200


def test_a_model_that_breaks_off_before_its_answer_gives_503(gateway: GatewayThread) -> None:
    async def drop(_h: bytes, _r: asyncio.StreamReader, _w: asyncio.StreamWriter) -> None:
        raise ConnectionError

    gateway.upstream.answer = drop
    answer = gateway.ask()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "replica_away")


def test_a_model_that_breaks_off_in_its_answer_breaks_the_callers_connection(gateway: GatewayThread) -> None:
    async def drop(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        raise ConnectionError

    gateway.upstream.answer = drop
    import httpx

    with pytest.raises(httpx.RemoteProtocolError):
        gateway.ask()
    until(lambda: gateway.counters.totals["svc_1"].server_errors == 1)


@pytest.mark.parametrize("garbage", [b"not http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000])
def test_a_model_that_speaks_no_http_gives_503(gateway: GatewayThread, garbage: bytes) -> None:
    async def answer(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)
        await writer.drain()

    gateway.upstream.answer = answer
    assert gateway.ask().status_code == 503


def test_a_model_that_takes_too_long_gives_504(gateway: GatewayThread) -> None:
    gateway.configure(timeout_seconds=0.2)
    go_on = threading.Event()

    async def wait(_h: bytes, _r: asyncio.StreamReader, _w: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(go_on.wait, 10)

    gateway.upstream.answer = wait
    answer = gateway.ask()
    go_on.set()
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")


def test_a_caller_who_leaves_ends_the_models_stream(gateway: GatewayThread) -> None:
    broken = threading.Event()

    async def endless(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        try:
            while True:
                writer.write(b"data: x\n\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            broken.set()
            raise

    gateway.upstream.answer = endless
    with gateway.client.stream("GET", "/s/one/x", headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        next(answer.iter_raw())
    assert broken.wait(10)
    until(lambda: not sum(gateway.counters.in_flight.values()))


def test_two_requests_cannot_be_smuggled_as_one(gateway: GatewayThread) -> None:
    auth = f"authorization: Bearer {TOKEN}\r\n".encode()
    attacks = [
        b"POST /s/one/a HTTP/1.1\r\nhost: x\r\n"
        + auth
        + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
        b"POST /s/one/a HTTP/1.1\r\nhost: x\r\n" + auth + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        b"POST /s/one/a HTTP/1.1\r\nhost: x\r\n" + auth + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST /s/one/a HTTP/1.1\r\nhost: x\r\n" + auth + b"content-length : 5\r\n\r\nabcde",
    ]
    for attack in attacks:
        with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
            raw.sendall(attack)
            raw.settimeout(5)
            assert raw.recv(65536).startswith(b"HTTP/1.1 400")
    assert not any(b"/admin" in head for head in gateway.upstream.heads)


@pytest.mark.parametrize("first", [b"", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"], ids=["first", "further"])
def test_a_caller_who_sends_his_head_byte_by_byte_is_cut_off(
    gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    monkeypatch.setattr(GuardedProtocol, "head_seconds", 0.4)
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.settimeout(10)
        if first:
            raw.sendall(first)
            answer = b""
            while b'"ok"' not in answer:
                answer += raw.recv(65536)
        raw.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nslow: ")
        raw.setblocking(False)
        said = b""

        def cut() -> bool:
            nonlocal said
            try:
                raw.send(b"x")  # one more letter of a value that never ends
                said += raw.recv(65536)
            except BlockingIOError:
                return False
            except ConnectionError:
                return True
            return bool(said)

        until(cut)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"head_timeout" in said
    assert gateway.client.get("/healthz").status_code == 200


def test_a_head_without_end_is_cut_off(gateway: GatewayThread) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.settimeout(10)
        raw.sendall(b"GET /s/one HTTP/1.1\r\nx: " + b"y" * 65_536)
        assert raw.recv(65536).startswith(b"HTTP/1.1 431")


def test_a_slow_answer_is_no_slow_head(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedProtocol, "head_seconds", 0.2)
    go_on = threading.Event()

    async def late(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(go_on.wait, 10)
        await plain(b"late")(head, reader, writer)

    gateway.upstream.answer = late
    threading.Timer(0.6, go_on.set).start()
    answer = gateway.client.post("/s/one/a", content=b"x", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.content) == (200, b"late")


# Shares, counts, keeping


def test_shares_divide_the_requests(gateway: GatewayThread) -> None:
    gateway.other.answer = plain(b"canary")
    gateway.configure(
        deployments=[
            {"number": 1, "share": 80, "targets": [{"address": f"127.0.0.1:{gateway.upstream.port}"}]},
            {"number": 2, "share": 20, "targets": [{"address": f"127.0.0.1:{gateway.other.port}"}]},
        ]
    )
    counts = Counter(gateway.ask().headers["x-aispace-deployment"] for _ in range(500))
    assert 60 <= counts["2"] <= 145
    assert counts["1"] + counts["2"] == 500


def test_every_call_is_counted_by_class_and_time(gateway: GatewayThread) -> None:
    for status in (b"200 OK", b"200 OK", b"404 Not Found", b"500 Oops"):
        gateway.upstream.answer = plain(b"", status=status)
        gateway.ask()
    gateway.ask(token=None)
    until(lambda: gateway.counters.totals["svc_1"].total == 4)
    batch = gateway.counters.batch()
    assert sum(c["total"] for c in batch["calls"]) == 4
    assert sum(c["client_errors"] for c in batch["calls"]) == 1
    assert sum(c["server_errors"] for c in batch["calls"]) == 1
    assert sum(n for c in batch["calls"] for n in c["latency"].values()) == 4
    assert {c["deployment"] for c in batch["calls"]} == {7}
    gateway.ask()
    assert gateway.counters.batch()["calls"] == batch["calls"]
    gateway.counters.reported()
    following = gateway.counters.batch()
    assert following["sequence"] == batch["sequence"] + 1
    assert sum(c["total"] for c in following["calls"]) == 1
    text = gateway.client.get("/metrics").text
    assert 'aispace_gateway_calls_total{service="svc_1",result="server_error"} 2' in text
    assert 'aispace_gateway_refused_total{code="unauthenticated"} 1' in text


def test_health_tells_whether_routes_are_known(gateway: GatewayThread) -> None:
    assert gateway.client.get("/healthz").json() == {"status": "ok"}
    assert gateway.client.get("/readyz").json()["ready"] is True


@pytest.mark.asyncio
async def test_routes_are_kept_on_disk_and_a_damaged_file_is_left_aside(tmp_path: Path) -> None:
    body = {"revision": "r1", "routes": []}
    table = RouteTable(tmp_path / "routes.json")
    table.load()
    assert not table.loaded
    table.keep(body)
    assert (tmp_path / "routes.json").stat().st_mode & 0o077 == 0
    again = RouteTable(tmp_path / "routes.json")
    again.load()
    assert (again.loaded, again.revision) == (True, "r1")
    for text in ("{", json.dumps({"revision": "x"}), json.dumps({"revision": "x", "routes": [{}]}), "[]"):
        (tmp_path / "routes.json").write_text(text)
        damaged = RouteTable(tmp_path / "routes.json")
        damaged.load()
        assert not damaged.loaded


@pytest.mark.asyncio
async def test_a_revoked_token_is_refused_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict: Verdict = "ok"
    asked = 0
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)

    async def verify(_token: str, _service: str | None) -> Verdict:
        nonlocal asked
        asked += 1
        return verdict

    callers = Callers(verify, "")
    table = RouteTable()
    route = {
        "slug": "one", "service_id": "svc_1", "status": "serving", "deployments": [], "tokens": [], "max_body": 1,
        "timeout_seconds": 1, "max_in_flight": 1,
    }  # fmt: skip
    table.apply({"revision": "1", "routes": [route]})
    for _ in range(5):
        await callers.admit(b"Bearer pat", table.get("one"))
    assert asked == 1
    verdict = "invalid"
    now += CACHE_SECONDS + 0.1
    from aispace_server.gateway.answers import Refusal

    with pytest.raises(Refusal) as refused:
        await callers.admit(b"Bearer pat", table.get("one"))
    assert refused.value.status == 401
    assert CACHE_SECONDS <= 10


def test_latency_buckets_are_right_to_nine_per_cent() -> None:
    from aispace_server.gateway.counters import bucket_of

    for seconds in (1e-6, 0.0001, 0.0031, 0.25, 7.0, 600.0):
        upper = 2 ** (bucket_of(seconds) / 8) / 1e6
        assert upper >= seconds * 0.999999
        assert upper <= seconds * 1.0906
    assert Counters().batch()["sequence"] == 1
