"""`aispace serve` on a cluster: what it was told to run runs once, however often it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.workloads.schemas import Mount, WorkloadRead, WorkloadSpec
from conditions import until

from .space import NAMESPACE, Space

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]
JOBS = 12
JOB = """
import os, sys, time
ledger = os.open(sys.argv[1] + "/notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
def note(word):
    os.write(ledger, f"{os.environ['AISPACE_WORKLOAD_ID']} {os.environ['AISPACE_ATTEMPT']} {word}\\n".encode())
note("start")
time.sleep(3)
note("end")
"""
SECONDS = 120.0


class Serve:
    """A real `aispace serve`, and the platform's database beside it."""

    def __init__(self, space: Space, folder: Path) -> None:
        self.home = space.home()
        self.config = space.config_file(folder / "config.py")
        self.log = folder / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None
        # Only asks and tells, as a handler would: no thread of it runs.
        self.platform: Platform = space.platform(self.home, f"sqlite:///{self.home}/aispace.db")
        self.platform.db.upgrade()
        self.ledger = self.home / "ledger"
        self.ledger.mkdir()
        self.ledger.chmod(0o777)
        self.spec = self.platform.resources.create(
            SYSTEM, SpecCreate(name="small", cpu=0.05, memory_bytes=64 << 20, purposes=["training"])
        ).id

    def start(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AISPACE_")}
        settings = {"AISPACE_HOME": str(self.home), "AISPACE_ENGINE": "kubernetes", "AISPACE_CONFIG": str(self.config)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "aispace.cli", "serve"], env={**clean, **settings}, stdout=log, stderr=log
            )

    def kill(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def submit(self, *command: str, **fields: Any) -> str:
        spec = WorkloadSpec(kind="export", name="job", command=list(command), spec_id=self.spec, **fields)
        return self.platform.workloads.submit(SYSTEM, spec).id

    def get(self, workload_id: str) -> WorkloadRead:
        return self.platform.workloads.get(SYSTEM, workload_id)

    def notes(self) -> list[list[str]]:
        try:
            return [line.split() for line in (self.ledger / "notes").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.platform.close()
        self.platform.engine.close()


@pytest.fixture
def serve(space: Space, tmp_path: Path) -> Iterator[Serve]:
    made = Serve(space, tmp_path)
    yield made
    made.close()


def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(serve: Serve, space: Space) -> None:
    serve.start()
    ids = [
        serve.submit(
            "python3", "-c", JOB, "{mount:ledger}",
            mounts=[Mount(source=str(serve.ledger), target="ledger", read_only=False)],
        )
        for _ in range(JOBS)
    ]  # fmt: skip
    # At its first Jobs, in the middle, and when the first have ended without anybody to see it.
    for words in (0, 1, 8, 16):
        until(lambda words=words: len(space.jobs()) > 0 and len(serve.notes()) >= words, SECONDS)  # type: ignore[misc]
        serve.kill()
        serve.start()

    def left() -> list[str]:
        return [one for one in ids if serve.get(one).status not in ("succeeded", "failed", "stopped")]

    try:
        until(lambda: not left(), SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{[serve.get(one) for one in left()]}\n{serve.log.read_text()[-5000:]}") from error
    assert {serve.get(one).status for one in ids} == {"succeeded"}
    assert Counter(map(tuple, serve.notes())) == Counter(
        {(one, "1", word): 1 for one in ids for word in ("start", "end")}
    )
    assert {len(serve.get(one).attempts) for one in ids} == {1}
    until(lambda: not space.jobs() and not space.pods(), SECONDS)


def test_over_quota_the_user_reads_why_it_waits_and_may_stop_it(serve: Serve) -> None:
    serve.start()
    card = SpecCreate(
        name="fraction", cpu=0.05, memory_bytes=64 << 20, purposes=["training"],
        accelerator={"resource": "nvidia.com/mig-1g.10gb", "count": 1},
    )  # fmt: skip
    serve.spec = serve.platform.resources.create(SYSTEM, card).id
    first = serve.submit("sleep", "600")
    until(lambda: serve.get(first).status == "running", SECONDS)
    second = serve.submit("sleep", "600")
    reason = until(
        lambda: (found := serve.get(second)).reason and "quota" in found.reason.message and found.reason, SECONDS
    )
    assert reason.code in ("cluster_queue", "cluster_queue_place")
    assert "nvidia.com/mig-1g.10gb" in reason.message
    for one in (second, first):
        serve.platform.workloads.stop(SYSTEM, one)
    until(lambda: {serve.get(one).status for one in (first, second)} == {"stopped"}, SECONDS)


def test_failed_attempts_are_followed_by_others_and_never_overlap(serve: Serve, space: Space) -> None:
    serve.start()
    mounts = [Mount(source=str(serve.ledger), target="ledger", read_only=False)]
    job = serve.submit("python3", "-c", JOB + "\nsys.exit(3)", "{mount:ledger}", mounts=mounts, retries=1)
    until(lambda: serve.get(job).status == "failed", SECONDS)
    found = serve.get(job)
    assert found.reason is not None
    assert (found.reason.code, found.attempts[-1].exit_code) == ("exit_code", 3)
    assert [note[1:] for note in serve.notes()] == [["1", "start"], ["1", "end"], ["2", "start"], ["2", "end"]]
    until(lambda: not space.admin.items(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"), SECONDS)
