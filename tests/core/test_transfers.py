"""Objects that change hands: offered, taken, declined, moved by an administrator."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from aispace.algorithms.schemas import AlgorithmCreate
from aispace.billing.orm import UsageInterval
from aispace.datasets.schemas import DatasetCreate
from aispace.errors import Conflict, Forbidden, Invalid, NameTaken, NotFound
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM, Principal
from aispace.labels.schemas import LabelGroupCreate
from aispace.models.schemas import ModelCreate, ModelVersionCreate
from aispace.platform import Platform
from aispace.schemas import AreaSource
from aispace.transfers.schemas import TransferAccept, TransferCreate, TransferQuery
from aispace.users.schemas import UserCreate
from classifier_setup import Classifier, until
from sqlalchemy import select


@pytest.fixture
def people(platform: Platform) -> tuple[Principal, Principal, Principal, Principal]:
    """Give alice, bob, carol and an administrator, with accounts."""
    platform.users.separate = False
    create, principal = platform.users.create, platform.users.principal
    users = [principal(create(SYSTEM, UserCreate(name=name)).id) for name in ("alice", "bob", "carol")]
    return (*users, principal(create(SYSTEM, UserCreate(name="boss", role="administrator")).id))  # type: ignore[return-value]


People = tuple[Principal, Principal, Principal, Principal]


def a_model(platform: Platform, owner: Principal, name: str) -> str:
    platform.areas.write_file(owner, f"{name}/weights.bin", io.BytesIO(b"weights"))
    model = platform.models.create(owner, ModelCreate(name=name))
    source = AreaSource(kind="area", path=name)
    platform.models.add_version(owner, model.id, ModelVersionCreate(source=source))
    return model.id


def test_offer_that_is_accepted_moves_the_object_and_its_history(platform: Platform, people: People) -> None:
    alice, bob, carol, _ = people
    model = a_model(platform, alice, "digits")
    offer = platform.transfers.offer(alice, TransferCreate(object_id=model, to="bob", note="yours now"))
    assert (offer.status, offer.can, offer.receiver.name) == ("offered", ["withdraw"], "bob")
    # Until he says yes it stays where it is.
    with pytest.raises(NotFound):
        platform.models.get(bob, model)
    (need,) = platform.overview.overview(bob).needs_you
    assert (need.code, need.object_id, need.name, need.params["from"]) == (
        "transfer_offered", offer.id, "digits", "alice"
    )  # fmt: skip
    with pytest.raises(NotFound):
        platform.transfers.accept(carol, offer.id, TransferAccept())
    with pytest.raises(Forbidden):
        platform.transfers.accept(alice, offer.id, TransferAccept())

    taken = platform.transfers.accept(bob, offer.id, TransferAccept())
    assert taken.status == "accepted"
    assert platform.models.get(bob, model).owner.name == "bob"
    assert platform.overview.overview(bob).needs_you == []
    with pytest.raises(NotFound):
        platform.models.get(alice, model)
    platform.events.seal()
    history = [e.code for e in platform.events.list(bob, EventQuery(object_id=model)).items]
    assert history[0] == "model.transferred"
    assert "model.created" in history
    told = [e.code for e in platform.events.list(alice, EventQuery(object_id=offer.id)).items]
    assert "transfer.accepted" in told
    with pytest.raises(Conflict, match="accepted already"):
        platform.transfers.decline(bob, offer.id)


def test_declined_and_withdrawn_offers_change_nothing(platform: Platform, people: People) -> None:
    alice, bob, _, _ = people
    model = a_model(platform, alice, "digits")
    offer = platform.transfers.offer(alice, TransferCreate(object_id=model, to="bob"))
    with pytest.raises(Conflict, match="offered to bob already"):
        platform.transfers.offer(alice, TransferCreate(object_id=model, to="carol"))
    assert platform.transfers.decline(bob, offer.id).status == "declined"
    again = platform.transfers.offer(alice, TransferCreate(object_id=model, to="bob"))
    assert platform.transfers.withdraw(alice, again.id).status == "withdrawn"
    with pytest.raises(Conflict):
        platform.transfers.accept(bob, again.id, TransferAccept())
    assert platform.models.get(alice, model).owner.name == "alice"
    assert [o.status for o in platform.transfers.list(alice, TransferQuery(direction="outgoing")).items] == [
        "withdrawn",
        "declined",
    ]
    assert platform.transfers.list(alice, TransferQuery(direction="incoming")).items == []


def test_taken_name_asks_the_receiver_for_another(platform: Platform, people: People) -> None:
    alice, bob, _, _ = people
    model = a_model(platform, alice, "digits")
    a_model(platform, bob, "digits")
    offer = platform.transfers.offer(alice, TransferCreate(object_id=model, to="bob"))
    assert platform.transfers.get(bob, offer.id).name_taken
    with pytest.raises(NameTaken):
        platform.transfers.accept(bob, offer.id, TransferAccept())
    platform.transfers.accept(bob, offer.id, TransferAccept(name="digits-of-alice"))
    assert platform.models.get(bob, model).name == "digits-of-alice"


def test_administrator_moves_at_once_and_nobody_else_does(platform: Platform, people: People) -> None:
    alice, bob, _, boss = people
    model = a_model(platform, alice, "digits")
    with pytest.raises(Forbidden, match="Only an administrator"):
        platform.transfers.offer(alice, TransferCreate(object_id=model, to="bob", at_once=True))
    platform.transfers.offer(alice, TransferCreate(object_id=model, to="carol"))
    moved = platform.transfers.offer(boss, TransferCreate(object_id=model, to="bob", at_once=True))
    assert moved.status == "accepted"
    assert platform.models.get(bob, model).owner.name == "bob"
    platform.events.seal()
    assert platform.events.list(alice, EventQuery(object_id=moved.id)).items[0].actor.name == "boss"


def test_offers_are_refused_with_the_field_and_the_reason(platform: Platform, people: People) -> None:
    alice, bob, _, _ = people
    model = a_model(platform, alice, "digits")
    for to, why in (("nobody", "no enabled user called 'nobody'"), ("alice", "owns it already")):
        with pytest.raises(Invalid, match=why) as refused:
            platform.transfers.offer(alice, TransferCreate(object_id=model, to=to))
        assert refused.value.details["fields"][0]["field"] == "to"
    with pytest.raises(NotFound):
        platform.transfers.offer(bob, TransferCreate(object_id=model, to="carol"))
    with pytest.raises(NotFound):
        platform.transfers.offer(alice, TransferCreate(object_id="wl_1", to="bob"))
    offer = platform.transfers.offer(alice, TransferCreate(object_id=model, to="bob"))
    platform.models.delete(alice, model)
    assert platform.overview.overview(bob).needs_you == []
    with pytest.raises(Conflict, match="was deleted"):
        platform.transfers.accept(bob, offer.id, TransferAccept())


def test_labels_go_with_their_dataset(platform: Platform, people: People) -> None:
    alice, bob, _, _ = people
    group = platform.labels.create(alice, LabelGroupCreate(name="colours"))
    platform.labels.create(bob, LabelGroupCreate(name="colours"))
    dataset = platform.datasets.create(alice, DatasetCreate(name="cars", label_group_id=group.id))
    offer = platform.transfers.offer(alice, TransferCreate(object_id=dataset.id, to="bob"))
    platform.transfers.accept(bob, offer.id, TransferAccept())
    assert platform.labels.get(bob, group.id).name == "colours-2"
    assert "write" in platform.labels.get(bob, group.id).can
    # Labels that another dataset of the giver has stay with him.
    shared = platform.labels.create(alice, LabelGroupCreate(name="shapes"))
    one, _ = (
        platform.datasets.create(alice, DatasetCreate(name=name, label_group_id=shared.id)) for name in ("one", "two")
    )
    platform.transfers.accept(
        bob, platform.transfers.offer(alice, TransferCreate(object_id=one.id, to="bob")).id, TransferAccept()
    )
    assert platform.labels.get(alice, shared.id).owner.name == "alice"
    assert platform.datasets.get(bob, one.id).label_group is not None


def test_running_job_goes_on_and_is_paid_by_its_new_owner(platform: Platform, runtime_python: Path) -> None:
    made = Classifier(platform, runtime_python)
    platform.start()
    alice, bob = made.alice, made.bob
    code = b"import os, time\nwhile not os.path.exists(os.environ['GO']): time.sleep(0.02)\n"
    made.put({"code/train.py": code})
    go = platform.path / "go"
    algorithm = platform.algorithms.create(
        alice,
        AlgorithmCreate(
            name="waits",
            source=AreaSource(kind="area", path="code"),
            run_command="python train.py",
            image_id=made.image_id,
        ),
    )
    body = made.job("waits", "", inputs=[], algorithm={"algorithm_id": algorithm.id}, environment={"GO": str(go)})
    job = platform.training.create(alice, body.model_copy(update={"parameters": {}}))

    def running() -> bool:
        return platform.training.run(alice, job.id, "V0001").status == "running"

    until(running)
    offer = platform.transfers.offer(alice, TransferCreate(object_id=job.id, to=bob.name))
    platform.transfers.accept(bob, offer.id, TransferAccept())
    run = platform.training.run(bob, job.id, "V0001")
    assert run.status == "running"
    assert run.workload is not None
    assert platform.workloads.get(bob, run.workload.id).owner.name == bob.name
    go.touch()
    done = made.ended(job.id, owner=bob)
    assert done.status == "succeeded"
    assert done.workload is not None
    assert len(done.workload.attempts) == 1, "it was not disturbed"
    with platform.db.read() as session:
        parts = session.scalars(
            select(UsageInterval).where(UsageInterval.workload_id == run.workload.id).order_by(UsageInterval.started_at)
        ).all()
    assert [part.owner_id for part in parts] == [alice.user_id, bob.user_id]
    assert parts[0].ended_at == parts[1].started_at
