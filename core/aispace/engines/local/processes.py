"""Processes of this machine, read from ``/proc`` (proc(5)): identity, trees, memory, time."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
KILL_SECONDS = 30.0
"""So long a killed process is awaited; one that hangs in the kernel would stay for ever."""


def boot_id() -> str:
    """Name the present boot: process ids mean nothing in another."""
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


def _stat(pid: int) -> list[bytes] | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            data = file.read()
    except OSError:
        return None
    # The name in brackets may contain anything; what follows the last bracket is fields 3 and on.
    return data[data.rfind(b")") + 2 :].split()


def start_time(pid: int) -> int | None:
    """Tell when a process started, in clock ticks since boot; None when there is no such process, or a dead one."""
    fields = _stat(pid)
    if fields is None or fields[0] in (b"Z", b"X"):
        return None
    return int(fields[19])


def is_same(pid: int, started: int) -> bool:
    """Tell whether a process still is the one that started then (process ids are used again)."""
    return start_time(pid) == started


def send(pid: int, started: int, number: int) -> bool:
    """Send a signal to a process if it is still the same; nobody else can get it.

    Returns
    -------
    bool
        Whether it was sent.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if not is_same(pid, started):
            return False
        signal.pidfd_send_signal(descriptor, number)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def children(pid: int) -> Iterator[int]:
    """List the children of a process."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for task in tasks:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
            yield from map(int, file.read().split())


def descendants(pid: int) -> list[int]:
    """List all that come from a process, without itself."""
    found: list[int] = []
    queue = [pid]
    while queue:
        for child in children(queue.pop()):
            if child not in found:
                found.append(child)
                queue.append(child)
    return found


def resident(pids: Iterable[int]) -> int:
    """Add up the resident memory of processes in bytes; shared pages count each time."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/statm", "rb") as file:
            total += int(file.read().split()[1]) * PAGE
    return total


def proportional(pids: Iterable[int]) -> int:
    """Add up the proportional set size of processes in bytes: shared pages count once."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
                for line in file:
                    if line.startswith(b"Pss:"):
                        total += int(line.split()[1]) * 1024
                        break
        except OSError:
            total += resident([pid])
    return total


def cpu_seconds(pids: Iterable[int]) -> float:
    """Add up the processor time of processes and of their children that have ended."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        if fields is not None:
            total += sum(map(int, fields[11:15]))
    return total / TICKS


def kill_marked(marker: bytes, session: int | None, since: int) -> int:
    """Kill processes of a lost attempt.

    Parameters
    ----------
    marker : bytes
        ``NAME=value`` that all of them have in their environment.
    session : int, optional
        Session of its main process: those that changed their environment are found by it.
    since : int
        Start time of the supervisor; what is older is somebody else's.

    Returns
    -------
    int
        How many were killed.
    """
    killed: set[int] = set()
    deadline = time.monotonic() + KILL_SECONDS
    while found := [pid for pid in _all() if _belongs(pid, marker, session, since)]:
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        if time.monotonic() > deadline:
            break
        # A killed process is gone when it has run once more, which takes a moment on a busy machine; most are nobody's
        # children here, and they may have started others meanwhile: so all are looked for again.
        time.sleep(0.005)
    return len(killed)


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _belongs(pid: int, marker: bytes, session: int | None, since: int) -> bool:
    fields = _stat(pid)
    if fields is None or fields[0] in (b"Z", b"X") or int(fields[19]) < since or pid == os.getpid():
        return False
    if session is not None and int(fields[3]) == session:
        return True
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return marker in file.read().split(b"\0")
    except OSError:
        return False
