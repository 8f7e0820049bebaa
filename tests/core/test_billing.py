"""The ledger: closed, disjoint intervals whose sum is the bill."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aispace.billing.orm import UsageInterval
from aispace.billing.schemas import UsageLinesQuery, UsageQuery
from aispace.billing.service import Piece, cost
from aispace.engines.base import Capacity, Key
from aispace.errors import Forbidden
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate, SpecUpdate
from aispace.workloads.schemas import WorkloadSpec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scripted_engine import ScriptedEngine, SteppedClock
from sqlalchemy import select

START = datetime(2026, 1, 1, tzinfo=UTC)


class Ledger:
    """A platform with one spec, whose jobs run as long as the test says."""

    def __init__(self, platform: Platform, admin: Principal) -> None:
        self.platform = platform
        self.clock = SteppedClock()
        platform.clock = self.clock
        self.engine = ScriptedEngine(platform.path, self.clock, Capacity(64, 1 << 40))
        platform.engine = self.engine
        spec = SpecCreate(name="s", cpu=1, memory_bytes=1 << 30, purposes=["training", "serving"], price_per_hour="3.6")
        self.spec = platform.resources.create(admin, spec).id

    def step(self) -> None:
        self.platform.workloads.reconciler.step()

    def start(self, who: Principal, **fields: Any) -> Key:
        values = {"kind": "training", "name": "job", "command": ["true"], "spec_id": self.spec, **fields}
        key = Key(self.platform.workloads.submit(who, WorkloadSpec(**values)).id, 1)
        self.step()
        self.engine.run(key)
        self.step()
        return key

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.step()

    def end(self, key: Key) -> None:
        self.engine.end(key)
        self.step()

    def rows(self) -> list[UsageInterval]:
        with self.platform.db.read() as session:
            return list(session.scalars(select(UsageInterval).order_by(UsageInterval.started_at)))


@pytest.fixture
def ledger(platform: Platform, admin: Principal) -> Ledger:
    return Ledger(platform, admin)


@given(
    price=st.decimals(0, 1000, places=6),
    length=st.integers(1, 10**12),
    cuts=st.lists(st.floats(0, 1), max_size=8),
)
def test_pieces_of_an_interval_add_up_to_the_whole(price: Decimal, length: int, cuts: list[float]) -> None:
    end = START + timedelta(microseconds=length)
    row = UsageInterval(started_at=START, ended_at=end, price_per_hour=price)
    moments = [START, *sorted(START + (end - START) * cut for cut in cuts), end]
    pieces = [Piece(row, one, two) for one, two in itertools.pairwise(moments)]
    assert sum(piece.amount for piece in pieces) == cost(price, end - START)


def test_an_hour_costs_the_price_of_an_hour() -> None:
    assert cost(Decimal("1.234567"), timedelta(hours=1)) == Decimal("1.234567")
    assert cost(Decimal("3.6"), timedelta(seconds=1)) == Decimal("0.001000")
    assert cost(None, timedelta(days=9)) == 0


def test_running_job_is_closed_into_the_ledger_again_and_again(ledger: Ledger, alice: Principal) -> None:
    key = ledger.start(alice)
    for _ in range(3):
        ledger.pass_time(4000)
    ledger.pass_time(100)
    ledger.end(key)
    rows = ledger.rows()
    assert len(rows) == 4
    assert all(row.ended_at is not None and row.amount is not None for row in rows)
    assert all(one.ended_at == two.started_at for one, two in itertools.pairwise(rows))
    lines = ledger.platform.billing.lines(alice, UsageLinesQuery(**{"from": START}))
    assert len(lines.items) == 1
    assert lines.items[0].seconds == pytest.approx(12_100, abs=1)
    assert lines.total.amount == sum(row.amount for row in rows if row.amount)
    assert lines.total.amount == pytest.approx(Decimal("12.1"), abs=Decimal("0.01"))


@pytest.mark.capability("AS3-61")
def test_price_change_in_the_middle(ledger: Ledger, admin: Principal, alice: Principal) -> None:
    key = ledger.start(alice)
    ledger.pass_time(1000)
    ledger.platform.resources.update(admin, ledger.spec, SpecUpdate(price_per_hour="36"))
    ledger.pass_time(1000)
    ledger.platform.resources.update(admin, ledger.spec, SpecUpdate(price_per_hour=None))
    ledger.pass_time(1000)
    ledger.end(key)
    assert [row.price_per_hour for row in ledger.rows()] == [Decimal("3.6"), Decimal("36"), None]
    total = ledger.platform.billing.lines(alice, UsageLinesQuery(**{"from": START})).total.amount
    assert total == pytest.approx(Decimal(11), abs=Decimal("0.1"))


def test_end_before_the_last_closing_leaves_no_overlap(ledger: Ledger, alice: Principal) -> None:
    key = ledger.start(alice)
    ledger.pass_time(4000)
    boundary = ledger.rows()[-1].started_at
    ledger.platform.billing.close({key.workload_id: boundary - timedelta(seconds=5)})
    rows = ledger.rows()
    assert len(rows) == 1
    assert rows[0].ended_at == boundary


def test_queueing_and_starting_cost_nothing(ledger: Ledger, alice: Principal) -> None:
    workload = ledger.platform.workloads.submit(
        alice, WorkloadSpec(kind="training", name="x", command=["true"], spec_id=ledger.spec)
    )
    ledger.step()
    ledger.pass_time(1000)
    assert ledger.platform.workloads.get(alice, workload.id).status == "starting"
    assert ledger.rows() == []


def test_short_attempt_never_seen_running_is_billed(ledger: Ledger, alice: Principal) -> None:
    key = Key(
        ledger.platform.workloads.submit(
            alice, WorkloadSpec(kind="training", name="x", command=["true"], spec_id=ledger.spec)
        ).id,
        1,
    )
    ledger.step()
    ledger.engine.run(key)
    ledger.clock.advance(100)
    ledger.end(key)
    (row,) = ledger.rows()
    assert row.amount == pytest.approx(Decimal("0.1"), abs=Decimal("0.001"))


def test_summary_balances_by_kind_spec_and_day_of_the_zone(ledger: Ledger, alice: Principal) -> None:
    ledger.platform.zone = ZoneInfo("Asia/Shanghai")
    first = ledger.start(alice)
    second = ledger.start(alice, kind="batch")
    for _ in range(30):
        ledger.pass_time(4001)
    ledger.end(first)
    ledger.pass_time(500)
    query = {"from": START, "to": ledger.clock.now()}
    summary = ledger.platform.billing.summary(alice, UsageQuery(**query))
    lines = ledger.platform.billing.lines(alice, UsageLinesQuery(**query))
    assert lines.total.amount == summary.total.amount
    for groups in (summary.by_kind, summary.by_spec, summary.by_day):
        assert sum(group.amount.amount for group in groups) == summary.total.amount
        assert sum(group.seconds for group in groups) == pytest.approx(summary.seconds)
    assert {group.key for group in summary.by_kind} == {"training", "batch"}
    assert len(summary.by_day) >= 2
    assert summary.running_per_hour.amount == Decimal("3.6")
    ledger.end(second)


def test_halves_of_a_period_add_up_to_the_whole(ledger: Ledger, alice: Principal) -> None:
    key = ledger.start(alice)
    begin = ledger.clock.now()
    ledger.pass_time(3333)
    middle = ledger.clock.now()
    ledger.pass_time(3333)
    ledger.end(key)
    end = ledger.clock.now()

    def total(one: datetime, two: datetime) -> Decimal:
        return ledger.platform.billing.summary(alice, UsageQuery(**{"from": one, "to": two})).total.amount

    assert total(begin, middle) + total(middle, end) == total(begin, end)
    assert total(end, end + timedelta(days=1)) == 0


def test_pages_keep_the_total_of_all(ledger: Ledger, alice: Principal) -> None:
    for number in range(5):
        key = ledger.start(alice, name=f"job {number}")
        ledger.pass_time(100)
        ledger.end(key)
    first = ledger.platform.billing.lines(alice, UsageLinesQuery(**{"from": START, "limit": 2}))
    rest = ledger.platform.billing.lines(alice, UsageLinesQuery(**{"from": START, "limit": 3, "offset": 2}))
    assert (first.page.total, first.page.next, rest.page.next) == (5, 2, None)
    assert [line.name for line in first.items] == ["job 4", "job 3"]
    assert first.total.amount == rest.total.amount
    assert sum(line.amount.amount for line in [*first.items, *rest.items]) == first.total.amount


def test_others_usage_is_for_administrators(ledger: Ledger, alice: Principal, bob: Principal, admin: Principal) -> None:
    ledger.end(ledger.start(alice))
    assert ledger.platform.billing.lines(bob, UsageLinesQuery(**{"from": START})).items == []
    for owner in ("usr_alice", "all"):
        with pytest.raises(Forbidden):
            ledger.platform.billing.lines(bob, UsageLinesQuery(owner=owner))
        with pytest.raises(Forbidden):
            ledger.platform.billing.summary(bob, UsageQuery(owner=owner))
        assert len(ledger.platform.billing.lines(admin, UsageLinesQuery(**{"from": START, "owner": owner})).items) == 1


def test_period_backwards_is_refused() -> None:
    with pytest.raises(ValidationError):
        UsageQuery(**{"from": START, "to": START - timedelta(seconds=1)})
