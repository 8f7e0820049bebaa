"""Every route there is: described, authenticated, and closed to those who may not see what it shows."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from aispace_server import handlers
from aispace_server.handlers.base import AISpaceHandler
from aispace_server.handlers.operation import Operation
from aispace_server.handlers.stream import StreamHandler
from aispace_server.openapi import VERBS, described
from aispace_server.routes import DOMAINS, Route, collect, collect_internal
from seeds import Seeds, plant
from server_thread import KnownTokens, RunningServer

PUBLIC = {("get", "/version"), ("get", "/openapi.json"), ("options", "/uploads")}
"""The only operations without authentication below ``/api/v1``."""
OWN = ("/me", "/overview", "/search", "/lineage/{object}")
"""Operations about the caller himself, or about many kinds at once: they need a scope, the services ask the rest."""
ASKING = {
    "/services/{id}/predict",
    "/training-jobs/estimate",
    "/datasets/{id}/versions/{version}/export/inspect",
}
"""``POST`` that changes nothing."""

TABLE = collect()
OPERATIONS = [(route, verb, one) for route in TABLE for verb, one in described(route)]
NAMES = [f"{verb.upper()} {route.path}" for route, verb, _ in OPERATIONS]


def address(route: Route, value: str = "x_unknown") -> str:
    path = route.path
    for part in route.parts:
        path = path.replace(f"{{{part}}}", value)
    return path


def test_every_module_with_routes_is_in_the_table() -> None:
    table = {(route.path, route.handler) for route in TABLE}
    for _, name, _ in pkgutil.iter_modules(handlers.__path__):
        module = importlib.import_module(f"aispace_server.handlers.{name}")
        if name != "health":
            assert set(getattr(module, "ROUTES", ())) <= table, name
    for name in DOMAINS:
        assert importlib.import_module(f"aispace_server.handlers.{name}").ROUTES


def test_paths_are_unique() -> None:
    paths = [route.path for route in TABLE]
    assert sorted(paths) == sorted(set(paths))


def test_every_method_is_described() -> None:
    missing = [
        f"{verb.upper()} {route.path}"
        for route in [*TABLE, *collect_internal()]
        for verb in VERBS
        if route.handler is not StreamHandler
        and verb in {name for cls in route.handler.__mro__ if cls is not AISpaceHandler for name in vars(cls)}
        and getattr(AISpaceHandler, verb) is not getattr(route.handler, verb)
        and verb not in dict(described(route))
    ]
    assert missing == []


@pytest.mark.parametrize(("route", "verb", "one"), OPERATIONS, ids=NAMES)
def test_operation_says_who_may_call_it(route: Route, verb: str, one: object) -> None:
    found = dict(described(route))[verb]
    if (verb, route.path) in PUBLIC:
        assert found.access == "public"
    else:
        assert found.access == "user"
        assert found.permission is not None or route.path.startswith(OWN), "name the resource"
    if verb in ("post", "put", "patch", "delete") and route.path not in ASKING:
        assert found.action in ("write", "admin")


def test_internal_routes_are_internal() -> None:
    for route in collect_internal():
        assert route.path.startswith("/internal/")
        for _, one in described(route):
            assert one.access == "internal"


def test_nothing_answers_without_a_token(server: RunningServer) -> None:
    with server.client(None) as nobody, server.client("token-wrong") as stranger:
        for route, verb, one in OPERATIONS:
            if one.access == "public":
                continue
            for client in (nobody, stranger):
                answer: httpx.Response = client.request(verb.upper(), address(route))
                assert answer.status_code == 401, f"{verb} {route.path}: {answer.status_code} {answer.text}"
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "x",
        }
        assert nobody.get("/stream", headers=upgrade).status_code == 401


def test_internal_listener_answers_nobody_without_its_secret(server: RunningServer) -> None:
    with server.internal_client("wrong") as client:
        for route in collect_internal():
            for verb, _ in described(route):
                assert client.request(verb.upper(), address(route)).status_code == 401


@pytest.fixture(scope="module")
def inhabited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Seeds]]:
    """One object of every kind, all of them alice's and private."""
    platform = Platform(home=str(tmp_path_factory.mktemp("walk")))
    platform.db.upgrade()
    people = [
        platform.users.principal(platform.users.create(SYSTEM, UserCreate(name=name, password="Long-enough-1")).id)
        for name in ("alice", "bob")
    ]
    with RunningServer(platform, [KnownTokens(people)]) as running, running.client("token-alice") as alice:
        yield running, plant(alice, platform)
    platform.close()


SHARED = {"specs"}
"""Collections that everybody may read."""
AREA = {"kind": "area", "path": "photos"}
TUS = {"headers": {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}}
REQUESTS: dict[str, dict[str, Any]] = {
    "HEAD /uploads/{id}": TUS,
    "PATCH /uploads/{id}": TUS,
    "DELETE /uploads/{id}": TUS,
    "POST /label-groups/{id}/copy": {"json": {"name": "mine"}},
    "POST /label-groups/{id}/labels/rename": {"json": {"label": "a", "to": "b"}},
    "POST /label-groups/{id}/labels/delete": {"json": {"label": "a"}},
    "PATCH /datasets/{id}/versions/{version}": {"json": {"note": "x"}},
    "GET /datasets/{id}/versions/{version}/content": {"params": {"path": "a/0.png"}},
    "POST /datasets/{id}/versions/{version}/export/inspect": {"json": {"layout": "manifest"}},
    "POST /datasets/{id}/samples/delete": {"json": {"filter": {}}},
    "PUT /datasets/{id}/samples/{sample_id}/annotation": {"json": {"objects": [], "confirm": False}},
    "POST /datasets/{id}/annotations": {"json": {"items": [{"path": "a/0.png", "objects": [], "confirm": False}]}},
    "POST /datasets/{id}/annotations/bulk": {"json": {"filter": {}, "clear": True}},
    "POST /datasets/{id}/annotations/undo": {"json": {"undo_token": "x"}},
    "POST /datasets/{id}/split": {"json": {"train": 0.8, "validation": 0.1, "test": 0.1}},
    "POST /datasets/{id}/import": {"json": {"source": AREA}},
    "POST /datasets/{id}/import/inspect": {"json": {"source": AREA}},
    "POST /algorithms/{id}/fork": {"json": {"name": "mine"}},
    "PUT /algorithms/{id}/files": {"json": {"changes": [{"path": "train.py", "text": "evil"}]}},
    "POST /algorithms/{id}/versions": {"json": {"source": AREA}},
    "PATCH /algorithms/{id}/versions/{version}": {"json": {"note": "x"}},
    "GET /algorithms/{id}/versions/{version}/files/content": {"params": {"path": "train.py"}},
    "POST /algorithms/{id}/versions/{version}/export": {"json": {"path": "mine"}},
    "GET /training-jobs/{id}/runs/{version}/outputs/content": {"params": {"path": "x"}},
    "POST /training-jobs/{id}/runs/{version}/save-model": {"json": {"name": "mine"}},
    "POST /training-jobs/{id}/runs/{version}/save-template": {"json": {"name": "mine"}},
    "POST /models/{id}/versions": {"json": {"source": AREA}},
    "PATCH /models/{id}/versions/{version}": {"json": {"note": "x"}},
    "POST /models/{id}/versions/{version}/export": {"json": {"path": "mine"}},
    "GET /models/{id}/versions/{version}/files/content": {"params": {"path": "model.onnx"}},
    "POST /services/{id}/tokens": {"json": {"name": "mine"}},
    "PATCH /services/{id}/canary": {"json": {"share": 50}},
    "GET /batch-services/{id}/results/content": {"params": {"path": "files/one.json.json"}},
    "POST /trash/{id}/restore": {"json": {}},
    "POST /transfers/{id}/accept": {"json": {}},
    "POST /models/{id}/versions/{version}/reproductions": {"json": {}},
}
"""What an operation wants besides its path: the refusal must not come from a body that is wrong."""


@pytest.mark.parametrize(("route", "verb", "one"), OPERATIONS, ids=NAMES)
def test_another_user_gets_nothing(
    inhabited: tuple[RunningServer, Seeds], route: Route, verb: str, one: Operation
) -> None:
    running, seeds = inhabited
    if one.access == "public" or route.path == "/events/stream":
        return
    path = seeds.address(route.path)
    assert path is not None, f"plant something for {route.path}"
    name = f"{verb.upper()} {route.path}"
    given = dict(REQUESTS.get(name, {}))
    headers = {**given.pop("headers", {}), **({"If-Match": "*"} if one.if_match else {})}
    with running.client("token-bob") as bob:
        answer = bob.request(verb.upper(), path, headers=headers, **given)
    shown = [value for key, value in seeds.ids.items() if value in answer.text and key not in SHARED | {"users"}]
    if route.parts and route.path.split("/")[1] not in SHARED:
        assert answer.status_code in (403, 404), f"{name}: {answer.status_code} {answer.text[:300]}"
    else:
        assert shown == [] or answer.status_code >= 400, f"{name} shows {shown}"


RUN = "/training-jobs/{id}/runs/{version}"
NOTHING_YET = {
    "/workloads/{id}/log/download",
    f"{RUN}/log/download",
    f"{RUN}/outputs",
    f"{RUN}/outputs/content",
    f"{RUN}/outputs/download",
    f"{RUN}/evaluation",
    f"{RUN}/evaluation/samples",
    "/evaluations/{id}/samples",
    "/services/{id}/log",
    "/batch-services/{id}/results/content",
}
"""What a run that never ran does not have."""


@pytest.mark.parametrize(
    "route",
    [r for r, verb, one in OPERATIONS if verb == "get" and r.parts and one.resource != "user"],
    ids=[r.path for r, verb, one in OPERATIONS if verb == "get" and r.parts and one.resource != "user"],
)
def test_owner_reaches_what_is_his(inhabited: tuple[RunningServer, Seeds], route: Route) -> None:
    """So the refusals above are about who asks and not about what is asked for."""
    running, seeds = inhabited
    with running.client("token-alice") as alice:
        given = REQUESTS.get(f"GET {route.path}", {})
        answer = alice.get(seeds.address(route.path) or "", **given)
    assert answer.status_code == (404 if route.path in NOTHING_YET else 200), answer.text
