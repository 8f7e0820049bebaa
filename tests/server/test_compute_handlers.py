"""Workloads, specs, images and usage over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.schemas import SpecQuery
from aispace.workloads.schemas import WorkloadRead, WorkloadSpec

Api = Callable[[str], httpx.Client]


@pytest.fixture
def finished(platform: Platform, server: object, alice: Principal) -> WorkloadRead:
    """A job of alice that has printed, logged a number and ended."""
    platform.start()
    spec = platform.resources.list(alice, SpecQuery()).items[0].id
    script = (
        'echo "hello 漢"; echo second; '
        """echo '{"time":1,"step":1,"values":{"loss":0.5}}' >>$AISPACE_METRICS; sleep 0.2"""
    )
    made = platform.workloads.submit(
        alice, WorkloadSpec(kind="batch", name="job", command=["sh", "-c", script], spec_id=spec)
    )
    deadline = time.monotonic() + 20
    while platform.workloads.get(alice, made.id).status != "succeeded":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return platform.workloads.get(alice, made.id)


def test_everything_of_a_workload_is_there_for_its_owner_only(finished: WorkloadRead, api: Api) -> None:
    alice, bob = api("alice"), api("bob")
    path = f"workloads/{finished.id}"
    read = alice.get(path).json()
    assert (read["status"], read["position"], read["attempts"][0]["exit_code"]) == ("succeeded", None, 0)
    assert float(read["cost"]["amount"]) > 0
    assert alice.get(f"{path}/log").json()["text"] == "hello 漢\nsecond\n"
    assert alice.get(f"{path}/log", params={"after": 10}).json()["text"] == "second\n"
    assert alice.get(f"{path}/log", params={"q": "SEC"}).json()["matches"][0]["number"] == 2
    download = alice.get(f"{path}/log/download")
    assert download.content == "hello 漢\nsecond\n".encode()
    assert f"{finished.id}-1.log" in download.headers["content-disposition"]
    assert alice.get(f"{path}/scalars").json()["series"]["loss"]["values"] == [0.5]
    assert alice.get(f"{path}/metrics").json()["times"]
    assert alice.get("workloads").json()["page"]["total"] == 1
    assert bob.get("workloads").json()["page"]["total"] == 0
    for part in ("", "/log", "/log/download", "/scalars", "/metrics", "/events"):
        assert bob.get(path + part).status_code == 404, part
    assert bob.post(f"{path}/stop").status_code == 404
    assert bob.delete(path).status_code == 404
    assert alice.post(f"{path}/stop").status_code == 202
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["workloads?limit=0", "workloads?kind=none", "workloads?unknown=1", "workloads?sort=command",
     "usage/lines?limit=999", "usage/summary?from=yesterday",
     "usage/summary?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
     "specs?purpose=x", "images?status=x"],
)  # fmt: skip
def test_wrong_queries_are_422(api: Api, path: str) -> None:
    assert api("alice").get(path).status_code == 422


def test_specs_over_http(api: Api, platform: Platform) -> None:
    admin, alice = api("admin"), api("alice")
    body = {"name": "small", "cpu": 0.5, "memory_bytes": 1 << 30, "purposes": ["training"], "price_per_hour": "0.25"}
    assert alice.post("specs", json=body).status_code == 403
    made = admin.post("specs", json=body)
    assert made.status_code == 201
    spec = made.json()
    assert (
        spec["price_per_hour"] == {"amount": "0.250000", "currency": "CNY"}
        or spec["price_per_hour"]["amount"] == "0.25"
    )
    assert admin.patch(f"specs/{spec['id']}", json={"cpu": 1}).status_code == 428
    tag = admin.get(f"specs/{spec['id']}").headers["etag"]
    assert admin.patch(f"specs/{spec['id']}", json={"cpu": 1}, headers={"If-Match": tag}).json()["cpu"] == 1
    assert admin.patch(f"specs/{spec['id']}", json={"cpu": 1}, headers={"If-Match": tag}).status_code == 412
    assert admin.post("specs", json={**body, "price_per_hour": "NaN", "name": "x"}).status_code == 422
    assert alice.get("specs").json()["items"][0]["name"] == "small"
    assert {item["resource"] for item in alice.get("capacity").json()["items"]} >= {"cpu", "memory"}
    assert alice.get("queues").json()["items"][0]["name"] == "default"
    assert admin.delete(f"specs/{spec['id']}", headers={"If-Match": "*"}).status_code == 204


def test_images_over_http(api: Api) -> None:
    alice, bob = api("alice"), api("bob")
    body = {"name": "mine", "purposes": ["training"], "requirements": "numpy"}
    made = alice.post("images", json=body)
    assert made.status_code == 201
    image = made.json()
    assert image["status"] == "building"
    assert bob.get(f"images/{image['id']}").status_code == 404
    assert alice.post("images", json=body).status_code == 409
    assert alice.post(f"images/{image['id']}/build").status_code == 409
    wrong = alice.post("images", json={**body, "name": "x", "requirements": "-r /etc/passwd"})
    assert wrong.status_code == 422
    assert wrong.json()["error"]["details"]["fields"][0]["field"] == "requirements"


def test_usage_over_http(finished: WorkloadRead, api: Api) -> None:
    summary = api("alice").get("usage/summary").json()
    lines = api("alice").get("usage/lines").json()
    assert lines["items"][0]["workload_id"] == finished.id
    assert summary["total"] == lines["total"]
    assert set(summary) >= {"from", "to", "by_kind", "by_spec", "by_day"}
    assert api("bob").get("usage/lines", params={"owner": "all"}).status_code == 403
    assert api("admin").get("usage/lines", params={"owner": "all"}).json()["page"]["total"] == 1
