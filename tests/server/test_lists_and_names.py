"""What holds for every list and every name, asked over REST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.schemas import ListQuery
from aispace.users.schemas import UserCreate
from aispace_server.openapi import described
from aispace_server.routes import collect
from seeds import Seeds, done, plant
from server_thread import KnownTokens, RunningServer

LISTS = [
    route.path
    for route in collect()
    for verb, one in described(route)
    if verb == "get" and one.query is not None and issubclass(one.query, ListQuery) and one.access == "user"
]
INSIDE = [path for path in LISTS if path.endswith(("/versions", "/runs", "/reproductions"))]
"""Parts of one object: they are paged, and have no name that could be searched for."""
WRONG_NAMES = ["", " ", "   ", "\t", "x" * 51, "a/b", "a\\b", "a b", "-a", "a.", "a<b>", "a\nb", "🙂"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Seeds]]:
    platform = Platform(home=str(tmp_path_factory.mktemp("lists")))
    platform.db.upgrade()
    user = UserCreate(name="alice", password="Long-enough-1", role="administrator")
    principal = platform.users.principal(platform.users.create(SYSTEM, user).id)
    with RunningServer(platform, [KnownTokens([principal])]) as running, running.client("token-alice") as alice:
        yield alice, plant(alice, platform)
    platform.close()


@pytest.mark.capability("TD-09")
@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_searched_paged_and_counted(house: tuple[httpx.Client, Seeds], path: str) -> None:
    alice, seeds = house
    address = seeds.address(path) or ""

    def ask(**query: Any) -> dict[str, Any]:
        return done(alice.get(address, params=query))

    everything = ask(limit=200)
    total = everything["page"]["total"]
    assert total == len(everything["items"])
    first = ask(limit=1)
    assert len(first["items"]) == min(1, total)
    assert first["page"] == {"limit": 1, "offset": 0, "total": total, "next": 1 if total > 1 else None}
    seen = [ask(limit=1, offset=offset)["items"][0] for offset in range(total)]
    assert sorted(map(repr, seen)) == sorted(map(repr, everything["items"]))
    if path in INSIDE:
        return
    assert ask(q="nothing-is-called-so")["page"]["total"] == 0
    for item in everything["items"][:3]:
        name = item.get("name") or item.get("dataset", {}).get("name") or item.get("dataset_name")
        if name:
            found = ask(q=name[1:5])
            assert item["id"] in [one["id"] for one in found["items"]], name


@pytest.mark.capability("TD-05")
@pytest.mark.parametrize(
    "kind", ["datasets", "label-groups", "algorithms", "images", "models", "training-jobs", "job-templates", "services"]
)
def test_names_that_cannot_be_are_refused_for_every_kind(house: tuple[httpx.Client, Seeds], kind: str) -> None:
    alice, seeds = house
    job = {"algorithm": {"algorithm_id": seeds.ids["algorithms"]}, "spec_id": seeds.ids["specs"]}
    bodies: dict[str, dict[str, Any]] = {
        "datasets": {},
        "label-groups": {"labels": []},
        "algorithms": {"source": {"kind": "area", "path": "code"}, "run_command": "python train.py"},
        "images": {"purposes": ["training"], "requirements": ""},
        "models": {},
        "training-jobs": job,
        "job-templates": {"settings": job},
        "services": {
            "model": {"model_id": seeds.ids["models"], "version": "V0001"}, "spec_id": seeds.ids["specs"],
            "image_id": seeds.ids["images"],
        },
    }  # fmt: skip
    before = done(alice.get(f"/{kind}"))["page"]["total"]
    for name in WRONG_NAMES:
        answer = alice.post(f"/{kind}", json={**bodies[kind], "name": name})
        assert answer.status_code == 422, f"{name!r}: {answer.status_code} {answer.text}"
        assert "name" in [field["field"] for field in answer.json()["error"]["details"]["fields"]], name
    assert done(alice.get(f"/{kind}"))["page"]["total"] == before
    made = alice.post(f"/{kind}", json={**bodies[kind], "name": f"数字-1_{kind}.y"})
    assert made.status_code == 201, made.text
