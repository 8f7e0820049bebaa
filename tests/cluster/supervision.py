"""The processes of a cluster: started into its control group, never without an end."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from . import groups
from .place import Place

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for a condition.

    Raises
    ------
    TimeoutError
        It did not come true.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not get ready within {seconds:g} s")
        time.sleep(0.05)


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])


class Supervision:
    """Starts processes and knows what became of them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.logs = place.folder / "logs"
        self.logs.mkdir(parents=True)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, tuple[list[str], dict[str, str]]] = {}

    def start(self, name: str, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a process; it dies with this one."""
        group = self.place.group

        def enter() -> None:
            groups.join(group)
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

        base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.place.folder), "LANG": "C.UTF-8"}
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**base, **environment},
                cwd=self.place.folder,
                preexec_fn=enter,
                start_new_session=True,
            )
        self.processes[name] = process
        self.commands[name] = (command, environment)
        return process

    def check(self) -> None:
        """Raise when a process has ended."""
        for name, process in self.processes.items():
            code = process.poll()
            if code is not None:
                raise RuntimeError(f"{name} ended with {code}:\n{self.tail(name)}")

    def tail(self, name: str, lines: int = 15) -> str:
        """Give the end of a log."""
        path: Path = self.logs / f"{name}.log"
        try:
            return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""
