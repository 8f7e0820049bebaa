"""Control groups of a cluster: everything that it starts is in one tree, so that all of it can be ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "aispace-cluster-"
HOST = "host"
"""Group of what runs beside the pods. On version 2 a group with children can hold no process itself."""


def hierarchies() -> list[Path]:
    """Give the mount points: one on version 2, one for each controller on version 1."""
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    return [path for path in ROOT.iterdir() if path.is_dir() and not path.is_symlink() and path.name != "unified"]


def everywhere() -> list[Path]:
    """Give all mount points, also the one of version 2 beside version 1, where the runtime makes groups too."""
    beside = ROOT / "unified"
    return [*hierarchies(), *([beside] if beside.is_dir() and hierarchies() != [ROOT] else [])]


def _tracking() -> Path:
    found = hierarchies()
    for name in ("pids", "freezer", "memory"):
        if ROOT / name in found:
            return ROOT / name
    return found[0]


def make(name: str) -> None:
    """Make a group in all hierarchies, with the controllers that pods need."""
    for hierarchy in hierarchies():
        folder = hierarchy / name
        folder.mkdir(parents=True, exist_ok=True)
        if hierarchy == ROOT:
            at = hierarchy
            for part in Path(name).parts:
                controllers = (at / "cgroup.controllers").read_text().split()
                (at / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in controllers))
                at /= part
        elif hierarchy.name == "cpuset":
            at = hierarchy
            for part in Path(name).parts:
                for file in ("cpuset.cpus", "cpuset.mems"):
                    if not (at / part / file).read_text().strip():
                        (at / part / file).write_text((at / file).read_text())
                at /= part


def join(name: str) -> None:
    """Put the calling process into a group's place for what is no pod."""
    (_tracking() / name / HOST / "cgroup.procs").write_text(str(os.getpid()))


def members(name: str) -> set[int]:
    """List all processes of a tree."""
    found: set[int] = set()
    folder = _tracking() / name
    for at, _, files in os.walk(folder):
        if "cgroup.procs" in files:
            with contextlib.suppress(OSError):
                found.update(int(line) for line in (Path(at) / "cgroup.procs").read_text().split())
    return found


def destroy(name: str, seconds: float = 20) -> None:
    """Kill all processes of a tree and remove it."""
    end = time.monotonic() + seconds
    while (left := members(name)) and time.monotonic() < end:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    if left:
        raise RuntimeError(f"These processes of the cluster did not end: {sorted(left)}")
    for hierarchy in everywhere():
        for at, _, _ in os.walk(hierarchy / name, topdown=False):
            for _ in range(50):
                try:
                    os.rmdir(at)
                except FileNotFoundError:
                    pass
                except OSError:
                    # The kernel needs a moment to forget processes that were killed.
                    time.sleep(0.05)
                    continue
                break
