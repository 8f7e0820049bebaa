"""The folder of the state, the database, and the processes of an installation."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import Any, Final

import alembic.script
import requests
from sqlalchemy.exc import SQLAlchemyError

from .._version import __version__
from ..client.unix import HOST, SocketAdapter
from ..db import Database
from ..errors import AISpaceError
from ..laptop import socket_path
from ..users.uids import separate_uids
from .examination import Check, Finding, Patient, broken, note, ok
from .machine import existing

NETWORK: Final = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph", "glusterfs", "fuse.glusterfs")
"""File systems on which locks and the memory that SQLite shares are not to be relied on."""
PRIVATE: Final = ("secrets", "run", "logs")
WHOLE_BYTES: Final = 256 << 20
"""A database up to this size is read through."""
WORKLOAD_PORTS: Final = range(20_000, 30_000, 500)


def folder(patient: Patient) -> Finding:
    """Look at the folder: whose it is, whether it can be written and locked, what others may."""
    home = patient.home
    place = existing(home)
    move = "or set AISPACE_HOME to another folder."
    if not place.is_dir():
        return broken(f"{place} is not a folder", f"Remove it, {move}")
    if not os.access(place, os.W_OK | os.X_OK):
        return broken(f"{place} cannot be written by uid {os.geteuid()}", f"Make it yours (chown, chmod u+rwx), {move}")
    kind = _file_system(place)
    with tempfile.NamedTemporaryFile(dir=place, prefix=".aispace-doctor-") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return broken(f"{place} ({kind}) does not take locks ({error.strerror})", f"Use a local disk: {move}")
    if not home.exists():
        return ok(f"{home} is made at the first start")
    owner = home.stat().st_uid
    if owner != os.geteuid():
        return broken(f"{home} belongs to uid {owner}, you are {os.geteuid()}", f"Start it as its owner, {move}")
    for name in PRIVATE:
        path = home / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077 and _passable(home):
            return broken(f"others may enter {path}", f"chmod 700 {path}")
    if kind in NETWORK and patient.database.startswith("sqlite"):
        return note(
            f"{home} lies on a network file system ({kind})", f"SQLite wants a local disk: move it there, {move}"
        )
    return ok(f"{home} ({kind})")


def _passable(home: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in [home, *home.parents])


def _file_system(path: Path) -> str:
    best, kind = "", "unknown"
    try:
        with open("/proc/self/mounts") as mounts:
            for line in mounts:
                mounted, name = line.split()[1:3]
                inside = mounted == "/" or os.fspath(path) == mounted or os.fspath(path).startswith(f"{mounted}/")
                if inside and len(mounted) >= len(best):
                    best, kind = mounted, name
    except OSError:
        return kind
    return kind


def socket_folder(patient: Patient) -> Finding | None:
    """Look at the folder of the laptop's socket, where that is not in the home."""
    if patient.size != "laptop":
        return None
    path = socket_path(patient.home)
    if path.parent == patient.home / "run":
        return ok(f"{path}")
    if path.parent.exists() or path.parent.is_symlink():
        found = path.parent.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            return broken(
                f"{path.parent} is not yours",
                "Somebody else made it. Set AISPACE_HOME to a folder with a shorter path, or have it removed.",
            )
    return ok(f"{path} (the path of the home is too long for one)")


def database(patient: Patient) -> Finding:
    """Look at the revision of the database, and whether a small one is whole."""
    base = Database(patient.database)
    where = base.url.render_as_string(hide_password=True)
    try:
        if base.is_sqlite and not (base.url.database and Path(base.url.database).exists()):
            return ok("none yet; the first start makes it")
        current, head = base.current(), base.head()
        if base.is_sqlite and Path(str(base.url.database)).stat().st_size <= WHOLE_BYTES:
            with base.engine.execution_options(aispace_write=False).connect() as connection:
                said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if said != "ok":
                return broken(f"{where} is damaged: {said}", "Restore a backup (aispace restore).")
        if current == head:
            return ok(f"revision {current} of {head}")
        scripts = alembic.script.ScriptDirectory.from_config(base.alembic_config())
        if current is not None and current not in {one.revision for one in scripts.walk_revisions()}:
            return broken(
                f"revision {current} is of a newer version than {__version__}",
                "Start the newer version that made it, or restore a backup.",
            )
        if patient.size == "laptop" or current is None:
            return ok(f"revision {current}; the next start copies it and upgrades it to {head}")
        return broken(f"revision {current}, this version needs {head}", "aispace db upgrade (a copy of it is kept)")
    except (SQLAlchemyError, OSError) as error:
        said = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return broken(
            f"{where} cannot be opened: {said}",
            "Check its address (AISPACE_DATABASE_URL), that it runs, and who may read it; a damaged file is replaced "
            "by a backup (aispace restore).",
        )
    finally:
        base.close()


def uids(patient: Patient) -> Finding | None:
    """Say whether users share an operating-system user."""
    if patient.size != "team":
        return ok("one user: you")
    if separate_uids():
        return ok("each user's processes run under a uid of his own")
    return note(
        f"all users share uid {os.geteuid()}: they must trust each other",
        "Start AI Space as root (without AISPACE_SHARED_UID): each user then gets a uid of his own.",
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(patient: Patient, name: str, default: int) -> int:
    text = patient.environment.get(name) or str(default)
    return int(text) if text.isdigit() and 0 < int(text) < 65536 else 0


def ports(patient: Patient) -> Finding:
    """Look whether the ports can be had."""
    if not any(_is_free(port) for port in WORKLOAD_PORTS):
        return broken(
            "none of the ports 20000 to 29999 tried can be listened on",
            "Free them, or choose others: c.LocalEngine.first_port and last_port in the configuration file.",
        )
    gateway = _number(patient, "AISPACE_GATEWAY_PORT", 8001)
    wanted = {"AISPACE_GATEWAY_PORT": gateway}
    if patient.size == "team":
        wanted["AISPACE_PORT"] = _number(patient, "AISPACE_PORT", 8000)
    for name, port in wanted.items():
        if not port:
            return broken(f"{name}={patient.environment.get(name)!r} is no port", "Give a number from 1 to 65535.")
    if _running(patient):
        return ok("in use by this installation")
    taken = [(name, port) for name, port in wanted.items() if not _is_free(port)]
    if not taken:
        return ok(", ".join(f"{port}" for port in wanted.values()) + " and those of jobs can be had")
    name, port = taken[0]
    if patient.size == "laptop":
        return note(f"{port} is taken: the gateway takes another", f"Set {name} to choose one.")
    return broken(
        f"port {port} is taken by another program",
        f"End it (ss -ltnp 'sport = :{port}' names it), or choose another: {name}={port + 10}",
    )


def _running(patient: Patient) -> dict[str, Any]:
    """Give what the running `aispace serve` wrote about itself; empty where none runs."""
    return patient.laptop.listening()


def serve(patient: Patient) -> Finding | None:
    """Ask the platform."""
    if patient.size == "elsewhere":
        return None
    log = patient.home / "logs" / "serve.log"
    found = _running(patient)
    if not found:
        if patient.size == "laptop":
            return ok("not running; it is started when somebody needs it")
        return broken("not running", "aispace up (or make run)")
    if found.get("version") != __version__:
        return broken(
            f"version {found.get('version')} runs, this program is of {__version__}",
            "aispace laptop stop (jobs go on); the next request starts this version"
            if patient.size == "laptop"
            else "Stop 'aispace up' and start it from this environment.",
        )
    session = requests.Session()
    if "socket" in found:
        session.mount(f"http://{HOST}/", SocketAdapter(found["socket"]))
    address = f"http://{HOST}/readyz" if "socket" in found else f"http://127.0.0.1:{found['port']}/readyz"
    try:
        with session, session.get(address, timeout=10) as response:
            status = response.status_code
    except requests.RequestException as error:
        return broken(
            f"process {found['pid']} does not answer ({type(error).__name__})",
            f"Read {log}; end it: kill {found['pid']}",
        )
    if status != 200:
        return broken(f"it answers {status}: the database does not answer it", f"Read {log}.")
    return ok(f"{__version__} answers, process {found['pid']}")


def gateway(patient: Patient) -> Finding | None:
    """Ask the gateway."""
    if patient.size == "elsewhere":
        return None
    if not _running(patient):
        return ok("it runs when the platform runs")
    name, key = ("gateway.json", "port") if patient.size == "laptop" else ("ports.json", "gateway")
    port = _read(patient.home / "run" / name).get(key)
    log = patient.home / "logs" / "gateway.log"
    if not port:
        return broken("nobody says where it listens", f"Read {log}.")
    try:
        with requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            status = response.status_code
    except requests.RequestException as error:
        return broken(
            f"port {port} does not answer ({type(error).__name__}): services cannot be called", f"Read {log}."
        )
    return ok(f"port {port} answers") if status < 500 else broken(f"port {port} answers {status}", f"Read {log}.")


def hub(patient: Patient) -> Finding | None:
    """Ask the hub."""
    if patient.size == "team":
        port = _read(patient.home / "run" / "ports.json").get("hub", 8000)
        address, remedy = f"http://127.0.0.1:{port}/hub/health", f"Read {patient.home / 'logs' / 'hub.log'}."
    elif patient.environment.get("JUPYTERHUB_API_URL"):
        address, remedy = patient.environment["JUPYTERHUB_API_URL"], "Tell the administrator of the hub."
    else:
        return None
    try:
        with patient.get("the hub", address) as response:
            status = response.status_code
    except requests.RequestException as error:
        return broken(f"{address} does not answer ({type(error).__name__})", remedy)
    return ok(f"{address} answers") if status < 400 else broken(f"{address} answers {status}", remedy)


def platform(patient: Patient) -> Finding | None:
    """Ask the platform elsewhere, first whether it is one, then whether it knows us."""
    if patient.size != "elsewhere" or patient.url is None:
        return None
    from ..client import AISpaceClient

    with AISpaceClient(patient.url, patient.token) as client:
        try:
            version = client.about.version()
            me = client.about.me()
        except AISpaceError as error:
            if error.status == 401:
                remedy = "Make a token on the hub's page Token and set AISPACE_TOKEN."
                return broken(f"{patient.url} does not know the token", remedy)
            return broken(
                f"{patient.url}: {error.message}", "Check AISPACE_URL; ask its administrator whether it runs."
            )
    found = f"{patient.url}: {version.version}, {version.size} size, you are {me.name} ({me.role})"
    if version.version != __version__:
        return note(found, f"Programs here are of version {__version__}: pip install 'aispace=={version.version}'")
    return ok(found)


CHECKS: list[tuple[str, Check]] = [
    ("folder", folder),
    ("socket", socket_folder),
    ("database", database),
    ("uids", uids),
    ("ports", ports),
]
REACHED: list[tuple[str, Check]] = [("serve", serve), ("gateway", gateway), ("hub", hub), ("platform", platform)]
