"""`aispace serve` is killed while it works: nothing is half done, lost, or done twice.

A process of its own, a client that never stops asking, and kill -9 at random moments. What must hold at the end is
read from the files: the ledger that the jobs themselves write, the database, the stored bytes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import models_for_tests
import psutil
import pytest
from aispace.billing.orm import UsageInterval
from aispace.client import AISpaceClient, RemoteError, ServiceAway
from aispace.events.orm import Event
from aispace.identity import SYSTEM
from aispace.images.orm import Image
from aispace.images.presets import PRESETS
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.tokens.schemas import TokenCreate
from aispace.training.schemas import RunRead
from aispace_hub.home import free_port
from conditions import until
from seeds import picture
from serving_setup import Serving
from sqlalchemy import select

KILLS = 12
SEED = 20261
PICTURES = 40
JOB = """
import os, time
def note(word):
    line = f"{os.environ['AISPACE_WORKLOAD_ID']} {os.environ['AISPACE_ATTEMPT']} {word} {time.monotonic()}\\n"
    file = os.open(os.environ["LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.write(file, line.encode())
note("start")
print("working", flush=True)
time.sleep(float(os.environ["NAP"]))
note("end")
"""


class Installation:
    """A home and its `aispace serve`."""

    def __init__(self, home: Path, python: Path, model: Path) -> None:
        self.home, self.ledger, self.port = home, home / "ledger", free_port()
        self.process: subprocess.Popen[bytes] | None = None
        platform = Platform(home=str(home))
        platform.db.upgrade()
        made = Serving(platform, python)
        self.alice = made.alice
        made.model(model, "iris")
        fields = {"cpu": 0.25, "memory_bytes": 256 << 20, "price_per_hour": "3.6"}
        platform.resources.create(SYSTEM, SpecCreate(name="small", purposes=["training"], **fields))
        with platform.db.write() as session:
            for image in session.scalars(select(Image)):
                image.purposes, image.requirements = ["training", "serving"], PRESETS[0].requirements
        for number in range(PICTURES):
            name = f"photos/{'ab'[number % 2]}/{number}.png"
            platform.areas.write_file(self.alice, name, io.BytesIO(picture(number)))
        platform.areas.write_file(self.alice, "code/train.py", io.BytesIO(JOB.encode()))
        self.token = platform.tokens.create(self.alice, TokenCreate(name="kills", scope="write")).token
        platform.close()

    def spawn(self) -> subprocess.Popen[bytes]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTERHUB_", "AISPACE_"))}
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "aispace.cli", "serve", "--port", str(self.port)],
                env={**clean, "AISPACE_HOME": str(self.home), "AISPACE_SHARED_UID": "1"},
                stdout=log,
                stderr=log,
            )
        return self.process

    def serving(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.home / "serve.log").read_text()[-3000:]
        with contextlib.suppress(OSError, ValueError):
            return bool(json.loads((self.home / "run" / "serve.json").read_text())["pid"] == self.process.pid)
        return False

    def start(self) -> None:
        self.spawn()
        until(self.serving, 60)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(40) == 0

    def client(self) -> AISpaceClient:
        return AISpaceClient(f"http://127.0.0.1:{self.port}/services/aispace", self.token)

    def attempt(self, run: RunRead, number: int = 1) -> dict[str, Any]:
        """Give what is running for an attempt: the process numbers of the supervisor and of the program."""
        assert run.workload is not None
        path = self.home / "workloads" / run.workload.id / str(number) / "state.json"
        return dict(until(lambda: path.exists() and (s := json.loads(path.read_text())).get("main") and s))

    def entries(self) -> dict[str, list[tuple[int, str, float]]]:
        """Give what the jobs noted, by workload, in order."""
        found = defaultdict(list)
        for line in self.ledger.read_text().splitlines():
            workload, attempt, word, at = line.split()
            found[workload].append((int(attempt), word, float(at)))
        return found


class Work(threading.Thread):
    """A user who imports, publishes and trains without a pause, whatever happens to the platform."""

    def __init__(self, house: Installation, algorithm_id: str, spec_id: str) -> None:
        super().__init__(daemon=True)
        self.house, self.client = house, house.client()
        self.algorithm_id, self.spec_id = algorithm_id, spec_id
        self.enough = threading.Event()
        self.datasets: list[str] = []
        self.jobs: list[str] = []
        self.published: set[str] = set()
        self.surprise: BaseException | None = None

    def persist(self, act: Callable[[], Any]) -> Any:
        """Ask until there is an answer: also when it is enough, for what was asked may be done already."""
        patience = time.monotonic() + 120
        while True:
            try:
                return act()
            except ServiceAway:
                if time.monotonic() > patience:
                    raise
                time.sleep(0.02)

    def make(self, act: Callable[[], Any], find: Callable[[], Any]) -> Any:
        """Make something; where the answer was lost with the platform, it is there already."""
        try:
            return self.persist(act)
        except RemoteError as error:
            if error.code != "name_taken":
                raise
            return self.persist(find)

    def run(self) -> None:
        number = 0
        try:
            while not self.enough.is_set():
                number += 1
                self.round(f"n{number}", number)
        except BaseException as error:
            self.surprise = error

    def round(self, name: str, number: int) -> None:
        client = self.client
        environment = {"LEDGER": str(self.house.ledger), "NAP": str(0.2 + number % 5 / 2)}
        job = self.make(
            lambda: client.jobs.submit(name, self.algorithm_id, self.spec_id, environment=environment),
            lambda: client.jobs.find(name),
        )
        self.jobs.append(job.id)
        dataset = self.make(lambda: client.datasets.create(name), lambda: client.datasets.find(name))
        self.datasets.append(dataset.id)
        options = {"layout": "class_folders", "overwrite": "skip"}
        begun = self.persist(
            lambda: client.datasets.begin_import(dataset.id, {"kind": "area", "path": "photos"}, **options)
        )

        def over() -> bool:
            return client.datasets.import_status(begun.id).status in ("succeeded", "failed", "cancelled")

        while not self.persist(over):
            time.sleep(0.02)
        self.persist(lambda: client.datasets.publish(dataset.id))
        self.published.add(dataset.id)


@pytest.fixture
def house(runtime_python: Path, tmp_path: Path) -> Iterator[Installation]:
    model = models_for_tests.make(runtime_python, models_for_tests.IRIS, tmp_path / "model")
    home = Path(tempfile.mkdtemp(prefix="aispace-kills-"))
    home.chmod(0o755)
    made = Installation(home, runtime_python, model)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    for process in psutil.process_iter(["cmdline", "environ"]):
        about = [*(process.info["cmdline"] or ()), (process.info["environ"] or {}).get("AISPACE_HOME", "")]
        if any(str(home) in word for word in about):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.slow
def test_killed_platform_loses_nothing_and_does_nothing_twice(house: Installation) -> None:
    chance = random.Random(SEED)
    house.start()
    client = house.client()
    image = client.images.find("sk-onnx")
    spec = client.specs.find("small")
    code = {"kind": "area", "path": "code"}
    algorithm = client.algorithms.create("napper", code, run_command="python train.py", image_id=image.id)
    service = client.services.create("iris", client.models.find("iris").id, "V0001", client.specs.find("tiny").id)
    long = client.jobs.submit("long", algorithm.id, spec.id, environment={"LEDGER": str(house.ledger), "NAP": "600"})
    work = Work(house, algorithm.id, spec.id)
    work.start()
    for number in range(KILLS):
        # Every fourth one comes while the platform is starting.
        if number % 4 == 3:
            time.sleep(chance.uniform(0.3, 2.0))
        else:
            until(house.serving, 60)
            time.sleep(chance.uniform(0.0, 1.5))
        house.kill()
        house.spawn()
    until(house.serving, 60)
    work.enough.set()
    work.join(120)
    assert not work.is_alive()
    assert work.surprise is None, work.surprise

    # The watcher of an attempt, then the program itself: one is lost, the other failed, neither goes on beside another.
    first = client.jobs.run(long.id, "V0001")
    os.kill(house.attempt(first)["supervisor"]["pid"], signal.SIGKILL)
    lost = client.jobs.wait(long.id, "V0001", timeout=60)
    assert (lost.status, lost.reason.code if lost.reason else None) == ("failed", "supervisor_lost")
    second = client.jobs.modify(long.id, retries=1, environment={"LEDGER": str(house.ledger), "NAP": "1"})
    main = house.attempt(second)["main"]["pid"]
    begun = until(lambda: client.jobs.run(long.id, second.version).workload, 30)
    until(lambda: begun.id in house.entries(), 30)
    os.kill(main, signal.SIGKILL)
    again = client.jobs.wait(long.id, second.version, timeout=60)
    assert again.status == "succeeded"
    assert again.workload is not None
    assert [attempt.status for attempt in again.workload.attempts] == ["failed", "succeeded"]

    for job_id in work.jobs:
        run = client.jobs.wait(job_id, "V0001", timeout=120)
        assert run.status == "succeeded", run.reason
        assert run.workload is not None
        assert len(run.workload.attempts) == 1
    served = client.services.wait(service.id, timeout=60)
    assert served.replicas.ready == 1
    assert served.workload_id is not None
    assert len(client.workloads.get(served.workload_id).attempts) == 1
    client.services.stop(service.id)
    client.services.wait(service.id, "stopped", timeout=60)
    until(lambda: client.workloads.get(served.workload_id).ended_at is not None, 30)

    def settled() -> bool:
        imports = client.transport.ask("GET", "/imports", params={"limit": 200})["items"]
        return all(item["status"] in ("succeeded", "failed", "cancelled") for item in imports)

    until(settled, 60)
    assert len(work.jobs) == len(set(work.jobs)) == client.jobs.page(limit=1).page.total - 1
    assert len(work.jobs) > KILLS / 2, "there was little work to kill"
    for dataset_id in work.datasets:
        dataset = client.datasets.get(dataset_id)
        assert dataset.status != "importing"
        assert dataset.counts.total in (0, PICTURES)
        versions = client.transport.ask("GET", f"/datasets/{dataset_id}/versions")["items"]
        assert all(version["file_count"] == PICTURES for version in versions)
        assert versions or dataset_id not in work.published
    workloads = {job_id: client.jobs.run(job_id, "V0001").workload for job_id in work.jobs}
    house.stop()

    noted = house.entries()
    for workload in workloads.values():
        assert workload is not None
        assert [(number, word) for number, word, _ in noted[workload.id]] == [(1, "start"), (1, "end")]
    assert [n[:2] for n in noted[again.workload.id]] == [(1, "start"), (2, "start"), (2, "end")]
    _check_books(house.home)


def _check_books(home: Path) -> None:
    """Usage, events and bytes, as they lie there."""
    platform = Platform(home=str(home))
    try:
        platform.events.seal()
        assert platform.events.verify() is None
        assert platform.storage.verify(SYSTEM).damaged == []
        with platform.db.read() as session:
            assert session.scalar(select(Event.id).limit(1)) is not None
            spans = defaultdict(list)
            for row in session.scalars(select(UsageInterval).order_by(UsageInterval.started_at)):
                assert row.ended_at is not None, f"{row.name} is still paid for"
                spans[row.workload_id].append((row.started_at, row.ended_at))
        assert spans
        for parts in spans.values():
            assert all(begin <= end for begin, end in parts)
            assert all(before[1] <= after[0] for before, after in pairwise(parts))
    finally:
        platform.close()
