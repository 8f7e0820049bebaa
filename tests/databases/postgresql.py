"""A PostgreSQL server for the tests: Debian's programs, a folder of its own, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg


def programs() -> Path:
    """Find the folder of ``initdb``: Debian keeps it off the PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed. Run: apt-get install postgresql")
    return Path(found).parent


class Server:
    """A running server that listens on a Unix socket only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # the statement is computed

    def create(self, template: str = "template0") -> str:
        """Make a database; ``template`` names the one it is a copy of."""
        self._count += 1
        name = f"test_{os.getpid()}_{self._count}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it; as root it runs as the user ``postgres``, because it refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="aispace-pg-", dir="/tmp"))  # short: a socket's path may have 107 bytes
    data = folder / "data"
    user: dict[str, int] = {}
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        user = {"user": entry.pw_uid, "group": entry.pw_gid}
    bin_ = programs()
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def call(*command: str) -> None:
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, **user
        )
        if result.returncode:
            raise RuntimeError(f"{command[0]}: {result.stdout}{result.stderr}")

    try:
        call(str(bin_ / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        call(str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            call(str(bin_ / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
