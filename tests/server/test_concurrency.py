"""Forty callers at once on one platform: nobody gets a 5xx, and no change is lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from typing import Any

import httpx
import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from seeds import Seeds, done, plant
from server_thread import KnownTokens, RunningServer

CALLERS = 40
ROUNDS = 7


@pytest.fixture
def crowd(platform: Platform) -> Iterator[tuple[RunningServer, Seeds]]:
    platform.users.separate = False
    made = platform.users.create(SYSTEM, UserCreate(name="alice", password="Long-enough-1"))
    with RunningServer(platform, [KnownTokens([platform.users.principal(made.id)])]) as running:
        with running.client("token-alice") as alice:
            seeds = plant(alice, platform)
        platform.start()
        yield running, seeds


def test_forty_callers_at_once_lose_nothing(crowd: tuple[RunningServer, Seeds], platform: Platform) -> None:
    running, seeds = crowd
    dataset = f"/datasets/{seeds.ids['datasets']}"
    barrier, own = Barrier(CALLERS), local()

    def ask(verb: str, path: str, **options: Any) -> httpx.Response:
        answer = own.client.request(verb, path, **options)
        assert answer.status_code < 500, f"{verb} {path}: {answer.text}"
        return answer

    def submit(name: str) -> int:
        job = {
            "name": name, "algorithm": {"algorithm_id": seeds.ids["algorithms"]}, "spec_id": seeds.ids["specs"],
            "image_id": seeds.ids["images"], "delay_hours": 1,
            "inputs": [{"role": "training", "dataset_id": seeds.ids["datasets"], "version": "V0001"}],
        }  # fmt: skip
        return ask("POST", "/training-jobs", json=job).status_code

    def annotate(_name: str) -> int:
        address = f"{dataset}/samples/{seeds.parts['sample_id']}"
        got = ask("GET", address)
        before = got.json()["revision"]
        body = {"objects": [{"label": random.choice("ab")}], "confirm": True, "hard": random.random() < 0.5}
        answer = ask("PUT", f"{address}/annotation", json=body, headers={"If-Match": got.headers["ETag"]})
        assert answer.status_code in (200, 412)
        return int(answer.json()["revision"] - before) if answer.status_code == 200 else 0

    def publish(name: str) -> int:
        answer = ask("POST", f"{dataset}/publish", json={"note": name})
        assert answer.status_code in (201, 409), answer.text
        return int(answer.status_code == 201)

    def rename(name: str) -> int:
        address = f"/models/{seeds.ids['models']}"
        tag = ask("GET", address).headers["ETag"]
        answer = ask("PATCH", address, json={"description": name}, headers={"If-Match": tag})
        assert answer.status_code in (200, 412)
        return int(answer.status_code == 200)

    def make_and_delete(name: str) -> int:
        made = ask("POST", "/datasets", json={"name": name, "labels": [{"name": "x"}]})
        assert made.status_code == 201, made.text
        answer = ask("DELETE", f"/datasets/{made.json()['id']}", headers={"If-Match": "*"})
        return int(answer.status_code in (202, 204))

    def same_name(_name: str) -> int:
        answer = ask("POST", "/label-groups", json={"name": "one-only"})
        assert answer.status_code in (201, 409), answer.text
        return int(answer.status_code == 201)

    def delete_twice(name: str) -> int:
        """Two delete the same thing: one does, the other is told."""
        made = ask("POST", "/label-groups", json={"name": name}).json()["id"]
        with ThreadPoolExecutor(2) as both, running.client("token-alice") as other:
            clients = (own.client, other)
            gone = list(both.map(lambda c: c.delete(f"/label-groups/{made}", headers={"If-Match": "*"}), clients))
        assert sorted(answer.status_code for answer in gone) in ([204, 404], [204, 409]), [a.text for a in gone]
        return 1

    acts: list[Callable[[str], int]] = [submit, annotate, publish, rename, make_and_delete, same_name, delete_twice]

    with running.client("token-alice") as alice:
        sample = f"{dataset}/samples/{seeds.parts['sample_id']}"
        revisions = [done(alice.get(a))["revision"] for a in (sample, f"/models/{seeds.ids['models']}")]
        jobs = done(alice.get("/training-jobs"))["page"]["total"]

    def caller(number: int) -> Counter[str]:
        did: Counter[str] = Counter()
        with running.client("token-alice") as own.client:
            barrier.wait(30)
            for turn in range(ROUNDS):
                act = acts[(number + turn) % len(acts)]
                did[act.__name__] += act(f"n{number}-{turn}")
        return did

    with ThreadPoolExecutor(CALLERS) as pool:
        did = sum(pool.map(caller, range(CALLERS)), Counter[str]())

    with running.client("token-alice") as alice:
        after = [done(alice.get(a))["revision"] for a in (sample, f"/models/{seeds.ids['models']}")]
        assert after[0] - revisions[0] == did["annotate"] > 0
        assert after[1] - revisions[1] == did["rename"] > 0
        assert done(alice.get("/training-jobs"))["page"]["total"] - jobs == CALLERS
        assert did["submit"] == 201 * CALLERS
        assert did["make_and_delete"] == CALLERS
        assert did["same_name"] == 1
        versions = [v["version"] for v in done(alice.get(f"{dataset}/versions?limit=200"))["items"]]
        assert len(versions) == len(set(versions)) == did["publish"] + 1
        counts = done(alice.get(dataset))["counts"]
        states = Counter(item["state"] for item in done(alice.get(f"{dataset}/samples"))["items"])
        assert (counts["total"], counts["labelled"]) == (states.total(), states["labelled"])
    while platform.events.seal():
        pass
    assert platform.events.verify() is None
