"""Two machines, one PostgreSQL database: only one platform works, and only it can commit."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aispace.db.lease import Lease, LeaseHeld, LeaseLost
from aispace.engines.base import Capacity
from aispace.identity import SYSTEM, Principal
from aispace.labels.schemas import LabelGroupCreate, LabelGroupQuery
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.workloads.schemas import WorkloadSpec
from conditions import until
from databases import postgresql
from scripted_engine import ScriptedEngine

Machine = Callable[..., Platform]


@pytest.fixture
def url(postgresql_server: postgresql.Server) -> Iterator[str]:
    """Give a database of its own on PostgreSQL, whatever the rest of the run is on."""
    name = postgresql_server.create()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture
def machine(url: str, tmp_path: Path) -> Iterator[Machine]:
    """Make platforms with homes of their own on the one database, as on machines of their own."""
    made: list[Platform] = []

    def make(seconds: float = 15.0) -> Platform:
        platform = Platform(home=str(tmp_path / f"machine{len(made)}"), database_url=url)
        platform.db.upgrade()
        platform.lease = Lease(platform.db, platform.path, seconds=seconds, place=f"machine {len(made)}")
        made.append(platform)
        return platform

    yield make
    for platform in made:
        platform.close()


def test_a_second_platform_is_refused_while_the_first_one_lives(machine: Machine) -> None:
    first, second = machine(seconds=2.0), machine(seconds=2.0)
    first.lease.acquire()
    with pytest.raises(LeaseHeld, match=rf"process {os.getpid()} .*Stop it first"):
        second.lease.acquire()
    first.lease.release()
    second.lease.acquire()
    assert second.lease.epoch == 2


def test_a_platform_that_lost_its_lease_commits_no_reconciler_step(machine: Machine, alice: Principal) -> None:
    first, second = machine(seconds=3600.0), machine()
    for platform in (first, second):
        platform.engine = ScriptedEngine(platform.path, platform.clock, Capacity(64, 1 << 40))
    first.lease.acquire()
    spec = first.resources.create(SYSTEM, SpecCreate(name="s", cpu=1, memory_bytes=1 << 30, purposes=["training"]))
    workload = first.workloads.submit(alice, WorkloadSpec(kind="training", name="w", command=["true"], spec_id=spec.id))
    # It stood still for longer than it holds; the other one took over.
    with first.db.write() as session:
        session.connection().exec_driver_sql("UPDATE aispace_leases SET expires_at = now() - interval '1 second'")
    second.lease.acquire()
    with pytest.raises(LeaseLost):
        first.workloads.reconciler.step()
    with pytest.raises(LeaseLost):
        first.labels.create(alice, LabelGroupCreate(name="g"))
    assert second.workloads.get(SYSTEM, workload.id).status == "queued"
    second.workloads.reconciler.step()
    assert second.workloads.get(SYSTEM, workload.id).status == "starting"


def test_whoever_loses_the_lease_is_told(machine: Machine) -> None:
    first, second = machine(seconds=0.6), machine(seconds=600.0)
    told = threading.Event()
    first.lease.acquire(told.set)
    with second.db.write() as session:
        session.connection().exec_driver_sql("UPDATE aispace_leases SET place = 'machine 1'")
    second.lease.acquire()
    assert told.wait(20)
    assert first.lease.lost


def test_a_lease_that_nobody_renews_is_waited_for(machine: Machine) -> None:
    first, second = machine(seconds=1.5), machine(seconds=1.5)
    first.lease.acquire()
    first.lease._stop.set()  # as a machine that lost its power
    second.lease.acquire()
    assert second.lease.epoch == 2


def test_a_running_commit_goes_before_a_successor(machine: Machine, alice: Principal) -> None:
    first, second = machine(seconds=3600.0), machine()
    first.lease.acquire()
    checked, go_on, taken = threading.Event(), threading.Event(), threading.Event()

    def stand_still(_session: object) -> None:
        checked.set()
        assert go_on.wait(20)

    first.db.before_commit.append(stand_still)
    writer = threading.Thread(target=first.labels.create, args=(alice, LabelGroupCreate(name="g")))
    writer.start()
    assert checked.wait(20)
    first.db.before_commit.remove(stand_still)

    def take() -> None:
        with second.db.engine.begin() as connection:
            connection.exec_driver_sql("SELECT 1")
        second.lease.place = first.lease.place  # it need not wait for the end of the lease, only for the commit
        second.lease.acquire()
        taken.set()

    successor = threading.Thread(target=take)
    successor.start()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    def waits() -> bool:
        with second.db.engine.connect() as connection:
            return bool(connection.exec_driver_sql(waiting).scalar())

    until(waits)
    assert not taken.is_set()
    go_on.set()
    writer.join(20)
    successor.join(20)
    assert taken.is_set()
    assert second.labels.get(alice, _only(second, alice)).name == "g"


def _only(platform: Platform, alice: Principal) -> str:
    (found,) = platform.labels.list(alice, LabelGroupQuery()).items
    return found.id


def test_a_second_serve_says_who_works_and_a_restarted_one_does_not_wait(url: str, tmp_path: Path) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def start(home: Path) -> subprocess.Popen[bytes]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTERHUB_", "AISPACE_"))}
        environment = {**clean, "AISPACE_HOME": str(home), "AISPACE_DATABASE_URL": url, "AISPACE_SHARED_UID": "1"}
        command = [sys.executable, "-m", "aispace.cli", "serve"]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return running[-1]

    def ready(process: subprocess.Popen[bytes], home: Path) -> bool:
        assert process.poll() is None, process.stderr.read() if process.stderr else b""
        with contextlib.suppress(OSError, ValueError):
            return bool(json.loads((home / "run" / "serve.json").read_text())["pid"] == process.pid)
        return False

    one, two = tmp_path / "one", tmp_path / "two"
    try:
        first = start(one)
        until(lambda: ready(first, one), 60)
        said = start(two).communicate(timeout=60)[1].decode()
        assert running[-1].returncode == 1
        assert f"process {first.pid}" in said
        assert "Traceback" not in said
        first.kill()
        first.wait(20)
        again = start(one)
        until(lambda: ready(again, one), 12)  # less than the lease holds
    finally:
        for process in running:
            process.kill()
            process.communicate()
