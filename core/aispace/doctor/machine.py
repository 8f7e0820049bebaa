"""The machine: operating system, room, clock, processes, accelerators."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from ..engines.local import cgroup
from .examination import Check, Finding, Patient, broken, note, ok

GIB: Final = 1 << 30
LITTLE_DISK: Final = 5 * GIB
NO_DISK: Final = 1 * GIB
FEW_INODES: Final = 50_000
NO_INODES: Final = 1_000
LITTLE_MEMORY: Final = 1 * GIB
FEW_FILES: Final = 1_024
OLDEST_PYTHON: Final = (3, 11)
CLOCK_SECONDS: Final = 60.0
"""So much two clocks may differ: tokens and certificates are dated."""


def existing(path: Path) -> Path:
    """Give the path, or the nearest folder above that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def python(patient: Patient) -> Finding:
    """Look at operating system and interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if tuple(sys.version_info[:2]) < OLDEST_PYTHON:
        return broken(f"Python {version}", "AI Space needs Python 3.11 or newer: make an environment with it.")
    if sys.platform != "linux":
        return broken(
            f"Python {version} on {sys.platform}",
            "The platform runs on Linux. Use it there (also in WSL 2 or a container); its client runs here, "
            "with AISPACE_URL.",
        )
    return ok(f"Python {version} on {sys.platform}, {sys.executable}")


def disk(patient: Patient) -> Finding:
    """Look for room."""
    folder = existing(patient.home)
    usage = os.statvfs(folder)
    free = usage.f_bavail * usage.f_frsize
    found = f"{free / GIB:.1f} GiB free at {folder}"
    remedy = (
        "Free some space (unused images and versions can be deleted; 'aispace storage collect' returns their room), "
        "or set AISPACE_HOME to a folder on a larger disk."
    )
    return broken(found, remedy) if free < NO_DISK else note(found, remedy) if free < LITTLE_DISK else ok(found)


def inodes(patient: Patient) -> Finding:
    """Look for room for names of files."""
    folder = existing(patient.home)
    usage = os.statvfs(folder)
    if usage.f_files == 0:
        return ok(f"the file system at {folder} has no limit of files")
    found = f"{usage.f_favail} more files fit at {folder}"
    remedy = "Delete many small files there (df -i shows it), or set AISPACE_HOME to a folder on another file system."
    few, none = usage.f_favail < FEW_INODES, usage.f_favail < NO_INODES
    return broken(found, remedy) if none else note(found, remedy) if few else ok(found)


def memory(patient: Patient) -> Finding:
    """Look for free memory."""
    free = psutil.virtual_memory().available
    found = f"{free / GIB:.1f} GiB of memory free"
    if free < LITTLE_MEMORY:
        return note(found, "End programs that you do not need; jobs over the machine's memory are ended.")
    return ok(found)


def temporary(patient: Patient) -> Finding:
    """Try the folder of temporary files."""
    try:
        folder = Path(tempfile.gettempdir())
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        return broken(f"no temporary file can be made ({error})", "Make /tmp writable (mode 1777), or set TMPDIR.")
    return ok(f"{folder} can be written")


def open_files(patient: Patient) -> Finding:
    """Look at the limit of open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        return note(
            f"a process may have {soft} files open", f"Raise the limit: ulimit -n {FEW_FILES} before the start."
        )
    return ok(f"a process may have {'any number of' if soft == resource.RLIM_INFINITY else soft} files open")


def engine(patient: Patient) -> Finding:
    """Start a process the way jobs are started, and hear from it."""
    remedy = "Jobs cannot be started like this. Repair this Python environment (pip install --force-reinstall aispace)."
    name = f"\0aispace-doctor-{os.getpid()}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(name)
            listener.settimeout(20)
            code = (
                "import socket, aispace_runtime; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
                f"s.sendto(b'here', {name!r})"
            )
            subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=20,
                start_new_session=True, cwd="/",
            )  # fmt: skip
            listener.recv(16)
    except subprocess.CalledProcessError as error:
        return broken(f"a process failed: {error.stderr.strip().splitlines()[-1][:300]}", remedy)
    except (OSError, subprocess.SubprocessError) as error:
        return broken(f"no process can be started: {error}", remedy)
    if not os.access(f"/proc/{os.getpid()}/stat", os.R_OK):
        return broken("/proc cannot be read", "Mount it: the engine finds its processes there.")
    return ok(f"processes run; {len(os.sched_getaffinity(0))} cores")


def limits(patient: Patient) -> Finding:
    """Look whether the kernel can keep jobs within their memory."""
    groups = cgroup.find(f"aispace-doctor-{os.getpid()}")
    if groups is not None:
        with contextlib.suppress(OSError):
            groups.folder.rmdir()
    if groups is not None and groups.memory:
        return ok("control groups limit memory")
    return note(
        "no control groups that limit memory: a watcher ends jobs over their limit, a moment later",
        "Start it where control groups (version 2) may be made: as root, or in a systemd unit with Delegate=yes.",
    )


def accelerators(patient: Patient) -> Finding:
    """Look for cards, and whether their tool answers."""
    tool = shutil.which("nvidia-smi")
    cards = [path.name for path in Path("/dev").glob("nvidia[0-9]*")]
    if tool is None:
        if cards:
            return note(
                f"{', '.join(cards)} without nvidia-smi: cards are not handed out",
                "Install the driver's tools so that nvidia-smi is on the PATH, or declare the cards: "
                "c.LocalEngine.accelerators in the configuration file.",
            )
        return ok("no accelerator; jobs use the processor")
    try:
        answer = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stdout", "") or getattr(error, "stderr", "") or str(error)).strip()
        return broken(
            f"{tool} fails: {said[:200]}",
            "Repair the driver (kernel module and tools of one version; often a restart after an update is missing).",
        )
    lines = [line for line in answer.splitlines() if line.strip()]
    return ok(
        f"{len(lines)} card{'' if len(lines) == 1 else 's'}: {lines[0].partition('(')[0]}" if lines else "no card"
    )


def clock(patient: Patient) -> Finding:
    """Compare the clock with everybody that told the time, and with the file system."""
    remedy = "Set the clock (timedatectl set-ntp true): tokens, bills and certificates go by it."
    built = Path(__file__).stat().st_mtime - time.time()
    if built > 86_400:
        return broken("the clock is behind the day on which this program was installed", remedy)
    folder = existing(patient.home)
    if patient.size != "elsewhere" and os.access(folder, os.W_OK):
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".aispace-doctor-") as file:
            patient.clocks.append((f"the file system of {folder}", time.time() - os.stat(file.name).st_mtime))
    worst = max(patient.clocks, key=lambda told: abs(told[1]), default=("nobody", 0.0))
    if abs(worst[1]) > CLOCK_SECONDS:
        return broken(f"the clock differs by {worst[1]:+.0f} s from that of {worst[0]}", remedy)
    return ok(f"agrees with {len(patient.clocks)} other" + ("" if len(patient.clocks) == 1 else "s"))


CHECKS: list[tuple[str, Check]] = [
    ("python", python),
    ("disk", disk),
    ("inodes", inodes),
    ("memory", memory),
    ("temporary", temporary),
    ("open-files", open_files),
    ("engine", engine),
    ("limits", limits),
    ("accelerators", accelerators),
]
