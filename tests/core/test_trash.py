"""The trash: what is deleted is out of sight and can be taken back, until it is deleted for good."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import models_for_tests
import pytest
from aispace.algorithms.schemas import AlgorithmQuery
from aispace.datasets.schemas import DatasetCreate, DatasetQuery, PublishRequest
from aispace.db import WITH_TRASH
from aispace.errors import Conflict, InUse, Invalid, NameTaken, NotFound
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM, Principal
from aispace.labels.schemas import Label, LabelGroupCreate, LabelGroupQuery
from aispace.models.orm import Model
from aispace.models.schemas import ModelCreate, ModelQuery, ModelVersionCreate
from aispace.overview.schemas import SearchQuery
from aispace.platform import Platform
from aispace.schemas import AreaSource, CursorQuery
from aispace.serving.orm import Service
from aispace.serving.schemas import ModelChoice, ServiceCreate, ServiceQuery
from aispace.training.schemas import TrainingJobQuery
from aispace.trash.schemas import TrashQuery, TrashRestore
from aispace.users.schemas import UserCreate
from classifier_setup import Classifier
from serving_setup import Serving
from sqlalchemy import select


@pytest.fixture
def alice(platform: Platform) -> Principal:
    platform.users.separate = False
    return platform.users.principal(platform.users.create(SYSTEM, UserCreate(name="alice")).id)


@pytest.fixture
def bob(platform: Platform, alice: Principal) -> Principal:
    return platform.users.principal(platform.users.create(SYSTEM, UserCreate(name="bob")).id)


def a_model(platform: Platform, owner: Principal, name: str, data: bytes = b"weights") -> str:
    platform.areas.write_file(owner, f"{name}/weights.bin", io.BytesIO(data))
    model = platform.models.create(owner, ModelCreate(name=name))
    source = AreaSource(kind="area", path=name)
    platform.models.add_version(owner, model.id, ModelVersionCreate(source=source))
    return model.id


def names(platform: Platform, principal: Principal) -> list[str]:
    return [item.name for item in platform.trash.list(principal, TrashQuery()).items]


Make = Callable[[Platform, Principal, str], str]
KINDS: list[tuple[str, Make, Callable[[Platform], Any], Callable[[Any], Any]]] = [
    ("dataset", lambda p, o, n: p.datasets.create(o, DatasetCreate(name=n)).id, lambda p: p.datasets, DatasetQuery),
    (
        "label_group",
        lambda p, o, n: p.labels.create(o, LabelGroupCreate(name=n)).id,
        lambda p: p.labels,
        LabelGroupQuery,
    ),
    ("model", a_model, lambda p: p.models, ModelQuery),
]


@pytest.mark.parametrize(("kind", "make", "service", "query"), KINDS, ids=[k[0] for k in KINDS])
def test_deleted_object_is_out_of_sight_and_comes_back_as_it_was(
    platform: Platform,
    alice: Principal,
    bob: Principal,
    kind: str,
    make: Make,
    service: Callable[[Platform], Any],
    query: Any,
) -> None:
    made = make(platform, alice, "digits")
    place = service(platform)
    before = place.get(alice, made).model_dump(exclude={"revision", "updated_at"})
    place.delete(alice, made)
    with pytest.raises(NotFound):
        place.get(alice, made)
    assert place.list(alice, query()).items == []
    assert platform.overview.search(alice, SearchQuery(q="digits")).items == []
    (item,) = platform.trash.list(alice, TrashQuery()).items
    assert (item.id, item.kind, item.name, item.name_taken) == (made, kind, "digits", False)
    assert item.expires_at - item.deleted_at == timedelta(days=7)
    assert names(platform, bob) == []
    with pytest.raises(NotFound):
        platform.trash.restore(bob, made, TrashRestore())

    platform.trash.restore(alice, made, TrashRestore())
    assert place.get(alice, made).model_dump(exclude={"revision", "updated_at"}) == before
    assert names(platform, alice) == []
    platform.events.seal()
    codes = [event.code for event in platform.events.list(alice, EventQuery(object_id=made, limit=2)).items]
    assert codes == [f"{kind}.restored", f"{kind}.deleted"]


def test_name_is_free_at_once_and_a_new_one_is_asked_for_when_it_was_taken(
    platform: Platform, alice: Principal
) -> None:
    first = platform.labels.create(alice, LabelGroupCreate(name="colours"))
    platform.labels.delete(alice, first.id)
    platform.labels.create(alice, LabelGroupCreate(name="colours"))
    assert platform.trash.list(alice, TrashQuery()).items[0].name_taken
    with pytest.raises(NameTaken):
        platform.trash.restore(alice, first.id, TrashRestore())
    with pytest.raises(Invalid, match="at most 50"):
        platform.objects.check_name(None, platform.objects.of("lbl_1"), first, alice.user_id, "x" * 51)  # type: ignore[arg-type]
    assert platform.trash.restore(alice, first.id, TrashRestore(name="colours-2")).name == "colours-2"
    assert platform.labels.get(alice, first.id).name == "colours-2"


def test_bytes_stay_until_it_is_deleted_for_good(platform: Platform, alice: Principal) -> None:
    model = a_model(platform, alice, "digits", b"the only copy")
    sha256 = platform.models.list_files(alice, model, "V0001", CursorQuery()).items[0].sha256
    platform.models.delete(alice, model)
    platform.areas.delete(alice, ["digits"])
    platform.storage.collect(SYSTEM, grace_hours=-1)
    assert platform.blobs.exists(sha256)
    platform.trash.delete(alice, model)
    platform.storage.collect(SYSTEM, grace_hours=-1)
    assert not platform.blobs.exists(sha256)
    with platform.db.read() as session:
        assert session.scalar(select(Model.id), execution_options=WITH_TRASH) is None
    with pytest.raises(NotFound):
        platform.trash.restore(alice, model, TrashRestore())


def test_working_copy_of_a_dataset_comes_back(platform: Platform) -> None:
    made = Classifier(platform)
    platform.start()
    alice = made.alice
    dataset = made.dataset("shapes", range(3))
    counts = platform.datasets.get(alice, dataset).counts
    assert counts.total > 0
    platform.datasets.delete(alice, dataset)
    platform.storage.collect(SYSTEM, grace_hours=-1)
    again = platform.datasets.create(alice, DatasetCreate(name="another"))
    platform.trash.restore(alice, dataset, TrashRestore())
    assert platform.datasets.get(alice, dataset).counts == counts
    assert platform.datasets.get(alice, again.id).counts.total == 0
    platform.datasets.versions.publish(alice, dataset, PublishRequest(include="all"))
    assert platform.storage.verify(SYSTEM).damaged == []


def test_labels_of_a_dataset_in_the_trash_wait_for_it(platform: Platform, alice: Principal) -> None:
    group = platform.labels.create(alice, LabelGroupCreate(name="colours", labels=[Label(name="red")]))
    dataset = platform.datasets.create(alice, DatasetCreate(name="cars", label_group_id=group.id))
    with pytest.raises(InUse):
        platform.labels.delete(alice, group.id)
    platform.datasets.delete(alice, dataset.id)
    platform.labels.delete(alice, group.id)
    with pytest.raises(InUse):
        platform.trash.delete(alice, group.id)
    with pytest.raises(Conflict, match="Restore that first"):
        platform.trash.restore(alice, dataset.id, TrashRestore())
    platform.trash.restore(alice, group.id, TrashRestore())
    platform.trash.restore(alice, dataset.id, TrashRestore())
    read = platform.datasets.get(alice, dataset.id)
    assert read.label_group is not None
    assert [label.name for label in read.label_group.labels] == ["red"]
    platform.datasets.delete(alice, dataset.id)
    platform.labels.delete(alice, group.id)
    assert platform.trash.empty(alice).model_dump() == {"deleted": 2, "kept": 0}


def test_what_others_use_is_still_refused(platform: Platform, runtime_python: Path, tmp_path: Path) -> None:
    made = Serving(platform, runtime_python)
    alice = made.alice
    model = made.model(models_for_tests.make(runtime_python, models_for_tests.IRIS, tmp_path / "iris"), "iris")
    choice = ModelChoice(model_id=model, version="V0001")
    body = ServiceCreate(name="iris-api", model=choice, spec_id=made.spec_id)
    service = platform.serving.create(alice, body)
    with platform.db.write() as session:
        session.get_one(Service, service.id).status = "stopped"
    with pytest.raises(InUse):
        platform.models.delete(alice, model)
    # What uses it goes into the trash: nothing that can be seen uses it any more.
    platform.serving.delete(alice, service.id)
    assert platform.serving.list(alice, ServiceQuery()).items == []
    platform.models.delete(alice, model)
    assert set(names(platform, alice)) == {"iris", "iris-api"}
    platform.trash.restore(alice, model, TrashRestore())
    platform.trash.restore(alice, service.id, TrashRestore())
    assert platform.serving.get(alice, service.id).endpoint == service.endpoint
    with pytest.raises(InUse):
        platform.models.delete(alice, model)


def test_preset_algorithm_that_was_thrown_away_is_installed_anew(platform: Platform) -> None:
    made = Classifier(platform)
    platform.algorithms.delete(made.admin, made.algorithm.id)
    assert [a.id for a in platform.algorithms.list(made.alice, AlgorithmQuery(q=made.algorithm.name)).items] == []
    platform.algorithms.ensure_presets()
    (again,) = platform.algorithms.list(made.alice, AlgorithmQuery(q=made.algorithm.name)).items
    assert again.id != made.algorithm.id


def test_trash_empties_itself_after_its_days_and_administrators_see_all(platform: Platform, alice: Principal) -> None:
    admin = platform.users.principal(platform.users.create(SYSTEM, UserCreate(name="root2", role="administrator")).id)
    group = platform.labels.create(alice, LabelGroupCreate(name="colours"))
    platform.trash_days = 1
    platform.labels.delete(alice, group.id)
    assert [i.id for i in platform.trash.list(admin, TrashQuery(scope="all")).items] == [group.id]
    assert platform.trash.list(admin, TrashQuery()).items == []
    assert platform.trash.expire().deleted == 0
    now = platform.clock.now()
    platform.clock.now = lambda: now + timedelta(days=1, seconds=1)  # type: ignore[method-assign]
    assert platform.trash.expire().deleted == 1
    assert names(platform, alice) == []
    # An account whose trash is not empty still owns something.
    other = platform.labels.create(alice, LabelGroupCreate(name="shapes"))
    platform.labels.delete(alice, other.id)
    with pytest.raises(InUse):
        platform.users.delete(SYSTEM, alice.user_id)
    platform.trash.delete(admin, other.id)
    platform.users.delete(SYSTEM, alice.user_id)


def test_failed_job_in_the_trash_needs_nobody_and_keeps_its_log(platform: Platform) -> None:
    made = Classifier(platform)
    platform.start()
    alice, dataset = made.alice, made.dataset("shapes", range(3))
    job = platform.training.create(alice, made.job("fails", dataset))
    run = made.ended(job.id)
    assert run.status == "failed", "there is no Python in the image of this test"
    assert [need.object_id for need in platform.overview.overview(alice).needs_you] == [job.id]
    platform.training.delete(alice, job.id)
    assert platform.training.list(alice, TrainingJobQuery()).items == []
    assert platform.overview.overview(alice).needs_you == []
    platform.datasets.delete(alice, dataset)
    platform.trash.restore(alice, job.id, TrashRestore())
    again = platform.training.run(alice, job.id, "V0001")
    assert (again.status, again.workload and again.workload.id) == ("failed", run.workload and run.workload.id)
    platform.training.delete(alice, job.id)
    platform.trash.delete(alice, job.id)
    with pytest.raises(NotFound):
        platform.workloads.get(alice, run.workload.id if run.workload else "")
