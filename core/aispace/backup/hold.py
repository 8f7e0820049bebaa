"""Who may take bytes away, and when not: a backup keeps the blobs that it has not copied yet."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import Conflict


def _open(home: Path) -> int:
    path = home / "run" / "backup.lock"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def keeping(home: Path) -> Iterator[None]:
    """Keep every blob of an installation where it is; waits for a collection that is going on.

    The lock belongs to the process: one that is killed holds nothing up.
    """
    descriptor = _open(home)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def removing(home: Path) -> Iterator[None]:
    """Let no backup begin while blobs are removed.

    Raises
    ------
    Conflict
        A backup is being taken.
    """
    descriptor = _open(home)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "backup_running", "Nothing was removed. A backup is being taken. Try again when it is done."
            ) from None
        yield
    finally:
        os.close(descriptor)
