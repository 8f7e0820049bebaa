"""The annotations of a version: a blob of lines sorted by path, and how two such blobs are told apart.

Line: the path, a tab, and compact JSON: ``n`` number of the sample, ``x`` first 16 digits of its SHA-256, ``t`` media
type, ``w``, ``h`` pixels, ``s`` state, ``p`` split, ``d`` hard, ``o`` objects, ``b`` who annotated, ``a`` when
(milliseconds of Unix time), ``r`` the last review (`Sample.review`), ``c`` the sample itself where it is a row of a
table or a short text. The manifest of the same version has the same paths in the same order.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from ..storage.manifests import Entry
from .orm import Sample

View = mmap.mmap | bytes
RECORDED: Final = (
    "path", "number", "sha256", "size", "media_type", "width", "height",
    "content", "state", "split", "hard", "objects", "by", "at", "review",
)  # fmt: skip
"""What a version keeps of a sample."""
Recordable = Sample | Any
"""A sample, or a row with the columns `RECORDED`."""
BLOCK: Final = 1 << 16
ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def write_record(sample: Recordable) -> bytes:
    """Write the line of a sample."""
    record: dict[str, Any] = {"n": sample.number, "x": sample.sha256[:16], "t": sample.media_type, "s": sample.state}
    if sample.width is not None:
        record["w"], record["h"] = sample.width, sample.height
    if sample.content is not None:
        record["c"] = sample.content
    if sample.split:
        record["p"] = sample.split
    if sample.hard:
        record["d"] = 1
    if sample.objects:
        record["o"] = sample.objects
    if sample.by is not None:
        record["b"] = sample.by
    if sample.at is not None:
        record["a"] = round(sample.at.timestamp() * 1000)
    if sample.review:
        record["r"] = {key: sample.review[key] for key in ("verdict", "reason", "by", "at")}
    return f"{sample.path}\t{ENCODE(record)}\n".encode()


def entry_of(sample: Recordable) -> Entry:
    """Give the entry of a sample in the manifest."""
    return Entry(sample.path, sample.size, sample.sha256)


def read_record(line: bytes) -> tuple[str, dict[str, Any]]:
    """Read a line: path and record."""
    path, _, text = line.partition(b"\t")
    return path.decode(), json.loads(text)


def record_path(line: bytes) -> bytes:
    """Give the path of a line, as bytes."""
    return line.partition(b"\t")[0]


def moment(record: dict[str, Any]) -> datetime | None:
    """Give when the sample was annotated."""
    at = record.get("a")
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)


def line_at(view: View, offset: int) -> bytes:
    """Give the line that begins at an offset, without its end."""
    return bytes(view[offset : view.find(b"\n", offset)])


def seek_record(view: View, path: bytes, low: int = 0) -> int:
    """Find the offset of the first line whose path is not less than ``path``, from ``low`` on, by halving."""
    high = len(view)
    while low < high:
        middle = view.rfind(b"\n", low, (low + high) // 2) + 1
        if middle <= 0:
            middle = low
        tab = view.find(b"\t", middle)
        if view[middle:tab] < path:
            low = view.find(b"\n", tab) + 1
        else:
            high = middle
    return low


def differences(
    before: View, after: View, i: int = 0, j: int = 0
) -> Iterator[tuple[bytes | None, bytes | None, int, int]]:
    """Give the lines in which two sorted blobs differ.

    Parameters
    ----------
    i, j : int
        Offsets to begin at, as an earlier call gave them.

    Yields
    ------
    before, after : bytes or None
        The lines of one path; ``None`` where one side has none.
    i, j : int
        Offsets behind them.
    """
    n, m = len(before), len(after)
    while i < n or j < m:
        while i < n and j < m:
            one, other = before[i : i + BLOCK], after[j : j + BLOCK]
            if one == other:
                end = one.rfind(b"\n") + 1
                i, j = i + end, j + end
                if end == 0:
                    break
                continue
            break
        if i >= n and j >= m:
            return
        a = line_at(before, i) if i < n else None
        b = line_at(after, j) if j < m else None
        if a is not None and b is not None:
            if a == b:
                i, j = i + len(a) + 1, j + len(b) + 1
                continue
            p, q = record_path(a), record_path(b)
            if p < q:
                b = None
            elif q < p:
                a = None
        i += len(a) + 1 if a is not None else 0
        j += len(b) + 1 if b is not None else 0
        yield a, b, i, j
