"""A second version beside production: real model servers behind the gateway as a process of its own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aispace.client import AISpaceClient
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.tokens.schemas import TokenCreate
from aispace_widgets import ServePanel
from gateway_installation import Installation, auth, create, running, token_of
from serving_setup import until

GOOD = """
class Service:
    def inference(self, data):
        return {"version": "good"}
"""
BETTER = GOOD.replace("good", "better")
FAILING = """
class Service:
    def __init__(self):
        self.calls = 0
    def inference(self, data):
        self.calls += 1
        if self.calls % 4 == 0:
            raise ValueError("every fourth fails")
        return {"version": "failing"}
"""
SLOW = """
import time
class Service:
    def inference(self, data):
        time.sleep(0.15)
        return {"version": "slow"}
"""


@pytest.fixture
def installation(platform: Platform, runtime_python: Path) -> Iterator[Installation]:
    with running(platform, runtime_python) as made:
        yield made


class Released:
    """A service of a script, with a token, asked over REST as its owner."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        algorithm = installation.script("answerer", inference=GOOD)
        made = create(installation, None, name="answerer", model=None, script={"algorithm_id": algorithm})
        self.id, self.path = made["id"], f"/s/{made['slug']}/predict"
        self.secret = token_of(installation, made)["token"]
        until(lambda: self.call().status_code == 200, 10)

    def call(self, token: str | None = None, **headers: str) -> httpx.Response:
        given = {"Content-Type": "application/json", **auth(token or self.secret), **headers}
        return self.installation.http.post(self.path, content=b"{}", headers=given)

    def ask(self, method: str, rest: str = "", who: Principal | None = None, **more: Any) -> httpx.Response:
        with self.installation.client(who or self.installation.alice) as client:
            return client.request(method, f"/services/{self.id}{rest}", **more)

    def read(self) -> dict[str, Any]:
        return dict(self.ask("GET").json())

    def canary(self, source: str, **more: Any) -> int:
        """Begin a canary and wait until it has its share."""
        algorithm = self.installation.script("answerer", inference=source)
        answer = self.ask("POST", "/canary", json={"script": {"algorithm_id": algorithm}, **more})
        assert answer.status_code == 201, answer.text
        number = int(answer.json()["canary"]["number"])
        until(lambda: (self.read()["canary"] or {}).get("status") == "serving", 60, self.read)
        self.installation.routed(self.id, {number})
        return number

    def deployment(self, number: int) -> dict[str, Any]:
        items = self.ask("GET", "/deployments").json()["items"]
        return next(dict(item) for item in items if item["number"] == number)

    def records(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "/records").json()["items"])


@pytest.fixture
def released(installation: Installation) -> Released:
    return Released(installation)


async def many(released: Released, count: int, connections: int = 16) -> Counter[tuple[int, str]]:
    """Call over kept connections, each call with an id of its own; count statuses and deployments."""
    port = released.installation.gateway_port
    outcomes: Counter[tuple[int, str]] = Counter()
    ids = iter(range(count))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in ids:
            writer.write(
                f"POST {released.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                f"X-Request-Id: call-{number}\r\nAuthorization: Bearer {released.secret}\r\n\r\n{{}}".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            await reader.readexactly(int(re.search(r"content-length: (\d+)", head)[1]))  # type: ignore[index]
            answered = re.search(r"x-aispace-deployment: (\d+)", head)
            outcomes[int(head.split()[1]), answered[1] if answered else ""] += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return outcomes


@pytest.mark.capability("AS3-14", "AS3-15", "MA2-51", "TD-58", "TD-60")
def test_ten_thousand_calls_divide_by_the_shares_and_shares_change_in_place(released: Released) -> None:
    assert released.ask("PATCH", "/canary", json={"share": 5}, headers={"If-Match": "*"}).status_code == 409
    number = released.canary(BETTER, share=20, note="try the better one")
    outcomes = asyncio.run(many(released, 10_000))
    expected = sum(zlib.crc32(f"call-{i}".encode()) % 100 >= 80 for i in range(10_000))
    assert outcomes == {(200, "1"): 10_000 - expected, (200, str(number)): expected}
    assert abs(expected - 2000) < 150  # what the shares promise, whatever the ids are

    shares = {d["number"]: (d["role"], d["share"]) for d in released.ask("GET", "/deployments").json()["items"]}
    assert shares == {1: ("production", 80), number: ("canary", 20)}
    third = released.ask("POST", "/canary", json={"parameters": {"x": 1}})
    assert (third.status_code, third.json()["error"]["code"]) == (409, "has_canary")
    edit = released.ask("PATCH", json={"replicas": 2}, headers={"If-Match": "*"})
    assert (edit.status_code, edit.json()["error"]["code"]) == (409, "has_canary")

    workloads = released.deployment(number)["workloads"]
    etag = released.ask("GET").headers["etag"]
    changed = released.ask("PATCH", "/canary", json={"share": 70, "note": "it does well"}, headers={"If-Match": etag})
    assert changed.json()["canary"]["share"] == 70
    stale = released.ask("PATCH", "/canary", json={"share": 71}, headers={"If-Match": etag})
    assert stale.status_code == 412
    released.installation.routed(released.id, {70})
    # Random where the caller gives no id.
    seen = Counter(released.call().json()["version"] for _ in range(300))
    assert 120 < seen["better"] < 285
    assert released.deployment(number)["workloads"] == workloads
    for bad in (-1, 101, 10.5, "10"):
        refused = released.ask("PATCH", "/canary", json={"share": bad}, headers={"If-Match": "*"})
        assert refused.status_code == 422
        assert refused.json()["error"]["details"]["fields"][0]["field"] == "share"
    record = released.records()[0]
    assert (record["action"], record["details"], record["note"], record["by"]["name"]) == (
        "share_changed",
        {"share": 70, "previous": 20},
        "it does well",
        "alice",
    )
    released.ask("POST", "/canary/withdraw", json={})


@pytest.mark.capability("TD-61")
def test_promote_and_withdraw_fail_no_request(released: Released) -> None:
    outcomes: Counter[Any] = Counter()
    lock, stop = threading.Lock(), threading.Event()

    def load() -> None:
        with httpx.Client(base_url=str(released.installation.http.base_url), trust_env=False, timeout=30) as client:
            while not stop.is_set():
                try:
                    answer = client.post(released.path, json={}, headers=auth(released.secret))
                    outcome: Any = (answer.status_code, answer.headers.get("x-aispace-deployment"))
                except httpx.HTTPError as error:
                    outcome = repr(error)
                with lock:
                    outcomes[outcome] += 1

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        first = released.canary(BETTER, share=50)
        until(lambda: outcomes[200, str(first)] > 50, 30, lambda: outcomes)
        assert released.ask("POST", "/canary/withdraw", json={"note": "not yet"}).status_code == 200
        until(lambda: released.deployment(first)["status"] == "stopped", 30)
        assert released.deployment(first)["reason"]["message"] == "alice withdrew it. not yet"
        second = released.canary(BETTER, share=10)
        until(lambda: outcomes[200, str(second)] > 20, 30, lambda: outcomes)
        promoted = released.ask("POST", "/canary/promote", json={"note": "good figures"})
        assert promoted.status_code == 200
        released.installation.wait(released.id, "serving", second)
        until(lambda: released.deployment(1)["status"] == "stopped", 30)
        before = outcomes[200, str(second)]
        until(lambda: outcomes[200, str(second)] > before + 50, 30, lambda: outcomes)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {key for key in outcomes if not isinstance(key, tuple) or key[0] != 200} == set(), outcomes
    assert released.read()["canary"] is None
    assert (released.deployment(second)["role"], released.deployment(second)["share"]) == ("production", 100)
    told = [(r["action"], r["number"], r["note"]) for r in released.records()]
    assert told[0] == ("promoted", second, "good figures")
    assert ("withdrawn", first, "not yet") in told
    # The way back is an ordinary roll-back.
    back = released.ask("POST", "/deployments/1/rollback", json={"note": "second thoughts"})
    assert back.status_code == 201
    released.installation.wait(released.id, "serving", back.json()["desired"])
    assert released.call().json()["version"] == "good"


@pytest.mark.parametrize(
    ("source", "rule", "code"),
    [
        (FAILING, {"errors_percent": 10, "minutes": 5, "min_calls": 12}, "canary_errors"),
        (SLOW, {"p99_ms": 100, "errors_percent": 50, "minutes": 5, "min_calls": 12}, "canary_slow"),
    ],
)
def test_a_canary_that_breaks_its_rule_is_taken_back_and_the_records_say_why(
    released: Released, source: str, rule: dict[str, Any], code: str
) -> None:
    number = released.canary(source, share=50, rule=rule)
    for bad in ({}, {"minutes": 5}, {"errors_percent": 101}, {"p99_ms": 5, "minutes": 0}):
        answer = released.ask("PATCH", "/canary", json={"rule": bad}, headers={"If-Match": "*"})
        assert answer.status_code == 422, bad

    def taken_back() -> bool:
        for index in range(8):
            released.call(**{"X-Request-Id": f"r{index}"})
        return released.read()["canary"] is None

    until(taken_back, 60, released.read)
    service = released.read()
    assert (service["status"], service["deployment"]) == ("serving", 1)
    assert service["reason"]["code"] == "canary_rolled_back"
    why = released.deployment(number)["reason"]
    assert why["code"] == code
    assert why["message"].startswith("Rolled back by itself: ")
    assert why["params"]["calls"] >= rule["min_calls"]
    until(lambda: released.deployment(number)["status"] == "stopped", 30)
    assert released.deployment(number)["reason"] == why
    record = released.records()[0]
    assert (record["action"], record["number"], record["details"]["reason"]) == ("withdrawn_by_rule", number, why)
    assert record["details"]["rule"]["min_calls"] == rule["min_calls"]
    with released.installation.client(released.installation.alice) as client:
        until(lambda: _event(client, released.id, "service.canary_rolled_back")["params"]["reason"] == why, 10)
    assert {released.call().json()["version"] for _ in range(20)} == {"good"}


def _event(client: httpx.Client, service_id: str, code: str) -> dict[str, Any]:
    found = client.get("/events", params={"object_id": service_id, "code": code}).json()["items"]
    return dict(found[0]) if found else {"params": {"reason": None}}


def test_the_owner_may_choose_who_answers_and_nobody_else(released: Released) -> None:
    tokens = released.installation.platform.tokens
    alice = tokens.create(released.installation.alice, TokenCreate(name="a", scope="write")).token
    bob = tokens.create(released.installation.bob, TokenCreate(name="b", scope="write")).token
    assert released.call(alice, **{"X-AISpace-Target": "canary"}).status_code == 409
    released.canary(BETTER, share=0)
    assert {released.call().json()["version"] for _ in range(30)} == {"good"}
    assert released.call(alice, **{"X-AISpace-Target": "canary"}).json()["version"] == "better"
    assert released.call(alice, **{"X-AISpace-Target": "production"}).json()["version"] == "good"
    assert released.call(alice, **{"X-AISpace-Target": "third"}).status_code == 422
    assert released.call(**{"X-AISpace-Target": "canary"}).status_code == 403
    assert released.call(bob, **{"X-AISpace-Target": "canary"}).status_code == 404
    released.ask("PATCH", json={"visibility": "public"}, headers={"If-Match": "*"})
    until(lambda: released.call(bob).status_code == 200, 10)
    assert released.call(bob, **{"X-AISpace-Target": "canary"}).status_code == 403
    for target, version in (("canary", "better"), ("production", "good")):
        tried = released.ask("POST", f"/predict?target={target}", json={})
        assert tried.json()["outputs"] == {"version": version}, tried.text
    assert released.ask("POST", "/predict?target=canary", who=released.installation.bob, json={}).status_code == 403
    for what in ("promote", "withdraw"):
        refused = released.ask("POST", f"/canary/{what}", who=released.installation.bob, json={})
        assert refused.status_code == 403


def test_a_canary_that_never_serves_leaves_production_alone_and_stop_and_start_keep_a_good_one(
    released: Released,
) -> None:
    algorithm = released.installation.script("answerer", inference=GOOD + "\nraise RuntimeError('not today')\n")
    answer = released.ask("POST", "/canary", json={"script": {"algorithm_id": algorithm}, "share": 30})
    number = answer.json()["canary"]["number"]
    assert released.ask("POST", "/canary/promote", json={}).status_code == 409
    until(lambda: released.read()["canary"] is None, 60, released.read)
    assert "RuntimeError: not today (inference.py, line 6)" in released.deployment(number)["reason"]["message"]
    assert released.records()[0]["action"] == "canary_failed"
    assert released.call().json() == {"version": "good"}

    number = released.canary(BETTER, share=100)
    released.ask("POST", "/stop")
    released.installation.wait(released.id, "stopped")
    until(lambda: released.deployment(number)["status"] == "stopped", 30)
    released.ask("POST", "/start")
    until(lambda: (released.read()["canary"] or {}).get("status") == "serving", 60, lambda: json.dumps(released.read()))
    released.installation.routed(released.id, {number})
    until(lambda: released.call().json().get("version") == "better", 10)


def controls(widget: Any) -> dict[str, Any]:
    """Find fields and buttons of a panel by what is written on them."""
    found = {getattr(widget, "description", "") or getattr(widget, "placeholder", ""): widget}
    for child in getattr(widget, "children", ()):
        found |= controls(child)
    return found


def test_a_panel_decides_about_a_canary_as_the_page_does(installation: Installation) -> None:
    released = Released(installation)
    with AISpaceClient(installation.server.url, "token-alice") as client:
        panel = ServePanel(released.id, client=client)
        found = controls(panel.widget)
        assert found["Promote"].disabled
        with pytest.raises(LookupError, match="has no canary"):
            panel.set_share(10)
        first = released.canary(BETTER, share=10)
        # A panel opened now: the share of now, and what may be decided.
        panel = ServePanel(released.id, client=client)
        found = controls(panel.widget)
        assert found["Canary, %"].value == 10
        assert not found["Promote"].disabled
        found["Canary, %"].value = 35
        found["why, for the records"].value = "figures are good"
        found["Set share"].click()
        assert released.read()["canary"]["share"] == 35
        assert "canary answerer V0002 35 %" in str(panel)
        record = released.records()[0]
        assert (record["action"], record["note"]) == ("share_changed", "figures are good")
        assert found["why, for the records"].value == ""
        # Somebody else changed it meanwhile: nothing is overwritten unseen.
        released.ask("PATCH", "/canary", json={"share": 50}, headers={"If-Match": "*"})
        found["Canary, %"].value = 60
        found["Set share"].click()
        assert released.read()["canary"]["share"] == 50
        assert found["Canary, %"].value == 50
        found["Canary, %"].value = 60
        found["Set share"].click()
        assert released.read()["canary"]["share"] == 60
        panel = ServePanel(released.id, client=client)
        controls(panel.widget)["Promote"].click()
        until(lambda: released.read()["deployment"] == first, 30, released.read)
        assert released.records()[0]["action"] == "promoted"
        second = released.canary(GOOD, share=20)
        panel = ServePanel(released.id, client=client)
        controls(panel.widget)["Withdraw"].click()
        assert released.read()["canary"] is None
        assert released.read()["deployment"] == first
        assert second not in (first, released.read()["deployment"])
    with AISpaceClient(installation.server.url, "token-bob") as stranger, pytest.raises(Exception, match="found"):
        ServePanel(released.id, client=stranger)
