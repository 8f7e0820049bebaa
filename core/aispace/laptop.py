"""The laptop size: where the platform of this user is, and how it is started when somebody needs it.

JupyterLab's extension, the client and the command line all come here. Whoever comes first starts ``aispace serve`` as
a process of its own, which outlives them; all others find it by its socket. So several JupyterLabs, terminals and
kernels share one platform, and closing any of them ends no job.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ._version import __version__
from .errors import Conflict, Unavailable

START_SECONDS: Final = 90.0
"""So long a start may take; the first one makes the database."""
TRIES: Final = 2
ANSWER_SECONDS: Final = 10.0
LONGEST_SOCKET: Final = 100
"""Bytes that the path of a unix socket may have nearly everywhere (sun_path holds 108 on Linux, 104 elsewhere)."""
LOG_BYTES: Final = 8 << 20
"""A log that is larger is put aside at the next start."""
NOT_HANDED_ON: Final = ("AISPACE_TOKEN", "AISPACE_URL", "AISPACE_SERVE_URL", "JPY_", "JUPYTER", "KERNEL_", "MPLBACKEND")
"""Beginnings of names of variables that belong to who starts the platform and not to the platform."""


class OtherVersion(Conflict):
    """The platform that runs is of another version than this program."""

    def __init__(self, running: str, home: Path) -> None:
        super().__init__(
            "other_version",
            f"AI Space {running} runs for {home}, but this program is of version {__version__}. Use programs of one "
            "version, or end the running one: aispace laptop stop (jobs go on). The next request starts this version.",
            params={"running": running, "version": __version__, "home": str(home)},
        )


class NotStarted(Unavailable):
    """The platform of this user does not come up."""

    def __init__(self, why: str) -> None:
        super().__init__("laptop_not_started", f"AI Space was not started. {why}", params={"why": why})


def laptop_home(given: str | Path | None = None) -> Path:
    """Tell the folder of this user's platform.

    Parameters
    ----------
    given : path, optional
        Goes before ``$AISPACE_HOME``, which goes before ``aispace`` in the user's data folder (``$XDG_DATA_HOME``, else
        ``~/.local/share``; source: the XDG base directory specification).
    """
    chosen = given or os.environ.get("AISPACE_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    data = os.environ.get("XDG_DATA_HOME") or ""
    folder = Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share"
    return (folder / "aispace").resolve()


def socket_path(home: Path) -> Path:
    """Tell where the platform of a home listens: in the home, or below ``/tmp`` where that path would be too long."""
    path = home / "run" / "serve.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(f"/tmp/aispace-{os.geteuid()}-{name}/serve.sock")  # noqa: S108 - the folder is checked before use


def make_private(folder: Path) -> None:
    """Make a folder that only this user may enter.

    Raises
    ------
    NotStarted
        It cannot be made, or is somebody else's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise NotStarted(
                f"{folder} belongs to somebody else (uid {found.st_uid}). Set AISPACE_HOME to another folder."
            )
        if stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise NotStarted(
            f"{folder} cannot be used ({error.strerror}). Make it writable for you, or set AISPACE_HOME."
        ) from error


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("aispace", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(os.fspath(self._path))


class Laptop:
    """The platform of this user on this machine.

    Parameters
    ----------
    home : path, optional
        Its folder; see `laptop_home`.
    """

    def __init__(self, home: str | Path | None = None) -> None:
        self.home = laptop_home(home)
        self.run = self.home / "run"
        self.socket = socket_path(self.home)
        self.log = self.home / "logs" / "serve.log"
        self._met: tuple[int, int, int] | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Address of the platform, up to ``/api/v1``."""
        return f"unix://{self.socket}"

    def ready(self) -> None:
        """See to it that the platform runs and is of this version; quick where it was seen before.

        Raises
        ------
        OtherVersion
            It is of another version.
        NotStarted
            It does not come up; the message says why.
        """
        if self.is_known():
            return
        with self._lock:
            if self.is_known():
                return
            before = self._identity()
            found = self.version() or self._start()
            if found != __version__:
                raise OtherVersion(found, self.home)
            self._met = self._identity() if before is None or before == self._identity() else None

    def is_known(self) -> bool:
        """Tell whether the socket is still the one of the platform that was seen last."""
        return self._met is not None and self._met == self._identity()

    def forget(self) -> None:
        """Look again next time: nobody listens any more."""
        self._met = None

    def version(self) -> str | None:
        """Ask the platform for its version; None where nobody listens.

        Raises
        ------
        NotStarted
            Somebody listens and does not answer.
        """
        connection = _Connection(self.socket)
        try:
            connection.request("GET", "/aispace/api/v1/version")
            response = connection.getresponse()
            answer = json.loads(response.read())
            return str(answer["version"])
        except TimeoutError as error:
            raise NotStarted(
                f"It runs and does not answer within {ANSWER_SECONDS:.0f} s. Wait, or: aispace laptop stop. "
                f"Its log: {self.log}"
            ) from error
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return None  # nobody there, or on its way out
        finally:
            connection.close()

    def listening(self) -> dict[str, Any]:
        """Give what the running process wrote about itself: ``pid``, ``version``, ``socket`` or ``port``."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((self.run / "serve.json").read_text())
            if isinstance(found, dict) and _lives(int(found.get("pid", 0))):
                return found
        return {}

    def stop(self, seconds: float = 60.0) -> bool:
        """End the platform; its jobs go on. False where none ran.

        Raises
        ------
        NotStarted
            It runs on, or is no laptop's.
        """
        found = self.listening()
        if not found:
            return False
        self._refuse_team(found)
        pid = int(found["pid"])
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while _lives(pid):
            if time.monotonic() > deadline:
                raise NotStarted(f"Process {pid} does not end. End it: kill -9 {pid} (jobs go on).")
            time.sleep(0.05)  # it is no child of this process, which hears nothing of its end
        self.forget()
        return True

    # Inside

    def _identity(self) -> tuple[int, int, int] | None:
        try:
            found = self.socket.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_ctime_ns

    def _start(self) -> str:
        """Start the platform unless somebody else is just doing that; give its version."""
        for folder in dict.fromkeys((self.home, self.run, self.home / "logs", self.socket.parent)):
            make_private(folder)
        self._refuse_team(self.listening())
        deadline = time.monotonic() + START_SECONDS
        process: subprocess.Popen[bytes] | None = None
        with self._alone(deadline):
            begin = tries = 0
            while (found := self.version()) is None:
                if process is None:
                    process, begin = self._spawn()
                    tries += 1
                elif process.poll() is not None and tries < TRIES:
                    # Threads of a platform that was killed may hold its locks a moment longer than it can be seen.
                    process = None
                    time.sleep(0.3)
                elif process.poll() is not None:
                    raise NotStarted(f"{self._said(begin)} The log: {self.log}. 'aispace doctor' looks for the cause.")
                if time.monotonic() > deadline:
                    raise NotStarted(f"It did not answer within {START_SECONDS:.0f} s. Its log: {self.log}")
                time.sleep(0.03)  # until it listens there is nothing to wait at
        return found

    @contextlib.contextmanager
    def _alone(self, deadline: float) -> Iterator[None]:
        """Let one starter at a time on; the others then find what it started."""
        with (self.run / "start.lock").open("a") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise NotStarted(f"Another start of it takes longer than {START_SECONDS:.0f} s.") from None
                    time.sleep(0.03)  # waiting in the kernel would know no limit
            yield

    def _spawn(self) -> tuple[subprocess.Popen[bytes], int]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)
        } | {"AISPACE_HOME": str(self.home)}  # fmt: skip
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            begin = log.seek(0, os.SEEK_END)
            process = subprocess.Popen(
                [sys.executable, "-m", "aispace.cli", "serve", "--laptop"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self.home,
                start_new_session=True,  # the end of a terminal or of JupyterLab is not its end
            )
        # It may end before we do: somebody has to take note of that.
        threading.Thread(target=process.wait, name="aispace-serve", daemon=True).start()
        return process, begin

    def _said(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            lines = log.read().decode("utf-8", "replace").splitlines()
        words = [line.strip() for line in lines if line.strip() and not line.startswith("{")]
        return " ".join(words[-3:])[-800:] or "It ended at once."

    def _refuse_team(self, found: dict[str, Any]) -> None:
        if "port" in found:
            raise NotStarted(
                f"{self.home} is the folder of a team installation that runs now (process {found['pid']}). Set "
                "AISPACE_URL and AISPACE_TOKEN to use that one, or AISPACE_HOME to another folder."
            )


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            data = file.read()
    except OSError:
        return False
    return data[data.rfind(b")") + 2 :][:1] not in (b"Z", b"X")


def running_labs() -> list[dict[str, Any]]:
    """List the JupyterLabs of this user that run now, newest first, as they describe themselves."""
    from jupyter_core.paths import jupyter_runtime_dir

    found: list[tuple[float, dict[str, Any]]] = []
    for path in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        with contextlib.suppress(OSError, ValueError):
            described = json.loads(path.read_text())
            if _lives(int(described["pid"])):
                found.append((path.stat().st_mtime, described))
    return [described for _, described in sorted(found, key=lambda pair: -pair[0])]
