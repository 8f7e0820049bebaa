"""The reconciler, with an engine that does what the test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aispace.billing.schemas import UsageLinesQuery
from aispace.engines.base import Accelerators, Capacity, Key
from aispace.events.schemas import EventQuery
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.schemas import Accelerator, SpecCreate
from aispace.workloads import states
from aispace.workloads.orm import Workload
from aispace.workloads.schemas import WorkloadRead, WorkloadSpec
from aispace.workloads.service import WorkloadChange
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from scripted_engine import ScriptedEngine, SteppedClock
from sqlalchemy import select

ADMIN = Principal(user_id="usr_admin", name="admin", role="administrator")
GIB = 1 << 30
CAPACITY = Capacity(cpu=2.0, memory_bytes=8 * GIB, accelerators={"example.com/card": Accelerators("Card", 2)})


class Bench:
    """A platform on a scripted engine and a clock that the test moves."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.clock = SteppedClock()
        platform.clock = self.clock
        self.engine = ScriptedEngine(platform.path / "workloads", self.clock, CAPACITY)
        platform.engine = self.engine
        self.workloads = platform.workloads
        self.specs = {
            name: platform.resources.create(
                ADMIN,
                SpecCreate(
                    name=name,
                    cpu=cpu,
                    memory_bytes=GIB,
                    accelerator=Accelerator(resource="example.com/card", count=cards) if cards else None,
                    purposes=["training", "notebook"],
                    price_per_hour="3.6",
                ),
            ).id
            for name, cpu, cards in (("one", 1.0, 0), ("two", 2.0, 0), ("card", 0.5, 2))
        }

    def submit(self, who: Principal, spec: str | None = "one", **fields: object) -> WorkloadRead:
        values = {"kind": "export", "name": "job", "command": ["true"], **fields}
        return self.workloads.submit(who, WorkloadSpec(spec_id=self.specs[spec] if spec else None, **values))

    def step(self) -> None:
        while self.workloads.reconciler.step():
            pass

    def read(self, workload: WorkloadRead) -> WorkloadRead:
        return self.workloads.get(ADMIN, workload.id)

    def run(self, workload: WorkloadRead) -> Key:
        """Let its newest attempt run."""
        self.step()
        key = Key(workload.id, len(self.read(workload).attempts))
        self.engine.run(key)
        self.step()
        return key

    def end(self, key: Key, exit_code: int | None = 0, reason: str | None = None, **params: object) -> None:
        self.engine.end(key, exit_code, reason, **params)
        self.step()


@pytest.fixture
def bench(platform: Platform) -> Bench:
    return Bench(platform)


def test_submit_runs_to_success_and_writes_every_step(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice)
    assert workload.status == "queued"
    assert workload.position == 1
    bench.step()
    assert bench.read(workload).status == "starting"
    key = bench.run(workload)
    assert bench.read(workload).status == "running"
    bench.end(key)
    read = bench.read(workload)
    assert (read.status, read.reason, read.attempts[0].exit_code) == ("succeeded", None, 0)
    assert read.attempts[0].status == "succeeded"
    bench.platform.events.seal()
    codes = [e.code for e in bench.platform.events.list(alice, EventQuery(object_id=workload.id, after=0)).items]
    assert codes == ["workload.queued", "workload.starting", "workload.running", "workload.succeeded"]


def test_one_that_cannot_be_prepared_does_not_hold_up_the_others(
    bench: Bench, alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.platform.images, "state", lambda _: "ready")
    found = bench.platform.path / "images" / "img_lost"
    places: list[Path] = []

    def location(_: str) -> Path:
        if not places:
            raise OSError("the folder is away")
        return places[0]

    monkeypatch.setattr(bench.platform.images, "location", location)
    broken = bench.submit(alice, image_id="img_lost")
    fine = bench.submit(alice)
    bench.end(bench.run(fine))
    assert (bench.read(fine).status, bench.read(broken).status) == ("succeeded", "starting")
    places.append(found)
    bench.end(bench.run(broken))
    assert bench.read(broken).status == "succeeded"
    assert len(bench.read(broken).attempts) == 1


def test_stop_changes_target_only_and_the_reconciler_the_status(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, stop_grace_seconds=3)
    key = bench.run(workload)
    read = bench.workloads.stop(alice, workload.id)
    assert (read.status, read.target) == ("running", "stopped")
    bench.step()
    assert bench.engine.stops == {key: 3.0}
    assert bench.read(workload).status == "running"
    bench.end(key, -15, "stopped")
    read = bench.read(workload)
    assert (read.status, read.reason and read.reason.code) == ("stopped", "stopped")


def test_stop_before_start_makes_nothing(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice)
    bench.workloads.stop(alice, workload.id)
    bench.step()
    assert bench.read(workload).status == "stopped"
    assert bench.engine.made == []


def test_stopped_while_starting_and_never_made_ends_as_stopped(bench: Bench, alice: Principal) -> None:
    bench.engine.broken = True
    workload = bench.submit(alice)
    bench.step()
    bench.workloads.stop(alice, workload.id)
    bench.step()
    assert bench.read(workload).status == "stopped"


def test_killed_between_commit_and_fork_is_made_once_under_the_same_name(bench: Bench, alice: Principal) -> None:
    bench.engine.broken = True
    workload = bench.submit(alice)
    bench.step()
    assert bench.read(workload).status == "starting"
    bench.engine.broken = False
    bench.step()
    bench.step()
    assert bench.engine.made == [Key(workload.id, 1)]
    assert len(bench.read(workload).attempts) == 1


def test_lost_supervisor_is_retried_and_a_second_loss_fails(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, retries=1)
    bench.end(bench.run(workload), None, "supervisor_lost")
    read = bench.read(workload)
    assert [attempt.reason and attempt.reason.code for attempt in read.attempts] == ["supervisor_lost", None]
    bench.end(bench.run(workload), None, "supervisor_lost")
    read = bench.read(workload)
    assert (read.status, len(read.attempts)) == ("failed", 2)
    assert read.reason is not None
    assert read.reason.code == "supervisor_lost"


@pytest.mark.parametrize("reason", ["memory_limit", "time_limit"])
def test_limits_are_not_retried(bench: Bench, alice: Principal, reason: str) -> None:
    workload = bench.submit(alice, retries=5)
    bench.end(bench.run(workload), -9, reason, used=2 * GIB, limit=GIB, seconds=5)
    read = bench.read(workload)
    assert read.status == "failed"
    assert read.reason is not None
    assert read.reason.code == reason
    assert "{" not in read.reason.message


def test_third_attempt_waits_a_moment(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, retries=5)
    bench.end(bench.run(workload), 1)
    bench.end(bench.run(workload), 1)
    assert bench.read(workload).status == "queued"
    bench.step()
    assert len(bench.read(workload).attempts) == 2
    bench.clock.advance(1.5)
    bench.step()
    assert len(bench.read(workload).attempts) == 3


@pytest.mark.capability("AS2-45")
def test_delay_is_scheduled_then_queued(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, delay_seconds=3600)
    assert workload.status == "scheduled"
    assert workload.scheduled_for is not None
    bench.step()
    assert bench.read(workload).status == "scheduled"
    bench.clock.advance(3601)
    bench.step()
    assert bench.read(workload).status == "starting"


@pytest.mark.capability("AP-20")
def test_waiting_tells_position_and_what_is_short(bench: Bench, alice: Principal) -> None:
    running = bench.submit(alice, "two")
    bench.run(running)
    first, second = bench.submit(alice, "one"), bench.submit(alice, "one")
    bench.step()
    read = bench.read(first)
    assert (read.status, read.position) == ("queued", 1)
    assert read.reason is not None
    assert read.reason.code == "insufficient_capacity"
    assert read.reason.params == {"resources": {"cpu": {"needed": 1.0, "free": 0.0}}}
    assert "cpu: needs 1, free 0" in read.reason.message
    assert bench.read(second).position == 2
    bench.end(Key(running.id, 1))
    assert {bench.read(first).status, bench.read(second).status} == {"starting"}


def test_higher_priority_goes_first_and_ageing_lets_the_low_one_pass(bench: Bench, alice: Principal) -> None:
    running = bench.submit(alice, "two")
    bench.run(running)
    low = bench.submit(alice, "two", priority="low")
    high = bench.submit(alice, "two", priority="high")
    assert (bench.read(high).position, bench.read(low).position) == (1, 2)
    bench.clock.advance(2 * bench.workloads.ageing_seconds + 1)
    late = bench.submit(alice, "two", priority="high")
    assert [bench.read(w).position for w in (high, low, late)] == [1, 2, 3]


def test_large_one_is_not_starved_by_small_ones_but_others_pass(bench: Bench, alice: Principal) -> None:
    bench.run(bench.submit(alice, "one"))
    large, small = bench.submit(alice, "two"), bench.submit(alice, "one")
    bench.step()
    assert bench.read(large).status == "queued"
    reason = bench.read(small).reason
    assert reason is not None
    assert reason.code == "behind"


def test_card_shortage_does_not_hold_up_jobs_without_cards(bench: Bench, alice: Principal) -> None:
    bench.run(bench.submit(alice, "card"))
    waiting, plain = bench.submit(alice, "card"), bench.submit(alice, "one")
    bench.step()
    assert bench.read(waiting).status == "queued"
    assert bench.read(plain).status == "starting"


def test_pause_gives_back_and_resume_goes_on_with_another_attempt(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, "two")
    key = bench.run(workload)
    bench.workloads.pause(alice, workload.id)
    bench.step()
    bench.end(key, -15, "stopped")
    assert bench.read(workload).status == "paused"
    other = bench.submit(alice, "two")
    bench.end(bench.run(other))
    bench.workloads.resume(alice, workload.id)
    bench.end(bench.run(workload))
    read = bench.read(workload)
    assert (read.status, [a.status for a in read.attempts]) == ("succeeded", ["stopped", "succeeded"])


def test_domain_is_told_in_the_same_transaction_and_again_when_it_failed(bench: Bench, alice: Principal) -> None:
    told: list[tuple[str, str]] = []
    fail = True

    def domain(change: WorkloadChange) -> None:
        with bench.platform.db.write() as session:
            row = session.get_one(Workload, change.id)
            row.name = f"told {change.status}"
            session.flush()
            if fail and change.status == "succeeded":
                raise RuntimeError("not now")
        told.append((change.previous, change.status))

    bench.workloads.on_change("visualisation", domain)
    workload = bench.submit(alice, kind="visualisation")
    bench.end(bench.run(workload))
    assert told == [("queued", "starting"), ("starting", "running")]
    read = bench.read(workload)
    assert (read.status, read.name) == ("succeeded", "told running")
    fail = False
    bench.step()
    assert told[-1][1] == "succeeded"
    assert bench.read(workload).name == "told succeeded"
    bench.step()
    assert len(told) == 3


def test_external_workload_is_reported_by_its_runner(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, kind="notebook", external=True)
    bench.step()
    assert bench.read(workload).status == "starting"
    assert bench.engine.made == []
    bench.workloads.report(workload.id, "running", ports={"http": ("127.0.0.1", 4242)})
    bench.step()
    assert bench.read(workload).status == "running"
    assert bench.workloads.address(workload.id, "http") == ("127.0.0.1", 4242)
    bench.clock.advance(60)
    bench.workloads.report(workload.id, "ended")
    bench.step()
    read = bench.read(workload)
    assert read.status == "stopped"
    assert read.cost is not None
    assert 0.05 < read.cost.amount < 0.07
    assert bench.workloads.used().cpu == 0


def test_secrets_never_reach_the_database_and_go_when_it_ends(bench: Bench, alice: Principal) -> None:
    workload = bench.submit(alice, secret_env={"TOKEN": "s3cr3t-value"}, retries=1)
    key = bench.run(workload)
    assert bench.engine.plans[key].secret_env == {"TOKEN": "s3cr3t-value"}
    with bench.platform.db.read() as session:
        row = session.scalars(select(Workload)).one()
        assert "s3cr3t" not in repr(row.spec)
    kept = bench.platform.path / "secrets" / "workloads" / workload.id
    assert kept.stat().st_mode & 0o777 == 0o600
    bench.end(key, 1)
    key = bench.run(workload)
    assert bench.engine.plans[key].secret_env == {"TOKEN": "s3cr3t-value"}
    bench.end(key)
    assert not kept.exists()


def test_forecast_tells_position_and_wait_from_time_limits(bench: Bench, alice: Principal) -> None:
    spec = WorkloadSpec(
        kind="export", name="x", command=["true"], spec_id=bench.specs["two"], time_limit_seconds=3600, retries=1
    )
    forecast = bench.workloads.forecast(alice, spec)
    assert (forecast.position, forecast.starts_in_seconds, forecast.free) == (1, 0.0, True)
    assert forecast.cost_at_most is not None
    assert forecast.cost_at_most == forecast.price_per_hour * 2  # type: ignore[operator]  # known to be there
    bench.run(bench.submit(alice, "two", time_limit_seconds=100))
    bench.submit(alice, "two", time_limit_seconds=50)
    forecast = bench.workloads.forecast(alice, spec)
    assert (forecast.position, forecast.free) == (2, False)
    assert forecast.starts_in_seconds == pytest.approx(150, abs=2)
    bench.submit(alice, "two")
    assert bench.workloads.forecast(alice, spec).starts_in_seconds is None


class WorkloadMachine(RuleBasedStateMachine):
    """Anything that users, engine and clock may do, in any order: the state machine and the ledger hold."""

    make: Callable[[], Bench]

    @initialize()
    def begin(self) -> None:
        self.bench = type(self).make()
        self.alice = Principal(user_id="usr_alice", name="alice")
        self.known: list[WorkloadRead] = []
        self.before: dict[str, str] = {}

    @rule(
        spec=st.sampled_from(["one", "two", "card", None]),
        retries=st.integers(0, 2),
        priority=st.sampled_from(["low", "normal", "high"]),
        delay=st.sampled_from([0, 0, 50]),
    )
    def submit(self, spec: str | None, retries: int, priority: str, delay: int) -> None:
        made = self.bench.submit(self.alice, spec, retries=retries, priority=priority, delay_seconds=delay)
        self.known.append(made)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), what=st.sampled_from(["stop", "pause", "resume"]))
    def ask(self, data: st.DataObject, what: str) -> None:
        chosen = data.draw(st.sampled_from(self.known))
        if what == "stop" or self.bench.read(chosen).status not in states.ENDED:
            getattr(self.bench.workloads, what)(self.alice, chosen.id)

    @precondition(lambda self: self.bench.engine.alive)
    @rule(data=st.data(), outcome=st.sampled_from(["run", "ok", "error", "lost", "memory_limit", "stopped"]))
    def engine(self, data: st.DataObject, outcome: str) -> None:
        key = data.draw(st.sampled_from(self.bench.engine.alive))
        if outcome == "run":
            self.bench.engine.run(key)
        elif outcome == "ok":
            self.bench.engine.end(key, 0)
        elif outcome == "error":
            self.bench.engine.end(key, 1)
        elif outcome == "lost":
            self.bench.engine.end(key, None, "supervisor_lost")
        elif key in self.bench.engine.stops or outcome == "memory_limit":
            self.bench.engine.end(key, -9, outcome)

    @rule(broken=st.booleans())
    def engine_comes_and_goes(self, broken: bool) -> None:
        self.bench.engine.broken = broken

    @rule(seconds=st.sampled_from([0.5, 10, 4000]))
    def time_passes(self, seconds: float) -> None:
        self.bench.clock.advance(seconds)

    @rule()
    def step(self) -> None:
        self.bench.step()
        for workload in self.known:
            now = self.bench.read(workload).status
            then = self.before.get(workload.id, workload.status)
            assert now == then or _reachable(then, now), (then, now)
            self.before[workload.id] = now

    @invariant()
    def attempts_never_overlap(self) -> None:
        alive = [key.workload_id for key in self.bench.engine.alive]
        assert len(alive) == len(set(alive))
        assert len(self.bench.engine.made) == len(set(self.bench.engine.made))
        for workload in self.known:
            tries = self.bench.read(workload).attempts
            assert [attempt.number for attempt in tries] == list(range(1, len(tries) + 1))
            assert all(attempt.ended_at is not None for attempt in tries[:-1])
            assert len(tries) <= workload.retries + 1 or self.bench.read(workload).target != "stopped"

    @invariant()
    def capacity_is_kept(self) -> None:
        used = self.bench.workloads.used()
        assert used.cpu <= CAPACITY.cpu
        assert used.accelerators.get("example.com/card", 0) <= 2

    @invariant()
    def the_ledger_balances(self) -> None:
        lines = self.bench.platform.billing.lines(self.alice, UsageLinesQuery(limit=200))
        assert sum(line.amount.amount for line in lines.items) == lines.total.amount
        for line in lines.items:
            assert sum(interval.amount.amount for interval in line.intervals) == line.amount.amount
            for one, two in zip(line.intervals, line.intervals[1:], strict=False):
                assert one.ended_at <= two.started_at
                assert not one.open


def _reachable(then: str, now: str) -> bool:
    seen, queue = set(), [then]
    while queue:
        for following in states.NEXT[queue.pop()]:  # type: ignore[index]  # every state is a key
            if following not in seen:
                seen.add(following)
                queue.append(following)
    return now in seen


@pytest.fixture
def benches(empty_database: str, tmp_path: Path) -> Iterator[Callable[[], Bench]]:
    import shutil

    made: list[Platform] = []

    def make() -> Bench:
        while made:
            made.pop().close()
        home = tmp_path / f"home-{make.count}"  # type: ignore[attr-defined]  # counts its own calls
        make.count += 1  # type: ignore[attr-defined]  # counts its own calls
        database = tmp_path / f"{home.name}.db"
        shutil.copyfile(empty_database, database)
        made.append(Platform(home=str(home), database_url=f"sqlite:///{database}"))
        return Bench(made[0])

    make.count = 0  # type: ignore[attr-defined]  # counts its own calls
    yield make
    for platform in made:
        platform.close()


def test_state_machine_holds_whatever_happens(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--database") == "postgresql":
        pytest.skip("a database for each of the examples is made from a file")
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Machine", (WorkloadMachine,), {"make": staticmethod(request.getfixturevalue("benches"))})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
