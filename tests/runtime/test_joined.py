"""Answers of the model server go out in one piece."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest
import uvicorn
from aispace_runtime.inference.joined import Joined, joined_protocol


class Kept(asyncio.Transport):
    """Keeps what is written, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.ended = False

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))

    def is_closing(self) -> bool:
        return self.ended

    def close(self) -> None:
        self.ended = True


@pytest.mark.asyncio
async def test_two_writes_are_one_and_a_lone_one_goes_out_in_the_next_turn() -> None:
    kept = Kept()
    joined = Joined(kept, asyncio.get_running_loop())
    joined.write(b"head ")
    joined.write(b"body")
    assert kept.pieces == [b"head body"]
    joined.write(b"alone")
    await asyncio.sleep(0)
    assert kept.pieces == [b"head body", b"alone"]
    for piece in (b"a", b"b", b"c"):
        joined.write(piece)
    joined.close()
    assert kept.pieces[2:] == [b"ab", b"c"]
    assert joined.is_closing()
    joined.write(b"late")
    await asyncio.sleep(0)
    assert b"late" not in kept.pieces


class Application:
    """Answers with a length, in pieces, or by continuing first."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        body = b"" if scope["method"] == "HEAD" else message["body"] + b" answered"
        headers = [] if scope["path"] == "/pieces" else [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["path"] == "/pieces":
            for _ in range(3):
                await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": body})


def exchange(raw: socket.socket, request: bytes, end: bytes) -> bytes:
    raw.sendall(request)
    raw.settimeout(10)
    answer = b""
    while not answer.endswith(end):
        piece = raw.recv(65_536)
        assert piece, answer
        answer += piece
    return answer


def test_uvicorn_answers_over_it_as_before() -> None:
    config = uvicorn.Config(Application(), port=0, http=joined_protocol(), lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    with socket.create_connection(server.servers[0].sockets[0].getsockname()) as raw:
        for _ in range(3):
            told = exchange(raw, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi", b"hi answered")
            assert told.startswith(b"HTTP/1.1 200")
        assert exchange(raw, b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n", b"\r\n\r\n").startswith(b"HTTP/1.1 200")
        raw.sendall(b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        assert raw.recv(65_536).startswith(b"HTTP/1.1 100")
        exchange(raw, b"hi", b"hi answered")
        pieces = exchange(raw, b"GET /pieces HTTP/1.1\r\nhost: x\r\n\r\n", b"0\r\n\r\n")
        assert pieces.count(b"x" * 1000) == 300
        closing = exchange(raw, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b" answered")
        assert b"connection: close" in closing
        assert raw.recv(1) == b""
    server.should_exit = True
    thread.join(10)
