"""The gateway's short way: which calls take it, and what happens when one turns out to be unusual after all."""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aispace_server.gateway.app import Call
from aispace_server.gateway.protocol import GuardedProtocol
from gateway_thread import TOKEN, Answer, GatewayThread, plain
from serving_setup import until

HELLO = plain(b"hello")


@pytest.fixture
def gateway() -> Iterator[GatewayThread]:
    with GatewayThread() as running:
        yield running


@pytest.fixture
def long_ways(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the calls that became tasks, after one that opened the connection to the model."""
    seen: Counter[str] = Counter()
    for name in ("serve", "resume"):
        kept = getattr(Call, name)

        def counting(self: Call, *rest: Any, name: str = name, kept: Any = kept) -> Any:
            seen[name] += 1
            return kept(self, *rest)

        monkeypatch.setattr(Call, name, counting)
    assert gateway.ask().status_code == 200
    assert seen == {"serve": 1}
    seen.clear()
    return seen


def request(body: bytes = b"{}", *headers: bytes, path: bytes = b"/s/one/predict") -> bytes:
    lines = [
        b"POST " + path + b" HTTP/1.1",
        b"host: x",
        b"authorization: Bearer " + TOKEN.encode(),
        b"content-length: %d" % len(body),
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def answers(raw: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Read so many answers with a length; fewer when the connection ends."""
    raw.settimeout(10)
    data = b""
    found: list[tuple[int, bytes]] = []
    while len(found) < count:
        head, end, rest = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1]) if end else 0  # type: ignore[index]
        if end and len(rest) >= length:
            found.append((int(head.split()[1]), rest[:length]))
            data = rest[length:]
            continue
        piece = raw.recv(65_536)
        if not piece:
            break
        data += piece
    return found


def test_a_usual_call_needs_no_task(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    for number in range(20):
        answer = gateway.ask(content=b"x" * number, headers={"X-Request-Id": f"r{number}"})
        assert (answer.status_code, answer.text, answer.headers["x-request-id"]) == (200, "hello", f"r{number}")
    assert not long_ways
    assert gateway.upstream.bodies[-1] == b"x" * 19
    assert gateway.counters.totals["svc_1"].total == 21
    gateway.verdicts["pat-alice"] = "ok"
    assert [gateway.ask(token="pat-alice").status_code for _ in range(3)] == [200] * 3
    assert long_ways == {"serve": 1}  # somebody new is asked about once


def test_a_token_that_ends_ends_on_the_short_way_too(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    assert gateway.ask().status_code == 200
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    gateway.configure(tokens=[{"sha256": digest, "expires_at": past}])
    assert gateway.ask().status_code == 401
    gateway.configure(tokens=[])
    assert gateway.ask().status_code == 401
    gateway.verdicts["pat"] = "ok"
    assert [gateway.ask(token="pat").status_code for _ in range(2)] == [200, 200]
    gateway.verdicts["pat"] = "invalid"
    gateway.callers.forget()
    assert gateway.ask(token="pat").status_code == 401


@pytest.mark.parametrize(
    "unusual",
    [
        {"method": "PUT"},
        {"headers": {"X-AISpace-Target": "production"}, "token": "the-internal-secret"},
        {"content": b"x" * 70_000},
        {"content": iter([b"in ", b"pieces"])},
        {"token": "ais_svc_unknown"},
        {"path": "/s/one"},
        {"path": "/s/none/predict"},
    ],
)
def test_unusual_calls_go_the_long_way(
    gateway: GatewayThread, long_ways: Counter[str], unusual: dict[str, Any]
) -> None:
    gateway.ask(**unusual)
    assert long_ways == {"serve": 1}


def test_replicas_take_turns(gateway: GatewayThread) -> None:
    both = [{"address": f"127.0.0.1:{u.port}"} for u in (gateway.upstream, gateway.other)]
    gateway.configure(deployments=[{"number": 1, "share": 100, "targets": both}])
    assert {gateway.ask().status_code for _ in range(20)} == {200}
    assert [len(u.heads) for u in (gateway.upstream, gateway.other)] == [10, 10]


def test_a_body_that_comes_later_is_waited_for(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    whole = request(b"0123456789")
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.sendall(whole[:-10])
        raw.sendall(whole[-10:-4])
        raw.sendall(whole[-4:])
        assert answers(raw, 1) == [(200, b"hello")]
    assert gateway.upstream.bodies[-1] == b"0123456789"
    assert not long_ways


def test_a_body_that_comes_slowly_goes_the_long_way(
    gateway: GatewayThread, long_ways: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GuardedProtocol, "held_seconds", 0.05)
    whole = request(b"0123456789")
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.sendall(whole[:-4])
        until(lambda: long_ways["serve"] == 1)
        raw.sendall(whole[-4:])
        assert answers(raw, 1) == [(200, b"hello")]
    assert gateway.upstream.bodies[-1] == b"0123456789"


def test_requests_sent_together_are_answered_in_their_order(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    async def echo(h: bytes, r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
        body = gateway.upstream.bodies[-1]
        if body == b"a":
            await asyncio.sleep(0.05)
        await plain(body)(h, r, w)

    gateway.upstream.answer = echo
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.sendall(request(b"a") + request(b"b") + request(b"c", path=b"/elsewhere") + request(b"d"))
        got = answers(raw, 4)
        assert [status for status, _ in got] == [200, 200, 404, 200]
        assert [got[0][1], got[1][1], got[3][1]] == [b"a", b"b", b"d"]
        raw.sendall(request(b"e"))
        assert answers(raw, 1) == [(200, b"e")]


def test_who_wants_no_further_answer_gets_the_connection_closed(gateway: GatewayThread) -> None:
    gateway.ask()
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.sendall(request(b"{}", b"connection: close"))
        assert answers(raw, 2) == [(200, b"hello")]


def test_an_idle_connection_is_closed_and_a_used_one_is_not(gateway: GatewayThread) -> None:
    gateway.ask()
    gateway.server.config.timeout_keep_alive = 1
    with socket.create_connection(("127.0.0.1", gateway.port)) as used:
        used.sendall(request())
        assert answers(used, 1)
        with socket.create_connection(("127.0.0.1", gateway.port)) as idle:
            idle.sendall(request())
            assert answers(idle, 1)
            ended = threading.Event()

            def wait_for_the_end() -> None:
                if idle.recv(1) == b"":
                    ended.set()

            watch = threading.Thread(target=wait_for_the_end)
            watch.start()
            while not ended.wait(0.1):
                used.sendall(request())
                assert answers(used, 1)
            watch.join()


def _in_pieces(*pieces: bytes) -> Answer:
    async def answer(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n")
        for piece in pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")

    return answer


def test_an_answer_in_pieces_is_passed_on_and_counted_once(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    gateway.upstream.answer = _in_pieces(b"one ", b"x" * 500_000, b" three")
    answer = gateway.ask(headers={"X-Request-Id": "mine"})
    assert answer.content == b"one " + b"x" * 500_000 + b" three"
    assert answer.headers["x-request-id"] == "mine"
    assert long_ways == {"resume": 1}
    until(lambda: gateway.counters.totals["svc_1"].total == 2)
    assert not sum(gateway.counters.in_flight.values())
    gateway.upstream.answer = HELLO
    assert gateway.ask().text == "hello"
    assert gateway.upstream.connections == 1


def test_a_model_away_is_asked_once_more_and_then_refused(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    async def drop(_h: bytes, _r: asyncio.StreamReader, _w: asyncio.StreamWriter) -> None:
        raise ConnectionError

    gateway.upstream.answer = drop
    before = len(gateway.upstream.heads)
    answer = gateway.ask()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "replica_away")
    assert len(gateway.upstream.heads) - before == 2  # on the kept connection, then on a fresh one
    assert long_ways == {"serve": 1}
    assert gateway.counters.totals["svc_1"].total == 2
    assert gateway.counters.totals["svc_1"].server_errors == 1


def test_an_answer_that_had_begun_is_not_asked_for_again(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    async def half(_h: bytes, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-ty")
        await writer.drain()
        raise ConnectionError

    gateway.upstream.answer = half
    before = len(gateway.upstream.heads)
    assert gateway.ask().status_code == 503
    assert len(gateway.upstream.heads) - before == 1
    assert long_ways == {"resume": 1}
    assert gateway.counters.totals["svc_1"].server_errors == 1


def test_a_model_that_takes_too_long_is_left(gateway: GatewayThread) -> None:
    gateway.ask()
    gateway.configure(timeout_seconds=0.2)
    gone = threading.Event()

    async def wait(_h: bytes, reader: asyncio.StreamReader, _w: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()

    gateway.upstream.answer = wait
    answer = gateway.ask()
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    assert gone.wait(10)
    assert gateway.counters.totals["svc_1"].server_errors == 1
    assert not sum(gateway.counters.in_flight.values())


def test_a_caller_who_leaves_ends_his_call(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    asked, gone = threading.Event(), threading.Event()

    async def wait(_h: bytes, reader: asyncio.StreamReader, _w: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        gone.set()

    gateway.upstream.answer = wait
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        raw.sendall(request())
        assert asked.wait(10)
        assert sum(gateway.counters.in_flight.values()) == 1
    assert gone.wait(10)
    until(lambda: gateway.counters.totals["svc_1"].client_errors == 1)
    assert not sum(gateway.counters.in_flight.values())
    assert not long_ways


def test_limits_hold_on_the_short_way(gateway: GatewayThread, long_ways: Counter[str]) -> None:
    gateway.configure(max_body=10)
    assert gateway.ask(content=b"x" * 10).status_code == 200
    assert gateway.ask(content=b"x" * 11).status_code == 413
    gateway.configure(requests_per_second=1)
    assert Counter(gateway.ask().status_code for _ in range(5))[429] >= 3
    gateway.configure(deployments=[], status="stopped")
    assert gateway.ask().status_code == 503


def test_a_head_that_was_read_once_is_not_read_again(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    from aispace_server.gateway.memory import Answered, Asked

    gateway.ask()
    read: Counter[str] = Counter()
    for kind in (Asked, Answered):
        kept = kind.read

        def counting(*rest: Any, kind: type = kind, kept: Any = kept) -> Any:
            read[kind.__name__] += 1
            return kept(*rest)

        monkeypatch.setattr(kind, "read", counting)
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        for number in range(10):
            raw.sendall(request(b"%03d" % number))
            assert answers(raw, 1) == [(200, b"hello")]
        assert read == {"Asked": 1, "Answered": 1}
        assert gateway.upstream.bodies[-10:] == [b"%03d" % number for number in range(10)]
        # Another token, another path, another length: another head.
        raw.sendall(request(b"1234") + request(b"123"))
        assert answers(raw, 2) == [(200, b"hello")] * 2
        gateway.upstream.answer = plain(b"other", b"set-cookie: a=b", media=b"text/html")
        raw.sendall(request(b"123"))
        raw.settimeout(10)
        told = raw.recv(65_536).lower()
        assert b"application/octet-stream" in told
        assert b"set-cookie" not in told
        gateway.configure(tokens=[])
        raw.sendall(request(b"123"))
        assert answers(raw, 1)[0][0] == 401


def test_heads_of_two_requests_are_never_mixed_up(gateway: GatewayThread) -> None:
    gateway.ask()
    first, second = request(b"12", b"x-mine: first"), request(b"1234567890", b"x-mine: second")
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
        # The first bytes of the second come with the first, as many as make up the difference of their lengths.
        for _ in range(2):
            raw.sendall(first + second[:8])
            assert answers(raw, 1) == [(200, b"hello")]
            raw.sendall(second[8:])
            assert answers(raw, 1) == [(200, b"hello")]
    assert gateway.upstream.bodies[-4:] == [b"12", b"1234567890"] * 2
    assert b"x-mine: first" in gateway.upstream.heads[-2]


def test_what_is_remembered_has_a_limit(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    from aispace_server.gateway.memory import Memory

    monkeypatch.setattr(Memory, "HEADS", 4)
    monkeypatch.setattr(Memory, "HEAD_BYTES", 500)
    gateway.ask()
    memory = gateway.app.memory
    with socket.create_connection(("127.0.0.1", gateway.port)) as raw:

        def call(*headers: bytes) -> set[bytes]:
            raw.sendall(request(b"{}", *headers))
            assert answers(raw, 1) == [(200, b"hello")]
            return set(memory.asked)

        first = call()
        assert len(first) == 1
        assert call(b"x-request-id: once") == first
        assert call(b"x-long: " + b"x" * 500) == first
        sizes = [len(call(b"x-mine: %d" % number)) for number in range(20)]
        assert max(sizes) == 4
