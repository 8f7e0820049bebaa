"""Who asks: tokens of ours, tokens of the hub, cookies of the pages, the local user."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aispace.clock import Clock
from aispace.errors import Unauthenticated
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.users.schemas import UserCreate, UserUpdate
from aispace_server.auth import (
    AccessTokenAuthenticator,
    HubIdentity,
    HubTokenAuthenticator,
    LocalAuthenticator,
)
from aispace_server.routes import collect
from server.fake_hub import FakeHub
from server_thread import RunningServer

PASSWORD = "Long-enough-1"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    made = FakeHub()
    yield made
    made.close()


class MovedClock(Clock):
    """A clock that the test moves."""

    ahead = timedelta()

    def now(self) -> Any:
        return super().now() + self.ahead


@pytest.fixture
def carol(platform: Platform) -> Principal:
    made = platform.users.create(SYSTEM, UserCreate(name="carol", password=PASSWORD))
    return platform.users.principal(made.id)


@pytest.fixture
def running(platform: Platform, hub: FakeHub) -> Iterator[RunningServer]:
    server = RunningServer(platform, [], routes=collect(("me", "tokens")))
    identity = HubIdentity(hub.url, cache_seconds=10)
    server.authenticators += [
        AccessTokenAuthenticator(platform, server.executor),
        HubTokenAuthenticator(platform, server.executor, identity),
    ]
    with server:
        yield server


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def make_token(running: RunningServer, hub: FakeHub, body: dict[str, Any]) -> httpx.Response:
    hub.add("hub-carol", "carol", "custom:aispace:read", "custom:aispace:write")
    with running.client("hub-carol") as client:
        return client.post("/tokens", json=body)


def test_access_token_is_shown_once_and_works(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    made = make_token(running, hub, {"name": "laptop", "scope": "write"})
    assert made.status_code == 201
    token = made.json()["token"]
    assert token.startswith("aisp_")
    with running.client(token) as client:
        me = client.get("/me").json()
        assert (me["id"], me["name"], me["token_scopes"]) == (carol.user_id, "carol", ["write"])
        listed = client.get("/tokens").json()
    assert listed["page"]["total"] == 1
    assert token not in json.dumps(listed)
    assert listed["items"][0]["last_used_at"] is not None


def test_secret_of_a_token_is_not_in_the_database(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    token = make_token(running, hub, {"name": "a"}).json()["token"]
    running.platform.db.engine.dispose()
    with running.platform.db.read() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM aispace_tokens").all()
        events = session.connection().exec_driver_sql("SELECT * FROM aispace_events").all()
    assert token[9:] not in repr(rows) + repr(events)


def test_read_token_may_not_write_nor_make_wider_tokens(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    token = make_token(running, hub, {"name": "r", "scope": "read"}).json()["token"]
    with running.client(token) as client:
        assert client.get("/tokens").status_code == 200
        assert code_of(client.post("/tokens", json={"name": "more"})) == (403, "scope_too_narrow")
        assert code_of(client.patch("/me", json={"theme": "dark"})) == (403, "scope_too_narrow")
    assert code_of(make_token(running, hub, {"name": "w", "scope": "admin"})) == (403, "scope_too_narrow")


def test_expired_and_deleted_tokens_are_refused(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    clock = MovedClock()
    running.platform.clock = clock
    expires = (clock.now() + timedelta(hours=1)).isoformat()
    made = make_token(running, hub, {"name": "t", "expires_at": expires}).json()
    with running.client(made["token"]) as client:
        assert client.get("/me").status_code == 200
        clock.ahead = timedelta(hours=2)
        assert code_of(client.get("/me")) == (401, "unauthenticated")
        clock.ahead = timedelta()
        assert client.delete(f"/tokens/{made['id']}").status_code == 204
        assert code_of(client.get("/me")) == (401, "unauthenticated")
    past = make_token(running, hub, {"name": "p", "expires_at": "2020-01-01T00:00:00Z"})
    assert code_of(past) == (422, "invalid")


def test_token_of_another_user_cannot_be_deleted(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    made = make_token(running, hub, {"name": "t"}).json()
    running.platform.users.create(SYSTEM, UserCreate(name="dave", password=PASSWORD))
    hub.add("hub-dave", "dave", "custom:aispace:write")
    with running.client("hub-dave") as client:
        assert code_of(client.delete(f"/tokens/{made['id']}")) == (404, "not_found")
        assert client.get("/tokens").json()["items"] == []


def test_disabled_user_is_refused_at_once(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    token = make_token(running, hub, {"name": "t"}).json()["token"]
    with running.client(token) as ours, running.client("hub-carol") as theirs:
        assert (ours.get("/me").status_code, theirs.get("/me").status_code) == (200, 200)
        running.platform.users.update(SYSTEM, carol.user_id, UserUpdate(enabled=False))
        assert (ours.get("/me").status_code, theirs.get("/me").status_code) == (403, 403)


def test_hub_is_asked_once_in_ten_seconds(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    hub.add("hub-carol", "carol", "custom:aispace:read")
    with running.client("hub-carol") as client:
        for _ in range(5):
            assert client.get("/me").json()["token_scopes"] == ["read"]
    assert hub.asked == 1


def test_many_requests_at_once_are_one_question_to_the_hub(hub: FakeHub) -> None:
    hub.add("t", "carol", "custom:aispace:read")
    identity = HubIdentity(hub.url)

    async def ask() -> list[Any]:
        return await asyncio.gather(*(identity.user("t") for _ in range(20)))

    users = asyncio.run(ask())
    assert {user.name for user in users} == {"carol"}
    assert hub.asked == 1


@pytest.mark.parametrize(
    ("kind", "scopes", "status"),
    [
        ("user", ("read:users",), 401),
        ("service", ("custom:aispace:read",), 401),
        ("user", ("access:services!service=other",), 401),
        ("user", ("access:services!service=aispace",), 200),
        ("user", ("custom:aispace:read",), 200),
    ],
)
def test_hub_token_needs_access_to_this_service(
    running: RunningServer, hub: FakeHub, carol: Principal, kind: str, scopes: tuple[str, ...], status: int
) -> None:
    hub.add("t", "carol", *scopes, kind=kind)
    with running.client("t") as client:
        assert client.get("/me").status_code == status


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (("access:servers!server=carol/",), 200),
        (("access:servers!server=mallory/",), 403),
        (("access:servers!user=mallory",), 403),
        (("access:servers!user=carol", "access:servers!server=bob/shared"), 200),
        (("access:servers",), 200),
    ],
)
def test_server_of_another_cannot_act_as_its_visitor(
    running: RunningServer, hub: FakeHub, carol: Principal, scopes: tuple[str, ...], status: int
) -> None:
    hub.add("t", "carol", "custom:aispace:admin", *scopes)
    with running.client("t") as client:
        answer = client.get("/me")
        assert answer.status_code == status
        if status == 403:
            assert code_of(answer) == (403, "visiting")


def test_unknown_hub_token_and_unknown_user_are_401(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    hub.add("stranger", "nobody", "custom:aispace:read")
    for token in ("unknown", "stranger"):
        with running.client(token) as client:
            assert code_of(client.get("/me")) == (401, "unauthenticated")


def test_hub_that_is_away_is_503(running: RunningServer, hub: FakeHub, carol: Principal) -> None:
    hub.close()
    with running.client("t") as client:
        assert code_of(client.get("/me")) == (503, "hub_away")


def test_whoever_reaches_the_socket_is_the_local_administrator(platform: Platform) -> None:
    server = RunningServer(platform, [], routes=collect(("me", "tokens")))
    server.authenticators.append(LocalAuthenticator(platform, server.executor))
    with server, server.client(None) as client:
        assert client.get("/me").json()["role"] == "administrator"


def test_unknown_token_is_no_principal(platform: Platform) -> None:
    with pytest.raises(Unauthenticated):
        platform.tokens.principal("aisp_unknown")


def test_internal_listener_wants_its_secret(running: RunningServer) -> None:
    with running.internal_client("wrong") as client:
        assert client.post("/internal/user_state", json={"name": "carol"}).status_code == 401
    with running.client(None) as client:
        assert client.post(f"http://127.0.0.1:{running.port}/internal/user_state", json={}).status_code == 404
