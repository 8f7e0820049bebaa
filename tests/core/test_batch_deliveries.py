"""Batch services over dataset versions, and their results as annotations."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from aispace.datasets.requests import AnnotationBatch, ImportRequest
from aispace.datasets.schemas import DatasetCreate, PublishRequest, SampleQuery, SampleRead, VersionSampleQuery
from aispace.errors import Conflict, Invalid, NotFound
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.serving.batch_schemas import BatchCreate, BatchDeliveryRequest, BatchFileQuery, BatchQuery, BatchRead
from PIL import Image
from pydantic import ValidationError
from serving_setup import Serving, until

SORTING = """
import pathlib, time

class Sorter:
    def __init__(self, args):
        self.pause = args.pause
        self.log = pathlib.Path(args.seen)

    def inference(self, data):
        with self.log.open("a") as file:
            file.write(data["data_name"] + "\\n")
        time.sleep(self.pause)
        text = pathlib.Path(data["data_path"]).read_text()
        if "bad" in text:
            raise ValueError("a bad file")
        return {"label": "long" if len(text) > 3 else "short", "score": 0.75}
"""
FINDING = """
class Finder:
    def inference(self, data):
        if data["data_name"] == "c.png":
            return {"objects": [{"label": "spot", "shape": {"type": "bbox", "x": 30, "y": 0, "w": 9, "h": 9}}]}
        box = {"type": "bbox", "x": 1, "y": 2, "w": 3, "h": 4}
        return {"objects": [{"label": "spot", "shape": box, "score": 0.5}]}
"""


@pytest.fixture
def serving(platform: Platform, runtime_python: Path) -> Iterator[Serving]:
    made = Serving(platform, runtime_python)
    platform.start()
    yield made
    for batch in platform.batches.list(SYSTEM, BatchQuery()).items:
        platform.batches.stop_batch(SYSTEM, batch.id)
    until(
        lambda: not any(platform.workloads.active_of(b.id) for b in platform.batches.list(SYSTEM, BatchQuery()).items)
    )


def dataset(serving: Serving, name: str, files: dict[str, bytes], **kind: Any) -> str:
    """Publish files as the first version of a dataset; give its id."""
    platform, alice = serving.platform, serving.alice
    for path, data in files.items():
        platform.areas.write_file(alice, f"{name}/{path}", io.BytesIO(data))
    made = platform.datasets.create(alice, DatasetCreate(name=name, **kind))
    request = ImportRequest.model_validate({"source": {"kind": "area", "path": name}, "layout": "flat"})
    started = platform.datasets.imports.create(alice, made.id, request)
    until(lambda: platform.datasets.imports.get(alice, started.id).status in ("succeeded", "failed"))
    return made.id


def texts(serving: Serving, name: str = "letters", **more: bytes) -> str:
    found = {f"{n:02d}.txt": b"ab" if n % 2 else b"abcdef" for n in range(6)}
    found |= {f"{stem}.txt": data for stem, data in more.items()}
    return dataset(
        serving, name, found, data_type="text", annotation_type="text_classification",
        labels=[{"name": "long"}, {"name": "short"}],
    )  # fmt: skip


def published(serving: Serving, dataset_id: str, *confirmed: tuple[str, str]) -> str:
    """Confirm a label for each sample - the given ones, the others "short" - and publish."""
    platform, alice = serving.platform, serving.alice
    said = dict(confirmed)
    items = [
        {"path": sample.path, "objects": [{"label": said.get(sample.path, "short")}], "confirm": True}
        for sample in samples(serving, dataset_id).values()
    ]
    platform.datasets.samples.annotate_many(alice, dataset_id, AnnotationBatch.model_validate({"items": items}))
    return platform.datasets.versions.publish(alice, dataset_id, PublishRequest()).version


def samples(serving: Serving, dataset_id: str, who: Principal | None = None) -> dict[str, SampleRead]:
    page = serving.platform.datasets.samples.list(who or serving.alice, dataset_id, SampleQuery(limit=200))
    return {sample.path: sample for sample in page.items}


def batch(serving: Serving, tmp_path: Path, source: dict[str, Any], script: str = SORTING, **more: Any) -> BatchRead:
    body = {
        "name": "sorting",
        "script": {"algorithm_id": serving.script("sorter", inference=script)},
        "spec_id": serving.spec_id,
        "source": source,
        "parameters": {"pause": 0, "seen": str(tmp_path / "seen")},
    }
    return serving.platform.batches.create(serving.alice, BatchCreate.model_validate(body | more))


def read(serving: Serving, batch_id: str) -> BatchRead:
    return serving.platform.batches.get(serving.alice, batch_id)


def ended(serving: Serving, batch_id: str) -> BatchRead:
    until(lambda: "delete" in read(serving, batch_id).can, 90, lambda: read(serving, batch_id))
    return read(serving, batch_id)


def delivered(serving: Serving, batch_id: str, **request: Any) -> Any:
    asked = serving.platform.batches.delivering.ask(serving.alice, batch_id, BatchDeliveryRequest(**request))
    assert asked.delivery is not None
    until(lambda: read(serving, batch_id).delivery.status != "running", 60, lambda: read(serving, batch_id))
    return read(serving, batch_id).delivery


def test_a_dataset_version_is_gone_through_and_gone_on_with_after_a_kill(serving: Serving, tmp_path: Path) -> None:
    dataset_id = texts(serving, **{f"more{n:02d}": b"abcd" for n in range(12)}, zbad=b"bad")
    version = published(serving, dataset_id)
    # What changes in the working copy afterwards is not in the version.
    first = samples(serving, dataset_id)["00.txt"]
    serving.platform.datasets.samples.delete(serving.alice, dataset_id, first.id, None)
    source = {"kind": "dataset", "dataset_id": dataset_id, "version": version}
    made = batch(serving, tmp_path, source, parameters={"pause": 0.1, "seen": str(tmp_path / "seen")})
    until(lambda: read(serving, made.id).counts.done >= 3, 60)
    workload = read(serving, made.id).workload_id
    [pid] = [
        process.pid
        for process in psutil.process_iter(["cmdline", "environ"])
        if "aispace_runtime.inference.batch" in (process.info["cmdline"] or [])
        and (process.info["environ"] or {}).get("AISPACE_WORKLOAD_ID") == workload
    ]
    os.kill(pid, signal.SIGKILL)
    before = {entry.path for entry in entries(serving, made.id) if entry.status == "done"}
    done = ended(serving, made.id)
    assert (done.status, done.counts.model_dump()) == ("succeeded", {"total": 19, "done": 18, "failed": 1})
    assert done.source.dataset is not None
    assert (done.source.dataset.id, done.source.version) == (dataset_id, version)
    found = {entry.path: entry for entry in entries(serving, made.id)}
    assert found["00.txt"].label == "long"
    assert found["01.txt"].label == "short"
    assert (found["zbad.txt"].status, found["zbad.txt"].code) == ("failed", "script_failed")
    marks = (tmp_path / "seen").read_text().split()
    assert {path for path in before if marks.count(path) != 1} == set()


def entries(serving: Serving, batch_id: str) -> list[Any]:
    return list(serving.platform.batches.files(serving.alice, batch_id, BatchFileQuery(limit=200)).items)


def test_a_split_of_a_version_is_taken_alone(serving: Serving, tmp_path: Path) -> None:
    platform, alice = serving.platform, serving.alice
    dataset_id = texts(serving)
    from aispace.datasets.schemas import SampleUpdate

    one = samples(serving, dataset_id)["03.txt"]
    platform.datasets.samples.update(alice, dataset_id, one.id, SampleUpdate(split="test"), None)
    version = published(serving, dataset_id)
    source = {"kind": "dataset", "dataset_id": dataset_id, "version": version, "split": "test"}
    made = ended(serving, batch(serving, tmp_path, source).id)
    assert [entry.path for entry in entries(serving, made.id)] == ["03.txt"]
    new = delivered(serving, made.id, name="only-test")
    assert set(samples(serving, new.dataset.id)) == {"03.txt"}


def test_results_become_proposals_and_a_new_version_and_what_people_said_stays(
    serving: Serving, tmp_path: Path
) -> None:
    platform, alice = serving.platform, serving.alice
    dataset_id = texts(serving, zbad=b"bad")
    version = published(serving, dataset_id)
    items = [{"path": f"{n:02d}.txt", "objects": []} for n in range(2, 6)] + [{"path": "zbad.txt", "objects": []}]
    platform.datasets.samples.annotate_many(alice, dataset_id, AnnotationBatch.model_validate({"items": items}))
    made = ended(
        serving, batch(serving, tmp_path, {"kind": "dataset", "dataset_id": dataset_id, "version": version}).id
    )
    result = delivered(serving, made.id)
    # The file that failed has no label, so nothing is published - and the proposals are there.
    assert (result.status, result.version, result.reason.code) == ("succeeded", None, "not_labelled")
    assert (result.proposed, result.kept, result.refused) == (4, 2, 0)
    now = samples(serving, dataset_id)
    assert [now[f"{n:02d}.txt"].state for n in range(6)] == ["labelled"] * 2 + ["auto"] * 4
    assert [now[f"{n:02d}.txt"].annotation.objects[0].label for n in range(6)] == [
        "short", "short", "long", "short", "long", "short",
    ]  # fmt: skip
    assert now["02.txt"].annotation.objects[0].score == 0.75
    assert now["zbad.txt"].state == "unlabelled"
    bad = AnnotationBatch.model_validate(
        {"items": [{"path": "zbad.txt", "objects": [{"label": "short"}], "confirm": True}]}
    )
    platform.datasets.samples.annotate_many(alice, dataset_id, bad)
    again = delivered(serving, made.id)
    assert (again.status, again.version, again.dataset.id) == ("succeeded", "V0002", dataset_id)
    kept = platform.datasets.versions.samples(alice, dataset_id, "V0002", VersionSampleQuery(limit=50)).items
    assert {sample.path: sample.state for sample in kept}["02.txt"] == "auto"
    graph = platform.lineage.graph(alice, f"{dataset_id}:V0002")
    assert ("batch_results", made.id) in {(edge.relation, edge.from_) for edge in graph.edges}
    everything = [{"path": path, "objects": [{"label": "short"}], "confirm": True} for path in now]
    platform.datasets.samples.annotate_many(alice, dataset_id, AnnotationBatch.model_validate({"items": everything}))
    idle = delivered(serving, made.id)
    # Nothing new was said, so no version is made of it.
    assert (idle.proposed, idle.kept, idle.version, idle.reason.code) == (0, 6, None, "nothing_proposed")
    platform.events.seal()
    codes = [event.code for event in platform.events.list(alice, EventQuery(object_id=made.id)).items]
    assert codes.count("batch_service.delivery_succeeded") == 3


def test_results_of_a_folder_become_a_dataset_with_the_labels_that_they_name(serving: Serving, tmp_path: Path) -> None:
    platform = serving.platform
    for name, text in {"a": b"x", "sub/b": b"longer", "c": b"bad"}.items():
        platform.areas.write_file(serving.alice, f"in/{name}.txt", io.BytesIO(text))
    made = ended(serving, batch(serving, tmp_path, {"kind": "area", "path": "in"}).id)
    with pytest.raises(Invalid) as caught:
        platform.batches.delivering.ask(serving.alice, made.id, BatchDeliveryRequest())
    assert caught.value.details["fields"][0]["field"] == "name"
    result = delivered(serving, made.id, name="sorted", publish=False)
    assert (result.status, result.dataset.name, result.version, result.reason) == ("succeeded", "sorted", None, None)
    assert (result.proposed, result.kept, result.refused) == (2, 0, 0)
    new = platform.datasets.get(serving.alice, result.dataset.id)
    assert (new.data_type, new.annotation_type, new.counts.total) == ("text", "text_classification", 3)
    assert new.label_group is not None
    assert {label.name for label in platform.labels.of_dataset(new.label_group.id).labels} == {"long", "short"}
    states = {path: sample.state for path, sample in samples(serving, new.id).items()}
    assert states == {"a.txt": "auto", "sub/b.txt": "auto", "c.txt": "unlabelled"}


def test_boxes_of_a_script_become_boxes_and_one_outside_its_picture_is_told(serving: Serving, tmp_path: Path) -> None:
    pictures = {}
    for name in ("a", "b", "c"):
        data = io.BytesIO()
        Image.new("RGB", (32, 24), (len(pictures), 0, 0)).save(data, "PNG")
        pictures[f"{name}.png"] = data.getvalue()
    dataset_id = dataset(serving, "spots", pictures, data_type="image", annotation_type="object_detection")
    everything = AnnotationBatch.model_validate(
        {"items": [{"path": p, "objects": [], "confirm": True} for p in pictures]}
    )
    serving.platform.datasets.samples.annotate_many(serving.alice, dataset_id, everything)
    version = serving.platform.datasets.versions.publish(serving.alice, dataset_id, PublishRequest()).version
    source = {"kind": "dataset", "dataset_id": dataset_id, "version": version}
    made = ended(serving, batch(serving, tmp_path, source, FINDING).id)
    result = delivered(serving, made.id, name="found")
    assert (result.proposed, result.refused) == (2, 1)
    assert [(one.path, one.code) for one in result.refusals] == [("c.png", "invalid")]
    found = samples(serving, result.dataset.id)
    [spot] = found["a.png"].annotation.objects
    assert (spot.label, spot.score) == ("spot", 0.5)
    assert spot.shape is not None
    assert (spot.shape.x, spot.shape.y, spot.shape.w, spot.shape.h) == (1, 2, 3, 4)
    assert (found["a.png"].state, found["a.png"].sha256) == ("auto", samples(serving, dataset_id)["a.png"].sha256)
    assert found["c.png"].state == "unlabelled"


def test_a_platform_that_was_stopped_goes_on_where_it_was(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aispace.serving.delivering.PART", 2)
    monkeypatch.setattr("aispace.datasets.copying.PART", 2)
    dataset_id = texts(serving)
    version = published(serving, dataset_id)
    made = ended(
        serving, batch(serving, tmp_path, {"kind": "dataset", "dataset_id": dataset_id, "version": version}).id
    )
    batches = serving.platform.batches
    batches.close()
    asked = batches.delivering.ask(serving.alice, made.id, BatchDeliveryRequest(name="copy"))
    assert asked.delivery is not None
    # The process ends after each part; the next one goes on.
    ends = 0
    while read(serving, made.id).delivery.status == "running":
        assert ends < 20
        batches._stop.clear()
        note = batches.delivering._note

        def stop(*given: Any, note: Any = note, **changes: Any) -> None:
            note(*given, **changes)
            batches._stop.set()

        monkeypatch.setattr(batches.delivering, "_note", stop)
        batches.delivering.go_on()
        monkeypatch.setattr(batches.delivering, "_note", note)
        ends += 1
    result = read(serving, made.id).delivery
    assert ends > 5
    assert (result.status, result.proposed, result.version) == ("succeeded", 6, "V0001")
    assert len(samples(serving, result.dataset.id)) == 6


def test_who_may_not_and_what_is_not_there_is_refused(serving: Serving, tmp_path: Path) -> None:
    delivering = serving.platform.batches.delivering
    serving.platform.areas.write_file(serving.alice, "in/a.txt", io.BytesIO(b"bad"))
    made = batch(
        serving, tmp_path, {"kind": "area", "path": "in"}, parameters={"pause": 3, "seen": str(tmp_path / "s")}
    )
    with pytest.raises(NotFound):
        delivering.ask(serving.bob, made.id, BatchDeliveryRequest(name="stolen"))
    with pytest.raises(Conflict) as running:
        delivering.ask(serving.alice, made.id, BatchDeliveryRequest(name="early"))
    assert running.value.code == "not_ended"
    ended(serving, made.id)
    with pytest.raises(Conflict) as empty:
        delivering.ask(serving.alice, made.id, BatchDeliveryRequest(name="nothing"))
    assert empty.value.code == "no_results"
    with pytest.raises(ValidationError):
        BatchDeliveryRequest(name="x" * 51)
