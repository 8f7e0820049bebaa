from __future__ import annotations

import io
import json
import threading
import zipfile
from typing import Any

import pytest
from aispace.datasets.orm import Dataset
from aispace.datasets.publishing import NO_COUNTS, changed_samples, merge
from aispace.datasets.requests import (
    AnnotationBatch,
    AnnotationItem,
    AnnotationPut,
    AnnotationResult,
    AreaTarget,
    BulkAnnotate,
    BulkSelection,
    ExportRequest,
    UndoRequest,
)
from aispace.datasets.schemas import (
    DatasetCreate,
    DatasetQuery,
    DatasetRead,
    DatasetUpdate,
    DiffQuery,
    PublishRequest,
    SampleFilter,
    SampleQuery,
    SampleRead,
    SampleUpdate,
    SplitRequest,
    VersionSampleQuery,
)
from aispace.datasets.working import WorkingCopy, locked
from aispace.errors import Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound, PreconditionFailed
from aispace.identity import Principal
from aispace.labels.schemas import Label
from aispace.platform import Platform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import bring, check_counters, png, put, upload
from sqlalchemy import select

LABELS = [Label(name=name) for name in "012"]


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


def fill(platform: Platform, alice: Principal, number: int, name: str = "filled", **more: Any) -> DatasetRead:
    """Make a dataset with rows only; its images do not exist."""
    dataset = platform.datasets.create(alice, DatasetCreate(name=name, labels=LABELS, **more))
    add(platform, dataset, range(number))
    return platform.datasets.get(alice, dataset.id)


def add(platform: Platform, dataset: DatasetRead, numbers: Any) -> None:
    files = [
        {
            "path": f"{n % 3}/{n:05}.png", "sha256": f"{n:064x}", "size": n + 1, "media_type": "image/png", "width": 8,
            "height": 8, "split": None, "objects": [{"label": str(n % 3)}] if n % 4 else [],
        }
        for n in numbers
    ]  # fmt: skip
    with platform.db.write() as session:
        copy = WorkingCopy(session, locked(session, dataset.id))
        copy.add(files, by="usr_alice", confirm=True)
        copy.finish()


def said(label: str | None, confirm: bool = True) -> AnnotationPut:
    objects = [] if label is None else [{"label": label}]
    return AnnotationPut.model_validate({"objects": objects, "confirm": confirm and label is not None})


def samples(platform: Platform, alice: Principal, dataset: DatasetRead, **query: Any) -> list[SampleRead]:
    return platform.datasets.samples.list(alice, dataset.id, SampleQuery(limit=200, **query)).items


def auto(
    platform: Platform, alice: Principal, dataset: DatasetRead, ids: list[str], label: str
) -> list[AnnotationResult]:
    objects = [{"label": label, "score": 0.75}]
    items = [AnnotationItem.model_validate({"sample_id": i, "objects": objects, "automatic": True}) for i in ids]
    return platform.datasets.samples.annotate_many(alice, dataset.id, AnnotationBatch(items=items)).results


# The whole path


def test_the_whole_path_from_import_to_tree(platform: Platform, alice: Principal, digits: DatasetRead) -> None:
    assert (digits.counts.total, digits.counts.labelled, digits.status) == (15, 10, "labelling")
    assert digits.label_group is not None
    assert [label.name for label in digits.label_group.labels] == ["0", "1"]
    for sample in samples(platform, alice, digits, state="unlabelled"):
        platform.datasets.samples.annotate(alice, digits.id, sample.id, said("1"), sample.revision)
    check_counters(platform, digits.id)
    platform.datasets.bulk.split(alice, digits.id, SplitRequest(train=0.8, validation=0.2, seed=1))
    version = platform.datasets.versions.publish(alice, digits.id, PublishRequest(note="first"))
    assert (version.version, version.file_count, version.note) == ("V0001", 15, "first")
    assert version.counts["labels"] == {"0": 5, "1": 10}
    assert version.counts["splits"] == {"training": 12, "validation": 3}
    mount = platform.datasets.resolve_for_run(alice, digits.id, "V0001", "training")
    assert (mount.labels, mount.count) == (["0", "1"], 12)
    lines = [json.loads(line) for line in (mount.path / ".aispace/annotations.jsonl").read_text().splitlines()]
    facts = json.loads((mount.path / ".aispace/dataset.json").read_text())
    assert (facts["name"], facts["version"], facts["labels"], facts["count"]) == ("digits", "V0001", ["0", "1"], 12)
    files = sorted(p.relative_to(mount.path).as_posix() for p in mount.path.rglob("*.png"))
    assert sorted(line["path"] for line in lines) == files
    assert {line["split"] for line in lines} == {"training"}
    whole = platform.datasets.resolve_for_run(alice, digits.id, "V0001")
    assert (whole.path / "0/4.png").read_bytes() == png(4)
    with pytest.raises(Invalid, match="no samples"):
        platform.datasets.resolve_for_run(alice, digits.id, "V0001", "test")
    check_counters(platform, digits.id)


def test_a_run_of_a_stranger_gets_no_private_dataset(
    platform: Platform, alice: Principal, bob: Principal, digits: DatasetRead
) -> None:
    platform.datasets.versions.publish(alice, digits.id, PublishRequest(include="confirmed"))
    with pytest.raises(NotFound):
        platform.datasets.resolve_for_run(bob, digits.id, "V0001")
    platform.datasets.update(alice, digits.id, DatasetUpdate(visibility="public"))
    assert platform.datasets.resolve_for_run(bob, digits.id, "V0001").count == 10
    with pytest.raises(Forbidden):
        platform.datasets.versions.publish(bob, digits.id, PublishRequest(include="confirmed"))


# Annotations


@pytest.mark.capability("AS1-55")
def test_single_replaces_and_multi_adds_for_all_ticked(platform: Platform, alice: Principal) -> None:
    for template, expected in (("single", ["1"]), ("multi", ["0", "1"])):
        dataset = fill(platform, alice, 0, template, template=template)
        add(platform, dataset, [0, 4, 8])
        ids = [s.id for s in samples(platform, alice, dataset)]
        for label in ("0", "1"):
            platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(ids=ids, label=label))
        for sample in samples(platform, alice, dataset):
            assert [o.label for o in sample.annotation.objects] == expected
            assert sample.state == "labelled"
        check_counters(platform, dataset.id)
    single = fill(platform, alice, 1, "again")
    [sample] = samples(platform, alice, single)
    two = AnnotationPut.model_validate({"objects": [{"label": "0"}, {"label": "1"}]})
    with pytest.raises(Invalid, match="one label"):
        platform.datasets.samples.annotate(alice, single.id, sample.id, two, None)


@pytest.mark.parametrize(
    "objects",
    [
        [{"label": "unknown"}],
        [{"score": 1}],
        [{"label": "0", "shape": {"type": "bbox", "xywh": [1, 2, 3, 4]}}],
        [{"label": "0", "text": "x"}],
        [{"label": "0"}, {"label": "0"}],
    ],
)
def test_what_the_kind_cannot_carry_is_refused(
    platform: Platform, alice: Principal, objects: list[dict[str, Any]]
) -> None:
    dataset = fill(platform, alice, 1, template="multi")
    [sample] = samples(platform, alice, dataset)
    with pytest.raises(Invalid) as caught:
        platform.datasets.samples.annotate(
            alice, dataset.id, sample.id, AnnotationPut.model_validate({"objects": objects}), None
        )
    assert caught.value.details["fields"][0]["field"].startswith("objects.")
    assert samples(platform, alice, dataset) == [sample]


def test_saving_starts_and_confirming_labels(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 1)
    [sample] = samples(platform, alice, dataset)
    for body, state in ((said("0", confirm=False), "started"), (said("0"), "labelled"), (said(None), "unlabelled")):
        sample = platform.datasets.samples.annotate(alice, dataset.id, sample.id, body, sample.revision)
        assert sample.state == state
    with pytest.raises(Invalid, match="without a label"):
        platform.datasets.samples.annotate(
            alice, dataset.id, sample.id, AnnotationPut(objects=[], confirm=True), sample.revision
        )
    same = platform.datasets.samples.annotate(alice, dataset.id, sample.id, said(None), sample.revision)
    assert same.revision == sample.revision  # nothing changed, nothing counted
    check_counters(platform, dataset.id)


def test_two_tabs_do_not_overwrite_each_other(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 1)
    [sample] = samples(platform, alice, dataset)
    platform.datasets.samples.annotate(alice, dataset.id, sample.id, said("1"), sample.revision)
    with pytest.raises(PreconditionFailed) as caught:
        platform.datasets.samples.annotate(alice, dataset.id, sample.id, said("2"), sample.revision)
    assert caught.value.details["params"]["current"]["annotation"]["objects"][0]["label"] == "1"
    with pytest.raises(PreconditionFailed):
        platform.datasets.samples.delete(alice, dataset.id, sample.id, sample.revision)


@pytest.mark.capability("AS1-65")
def test_automatic_annotations_wait_for_a_person_and_never_replace_one(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 9)
    ids = [s.id for s in samples(platform, alice, dataset)]
    results = auto(platform, alice, dataset, ids, "2")
    assert sum(r.status == "saved" for r in results) == 3
    assert {r.error["code"] for r in results if r.error} == {"human_annotation"}
    after = platform.datasets.get(alice, dataset.id)
    assert (after.counts.auto, after.counts.labelled, after.status) == (3, 6, "auto_labelled")
    for sample in samples(platform, alice, dataset, state="auto"):
        assert sample.annotation.objects[0].score == 0.75
    done = platform.datasets.bulk.annotate(
        alice, dataset.id, BulkAnnotate(filter=SampleFilter(state="auto"), confirm=True)
    )
    assert done.changed == 3
    assert platform.datasets.get(alice, dataset.id).status == "labelled"
    check_counters(platform, dataset.id)


def test_review_needs_a_confirmed_sample(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 2)
    unlabelled, labelled = samples(platform, alice, dataset)
    review = SampleUpdate(review="accept")
    with pytest.raises(Conflict):
        platform.datasets.samples.update(alice, dataset.id, unlabelled.id, review, None)
    assert platform.datasets.samples.update(alice, dataset.id, labelled.id, review, None).state == "reviewed"
    rejected = platform.datasets.samples.update(alice, dataset.id, labelled.id, SampleUpdate(review="reject"), None)
    assert rejected.state == "rejected"
    check_counters(platform, dataset.id)


def test_undo_leaves_what_was_changed_since(platform: Platform, alice: Principal, bob: Principal) -> None:
    dataset = fill(platform, alice, 8)
    before = samples(platform, alice, dataset)
    body = BulkAnnotate(filter=SampleFilter(), label="2", hard=True, split="test")
    done = platform.datasets.bulk.annotate(alice, dataset.id, body)
    assert done.changed == 8
    platform.datasets.samples.annotate(alice, dataset.id, before[3].id, said("1"), None)
    assert done.undo_token is not None
    undo = UndoRequest(undo_token=done.undo_token)
    with pytest.raises(NotFound):
        platform.datasets.bulk.undo(bob, dataset.id, undo)
    result = platform.datasets.bulk.undo(alice, dataset.id, undo)
    assert (result.undone, result.changed_meanwhile) == (7, 1)
    for old, new in zip(before, samples(platform, alice, dataset), strict=True):
        if old.id != before[3].id:
            assert (new.state, new.annotation.objects, new.hard, new.split) == (
                old.state, old.annotation.objects, False, None,
            )  # fmt: skip
    with pytest.raises(NotFound):
        platform.datasets.bulk.undo(alice, dataset.id, undo)
    check_counters(platform, dataset.id)


def test_a_split_is_exact_within_each_label_and_the_same_for_a_seed(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 120)
    request = SplitRequest(train=0.8, validation=0.1, test=0.1, seed=7)
    platform.datasets.bulk.split(alice, dataset.id, request)
    first = {s.path: s.split for s in samples(platform, alice, dataset)}
    for label in "012":
        members = [s.split for s in samples(platform, alice, dataset, label=label)]
        assert (members.count("training"), members.count("validation")) == (24, 3)
    platform.datasets.bulk.split(alice, dataset.id, SplitRequest(train=1, seed=8))
    platform.datasets.bulk.split(alice, dataset.id, request)
    assert {s.path: s.split for s in samples(platform, alice, dataset)} == first
    statistics = platform.datasets.samples.statistics(alice, dataset.id)
    assert statistics.splits["training"] == sum(v == "training" for v in first.values())
    assert {s.label: s.n for s in statistics.labels} == {"0": 30, "1": 30, "2": 30}
    check_counters(platform, dataset.id)
    with pytest.raises(Invalid):
        platform.datasets.bulk.split(alice, dataset.id, SplitRequest(train=0))


@pytest.mark.parametrize("sort", ["number", "-number", "path", "-path", "at", "-at"])
def test_pages_by_cursor_give_each_sample_once(platform: Platform, alice: Principal, sort: str) -> None:
    dataset = fill(platform, alice, 40)
    seen: list[str] = []
    cursor = None
    while True:
        page = platform.datasets.samples.list(alice, dataset.id, SampleQuery(sort=sort, limit=7, cursor=cursor))  # type: ignore[arg-type]
        seen += [s.path for s in page.items]
        assert page.page.total == 40
        cursor = page.page.next
        if cursor is None:
            break
    everything = samples(platform, alice, dataset, sort=sort)
    assert seen == [s.path for s in everything]
    assert len(set(seen)) == (30 if sort.endswith("at") else 40)
    jumped = samples(platform, alice, dataset, sort=sort, at=5)
    assert [s.path for s in jumped] == seen[5:]
    for wrong in ("x", "!!", "WzEsMl0", "bnVsbA"):
        with pytest.raises(Invalid):
            platform.datasets.samples.list(alice, dataset.id, SampleQuery(sort="at", cursor=wrong))


@pytest.mark.capability("AS1-43")
def test_deleted_samples_go_from_the_working_copy_only(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 12)
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    ids = [s.id for s in samples(platform, alice, dataset, label="1")]
    deleted = platform.datasets.bulk.delete(alice, dataset.id, BulkSelection(ids=ids))
    assert deleted.deleted == 3
    assert platform.datasets.get(alice, dataset.id).counts.total == 9
    kept = platform.datasets.versions.samples(alice, dataset.id, "V0001", VersionSampleQuery(label="1"))
    assert len(kept.items) == 3
    check_counters(platform, dataset.id)


# Versions


@pytest.mark.capability("AS1-50", "AS1-53")
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
    platform.datasets.register_user(lambda _id, version: [user] if version in (None, "V0001") else [])
    with pytest.raises(InUse):
        platform.datasets.versions.delete(alice, dataset.id, "V0001")
    with pytest.raises(InUse):
        platform.datasets.delete(alice, dataset.id)
    assert platform.datasets.get(alice, dataset.id).used_by == [user]
    platform.datasets.versions.delete(alice, dataset.id, "V0002")
    assert platform.datasets.get(alice, dataset.id).current_version == "V0001"
    assert platform.datasets.versions.publish(alice, dataset.id, request).version == "V0003"


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
    query["cursor"] = page.page.next  # type: ignore[assignment]
    rest = platform.datasets.versions.difference(alice, dataset.id, DiffQuery.model_validate(query))
    assert {i.path: i.change for i in [*page.items, *rest.items]} == changes
    assert rest.page.next is None
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
    splits = {n: split for n, (_, split) in chosen.items()}
    if layout == "class_folders" and None in splits.values():
        chosen = {n: (label, "training") for n, (label, _) in chosen.items()}
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


# Lists


@pytest.mark.capability("AS1-38")
def test_the_list_sorts_filters_and_searches(platform: Platform, alice: Principal, bob: Principal) -> None:
    made = [fill(platform, alice, n, f"set-{n}") for n in (3, 1, 2)]
    fill(platform, bob, 1, "other")

    def names(**query: Any) -> list[str]:
        return [d.name for d in platform.datasets.list(alice, DatasetQuery(**query)).items]

    assert names(sort="id") == ["set-3", "set-1", "set-2"]
    assert names(sort="-name") == ["set-3", "set-2", "set-1"]
    assert names(sort="samples", limit=1, offset=1) == ["set-2"]
    assert names(q="SET-2") == names(q=made[2].id) == ["set-2"]
    assert names(status="unlabelled") == ["set-1"]
    assert names(data_type="text") == []
    assert names(created_after=made[2].created_at) == ["set-2"]
    assert names(created_before=made[1].created_at) == ["set-3"]
    assert [d.number for d in platform.datasets.list(alice, DatasetQuery(sort="id")).items] == [1, 2, 3]
    with pytest.raises(Invalid):
        names(sort="owner")


@pytest.mark.capability("AS1-36")
def test_rename_needs_the_revision_and_a_free_name(platform: Platform, alice: Principal) -> None:
    one, _ = fill(platform, alice, 0, "one"), fill(platform, alice, 0, "two")
    with pytest.raises(NameTaken):
        platform.datasets.update(alice, one.id, DatasetUpdate(name="two"), one.revision)
    renamed = platform.datasets.update(alice, one.id, DatasetUpdate(name="一"), one.revision)
    assert (renamed.name, renamed.revision) == ("一", one.revision + 1)
    with pytest.raises(PreconditionFailed):
        platform.datasets.update(alice, one.id, DatasetUpdate(name="uno"), one.revision)


def test_only_an_administrator_makes_a_published_dataset_a_preset(
    platform: Platform, alice: Principal, admin: Principal, bob: Principal
) -> None:
    dataset = fill(platform, alice, 5)
    with pytest.raises(Forbidden):
        platform.datasets.update(alice, dataset.id, DatasetUpdate(visibility="preset"))
    with pytest.raises(Conflict, match="Publish it first"):
        platform.datasets.update(admin, dataset.id, DatasetUpdate(visibility="preset"))
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    platform.datasets.update(admin, dataset.id, DatasetUpdate(visibility="preset"))
    assert [d.name for d in platform.datasets.list(bob, DatasetQuery(scope="preset")).items] == ["filled"]
