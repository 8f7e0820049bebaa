"""The tab's WebSocket and the event stream, over real connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from aispace.errors import NotFound
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.workloads.schemas import LogQuery, LogRead
from aispace_server.handlers import stream as stream_module
from aispace_server.routes import collect
from aispace_server.streams import hub as hub_module
from aispace_server.streams.hub import MOST_SUBSCRIPTIONS
from server_thread import KnownTokens, RunningServer
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

LIMIT = 10


class Logs:
    """The part of the workload service that log topics use, over a text in memory."""

    def __init__(self) -> None:
        self.text = b""
        self.ended = False
        self.attempt = 1
        self.reads = 0
        self.owner = "usr_alice"
        self._news = threading.Condition()

    def write(self, data: bytes, *, ended: bool = False) -> None:
        with self._news:
            self.text += data
            self.ended = ended
            self._news.notify_all()

    def begin_again(self) -> None:
        with self._news:
            self.text, self.attempt, self.ended = b"", self.attempt + 1, False
            self._news.notify_all()

    def read_log(self, principal: Principal, workload_id: str, query: LogQuery) -> LogRead:
        if principal.user_id not in (self.owner, "system") or workload_id != "wl_1":
            raise NotFound("workload", workload_id)
        self.reads += 1
        part = self.text[query.after : query.after + query.limit]
        following = min(query.after, len(self.text)) + len(part)
        return LogRead(
            attempt=self.attempt, text=part.decode("utf-8", "ignore"), offset=query.after, next=following,
            size=len(self.text), complete=self.ended and following >= len(self.text),
        )  # fmt: skip

    def wait_for_log(self, positions: dict[str, int], timeout: float) -> set[str]:
        with self._news:
            self._news.wait_for(lambda: self.ended or len(self.text) != positions["wl_1"], timeout)
            return {"wl_1"} if self.ended or len(self.text) != positions["wl_1"] else set()

    def scalars(self, principal: Principal, workload_id: str, query: object) -> None:
        raise NotFound("workload", workload_id)

    def close(self) -> None:
        pass


@pytest.fixture
def logs(platform: Platform) -> Logs:
    made = Logs()
    with contextlib.suppress(AttributeError):
        platform.workloads.close()
    platform.workloads = made  # type: ignore[assignment]  # stands in for the service
    return made


@pytest.fixture
def running(
    platform: Platform, alice: Principal, bob: Principal, admin: Principal, logs: Logs
) -> Iterator[RunningServer]:
    platform._thread("sealer", platform._seal)
    routes = collect(("me", "events", "stream"))
    with RunningServer(platform, [KnownTokens([alice, bob, admin])], routes=routes) as server:
        yield server


class Tab:
    """A browser tab's side of the WebSocket."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket

    async def send(self, **message: Any) -> None:
        await self.socket.write_message(json.dumps(message))

    async def get(self, op: str | None = None) -> Any:
        async with asyncio.timeout(LIMIT):
            while True:
                text = await self.socket.read_message()
                if text is None:
                    return None
                message = json.loads(text)
                if op is None or message["op"] == op:
                    return message

    async def subscribe(self, id: str, topic: str, after: int | None = None) -> Any:
        await self.send(op="subscribe", id=id, topic=topic, after=after)
        return await self.get()

    async def text(self, until: int) -> str:
        """Collect a log up to a position."""
        found, position = "", 0
        while position < until:
            message = await self.get("data")
            found += "".join(item["text"] for item in message["items"])
            position = message["position"]
        return found


@contextlib.asynccontextmanager
async def tab(running: RunningServer, name: str = "alice", **headers: str) -> AsyncIterator[Tab]:
    url = f"ws://127.0.0.1:{running.port}/aispace/api/v1/stream"
    request = HTTPRequest(url, headers={"Authorization": f"Bearer token-{name}", **headers})
    socket = await websocket_connect(request)
    try:
        yield Tab(socket)
    finally:
        socket.close()


def record(platform: Platform, principal: Principal, number: int, *, shared: bool = False) -> None:
    class Thing:
        id = f"ds_{number}"
        owner_id = principal.user_id
        visibility = "public" if shared else "private"
        organisation_id = "org_default"

    with platform.db.write():
        platform.events.record(
            principal,
            "dataset.changed",
            object_kind="dataset",
            object_id=Thing.id,
            resource=Thing(),
            params={"n": number},
        )


@pytest.mark.asyncio
async def test_events_arrive_and_only_those_that_one_may_see(
    running: RunningServer, platform: Platform, alice: Principal, bob: Principal
) -> None:
    async with tab(running, "alice") as mine, tab(running, "admin") as theirs:
        assert (await mine.subscribe("e", "events"))["op"] == "subscribed"
        await theirs.subscribe("e", "events")
        record(platform, bob, 1)
        record(platform, bob, 2, shared=True)
        record(platform, alice, 3)
        seen: list[int] = []
        while len(seen) < 2:
            seen += [item["params"]["n"] for item in (await mine.get("data"))["items"]]
        assert seen == [2, 3]
        all_seen: list[int] = []
        while len(all_seen) < 3:
            all_seen += [item["params"]["n"] for item in (await theirs.get("data"))["items"]]
        assert all_seen == [1, 2, 3]


@pytest.mark.asyncio
async def test_events_are_resumed_by_position_without_gaps_or_doubles(
    running: RunningServer, platform: Platform, alice: Principal
) -> None:
    for number in range(1, 1301):  # more than two pages
        record(platform, alice, number)
    platform.events.seal()
    async with tab(running) as first:
        assert (await first.subscribe("e", "events", after=100))["position"] == 100
        positions: list[int] = []
        while len(positions) < 700:
            message = await first.get("data")
            positions += [item["position"] for item in message["items"]]
            assert message["position"] >= positions[-1]
    async with tab(running) as second:
        await second.subscribe("e", "events", after=positions[-1])
        record(platform, alice, 1301)
        while positions[-1] < 1301:
            positions += [item["position"] for item in (await second.get("data"))["items"]]
    assert positions == list(range(101, 1302))


@pytest.mark.asyncio
async def test_log_is_followed_from_an_offset_to_its_end(running: RunningServer, logs: Logs) -> None:
    logs.write("第一行\n".encode())
    async with tab(running) as one:
        assert (await one.subscribe("l", "log/wl_1", after=0))["position"] == 0
        assert await one.text(until=10) == "第一行\n"
        logs.write(b"two\n", ended=True)
        last = await one.get("data")
        assert last["items"][0]["text"] == "two\n"
        assert last["position"] == 14
        assert last["complete"] is True
    async with tab(running) as later:
        await later.subscribe("l", "log/wl_1", after=10)
        assert (await later.get("data"))["items"][0]["text"] == "two\n"
        while not (message := await later.get("data")).get("complete"):
            pass
        assert message["position"] == 14


@pytest.mark.asyncio
async def test_new_attempt_is_told(running: RunningServer, logs: Logs) -> None:
    logs.write(b"a long first attempt\n")
    async with tab(running) as one:
        await one.subscribe("l", "log/wl_1", after=0)
        await one.text(until=21)
        logs.begin_again()
        logs.write(b"b\n")
        error = await one.get("error")
        assert (error["id"], error["error"]["code"]) == ("l", "new_attempt")
        await one.subscribe("l", "log/wl_1", after=0)
        assert await one.text(until=2) == "b\n"


@pytest.mark.asyncio
async def test_two_hundred_tabs_are_served_by_one_read(running: RunningServer, logs: Logs, platform: Platform) -> None:
    threads = threading.active_count()
    async with contextlib.AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(tab(running)) for _ in range(200)]
        await asyncio.gather(*(one.subscribe("l", "log/wl_1") for one in tabs))
        assert threading.active_count() - threads < 20
        before = logs.reads
        logs.write(b"news\n")
        texts = await asyncio.gather(*(one.text(until=5) for one in tabs))
        assert set(texts) == {"news\n"}
        assert logs.reads - before < 20
        assert platform.db.engine.pool.checkedout() <= 1  # the sealer's, at most


@pytest.mark.asyncio
async def test_foreign_and_unknown_topics_are_refused(running: RunningServer, logs: Logs) -> None:
    async with tab(running, "bob") as one:
        for topic in ("log/wl_1", "log/wl_2", "log", "log/", "events/x", "nothing/x", "scalars/wl_1/../x"):
            answer = await one.subscribe("x", topic)
            assert (answer["op"], answer["id"]) == ("error", "x"), topic
            assert answer["error"]["code"] in ("not_found",), answer
        assert (await one.subscribe("x", "events"))["op"] == "subscribed"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "message"),
        ("[]", "message"),
        ('{"op":"dance","id":"q"}', "message"),
        ('{"op":"subscribe","id":"q"}', "topic"),
        ('{"op":"subscribe","id":"q","topic":"events","after":-1}', "after"),
        ('{"op":"subscribe","id":"q","topic":"events","more":1}', "more"),
    ],
)
async def test_wrong_message_is_answered_and_the_connection_stays(
    running: RunningServer, text: str, field: str
) -> None:
    async with tab(running) as one:
        await one.socket.write_message(text)
        answer = await one.get()
        assert answer["op"] == "error"
        assert answer["id"] == ("q" if "q" in text else None)
        assert field in json.dumps(answer["error"])
        await one.send(op="ping")
        assert await one.get() == {"op": "pong"}


@pytest.mark.asyncio
async def test_ids_are_unique_and_their_number_is_limited(running: RunningServer) -> None:
    async with tab(running) as one:
        for number in range(MOST_SUBSCRIPTIONS):
            assert (await one.subscribe(str(number), "events"))["op"] == "subscribed"
        assert (await one.subscribe("0", "events"))["error"]["code"] == "subscription_exists"
        assert (await one.subscribe("x", "events"))["error"]["code"] == "too_many_subscriptions"
        await one.send(op="unsubscribe", id="0")
        assert (await one.subscribe("x", "events"))["op"] == "subscribed"


@pytest.mark.asyncio
async def test_unsubscribed_topic_is_silent(running: RunningServer, logs: Logs) -> None:
    async with tab(running) as one:
        await one.subscribe("l", "log/wl_1")
        await one.send(op="unsubscribe", id="l")
        await one.send(op="ping")
        assert await one.get() == {"op": "pong"}
        logs.write(b"news\n")
        await one.send(op="ping")
        assert await one.get() == {"op": "pong"}


@pytest.mark.asyncio
async def test_slow_client_stops_nobody_and_resumes(running: RunningServer, logs: Logs) -> None:
    async with tab(running) as slow, tab(running) as quick:
        await slow.subscribe("l", "log/wl_1")
        await quick.subscribe("l", "log/wl_1")
        expected = ""
        for number in range(100):
            line = f"{number:04d}" + "x" * 100_000 + "\n"
            expected += line
            logs.write(line.encode())
        assert await quick.text(until=len(expected)) == expected
        assert await slow.text(until=len(expected)) == expected


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Authorization": "Bearer wrong"}, 401), ({"Authorization": ""}, 401)],
)
async def test_nobody_connects_without_a_token(running: RunningServer, headers: dict[str, str], status: int) -> None:
    with pytest.raises(HTTPClientError) as caught:
        async with tab(running, **headers):
            pass
    assert caught.value.code == status


@pytest.mark.asyncio
async def test_stopping_server_says_good_bye(running: RunningServer) -> None:
    async with tab(running) as one:
        await one.subscribe("e", "events")
        hub = running.app.settings["stream_hub"]
        asyncio.run_coroutine_threadsafe(hub.close(), running.loop)
        assert await one.get() is None
        assert one.socket.close_code == 1001


def test_event_stream_of_the_command_line(running: RunningServer, logs: Logs) -> None:
    logs.write(b"one\n")
    logs.write(b"two\n", ended=True)
    with running.client("token-alice") as client:
        response = client.get("/events/stream", params={"topic": "log/wl_1", "after": 4})
        assert response.headers["Content-Type"].startswith("text/event-stream")
        lines = response.text.splitlines()
        assert "id: 8" in lines
        data = next(line for line in lines if line.startswith("data: [{"))
        assert json.loads(data[6:])[0]["text"] == "two\n"
        resumed = client.get("/events/stream", params={"topic": "log/wl_1"}, headers={"Last-Event-ID": "4"})
        assert '"two\\n"' in resumed.text
    with running.client("token-bob") as client:
        refused: httpx.Response = client.get("/events/stream", params={"topic": "log/wl_1"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.asyncio
async def test_client_that_takes_nothing_is_closed_with_its_code(
    monkeypatch: pytest.MonkeyPatch, alice: Principal
) -> None:
    monkeypatch.setattr(hub_module, "SLOW_SECONDS", 0.05)
    closed: list[tuple[int, str]] = []

    async def never(message: str) -> None:
        await asyncio.Event().wait()

    connection = hub_module.Connection(alice, never, lambda code, reason: closed.append((code, reason)))
    connection.push("{}")
    async with asyncio.timeout(LIMIT):
        while not closed:
            await asyncio.sleep(0.01)
            connection.check()
    assert closed == [(4408, "too slow")]


@pytest.mark.asyncio
async def test_stream_of_somebody_who_lost_his_access_is_closed(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "RECHECK_SECONDS", 0.05)
    async with tab(running) as one:
        await one.subscribe("e", "events")
        running.app.settings["authenticators"][0].principals.clear()
        assert await one.get() is None
        assert one.socket.close_code == 4401
