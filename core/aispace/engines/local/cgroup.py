"""Control groups, version 2, where this process may make them: exact limits, and a kill that nothing escapes.

Source: https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CGroups:
    """Where groups of attempts can be made.

    Parameters
    ----------
    folder : pathlib.Path
        Parent of the groups.
    memory : bool
        Whether the memory controller is there.
    cpu : bool
        Whether the CPU controller is there.
    """

    folder: Path
    memory: bool
    cpu: bool


def find(name: str) -> CGroups | None:
    """Make the parent group.

    Parameters
    ----------
    name : str
        Name of the parent group, for instance ``"aispace-0a1b2c3d"``.

    Returns
    -------
    CGroups or None
        None where groups cannot be made; a group without controllers still serves to kill.
    """
    mount = _mount()
    if mount is None:
        return None
    for base in (mount, mount / _own().lstrip("/")):
        folder = base / name
        try:
            folder.mkdir(exist_ok=True)
        except OSError:
            continue
        for controller in ("memory", "cpu"):
            for parent in (base, folder):
                with contextlib.suppress(OSError):
                    (parent / "cgroup.subtree_control").write_text(f"+{controller}")
        try:
            probe = folder / "probe"
            probe.mkdir(exist_ok=True)
            if not (probe / "cgroup.kill").exists():
                probe.rmdir()
                continue
            found = CGroups(folder, (probe / "memory.max").exists(), (probe / "cpu.max").exists())
            probe.rmdir()
        except OSError:
            continue
        return found
    return None


def _mount() -> Path | None:
    with contextlib.suppress(OSError), open("/proc/self/mounts") as file:
        for line in file:
            fields = line.split()
            if len(fields) > 2 and fields[2] == "cgroup2":
                return Path(fields[1])
    return None


def _own() -> str:
    with contextlib.suppress(OSError), open("/proc/self/cgroup") as file:
        for line in file:
            if line.startswith("0::"):
                return line[3:].strip()
    return "/"


def make(folder: str, memory_bytes: int, cpu: float) -> None:
    """Make a group; limits that its controllers do not have are left out."""
    os.mkdir(folder)
    if memory_bytes:
        for name, value in (("memory.max", str(memory_bytes)), ("memory.swap.max", "0"), ("memory.oom.group", "1")):
            _write(f"{folder}/{name}", value)
    if cpu:
        _write(f"{folder}/cpu.weight", str(min(max(int(cpu * 100), 1), 10_000)))


def _write(path: str, value: str) -> None:
    with contextlib.suppress(OSError), open(path, "w") as file:
        file.write(value)


def enter(folder: str) -> None:
    """Move this process into a group."""
    with open(f"{folder}/cgroup.procs", "w") as file:
        file.write("0")


def members(folder: str) -> list[int]:
    """List the processes of a group."""
    with contextlib.suppress(OSError), open(f"{folder}/cgroup.procs") as file:
        return [int(line) for line in file]
    return []


def memory(folder: str) -> int | None:
    """Tell the memory that a group uses, without file cache that could be dropped; None without the controller."""
    try:
        with open(f"{folder}/memory.current") as file:
            used = int(file.read())
        with open(f"{folder}/memory.stat") as file:
            for line in file:
                if line.startswith("inactive_file "):
                    used -= int(line.split()[1])
                    break
    except (OSError, ValueError):
        return None
    return max(used, 0)


def out_of_memory(folder: str) -> bool:
    """Tell whether the kernel killed in this group because of its limit."""
    with contextlib.suppress(OSError), open(f"{folder}/memory.events") as file:
        return any(line.startswith(("oom_kill ", "oom_group_kill ")) and int(line.split()[1]) for line in file)
    return False


def kill(folder: str) -> None:
    """Kill every process of a group at once."""
    _write(f"{folder}/cgroup.kill", "1")


def remove(folder: str, wait_seconds: float = 2.0) -> None:
    """Remove an empty group; dying processes leave it a moment after they were killed."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            os.rmdir(folder)
            return
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)  # the kernel gives no sign
