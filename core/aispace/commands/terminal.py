"""What the commands print: data on stdout, talk and progress on stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from pydantic import BaseModel

from .words import words

SYMBOLS = {
    "queued": "⧗", "scheduled": "⧗", "starting": "◐", "deploying": "◐", "building": "◐", "importing": "◐",
    "running": "▶", "serving": "●", "succeeded": "✓", "ready": "✓", "labelled": "✓", "failed": "✕", "stopped": "■",
}  # fmt: skip
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
ELLIPSIS = "…"
GAP = "  "


def width(text: str) -> int:
    """Count the columns that a text takes; a CJK character takes two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def cut(text: str, columns: int) -> str:
    """Shorten a text in the middle, by its width on screen."""
    if width(text) <= columns:
        return text
    head, tail = "", ""
    left = True
    start, end = 0, len(text)
    while start < end:
        char = text[start] if left else text[end - 1]
        if width(head + tail + char) + 1 > columns:
            break
        if left:
            head, start = head + char, start + 1
        else:
            tail, end = char + tail, end - 1
        left = not left
    return f"{head}{ELLIPSIS}{tail}"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill with spaces to a width on screen."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def size(count: int | None) -> str:
    """Write bytes with three digits: ``3.1 MiB``."""
    if count is None:
        return "unknown"
    value, unit = float(count), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if unit == 0 or value >= 100 else f"{value:.1f} {UNITS[unit]}"


def duration(start: datetime | None, end: datetime | None = None) -> str:
    """Write a length of time: ``00:31:07``."""
    if start is None:
        return ""
    seconds = max(0, int(((end or datetime.now(UTC)) - start).total_seconds()))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def money(amount: Any, places: int = 4) -> str:
    """Write an amount with its currency; none is ``free``."""
    return "free" if amount is None else f"{amount.amount:.{places}f} {amount.currency}"


def state(status: str) -> str:
    """Write a state with its symbol."""
    return f"{SYMBOLS.get(status, '·')} {status}"


def plain(text: str) -> str:
    """Show control characters as what they are: names of others must not steer the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Terminal:
    """Where a command prints.

    Parameters
    ----------
    as_json : bool
        Exactly one JSON document on stdout.
    quiet : bool
        No talk.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False, out: TextIO | None = None) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.out = out or sys.stdout
        self.err = sys.stderr
        self._line = False
        self.words = words()

    @property
    def is_screen(self) -> bool:
        """Whether a person looks at stdout."""
        return self.out.isatty()

    def say(self, text: str) -> None:
        """Talk to the person; never part of the data."""
        self.end_progress()
        if not self.quiet:
            print(self.words(text), file=self.err, flush=True)

    def progress(self, text: str) -> None:
        """Show how far something is, on one line that is written over; only on a screen."""
        if not self.quiet and self.err.isatty():
            columns = shutil.get_terminal_size().columns - 1
            text = self.words(text)
            print(f"\r{pad(cut(text, columns), columns)}", end="", file=self.err, flush=True)
            self._line = True

    def end_progress(self) -> None:
        """Go on below the line of the progress."""
        if self._line:
            print(file=self.err)
            self._line = False

    def text(self, text: str) -> None:
        """Print data as it is."""
        self.end_progress()
        self.out.write(text)
        self.out.flush()

    def object(self, value: BaseModel | Mapping[str, Any], lines: Sequence[tuple[str, Any]]) -> None:
        """Print one object: as JSON, or as names and values."""
        self.end_progress()
        if self.as_json:
            self.document(value)
            return
        if self.is_screen:
            lines = [(self.words(name), text) for name, text in lines]
        column = max((width(name) for name, _ in lines), default=0)
        for name, text in lines:
            if text not in (None, ""):
                print(f"{pad(name, column)}{GAP}{plain(str(text))}", file=self.out)

    def document(self, value: Any) -> None:
        """Print one JSON document in the shape of REST."""
        dumped = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
        print(json.dumps(dumped, ensure_ascii=False, indent=1 if self.is_screen else None), file=self.out)

    def table(
        self,
        rows: Iterable[BaseModel],
        columns: Sequence[tuple[str, Any]],
        *,
        total: int | None = None,
        right: frozenset[str] = frozenset(),
    ) -> None:
        """Print a list: as JSON, as a table on a screen, else as lines with tabs.

        Parameters
        ----------
        columns : sequence of (heading, function of the row)
            The first column is never cut.
        total : int, optional
            Size of the whole list.
        """
        found = list(rows)
        self.end_progress()
        if self.as_json:
            items = [row.model_dump(mode="json", by_alias=True) for row in found]
            self.document({"items": items, "page": {"total": total if total is not None else len(items)}})
            return
        cells = [
            [plain(str(value)) if (value := function(row)) is not None else "" for _, function in columns]
            for row in found
        ]
        heads = [head for head, _ in columns]
        if not self.is_screen:
            for line in [heads, *cells]:
                print("\t".join(line), file=self.out)
            return
        right = frozenset(map(self.words, right))
        heads = [self.words(head) for head in heads]
        widths = [max(width(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
        room = shutil.get_terminal_size().columns - len(GAP) * (len(heads) - 1)
        while sum(widths) > room and max(widths[1:], default=0) > 8:
            widest = max(range(1, len(widths)), key=lambda i: widths[i])
            widths[widest] -= 1
        bold, normal = ("\033[1m", "\033[0m") if "NO_COLOR" not in os.environ else ("", "")
        for number, line in enumerate([heads, *cells]):
            written = GAP.join(
                pad(cut(text, widths[i]), widths[i], right=heads[i] in right) for i, text in enumerate(line)
            ).rstrip()
            print(f"{bold}{written}{normal}" if number == 0 else written, file=self.out)
        if total is not None:
            print(f"{len(found)} of {total}", file=self.out)
