"""A backup taken from a running hub after the tour, restored elsewhere: the tour's service answers as before."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aispace.client import AISpaceClient, Endpoint
from aispace.tour.digits import find, read, share_out
from aispace.tour.house import fresh_house
from aispace.tour.walk import Walk
from aispace_hub.home import SetupProblem, check_reachable, free_port

START_LIMIT = 120.0


def command(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AISPACE_", "JUPYTERHUB_"))}
    return subprocess.run(
        [sys.executable, "-m", "aispace.cli", *words],
        env={**environment, "AISPACE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@contextlib.contextmanager
def running(home: Path) -> Iterator[str]:
    """Start an installation from a folder; give the address of its hub."""
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AISPACE_", "JUPYTERHUB_"))},
        **({"AISPACE_SHARED_UID": "1"} if "AISPACE_SHARED_UID" in os.environ else {}),
        "AISPACE_HOME": str(home),
        "AISPACE_PORT": str(port),
        "AISPACE_GATEWAY_PORT": str(free_port()),
    }
    output = home.parent / "output"
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "aispace_hub.up"], env=environment, stdout=stream, stderr=stream
        )
    try:
        deadline = time.monotonic() + START_LIMIT
        while "stop: Ctrl-C" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        assert not re.search(r"password: \S+", output.read_text()), "its users are those that it had"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)
        for left in psutil.process_iter(["cmdline"]):
            if any(str(home) in word for word in left.info["cmdline"] or ()):
                with contextlib.suppress(psutil.NoSuchProcess):
                    left.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that other uids may pass."""
    made = Path(tempfile.mkdtemp(prefix="aispace-restore-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.timeout(600)
def test_restored_installation_answers_the_tours_requests_as_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        check_reachable(folder)
    except SetupProblem:
        monkeypatch.setenv("AISPACE_SHARED_UID", "1")
    backup, restored = folder / "backup", folder / "restored"
    said: list[str] = []
    with fresh_house(said.append) as house, AISpaceClient(house.url, house.token) as client:
        walk = Walk(client, said.append)
        walk.run()
        digit = share_out(read(find([i.location for i in client.images.list() if i.location]))).held_out[0]
        picture = digit.save(folder).read_bytes()
        service = client.services.find(walk.name[:32])
        key = client.services.create_token(service.id, "after").token
        before = Endpoint(service.endpoint, key).predict(picture)["predictions"]
        model = client.models.find(walk.name)
        first = command("backup", str(backup), "--json", home=house.home)
        assert first.returncode == 0, first.stderr
        assert "secrets" in first.stderr
        second = command("backup", str(backup), "--json", home=house.home)
        assert json.loads(second.stdout)["added_bytes"] < json.loads(first.stdout)["added_bytes"] / 10
        assert json.loads(second.stdout)["skipped"] == []
    # That installation is gone with its folder; everything comes from the backup.
    assert not house.home.exists()
    checked = command("backup", "--verify", str(backup), "--json", home=restored)
    assert json.loads(checked.stdout)["damaged"] == []
    back = command("restore", str(backup), home=restored)
    assert back.returncode == 0, back.stderr
    with running(restored) as hub, AISpaceClient(f"{hub}/services/aispace", house.token) as client:
        again = client.services.wait(service.id, timeout=120)
        assert Endpoint(again.endpoint, key).predict(picture)["predictions"] == before
        assert client.models.get(model.id).current_version == model.current_version
        job = client.jobs.find(walk.name)
        assert client.jobs.run(job.id, job.current_version).status == "succeeded"
        assert next(client.jobs.follow(job.id, job.current_version)), "its log came back too"
        assert client.transport.ask("POST", "/storage/verify")["damaged"] == []
