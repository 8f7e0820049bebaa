from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from aispace.datasets.requests import ImportInspectRequest, ImportQuery, ImportRequest
from aispace.datasets.schemas import DatasetCreate, DatasetRead, PublishRequest, SampleQuery
from aispace.errors import AISpaceError, Conflict
from aispace.identity import Principal
from aispace.labels.schemas import Label
from aispace.platform import Platform
from aispace.schemas import AreaSource, UploadSource
from aispace.storage.archives import ArchiveRefused, Budget, Meter, read_archive
from aispace.storage.schemas import UploadQuery
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import bring, check_counters, png, put, upload, wait_for


@pytest.fixture
def dataset(platform: Platform, alice: Principal) -> DatasetRead:
    return platform.datasets.create(alice, DatasetCreate(name="d"))


def said(
    platform: Platform, principal: Principal, dataset: DatasetRead
) -> dict[str, tuple[list[str | None], str | None]]:
    page = platform.datasets.samples.list(principal, dataset.id, SampleQuery(limit=200))
    return {s.path: ([o.label for o in s.annotation.objects], s.split) for s in page.items}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is computed
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


# Layouts


@pytest.mark.capability("MA1-06")
def test_class_folders_with_splits_and_unlabelled_ones(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    put(
        platform,
        alice,
        {
            "root/train/cat/1.png": png(1), "root/train/dog/2.png": png(2), "root/val/cat/3.png": png(3),
            "root/test/unlabelled/4.png": png(4),
        },
    )  # fmt: skip
    assert bring(platform, alice, dataset, "root").status == "succeeded"
    assert said(platform, alice, dataset) == {
        "train/cat/1.png": (["cat"], "training"),
        "train/dog/2.png": (["dog"], "training"),
        "val/cat/3.png": (["cat"], "validation"),
        "test/unlabelled/4.png": ([], "test"),
    }
    check_counters(platform, dataset.id)


@pytest.mark.capability("AP-42")
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.zip", zipped),
        ("a.tar", lambda files: tarred(files, "w")),
        ("a.tar.gz", lambda files: tarred(files, "w:gz")),
        ("a.tar.bz2", lambda files: tarred(files, "w:bz2")),
        ("a.tar.xz", lambda files: tarred(files, "w:xz")),
    ],
)
def test_archives_of_every_kind(
    platform: Platform, alice: Principal, dataset: DatasetRead, name: str, make: Callable[[dict[str, bytes]], bytes]
) -> None:
    files = {f"set/{label}/{n}.png": png(n) for n, label in enumerate("猫狗猫狗")} | {
        "set/__MACOSX/x": b"",
        "set/.DS_Store": b"x",
    }
    read = bring(platform, alice, dataset, upload(platform, alice, name, make(files)))
    assert (read.status, read.report.imported, read.report.refused_count) == ("succeeded", 4, 0), read
    assert said(platform, alice, dataset)["猫/0.png"] == (["猫"], None)
    assert read.report.labels_created == ["狗", "猫"]
    assert platform.uploads.list(alice, UploadQuery(finished=True)).items == []  # the upload is used up


@pytest.mark.capability("AS1-40")
def test_the_annotated_layout_of_the_manual(platform: Platform, alice: Principal, dataset: DatasetRead) -> None:
    put(
        platform,
        alice,
        {
            "set/origin/a.png": png(1),
            "set/origin/b.png": png(2),
            "set/origin/c.png": png(3),
            "set/annotation/a.png.json": json.dumps([{"name": "cat", "score": 1}]).encode(),
            "set/annotation/c.png.json": json.dumps([{"name": "bird", "score": 1}]).encode(),
            "set/label_pets.json": json.dumps([{"name": "cat", "color": "#ff8800", "key": "c"}]).encode(),
        },
    )
    read = bring(platform, alice, dataset, "set")
    assert said(platform, alice, dataset) == {"a.png": (["cat"], None), "b.png": ([], None)}
    assert [(r.path, r.code) for r in read.report.refused] == [("origin/c.png", "label_unknown")]
    group = platform.datasets.get(alice, dataset.id).label_group
    assert group is not None
    assert [(label.name, label.color, label.key) for label in group.labels] == [("cat", "#ff8800", None)]


def test_flat_keeps_names_and_a_single_folder_is_no_class(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    put(platform, alice, {"photos/1.png": png(1), "photos/2.jpg": png(2, form="JPEG")})
    inspection = platform.datasets.imports.inspect(
        alice, dataset.id, ImportInspectRequest(source=AreaSource(kind="area", path="photos"))
    )
    assert (inspection.layout, inspection.count, inspection.labels) == ("flat", 2, {})
    bring(platform, alice, dataset, "photos")
    assert said(platform, alice, dataset) == {"1.png": ([], None), "2.jpg": ([], None)}


# Refusals


def test_what_is_no_image_is_refused_with_its_reason(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    bomb = png(1)
    header = b"IHDR" + struct.pack(">II", 60_000, 60_000) + bomb[24:29]
    bomb = bomb[:12] + header + struct.pack(">I", zlib.crc32(header)) + bomb[33:]
    put(
        platform,
        alice,
        {
            "x/good.png": png(1), "x/cut.png": png(2, 64)[:-30], "x/text.png": b"hello", "x/notes.txt": b"hello",
            "x/bomb.png": bomb, "x/empty.png": b"", "x/cut.jpg": png(3, 64, "JPEG")[:300],
        },
    )  # fmt: skip
    read = bring(platform, alice, dataset, "x", layout="flat")
    assert read.report.imported == 1
    assert {r.path: r.code for r in read.report.refused} == {
        "cut.png": "image_corrupt", "text.png": "not_an_image", "notes.txt": "suffix",
        "bomb.png": "image_too_many_pixels", "empty.png": "not_an_image", "cut.jpg": "image_corrupt",
    }  # fmt: skip


def test_a_path_that_is_there_is_refused_skipped_or_replaced(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    put(platform, alice, {"a/0/1.png": png(1), "a/1/2.png": png(2), "b/1/1.png": b"", "b/0/1.png": png(9)})
    bring(platform, alice, dataset, "a")
    before = platform.datasets.samples.list(alice, dataset.id, SampleQuery(q="0/1.png")).items[0]
    refused = bring(platform, alice, dataset, "b/0", layout="class_folders")
    assert refused.report.imported == 1  # the path is 1.png there: another one
    put(platform, alice, {"c/0/1.png": png(9), "c/1/x.png": png(10)})
    assert [r.code for r in bring(platform, alice, dataset, "c").report.refused] == ["path_exists"]
    assert bring(platform, alice, dataset, "c", overwrite="skip").report.skipped == 2
    assert bring(platform, alice, dataset, "c", overwrite="replace").report.replaced == 1
    after = platform.datasets.samples.get(alice, dataset.id, before.id)
    assert after.sha256 != before.sha256
    assert after.revision > before.revision
    check_counters(platform, dataset.id)


def test_same_bytes_are_kept_or_skipped(platform: Platform, alice: Principal, dataset: DatasetRead) -> None:
    put(platform, alice, {"a/1.png": png(1), "a/2.png": png(1), "a/3.png": png(3)})
    assert bring(platform, alice, dataset, "a", layout="flat", duplicates="skip").report.duplicates == 1
    assert bring(platform, alice, dataset, "a", layout="flat", overwrite="skip").report.imported == 1


def test_labels_of_somebody_elses_group_are_not_added(platform: Platform, alice: Principal, bob: Principal) -> None:
    from aispace.labels.schemas import LabelGroupCreate

    group = platform.labels.create(bob, LabelGroupCreate(name="g", labels=[Label(name="0")], visibility="public"))
    dataset = platform.datasets.create(alice, DatasetCreate(name="d", label_group_id=group.id))
    put(platform, alice, {"a/0/1.png": png(1), "a/1/2.png": png(2)})
    read = bring(platform, alice, dataset, "a")
    assert read.status == "failed"
    assert read.reason is not None
    assert read.reason.code == "label_unknown"
    after = platform.datasets.get(alice, dataset.id)
    assert (after.counts.total, after.status) == (0, "unlabelled")


def test_an_upload_that_is_not_complete_is_refused_at_once(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    made = platform.uploads.create(alice, 10, {"filename": "a.zip"})
    with pytest.raises(Conflict, match="Only 0 of the 10 bytes"):
        platform.datasets.imports.create(
            alice, dataset.id, ImportRequest(source=UploadSource(kind="upload", upload_id=made.id))
        )
    assert platform.datasets.get(alice, dataset.id).status == "unlabelled"


# Hostile archives


def members(tmp_path: Path, name: str, data: bytes, budget: Budget | None = None) -> tuple[list[str], Meter]:
    path = tmp_path / "archive"
    path.write_bytes(data)
    meter = Meter(budget or Budget())
    return [m.path for m in read_archive(path, name, meter) if m.stream.read() is not None], meter


def test_paths_that_lead_out_links_and_devices_are_left_out(tmp_path: Path) -> None:
    names = {
        "../up": b"",
        "/etc/passwd": b"",
        "a/../../b": b"",
        "ok/x": b"",
        "c\\d": b"",
        ".aispace/x": b"",
        "C:/x": b"",
    }
    for name, data in (("a.zip", zipped(names)), ("a.tar", tarred(names, "w"))):
        taken, meter = members(tmp_path, name, data)
        assert taken == ["ok/x"]
        assert len(meter.refused) == 6
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"x{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    taken, meter = members(tmp_path, "a.tar", out.getvalue())
    assert taken == []
    assert {r.code for r in meter.refused} == {"not_a_file"}
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive_zip:
        archive_zip.writestr(link, "/etc/passwd")
    assert members(tmp_path, "a.zip", out.getvalue())[0] == []


def test_bombs_are_stopped_by_the_budget(tmp_path: Path) -> None:
    zeros = bytes(80 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", zeros)
    for name, data in (("a.zip", packed.getvalue()), ("a.tar.gz", tarred({"zeros": zeros}, "w:gz"))):
        with pytest.raises(ArchiveRefused, match="decompression bomb"):
            members(tmp_path, name, data)
    many = zipped({str(n): b"" for n in range(50)})
    with pytest.raises(ArchiveRefused, match="more than 40 files"):
        members(tmp_path, "a.zip", many, Budget(entries=40))
    with pytest.raises(ArchiveRefused, match="more than 10 bytes"):
        members(tmp_path, "a.zip", zipped({"a": b"x" * 6, "b": b"x" * 6}), Budget(total_bytes=10))


def test_the_same_name_in_two_spellings_is_one_file(tmp_path: Path) -> None:
    taken, meter = members(
        tmp_path, "a.tar", tarred({"e\u0301.png": b"1", "\u00e9.png": b"2", "x": b"", "x/y": b""}, "w")
    )
    assert taken == ["\u00e9.png", "x"]
    assert [r.code for r in meter.refused] == ["path_twice", "path_conflict"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"]))
def test_noise_is_refused_and_nothing_else_happens(tmp_path: Path, data: bytes, name: str) -> None:
    try:
        taken, _ = members(tmp_path, name, data)
    except ArchiveRefused:
        return
    assert taken == []


def test_an_entry_without_a_name_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    # A name ends at a zero byte, and this one has nothing before it.
    data = zipped({"nameless": b"one", "a/1.png": png(1)}).replace(b"nameless", b"\0ameless")
    taken, meter = members(tmp_path, "a.zip", data)
    assert taken == ["a/1.png"]
    assert [one.code for one in meter.refused] == ["not_a_file"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), value=st.integers(0, 255), form=st.sampled_from(["zip", "tar.gz"]))
def test_a_damaged_archive_is_refused_or_read_but_never_crashes(tmp_path: Path, at: int, value: int, form: str) -> None:
    files = {f"{n}/{n}.png": png(n) for n in range(5)}
    data = bytearray(zipped(files) if form == "zip" else tarred(files, "w:gz"))
    data[at % len(data)] = value
    try:
        taken, _ = members(tmp_path, f"a.{form}", bytes(data))
    except ArchiveRefused:
        return
    assert len(taken) <= len(files)


# Kill


KILLED = """
import sys, time
from aispace.platform import Platform
from aispace.identity import Principal
from aispace.datasets.requests import ImportRequest
from aispace.datasets import importing
from aispace.schemas import AreaSource
importing.PART = 20
platform = Platform(home=sys.argv[1])
alice = Principal(user_id="usr_alice", name="alice")
write = importing.ImportService._write
def slow(self, *args):
    write(self, *args)
    print("part", flush=True)
    time.sleep(0.02)
importing.ImportService._write = slow
started = platform.datasets.imports.create(
    alice, sys.argv[2], ImportRequest(source=AreaSource(kind="area", path="set"))
)
print("started", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("lines", [1, 3, 6])
def test_a_killed_import_goes_on_and_is_whole(tmp_path: Path, alice: Principal, lines: int) -> None:
    home = tmp_path / "home"
    platform = Platform(home=str(home))
    platform.db.upgrade()
    dataset = platform.datasets.create(alice, DatasetCreate(name="d"))
    put(platform, alice, {f"set/{n % 3}/{n:03}.png": png(n) for n in range(200)})
    platform.close()
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(home), dataset.id], stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    process.kill()
    process.wait()
    platform = Platform(home=str(home))
    with pytest.raises(Conflict, match="An import is running"):
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    platform.datasets.start()
    [found] = platform.datasets.imports.list(alice, ImportQuery()).items
    read = wait_for(platform, alice, found.id)
    assert (read.status, read.report.imported) == ("succeeded", 200), read
    after = platform.datasets.get(alice, dataset.id)
    assert (after.counts.total, after.counts.labelled, after.status) == (200, 200, "labelled")
    check_counters(platform, dataset.id)
    platform.close()


def test_a_full_disk_fails_the_import_and_the_dataset_stays_as_it_was(
    platform: Platform, alice: Principal, dataset: DatasetRead, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aispace.storage import blobs

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    put(platform, alice, {f"set/{n % 3}/{n:03}.png": png(n) for n in range(20)})
    with monkeypatch.context() as patch:
        patch.setattr(blobs, "sync_filesystem", full)
        read = bring(platform, alice, dataset, "set")
    assert (read.status, read.reason and read.reason.code) == ("failed", "storage_full")
    assert platform.datasets.get(alice, dataset.id).counts.total == 0
    assert bring(platform, alice, dataset, "set").report.imported == 20


def test_an_import_can_be_cancelled_while_it_looks(
    platform: Platform, alice: Principal, dataset: DatasetRead, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from aispace.datasets import importing

    began, go_on = threading.Event(), threading.Event()
    stage = importing.stage_files

    def slow(*args: object) -> object:
        began.set()
        assert go_on.wait(20)
        return stage(*args)  # type: ignore[arg-type]  # the case decides it

    monkeypatch.setattr(importing, "stage_files", slow)
    put(platform, alice, {"set/0/1.png": png(1)})
    started = platform.datasets.imports.create(
        alice, dataset.id, ImportRequest(source=AreaSource(kind="area", path="set"))
    )
    assert began.wait(20)
    platform.datasets.imports.cancel(alice, started.id)
    go_on.set()
    assert wait_for(platform, alice, started.id).status == "cancelled"
    with pytest.raises(Conflict):
        platform.datasets.imports.cancel(alice, started.id)
    assert platform.datasets.get(alice, dataset.id).counts.total == 0


def test_resuming_what_runs_already_runs_it_once(platform: Platform, alice: Principal, dataset: DatasetRead) -> None:
    put(platform, alice, {f"set/{n % 3}/{n:03}.png": png(n) for n in range(60)})
    started = platform.datasets.imports.create(
        alice, dataset.id, ImportRequest(source=AreaSource(kind="area", path="set"))
    )
    platform.datasets.start()
    assert wait_for(platform, alice, started.id).report.imported == 60
    after = platform.datasets.get(alice, dataset.id)
    assert (after.counts.total, after.status) == (60, "labelled")


def test_eighteen_hundred_small_files_import_quickly(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    files = {f"set/{n % 10}/{n}.png": png(n) for n in range(1800)}
    source = upload(platform, alice, "digits.zip", zipped(files))
    begin = time.monotonic()
    assert bring(platform, alice, dataset, source).report.imported == 1800
    assert time.monotonic() - begin < 30  # far above what it takes, below what one sync a file would


def test_an_error_of_a_source_is_the_reason_of_the_import(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> None:
    read = bring(platform, alice, dataset, upload(platform, alice, "broken.zip", b"PK nothing"))
    assert (read.status, read.reason and read.reason.code) == ("failed", "archive_broken")
    with pytest.raises(AISpaceError):
        bring(platform, alice, dataset, "no/such/folder")
