"""Logs on disk: read by byte offset, searched, followed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from .schemas import LogMatch, LogQuery, LogRead

POLL_SECONDS = 0.05
MATCHES = 1000
LINE_SHOWN = 2000
SEARCHED = 64 << 20
"""Most bytes that one search goes through; the next one goes on from there."""
PIECE = 1 << 20
"""Bytes in memory at once; a longer line is searched in pieces."""


class LogFiles:
    """Reads and follows log files.

    All followers share one thread, which looks at file sizes while somebody waits and sleeps otherwise.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[Path, tuple[int, int]] = {}
        self._generation = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def read(self, path: Path, attempt: int, query: LogQuery, ended: bool) -> LogRead:
        """Read part of a log; a piece never ends within a character or, where it can be helped, within a line.

        Parameters
        ----------
        ended : bool
            Nothing will be added any more.
        """
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
                if query.q is not None:
                    return self._search(file, attempt, query.q, query.after, size, ended)
                start = max(size - query.limit, 0) if query.tail else min(query.after, size)
                file.seek(start)
                data = file.read(query.limit)
        except FileNotFoundError:
            return LogRead(attempt=attempt, text="", offset=0, next=0, size=0, complete=ended)
        if query.tail and start > 0:
            cut = data.find(b"\n") + 1
            start, data = start + cut, data[cut:]
        if start + len(data) < size:
            cut = data.rfind(b"\n") + 1
            data = data[:cut] if cut else _whole_characters(data)
        elif not ended:
            data = _whole_characters(data)
        following = start + len(data)
        return LogRead(
            attempt=attempt,
            text=data.decode("utf-8", "replace"),
            offset=start,
            next=following,
            size=size,
            complete=ended and following >= size,
        )

    def _search(self, file: BinaryIO, attempt: int, text: str, after: int, size: int, ended: bool) -> LogRead:
        wanted = text.casefold()
        matches: list[LogMatch] = []
        after = min(after, size)
        number = 1 + _line_ends(file, after)
        offset = after
        while offset - after < SEARCHED and len(matches) < MATCHES and (line := file.readline(PIECE)):
            begin, offset = offset, offset + len(line)
            decoded = line.decode("utf-8", "replace").rstrip("\r\n")
            if wanted in decoded.casefold():
                matches.append(LogMatch(offset=begin, number=number, text=decoded[:LINE_SHOWN]))
            number += line.endswith(b"\n")
        return LogRead(
            attempt=attempt,
            text="",
            offset=after,
            next=offset,
            size=size,
            complete=ended and offset >= size,
            matches=matches,
        )

    # Following

    def wait(self, paths: Mapping[str, tuple[Path, int]], timeout: float) -> set[str]:
        """Wait until one of several files is larger than the caller knows.

        Parameters
        ----------
        paths : mapping
            Any name, and the path with the size the caller has seen.
        timeout : float
            Seconds.

        Returns
        -------
        set of str
            Names of those that grew (or were begun anew); empty after the time-out.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            self._start()
            for path, known in paths.values():
                size, watchers = self._watched.get(path, (known, 0))
                self._watched[path] = (size, watchers + 1)
            try:
                while True:
                    grown = {name for name, (path, known) in paths.items() if _size(path) != known and _size(path) > 0}
                    left = deadline - time.monotonic()
                    if grown or left <= 0 or self._closing:
                        return grown
                    self._changed.wait(left)
            finally:
                for path, _ in paths.values():
                    size, watchers = self._watched[path]
                    if watchers == 1:
                        del self._watched[path]
                    else:
                        self._watched[path] = (size, watchers - 1)

    def notify(self) -> None:
        """Let all that wait look again, for instance since a workload ended."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Let all that wait go."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._poll, name="aispace-logs", daemon=True)
            self._thread.start()

    def _poll(self) -> None:
        idle_since = time.monotonic()
        while True:
            with self._changed:
                if self._closing or (not self._watched and time.monotonic() - idle_since > 10):
                    self._thread = None
                    return
                watched = dict(self._watched)
            if watched:
                idle_since = time.monotonic()
            sizes = {path: _size(path) for path in watched}
            with self._changed:
                news = False
                for path, size in sizes.items():
                    if path in self._watched and self._watched[path][0] != size:
                        self._watched[path] = (size, self._watched[path][1])
                        news = True
                if news:
                    self._changed.notify_all()
                self._changed.wait(POLL_SECONDS)


def _line_ends(file: BinaryIO, before: int) -> int:
    """Count the line ends before a place and leave the file there."""
    file.seek(0)
    ends = 0
    while before > 0 and (piece := file.read(min(PIECE, before))):
        ends += piece.count(b"\n")
        before -= len(piece)
    return ends


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _whole_characters(data: bytes) -> bytes:
    """Cut an incomplete UTF-8 sequence off the end."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            return data
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data if back >= needed else data[:-back] or data
    return data
