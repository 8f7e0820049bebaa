from __future__ import annotations

import pytest
from aispace.datasets.requests import AnnotationPut
from aispace.datasets.schemas import DatasetCreate, SampleQuery
from aispace.errors import Conflict, Forbidden, InUse, NameTaken, NotFound, PreconditionFailed
from aispace.identity import Principal
from aispace.labels.schemas import (
    Label,
    LabelGroupCopy,
    LabelGroupCreate,
    LabelGroupQuery,
    LabelGroupRead,
    LabelGroupUpdate,
)
from aispace.platform import Platform
from pydantic import ValidationError
from samples import bring, png, put


@pytest.fixture
def pets(platform: Platform, alice: Principal) -> LabelGroupRead:
    labels = [Label(name="猫", color="#FF8800", key="m"), Label(name="dog")]
    return platform.labels.create(alice, LabelGroupCreate(name="pets", labels=labels))


def names(platform: Platform, principal: Principal, scope: str = "all") -> list[str]:
    return [g.name for g in platform.labels.list(principal, LabelGroupQuery(scope=scope, sort="name")).items]  # type: ignore[arg-type]


def test_labels_keep_order_colour_and_key_and_get_a_colour_when_they_have_none(pets: LabelGroupRead) -> None:
    assert [(label.name, label.color, label.key) for label in pets.labels] == [
        ("猫", "#ff8800", "m"),
        ("dog", pets.labels[1].color, None),
    ]
    assert pets.labels[1].color is not None
    assert pets.label_count == 2


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 51},
        {"name": ""},
        {"name": "a b"},
        {"name": "a", "description": "x" * 101},
        {"name": "a", "labels": [{"name": "x" * 31}]},
        {"name": "a", "labels": [{"name": ""}]},
        {"name": "a", "labels": [{"name": " x"}]},
        {"name": "a", "labels": [{"name": "x"}, {"name": "x"}]},
        {"name": "a", "labels": [{"name": "x", "key": "a"}, {"name": "y", "key": "a"}]},
        {"name": "a", "labels": [{"name": "x", "color": "orange"}]},
        {"name": "a", "labels": [{"name": "x", "color": "#12345"}]},
        {"name": "a", "labels": [{"name": "x", "key": "ab"}]},
    ],
)
def test_limits_of_the_manual_hold(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LabelGroupCreate.model_validate(body)


@pytest.mark.capability("AS1-70")
def test_groups_are_mine_shared_or_preset(
    platform: Platform, alice: Principal, bob: Principal, admin: Principal, pets: LabelGroupRead
) -> None:
    with pytest.raises(NotFound):
        platform.labels.get(bob, pets.id)
    with pytest.raises(Forbidden, match="administrator"):
        platform.labels.update(alice, pets.id, LabelGroupUpdate(visibility="preset"))
    platform.labels.update(admin, pets.id, LabelGroupUpdate(visibility="preset"))
    assert names(platform, bob, "preset") == ["pets"]
    assert names(platform, bob, "mine") == []
    with pytest.raises(Forbidden):
        platform.labels.update(bob, pets.id, LabelGroupUpdate(name="stolen"))
    copy = platform.labels.copy(bob, pets.id, LabelGroupCopy(name="mine"))
    assert (copy.labels, copy.visibility, copy.owner.id) == (pets.labels, "private", bob.user_id)


def test_names_are_unique_for_each_owner_and_two_tabs_do_not_overwrite(
    platform: Platform, alice: Principal, bob: Principal, pets: LabelGroupRead
) -> None:
    with pytest.raises(NameTaken):
        platform.labels.create(alice, LabelGroupCreate(name="pets"))
    platform.labels.create(bob, LabelGroupCreate(name="pets"))
    platform.labels.update(alice, pets.id, LabelGroupUpdate(name="animals"), pets.revision)
    with pytest.raises(PreconditionFailed):
        platform.labels.update(alice, pets.id, LabelGroupUpdate(name="beasts"), pets.revision)
    assert names(platform, alice) == ["animals"]


@pytest.mark.capability("AS1-69")
def test_a_group_in_use_is_not_deleted_and_keeps_the_labels_that_are_used(
    platform: Platform, alice: Principal, pets: LabelGroupRead
) -> None:
    dataset = platform.datasets.create(alice, DatasetCreate(name="d", label_group_id=pets.id))
    put(platform, alice, {"x/1.png": png(1)})
    bring(platform, alice, dataset, "x", layout="flat")
    [sample] = platform.datasets.samples.list(alice, dataset.id, SampleQuery()).items
    said = AnnotationPut.model_validate({"objects": [{"label": "dog"}], "confirm": True})
    platform.datasets.samples.annotate(alice, dataset.id, sample.id, said, None)
    with pytest.raises(InUse) as caught:
        platform.labels.delete(alice, pets.id)
    assert caught.value.details["params"]["used_by"] == [{"kind": "dataset", "id": dataset.id, "name": "d"}]
    assert platform.labels.get(alice, pets.id).used_by == 1
    with pytest.raises(Conflict, match="'dog' is on 1 samples"):
        platform.labels.update(alice, pets.id, LabelGroupUpdate(labels=[Label(name="猫")]))
    kept = platform.labels.update(alice, pets.id, LabelGroupUpdate(labels=[Label(name="dog"), Label(name="bird")]))
    assert [label.name for label in kept.labels] == ["dog", "bird"]
    assert kept.labels[0].color == pets.labels[1].color
    copy = platform.labels.copy(alice, pets.id, LabelGroupCopy(name="copy"))
    platform.labels.delete(alice, copy.id)
    assert names(platform, alice) == ["pets"]
    platform.datasets.delete(alice, dataset.id)
    platform.labels.delete(alice, pets.id)
    assert names(platform, alice) == []


@pytest.mark.capability("TD-28")
def test_a_set_is_made_searched_edited_and_deleted_with_its_labels(
    platform: Platform, alice: Principal, pets: LabelGroupRead
) -> None:
    platform.labels.create(alice, LabelGroupCreate(name="cars"))

    def found(q: str) -> list[str]:
        return [g.name for g in platform.labels.list(alice, LabelGroupQuery(q=q)).items]

    assert (found("PET"), found("car"), found("x")) == (["pets"], ["cars"], [])
    edited = LabelGroupUpdate(name="animals", description="all of them", labels=[*pets.labels, Label(name="bird")])
    group = platform.labels.update(alice, pets.id, edited, pets.revision)
    assert (group.name, group.description) == ("animals", "all of them")
    assert [label.name for label in group.labels] == ["猫", "dog", "bird"]
    relabelled = [Label(name="猫", color="#00ff00"), Label(name="hound")]
    group = platform.labels.update(alice, pets.id, LabelGroupUpdate(labels=relabelled))
    assert (group.labels[0].name, group.labels[0].color) == ("猫", "#00ff00")
    assert [label.name for label in platform.labels.get(alice, pets.id).labels] == ["猫", "hound"]
    platform.labels.delete(alice, pets.id)
    assert names(platform, alice) == ["cars"]
    with pytest.raises(NotFound):
        platform.labels.get(alice, pets.id)


def test_every_change_leaves_an_event(platform: Platform, alice: Principal, pets: LabelGroupRead) -> None:
    from aispace.events.schemas import EventQuery

    platform.labels.update(alice, pets.id, LabelGroupUpdate(description="x"))
    platform.labels.delete(alice, pets.id)
    platform.events.seal()
    codes = [e.code for e in platform.events.list(alice, EventQuery(after=0, object_id=pets.id)).items]
    assert codes == ["label_group.created", "label_group.changed", "label_group.deleted"]


@pytest.mark.parametrize("key", ["c", "r", "u"])
def test_a_key_that_the_annotator_uses_itself_is_refused_with_the_label_that_has_it(key: str) -> None:
    with pytest.raises(ValidationError, match=f"the key '{key}' of the label 'cat'.*choose a digit or a letter"):
        LabelGroupCreate.model_validate({"name": "pets", "labels": [{"name": "cat", "key": key}]})
