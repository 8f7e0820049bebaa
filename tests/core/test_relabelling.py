from __future__ import annotations

from typing import Any

import pytest
from aispace.datasets.requests import AnnotationPut, BulkAnnotate
from aispace.datasets.schemas import DatasetCreate, DatasetRead, DatasetUpdate, PublishRequest, VersionSampleQuery
from aispace.errors import Conflict, Forbidden, Invalid
from aispace.identity import Principal
from aispace.labels.schemas import Label, LabelDelete, LabelGroupCreate, LabelGroupUpdate, LabelRename
from aispace.platform import Platform
from samples import add, check_counters, fill, samples


def group_of(dataset: DatasetRead) -> str:
    assert dataset.label_group is not None
    return dataset.label_group.id


def names(platform: Platform, principal: Principal, group: str) -> list[str]:
    return [label.name for label in platform.labels.get(principal, group).labels]


def said(platform: Platform, principal: Principal, dataset: DatasetRead, **query: Any) -> dict[str, list[str | None]]:
    found = samples(platform, principal, dataset, **query)
    return {one.path: [item.label for item in one.annotation.objects] for one in found}


@pytest.mark.capability("MA1-32")
def test_a_label_is_renamed_on_one_sample_or_on_all_of_all_datasets(platform: Platform, alice: Principal) -> None:
    first = fill(platform, alice, 12)
    second = platform.datasets.create(
        alice, DatasetCreate(name="second", label_group_id=group_of(first), template="multi")
    )
    add(platform, second, range(8))
    one = samples(platform, alice, first, label="1")[0]
    other = AnnotationPut.model_validate({"objects": [{"label": "2"}], "confirm": True})
    platform.datasets.samples.annotate(alice, first.id, one.id, other, one.revision)
    assert said(platform, alice, first)[one.path] == ["2"]
    assert names(platform, alice, group_of(first)) == ["0", "1", "2"]
    platform.datasets.versions.publish(alice, first.id, PublishRequest(include="confirmed"))
    before = {s.path: s for s in samples(platform, alice, first)}
    colours = {label.name: label.color for label in platform.labels.get(alice, group_of(first)).labels}

    done = platform.datasets.relabel.rename(alice, group_of(first), LabelRename(label="1", to="一"))
    assert [label.name for label in done.group.labels] == ["0", "一", "2"]
    assert done.group.labels[1].color == colours["1"]
    had = [path for path, sample in before.items() if sample.annotation.objects and path.startswith("1/")]
    assert done.changed == len(had) - 1 + len(samples(platform, alice, second, label="一"))
    for path, sample in {s.path: s for s in samples(platform, alice, first)}.items():
        old = before[path]
        assert [o.label for o in sample.annotation.objects] == [
            "一" if o.label == "1" else o.label for o in old.annotation.objects
        ]
        assert (sample.state, sample.annotation.by, sample.annotation.at) == (
            old.state, old.annotation.by, old.annotation.at,
        )  # fmt: skip
    assert samples(platform, alice, second, label="1") == []
    assert len(samples(platform, alice, second, label="一")) == 2
    kept = platform.datasets.versions.samples(alice, first.id, "V0001", VersionSampleQuery(label="1"))
    assert len(kept.items) == len(had) - 1
    for dataset in (first, second):
        check_counters(platform, dataset.id)


def test_two_labels_become_one_only_when_asked_and_a_key_stays(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 6, template="multi")
    group = group_of(dataset)
    labels = [Label(name="0"), Label(name="1", key="x"), Label(name="2")]
    platform.labels.update(alice, group, LabelGroupUpdate(labels=labels))
    ids = [s.id for s in samples(platform, alice, dataset)]
    for label in ("1", "2"):
        platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(ids=ids, label=label))
    with pytest.raises(Invalid, match="already"):
        platform.datasets.relabel.rename(alice, group, LabelRename(label="1", to="2"))
    assert names(platform, alice, group) == ["0", "1", "2"]
    done = platform.datasets.relabel.rename(alice, group, LabelRename(label="1", to="2", merge=True))
    assert (done.changed, [(label.name, label.key) for label in done.group.labels]) == (6, [("0", None), ("2", "x")])
    for found in said(platform, alice, dataset).values():
        assert sorted(map(str, found)).count("2") == 1
    check_counters(platform, dataset.id)


@pytest.mark.capability("MA1-33")
@pytest.mark.parametrize("with_samples", [False, True])
def test_a_label_is_deleted_alone_or_with_what_has_no_other(
    platform: Platform, alice: Principal, with_samples: bool
) -> None:
    dataset = fill(platform, alice, 12, template="multi")
    ids = [s.id for s in samples(platform, alice, dataset)][:6]
    platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(ids=ids, label="0"))
    before = said(platform, alice, dataset)
    only = {path for path, labels in before.items() if labels == ["0"]}
    both = {path for path, labels in before.items() if "0" in labels} - only
    assert only
    assert both
    done = platform.datasets.relabel.delete(alice, group_of(dataset), LabelDelete(label="0", samples=with_samples))
    assert [label.name for label in done.group.labels] == ["1", "2"]
    after = {s.path: s for s in samples(platform, alice, dataset)}
    assert done.deleted == (len(only) if with_samples else 0)
    assert done.changed == (len(both) if with_samples else len(both | only))
    for path in only:
        assert (path in after) is not with_samples
        if path in after:
            assert (after[path].state, after[path].annotation.objects) == ("unlabelled", [])
    for path in both:
        assert [o.label for o in after[path].annotation.objects] == [name for name in before[path] if name != "0"]
        assert after[path].state == "labelled"
    assert len(after) == 12 - done.deleted
    check_counters(platform, dataset.id)


def test_boxes_are_renamed_and_taken_away_one_by_one(platform: Platform, alice: Principal) -> None:
    dataset = platform.datasets.create(
        alice,
        DatasetCreate(name="boxes", annotation_type="object_detection", labels=[Label(name="a"), Label(name="b")]),
    )
    box = {"type": "bbox", "x": 1, "y": 1, "w": 2, "h": 2}
    add(platform, dataset, [0])
    [sample] = samples(platform, alice, dataset)
    two = {"objects": [{"label": "a", "shape": box}, {"label": "b", "shape": {**box, "x": 3}}], "confirm": True}
    platform.datasets.samples.annotate(alice, dataset.id, sample.id, AnnotationPut.model_validate(two), None)
    group = group_of(dataset)
    platform.datasets.relabel.rename(alice, group, LabelRename(label="a", to="b", merge=True))
    [sample] = samples(platform, alice, dataset)
    assert [(o.label, o.shape and o.shape.x) for o in sample.annotation.objects] == [("b", 1), ("b", 3)]
    platform.datasets.relabel.delete(alice, group, LabelDelete(label="b"))
    [sample] = samples(platform, alice, dataset)
    assert (sample.state, sample.annotation.objects) == ("unlabelled", [])
    check_counters(platform, dataset.id)


def test_a_label_of_others_of_the_trash_or_of_nobody_is_left_alone(
    platform: Platform, alice: Principal, bob: Principal
) -> None:
    dataset = fill(platform, alice, 4)
    group = group_of(dataset)
    with pytest.raises(Invalid, match="no label '9'"):
        platform.datasets.relabel.delete(alice, group, LabelDelete(label="9"))
    platform.labels.update(alice, group, LabelGroupUpdate(visibility="public"))
    rename = LabelRename(label="1", to="one")
    with pytest.raises(Forbidden, match="belongs to somebody else"):
        platform.datasets.relabel.rename(bob, group, rename)
    theirs = platform.datasets.create(bob, DatasetCreate(name="theirs", label_group_id=group))
    with pytest.raises(Forbidden, match="Datasets of others"):
        platform.datasets.relabel.rename(alice, group, rename)
    own = platform.labels.create(bob, LabelGroupCreate(name="own"))
    platform.datasets.update(bob, theirs.id, DatasetUpdate(label_group_id=own.id))
    platform.datasets.delete(alice, dataset.id)
    with pytest.raises(Conflict, match="in the trash"):
        platform.datasets.relabel.rename(alice, group, rename)
    assert names(platform, alice, group) == ["0", "1", "2"]
