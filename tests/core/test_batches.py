"""Batch services: real processes under the local engine, killed, stopped and gone on with."""

from __future__ import annotations

import io
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from aispace.algorithms.schemas import AlgorithmUpdate
from aispace.errors import Conflict, Invalid, NameTaken, NotFound
from aispace.files.schemas import FileQuery
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.serving.batch_schemas import BatchCreate, BatchFileQuery, BatchQuery, BatchRead, BatchUpdate
from aispace.transfers.schemas import TransferAccept, TransferCreate
from aispace.trash.schemas import TrashRestore
from models_for_tests import IRIS, make
from pydantic import ValidationError
from serving_setup import Serving, until

COUNTING = """
import pathlib, time

class Counter:
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
        return {"label": "long" if len(text) > 3 else "short", "score": 1.0}
"""


@pytest.fixture(scope="module")
def iris(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(runtime_python, IRIS, tmp_path_factory.mktemp("models") / "iris")


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


def put(serving: Serving, folder: str, **files: str) -> None:
    for name, text in files.items():
        serving.platform.areas.write_file(serving.alice, f"{folder}/{name}.txt", io.BytesIO(text.encode()))


def create(serving: Serving, tmp_path: Path, **more: Any) -> BatchRead:
    body = {
        "name": "counting",
        "script": {"algorithm_id": serving.script("counter", inference=COUNTING)},
        "spec_id": serving.spec_id,
        "source": {"kind": "area", "path": "in"},
        "parameters": {"pause": 0, "seen": str(tmp_path / "seen")},
    }
    return serving.platform.batches.create(serving.alice, BatchCreate.model_validate(body | more))


def ended(serving: Serving, batch_id: str) -> BatchRead:
    def read() -> BatchRead:
        return serving.platform.batches.get(serving.alice, batch_id)

    until(lambda: "delete" in read().can, 90, read)
    return read()


def files(serving: Serving, batch_id: str, **query: Any) -> list[Any]:
    return list(serving.platform.batches.files(serving.alice, batch_id, BatchFileQuery(**query)).items)


def seen(tmp_path: Path) -> list[str]:
    path = tmp_path / "seen"
    return path.read_text().split() if path.exists() else []


def read_all(serving: Serving, batch_id: str, path: str, who: Principal | None = None) -> bytes:
    with serving.platform.batches.result(who or serving.alice, batch_id, path) as file:
        return file.read()


@pytest.mark.capability("AS3-33")
def test_each_file_of_a_folder_has_a_result_and_failures_have_reasons(serving: Serving, tmp_path: Path) -> None:
    put(serving, "in", **{"a": "x", "sub/b": "longer", "c": "bad"})
    serving.platform.areas.write_file(serving.alice, "in/.hidden", io.BytesIO(b"x"))
    made = create(serving, tmp_path, results={"kind": "area", "path": "out/first"})
    assert made.status in ("queued", "starting")
    done = ended(serving, made.id)
    assert (done.status, done.counts.model_dump()) == ("succeeded", {"total": 3, "done": 2, "failed": 1})
    assert done.started_at is not None
    assert done.ended_at is not None
    listed = files(serving, made.id)
    assert [(f.path, f.status, f.label) for f in listed] == [
        ("c.txt", "failed", None),
        ("a.txt", "done", "short"),
        ("sub/b.txt", "done", "long"),
    ]
    assert listed[0].code == "script_failed"
    assert "ValueError: a bad file (inference.py, line 15)" in listed[0].message
    assert [f.path for f in files(serving, made.id, status="failed")] == ["c.txt"]
    assert [f.path for f in files(serving, made.id, q="SUB")] == ["sub/b.txt"]
    assert json.loads(read_all(serving, made.id, listed[2].result)) == {"label": "long", "score": 1.0}
    name, parts = serving.platform.batches.download(serving.alice, made.id)
    assert name == "counting.zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert sorted(archive.namelist()) == [
            "counting/files/a.txt.json",
            "counting/files/sub/b.txt.json",
            "counting/journal.jsonl",
            "counting/predictions.csv",
        ]
        table = archive.read("counting/predictions.csv").decode().splitlines()
    assert table == ["path,label,score", "a.txt,short,1.0", "sub/b.txt,long,1.0"]
    assert done.stored is not None
    assert done.stored.path == "out/first"
    put_away = serving.platform.areas.list(serving.alice, FileQuery(path="out/first/files"))
    assert [item.name for item in put_away.items] == ["sub", "a.txt.json"]
    for path in ("../../secret", "journal.jsonl/x", "files/none"):
        with pytest.raises((NotFound, Invalid)):
            read_all(serving, made.id, path)


def test_what_is_done_is_not_done_again_after_a_kill_and_after_a_stop(serving: Serving, tmp_path: Path) -> None:
    put(serving, "in", **{f"f{number:02d}": str(number) for number in range(24)}, bad="bad")
    made = create(serving, tmp_path, parameters={"pause": 0.1, "seen": str(tmp_path / "seen")})

    def process() -> int:
        workload = serving.platform.batches.get(serving.alice, made.id).workload_id
        for found in psutil.process_iter(["cmdline", "environ"]):
            command = found.info["cmdline"] or []
            if "aispace_runtime.inference.batch" in command and workload == (found.info["environ"] or {}).get(
                "AISPACE_WORKLOAD_ID"
            ):
                return found.pid
        return 0

    def counts() -> int:
        return serving.platform.batches.get(serving.alice, made.id).counts.done

    until(lambda: counts() >= 4, 60)
    pid = process()
    assert pid
    os.kill(pid, signal.SIGKILL)
    before = {entry.path for entry in files(serving, made.id, status="done")}
    assert before
    until(lambda: counts() >= len(before) + 3, 60)
    serving.platform.batches.stop_batch(serving.alice, made.id)
    stopped = ended(serving, made.id)
    assert (stopped.status, stopped.counts.total) == ("stopped", 25)
    half = {entry.path for entry in files(serving, made.id, status="done")}
    assert before < half
    assert len(half) < 24
    again = serving.platform.batches.start_batch(serving.alice, made.id)
    assert again.starts == 2
    with pytest.raises(Conflict):
        serving.platform.batches.start_batch(serving.alice, made.id)
    finished = ended(serving, made.id)
    assert (finished.status, finished.counts.done, finished.counts.failed) == ("succeeded", 24, 1)
    times = {name: seen(tmp_path).count(name) for name in set(seen(tmp_path))}
    # The one that was under way at the kill may have been begun twice; none that was written down was.
    assert {name for name in before if times[name] != 1} == set()
    assert sum(count - 1 for name, count in times.items() if name != "bad.txt") <= 1
    # Once more: only what failed is tried again.
    marks = len(seen(tmp_path))
    serving.platform.batches.start_batch(serving.alice, made.id)
    ended(serving, made.id)
    assert seen(tmp_path)[marks:] == ["bad.txt"]


@pytest.mark.capability("AS3-31")
def test_one_that_failed_or_stopped_is_edited_and_run_again(serving: Serving, tmp_path: Path) -> None:
    serving.platform.areas.write_file(serving.alice, "empty/.keep", io.BytesIO(b""))
    made = create(serving, tmp_path, source={"kind": "area", "path": "empty"})
    failed = ended(serving, made.id)
    assert failed.status == "failed"
    assert failed.reason is not None
    assert failed.reason.code == "no_files"
    put(serving, "in", a="x")
    changes = BatchUpdate.model_validate({"source": {"kind": "area", "path": "in"}, "name": "second"})
    changed = serving.platform.batches.update(serving.alice, made.id, changes, failed.revision)
    assert (changed.name, changed.source.path) == ("second", "in")
    serving.platform.batches.start_batch(serving.alice, made.id)
    assert ended(serving, made.id).counts.done == 1
    # Another parameter: what was computed is worthless, and done anew.
    other = BatchUpdate.model_validate({"parameters": {"pause": 0.0, "seen": str(tmp_path / "seen"), "more": 1}})
    assert serving.platform.batches.update(serving.alice, made.id, other).counts.total == 0
    assert files(serving, made.id) == []
    serving.platform.batches.start_batch(serving.alice, made.id)
    assert ended(serving, made.id).counts.done == 1
    assert seen(tmp_path) == ["a.txt", "a.txt"]
    serving.platform.batches.delete(serving.alice, made.id)
    with pytest.raises(NotFound):
        serving.platform.batches.get(serving.alice, made.id)
    assert serving.platform.batches.list(serving.alice, BatchQuery()).items == []
    # Its name is free, and it comes back with its results.
    other = create(serving, tmp_path, name="second", source={"kind": "area", "path": "empty"})
    ended(serving, other.id)
    with pytest.raises(NameTaken):
        serving.platform.trash.restore(serving.alice, made.id, TrashRestore())
    assert serving.platform.trash.restore(serving.alice, made.id, TrashRestore(name="third")).kind == "batch_service"
    assert serving.platform.batches.get(serving.alice, made.id).counts.done == 1
    assert json.loads(read_all(serving, made.id, files(serving, made.id)[0].result))["label"] == "short"
    serving.platform.batches.delete(serving.alice, made.id)
    serving.platform.trash.delete(serving.alice, made.id)
    assert not (serving.platform.path / "batches" / made.id).exists()
    with pytest.raises(NotFound):
        serving.platform.trash.restore(serving.alice, made.id, TrashRestore())


def test_one_that_changes_hands_reads_and_writes_no_folder_that_its_new_owner_did_not_choose(
    serving: Serving, tmp_path: Path
) -> None:
    platform, alice = serving.platform, serving.alice
    bob = serving.bob
    put(serving, "in", a="x")
    made = create(
        serving,
        tmp_path,
        results={"kind": "area", "path": "out"},
        parameters={"pause": 30, "seen": str(tmp_path / "seen")},
    )
    offer = platform.transfers.offer(alice, TransferCreate(object_id=made.id, to="bob"))
    with pytest.raises(Conflict, match="Stop it first"):
        platform.transfers.accept(bob, offer.id, TransferAccept())
    until(lambda: seen(tmp_path))
    platform.batches.stop_batch(alice, made.id)
    ended(serving, made.id)
    with pytest.raises(Conflict, match="bob may not read the algorithm"):
        platform.transfers.accept(bob, offer.id, TransferAccept())
    platform.algorithms.update(alice, made.script.id, AlgorithmUpdate(visibility="public"))
    assert platform.transfers.accept(bob, offer.id, TransferAccept()).status == "accepted"
    with pytest.raises(NotFound):
        platform.batches.get(alice, made.id)
    read = platform.batches.get(bob, made.id)
    assert (read.owner.name, read.results, read.stored, read.source.moved) == ("bob", None, None, True)
    # A folder of that name in his own area is another folder.
    platform.areas.write_file(bob, "in/b.txt", io.BytesIO(b"longer"))
    with pytest.raises(Conflict) as caught:
        platform.batches.start_batch(bob, made.id)
    assert caught.value.code == "folder_moved"
    platform.batches.update(bob, made.id, BatchUpdate(max_hours=1))
    with pytest.raises(Conflict, match="choose a folder"):
        platform.batches.start_batch(bob, made.id)
    chosen = {
        "source": {"kind": "area", "path": "in"},
        "parameters": {"pause": 0, "seen": str(tmp_path / "seen-of-bob")},
    }
    assert not platform.batches.update(bob, made.id, BatchUpdate.model_validate(chosen)).source.moved
    platform.batches.start_batch(bob, made.id)
    until(lambda: "delete" in platform.batches.get(bob, made.id).can, 90)
    found = platform.batches.files(bob, made.id, BatchFileQuery()).items
    assert [(f.path, f.status, f.label) for f in found] == [("b.txt", "done", "long")]


def test_an_onnx_model_takes_tables_and_values(serving: Serving, iris: Path, tmp_path: Path) -> None:
    write = serving.platform.areas.write_file
    write(serving.alice, "rows/one.json", io.BytesIO(b"[[5.1, 3.5, 1.4, 0.2]]"))
    write(serving.alice, "rows/two.csv", io.BytesIO(b"a,b,c,d\n5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n"))
    write(serving.alice, "rows/three.bin", io.BytesIO(b"\0"))
    write(serving.alice, "rows/four.csv", io.BytesIO(b"1,2\n"))
    model = serving.model(iris, "iris")
    made = create(
        serving,
        tmp_path,
        script=None,
        model={"model_id": model, "version": "V0001"},
        source={"kind": "area", "path": "rows"},
        parameters={},
    )
    done = ended(serving, made.id)
    assert (done.status, done.counts.done, done.counts.failed) == ("succeeded", 2, 2)
    found = {entry.path: entry for entry in files(serving, made.id)}
    assert found["one.json"].label == "setosa"
    labels = [p["label"] for p in json.loads(read_all(serving, made.id, found["two.csv"].result))["predictions"]]
    assert labels == ["setosa", "virginica"]
    assert (found["three.bin"].code, found["four.csv"].code) == ("unsupported_media", "invalid")
    # What is used cannot be deleted.
    with pytest.raises(Conflict, match="used"):
        serving.platform.models.delete(serving.alice, model)


def test_what_cannot_run_is_refused_with_its_field(serving: Serving, tmp_path: Path) -> None:
    put(serving, "in", a="x")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"source": {"kind": "area", "path": "nothing"}}, "source.path"),
        ({"source": {"kind": "area", "path": "in/a.txt"}}, "source.path"),
        ({"source": {"kind": "dataset", "dataset_id": "ds_none", "version": "V0001"}}, "source.dataset_id"),
        ({"script": None}, "model"),
        ({"script": {"algorithm_id": "alg_none"}}, "script.algorithm_id"),
        ({"script": {"algorithm_id": serving.script("counter", inference=COUNTING), "file": "x.py"}}, "script.file"),
        ({"model": {"model_id": "mdl_none", "version": "V0001"}}, "model"),
    ]
    for change, field in wrong:
        with pytest.raises(Invalid) as caught:
            create(serving, tmp_path, **change)
        assert caught.value.details["fields"][0]["field"] == field, change
    with pytest.raises(ValidationError):
        create(serving, tmp_path, name="x" * 33)
    made = create(serving, tmp_path)
    with pytest.raises(NameTaken):
        create(serving, tmp_path)
    hidden: list[Callable[[], object]] = [
        lambda: serving.platform.batches.get(serving.bob, made.id),
        lambda: serving.platform.batches.files(serving.bob, made.id, BatchFileQuery()),
        lambda: serving.platform.batches.download(serving.bob, made.id),
        lambda: serving.platform.batches.stop_batch(serving.bob, made.id),
    ]
    for look in hidden:
        with pytest.raises(NotFound):
            look()
    assert serving.platform.batches.list(serving.bob, BatchQuery()).items == []
    ended(serving, made.id)
