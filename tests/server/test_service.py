"""`aispace serve` as a process: one for a home, its listeners, its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

LIMIT = 60.0


def wait_for(condition: Callable[[], Any], process: subprocess.Popen[bytes], log: Path) -> Any:
    deadline = time.monotonic() + LIMIT
    while not (found := condition()):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def serve(home: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    home.mkdir(exist_ok=True)
    log = home.with_suffix(".log")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTERHUB_", "AISPACE_"))}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "aispace.cli", "serve", *arguments],
            env={**clean, "AISPACE_HOME": str(home), **environment},
            stdout=file,
            stderr=file,
            cwd=home.parent,
        )
    try:
        ready = home / "run" / "serve.json"
        yield process, json.loads(wait_for(lambda: ready.is_file() and ready.read_text(), process, log))
    finally:
        process.terminate()
        process.wait(LIMIT)


def test_second_start_of_the_same_home_says_so_and_ends(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serve(home) as (process, where):
        base = f"http://127.0.0.1:{where['port']}"
        assert httpx.get(f"{base}/readyz", trust_env=False).json() == {"status": "ready"}
        assert httpx.get(f"{base}/aispace/api/v1/me", trust_env=False).status_code == 401
        secret = (home / "secrets" / "internal_token").read_text()
        internal = f"http://127.0.0.1:{where['internal_port']}/internal/first_administrator"
        made = httpx.post(
            internal, json={"name": "root", "password": "Long-enough-1"}, headers={"Authorization": f"Bearer {secret}"},
            trust_env=False,
        )  # fmt: skip
        assert made.json() == {"created": True}
        second = subprocess.run(
            [sys.executable, "-m", "aispace.cli", "serve"],
            env={**os.environ, "AISPACE_HOME": str(home)},
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
        assert second.returncode == 1
        assert f"another `aispace serve` (process {process.pid})" in second.stderr.decode()
        assert httpx.get(f"{base}/healthz", trust_env=False).status_code == 200
    assert process.returncode == 0
    assert not (home / "run" / "serve.json").exists()
    lines = [json.loads(line) for line in home.with_suffix(".log").read_text().splitlines() if line.startswith("{")]
    assert {"serving", "stopping"} <= {line["message"] for line in lines}
    with serve(home):
        pass


def test_killed_process_leaves_the_home_usable(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serve(home) as (process, _):
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
    (home / "run" / "serve.json").unlink()
    with serve(home) as (_, where):
        assert httpx.get(f"http://127.0.0.1:{where['port']}/readyz", trust_env=False).status_code == 200


def test_socket_is_for_the_one_local_user(tmp_path: Path) -> None:
    path = tmp_path / "serve.sock"
    with serve(tmp_path / "home", f"--socket={path}") as (_, where):
        assert where["socket"] == str(path)
        assert path.stat().st_mode & 0o777 == 0o600
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(path)), base_url="http://aispace/aispace/api/v1"
        ) as client:
            assert client.get("/me").json()["role"] == "administrator"
            assert client.get("/version").json()["size"] == "laptop"


def test_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = subprocess.run(
            [sys.executable, "-m", "aispace.cli", "serve", f"--port={port}"],
            env={**os.environ, "AISPACE_HOME": str(tmp_path / "home")},
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    assert found.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in found.stderr.decode()


def test_database_of_another_revision_is_refused_with_the_remedy(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with contextlib.closing(sqlite3.connect(home / "aispace.db")) as database:
        database.execute("CREATE TABLE aispace_alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO aispace_alembic_version VALUES ('9999')")
        database.commit()
    found = subprocess.run(
        [sys.executable, "-m", "aispace.cli", "serve"],
        env={**os.environ, "AISPACE_HOME": str(home)},
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    assert found.returncode == 1
    assert "9999" in found.stderr.decode()
    assert "Start the newer version" in found.stderr.decode()


@pytest.mark.parametrize("url", ["sqlite:////nonexistent/folder/x.db"])
def test_database_that_cannot_be_opened_is_an_error_and_no_traceback(tmp_path: Path, url: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "aispace.cli", "serve"],
        env={**os.environ, "AISPACE_HOME": str(tmp_path / "home"), "AISPACE_DATABASE_URL": url},
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    assert found.returncode == 1
    assert "Traceback" not in found.stderr.decode()
    assert "AISPACE_DATABASE_URL" in found.stderr.decode()
