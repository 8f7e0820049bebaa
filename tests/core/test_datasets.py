from __future__ import annotations

import json
from typing import Any

import pytest
from aispace.datasets.requests import (
    AnnotationPut,
    BulkAnnotate,
    BulkSelection,
    UndoRequest,
)
from aispace.datasets.schemas import (
    DatasetCreate,
    DatasetQuery,
    DatasetRead,
    DatasetUpdate,
    PublishRequest,
    SampleFilter,
    SampleQuery,
    SampleUpdate,
    SplitRequest,
    VersionSampleQuery,
)
from aispace.errors import Conflict, Forbidden, Invalid, NameTaken, NotFound, PreconditionFailed
from aispace.identity import Principal
from aispace.platform import Platform
from pydantic import ValidationError
from samples import add, auto, bring, check_counters, fill, png, put, said, samples


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


@pytest.mark.capability("AP-44")
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


@pytest.mark.capability("AS1-55", "MA1-25")
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
        [{"label": "0", "shape": {"type": "bbox", "x": 1, "y": 2, "w": 3, "h": 4}}],
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


@pytest.mark.capability("MA1-34")
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
    platform.datasets.update(alice, made[1].id, DatasetUpdate(description="newest"))
    assert names(sort="-updated_at")[0] == "set-1"
    assert names(sort="created_at") == ["set-3", "set-1", "set-2"]
    assert names(annotation_type="image_classification", limit=1) == ["set-2"]
    assert names(q="SET-2") == names(q=made[2].id) == ["set-2"]
    assert names(status="unlabelled") == ["set-1"]
    assert names(data_type="text") == []
    assert names(created_after=made[2].created_at) == ["set-2"]
    assert names(created_before=made[1].created_at) == ["set-3"]
    assert [d.number for d in platform.datasets.list(alice, DatasetQuery(sort="id")).items] == [1, 2, 3]
    with pytest.raises(Invalid):
        names(sort="owner")


@pytest.mark.capability("AS1-36")
def test_names_have_limits_and_numbers_count_up(platform: Platform, alice: Principal) -> None:
    for wrong in ({"name": "x" * 51}, {"name": ""}, {"name": "a b"}, {"name": "a", "description": "x" * 101}):
        with pytest.raises(ValidationError):
            DatasetCreate.model_validate(wrong)
    made = [platform.datasets.create(alice, DatasetCreate(name=name)) for name in ("x" * 50, "二", "c")]
    assert [dataset.number for dataset in made] == [1, 2, 3]
    assert platform.datasets.update(alice, made[2].id, DatasetUpdate(name="d")).name == "d"


def test_rename_needs_the_revision_and_a_free_name(platform: Platform, alice: Principal) -> None:
    one, _ = fill(platform, alice, 0, "one"), fill(platform, alice, 0, "two")
    with pytest.raises(NameTaken):
        platform.datasets.update(alice, one.id, DatasetUpdate(name="two"), one.revision)
    renamed = platform.datasets.update(alice, one.id, DatasetUpdate(name="一"), one.revision)
    assert (renamed.name, renamed.revision) == ("一", one.revision + 1)
    with pytest.raises(PreconditionFailed):
        platform.datasets.update(alice, one.id, DatasetUpdate(name="uno"), one.revision)


@pytest.mark.capability("AS1-54")
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
