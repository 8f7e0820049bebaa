"""TensorBoard over training runs: real processes, looked at through the page that a browser gets."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aispace.cli import main
from aispace.client import AISpaceClient
from aispace.clock import Clock
from aispace.errors import AISpaceError
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM
from aispace.ids import new_id
from aispace.images.orm import Image
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.users.schemas import UserCreate
from conditions import until
from server_thread import KnownTokens, RunningServer

LOGGING = """
import os, pathlib, struct, time
import aispace_runtime
for step in range(1, 6):
    aispace_runtime.log(step, **{"loss/train": 1 / step})
out = pathlib.Path(os.environ["AISPACE_OUT"]) / "tb"
out.mkdir()
(out / "events.out.tfevents.1.x").write_bytes(bytes.fromhex(pathlib.Path("events.hex").read_text()))
"""


def crc(data: bytes) -> bytes:
    """Masked CRC-32C of a record (Castagnoli polynomial, bit by bit: a few bytes only)."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x82F63B78 * (value & 1)
    value ^= 0xFFFFFFFF
    return ((((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF).to_bytes(4, "little")


def record(data: bytes) -> bytes:
    size = len(data).to_bytes(8, "little")
    return size + crc(size) + data + crc(data)


def event_file() -> bytes:
    """An event file with one number of the tag ``own/score``: 0.5 at step 3."""
    import struct

    version = b"\x1a\x0dbrain.Event:2"
    value = b"\x0a\x09own/score" + b"\x15" + struct.pack("<f", 0.5)
    summary = b"\x0a" + bytes([len(value)]) + value
    stamp = b"\x09" + struct.pack("<d", 1_700_000_000.0)
    return record(stamp + version) + record(stamp + b"\x10\x03" + b"\x2a" + bytes([len(summary)]) + summary)


class MovableClock(Clock):
    """The time of day, moved forward by hand."""

    def __init__(self) -> None:
        self.forward = timedelta(0)

    def now(self) -> Any:
        return super().now() + self.forward


class Boards:
    """A served platform on which jobs ran and TensorBoard can run."""

    def __init__(self, platform: Platform, clock: MovableClock, running: RunningServer, python: Path) -> None:
        self.platform, self.clock, self.running = platform, clock, running
        platform.workloads.observe_seconds = 0.1
        platform.visualisations.busy_seconds = platform.visualisations.look_seconds = 0.1
        platform.resources.ensure_defaults()
        spec = SpecCreate(
            name="board", cpu=0.25, memory_bytes=2 << 30, purposes=["training"], price_per_hour="0.000001"
        )
        self.spec_id = platform.resources.create(SYSTEM, spec).id
        self.runtime = self._image("plain", ["training"], python)

    def _image(self, name: str, purposes: list[str], python: Path | None) -> str:
        row = Image(
            id=new_id("img"), owner_id=SYSTEM.user_id, visibility="preset", name=name, purposes=purposes,
            requirements="", status="ready" if python else "failed", builds=1, current="build-1" if python else None,
            reason=None if python else {"code": "index_unreachable", "message": "The image was not built. ...",
            "params": {}},
        )  # fmt: skip
        folder = self.platform.path / "images" / row.id
        folder.mkdir(parents=True)
        if python is not None:
            (folder / "build-1").symlink_to(python.parent.parent)
        with self.platform.db.write() as session:
            session.add(row)
        return row.id

    def board_image(self, python: Path | None) -> str:
        """Make the preset image of TensorBoard, built or failed."""
        return self._image("tensorboard", ["visualisation"], python)

    def client(self, name: str) -> AISpaceClient:
        return AISpaceClient(self.running.url, f"token-{name}")

    def job(self, name: str, owner: str = "alice", text: str = LOGGING) -> str:
        """Train something that logs; give the job's id once it has ended."""
        with self.client(owner) as client:
            folder = self.platform.path / f"code-{name}"
            folder.mkdir()
            (folder / "train.py").write_text(text)
            (folder / "events.hex").write_text(event_file().hex())
            algorithm = client.algorithms.create(
                f"{name}-code", folder, run_command="python train.py", image_id=self.runtime
            )
            job = client.jobs.submit(name, algorithm.id, self.spec_id, image_id=self.runtime)
            ended_run = client.jobs.wait(job.id, "V0001", timeout=60)
            assert ended_run.status == "succeeded", (ended_run.reason, "".join(client.jobs.follow(job.id, "V0001")))
            return job.id

    def page(self, name: str, board_id: str) -> httpx.Client:
        """Make what the sandbox is: a client that has the address and nothing else."""
        with self.client(name) as client:
            path = client.visualisations.open(board_id).path
        return httpx.Client(base_url=f"{self.running.url}/{path}", timeout=30, trust_env=False)


@pytest.fixture
def boards(database_url: str, tmp_path: Path, runtime_python: Path) -> Iterator[Boards]:
    clock = MovableClock()
    platform = Platform(home=str(tmp_path / "home"), database_url=database_url, clock=clock)
    # The folders of a test are passable by nobody but the user who runs it.
    platform.users.separate = False
    people = [
        platform.users.principal(platform.users.create(SYSTEM, UserCreate(name=name)).id) for name in ("alice", "bob")
    ]
    with RunningServer(platform, [KnownTokens(people)]) as running:
        made = Boards(platform, clock, running, runtime_python)
        platform.start()
        yield made
        with platform.db.read() as session:
            from aispace.visualisations.orm import Visualisation

            ids = [row.id for row in session.query(Visualisation)]
        for board_id in ids:
            platform.visualisations.stop(SYSTEM, board_id)
        until(lambda: all(ended(platform, board_id) for board_id in ids))
    platform.close()


def ended(platform: Platform, board_id: str) -> bool:
    return platform.visualisations.get(SYSTEM, board_id).status in ("stopped", "failed", "succeeded")


def events(platform: Platform, board_id: str) -> list[str]:
    platform.events.seal()
    found = platform.events.list(SYSTEM, EventQuery(object_id=board_id, limit=200)).items
    return [event.code for event in found]


def scalars(page: httpx.Client) -> dict[str, list[str]]:
    """Ask TensorBoard which scalar tags it knows, by run."""
    tags: dict[str, dict[str, Any]] = page.get("data/plugin/scalars/tags").json()
    return {run: sorted(found) for run, found in tags.items()}


@pytest.mark.capability("AS2-65")
@pytest.mark.slow
def test_tensorboard_shows_what_runs_logged_to_their_owner_and_to_nobody_else(
    boards: Boards, tensorboard_python: Path
) -> None:
    boards.board_image(tensorboard_python)
    one, other = boards.job("first"), boards.job("second")
    with boards.client("alice") as alice:
        board = alice.jobs.tensorboard("first", f"{other}:V0001", spec_id=boards.spec_id)
        assert board.ready
        assert [(run.job.id, run.version) for run in board.runs] == [(one, "V0001"), (other, "V0001")]
        # The same runs, named otherwise: the same process.
        again = alice.jobs.tensorboard(other, one)
        assert (again.id, again.workload_id) == (board.id, board.workload_id)
        assert again.cost is not None
        workload = alice.workloads.get(board.workload_id or "")
        assert (workload.kind, workload.status, workload.spec.spec_id) == ("visualisation", "running", boards.spec_id)
        # Alone it is another one.
        alone = alice.jobs.tensorboard("first", wait=False)
        assert alone.id != board.id
        alice.visualisations.stop(alone.id)
    with boards.page("alice", board.id) as page:
        found = until(lambda: scalars(page) if len(scalars(page)) == 4 else None, 40)
        assert found == {
            "first V0001": ["loss/train"],
            "first V0001/out/tb": ["own/score"],
            "second V0001": ["loss/train"],
            "second V0001/out/tb": ["own/score"],
        }
        curve = page.get("data/plugin/scalars/scalars", params={"run": "first V0001", "tag": "loss/train"}).json()
        assert [(step, round(value, 4)) for _, step, value in curve] == [
            (1, 1.0), (2, 0.5), (3, 0.3333), (4, 0.25), (5, 0.2),
        ]  # fmt: skip
        # Several curves at once are asked for by POST.
        asked = page.post(
            "data/plugin/scalars/scalars_multirun", data={"tag": "own/score", "runs": ["first V0001/out/tb"]}
        )
        assert [value for _, _, value in asked.json()["first V0001/out/tb"]] == [0.5]
        html = page.get("")
        policy = html.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox allow-scripts ")
        assert "allow-same-origin" not in policy
        assert "frame-ancestors 'self'" in policy
        assert '<script src="./aispace.js">' in html.text
        assert "url(/" not in html.text
        assert page.get("aispace.js").headers["Content-Type"].startswith("text/javascript")
        for answer in (html, page.get("data/runs"), page.get("nothing-of-that-name"), page.options("data/runs")):
            assert answer.headers["Content-Security-Policy"] == policy
            assert answer.headers["Access-Control-Allow-Origin"] == "null"
            assert "set-cookie" not in answer.headers
        # What is escaped in an address stays escaped on its way to the process.
        smuggled = page.get("x%0d%0aX-AISpace-Key:%20y%0d%0a%0d%0aGET%20/data/runs")
        assert smuggled.status_code == 404
        address = str(page.base_url)
    # Another user: no object, no address, no process of his own over what is private.
    with boards.running.client("token-bob") as bob:
        for refused in (
            bob.get(f"/visualisations/{board.id}"),
            bob.post(f"/visualisations/{board.id}/open"),
            bob.post(f"/visualisations/{board.id}/stop"),
        ):
            assert refused.status_code == 404, refused.text
        assert bob.get("/visualisations").json()["items"] == []
        asked = bob.post("/visualisations", json={"runs": [{"job_id": one}]})
        assert asked.status_code == 422
        assert asked.json()["error"]["details"]["fields"][0]["field"] == "runs.0"
    # The process asks for its key, which other users of the machine do not know.
    host, port = boards.platform.workloads.address(board.workload_id or "", "http") or ("", 0)
    assert httpx.get(f"http://{host}:{port}/data/runs", trust_env=False).status_code == 403
    # The address ends with the process; a changed one never was valid.
    assert httpx.get(address.replace("/views/", "/views/x"), trust_env=False).status_code == 401
    with boards.client("alice") as alice:
        alice.visualisations.stop(board.id)
        until(lambda: ended(boards.platform, board.id))
        assert httpx.get(address, trust_env=False).status_code == 401
        # Started again, it has the same name and place.
        restarted = alice.jobs.tensorboard(one, other)
        assert restarted.id == board.id
        assert restarted.workload_id != board.workload_id
        assert httpx.get(address, trust_env=False).status_code == 401
        # What runs is not deleted; what was deleted is gone, and its runs stay.
        with pytest.raises(AISpaceError, match="Stop it first"):
            alice.visualisations.delete(board.id)
        alice.visualisations.stop(board.id)
        until(lambda: ended(boards.platform, board.id))
        alice.visualisations.delete(board.id)
        assert board.id not in {found.id for found in alice.visualisations.list()}
        assert alice.jobs.get(one).latest.status == "succeeded"
    assert {"visualisation.started", "visualisation.ready", "visualisation.stopped"} <= set(
        events(boards.platform, board.id)
    )


@pytest.mark.slow
def test_tensorboard_of_somebody_elses_public_run_is_ones_own(boards: Boards, tensorboard_python: Path) -> None:
    boards.board_image(tensorboard_python)
    job = boards.job("shown")
    with boards.client("alice") as alice:
        alice.jobs.update(job, visibility="public")
    with boards.client("bob") as bob:
        board = bob.jobs.tensorboard(job)
        assert board.owner.name == "bob"
    with boards.page("bob", board.id) as page:
        found = until(lambda: scalars(page) if len(scalars(page)) == 2 else None, 40)
        assert found == {"shown V0001": ["loss/train"], "shown V0001/out/tb": ["own/score"]}
    # What he reads is a copy: the folder stays its owner's.
    workload = boards.platform.workloads.get(SYSTEM, board.workload_id or "")
    assert not any(workload_folder(boards.platform, job) in part for part in workload.command)
    with boards.client("alice") as alice, pytest.raises(Exception, match="found"):
        alice.visualisations.open(board.id)


def workload_folder(platform: Platform, job_id: str) -> str:
    run = platform.training.run(SYSTEM, job_id, "V0001")
    assert run.workload is not None
    return os.fspath(platform.path / "workloads" / run.workload.id)


@pytest.mark.slow
def test_one_without_visitors_stops_by_itself(boards: Boards, tensorboard_python: Path) -> None:
    boards.board_image(tensorboard_python)
    boards.job("quiet")
    with boards.client("alice") as alice:
        board = alice.jobs.tensorboard("quiet", idle_minutes=30)
        assert board.stops_at is not None
        with boards.page("alice", board.id) as page:
            boards.clock.forward = timedelta(minutes=29)
            assert page.get("data/runs").status_code == 200  # a visit: it counts from now
        until(lambda: alice.visualisations.get(board.id).stops_at > board.stops_at + timedelta(minutes=28))
        boards.clock.forward = timedelta(minutes=58)
        boards.platform.visualisations.look()
        assert alice.visualisations.get(board.id).status == "running"
        boards.clock.forward = timedelta(minutes=60)
        gone = until(lambda: found if (found := alice.visualisations.get(board.id)).status == "stopped" else None)
        assert gone.reason is not None
        assert (gone.reason.code, gone.reason.params) == ("idle", {"minutes": 30})
        assert gone.stops_at is None
    assert "visualisation.auto_stopped" in events(boards.platform, board.id)


def test_index_that_is_away_is_told_and_the_next_start_builds_again(
    boards: Boards, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = boards.board_image(None)
    # An index that nobody listens at.
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("AISPACE_WHEELS", "UV_INDEX", "UV_FIND_LINKS", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with boards.platform.db.write() as session:
        session.get_one(Image, image).requirements = "tensorboard==2.21.0\n"
    boards.job("waiting")
    with boards.client("alice") as alice:
        board = alice.jobs.tensorboard("waiting", wait=False)
        failed = until(lambda: found if (found := alice.visualisations.get(board.id)).status == "failed" else None, 60)
        assert failed.reason is not None
        assert failed.reason.code == "index_unreachable"
        assert "package index cannot be reached" in failed.reason.message
        builds = boards.platform.images.get(SYSTEM, image)
        assert builds.status == "failed"
        # Asked again, it is built again.
        again = alice.jobs.tensorboard("waiting", wait=False)
        assert again.id == board.id
        assert alice.images.get(image).workload_id != builds.workload_id


def test_commands_of_both_names_start_it(boards: Boards, capsys: pytest.CaptureFixture[str]) -> None:
    boards.board_image(None)
    boards.job("said")
    there = ["--url", boards.running.url, "--token", "token-alice", "--json"]
    made = []
    for words in (["tensorboard", "said"], ["jobs", "tensorboard", "said:V0001"]):
        assert main([*words, "--no-wait", "--idle", "15", *there]) == 0
        made.append(json.loads(capsys.readouterr().out))
    assert made[0]["id"] == made[1]["id"]
    assert (made[1]["idle_minutes"], made[1]["runs"][0]["version"]) == (15, "V0001")
    for verb in ("show", "stop", "open"):
        assert main([verb, made[0]["id"], *there]) == 0
    assert f"aispace=/visualisations/{made[0]['id']}" in capsys.readouterr().out
    assert main(["ls", "visualisations", "--active", *there]) == 0
    assert main(["tensorboard", "no-such-job", "--no-wait", *there]) == 4


def test_runs_that_do_not_exist_and_too_many_are_refused_by_their_field(boards: Boards) -> None:
    with boards.running.client("token-alice") as alice:
        missing = alice.post("/visualisations", json={"runs": [{"job_id": "job_none"}]})
        assert missing.status_code == 422
        assert missing.json()["error"]["details"]["fields"][0]["field"] == "runs.0"
        none = alice.post("/visualisations", json={"runs": []})
        many = alice.post("/visualisations", json={"runs": [{"job_id": f"job_{n}"} for n in range(21)]})
        assert {none.status_code, many.status_code} == {422}
