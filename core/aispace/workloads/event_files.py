"""Scalars of TensorBoard event files, read without TensorFlow.

An event file is a sequence of records ``length (8 bytes), CRC of it (4), data, CRC of them (4)``, each one protocol
buffer ``Event`` (tensorflow/core/util/event.proto and framework/summary.proto): wall time (field 1, double), step (2,
varint) and a summary (5) with values (1) of a tag (1) and a number, either ``simple_value`` (2, float) or a ``tensor``
(8) of one float or double. Programs log the same tags in the same order again and again, so records repeat in rows of
the same layout. One row is read field by field; of those that follow with the same layout each column is cut out of the
bytes by stride, which is what makes a million points cost a fraction of a second in plain Python. The CRCs are not
checked: the file lies on the disk that its program wrote it to.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from array import array
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 24
"""Bytes that are looked at together; a larger record (an image, a histogram) is passed over unread."""
LONGEST_ROW = 4096
"""Records of one row at most; a program that logs more tags a step is read a record at a time."""
HEADER, FOOTER = 12, 4
MARK = "tfevents"
FILES = 200
DEPTH = 4
ENTRIES = 10_000

Columns = dict[str, tuple[list[float], list[float], list[float]]]
"""By tag: steps, values, wall times (Unix, seconds), in the order of the file."""


class Point(NamedTuple):
    """Where the number of a tag stands in a record."""

    tag: str
    at: int
    double: bool


class Record(NamedTuple):
    """A record taken apart; positions are in the block."""

    begin: int
    end: int
    time_at: int | None
    step_at: int | None
    step_end: int
    points: list[Point]


def parse(block: bytes, start: int, columns: Columns, tags: int) -> int:
    """Read all whole records from a position on.

    Parameters
    ----------
    block : bytes
        Part of a file that begins with a record.
    start : int
        Position of a record in it.
    columns : dict
        What was found is added to it.
    tags : int
        How many tags there may be; points of further ones are left out.

    Returns
    -------
    int
        Position after the last whole record.
    """
    position = start
    while True:
        row = _row(block, position)
        if not row:
            return position
        for record in row:
            _take(block, record, columns, tags)
        position = row[-1].end
        count = _alike(block, row)
        if count:
            _take_many(block, row, count, columns, tags)
            position += count * (row[-1].end - row[0].begin)


def _row(block: bytes, position: int) -> list[Record]:
    """Read records up to where a tag comes again."""
    row: list[Record] = []
    seen: set[str] = set()
    while len(row) < LONGEST_ROW:
        record = _record(block, position)
        if record is None:
            break
        if row and any(point.tag in seen for point in record.points):
            break
        seen.update(point.tag for point in record.points)
        row.append(record)
        position = record.end
    return row


def _record(block: bytes, position: int) -> Record | None:
    """Take one record apart; None when it is not whole."""
    if position + HEADER > len(block):
        return None
    length = int.from_bytes(block[position : position + 8], "little")
    begin, end = position + HEADER, position + HEADER + length
    if end + FOOTER > len(block):
        return None
    time_at = step_at = None
    step_end = begin
    points: list[Point] = []
    try:
        for number, kind, at, till in _fields(block, begin, end):
            if number == 1 and kind == 1:
                time_at = at
            elif number == 2 and kind == 0:
                step_at, step_end = at, till
            elif number == 5 and kind == 2:
                for inner, inner_kind, from_, to in _fields(block, at, till):
                    if inner == 1 and inner_kind == 2:
                        point = _value(block, from_, to)
                        if point is not None:
                            points.append(point)
    except ValueError:
        points = []
    return Record(position, end + FOOTER, time_at, step_at, step_end, points)


def _value(block: bytes, begin: int, end: int) -> Point | None:
    tag, found = "", None
    for number, kind, at, till in _fields(block, begin, end):
        if number == 1 and kind == 2:
            tag = block[at:till].decode("utf-8", "replace")
        elif number == 2 and kind == 5:
            found = (at, False)
        elif number == 8 and kind == 2:
            found = _tensor(block, at, till)
    return Point(tag, *found) if tag and found else None


def _tensor(block: bytes, begin: int, end: int) -> tuple[int, bool] | None:
    """Find the only number of a tensor: packed values of field 5 (float) or 6 (double), or its content (4)."""
    kind_of, found = 0, None
    for number, kind, at, till in _fields(block, begin, end):
        if number == 1 and kind == 0:
            kind_of = block[at]
        elif number in (4, 5, 6) and kind in (1, 2, 5) and till - at in (4, 8):
            found = (at, till - at)
    if found is None or kind_of not in (1, 2) or found[1] != 4 * kind_of:
        return None
    return found[0], kind_of == 2


def _fields(block: bytes, position: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Walk the fields of a protocol buffer: number, wire type, begin and end of the value."""
    while position < end:
        key, position = _varint(block, position, end)
        kind = key & 7
        if kind == 0:
            till = _varint(block, position, end)[1]
        elif kind == 1:
            till = position + 8
        elif kind == 5:
            till = position + 4
        elif kind == 2:
            length, position = _varint(block, position, end)
            till = position + length
        else:
            raise ValueError(f"wire type {kind}")
        if till > end:
            raise ValueError("a field is longer than its message")
        yield key >> 3, kind, position, till
        position = till


def _varint(block: bytes, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while position < end and shift < 70:
        byte = block[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
    raise ValueError("a number has no end")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _take(block: bytes, record: Record, columns: Columns, tags: int) -> None:
    if not record.points:
        return
    step = 0 if record.step_at is None else _signed(_varint(block, record.step_at, record.step_end)[0])
    time = 0.0 if record.time_at is None else struct.unpack_from("<d", block, record.time_at)[0]
    for point in record.points:
        column = _column(columns, point.tag, tags)
        if column is not None:
            column[0].append(step)
            column[1].append(struct.unpack_from("<d" if point.double else "<f", block, point.at)[0])
            column[2].append(time)


def _column(columns: Columns, tag: str, tags: int) -> tuple[list[float], list[float], list[float]] | None:
    if tag not in columns and len(columns) >= tags:
        return None
    return columns.setdefault(tag, ([], [], []))


def _alike(block: bytes, row: list[Record]) -> int:
    """Count the rows that follow and differ from this one in steps, times, numbers and CRCs only.

    All other bytes, the lengths among them, are the same; so the records stand at the same places. Of a varint the
    highest bit of each byte says whether it goes on: those have to be the same too.
    """
    begin, end = row[0].begin, row[-1].end
    size = end - begin
    count = (len(block) - end) // size
    if count < 1:
        return 0
    free = bytearray(size)
    for record in row:
        at = record.begin - begin
        free[at + 8 : at + HEADER] = b"\1" * 4
        free[record.end - FOOTER - begin : record.end - begin] = b"\1" * 4
        if record.time_at is not None:
            free[record.time_at - begin : record.time_at - begin + 8] = b"\1" * 8
        if record.step_at is not None:
            for place in range(record.step_at, record.step_end):
                free[place - begin] = 2
        for point in record.points:
            width = 8 if point.double else 4
            free[point.at - begin : point.at - begin + width] = b"\1" * width
    for place in range(size):
        if free[place] == 1:
            continue
        column = block[end + place : end + count * size : size]
        if free[place] == 2:
            low = block[begin + place] < 128
            column = column.translate(HIGH_BIT)
            same = b"\0" if low else b"\1"
        else:
            same = block[begin + place : begin + place + 1]
        count = len(column) - len(column.lstrip(same))
        if count == 0:
            return 0
    return count


HIGH_BIT = bytes(byte >> 7 for byte in range(256))


def _take_many(block: bytes, row: list[Record], count: int, columns: Columns, tags: int) -> None:
    begin = row[0].begin
    size = row[-1].end - begin
    first = begin + size
    known: dict[tuple[bytes, ...], list[float]] = {}
    times_known: dict[bytes, list[float]] = {}
    for record in row:
        if not record.points:
            continue
        steps: list[float]
        if record.step_at is None:
            steps = [0] * count
        else:
            parts = tuple(
                block[first + place - begin : first + count * size : size][:count]
                for place in range(record.step_at, record.step_end)
            )
            # The records of one step say the same step.
            steps = known[parts] if parts in known else known.setdefault(parts, _steps(parts))
        if record.time_at is None:
            times = [0.0] * count
        else:
            raw = _strided(block, first + record.time_at - begin, size, count, 8)
            times = times_known[raw] if raw in times_known else times_known.setdefault(raw, _numbers(raw, "d"))
        for point in record.points:
            column = _column(columns, point.tag, tags)
            if column is not None:
                width = 8 if point.double else 4
                raw = _strided(block, first + point.at - begin, size, count, width)
                column[0].extend(steps)
                column[1].extend(_numbers(raw, "d" if point.double else "f"))
                column[2].extend(times)


def _steps(parts: tuple[bytes, ...]) -> list[float]:
    values = [byte & 127 for byte in parts[0]]
    for index, part in enumerate(parts[1:], 1):
        shift = 7 * index
        values = [value | (byte & 127) << shift for value, byte in zip(values, part, strict=True)]
    return [float(_signed(value)) for value in values] if len(parts) == 10 else [float(value) for value in values]


def _strided(block: bytes, first: int, size: int, count: int, width: int) -> bytes:
    """Gather the bytes of one number out of each row."""
    out = bytearray(width * count)
    for byte in range(width):
        out[byte::width] = block[first + byte : first + byte + (count - 1) * size + 1 : size]
    return bytes(out)


def _numbers(raw: bytes, kind: str) -> list[float]:
    numbers: array[float] = array("d" if kind == "d" else "f")
    numbers.frombytes(raw)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


def read(file: BinaryIO, offset: int, tags: int) -> Iterator[tuple[Columns, int]]:
    """Read what a file has from an offset on, a block at a time.

    Yields
    ------
    columns : dict
    offset : int
        After the last whole record; a record that is still being written is left for the next time.
    """
    size = os.fstat(file.fileno()).st_size
    while offset < size:
        file.seek(offset)
        block = file.read(BLOCK)
        columns: Columns = {}
        end = parse(block, 0, columns, tags)
        if end == 0:
            if len(block) < HEADER:
                return
            end = HEADER + int.from_bytes(block[:8], "little") + FOOTER
            if end <= len(block) or offset + end > size:
                return
        offset += end
        yield columns, offset


def find(folder: str) -> Iterator[tuple[str, int]]:
    """Open the event files below a folder, in the order of their names. No link is followed: the folder is a user's.

    Yields
    ------
    path : str
        Below the folder.
    descriptor : int
        The caller closes it.
    """
    for path, name, where in _walk(folder):
        try:
            yield path, os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=where)
        except OSError:
            continue


def offers(folder: str) -> Iterator[str]:
    """Name the event files below a folder."""
    for path, _, _ in _walk(folder):
        yield path


def _walk(folder: str) -> Iterator[tuple[str, str, int]]:
    entries = found = 0
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for where, folders, files, descriptor in os.fwalk(folder, follow_symlinks=False):
            below = os.path.relpath(where, folder)
            folders.sort()
            entries += len(folders) + len(files)
            if below.count("/") + 1 >= DEPTH or entries > ENTRIES:
                folders.clear()
            for name in sorted(files):
                if MARK in name and found < FILES:
                    found += 1
                    yield name if below == "." else f"{below}/{name}", name, descriptor
