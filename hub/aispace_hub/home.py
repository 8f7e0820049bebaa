"""The folder that holds an installation, and the checks before anything is started from it.

Every check either passes silently or raises `SetupProblem` with what is wrong and what to do; nothing is written
before all checks that can be done without writing have passed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import socket
import stat
import sys
import tempfile
from pathlib import Path
from typing import IO

from aispace.users.uids import separate_uids

PRIVATE_FOLDERS = ("blobs", "hub", "logs", "run", "secrets", "uploads")
"""Folders that only the platform itself may enter."""

PASSABLE_FOLDERS = ("areas", "images", "runtime", "trees", "workloads")
"""Folders that users' processes pass through on the way to what is theirs; they cannot list them."""

SECRET_NAMES = ("internal_token", "service_token", "supervisor_token", "proxy_token")
PORT_NAMES = ("serve", "internal", "proxy_api", "hub_api")


class SetupProblem(Exception):
    """The platform cannot be started from this folder; the text says why and what to do."""


def blocked_folder(path: Path) -> Path | None:
    """Find what keeps other uids from reaching a path.

    Parameters
    ----------
    path : pathlib.Path
        A file or folder; parts that do not exist yet are passed over.

    Returns
    -------
    pathlib.Path or None
        The topmost folder above `path`, or `path` itself, that lacks the execute bit for others.
    """
    path = path.resolve()
    for part in [*reversed(path.parents), path]:
        try:
            mode = part.stat().st_mode
        except FileNotFoundError:
            return None
        if not mode & stat.S_IXOTH and (part != path or stat.S_ISDIR(mode)):
            return part
    return None


def check_reachable(home: Path) -> None:
    """Refuse a home, an interpreter or an installation that the users' uids cannot reach.

    Raises
    ------
    SetupProblem
        As root with separate uids, naming the folder that is in the way.
    """
    if not separate_uids():
        return
    package = Path(__file__).parent
    wanted = {
        "AISPACE_HOME": home,
        "Python": Path(sys.executable).resolve(),
        "its standard library": Path(os.__file__).parent,
        "the Python environment": Path(sys.prefix),
        "the AI Space package": package,
    }
    for what, path in wanted.items():
        blocked = blocked_folder(path)
        if blocked is not None:
            raise SetupProblem(
                f"Not started: {what} ({path}) lies below {blocked}, which other users of this machine may not "
                f"enter, and each AI Space user runs under a uid of his own.\n"
                f"Do one of: chmod o+x {blocked}; move it to a folder that others may pass (for instance below "
                f"/opt or /srv); set AISPACE_SHARED_UID=1, if all your users trust each other."
            )


def check_port(port: int, variable: str, host: str = "127.0.0.1") -> None:
    """Refuse a port on which somebody listens already.

    Raises
    ------
    SetupProblem
        With the variable that chooses another port.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise SetupProblem(
                    f"Not started: {host} is no address of this machine.\n"
                    f"Do one of: choose one that is (ip addr lists them); leave AISPACE_HOST and --host out, "
                    "to listen on 127.0.0.1"
                ) from error
            why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
            raise SetupProblem(
                f"Not started: port {port} on {host} {why}.\n"
                f"Do one of: stop that program (ss -ltnp 'sport = :{port}' names it); choose another port: "
                f"{variable}={port + 10} make run"
            ) from error


def free_port(host: str = "127.0.0.1") -> int:
    """Find a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a port can be listened on now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Home:
    """The folder of one installation.

    Parameters
    ----------
    path : pathlib.Path
        ``AISPACE_HOME``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    @property
    def run(self) -> Path:
        """Folder of pid files, sockets and port numbers."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self.path / "logs"

    def check_writable(self) -> None:
        """Refuse a folder that cannot be made or written; leaves nothing behind.

        Raises
        ------
        SetupProblem
            With the folder and the reason of the operating system.
        """
        existing = self.path
        while not existing.exists() and existing != existing.parent:
            existing = existing.parent
        try:
            if not existing.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "not a folder")
            with tempfile.TemporaryFile(dir=existing):
                pass
        except OSError as error:
            raise SetupProblem(
                f"Not started: {existing} cannot be written ({error.strerror or error}). AI Space keeps its state in "
                f"{self.path}.\nDo one of: make that folder writable for uid {os.geteuid()}; choose another: "
                f"AISPACE_HOME=/path/to/folder make run"
            ) from error

    def make(self) -> None:
        """Make the folders that are missing, with the permissions they need."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o711 if separate_uids() else 0o700)
        for name in PRIVATE_FOLDERS:
            (self.path / name).mkdir(exist_ok=True)
            (self.path / name).chmod(0o700)
        for name in PASSABLE_FOLDERS:
            (self.path / name).mkdir(exist_ok=True)
            (self.path / name).chmod(0o711 if separate_uids() else 0o700)
        # Made here so that no moment exists in which users could read it; SQLite's side files copy its mode.
        database = self.path / "aispace.db"
        database.touch(0o600)
        database.chmod(0o600)

    def lock(self) -> None:
        """Take the folder for this process until it ends.

        Raises
        ------
        SetupProblem
            When another supervisor runs from it.
        """
        self.run.mkdir(parents=True, exist_ok=True)
        path = self.run / "up.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        stream = os.fdopen(descriptor, "r+")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = stream.read().strip() or "unknown"
            stream.close()
            raise SetupProblem(
                f"Not started: AI Space is running already from {self.path} (process {holder}).\n"
                f"Do one of: use it; stop it (kill {holder}); choose another folder and port: "
                f"AISPACE_HOME=/path/to/folder AISPACE_PORT=8010 AISPACE_GATEWAY_PORT=8011 make run"
            ) from error
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        self._lock = stream

    def locked_by_other(self) -> str | None:
        """Name the process that runs from this folder already; writes nothing.

        Returns
        -------
        str or None
            Its process id.
        """
        path = self.run / "up.lock"
        with contextlib.suppress(OSError), path.open() as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return stream.read().strip() or "unknown"
        return None

    def secret(self, name: str) -> str:
        """Give a secret of this installation, made at the first call.

        Parameters
        ----------
        name : str
            File name below ``secrets/``.

        Returns
        -------
        str
            64 hexadecimal digits (the hub refuses longer tokens).
        """
        path = self.path / "secrets" / name
        with contextlib.suppress(FileNotFoundError):
            text = path.read_text().strip()
            if text:
                return text
        value = secrets.token_hex(32)
        temporary = path.with_name(f".{name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(value)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        return value

    def ports(self, fixed: dict[str, int]) -> dict[str, int]:
        """Choose the ports of this run: the ones of the last run where they are still free.

        Parameters
        ----------
        fixed : dict of str to int
            Ports that the administrator chose: ``hub`` and ``gateway``.

        Returns
        -------
        dict of str to int
            By process; also written to ``run/ports.json``.
        """
        path = self.run / "ports.json"
        remembered: dict[str, int] = {}
        with contextlib.suppress(OSError, ValueError):
            remembered = {k: int(v) for k, v in json.loads(path.read_text()).items()}
        ports = dict(fixed)
        for name in PORT_NAMES:
            port = remembered.get(name, 0)
            while not port or port in ports.values() or not is_free(port):
                port = free_port()
            ports[name] = port
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(ports, indent=1))
        temporary.chmod(0o600)
        temporary.replace(path)
        return ports
