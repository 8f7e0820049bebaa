"""Resource specs, capacity, queues."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from aispace.engines.base import Accelerators, Capacity
from aispace.errors import Forbidden, InUse, Invalid, NameTaken, NotFound, PreconditionFailed
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.defaults import default_specs
from aispace.resources.schemas import Accelerator, SpecCreate, SpecQuery, SpecRead, SpecUpdate
from aispace.workloads.schemas import WorkloadSpec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scripted_engine import ScriptedEngine, SteppedClock

GIB = 1 << 30


@pytest.fixture
def small(platform: Platform) -> Platform:
    """A platform on two cores, 8 GiB and two cards."""
    capacity = Capacity(2.0, 8 * GIB, {"nvidia.com/gpu": Accelerators("Test", 2)})
    platform.clock = SteppedClock()
    platform.engine = ScriptedEngine(platform.path / "workloads", platform.clock, capacity)
    return platform


def make(platform: Platform, admin: Principal, name: str = "spec", **fields: Any) -> SpecRead:
    values = {"cpu": 1.0, "memory_bytes": GIB, "purposes": ["training"], **fields}
    return platform.resources.create(admin, SpecCreate(name=name, **values))


@given(
    cpu=st.floats(0.5, 512),
    memory=st.integers(1, 4096),
    cards=st.dictionaries(st.sampled_from(["nvidia.com/gpu", "huawei.com/Ascend910"]), st.integers(1, 16)),
)
def test_default_specs_fit_the_machine_they_are_made_for(cpu: float, memory: int, cards: dict[str, int]) -> None:
    capacity = Capacity(cpu, memory * GIB, {name: Accelerators("Card", count) for name, count in cards.items()})
    specs = default_specs(capacity)
    assert len({spec.name for spec in specs}) == len(specs)
    for spec in specs:
        assert spec.cpu <= cpu
        assert spec.memory_bytes <= memory * GIB
        if spec.accelerator:
            assert spec.accelerator.count <= cards[spec.accelerator.resource]
    assert {spec.accelerator.resource for spec in specs if spec.accelerator} == set(cards)


def test_defaults_are_made_once_and_deleted_ones_stay_deleted(small: Platform, admin: Principal) -> None:
    small.resources.ensure_defaults()
    first = small.resources.list(admin, SpecQuery()).items
    assert any(spec.accelerator and spec.accelerator.count == 2 for spec in first)
    small.resources.delete(admin, first[0].id)
    small.resources.ensure_defaults()
    assert [s.id for s in small.resources.list(admin, SpecQuery()).items] == [s.id for s in first[1:]]


def test_capacity_of_a_spec_counts_what_is_free_and_who_waits(
    small: Platform, admin: Principal, alice: Principal
) -> None:
    spec = make(small, admin, accelerator=Accelerator(resource="nvidia.com/gpu"))
    wanted = WorkloadSpec(kind="training", name="x", command=["true"], spec_id=spec.id)
    assert (spec.capacity.total, spec.capacity.free, spec.waiting) == (2, 2, 0)
    for _ in range(3):
        small.workloads.submit(alice, wanted)
    small.workloads.reconciler.step()
    spec = small.resources.get(alice, spec.id)
    assert (spec.capacity.total, spec.capacity.free, spec.waiting) == (2, 0, 1)
    items = {item.resource: item for item in small.resources.capacity(alice).items}
    assert (items["nvidia.com/gpu"].used, items["cpu"].free, items["memory"].used) == (2, 0, 2 * GIB)
    queue = small.resources.queues(alice).items[0]
    assert (queue.name, queue.waiting, queue.running) == ("default", 1, 2)
    assert queue.oldest_queued_at is not None


@pytest.mark.capability("AS3-54")
def test_another_product_does_not_fit(small: Platform, admin: Principal, alice: Principal) -> None:
    spec = make(small, admin, accelerator=Accelerator(resource="nvidia.com/gpu", product="Other"))
    assert spec.capacity.total == 0
    with pytest.raises(Invalid) as error:
        small.workloads.submit(alice, WorkloadSpec(kind="training", name="x", command=["true"], spec_id=spec.id))
    assert error.value.details["fields"][0]["code"] == "never_fits"


def test_resolve_refuses_disabled_and_wrong_purpose(small: Platform, admin: Principal, alice: Principal) -> None:
    spec = make(small, admin)
    with pytest.raises(Invalid) as error:
        small.resources.resolve(alice, spec.id, purpose="serving")
    assert error.value.details["fields"][0]["code"] == "wrong_purpose"
    small.resources.update(admin, spec.id, SpecUpdate(enabled=False))
    with pytest.raises(Invalid):
        small.resources.resolve(alice, spec.id)
    with pytest.raises(NotFound):
        small.resources.get(alice, spec.id)
    assert small.resources.list(alice, SpecQuery()).items == []


def test_only_administrators_change_specs(small: Platform, admin: Principal, alice: Principal) -> None:
    spec = make(small, admin)
    assert small.resources.get(alice, spec.id).can == []
    for call in (
        lambda: make(small, alice, "mine"),
        lambda: small.resources.update(alice, spec.id, SpecUpdate(name="x")),
        lambda: small.resources.delete(alice, spec.id),
    ):
        with pytest.raises(Forbidden):
            call()


def test_names_revisions_and_users_guard_changes(small: Platform, admin: Principal, alice: Principal) -> None:
    spec = make(small, admin, price_per_hour="1.5")
    assert spec.price_per_hour is not None
    assert spec.price_per_hour.amount == Decimal("1.5")
    with pytest.raises(NameTaken):
        make(small, admin)
    with pytest.raises(PreconditionFailed):
        small.resources.update(admin, spec.id, SpecUpdate(cpu=2), revision=spec.revision + 1)
    changed = small.resources.update(admin, spec.id, SpecUpdate(price_per_hour=None), revision=spec.revision)
    assert (changed.price_per_hour, changed.revision) == (None, spec.revision + 1)
    small.workloads.submit(alice, WorkloadSpec(kind="training", name="x", command=["true"], spec_id=spec.id))
    with pytest.raises(InUse):
        small.resources.delete(admin, spec.id)


def test_list_filters_by_purpose_and_pages(small: Platform, admin: Principal, alice: Principal) -> None:
    for number in range(5):
        make(small, admin, f"spec {number}", purposes=["training"] if number % 2 else ["serving", "notebook"])
    page = small.resources.list(alice, SpecQuery(purpose="notebook", limit=2))
    assert ([spec.name for spec in page.items], page.page.total, page.page.next) == (["spec 0", "spec 2"], 3, 2)
    assert [s.name for s in small.resources.list(alice, SpecQuery(sort="-name", q="c 3")).items] == ["spec 3"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": " "},
        {"name": "x" * 65},
        {"cpu": 0},
        {"cpu": float("nan")},
        {"memory_bytes": 1},
        {"purposes": []},
        {"purposes": ["cooking"]},
        {"price_per_hour": "-1"},
        {"price_per_hour": "0.0000001"},
        {"price_per_hour": "NaN"},
        {"accelerator": {"resource": "no slash"}},
        {"accelerator": {"resource": "a.b/c", "count": 0}},
    ],
)
def test_wrong_fields_are_named(fields: dict[str, Any]) -> None:
    values = {"name": "x", "cpu": 1, "memory_bytes": GIB, "purposes": ["training"], **fields}
    with pytest.raises(ValidationError) as error:
        SpecCreate(**values)
    assert error.value.errors()[0]["loc"][0] == next(iter(fields))
