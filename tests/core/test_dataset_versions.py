from __future__ import annotations

import io
import threading
import zipfile
from typing import Any

import pytest
from aispace.datasets.orm import Dataset
from aispace.datasets.publishing import NO_COUNTS, changed_samples, merge
from aispace.datasets.requests import (
    AreaTarget,
    BulkAnnotate,
    BulkSelection,
    ExportRequest,
)
from aispace.datasets.schemas import (
    DatasetCreate,
    DatasetRead,
    DiffQuery,
    PublishRequest,
    SampleFilter,
    SampleUpdate,
    VersionSampleQuery,
)
from aispace.errors import Conflict, InUse, NotFound
from aispace.identity import Principal
from aispace.platform import Platform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import LABELS, add, auto, bring, check_counters, fill, png, put, said, samples, upload
from sqlalchemy import select


@pytest.fixture
def digits(platform: Platform, alice: Principal) -> DatasetRead:
    """Ten labelled images of two classes and five without label."""
    put(platform, alice, {f"set/{n % 2}/{n}.png": png(n) for n in range(10)})
    put(platform, alice, {f"rest/u{n}.png": png(100 + n) for n in range(5)})
    dataset = platform.datasets.create(alice, DatasetCreate(name="digits"))
    report = bring(platform, alice, dataset, "set")
    assert (report.status, report.report.imported) == ("succeeded", 10), report
    assert bring(platform, alice, dataset, "rest", layout="flat").report.imported == 5
    return platform.datasets.get(alice, dataset.id)


# Versions


@pytest.mark.capability("AS1-50", "AS1-53", "MA1-44")
def test_a_version_never_changes_and_any_can_be_current(
    platform: Platform, alice: Principal, digits: DatasetRead
) -> None:
    def state(version: str) -> list[Any]:
        page = platform.datasets.versions.samples(alice, digits.id, version, VersionSampleQuery(limit=200))
        return [(s.path, s.sha256, s.state, s.annotation.objects) for s in page.items]

    platform.datasets.versions.publish(alice, digits.id, PublishRequest(include="confirmed"))
    first = state("V0001")
    platform.datasets.bulk.annotate(alice, digits.id, BulkAnnotate(filter=SampleFilter(), label="1"))
    platform.datasets.versions.publish(alice, digits.id, PublishRequest())
    platform.datasets.bulk.delete(alice, digits.id, BulkSelection(filter=SampleFilter(q="u")))
    assert state("V0001") == first
    assert [len(first), len(state("V0002"))] == [10, 15]
    assert platform.datasets.get(alice, digits.id).current_version == "V0002"
    assert platform.datasets.versions.set_current(alice, digits.id, "V0001").is_current
    assert platform.datasets.get(alice, digits.id).current_version == "V0001"
    with pytest.raises(NotFound):
        platform.datasets.versions.set_current(alice, digits.id, "V0009")


def test_what_was_left_out_is_published_later(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 8)
    with pytest.raises(Conflict, match="2 of 8 samples are not confirmed"):
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    assert platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed")).file_count == 6
    unpublished = platform.datasets.get(alice, dataset.id).unpublished
    assert (unpublished.added, unpublished.changed, unpublished.removed) == (2, 0, 0)
    ids = [s.id for s in samples(platform, alice, dataset, state="unlabelled")]
    auto(platform, alice, dataset, ids, "2")
    assert platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).file_count == 8
    assert platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed")).file_count == 6
    assert platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).file_count == 8
    check_counters(platform, dataset.id)


def test_nothing_changed_gives_the_same_bytes(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 9)
    request = PublishRequest(include="confirmed")
    one, two = (platform.datasets.versions.publish(alice, dataset.id, request) for _ in range(2))
    with platform.db.read() as session:
        from aispace.datasets.orm import DatasetVersion

        rows = session.scalars(select(DatasetVersion)).all()
    assert len({(r.manifest, r.annotations) for r in rows}) == 1
    assert (one.version, two.version) == ("V0001", "V0002")


def test_a_version_in_use_is_not_deleted_and_its_name_is_not_given_again(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 9)
    request = PublishRequest(include="confirmed")
    for _ in range(2):
        platform.datasets.versions.publish(alice, dataset.id, request)
    user = {"kind": "training job", "id": "job_1", "name": "train"}
    platform.datasets.register_user(lambda _who, _id, version: [user] if version in (None, "V0001") else [])
    with pytest.raises(InUse):
        platform.datasets.versions.delete(alice, dataset.id, "V0001")
    with pytest.raises(InUse):
        platform.datasets.delete(alice, dataset.id)
    assert platform.datasets.get(alice, dataset.id).used_by == [user]
    platform.datasets.versions.delete(alice, dataset.id, "V0002")
    assert platform.datasets.get(alice, dataset.id).current_version == "V0001"
    assert platform.datasets.versions.publish(alice, dataset.id, request).version == "V0003"


@pytest.mark.capability("MA1-51")
def test_differences_name_what_changed(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 30)
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    every = samples(platform, alice, dataset, state="labelled")
    platform.datasets.samples.annotate(alice, dataset.id, every[0].id, said("0"), None)
    platform.datasets.samples.update(alice, dataset.id, every[1].id, SampleUpdate(hard=True), None)
    platform.datasets.samples.delete(alice, dataset.id, every[2].id, None)
    add(platform, dataset, [31])
    working = platform.datasets.versions.difference(alice, dataset.id, DiffQuery())
    assert (working.counts.removed, working.counts.relabelled) == (1, 2)
    touched = {*(s.path for s in every[:3]), "1/00031.png"}
    changes = {i.path: i.change for i in working.items if i.path in touched}
    assert changes == {
        every[0].path: "relabelled", every[1].path: "changed", every[2].path: "removed", "1/00031.png": "added",
    }  # fmt: skip
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    query = {"from": "V0001", "to": "V0002", "limit": 2}
    page = platform.datasets.versions.difference(alice, dataset.id, DiffQuery.model_validate(query))
    assert page.counts.model_dump() == {"added": 1, "removed": 1, "relabelled": 1, "changed": 1}
    query["cursor"] = page.page.next  # type: ignore[assignment]  # known to be there
    rest = platform.datasets.versions.difference(alice, dataset.id, DiffQuery.model_validate(query))
    assert {i.path: i.change for i in [*page.items, *rest.items]} == changes
    assert rest.page.next is None
    sides = {i.path: (i.before is not None, i.after is not None) for i in [*page.items, *rest.items]}
    assert (sides[every[2].path], sides["1/00031.png"]) == ((True, False), (False, True))  # which version has it
    with pytest.raises(Conflict):
        platform.datasets.versions.difference(alice, dataset.id, DiffQuery.model_validate({"from": "V0001"}))


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("annotate"), st.integers(0, 20), st.sampled_from(["0", "1", "2", None])),
        st.tuples(st.just("delete"), st.integers(0, 20), st.none()),
        st.tuples(st.just("add"), st.integers(100, 130), st.none()),
        st.tuples(st.just("split"), st.integers(0, 20), st.sampled_from(["training", "test", None])),
        st.tuples(st.just("publish"), st.just(0), st.sampled_from(["confirmed", "all"])),
    ),
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_a_version_made_from_the_last_one_is_what_one_made_anew_would_be(
    platform: Platform, alice: Principal, operations: list[tuple[str, int, Any]]
) -> None:
    """Whatever is done in whatever order: merging the changes gives the bytes of a version built from all rows."""
    dataset = platform.datasets.create(
        alice, DatasetCreate(name=f"d{threading.get_ident()}-{id(operations)}", labels=LABELS)
    )
    add(platform, dataset, range(12))
    service = platform.datasets
    for verb, n, value in [*operations, ("publish", 0, "confirmed")]:
        there = samples(platform, alice, dataset)
        sample = there[n % len(there)] if there else None
        if verb == "publish":
            try:
                version = service.versions.publish(alice, dataset.id, PublishRequest(include=value))
            except Conflict:
                continue
            with platform.db.read() as session:
                row = session.scalars(select(Dataset).where(Dataset.id == dataset.id)).one()
                changes = changed_samples(session, row, -1, only_confirmed=value == "confirmed")
                anew = merge(platform.blobs, None, None, NO_COUNTS, changes)
            assert (row.base_manifest, row.base_annotations) == (anew.manifest.sha256, anew.annotations)
            assert row.base_counts == anew.counts
            assert version.file_count == anew.manifest.count
        elif verb == "add":
            if f"{n % 3}/{n:05}.png" not in {s.path for s in there}:
                add(platform, dataset, [n])
        elif sample is None:
            continue
        elif verb == "annotate":
            service.samples.annotate(alice, dataset.id, sample.id, said(value), None)
        elif verb == "delete":
            service.samples.delete(alice, dataset.id, sample.id, None)
        else:
            service.samples.update(alice, dataset.id, sample.id, SampleUpdate(split=value), None)
        check_counters(platform, dataset.id)


def test_what_is_annotated_while_publishing_belongs_to_the_next_version(
    platform: Platform, alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aispace.datasets import publishing

    dataset = fill(platform, alice, 9)
    every = samples(platform, alice, dataset, state="labelled")
    real = publishing.merge

    def meanwhile(*args: Any) -> Any:
        snapshot = real(*args)

        def other_tab() -> None:
            platform.datasets.samples.annotate(alice, dataset.id, every[0].id, said("0"), None)
            platform.datasets.samples.delete(alice, dataset.id, every[1].id, None)
            add(platform, dataset, [50])

        thread = threading.Thread(target=other_tab)
        thread.start()
        thread.join(20)
        return snapshot

    monkeypatch.setattr(publishing, "merge", meanwhile)
    first = platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    monkeypatch.undo()
    assert first.file_count == 6
    unpublished = platform.datasets.get(alice, dataset.id).unpublished
    assert (unpublished.changed, unpublished.removed) == (1, 1)
    check_counters(platform, dataset.id)
    second = platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    page = platform.datasets.versions.samples(alice, dataset.id, "V0002", VersionSampleQuery())
    assert second.file_count == 6
    assert every[1].path not in {s.path for s in page.items}


# Export


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.dictionaries(
        st.integers(0, 40),
        st.tuples(st.sampled_from(["猫", "dog", "a-b"]), st.sampled_from([None, "training", "validation", "test"])),
        min_size=2, max_size=12,
    ),
    layout=st.sampled_from(["class_folders", "manifest"]),
)  # fmt: skip
def test_what_is_exported_comes_back(platform: Platform, alice: Principal, chosen: dict[int, Any], layout: Any) -> None:
    stamp = f"{threading.get_ident()}-{id(chosen)}-{len(chosen)}"
    dataset = platform.datasets.create(alice, DatasetCreate(name=f"源{stamp}"[:40]))
    put(platform, alice, {f"{stamp}/{label}/{n}.png": png(n) for n, (label, _) in chosen.items()})
    assert bring(platform, alice, dataset, stamp, layout="class_folders").status == "succeeded"
    for sample in samples(platform, alice, dataset):
        split = chosen[int(sample.path.rpartition("/")[2].removesuffix(".png"))][1]
        platform.datasets.samples.update(alice, dataset.id, sample.id, SampleUpdate(split=split), None)
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    export = platform.datasets.exports.create(alice, dataset.id, "V0001", ExportRequest(layout=layout))
    name, pieces = platform.datasets.exports.content(alice, export.id)
    archive = b"".join(pieces)
    assert zipfile.ZipFile(io.BytesIO(archive)).testzip() is None
    copy = platform.datasets.create(alice, DatasetCreate(name=f"回{stamp}"[:40]))
    read = bring(platform, alice, copy, upload(platform, alice, name, archive), layout=layout)
    assert (read.status, read.report.refused_count) == ("succeeded", 0), read

    def content(which: DatasetRead) -> set[Any]:
        return {
            (s.sha256, s.annotation.objects[0].label, s.split, s.path if layout == "manifest" else None)
            for s in samples(platform, alice, which)
        }

    assert content(copy) == content(dataset)
    platform.datasets.delete(alice, copy.id)
    platform.datasets.delete(alice, dataset.id)


def test_class_folders_keep_what_is_in_no_split_apart_also_the_second_time(
    platform: Platform, alice: Principal
) -> None:
    dataset = platform.datasets.create(alice, DatasetCreate(name="d"))
    put(platform, alice, {"d/cat/1.png": png(1), "d/dog/2.png": png(2), "d/cat/3.png": png(3)})
    bring(platform, alice, dataset, "d", layout="class_folders")
    first = next(s for s in samples(platform, alice, dataset) if s.path == "cat/1.png")
    platform.datasets.samples.update(alice, dataset.id, first.id, SampleUpdate(split="training"), None)
    for _ in range(2):
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
        export = platform.datasets.exports.create(alice, dataset.id, "V0001", ExportRequest(layout="class_folders"))
        name, pieces = platform.datasets.exports.content(alice, export.id)
        archive = b"".join(pieces)
        names = {n.partition("/")[2] for n in zipfile.ZipFile(io.BytesIO(archive)).namelist()}
        assert names == {"train/cat/1.png", "no_split/dog/2.png", "no_split/cat/3.png"}
        dataset = platform.datasets.create(alice, DatasetCreate(name=f"copy-{dataset.name}"))
        assert bring(platform, alice, dataset, upload(platform, alice, name, archive)).status == "succeeded"


def test_an_export_goes_into_the_area(platform: Platform, alice: Principal, digits: DatasetRead) -> None:
    import time

    platform.datasets.versions.publish(alice, digits.id, PublishRequest(include="confirmed"))
    request = ExportRequest(target=AreaTarget(area="out"))
    export = platform.datasets.exports.create(alice, digits.id, "V0001", request)
    deadline = time.monotonic() + 20
    while export.status not in ("ready", "failed") and time.monotonic() < deadline:
        time.sleep(0.01)
        export = platform.datasets.exports.get(alice, export.id)
    assert (export.status, export.area_path) == ("ready", "out/digits-V0001.zip"), export
    with platform.areas.open_file(alice, "out/digits-V0001.zip") as file:
        assert "digits/0/4.png" in zipfile.ZipFile(file).namelist()
