"""A fresh installation for the length of a tour: started as `make run` starts it, removed afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from ..errors import Unavailable

START_LIMIT = 180.0
"""Seconds until the hub must answer."""


@dataclass(frozen=True)
class House:
    """A running installation.

    Attributes
    ----------
    url : str
        Address of the platform behind the hub.
    token : str
        Hub token of its first administrator.
    home : pathlib.Path
        Its folder.
    """

    url: str
    token: str
    home: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _hub_token(hub: str, name: str, password: str) -> str:
    """Sign in at the hub as a person does, and ask it for a token."""
    session = requests.Session()
    session.get(f"{hub}/hub/login", timeout=30)
    cookie = {c.path: c.value for c in session.cookies if c.name == "_xsrf"}
    form = {"username": name, "password": password, "_xsrf": cookie.get("/hub/", "")}
    session.post(f"{hub}/hub/login", data=form, timeout=30, allow_redirects=False).raise_for_status()
    session.get(f"{hub}/hub/home", timeout=30)
    xsrf = {c.path: c.value for c in session.cookies if c.name == "_xsrf"}.get("/hub/", "")
    answer = session.post(
        f"{hub}/hub/api/users/{name}/tokens",
        json={"note": "tour", "expires_in": 3600},
        headers={"X-XSRFToken": xsrf or "", "Referer": f"{hub}/hub/home"},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["token"])


@contextlib.contextmanager
def fresh_house(say: Callable[[str], None]) -> Iterator[House]:
    """Start an installation in a temporary folder and remove it, with all that runs in it, at the end.

    Raises
    ------
    Unavailable
        When it does not come up; the message holds the end of what it printed.
    """
    folder = Path(tempfile.mkdtemp(prefix="aispace-tour-"))
    folder.chmod(0o755)  # the users' own uids pass through it
    home, port = folder / "home", _free_port()
    output = folder / "output"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AISPACE_", "JUPYTERHUB_"))},
        **{k: v for k, v in os.environ.items() if k in ("AISPACE_SHARED_UID", "AISPACE_WHEELS")},
        "AISPACE_HOME": str(home),
        "AISPACE_PORT": str(port),
        "AISPACE_GATEWAY_PORT": str(_free_port()),
    }
    say(f"starting a hub of its own in {folder}")
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "aispace_hub.up"], env=environment, stdout=stream, stderr=stream
        )
    try:
        deadline = time.monotonic() + START_LIMIT
        while "stop: Ctrl-C" not in output.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                tail = output.read_text()[-2000:]
                raise Unavailable("tour_not_started", f"The tour's hub did not start. It said: {tail}")
            time.sleep(0.05)  # until it listens
        found = re.search(r"password: (\S+)", output.read_text())
        if found is None:
            raise Unavailable("tour_not_started", "The tour's hub printed no password for its first administrator.")
        hub = f"http://127.0.0.1:{port}"
        yield House(f"{hub}/services/aispace", _hub_token(hub, "admin", found.group(1)), home)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(40)
        if process.poll() is None:
            process.kill()
        _end_all(home)
        shutil.rmtree(folder, ignore_errors=True)


def _end_all(home: Path) -> None:
    """Kill what still runs from the folder: workloads outlive the platform, but not the folder that they live in."""
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            inside = any(str(home) in part for part in process.cmdline())
            if inside or process.environ().get("AISPACE_HOME") == str(home):
                process.kill()
                left.append(process)
    psutil.wait_procs(left, timeout=10)
