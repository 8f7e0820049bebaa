"""Every route there is: described, authenticated, and closed to those who may not see what it shows."""

from __future__ import annotations

import importlib
import pkgutil

import httpx
import pytest
from aispace_server import handlers
from aispace_server.handlers.base import AISpaceHandler
from aispace_server.handlers.stream import StreamHandler
from aispace_server.openapi import VERBS, described
from aispace_server.routes import DOMAINS, Route, collect, collect_internal
from server_thread import RunningServer

PUBLIC = {("get", "/version"), ("get", "/openapi.json"), ("options", "/uploads")}
"""The only operations without authentication below ``/api/v1``."""
OWN = ("/me", "/overview", "/search", "/lineage/{object}")
"""Operations about the caller himself, or about many kinds at once: they need a scope, the services ask the rest."""
ASKING = {"/services/{id}/predict", "/training-jobs/estimate"}
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
    found = {
        name
        for _, name, _ in pkgutil.iter_modules(handlers.__path__)
        if hasattr(importlib.import_module(f"aispace_server.handlers.{name}"), "ROUTES") and name != "health"
    }
    assert found == set(DOMAINS)


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
