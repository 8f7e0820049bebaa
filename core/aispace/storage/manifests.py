r"""Manifests: the sorted list of the files of a version, itself a blob.

One line a file, ``<path> <size> <sha256>\n``, UTF-8, sorted by the bytes of the path, each path once. So equal trees
have equal manifests, and a path is found by halving the file without reading it.
"""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from .blobs import BlobStore

TAIL: Final = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a version."""

    path: str
    size: int
    sha256: str

    def line(self) -> bytes:
        """Write the line of the manifest."""
        return f"{self.path} {self.size} {self.sha256}\n".encode()


@dataclass(frozen=True)
class Manifest:
    """A stored manifest and its sums."""

    sha256: str
    count: int
    size: int
    """Sum of the sizes of all files, in bytes."""


def parse(line: bytes) -> Entry:
    """Read a line of a manifest.

    Raises
    ------
    ValueError
        The line is not of the form.
    """
    path, size, sha256 = line.rstrip(b"\n").rsplit(b" ", 2)
    if len(sha256) != TAIL:
        raise ValueError("not a line of a manifest")
    return Entry(path.decode(), int(size), sha256.decode())


def line_path(line: bytes) -> bytes:
    """Give the path of a line of a manifest, as bytes."""
    return line.rsplit(b" ", 2)[0]


def write_manifest(blobs: BlobStore, entries: Iterable[Entry]) -> Manifest:
    """Store the manifest of some files.

    Parameters
    ----------
    entries : iterable of Entry
        In any order, each path once. For millions of files that are sorted already, write the lines yourself.

    Raises
    ------
    ValueError
        A path occurs twice, or is a file in one place and a folder in another.
    """
    ordered = sorted(entries, key=lambda e: e.path.encode())
    size, files = 0, {e.path for e in ordered}
    with blobs.writer() as writer:
        previous: str | None = None
        for entry in ordered:
            if entry.path == previous:
                raise ValueError(f"the path {entry.path!r} occurs twice")
            parent = entry.path.rpartition("/")[0]
            while parent:
                if parent in files:
                    raise ValueError(f"the path {parent!r} is a file and a folder")
                parent = parent.rpartition("/")[0]
            previous = entry.path
            size += entry.size
            writer.write(entry.line())
        return Manifest(writer.commit().sha256, len(ordered), size)


def iterate(blobs: BlobStore, sha256: str, *, start: int = 0) -> Iterator[Entry]:
    """Read a manifest, one file after the other, from a byte offset."""
    with blobs.open(sha256) as file:
        file.seek(start)
        for line in file:
            yield parse(line)


@contextlib.contextmanager
def mapped(blobs: BlobStore, sha256: str) -> Iterator[mmap.mmap | bytes]:
    """Map a blob into memory; empty bytes for an empty one."""
    with blobs.open(sha256) as file:
        try:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            yield b""
            return
        with view:
            yield view


def seek(view: mmap.mmap | bytes, path: bytes, *, low: int = 0) -> int:
    """Find the offset of the first line whose path is not less than ``path``, from ``low`` on, by halving.

    Parameters
    ----------
    view : mmap or bytes
        Sorted lines of a manifest; ``low`` is the beginning of a line.
    """
    high = len(view)
    while low < high:
        middle = view.rfind(b"\n", low, (low + high) // 2) + 1
        if middle <= 0:
            middle = low
        end = view.find(b"\n", middle)
        if line_path(view[middle:end]) < path:
            low = end + 1
        else:
            high = middle
    return low


def find(blobs: BlobStore, sha256: str, path: str) -> Entry | None:
    """Find one file of a manifest."""
    key = path.encode()
    with mapped(blobs, sha256) as view:
        offset = seek(view, key)
        if offset >= len(view):
            return None
        entry = parse(view[offset : view.find(b"\n", offset)])
    return entry if entry.path == path else None
