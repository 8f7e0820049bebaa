"""Trees: versions laid out as read-only folders for what runs.

A tree is a cache: it is built when it is needed, kept, and removed when nobody used it for a while.

Its files are hard links to blobs only where the reader runs under another uid than the platform: then the kernel keeps
him from changing the bytes (the inode is the platform's, mode 0444), and nothing is copied. A reader with the
platform's own uid could change a blob through a link, so he gets clones (``FICLONE``, where the file system has them)
or copies. Each uid has a folder of its own, which no other user can enter.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from traitlets import Enum, Int
from traitlets.config import LoggingConfigurable

from .blobs import CHUNK, room, sync_filesystem
from .manifests import iterate

if TYPE_CHECKING:
    from ..platform import Platform

FICLONE: Final = 0x40049409
KEY: Final = re.compile(r"^[A-Za-z0-9_-]{1,120}$")
UNLINKABLE: Final = (errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP)


class TreeBuilder:
    """Fills a new tree."""

    def __init__(self, store: TreeStore, root: Path, *, link: bool) -> None:
        self.store, self.root, self.link = store, root, link
        self._folders: set[str] = set()

    def _target(self, path: str) -> Path:
        parent = path.rpartition("/")[0]
        if parent not in self._folders:
            (self.root / parent).mkdir(parents=True, exist_ok=True)
            self._folders.add(parent)
        return self.root / path

    def file(self, path: str, sha256: str) -> None:
        """Put a blob at a path (as `aispace.storage.paths.safe_path` spells it)."""
        source, target = self.store.blobs.path(sha256), self._target(path)
        with room():
            if self.link:
                try:
                    os.link(source, target)
                    return
                except OSError as error:
                    if error.errno not in UNLINKABLE:
                        raise
            _clone(source, target)

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file that is no blob."""
        target = self._target(path)
        with room(), target.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        target.chmod(0o444)


def _clone(source: Path, target: Path) -> None:
    with source.open("rb") as one, target.open("xb") as other:
        if not _reflink(one, other):
            while chunk := one.read(CHUNK):
                other.write(chunk)
    target.chmod(0o444)


def _reflink(source: BinaryIO, target: BinaryIO) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target.fileno(), FICLONE, source.fileno())
    except OSError:
        return False
    return True


class TreeStore(LoggingConfigurable):
    """Trees below ``<home>/trees/<uid>/<key>``."""

    link = Enum(
        ["auto", "always", "never"],
        "auto",
        help="Hard links to blobs: 'auto' where the reader has another uid than the platform, 'always' (also where he "
        "could change the blobs: only if you trust him), 'never'. Default 'auto'. Example: 'never'.",
    ).tag(config=True)
    keep_hours = Int(72, help="Hours that an unused tree is kept. Default 72. Example: 24.").tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.blobs = platform.blobs
        self.root = platform.path / "trees"
        self.in_use: list[Callable[[], Iterable[str]]] = []
        """Each gives paths of trees (or paths inside them) that run time needs now."""
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}

    def materialise(self, key: str, uid: int | None, build: Callable[[TreeBuilder], None]) -> Path:
        """Give the tree of a key, built at first use.

        Parameters
        ----------
        key : str
            Names bytes that never change, for instance the id of a version.
        uid : int or None
            Who will read it; ``None`` for the platform's own uid.
        build : callable
            Fills the tree.

        Returns
        -------
        pathlib.Path
            A folder in which everything is read-only.
        """
        if not KEY.match(key):
            raise ValueError(f"not a key of a tree: {key!r}")
        folder = self._folder(uid)
        target = folder / key
        with self._lock:
            lock = self._building.setdefault(str(target), threading.Lock())
        with lock:
            if target.exists():
                os.utime(target)
                return target
            temporary = folder / f".{secrets.token_hex(8)}"
            temporary.mkdir(mode=0o755)
            try:
                build(TreeBuilder(self, temporary, link=self._may_link(uid)))
                for path, _, _ in os.walk(temporary):
                    os.chmod(path, 0o555)  # noqa: S103 - read-only is the point
                with room():
                    sync_filesystem(temporary)
                temporary.rename(target)
            except BaseException:
                remove_tree(temporary)
                raise
        return target

    def materialise_manifest(self, key: str, manifest: str, uid: int | None) -> Path:
        """Give the tree of a whole manifest."""

        def build(tree: TreeBuilder) -> None:
            for entry in iterate(self.blobs, manifest):
                tree.file(entry.path, entry.sha256)

        return self.materialise(key, uid, build)

    def _may_link(self, uid: int | None) -> bool:
        if self.link != "auto":
            return bool(self.link == "always")
        return uid is not None and uid != os.geteuid()

    def _folder(self, uid: int | None) -> Path:
        folder = self.root / ("own" if uid is None else str(uid))
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            return folder
        if uid is not None and os.geteuid() == 0:
            os.chown(folder, 0, uid)
            folder.chmod(0o750)
        return folder

    def clear_temporary(self) -> None:
        """Remove what killed processes left behind; only at the start."""
        for path in self.root.glob("*/.*"):
            remove_tree(path)

    def collect(self) -> int:
        """Remove trees that nobody used for `keep_hours`; give their number."""
        used = [path for holder in self.in_use for path in holder()]
        before, removed = time.time() - self.keep_hours * 3600, 0
        for path in self.root.glob("*/[!.]*"):
            if path.stat().st_mtime < before and not any(u == str(path) or u.startswith(f"{path}/") for u in used):
                remove_tree(path)
                removed += 1
        return removed


def remove_tree(path: Path) -> None:
    """Remove a read-only tree; its files may be links to blobs, whose mode must stay."""
    for folder, _, _ in os.walk(path):
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o755)  # noqa: S103
    shutil.rmtree(path, ignore_errors=True)
