"""Workloads through the service: rules, logs, scalars, and the whole with real processes."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from aispace.billing.schemas import UsageLinesQuery
from aispace.engines.base import UsageSample
from aispace.errors import Conflict, Forbidden, Invalid, NotFound
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.resources.schemas import SpecQuery
from aispace.workloads import logs, states
from aispace.workloads.logs import LogFiles
from aispace.workloads.metrics import usage_series
from aispace.workloads.scalars import BASE, Parsed, ScalarFiles
from aispace.workloads.schemas import LogQuery, MetricsQuery, ScalarQuery, WorkloadQuery, WorkloadSpec
from conditions import until
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError


def spec_of(platform: Platform, who: Principal) -> str:
    platform.resources.ensure_defaults()
    return platform.resources.list(who, SpecQuery()).items[0].id


def job(platform: Platform, who: Principal, *command: str, **fields: Any) -> WorkloadSpec:
    values = {"kind": "batch", "name": "job", "spec_id": spec_of(platform, who), **fields}
    return WorkloadSpec(command=list(command) or ["true"], **values)


def status(platform: Platform, workload_id: str) -> str:
    return platform.workloads.get(SYSTEM, workload_id).status


def ended(platform: Platform, workload_id: str, seconds: float = 20) -> str:
    return until(lambda: (now := status(platform, workload_id)) in states.ENDED and now, seconds)  # type: ignore[return-value]


# The state machine by itself


def test_ended_states_are_final_and_every_state_can_be_left() -> None:
    assert all(not states.NEXT[status] for status in states.ENDED)
    assert all(states.NEXT[status] for status in states.OPEN)
    with pytest.raises(states.IllegalTransition):
        states.check("succeeded", "running")


@given(
    outcome=st.sampled_from(["succeeded", "failed", "stopped"]),
    target=st.sampled_from(["running", "paused", "stopped"]),
    code=st.sampled_from([None, "exit_code", "memory_limit", "time_limit", "supervisor_lost"]),
    attempts=st.integers(1, 6),
    retries=st.integers(0, 5),
)
def test_after_an_attempt_the_next_state_is_legal_and_retries_are_bounded(
    outcome: Any, target: Any, code: str | None, attempts: int, retries: int
) -> None:
    following = states.after_attempt(outcome, target=target, reason_code=code, attempts=attempts, retries=retries)
    states.check("running", following)
    states.check("starting", following)
    if following == "queued":
        assert (outcome, target) == ("failed", "running")
        assert attempts <= retries
        assert code not in states.NOT_RETRIED
    if outcome == "succeeded":
        assert following == "succeeded"


@given(st.lists(st.tuples(st.integers(0, 100_000), st.sampled_from(["low", "normal", "high"])), max_size=20))
def test_rank_orders_by_time_within_a_priority(items: list[tuple[int, Any]]) -> None:
    ranks = [(states.rank(at, priority, 900), at, priority) for at, priority in items]
    for one, at, priority in ranks:
        for other, later, same in ranks:
            if same == priority and at < later:
                assert one < other
            if states.PRIORITY_LEVEL[same] > states.PRIORITY_LEVEL[priority] and later - at > 1800:
                assert one < other


# Rules


def test_submit_refuses_what_cannot_be(platform: Platform, alice: Principal) -> None:
    with pytest.raises(Invalid) as missing:
        platform.workloads.submit(alice, WorkloadSpec(kind="training", name="x", command=["true"]))
    assert missing.value.details["fields"][0]["field"] == "spec_id"
    with pytest.raises(Invalid):
        platform.workloads.submit(alice, job(platform, alice, spec_id="spc_none"))
    with pytest.raises(Invalid):
        platform.workloads.submit(alice, job(platform, alice, queue="other"))
    with pytest.raises(Forbidden):
        platform.workloads.submit(alice, job(platform, alice, owner_id="usr_bob"))
    reader = Principal(user_id="usr_alice", name="alice", scopes=frozenset({"read"}))
    with pytest.raises(Forbidden):
        platform.workloads.submit(reader, job(platform, alice))


@pytest.mark.parametrize(
    "fields",
    [
        {"command": []},
        {"command": ["a\0b"]},
        {"env": {"A=B": "x"}},
        {"env": {"A": "x\0"}},
        {"ports": ["HTTP"]},
        {"retries": -1},
        {"delay_seconds": -1},
        {"time_limit_seconds": 0},
        {"nodes": 2},
        {"name": ""},
        {"name": "x" * 121},
        {"unknown": 1},
    ],
)
def test_wrong_fields_are_named(fields: dict[str, Any]) -> None:
    values = {"kind": "batch", "name": "job", "command": ["true"], **fields}
    with pytest.raises(ValidationError) as error:
        WorkloadSpec(**values)
    assert error.value.errors()[0]["loc"][0] == next(iter(fields))


def test_others_neither_see_nor_touch_it_and_administrators_do(
    platform: Platform, alice: Principal, bob: Principal, admin: Principal
) -> None:
    workload = platform.workloads.submit(alice, job(platform, alice))
    for call in (
        lambda: platform.workloads.get(bob, workload.id),
        lambda: platform.workloads.stop(bob, workload.id),
        lambda: platform.workloads.delete(bob, workload.id),
        lambda: platform.workloads.read_log(bob, workload.id, LogQuery()),
        lambda: platform.workloads.scalars(bob, workload.id, ScalarQuery()),
        lambda: platform.workloads.metrics(bob, workload.id, MetricsQuery()),
    ):
        with pytest.raises(NotFound):
            call()
    assert platform.workloads.list(bob, WorkloadQuery()).items == []
    assert [item.id for item in platform.workloads.list(admin, WorkloadQuery()).items] == [workload.id]
    assert platform.workloads.list(admin, WorkloadQuery(owner="me")).items == []
    assert platform.workloads.get(admin, workload.id).can == ["stop"]


def test_list_filters(platform: Platform, alice: Principal) -> None:
    one = platform.workloads.submit(alice, job(platform, alice, object_kind="run", object_id="run_1", name="alpha"))
    two = platform.workloads.submit(alice, job(platform, alice, kind="evaluation", name="beta_1"))
    platform.workloads.stop(alice, two.id)
    platform.workloads.reconciler.step()

    def found(**query: Any) -> set[str]:
        return {item.id for item in platform.workloads.list(alice, WorkloadQuery(**query)).items}

    assert found() == {one.id, two.id}
    assert found(kind="evaluation") == {two.id}
    assert found(status="stopped") == {two.id}
    assert found(active=False) == {two.id}
    assert found(object_id="run_1") == {one.id}
    assert found(q="ALPH") == {one.id}
    assert found(q="a_1") == {two.id}


def test_delete_only_after_the_end_and_usage_stays(platform: Platform, alice: Principal) -> None:
    platform.start()
    workload = platform.workloads.submit(alice, job(platform, alice, "sleep", "0.3"))
    until(lambda: status(platform, workload.id) == "running")
    with pytest.raises(Conflict):
        platform.workloads.delete(alice, workload.id)
    ended(platform, workload.id)
    folder = Path(platform.workloads.directory(workload.id))
    platform.workloads.delete(alice, workload.id)
    assert not folder.exists()
    with pytest.raises(NotFound):
        platform.workloads.get(alice, workload.id)
    assert [line.workload_id for line in platform.billing.lines(alice, UsageLinesQuery()).items] == [workload.id]


# The whole


def test_submit_to_first_log_line_stop_and_cost(platform: Platform, alice: Principal) -> None:
    platform.start()
    begin = time.monotonic()
    workload = platform.workloads.submit(alice, job(platform, alice, "sh", "-c", "echo hello; sleep 60"))
    until(lambda: platform.workloads.wait_for_log({workload.id: 0}, 5))
    assert time.monotonic() - begin < 5
    read = platform.workloads.read_log(alice, workload.id, LogQuery())
    assert (read.text, read.complete) == ("hello\n", False)
    until(lambda: status(platform, workload.id) == "running")
    platform.workloads.stop(alice, workload.id)
    assert ended(platform, workload.id) == "stopped"
    assert platform.workloads.read_log(alice, workload.id, LogQuery(after=6)).complete
    line = platform.billing.lines(alice, UsageLinesQuery()).items[0]
    assert line.seconds > 0
    # A fraction of a second may round to nothing; what is shown is what is billed.
    assert platform.workloads.get(alice, workload.id).cost == line.amount


SERVE = """
import sys, time
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.schemas import SpecQuery
from aispace.workloads.schemas import WorkloadSpec
platform = Platform(home=sys.argv[1], database_url=sys.argv[2])
platform.start()
alice = Principal(user_id="usr_alice", name="alice")
spec = platform.resources.list(alice, SpecQuery()).items[0].id
for number in range(12):
    # More than fit at once: some run, some wait.
    print(platform.workloads.submit(alice, WorkloadSpec(kind="batch", name="job", spec_id=spec,
        command=["sh", "-c", "echo begin; sleep 1; echo end"])).id, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("moment", [0.0, 0.15, 0.6])
def test_kill_9_of_serve_loses_no_job_and_runs_none_twice(
    platform: Platform, database_url: str, tmp_path: Path, alice: Principal, moment: float
) -> None:
    home = str(tmp_path / "home")
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, home, database_url], stdout=subprocess.PIPE, text=True
    ) as serve:
        assert serve.stdout is not None
        ids = [serve.stdout.readline().strip() for _ in range(12)]
        threading.Event().wait(moment)
        os.kill(serve.pid, signal.SIGKILL)
    platform.start()
    assert [ended(platform, workload_id, 60) for workload_id in ids] == ["succeeded"] * 12
    for workload_id in ids:
        assert platform.workloads.read_log(alice, workload_id, LogQuery()).text == "begin\nend\n"
        assert len(platform.workloads.get(alice, workload_id).attempts) == 1
    lines = platform.billing.lines(alice, UsageLinesQuery(limit=50))
    assert len(lines.items) == 12
    for line in lines.items:
        assert [interval.open for interval in line.intervals] == [False] * len(line.intervals)
        assert 0.9 < line.seconds < 3
    assert sum(line.amount.amount for line in lines.items) == lines.total.amount


# Logs


@given(
    text=st.text(alphabet="aé漢😀\n", max_size=200),
    limit=st.integers(4, 50),
)
def test_log_in_pieces_is_the_log(tmp_path_factory: pytest.TempPathFactory, text: str, limit: int) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_text(text, newline="")
    files, pieces, after = LogFiles(), [], 0
    for _ in range(2000):
        read = files.read(path, 1, LogQuery(after=after, limit=limit), ended=True)
        pieces.append(read.text)
        after = read.next
        if read.complete:
            break
    assert "".join(pieces) == text


def test_log_tail_search_and_half_a_character(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo ERROR\nthree\nfour error\n" + "漢".encode()[:2])
    files = LogFiles()
    assert files.read(path, 1, LogQuery(), ended=False).text.endswith("four error\n")
    assert files.read(path, 1, LogQuery(), ended=True).text.endswith("\ufffd")
    assert files.read(path, 1, LogQuery(tail=True, limit=15), ended=False).text == "four error\n"
    matches = files.read(path, 1, LogQuery(q="error"), ended=False).matches
    assert matches is not None
    assert [(m.number, m.offset, m.text) for m in matches] == [(2, 4, "two ERROR"), (4, 20, "four error")]


def test_log_search_goes_on_where_it_stopped_with_the_right_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {n} {'hit' if n % 10 == 0 else ''}\n" for n in range(1, 2001)) + "x" * 5000 + "hit")
    monkeypatch.setattr(logs, "SEARCHED", 4096)
    monkeypatch.setattr(logs, "PIECE", 1024)
    files, found, after = LogFiles(), [], 0
    for _ in range(100):
        part = files.read(path, 1, LogQuery(q="HIT", after=after), ended=True)
        assert part.matches is not None
        assert part.next - after <= 4096 + 1024  # bounded, whatever the log holds
        found += [(match.number, match.text.split(" ")[1]) for match in part.matches if match.number <= 2000]
        after = part.next
        if part.complete:
            break
    assert part.complete
    assert found == [(n, str(n)) for n in range(10, 2001, 10)]
    assert part.matches[-1].number == 2001


def test_log_wait_wakes_for_the_one_that_grew_and_gives_up(tmp_path: Path) -> None:
    files = LogFiles()
    one, two = tmp_path / "one", tmp_path / "two"
    assert files.wait({"one": (one, 0), "two": (two, 0)}, 0.1) == set()
    threading.Timer(0.1, lambda: two.write_text("x")).start()
    begin = time.monotonic()
    assert files.wait({"one": (one, 0), "two": (two, 0)}, 10) == {"two"}
    assert time.monotonic() - begin < 5
    files.close()


# Scalars


def write(path: Path, values: list[float], name: str = "loss") -> None:
    with path.open("a") as file:
        for step, value in enumerate(values):
            shown: Any = value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity"
            file.write(json.dumps({"time": 100.0 + step, "step": step, "values": {name: shown}}) + "\n")


@given(
    values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=400),
    buckets=st.integers(2, 50),
    cut=st.integers(0, 400),
)
def test_buckets_lose_no_extreme_and_end_with_the_last(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], buckets: int, cut: int
) -> None:
    path = tmp_path_factory.mktemp("scalars") / "metrics.jsonl"
    files = ScalarFiles()
    write(path, values[:cut])
    files.read(path, 1, None, 0, buckets)
    write(path, values[cut:])
    series = files.read(path, 1, None, 0, buckets).series["loss"]
    assert len(series.steps) <= buckets
    assert min(v for v in series.min if v is not None) == min(values)
    assert max(v for v in series.max if v is not None) == max(values)
    assert series.values[-1] == values[-1]
    summary = files.summary(path)["loss"]
    assert (summary.last, summary.min, summary.max, summary.count) == (
        values[-1],
        min(values),
        max(values),
        len(values),
    )


def test_many_points_keep_a_spike_and_stay_few(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    values = [0.5] * (BASE * 5)
    values[12_345] = 99.0
    write(path, values)
    files = ScalarFiles()
    read = files.read(path, 1, None, 0, 1200)
    assert read.points == BASE * 5
    assert len(read.series["loss"].steps) <= 1200
    assert max(v for v in read.series["loss"].max if v is not None) == 99.0
    assert files.summary(path)["loss"].max_step == 12_345


def test_large_file_is_parsed_once_and_not_again_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "metrics.jsonl"
    values = [math.sin(step / 100) for step in range(120_000)]
    values[3] = math.nan
    write(path, values)
    before = ScalarFiles().read(path, 1, None, 0, 1200)
    taken: list[int] = []
    monkeypatch.setattr(
        Parsed, "_take", lambda self, block, take=Parsed._take: (taken.append(len(block)), take(self, block))
    )
    after = ScalarFiles()
    assert after.read(path, 1, None, 0, 1200) == before
    assert taken == []
    write(path, [5.0])
    assert after.read(path, 1, None, 0, 1200).points == 120_001
    assert after.summary(path)["loss"].max == 5.0
    path.unlink()
    write(path, [7.0])
    assert ScalarFiles().read(path, 1, None, 0, 1200).points == 1


def test_scalars_after_a_position_give_only_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    files = ScalarFiles()
    write(path, [1, 2, 3])
    first = files.read(path, 1, None, 0, 100)
    with path.open("a") as file:
        file.write('{"time": 1, "step": 9, "values": {"loss": 4, "acc": 0.5}}\n{"time": 2, "pro')
    second = files.read(path, 1, {"loss"}, first.next, 100)
    assert second.series["loss"].values == [4]
    assert set(second.series) == {"loss"}
    with path.open("a") as file:
        file.write('gress": {"done": 3, "total": 10, "unit": "epochs"}}\n')
    assert files.progress(path) == {"done": 3, "total": 10, "unit": "epochs", "time": 2}
    assert files.read(path, 1, None, second.next, 100).series == {}


def test_scalars_survive_nonsense_nan_and_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('nonsense\n[1]\n{"step": "x", "values": {"a": 1}}\n{"step": 1, "values": {"a": "text"}}\n')
    write(path, [1.0, math.nan, math.inf])
    files = ScalarFiles()
    series = files.read(path, 1, None, 0, 100).series["loss"]
    assert (series.values, series.min, series.max) == ([1.0, None, None],) * 3
    assert files.summary(path)["loss"].max == 1.0
    path.unlink()
    write(path, [7.0], name="other")
    assert set(files.read(path, 1, None, 0, 100).series) == {"other"}


def test_metrics_file_that_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "real", [1.0])
    (tmp_path / "metrics.jsonl").symlink_to(tmp_path / "real")
    assert ScalarFiles().read(tmp_path / "metrics.jsonl", 1, None, 0, 100).series == {}


def test_usage_series_keeps_the_peak_of_memory() -> None:
    samples = [UsageSample(float(i), 1.0, 10_000 if i == 500 else 10, {0: (50.0, 7)}) for i in range(1000)]
    series = usage_series(samples, 1, 20_000, 50)
    assert len(series.times) <= 50
    assert max(series.memory_bytes) == 10_000
    assert series.accelerators["0"]["utilisation"] == [50.0] * len(series.times)
