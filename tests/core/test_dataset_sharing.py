"""Who sees a dataset, what makes it usable, and what stays when it goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from aispace.datasets.schemas import DatasetCreate, DatasetQuery, DatasetUpdate, PublishRequest
from aispace.errors import Conflict, Forbidden, NotFound
from aispace.identity import Principal
from aispace.platform import Platform
from samples import bring, check_counters, fill, png, put, said, samples


def seen(platform: Platform, principal: Principal, **query: object) -> list[str]:
    return [one.name for one in platform.datasets.list(principal, DatasetQuery(**query)).items]  # type: ignore[arg-type]


@pytest.mark.capability("IM-07")
def test_the_owner_of_a_published_dataset_shares_it_and_an_administrator_makes_it_preset(
    platform: Platform, alice: Principal, admin: Principal
) -> None:
    dataset = fill(platform, alice, 4)
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    for visibility in ("public", "private", "public"):
        assert (
            platform.datasets.update(alice, dataset.id, DatasetUpdate(visibility=visibility)).visibility == visibility
        )  # type: ignore[arg-type]
    with pytest.raises(Forbidden, match="administrator"):
        platform.datasets.update(alice, dataset.id, DatasetUpdate(visibility="preset"))
    assert platform.datasets.update(admin, dataset.id, DatasetUpdate(visibility="preset")).visibility == "preset"


@pytest.mark.capability("IM-08")
def test_private_datasets_are_invisible_to_others_and_public_and_preset_ones_are_for_all(
    platform: Platform, alice: Principal, bob: Principal, admin: Principal
) -> None:
    put(platform, alice, {f"set/{n % 2}/{n}.png": png(n) for n in range(4)})
    for name in ("private", "public", "preset"):
        dataset = platform.datasets.create(alice, DatasetCreate(name=name))
        bring(platform, alice, dataset, "set")
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
        who = admin if name == "preset" else alice
        platform.datasets.update(who, dataset.id, DatasetUpdate(visibility=name))  # type: ignore[arg-type]
    assert sorted(seen(platform, bob)) == ["preset", "public"]
    for one in platform.datasets.list(alice, DatasetQuery()).items:
        if one.name == "private":
            with pytest.raises(NotFound):
                platform.datasets.get(bob, one.id)
            with pytest.raises(NotFound):
                platform.datasets.resolve_for_run(bob, one.id, "V0001")
        else:
            assert platform.datasets.get(bob, one.id).counts.total == 4
            assert platform.datasets.resolve_for_run(bob, one.id, "V0001").count == 4
            with pytest.raises(Forbidden):
                platform.datasets.update(bob, one.id, DatasetUpdate(description="mine"))


@pytest.mark.capability("MA1-45")
def test_a_version_or_dataset_that_is_deleted_takes_no_stored_data_along(
    platform: Platform, alice: Principal, tmp_path: Path
) -> None:
    files = {f"set/{n % 2}/{n}.png": png(n) for n in range(6)}
    put(platform, alice, files)
    dataset = platform.datasets.create(alice, DatasetCreate(name="d"))
    bring(platform, alice, dataset, "set")
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    before = {s.path: (s.sha256, s.state, s.annotation) for s in samples(platform, alice, dataset)}
    platform.datasets.versions.delete(alice, dataset.id, "V0001")
    assert {s.path: (s.sha256, s.state, s.annotation) for s in samples(platform, alice, dataset)} == before
    for sample in samples(platform, alice, dataset):
        assert platform.datasets.samples.content(alice, dataset.id, sample.id)[0].sha256 == sample.sha256
        assert platform.blobs.read(sample.sha256) == files[f"set/{sample.path}"]
    check_counters(platform, dataset.id)
    platform.datasets.delete(alice, dataset.id)
    platform.trash.delete(alice, dataset.id)
    with pytest.raises(NotFound):
        platform.datasets.get(alice, dataset.id)
    for path, data in files.items():
        with platform.areas.open_file(alice, path) as file:
            assert file.read() == data


@pytest.mark.capability("AP-47", "IM-06")
def test_only_what_is_published_and_that_is_annotated_is_offered_for_training(
    platform: Platform, alice: Principal
) -> None:
    dataset = platform.datasets.create(alice, DatasetCreate(name="d"))
    put(platform, alice, {f"rest/{n}.png": png(n) for n in range(3)})
    bring(platform, alice, dataset, "rest", layout="flat")
    assert seen(platform, alice, published=True) == []
    with pytest.raises(NotFound):
        platform.datasets.resolve_for_run(alice, dataset.id, "V0001")
    with pytest.raises(Conflict, match="3 unlabelled"):
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    with pytest.raises(Conflict):
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    group = dataset.label_group
    assert group is not None
    platform.labels.add_labels(alice, group.id, ["cat"])
    first = samples(platform, alice, dataset)[0]
    platform.datasets.samples.annotate(alice, dataset.id, first.id, said("cat"), first.revision)
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    assert seen(platform, alice, published=True) == ["d"]
    assert platform.datasets.resolve_for_run(alice, dataset.id, "V0001").count == 1
