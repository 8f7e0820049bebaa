"""The first page, the search, one's own settings, the audit."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from aispace.workloads.orm import Workload
from seeds import Seeds, done, plant
from server_thread import KnownTokens, RunningServer


@pytest.fixture
def running(platform: Platform) -> Iterator[RunningServer]:
    roles = {"alice": "user", "bob": "user", "root": "administrator"}
    people = [
        platform.users.principal(
            platform.users.create(SYSTEM, UserCreate(name=name, password="Long-enough-1", role=role)).id  # type: ignore[arg-type]
        )
        for name, role in roles.items()
    ]
    with RunningServer(platform, [KnownTokens(people)]) as server:
        yield server


@pytest.fixture
def alice(running: RunningServer) -> Iterator[httpx.Client]:
    with running.client("token-alice") as client:
        yield client


@pytest.fixture
def seeds(alice: httpx.Client, platform: Platform) -> Seeds:
    return plant(alice, platform)


def test_overview_counts_what_one_may_see(running: RunningServer, alice: httpx.Client, seeds: Seeds) -> None:
    mine = done(alice.get("/overview"))
    for area in ("datasets", "algorithms", "training_jobs", "models", "services", "images"):
        assert mine["counts"][area] == 1, area
        assert [one["name"] for one in mine["recent"][area]] == ["seeds"]
    assert mine["running_total"] >= 2
    assert seeds.ids["training-jobs"] in str(mine["running"]) or mine["running_total"] > 5
    with running.client("token-bob") as bob:
        theirs = done(bob.get("/overview"))
    assert set(theirs["counts"].values()) == {0}
    assert (theirs["running"], theirs["needs_you"]) == ([], [])


def test_failure_needs_its_owner_until_it_is_dismissed(alice: httpx.Client, platform: Platform, seeds: Seeds) -> None:
    workload = seeds.ids["workloads"]
    with platform.db.write() as session:
        row = session.get_one(Workload, workload)
        row.status, row.ended_at = "failed", platform.clock.now()
    needs = done(alice.get("/overview"))["needs_you"]
    assert [(one["code"], one["params"]["workload_id"]) for one in needs] == [("workload_failed", workload)]
    done(alice.patch("/me", json={"dismissed": [needs[0]["id"]]}))
    assert done(alice.get("/overview"))["needs_you"] == []


@pytest.mark.capability("AS1-13")
def test_search_finds_names_of_everything_one_may_see(
    running: RunningServer, alice: httpx.Client, seeds: Seeds
) -> None:
    found = done(alice.get("/search", params={"q": "SEED"}))
    assert {one["kind"] for one in found["items"]} == {
        "dataset", "algorithm", "training_job", "model", "service", "image",
    }  # fmt: skip
    assert found["total"] == 6
    assert done(alice.get("/search", params={"q": "s" * 64}))["total"] == 0
    assert alice.get("/search", params={"q": "s" * 65}).status_code == 422
    assert len(done(alice.get("/search", params={"q": "seed", "limit": 2}))["items"]) == 2
    with running.client("token-bob") as bob:
        assert done(bob.get("/search", params={"q": "seed"})) == {"items": [], "total": 0}


def test_settings_are_remembered(alice: httpx.Client) -> None:
    changed = done(alice.patch("/me", json={"language": "zh-CN", "theme": "dark"}))
    assert (changed["settings"]["language"], changed["settings"]["theme"]) == ("zh-CN", "dark")
    assert done(alice.get("/me"))["settings"]["theme"] == "dark"
    assert alice.patch("/me", json={"language": "xx"}).status_code == 422


def test_audit_shows_who_did_what_to_administrators_only(
    running: RunningServer, alice: httpx.Client, platform: Platform
) -> None:
    made = done(alice.post("/tokens", json={"name": "audited"}, headers={"X-Request-Id": "req-1"}))
    platform.events.seal()
    assert alice.get("/audit").status_code == 403
    with running.client("token-root") as root:
        lines = done(root.get("/audit", params={"object_id": made["id"]}))["items"]
    assert [(line["code"], line["actor"]["name"], line["request_id"]) for line in lines] == [
        ("token.created", "alice", "req-1")
    ]
    with running.client("token-bob") as bob:
        assert done(bob.get("/events", params={"object_id": made["id"]}))["items"] == []
    assert platform.events.verify() is None
