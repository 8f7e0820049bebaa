"""Every process of an installation is killed, a hundred times in all, while it works.

Who is killed and when follows from one number: a failed run is repeated with ``AISPACE_KILL_SEED=<number>``, which it
prints. What must hold is read from what cannot be mistaken: the notes that the jobs themselves write, the processes of
the machine, the books.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import models_for_tests
import psutil
import pytest
from aispace.billing.orm import UsageInterval
from aispace.client import AISpaceClient, RemoteError, ServiceAway
from aispace.identity import SYSTEM
from aispace.images.orm import Image
from aispace.images.presets import PRESETS
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.tokens.schemas import TokenCreate
from aispace.workloads.orm import Workload
from aispace.workloads.states import OPEN
from conditions import until
from installation import Installation
from serving_setup import Serving
from sqlalchemy import select

KILLS = 100
TARGETS = {"serve": 16, "supervisor": 29, "workload": 31, "gateway": 13, "hub": 9, "up": 2}
"""How often each is killed: `aispace serve` with the reconciler in it, the watcher of an attempt, the program of an
attempt, the gateway, the hub, and `aispace up` with all that it keeps alive."""
AT_ONCE = 6
RETRIES = 100
JOB = """
import os, time
name, number = os.environ["AISPACE_WORKLOAD_ID"], os.environ["AISPACE_ATTEMPT"]
notes = os.open(os.environ["LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
def note(word):
    os.write(notes, f"{name} {number} {word} {time.monotonic()}\\n".encode())
note("start")
until = time.monotonic() + float(os.environ["NAP"])
while time.monotonic() < until:
    time.sleep(0.02)
    note("alive")
note("end")
"""
QUICK = """
import sys
from aispace_hub import processes, up
processes.BACK_OFF = (0.05,)
sys.exit(up.main([]))
"""
"""`aispace up`, but a process that dies again and again is not started slower and slower."""


class House(Installation):
    """An installation with a user, a spec, a runtime and a service at its first start."""

    def __init__(self, home: Path, python: Path, model: Path) -> None:
        super().__init__(home)
        self.hit: set[tuple[str, int]] = set()
        self.ledger = home.parent / "ledger"
        self.ledger.touch()
        platform = Platform(home=str(home))
        platform.db.upgrade()
        made = Serving(platform, python)
        made.model(model, "iris")
        fields = {"cpu": 0.1, "memory_bytes": 64 << 20, "price_per_hour": "3.6"}
        platform.resources.create(SYSTEM, SpecCreate(name="small", purposes=["training"], **fields))
        with platform.db.write() as session:
            for image in session.scalars(select(Image)):
                image.purposes, image.requirements = ["training", "serving"], PRESETS[0].requirements
        platform.areas.write_file(made.alice, "code/train.py", io.BytesIO(JOB.encode()))
        self.token = platform.tokens.create(made.alice, TokenCreate(name="kills", scope="write")).token
        platform.close()

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "AISPACE_SHARED_UID": "1"}

    def command(self) -> list[str]:
        return [sys.executable, "-c", QUICK]

    def client(self) -> AISpaceClient:
        """Ask serve itself: what is asked through the hub fails with the hub."""
        return AISpaceClient(f"http://127.0.0.1:{self.ports()['serve']}/services/aispace", self.token)

    def attempts(self) -> list[tuple[Path, dict[str, Any]]]:
        """Give the folders and states of the attempts whose program runs, in order."""
        found = []
        for path in sorted((self.home / "workloads").glob("*/*/state.json")):
            with contextlib.suppress(OSError, ValueError):
                state = json.loads(path.read_text())
                if state.get("main") and not path.with_name("exit.json").exists() and self.is_job(path):
                    found.append((path.parent, state))
        return found

    def is_job(self, path: Path) -> bool:
        return f"{path.parent.parent.name} {path.parent.name} start" in self.ledger.read_text()

    def kill(self, target: str, chance: float) -> int:
        """Kill -9 one process; give its number, or 0 when there is none of that kind now."""
        folder: Path | None = None
        if target == "up":
            assert self.process is not None
            number = self.process.pid
        elif target in ("supervisor", "workload"):
            running = self.attempts()
            if not running:
                return 0
            folder, state = running[int(chance * len(running))]
            number = state["supervisor" if target == "supervisor" else "main"]["pid"]
        else:
            number = self.pid(target)
        try:
            process = psutil.Process(number)
            if process.status() == psutil.STATUS_ZOMBIE:
                return 0  # killed before, and nobody has looked yet
            process.kill()
        except (psutil.NoSuchProcess, ValueError):
            return 0
        if folder is not None:
            self.hit.add((folder.parent.name, int(folder.name)))
        if target == "up":
            assert self.process is not None
            self.process.wait(20)
            self.start()
        return number

    def notes(self) -> dict[str, list[tuple[int, str, float]]]:
        found = defaultdict(list)
        for line in self.ledger.read_text().splitlines():
            workload, attempt, word, at = line.split()
            found[workload].append((int(attempt), word, float(at)))
        return found


class Work(threading.Thread):
    """A user who always has a few short jobs under way."""

    def __init__(self, house: House, algorithm_id: str, spec_id: str) -> None:
        super().__init__(daemon=True)
        self.house, self.algorithm_id, self.spec_id = house, algorithm_id, spec_id
        self.enough = threading.Event()
        self.asked = False
        self.jobs: dict[str, str] = {}
        self.surprise: BaseException | None = None

    def run(self) -> None:
        try:
            with self.house.client() as client:
                # What was asked for may be made already, so the last question too is asked until it is answered.
                while self.asked or not self.enough.is_set():
                    try:
                        self.step(client)
                    except ServiceAway:
                        time.sleep(0.05)
        except BaseException as error:
            self.surprise = error

    def step(self, client: AISpaceClient) -> None:
        if not self.asked and client.workloads.page(kind="training", active=True, limit=1).page.total >= AT_ONCE:
            time.sleep(0.1)
            return
        self.asked = True
        name = f"job-{len(self.jobs)}"
        environment = {"LEDGER": str(self.house.ledger), "NAP": str(0.3 + len(self.jobs) % 4 * 0.6)}
        try:
            job = client.jobs.submit(name, self.algorithm_id, self.spec_id, environment=environment, retries=RETRIES)
        except RemoteError as error:
            if error.code != "name_taken":
                raise
            job = client.jobs.find(name)  # made, but the answer was lost with the platform
        self.jobs[name] = job.id
        self.asked = False


@pytest.fixture
def house(runtime_python: Path, tmp_path: Path) -> Iterator[House]:
    model = models_for_tests.make(runtime_python, models_for_tests.IRIS, tmp_path / "model")
    parent = Path(tempfile.mkdtemp(prefix="aispace-hundred-"))
    parent.chmod(0o755)
    made = House(parent / "home", runtime_python, model)
    try:
        yield made
    finally:
        made.end_everything()
        shutil.rmtree(parent, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_hundred_kills_lose_nothing_double_nothing_and_leave_nothing_behind(house: House) -> None:
    seed = int(os.environ.get("AISPACE_KILL_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"repeat with AISPACE_KILL_SEED={seed}")
    dice = random.Random(seed)
    plan = [(name, dice.random(), dice.uniform(0.0, 0.7)) for name, times in TARGETS.items() for _ in range(times)]
    dice.shuffle(plan)
    assert len(plan) == KILLS
    house.start()
    client = house.client()
    image, spec = client.images.find("sk-onnx"), client.specs.find("small")
    code = {"kind": "area", "path": "code"}
    algorithm = client.algorithms.create("napper", code, run_command="python train.py", image_id=image.id)
    tiny = client.specs.find("tiny")
    service = client.services.create("iris", client.models.find("iris").id, "V0001", tiny.id)
    client.services.wait(service.id)
    work = Work(house, algorithm.id, spec.id)
    work.start()
    killed: Counter[str] = Counter()
    for number, (target, which, pause) in enumerate(plan):
        time.sleep(pause)
        victim = until(lambda target=target, which=which: house.kill(target, which), 60)
        killed[target] += 1
        print(f"{number} {target} {victim} after {pause:.2f} s")
        assert work.surprise is None, work.surprise
    assert killed == TARGETS

    work.enough.set()
    work.join(60)
    assert not work.is_alive()
    until(house.serve_answers, 60)
    until(house.hub_answers, 60)
    client = house.client()
    runs = {name: client.jobs.wait(job_id, "V0001", timeout=120) for name, job_id in work.jobs.items()}

    # No job lost, none twice: each name once, and each has done its work.
    assert client.jobs.page(limit=1).page.total == len(work.jobs)
    assert len(work.jobs) > 10, "there was little work to kill"
    notes = house.notes()
    retried = 0
    for name, run in runs.items():
        assert run.status == "succeeded", (name, run.reason)
        assert run.workload is not None
        told = notes[run.workload.id]
        ends = [number for number, word, _ in told if word == "end"]
        assert ends.count(len(run.workload.attempts)) == 1, f"{name} did its work twice or not at all"
        # Attempts never overlap: the next one begins when nothing more is heard of the one before.
        assert [number for number, _, _ in told] == sorted(number for number, _, _ in told), name
        assert all(at <= later for (_, _, at), (_, _, later) in pairwise(told)), name
        numbers = [attempt.number for attempt in run.workload.attempts]
        assert numbers == list(range(1, len(numbers) + 1))
        assert [a.status for a in run.workload.attempts] == ["failed"] * (len(numbers) - 1) + ["succeeded"]
        # Only what was killed is done again: at its last word at the latest, before anybody could see its end.
        assert {(run.workload.id, number) for number in numbers[:-1]} <= house.hit, name
        assert len(ends) == len(set(ends)), name
        retried += len(numbers) - 1
    assert retried >= (TARGETS["supervisor"] + TARGETS["workload"]) / 2, "few of the killed ones were at work"

    # States converge: the service answers through the gateway, with the replicas that it should have.
    served = client.services.wait(service.id, timeout=120)
    assert (served.replicas.ready, served.replicas.total) == (1, 1)
    key = client.services.create_token(service.id, "caller").token
    row = {
        "inputs": [
            {
                "name": served.signature.inputs[0].name,
                "datatype": "FP32",
                "shape": [1, 4],
                "data": [5.1, 3.5, 1.4, 0.2],
            }
        ]
    }

    def answered() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            headers = {"Authorization": f"Bearer {key}"}
            url = f"{served.endpoint.rstrip('/')}{served.signature.infer_path}"
            return httpx.post(url, json=row, headers=headers, timeout=10).status_code == 200
        return False

    until(answered, 60)
    client.services.stop(service.id)
    client.services.wait(service.id, "stopped", timeout=60)
    until(lambda: client.workloads.page(active=True, limit=1).page.total == 0, 60)

    # Nothing orphaned: no process of any attempt is left, watchers included.
    until(lambda: not _of_attempts(house.home), 30)
    assert house.stop() == 0
    until(
        lambda: (
            not [p for p in psutil.process_iter(["cmdline"]) if str(house.home) in " ".join(p.info["cmdline"] or ())]
        ),
        30,
    )
    _check_books(house.home)


def _of_attempts(home: Path) -> list[int]:
    found = []
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get("AISPACE_ATTEMPT_DIR", "").startswith(str(home)):
            found.append(process.pid)
    return found


def _check_books(home: Path) -> None:
    """Usage, events and states, as they lie there."""
    platform = Platform(home=str(home))
    try:
        platform.events.seal()
        assert platform.events.verify() is None
        assert platform.storage.verify(SYSTEM).damaged == []
        with platform.db.read() as session:
            assert session.scalars(select(Workload.id).where(Workload.status.in_(OPEN))).all() == []
            spans = defaultdict(list)
            for row in session.scalars(select(UsageInterval).order_by(UsageInterval.started_at)):
                assert row.ended_at is not None, f"{row.name} is still paid for"
                spans[row.workload_id].append((row.started_at, row.ended_at))
        assert spans
        for parts in spans.values():
            assert all(begin <= end for begin, end in parts)
            assert all(before[1] <= after[0] for before, after in pairwise(parts)), "paid twice for the same time"
    finally:
        platform.close()
