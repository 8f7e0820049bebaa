from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aispace.platform import Platform
from aispace_server.handlers import algorithms, models, training
from classifier_setup import Classifier, until
from server_thread import KnownTokens, RunningServer


class People:
    """Alice, Bob and an administrator, over HTTP."""

    def __init__(self, platform: Platform, server: RunningServer) -> None:
        self.platform = platform
        self.world: Classifier
        self.alice = server.client("token-alice")
        self.bob = server.client("token-bob")
        self.nobody = server.client(None)


def served(world: Classifier) -> Iterator[People]:
    with RunningServer(world.platform, [KnownTokens([world.alice, world.bob, world.admin])]) as server:
        people = People(world.platform, server)
        people.world = world
        yield people
        for client in (people.alice, people.bob, people.nobody):
            client.close()


@pytest.fixture
def people(platform: Platform) -> Iterator[People]:
    """Give people on a platform where jobs are accepted but nothing runs."""
    yield from served(Classifier(platform))


@pytest.fixture
def workers(platform: Platform, runtime_python: Path) -> Iterator[People]:
    """Give people on a platform where jobs run."""
    world = Classifier(platform, runtime_python)
    platform.start()
    yield from served(world)


def form(people: People, name: str, dataset: str, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = people.world.job(name, dataset, **more).model_dump(mode="json")
    return body


def ok(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


@pytest.mark.capability("AS2-57", "MA2-07", "IM-22", "IM-24", "IM-26")
@pytest.mark.slow
def test_from_a_published_dataset_to_a_model_over_http(workers: People) -> None:
    http, world = workers.alice, workers.world
    dataset = world.dataset("shapes", range(18))
    presets = ok(http.get("/algorithms", params={"scope": "preset"}))["items"]
    algorithm = next(one for one in presets if one["name"] == "image-classifier")
    assert algorithm["name"] == "image-classifier"
    body = form(workers, "shapes", dataset, parameters={"epochs": 12})
    estimate = ok(http.post("/training-jobs/estimate", json=body))
    assert estimate["valid"]
    made = http.post("/training-jobs", json=body, headers={"Idempotency-Key": "once"})
    job = ok(made, 201)
    assert made.headers["Location"] == f"training-jobs/{job['id']}"
    again = http.post("/training-jobs", json=body, headers={"Idempotency-Key": "once"})
    assert ok(again, 201)["id"] == job["id"]
    run = f"/training-jobs/{job['id']}/runs/V0001"
    until(lambda: http.get(run).json()["status"] in ("succeeded", "failed"))
    log = ok(http.get(f"{run}/log"))
    assert ok(http.get(run))["status"] == "succeeded", log["text"]
    assert "model saved" in log["text"]
    assert b"model saved" in http.get(f"{run}/log/download").content
    scalars = ok(http.get(f"{run}/scalars", params={"names": "loss,accuracy"}))
    assert set(scalars["series"]) == {"loss", "accuracy"}
    assert len(scalars["series"]["loss"]["steps"]) == 12
    evaluation = ok(http.get(f"{run}/evaluation"))
    assert {"labels", "matrix", "per_class", "accuracy", "macro_f1", "count"} <= set(evaluation)
    samples = ok(http.get(f"{run}/evaluation/samples", params={"truth": "circle", "limit": 1}))
    assert samples["items"][0]["dataset"] == {
        "id": dataset, "name": "shapes", "version": "V0001", "role": "training", "split": None}  # fmt: skip
    content = f"/datasets/{dataset}/versions/V0001/content"
    assert http.get(content, params={"path": samples["items"][0]["path"]}).content.startswith(b"\x89PNG")
    names = [item["path"] for item in ok(http.get(f"{run}/outputs"))["items"]]
    assert names == ["predictions.json", "predictions.jsonl"]
    first = http.get(f"{run}/outputs/content", params={"path": "predictions.json"})
    assert json.loads(first.content) == {"labels": ["circle", "cross", "square"]}
    archive = zipfile.ZipFile(io.BytesIO(http.get(f"{run}/outputs/download", params={"part": "model"}).content))
    assert sorted(archive.namelist()) == [
        f"shapes-V0001-model/{name}" for name in ("config.json", "model.onnx", "weights.npz")
    ]
    saved = http.post(f"{run}/save-model", json={"name": "shapes-model"})
    version = ok(saved, 201)
    model = f"/models/{version['model_id']}"
    assert saved.headers["Location"].endswith(f"{model[1:]}/versions/V0001")
    assert version["source"] == "training"
    assert ok(http.post(f"{run}/save-model", json={"model_id": version["model_id"]}), 201)["version"] == "V0002"
    assert ok(http.get(model))["current_version"] == "V0002"
    read = ok(http.get(f"{model}/versions/V0001"))
    assert {node["kind"] for node in read["lineage"]["nodes"]} >= {"dataset", "training_job", "algorithm"}
    zipped = zipfile.ZipFile(io.BytesIO(http.get(f"{model}/versions/V0001/download").content))
    assert "shapes-model-V0001/model.onnx" in zipped.namelist()
    onnx = http.get(f"{model}/versions/V0001/files/content", params={"path": "model.onnx"})
    assert len(onnx.content) == next(f["size"] for f in read["files"] if f["path"] == "model.onnx")
    assert ok(http.get(f"/lineage/{dataset}:V0001"))["edges"][0]["from"] == f"{dataset}:V0001"
    ok(http.post(f"/training-jobs/{job['id']}/runs", json={"parameters": {"epochs": 2}}), 201)
    ok(http.post(f"{run}/rerun"), 201)
    for number in (2, 3):
        until(lambda n=number: http.get(f"/training-jobs/{job['id']}/runs/V000{n}").json()["status"] == "succeeded")
    compared = ok(http.get("/training-jobs/compare", params=[("run", f"{job['id']}:V000{n}") for n in (1, 2, 3)]))
    assert compared["differences"] == {"parameters.epochs": [12, 2, 12]}
    etag = http.get(f"/training-jobs/{job['id']}").headers["ETag"]
    assert http.delete(f"/training-jobs/{job['id']}", headers={"If-Match": etag}).status_code == 204
    # The model outlives the job; its history still names it.
    left = ok(http.get(f"{model}/versions/V0001"))
    assert len(http.get(f"{model}/versions/V0001/files/content", params={"path": "model.onnx"}).content) > 1000
    assert any(node["kind"] == "training_job" and not node["exists"] for node in left["lineage"]["nodes"])


def test_wrong_fields_are_named_in_the_answer(people: People) -> None:
    dataset = people.world.dataset("shapes", range(2))
    body = form(people, "x", dataset) | {"parameters": {"epochs": "many"}, "spec_id": "no", "retries": -1}
    answer = people.alice.post("/training-jobs", json=body)
    assert {f["field"] for f in ok(answer, 422)["error"]["details"]["fields"]} == {"retries"}
    body["retries"] = 0
    answer = people.alice.post("/training-jobs", json=body)
    assert {f["field"] for f in ok(answer, 422)["error"]["details"]["fields"]} == {"parameters.epochs", "spec_id"}
    for name, value in (("name", "a" * 51), ("name", "-a"), ("environment", {"PATH": "/"}), ("delay_hours", -1),
                        ("seed", -1), ("nodes", 2), ("task_type", "multi_node"), ("unknown", 1)):  # fmt: skip
        answer = people.alice.post("/training-jobs", json=form(people, "x", dataset) | {name: value})
        found = ok(answer, 422)["error"]["details"]["fields"]
        assert found[0]["field"].split(".")[0] == name, found


def test_nobody_sees_or_changes_what_belongs_to_somebody_else(people: People) -> None:
    dataset = people.world.dataset("shapes", range(2))
    job = ok(people.alice.post("/training-jobs", json=form(people, "secret-job", dataset)), 201)
    model = ok(people.alice.post("/models", json={"name": "secret-model"}), 201)
    fork = ok(people.alice.post(f"/algorithms/{people.world.algorithm.id}/fork", json={"name": "secret-code"}), 201)
    ids = {"/training-jobs": job["id"], "/models": model["id"], "/algorithms": fork["id"]}
    bodies: dict[str, Any] = {
        "/algorithms/{id}": {"name": "stolen"},
        "/algorithms/{id}/fork": {"name": "stolen"},
        "/algorithms/{id}/files": {"changes": [{"path": "train.py", "text": "x"}]},
        "/algorithms/{id}/versions": {"source": {"kind": "area", "path": ""}},
        "/algorithms/{id}/versions/{version}": {"note": "x"},
        "/algorithms/{id}/versions/{version}/export": {"path": "here"},
        "/models/{id}": {"name": "stolen"},
        "/models/{id}/versions/{version}/export": {"path": "here"},
        "/models/{id}/versions": {"source": {"kind": "area", "path": ""}},
        "/models/{id}/versions/{version}": {"note": "x"},
        "/training-jobs/{id}": {"name": "stolen"},
        "/training-jobs/{id}/runs": {"parameters": {}},
        "/training-jobs/{id}/runs/{version}/save-model": {"name": "stolen"},
    }
    asked = 0
    for path, handler in [*algorithms.ROUTES, *models.ROUTES, *training.ROUTES]:
        if "{id}" not in path:
            continue
        address = path.replace("{id}", ids[path[: path.index("/{id}")]]).replace("{version}", "V0001")
        query = {"path": "train.py"} if path.endswith("/content") else None
        for method in ("get", "post", "put", "patch", "delete"):
            if not hasattr(getattr(handler, method, None), "operation"):
                continue
            more = {"json": bodies.get(path, {})} if method in ("post", "put", "patch") else {}
            for client, expected in ((people.bob, 404), (people.nobody, 401)):
                answer = client.request(method, address, params=query, headers={"If-Match": "*"}, **more)
                assert answer.status_code == expected, (method, path, answer.text)
                assert "secret" not in answer.text
            asked += 1
    assert asked >= 35
    for collection in ("/training-jobs", "/models", "/algorithms", "/evaluations"):
        assert "secret" not in people.bob.get(collection, params={"limit": 200}).text
    for reference in ids.values():
        assert people.bob.get(f"/lineage/{reference}").status_code == 404


def test_changes_need_the_revision_that_was_read(people: People) -> None:
    model = people.alice.post("/models", json={"name": "mine"})
    path = f"/models/{model.json()['id']}"
    assert people.alice.patch(path, json={"description": "x"}).status_code == 428
    etag = {"If-Match": model.headers["ETag"]}
    assert people.alice.patch(path, json={"description": "x"}, headers=etag).status_code == 200
    stale = people.alice.patch(path, json={"description": "y"}, headers=etag)
    assert stale.status_code == 412
    assert stale.json()["error"]["details"]["params"]["current"]["description"] == "x"


def test_code_is_read_as_text_and_edited_into_the_next_version(people: People) -> None:
    fork = people.alice.post(f"/algorithms/{people.world.algorithm.id}/fork", json={"name": "mine"})
    algorithm = ok(fork, 201)
    path = f"/algorithms/{algorithm['id']}"
    content = people.alice.get(f"{path}/versions/V0001/files/content", params={"path": "train.py"})
    assert content.headers["Content-Type"].startswith("text/plain")
    assert "sandbox" in content.headers["Content-Security-Policy"]
    changes = {"changes": [{"path": "train.py", "text": "print(1)\n"}, {"path": "notes/readme.md", "text": "# hi"}]}
    edited = ok(people.alice.put(f"{path}/files", json=changes, headers={"If-Match": fork.headers["ETag"]}))
    assert (edited["version"], edited["source"]) == ("V0002", {"kind": "edit", "from": "V0001"})
    files = ok(people.alice.get(f"{path}/versions/V0002/files"))["items"]
    assert [file["path"] for file in files] == ["notes/readme.md", "train.py"]
    exported = ok(people.alice.post(f"{path}/versions/V0002/export", json={"path": "copies"}))
    assert (exported["path"], exported["files"]) == ("copies/mine-V0002", 2)
    archive = zipfile.ZipFile(io.BytesIO(people.alice.get(f"{path}/versions/V0002/download").content))
    assert archive.read("mine-V0002/train.py") == b"print(1)\n"
