"""The laptop size: one platform of one user, started by whoever needs it first."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import alembic.command
import httpx
import pytest
from aispace import laptop as laptop_module
from aispace.client import AISpaceClient
from aispace.db import Database
from aispace.laptop import Laptop, NotStarted, OtherVersion, laptop_home, socket_path
from conditions import until
from laptop_size import JUPYTER_TOKEN, end_all, environment, jupyter_lab, submit
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

LIMIT = 60.0
pytestmark = pytest.mark.slow


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Be a user with an empty home, whose platform lies in ``<home>/state``; nothing of it is left at the end."""
    folder = Path(tempfile.mkdtemp(prefix="aispace-laptop-"))
    kept = environment(folder / "state", folder)
    for name in [name for name in os.environ if name not in kept]:
        monkeypatch.delenv(name)
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    yield folder
    end_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def pid_of(place: Path) -> int:
    return int(json.loads((place / "state" / "run" / "serve.json").read_text())["pid"])


def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aispace.cli", *words],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=LIMIT * 2,
        check=False,
    )


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]


def test_all_who_come_at_once_share_one_platform_that_only_its_user_reaches(place: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        started = [pool.submit(command, "laptop", "start", "--json") for _ in range(3)]
        with AISpaceClient() as client:
            me = client.about.me()
            version = client.about.version()
    answers = [json.loads(one.result().stdout) for one in started]
    assert {answer["pid"] for answer in answers} == {pid_of(place)}
    assert (me.role, version.size) == ("administrator", "laptop")
    socket_file = place / "state" / "run" / "serve.sock"
    assert socket_file.stat().st_mode & 0o777 == 0o600
    assert socket_file.parent.stat().st_mode & 0o777 == 0o700
    assert (place / "state").stat().st_mode & 0o777 == 0o700
    assert os.getsid(pid_of(place)) == pid_of(place), "a session of its own: the end of a terminal is not its end"

    # Files are those of the user's home, where his notebooks lie.
    (place / "photos").mkdir()
    with AISpaceClient() as client:
        listed = client.transport.ask("GET", "/files")["items"]
    assert "photos" in [one["name"] for one in listed]

    # Its gateway answers; both end together.
    gateway = json.loads((place / "state" / "run" / "gateway.json").read_text())
    address = f"http://127.0.0.1:{gateway['port']}/healthz"
    until(lambda: _answers(address), LIMIT)
    pid = pid_of(place)
    assert "jobs go on" in command("laptop", "stop").stdout
    assert gone(pid)
    assert gone(gateway["pid"])
    assert "it did not run" in command("laptop", "stop").stdout
    assert json.loads(command("laptop", "status", "--json").stdout)["running"] is False


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_killed_platform_is_started_by_the_next_request_and_its_jobs_go_on(place: Path) -> None:
    gate = place / "gate"
    with AISpaceClient() as client:
        job = submit(client, place, "waits", gate)
        until(lambda: "begun" in client.jobs.log(job.id, "V0001").text, LIMIT)
        gateway = json.loads((place / "state" / "run" / "gateway.json").read_text())["pid"]
        killed = pid_of(place)
        os.kill(killed, signal.SIGKILL)
        until(lambda: gone(killed))
        assert client.jobs.run(job.id, "V0001").status == "running"
        assert pid_of(place) != killed
        assert json.loads((place / "state" / "run" / "gateway.json").read_text())["pid"] == gateway
        gate.touch()
        run = client.jobs.wait(job.id, "V0001", timeout=LIMIT)
    assert run.status == "succeeded"
    assert run.workload is not None
    assert len(run.workload.attempts) == 1


def test_it_ends_when_nobody_is_there_and_nothing_runs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISPACE_IDLE_SECONDS", "1")
    gate = place / "gate"
    with AISpaceClient() as client:
        job = submit(client, place, "waits", gate)
        until(lambda: "begun" in client.jobs.log(job.id, "V0001").text, LIMIT)
    pid = pid_of(place)
    log = place / "state" / "logs" / "serve.log"
    with pytest.raises(AssertionError, match="not within"):
        until(lambda: gone(pid), 3)  # a job runs
    gate.touch()
    until(lambda: gone(pid), LIMIT)
    assert "nobody was here and nothing ran" in log.read_text()
    with AISpaceClient() as client:
        assert client.jobs.run(job.id, "V0001").status == "succeeded"


def test_another_version_is_refused_with_the_remedy(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Laptop().ready()
    monkeypatch.setattr(laptop_module, "__version__", "99.0.0")
    newer = Laptop()
    with pytest.raises(OtherVersion, match=r"but this program is of version 99\.0\.0.*aispace laptop stop"):
        newer.ready()
    with AISpaceClient() as client, pytest.raises(OtherVersion):
        client.about.version()
    assert newer.stop()
    monkeypatch.undo()
    for name, value in environment(place / "state", place).items():
        monkeypatch.setenv(name, value)
    Laptop().ready()


def test_database_of_an_earlier_version_is_copied_and_upgraded(place: Path) -> None:
    home = place / "state"
    home.mkdir()
    database = Database(f"sqlite:///{home}/aispace.db")
    alembic.command.upgrade(database.alembic_config(), "0001")
    database.close()
    with AISpaceClient() as client:
        assert client.about.me().role == "administrator"
    (copy,) = home.glob("aispace.db.0001.*")
    kept = Database(f"sqlite:///{copy}")
    assert kept.current() == "0001"
    kept.close()


def test_what_a_failed_start_said_is_told(place: Path) -> None:
    home = place / "state"
    home.mkdir()
    database = Database(f"sqlite:///{home}/aispace.db")
    database.upgrade()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE aispace_alembic_version SET version_num = '9999'")
    database.close()
    with AISpaceClient() as client, pytest.raises(NotStarted, match=r"revision 9999.*Start the newer version"):
        client.about.version()
    said = command("ls", "datasets")
    assert said.returncode == 5
    assert "9999" in said.stderr


def test_folder_of_a_running_team_installation_is_left_alone(place: Path) -> None:
    serve = subprocess.Popen(
        [sys.executable, "-m", "aispace.cli", "serve"], env=dict(os.environ), stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: (place / "state" / "run" / "serve.json").exists(), LIMIT)
        with AISpaceClient() as client, pytest.raises(NotStarted, match="AISPACE_URL and AISPACE_TOKEN"):
            client.about.version()
        with pytest.raises(NotStarted, match="team installation"):
            Laptop().stop()
        assert serve.poll() is None
    finally:
        serve.terminate()
        serve.wait(LIMIT)


def test_home_is_settable_and_a_long_one_has_its_socket_elsewhere(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert laptop_home() == place / "state"
    monkeypatch.delenv("AISPACE_HOME")
    assert laptop_home() == place / ".local" / "share" / "aispace"
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "data"))
    assert laptop_home() == place / "data" / "aispace"
    assert socket_path(laptop_home()) == place / "data" / "aispace" / "run" / "serve.sock"
    long = place / ("x" * 60) / ("y" * 60)
    monkeypatch.setenv("AISPACE_HOME", str(long))
    other = socket_path(long)
    assert len(os.fsencode(other)) < 100
    try:
        with AISpaceClient() as client:
            assert client.about.version().size == "laptop"
        assert other.parent.stat().st_mode & 0o777 == 0o700
        Laptop().stop()
    finally:
        shutil.rmtree(other.parent, ignore_errors=True)


def test_foreign_folder_for_the_socket_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = place / "theirs"
    theirs.symlink_to("/usr")
    monkeypatch.setenv("AISPACE_HOME", str(place / "state"))
    monkeypatch.setattr("aispace.laptop.socket_path", lambda home: theirs / "serve.sock")
    with pytest.raises(NotStarted, match=r"cannot be used|belongs to somebody else"):
        Laptop().ready()


def test_terminal_of_the_laptop_needs_nothing_set(place: Path) -> None:
    listed = command("ls", "algorithms")
    assert listed.returncode == 0, listed.stderr
    assert "image-classifier" in listed.stdout
    assert "unbuilt" in command("ls", "images").stdout, "the built-in runtime waits until something needs it"
    status = command("status")
    assert "laptop size" in status.stdout


@pytest.fixture
def labs(place: Path) -> Iterator[tuple[Path, Any, Any]]:
    first, second = place / "first", place / "second"
    first.mkdir()
    second.mkdir()
    env = dict(os.environ)
    with jupyter_lab(env, first) as one, jupyter_lab(env, second) as other:
        yield place, one, other


def test_two_jupyterlabs_share_a_platform_that_outlives_them(labs: tuple[Path, Any, Any]) -> None:
    place, one, other = labs
    with one.client() as http:
        answer = http.get("/version")
        assert answer.json().get("size") == "laptop", answer.text
        assert http.get("/me").json()["role"] == "administrator"
        body = {"name": "shared", "data_type": "image", "annotation_type": "image_classification"}
        made = http.post("/datasets", json=body)
        assert made.status_code == 201, made.text
    with other.client() as http:
        assert [item["name"] for item in http.get("/datasets", params={"scope": "mine"}).json()["items"]] == ["shared"]
    pid = pid_of(place)
    opened = command("open", "ds_1").stdout
    assert opened.strip() in {f"{lab.url}/lab?aispace=/datasets/ds_1" for lab in (one, other)}

    # Who is not signed in to Jupyter gets nothing, and a page of another origin can do nothing with the cookie.
    with other.client(token=None) as http:
        assert http.get("/me").status_code in (401, 403)
        assert http.post("/datasets", json={}).status_code in (401, 403)
    with httpx.Client(trust_env=False) as browser:
        browser.get(f"{other.url}/lab", params={"token": JUPYTER_TOKEN}, follow_redirects=True)
        assert browser.get(f"{other.url}/aispace/api/v1/me").status_code == 200
        refused = browser.post(f"{other.url}/aispace/api/v1/datasets", json={"name": "x"})
        assert refused.status_code == 403

    gate = place / "gate"
    with AISpaceClient() as client:
        job = submit(client, place, "waits", gate)
        until(lambda: "begun" in client.jobs.log(job.id, "V0001").text, LIMIT)
    one.close()
    other.close()
    assert pid_of(place) == pid
    with AISpaceClient() as client:
        assert client.jobs.run(job.id, "V0001").status == "running"
        gate.touch()
        assert client.jobs.wait(job.id, "V0001", timeout=LIMIT).status == "succeeded"


def test_jupyterlab_starts_a_killed_platform_again_for_requests_and_for_the_stream(
    labs: tuple[Path, Any, Any],
) -> None:
    place, one, _ = labs
    with one.client() as http:
        answer = http.get("/version")
        assert answer.status_code == 200, answer.text
        killed = pid_of(place)
        os.kill(killed, signal.SIGKILL)
        until(lambda: gone(killed))
        answer = http.get("/version")
        assert answer.status_code == 200, answer.text
        assert pid_of(place) != killed
    killed = pid_of(place)
    os.kill(killed, signal.SIGKILL)
    until(lambda: gone(killed))

    async def stream() -> str:
        url = f"{one.url.replace('http', 'ws', 1)}/aispace/api/v1/stream"
        connection = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {JUPYTER_TOKEN}"}))
        await connection.write_message(json.dumps({"op": "subscribe", "id": "s1", "topic": "events"}))
        answer = await asyncio.wait_for(connection.read_message(), LIMIT)
        connection.close()
        return str(answer)

    assert "s1" in asyncio.run(stream())
    assert pid_of(place) != killed


def test_port_of_the_gateway_that_is_taken_is_avoided(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("AISPACE_GATEWAY_PORT", str(port))
        Laptop().ready()
        recorded = place / "state" / "run" / "gateway.json"
        until(recorded.exists, LIMIT)
        chosen = json.loads(recorded.read_text())["port"]
    assert chosen != port
    until(lambda: _answers(f"http://127.0.0.1:{chosen}/healthz"), LIMIT)
