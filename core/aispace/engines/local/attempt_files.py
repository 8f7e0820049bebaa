"""The files of an attempt, written by its supervisor and read by the platform.

``state.json`` is made once, by ``link`` (whoever makes it owns the attempt), and replaced by ``rename`` after;
``exit.json`` is made by ``rename`` when the attempt has ended. Both count only when they belong to the platform's user:
the folder is the workload's too, and it could put files of that name there.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

STATE = "state.json"
EXIT = "exit.json"
STOP = "stop.json"
LOG = "log"
METRICS = "metrics.jsonl"
USAGE = "usage.jsonl"
SPEC = "spec.json"
TEMPORARY = "tmp"
"""Home and temporary folder of the workload's processes, deleted at the end."""


def read_json(path: str | Path) -> dict[str, Any] | None:
    """Read a file of ours; None when it is not there, not whole, or not ours."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
            return None
        try:
            value = json.load(file)
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def _temporary(path: str, value: dict[str, Any]) -> str:
    temporary = f"{path}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        os.write(descriptor, json.dumps(value).encode())
    finally:
        os.close(descriptor)
    return temporary


def write_json(path: str, value: dict[str, Any]) -> None:
    """Put a whole file in the place of the old one."""
    os.rename(_temporary(path, value), path)


def claim(path: str, value: dict[str, Any]) -> bool:
    """Make a file unless it is there; tell whether it was made. Two at once never both succeed."""
    temporary = _temporary(path, value)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    return True
