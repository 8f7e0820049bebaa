"""REST of accounts, and the internal listener's questions about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from server_thread import INTERNAL_TOKEN, KnownTokens, RunningServer

PASSWORD = "Correct-horse 7"
Api = Callable[[str], httpx.Client]


@pytest.fixture
def boss(platform: Platform) -> Principal:
    platform.users.create(SYSTEM, UserCreate(name="boss", role="administrator", password=PASSWORD))
    return platform.users.principal_by_name("boss")


@pytest.fixture
def rest(platform: Platform, boss: Principal, alice: Principal) -> Iterator[Api]:
    """Give clients of the administrator ``boss``, who has an account, and of others."""
    with RunningServer(platform, [KnownTokens([boss, alice])]) as server:
        yield lambda name: server.client(f"token-{name}")


@pytest.fixture
def internal(server: RunningServer) -> Iterator[Callable[..., httpx.Response]]:
    with httpx.Client(base_url=f"http://127.0.0.1:{server.internal_port}/internal") as client:

        def call(operation: str, body: Any, token: str = INTERNAL_TOKEN) -> httpx.Response:
            return client.post(f"/{operation}", json=body, headers={"Authorization": f"Bearer {token}"})

        yield call


def error(response: httpx.Response) -> dict[str, Any]:
    return dict(response.json()["error"])


def test_account_lives_from_creation_to_deletion(rest: Api) -> None:
    boss = rest("boss")
    created = boss.post("/users", json={"name": "carl", "display_name": "Carl 卡尔"})
    assert created.status_code == 201
    assert created.headers["Location"].endswith(f"users/{created.json()['id']}")
    assert created.json()["password"]
    path = f"/users/{created.json()['id']}"
    read = boss.get(path)
    assert "password" not in read.json()
    assert read.json()["display_name"] == "Carl 卡尔"
    assert boss.patch(path, json={"role": "administrator"}).status_code == 428
    changed = boss.patch(path, json={"role": "administrator"}, headers={"If-Match": read.headers["ETag"]})
    assert changed.json()["role"] == "administrator"
    stale = boss.patch(path, json={"enabled": False}, headers={"If-Match": read.headers["ETag"]})
    assert stale.status_code == 412
    assert error(stale)["details"]["params"]["current"]["role"] == "administrator"
    fresh = boss.post(f"{path}/reset-password").json()["password"]
    assert fresh != created.json()["password"]
    etag = boss.get(path).headers["ETag"]
    assert boss.delete(path, headers={"If-Match": etag}).status_code == 204
    assert boss.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "Ä"}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"name": 7}, "name"),
        ({"name": "carl", "role": "root"}, "role"),
        ({"name": "carl", "password": "short"}, "password"),
        ({"name": "carl", "password": "x" * 2000}, "password"),
        ({"name": "carl", "password": "Carl-is-7-feet"}, "password"),
        ({"name": "carl", "uid": 0}, "uid"),
    ],
)
def test_bad_account_names_the_field(rest: Api, body: dict[str, Any], field: str) -> None:
    refused = rest("boss").post("/users", json=body)
    assert refused.status_code == 422
    assert [f["field"] for f in error(refused)["details"]["fields"]] == [field]
    assert rest("boss").get("/users").json()["page"]["total"] == 1


def test_taken_name_is_a_conflict(rest: Api) -> None:
    refused = rest("boss").post("/users", json={"name": "boss"})
    assert (refused.status_code, error(refused)["code"]) == (409, "name_taken")


def test_list_is_paged_on_the_server(rest: Api) -> None:
    boss = rest("boss")
    for number in range(7):
        assert boss.post("/users", json={"name": f"user{number}"}).status_code == 201
    page = boss.get("/users?limit=3&offset=3&sort=-name&role=user").json()
    assert [user["name"] for user in page["items"]] == ["user3", "user2", "user1"]
    assert page["page"] == {"limit": 3, "offset": 3, "total": 7, "next": 6}
    assert boss.get("/users?enabled=false").json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/users/usr_1"),
        ("PATCH", "/users/usr_1"),
        ("DELETE", "/users/usr_1"),
        ("POST", "/users/usr_1/reset-password"),
    ],
)
def test_ordinary_users_are_refused_on_every_route(rest: Api, method: str, path: str) -> None:
    refused = rest("alice").request(method, path, json={}, headers={"If-Match": '"1"'})
    assert refused.status_code == 403


def test_own_password_is_changed_with_the_old_one(rest: Api, platform: Platform) -> None:
    boss = rest("boss")
    wrong = boss.post("/me/password", json={"old": "no", "new": "Another-horse 8"})
    assert (wrong.status_code, error(wrong)["details"]["fields"][0]["field"]) == (422, "old")
    weak = boss.post("/me/password", json={"old": PASSWORD, "new": "Password-1"})
    assert error(weak)["details"]["fields"][0]["field"] == "new"
    assert boss.post("/me/password", json={"old": PASSWORD, "new": "Another-horse 8"}).status_code == 204
    assert platform.users.verify_login("boss", "Another-horse 8").name == "boss"


def test_internal_listener_wants_its_secret(internal: Callable[..., httpx.Response]) -> None:
    for token in ("none", "wrong", INTERNAL_TOKEN + "x"):
        refused = internal("verify_login", {"name": "boss", "password": PASSWORD}, token)
        assert refused.status_code == 401


def test_internal_routes_are_not_on_the_main_listener(server: RunningServer) -> None:
    for prefix in ("", "/services/aispace", "/aispace", "/services/aispace/api/v1"):
        url = f"http://127.0.0.1:{server.port}{prefix}/internal/verify_login"
        answer = httpx.post(url, json={}, headers={"Authorization": f"Bearer {INTERNAL_TOKEN}"})
        assert answer.status_code == 404


def test_login_is_verified_for_the_hub(boss: Principal, internal: Callable[..., httpx.Response]) -> None:
    right = internal("verify_login", {"name": "boss", "password": PASSWORD, "source": "10.0.0.7"})
    assert (right.status_code, right.json()["role"]) == (200, "administrator")
    for _ in range(3):
        wrong = internal("verify_login", {"name": "boss", "password": "no", "source": "10.0.0.7"})
        assert wrong.status_code == 401
    locked = internal("verify_login", {"name": "boss", "password": PASSWORD, "source": "10.0.0.7"})
    assert (locked.status_code, error(locked)["code"]) == (429, "locked_out")
    assert internal("user_state", {"name": "boss"}).json()["enabled"] is True
    assert internal("user_state", {"name": "nobody"}).status_code == 404


def test_first_administrator_is_made_through_the_internal_listener_once(
    platform: Platform, internal: Callable[..., httpx.Response]
) -> None:
    body = {"name": "admin", "password": "Correct-horse 1"}
    assert internal("first_administrator", body).json() == {"created": True}
    assert internal("first_administrator", body).json() == {"created": False}
    assert platform.users.verify_login("admin", "Correct-horse 1").role == "administrator"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("verify_login", {}),
        ("verify_login", {"name": "x", "password": "y", "more": 1}),
        ("verify_login", {"name": "x" * 2000, "password": "y"}),
        ("spawn_form", {"user": "boss", "server_name": "Not A Name"}),
        ("admit_notebook", {"user": "boss", "command": []}),
        ("admit_notebook", {"user": "boss", "command": ["x"], "options": {"image": "y"}}),
        ("notebook_state", {"workload_id": "../../etc"}),
        ("release", {"workload_id": 7}),
    ],
)
def test_bad_internal_bodies_are_refused(
    internal: Callable[..., httpx.Response], operation: str, body: dict[str, Any]
) -> None:
    assert internal(operation, body).status_code == 422


def test_unknown_and_disabled_users_get_no_server(
    platform: Platform, boss: Principal, internal: Callable[..., httpx.Response]
) -> None:
    made = platform.users.create(SYSTEM, UserCreate(name="carl"))
    from aispace.users.schemas import UserUpdate

    platform.users.update(SYSTEM, made.id, UserUpdate(enabled=False))
    for name, status in (("nobody", 401), ("carl", 403)):
        assert internal("spawn_form", {"user": name}).status_code == status
        assert internal("admit_notebook", {"user": name, "command": ["true"]}).status_code == status
