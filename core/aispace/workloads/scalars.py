"""Scalars of an attempt, in buckets.

A metrics file is parsed once, from where the last look ended, into at most `BASE` buckets for each name, each of a
power of two of points; when they run out, neighbours are merged. So a million points cost their parsing once, and a
chart costs a few thousand steps however long the run was. TensorBoard event files beside it are read the same way.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import stat
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from ..engines.local.attempt_files import read_json, write_json
from . import event_files
from .schemas import RunProgress, ScalarRead, ScalarSummary, Series

BASE = 4096
FILES = 64
BLOCK = 1 << 22
NAMES = 1000
KEEP_POINTS = 100_000
FORMAT = 1
MARKS = 1024
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Curve:
    """One scalar: its points in buckets, and its extremes."""

    __slots__ = (
        "best", "count", "fill", "last", "last_step", "maximum", "minimum", "size", "steps", "times", "worst",
    )  # fmt: skip

    def __init__(self) -> None:
        self.size = 1
        self.fill = 0
        self.count = 0
        self.steps: list[float] = []
        self.last: list[float] = []
        self.minimum: list[float] = []
        self.maximum: list[float] = []
        self.times: list[float] = []
        self.last_step = 0.0
        self.best: tuple[float, float] | None = None
        """Largest value and its step."""
        self.worst: tuple[float, float] | None = None

    def extend(self, steps: list[float], values: list[float], times: list[float]) -> None:
        """Count points in, a bucket at a time."""
        length = len(values)
        self.count += length
        self.last_step = steps[-1]
        self._extremes(steps, values)
        if not self.steps:
            # Many at once begin with the buckets they would end with.
            while length > self.size * BASE:
                self.size *= 2
        start = 0
        while start < length:
            if self.fill >= self.size and len(self.steps) >= BASE:
                self._halve()
            fresh = self.fill == 0 or self.fill >= self.size
            taken = min(self.size if fresh else self.size - self.fill, length - start)
            end = start + taken
            low, high = _range(values[start:end])
            if fresh:
                self.steps.append(steps[end - 1])
                self.last.append(values[end - 1])
                self.times.append(times[end - 1])
                self.minimum.append(low)
                self.maximum.append(high)
                self.fill = taken
            else:
                self.steps[-1] = steps[end - 1]
                self.last[-1] = values[end - 1]
                self.times[-1] = times[end - 1]
                self.minimum[-1] = min(self.minimum[-1], low)
                self.maximum[-1] = max(self.maximum[-1], high)
                self.fill += taken
            start = end

    def _extremes(self, steps: list[float], values: list[float]) -> None:
        low, high = _range(values)
        if math.isinf(low):
            return
        if self.best is None or high > self.best[0]:
            self.best = (high, steps[values.index(high)])
        if self.worst is None or low < self.worst[0]:
            self.worst = (low, steps[values.index(low)])

    def _halve(self) -> None:
        self.steps, self.last, self.times, self.minimum, self.maximum = self._merged(2)
        self.size *= 2
        self.fill = self.size

    def _merged(self, width: int) -> tuple[list[float], list[float], list[float], list[float], list[float]]:
        length = len(self.steps)
        ends = [min(start + width, length) - 1 for start in range(0, length, width)]
        spans = range(0, length, width)
        return (
            [self.steps[end] for end in ends],
            [self.last[end] for end in ends],
            [self.times[end] for end in ends],
            [min(self.minimum[start : start + width]) for start in spans],
            [max(self.maximum[start : start + width]) for start in spans],
        )

    def series(self, buckets: int) -> Series:
        """Give at most ``buckets`` points."""
        width = -(-len(self.steps) // buckets) or 1
        steps, values, times, low, high = self._merged(width)
        return Series(
            steps=steps,
            values=[_finite(value) for value in values],
            min=[_finite(value) for value in low],
            max=[_finite(value) for value in high],
            times=times,
        )

    def dump(self) -> dict[str, Any]:
        """Give all of it as JSON can hold it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def load(cls, values: dict[str, Any]) -> Curve:
        """Make a curve of what `dump` gave."""
        curve = cls()
        for name in cls.__slots__:
            setattr(curve, name, values[name])
        return curve

    def summary(self) -> ScalarSummary:
        """Give last, smallest and largest value."""
        return ScalarSummary(
            last=_finite(self.last[-1]),
            step=self.last_step,
            min=self.worst[0] if self.worst else None,
            min_step=self.worst[1] if self.worst else self.last_step,
            max=self.best[0] if self.best else None,
            max_step=self.best[1] if self.best else self.last_step,
            count=self.count,
        )


class Parsed:
    """A metrics file, or a part of it, as far as it was read."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self.identity: tuple[int, int] | None = None
        self.curves: dict[str, Curve] = {}
        self.points = 0
        self.progress: dict[str, Any] | None = None
        self.kept = 0
        """How many points the index on disk has."""

    def restore(self, path: Path) -> None:
        """Take the index that was kept beside a large file, if it still fits it."""
        value = read_json(_index(path))
        if value is None or value.get("format") != FORMAT:
            return
        self.offset, self.points, self.progress = value["offset"], value["points"], value["progress"]
        self.identity = (value["identity"][0], value["identity"][1])
        self.curves = {name: Curve.load(curve) for name, curve in value["curves"].items()}
        self.kept = self.points

    def keep(self, path: Path) -> None:
        """Keep the index of a large file, so that it is parsed once and not once for each start of the platform."""
        if self.points - self.kept < KEEP_POINTS:
            return
        value = {
            "format": FORMAT,
            "offset": self.offset,
            "points": self.points,
            "progress": self.progress,
            "identity": self.identity,
            "curves": {name: curve.dump() for name, curve in self.curves.items()},
        }
        with contextlib.suppress(OSError):
            write_json(_index(path), value)
            self.kept = self.points

    def extend(self, path: Path) -> None:
        """Read what was added since; lines that make no sense are left out."""
        try:
            # The file is the user's: it is not followed to another place.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            identity = (status.st_dev, status.st_ino)
            if self.identity not in (None, identity) or status.st_size < self.offset:
                self.curves, self.points, self.progress, self.offset = {}, 0, None, 0
            self.identity = identity
            file.seek(self.offset)
            while block := file.read(BLOCK):
                end = block.rfind(b"\n") + 1
                if end == 0:
                    if len(block) < BLOCK:
                        break
                    end = len(block)
                self.offset += end
                file.seek(self.offset)
                self._take(block[:end])

    def _take(self, block: bytes) -> None:
        lines = block.splitlines()
        try:
            # One call for the whole block is several times faster than one for each line.
            records = json.loads(b"[" + b",".join(line for line in lines if line) + b"]")
        except ValueError:
            records = []
            for line in lines:
                try:
                    records.append(json.loads(line))
                except ValueError:
                    continue
        columns: dict[str, tuple[list[float], list[float], list[float]]] = {}
        for record in records:
            if not isinstance(record, dict):
                continue
            values, step, time = record.get("values"), record.get("step"), record.get("time", 0.0)
            if isinstance(record.get("progress"), dict):
                self.progress = {**record["progress"], "time": time}
            if not isinstance(values, dict) or not isinstance(step, (int, float)) or not isinstance(time, (int, float)):
                continue
            for name, value in values.items():
                number = SPECIAL.get(value) if isinstance(value, str) else value
                if not isinstance(number, (int, float)):
                    continue
                column = columns.get(name)
                if column is None:
                    if name not in self.curves and len(self.curves) + len(columns) >= NAMES:
                        continue
                    column = columns[name] = ([], [], [])
                column[0].append(step)
                column[1].append(number)
                column[2].append(time)
        for name, (steps, numbers, times) in columns.items():
            self.curves.setdefault(name, Curve()).extend(steps, numbers, times)
            self.points += len(numbers)


Place = tuple[tuple[int, int], int]
"""Device and inode of a file, and how far it was read."""


class EventFiles:
    """The event files below a folder, as far as they were read."""

    def __init__(self, places: dict[str, Place] | None = None) -> None:
        self.places = dict(places or {})
        self.curves: dict[str, Curve] = {}

    @property
    def offset(self) -> int:
        """How many bytes were read, of all files."""
        return sum(offset for _, offset in self.places.values())

    def extend(self, folder: Path) -> None:
        """Read what was added since; when a file was replaced, all of them again."""
        for path, descriptor in event_files.find(os.fspath(folder)):
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                identity = (status.st_dev, status.st_ino)
                known, offset = self.places.get(path, (identity, 0))
                if not stat.S_ISREG(status.st_mode) or status.st_size == offset == 0:
                    continue
                if known != identity or status.st_size < offset:
                    self.places, self.curves = {}, {}
                    self.extend(folder)
                    return
                where = os.path.dirname(path).removeprefix("log").removeprefix("/")
                for columns, end in event_files.read(file, offset, NAMES):
                    self._take(where, columns)
                    self.places[path] = (identity, end)

    def _take(self, where: str, columns: event_files.Columns) -> None:
        for tag, column in columns.items():
            # Keras and others write each part of a run into a folder of its own: train, validation. "log" is the
            # platform's own folder for logs.
            name = f"{where}/{tag}" if where else tag
            if name in self.curves or len(self.curves) < NAMES:
                self.curves.setdefault(name, Curve()).extend(*column)


class Attempted:
    """All scalars of one attempt."""

    def __init__(self, parsed: Parsed | None = None, events: EventFiles | None = None) -> None:
        self.parsed = parsed or Parsed()
        self.events = events or EventFiles()
        self.lock = threading.Lock()

    @property
    def position(self) -> int:
        """What was read of all files, in bytes."""
        return self.parsed.offset + self.events.offset

    @property
    def curves(self) -> dict[str, Curve]:
        """Curves by name; what a program logs both ways is shown once."""
        return {**self.events.curves, **self.parsed.curves}

    def extend(self, path: Path, folder: Path | None) -> None:
        """Read what was added since."""
        self.parsed.extend(path)
        if folder is not None:
            self.events.extend(folder)


class ScalarFiles:
    """Keeps the most recently used metrics files parsed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: OrderedDict[Path, Attempted] = OrderedDict()
        self._marks: OrderedDict[tuple[Path, int], tuple[int, dict[str, Place]]] = OrderedDict()

    def _current(self, path: Path) -> Attempted:
        with self._lock:
            attempt = self._attempts.get(path)
            if attempt is None:
                attempt = self._attempts[path] = Attempted()
                attempt.parsed.restore(path)
            self._attempts.move_to_end(path)
            while len(self._attempts) > FILES:
                self._attempts.popitem(last=False)
        return attempt

    def _since(self, path: Path, after: int, folder: Path | None) -> Attempted:
        """Give a reader that begins where an answer ended; at the beginning when that is no longer known."""
        with self._lock:
            mark = self._marks.get((path, after))
        if mark is not None:
            return Attempted(Parsed(mark[0]), EventFiles(mark[1]))
        if folder is None or next(event_files.offers(os.fspath(folder)), None) is None:
            return Attempted(Parsed(after))
        return Attempted()

    def _mark(self, path: Path, attempt: Attempted) -> int:
        position = attempt.position
        if attempt.events.places:
            with self._lock:
                self._marks[path, position] = (attempt.parsed.offset, dict(attempt.events.places))
                self._marks.move_to_end((path, position))
                while len(self._marks) > MARKS:
                    self._marks.popitem(last=False)
        return position

    def read(
        self,
        path: Path,
        attempt: int,
        names: set[str] | None,
        after: int,
        buckets: int,
        folder: Path | None = None,
    ) -> ScalarRead:
        """Read scalars.

        Parameters
        ----------
        path : pathlib.Path
            The metrics file.
        after : int
            ``next`` of the answer before: only what was written since is read, and put into buckets by itself. 0: all.
        folder : pathlib.Path, optional
            Where event files are looked for.
        """
        read = self._since(path, after, folder) if after else self._current(path)
        with read.lock:
            read.extend(path, folder)
            if not after:
                read.parsed.keep(path)
            chosen = {name: curve for name, curve in read.curves.items() if names is None or name in names}
            return ScalarRead(
                attempt=attempt,
                series={name: curve.series(buckets) for name, curve in chosen.items()},
                next=self._mark(path, read),
                points=sum(curve.count for curve in chosen.values()),
                progress=RunProgress.of(read.parsed.progress),
            )

    def summary(self, path: Path, folder: Path | None = None) -> dict[str, ScalarSummary]:
        """Give each scalar in short."""
        read = self._current(path)
        with read.lock:
            read.extend(path, folder)
            return {name: curve.summary() for name, curve in read.curves.items()}

    def progress(self, path: Path) -> dict[str, Any] | None:
        """Give the newest progress."""
        read = self._current(path)
        with read.lock:
            read.parsed.extend(path)
            return read.parsed.progress


def _index(path: Path) -> str:
    return f"{path}.index"


def _range(values: list[float]) -> tuple[float, float]:
    """Smallest and largest of the finite values; the wrong way round when there is none."""
    low, high = min(values), max(values)
    # NaN makes both meaningless, and it is found in the sum.
    if math.isfinite(low) and math.isfinite(high) and not math.isnan(sum(values)):
        return low, high
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (math.inf, -math.inf)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
