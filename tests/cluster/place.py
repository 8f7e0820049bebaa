"""Where a cluster lives: its folder, its number, its addresses, and how all of it is removed again."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from . import groups

MOST = 10


def base_folder() -> Path:
    """Tell below which folder clusters live; `AISPACE_CLUSTER_DIR` names another."""
    return Path(os.environ.get("AISPACE_CLUSTER_DIR") or "/tmp/aispace-cluster")


@dataclass(frozen=True)
class Place:
    """Everything of one cluster is named after its number: folder, interfaces, addresses, control groups."""

    number: int

    @property
    def folder(self) -> Path:
        return base_folder() / str(self.number)

    @property
    def group(self) -> str:
        return f"{groups.PREFIX}{self.number}"

    @property
    def bridge(self) -> str:
        return f"aisp{self.number}"

    def namespace(self, node: int) -> str:
        return f"aisp{self.number}n{node}"

    def link(self, node: int) -> str:
        return f"aisp{self.number}v{node}"

    @property
    def host(self) -> str:
        """Address of this machine as the nodes see it."""
        return f"172.30.{self.number}.1"

    def node_address(self, node: int) -> str:
        return f"172.30.{self.number}.{node + 1}"

    @property
    def pods(self) -> str:
        return f"10.{100 + self.number}.0.0/17"

    def node_pods(self, node: int) -> str:
        return f"10.{100 + self.number}.{node}.0/24"

    @property
    def services(self) -> str:
        return f"10.{100 + self.number}.200.0/24"

    @property
    def dns(self) -> str:
        return f"10.{100 + self.number}.200.10"

    @property
    def volume(self) -> Path:
        """The folder that stands for a volume which all nodes mount."""
        return self.folder / "volume"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def ready(self) -> Path:
        """Is written when the cluster is up: what others must know of it."""
        return self.folder / "cluster.json"

    def facts(self) -> dict[str, Any] | None:
        try:
            return json.loads(self.ready.read_text())  # type: ignore[no-any-return]
        except (OSError, ValueError):
            return None


def _lock_path(number: int) -> Path:
    return base_folder() / f"{number}.lock"


def take() -> tuple[Place, IO[str]]:
    """Take a free number and clear what an earlier cluster of it has left.

    Returns
    -------
    Place
    file
        Holds the lock until it is closed, at the latest when this process ends.
    """
    base_folder().mkdir(parents=True, exist_ok=True)
    for number in range(MOST):
        lock = _try_lock(number)
        if lock is not None:
            place = Place(number)
            clear(place)
            return place, lock
    raise RuntimeError(f"{MOST} clusters run already below {base_folder()}. Take one down: make cluster-down")


def _try_lock(number: int) -> IO[str] | None:
    file = _lock_path(number).open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def running() -> Iterator[Place]:
    """Give the clusters that somebody keeps."""
    for number in range(MOST):
        if not _lock_path(number).exists():
            continue
        lock = _try_lock(number)
        if lock is None:
            yield Place(number)
        else:
            lock.close()


def clear_all_left() -> None:
    """Remove what killed clusters have left."""
    for number in range(MOST):
        if _lock_path(number).exists() and (lock := _try_lock(number)) is not None:
            clear(Place(number))
            lock.close()


def clear(place: Place) -> None:
    """Remove all that a cluster is made of, whatever of it there is: processes, network, mounts, folder."""
    groups.destroy(place.group)
    for node in range(1, 10):
        if Path(f"/run/netns/{place.namespace(node)}").exists():
            _quietly("ip", "netns", "delete", place.namespace(node))
    links = os.listdir("/sys/class/net")
    for name in links:
        if name == place.bridge or name.startswith(f"{place.bridge}v"):
            _quietly("ip", "link", "delete", name)
    for mount in reversed(_mounts_below(place.folder)):
        _quietly("umount", "--lazy", mount)
    if _mounts_below(place.folder):
        raise RuntimeError(f"Something is still mounted below {place.folder}: unmount it by hand")
    for _ in range(20):
        shutil.rmtree(place.folder, ignore_errors=True)
        if not place.folder.exists():
            return
        time.sleep(0.1)
    raise RuntimeError(f"{place.folder} could not be removed")


def _quietly(*command: str) -> None:
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _mounts_below(folder: Path) -> list[str]:
    found = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            at = line.split()[4].encode().decode("unicode_escape")
            if at == str(folder) or at.startswith(f"{folder}/"):
                found.append(at)
    return found
