"""Services from end to end: REST, the gateway as its own process, real model servers."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from aispace.platform import Platform
from aispace.tokens.schemas import TokenCreate
from gateway_installation import SETOSA, Installation, auth, create, running, token_of
from models_for_tests import DIGITS, IRIS, make
from server_thread import RunningServer
from serving_setup import until


@pytest.fixture(scope="module")
def iris(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(runtime_python, IRIS, tmp_path_factory.mktemp("models") / "iris")


@pytest.fixture(scope="module")
def digits(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(runtime_python, DIGITS, tmp_path_factory.mktemp("models") / "digits")


@pytest.fixture
def installation(platform: Platform, runtime_python: Path) -> Iterator[Installation]:
    with running(platform, runtime_python) as made:
        yield made


@pytest.mark.capability("MA2-61")
def test_calls_with_tokens_of_the_service_and_of_users(installation: Installation, iris: Path) -> None:
    service = create(installation, installation.model(iris, "iris"))
    assert service["endpoint"] == f"http://127.0.0.1:{installation.gateway_port}/s/{service['slug']}"
    made = token_of(installation, service, expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    path = f"/s/{service['slug']}{service['signature']['infer_path']}"
    call = installation.http.post

    def status(token: str | None) -> int:
        return call(path, json=SETOSA, headers=auth(token) if token else {}).status_code

    until(lambda: status(made["token"]) == 200, 5)
    assert call(path, json=SETOSA, headers=auth(made["token"])).json()["outputs"][0]["data"] == [0]
    assert status(None) == 401
    tokens = installation.platform.tokens
    alice = tokens.create(installation.alice, TokenCreate(name="a", scope="read")).token
    bob = tokens.create(installation.bob, TokenCreate(name="b", scope="read")).token
    assert (status(alice), status(bob), status("aisp_nonsense")) == (200, 404, 401)

    with installation.client(installation.alice) as client:
        public = {"visibility": "public"}
        etag = client.get(f"/services/{service['id']}").headers["etag"]
        assert client.patch(f"/services/{service['id']}", json=public).status_code == 428
        assert client.patch(f"/services/{service['id']}", json=public, headers={"If-Match": etag}).status_code == 200
        until(lambda: status(bob) == 200, 5)
        assert client.delete(f"/services/{service['id']}/tokens/{made['id']}").status_code == 204
        until(lambda: status(made["token"]) == 401, 3)
        listed = client.get(f"/services/{service['id']}/tokens").json()
        assert listed == {"items": []}


def test_an_edit_under_load_fails_no_request_and_every_call_is_counted(installation: Installation, iris: Path) -> None:
    model = installation.model(iris, "iris")
    service = create(installation, model)
    secret = token_of(installation, service)["token"]
    path = f"/s/{service['slug']}/v2/models/iris/infer"
    until(lambda: installation.http.post(path, json=SETOSA, headers=auth(secret)).status_code == 200, 5)
    outcomes: Counter[Any] = Counter({(200, "1"): 1})
    lock, stop = threading.Lock(), threading.Event()

    def load() -> None:
        with httpx.Client(base_url=str(installation.http.base_url), trust_env=False, timeout=30) as client:
            while not stop.is_set():
                try:
                    answer = client.post(path, json=SETOSA, headers=auth(secret))
                    outcome: Any = (answer.status_code, answer.headers.get("x-aispace-deployment"))
                except httpx.HTTPError as error:
                    outcome = repr(error)
                with lock:
                    outcomes[outcome] += 1

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        with installation.client(installation.alice) as client:
            for number in (2, 3):
                etag = client.get(f"/services/{service['id']}").headers["etag"]
                change = {"environment": {"EDIT": str(number)}, "note": f"edit {number}"}
                answer = client.patch(f"/services/{service['id']}", json=change, headers={"If-Match": etag})
                assert answer.status_code == 200, answer.text
                installation.wait(service["id"], "serving", number)
                until(lambda: outcomes[200, str(number)] > 200, 30, lambda: outcomes)  # noqa: B023
                deployments = f"/services/{service['id']}/deployments"
                until(lambda: client.get(deployments).json()["items"][1]["status"] == "stopped", 30)  # noqa: B023
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {key for key in outcomes if not isinstance(key, tuple) or key[0] != 200} == set(), outcomes
    assert {key[1] for key in outcomes} == {"1", "2", "3"}
    book = installation.platform.serving.book
    sent = sum(outcomes.values())
    counted = [0]

    def all_counted() -> bool:
        counted[0] = book.summaries([service["id"]])[service["id"]].total
        return counted[0] >= sent

    until(all_counted, 10, lambda: (counted, sent))
    time.sleep(1.2)
    all_counted()
    # The first calls, before the token was known everywhere, were refused and are no calls.
    assert counted[0] == sent


def test_a_dead_process_answers_503_with_retry_after_until_it_is_back(installation: Installation, iris: Path) -> None:
    service = create(installation, installation.model(iris, "iris"))
    secret = token_of(installation, service)["token"]
    path = f"/s/{service['slug']}/v2/models/iris/infer"

    def call() -> httpx.Response:
        return installation.http.post(path, json=SETOSA, headers=auth(secret))

    until(lambda: call().status_code == 200, 5)
    routes = installation.platform.serving.routing.routes().routes
    port = int(routes[0]["deployments"][0]["targets"][0]["address"].rpartition(":")[2])
    victim = next(c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port)
    os.kill(victim, signal.SIGKILL)
    seen = []

    def back() -> bool:
        seen.append(call())
        return len(seen) > 1 and seen[-1].status_code == 200 and any(a.status_code == 503 for a in seen)

    until(back, 30)
    assert {answer.status_code for answer in seen} <= {200, 503}
    for answer in seen:
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
            assert "error" in answer.json()


def test_the_gateway_serves_while_serve_is_away_and_after_its_own_restart(
    platform: Platform, runtime_python: Path, iris: Path
) -> None:
    installation = Installation(platform, runtime_python)
    platform.start()
    with installation.server:
        installation.start_gateway()
        service = create(installation, installation.model(iris, "iris"))
        secret = token_of(installation, service)["token"]
        pat = platform.tokens.create(installation.alice, TokenCreate(name="a", scope="read")).token
        path = f"/s/{service['slug']}/v2/models/iris/infer"
        until(lambda: installation.http.post(path, json=SETOSA, headers=auth(secret)).status_code == 200, 5)
        snapshot = platform.path / "run" / "gateway-routes.json"
        # Routes are in force before they are kept: those of now, not earlier ones, have to lie there.
        revision = installation.http.get("/readyz").json()["revision"]
        until(lambda: snapshot.exists() and json.loads(snapshot.read_text())["revision"] == revision, 5)
    platform.serving.close()
    call = installation.http.post
    assert call(path, json=SETOSA, headers=auth(secret)).status_code == 200
    installation.kill_gateway()
    installation.start_gateway()
    assert installation.http.get("/readyz").json()["serve_connected"] is False
    assert installation.http.post(path, json=SETOSA, headers=auth(secret)).status_code == 200
    away = installation.http.post(path, json=SETOSA, headers=auth(pat))
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")
    assert installation.http.post(path, json=SETOSA, headers=auth("ais_svc_x")).status_code == 503
    installation.kill_gateway(signal.SIGTERM)
    platform.workloads.stop(
        installation.alice, platform.serving.get(installation.alice, service["id"]).workload_id or ""
    )
    until(lambda: not platform.workloads.active_of(service["id"]))


@pytest.mark.capability("AS3-25", "MA2-56")
def test_a_try_with_an_image_and_with_json(installation: Installation, digits: Path) -> None:
    service = create(installation, installation.model(digits, "digits"), name="digits-api")
    assert service["signature"]["accepts_images"] is True
    path = f"/services/{service['id']}/predict"
    with installation.client(installation.alice) as client:

        def send(content: bytes, media: str) -> dict[str, Any]:
            answer = client.post(path, content=content, headers={"Content-Type": media})
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        until(lambda: send(b"{}", "application/json")["status"] != 404, 5)
        for file, media in (("00_0.png", "image/png"), ("00_0.bmp", "image/bmp"), ("00_0.jpg", "image/jpeg")):
            tried = send((digits / file).read_bytes(), media)
            assert (tried["status"], tried["deployment"]) == (200, 1)
            assert tried["milliseconds"] > 0
            assert tried["outputs"]["predictions"][0]["label"] == "0"
        row = [0.0] * 64
        text = base64.b64encode((digits / "01_1.png").read_bytes()).decode()
        assert (
            send(json.dumps({"images": [text]}).encode(), "application/json")["outputs"]["predictions"][0]["label"]
            == "1"
        )
        assert (
            len(send(json.dumps({"instances": [row, row]}).encode(), "application/json")["outputs"]["predictions"]) == 2
        )
        tensor = {"inputs": [{"name": "X", "shape": [1, 64], "datatype": "FP32", "data": row}]}
        assert send(json.dumps(tensor).encode(), "application/json")["outputs"]["model_name"] == "digits"
        assert send(b"no image", "image/png")["status"] == 415
        assert client.post(path, content=b"x", headers={"Content-Type": "text/html"}).status_code == 415
        too_large = client.post(path, content=b"x" * 10_500_000, headers={"Content-Type": "image/png"})
        assert too_large.status_code == 413
        assert client.get(f"/services/{service['id']}/calls?window=15m").json()["window"] == "15m"
        until(lambda: client.get(f"/services/{service['id']}/calls?window=15m").json()["total"] >= 8, 5)
        assert "ready after" in client.get(f"/services/{service['id']}/log").json()["text"]
    with installation.client(installation.bob) as client:
        assert client.post(path, content=b"{}", headers={"Content-Type": "application/json"}).status_code == 404
        assert client.get(f"/services/{service['id']}/log").status_code == 404


def test_the_rest_of_a_services_life(installation: Installation, iris: Path) -> None:
    service = create(installation, installation.model(iris, "iris"), description="one")
    with installation.client(installation.alice) as client:
        path = f"/services/{service['id']}"
        assert client.get("/services?q=iris&scope=mine&sort=name").json()["page"]["total"] == 1
        assert client.get("/services?status=nonsense").status_code == 422
        etag = client.get(path).headers["etag"]
        assert client.delete(path, headers={"If-Match": etag}).status_code == 409
        bad = client.patch(path, json={"name": "x" * 33}, headers={"If-Match": etag})
        assert bad.status_code == 422
        assert bad.json()["error"]["details"]["fields"][0]["field"] == "name"
        assert client.post(f"{path}/deployments/x/rollback", json={}).status_code == 404
        assert client.post(f"{path}/start").status_code == 409
        assert client.post(f"{path}/stop").json()["target"] == "stopped"
        installation.wait(service["id"], "stopped")
        tried = client.post(f"{path}/predict", json=SETOSA)
        assert (tried.status_code, tried.json()["error"]["code"]) == (409, "not_serving")
        assert client.post(f"{path}/start").json()["target"] == "serving"
        installation.wait(service["id"], "serving")
        back = client.post(f"{path}/deployments/1/rollback", json={"note": "again"})
        assert back.status_code == 409
        client.post(f"{path}/stop")
        installation.wait(service["id"], "stopped")
        back = client.post(f"{path}/deployments/1/rollback", json={"note": "again"})
        assert back.status_code == 201
        again = installation.wait(service["id"], "serving")
        assert (again["deployment"], again["slug"]) == (2, service["slug"])
        client.post(f"{path}/stop")
        installation.wait(service["id"], "stopped")
        assert client.delete(path, headers={"If-Match": "*"}).status_code == 204
        assert client.get(path).status_code == 404


def test_the_internal_routes_need_the_secret(server: RunningServer) -> None:
    report = {"gateway": "g", "revision": None, "sequence": 1, "calls": [], "in_flight": []}
    with server.internal_client("wrong") as client:
        assert client.get("/internal/gateway/routes?gateway=g&address=a&wait=0").status_code == 401
        assert client.post("/internal/gateway/verify_token", json={"token": "x"}).status_code == 401
        assert client.post("/internal/gateway/calls", json=report).status_code == 401
    with server.internal_client() as client:
        first = client.get("/internal/gateway/routes?gateway=g&address=a&wait=0").json()
        assert first["routes"] == []
        begin = time.monotonic()
        after = f"/internal/gateway/routes?gateway=g&address=a&wait=0.3&after={first['revision']}"
        assert client.get(after).json() == first
        assert time.monotonic() - begin >= 0.3
        assert client.post("/internal/gateway/verify_token", json={"token": "x"}).json() == {"verdict": "invalid"}
        assert client.post("/internal/gateway/calls", json=report).status_code == 204
        assert client.post("/internal/gateway/calls", json=report | {"sequence": 0}).status_code == 422
