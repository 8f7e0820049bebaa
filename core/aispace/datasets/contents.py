"""Samples that are no files: rows of tables and short texts, kept in the rows of the database."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ..storage.blobs import BlobStore

Value = int | float | bool | str | None
INLINE: Final = 1024
"""Bytes up to which a text is kept in its row; a longer one is a blob as a file is."""
MAX_TEXT: Final = 10 << 20
"""Bytes of one text."""
MAX_ROW: Final = 64 << 10
"""Bytes of one row of a table."""
EXCERPT: Final = 200
TEXT_TYPE: Final = "text/plain; charset=utf-8"
ROW_TYPE: Final = "application/json"
MISSING: Final = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"})
"""Cells that say that a number is missing."""
BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER: Final = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def facts(content: str, media_type: str) -> dict[str, Any]:
    """Give what is kept of a sample without a file: its bytes are the UTF-8 of the content."""
    data = content.encode()
    return {
        "content": content,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "media_type": media_type,
        "width": None,
        "height": None,
    }


def write_row(cells: Sequence[str]) -> str:
    """Write the cells of a row, without its label, as its content."""
    return json.dumps(list(cells), ensure_ascii=False, separators=(",", ":"))


def features(columns: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """Give the columns whose cells a row's content holds."""
    return [column for column in columns or () if column["role"] == "feature"]


def read_row(columns: Sequence[Mapping[str, Any]] | None, content: str) -> dict[str, Value]:
    """Read a row's content: names to values of the columns' types."""
    return {
        column["name"]: typed(column["type"], cell)
        for column, cell in zip(features(columns), json.loads(content), strict=False)
    }


def typed(kind: str, cell: str) -> Value:
    """Read a cell; ``None`` where it is empty, or says in a column of numbers that there is none."""
    if cell == "":
        return None
    if kind == "text":
        return cell
    if kind == "boolean":
        return BOOLEANS.get(cell)
    if cell in MISSING:
        return None
    try:
        if kind == "integer":
            return int(cell)
        value = float(cell)
    except ValueError:
        return None
    return value if value - value == 0 else None  # no infinity: JSON has none


class ColumnType:
    """Finds out, cell by cell, what all cells of a column can be read as."""

    def __init__(self) -> None:
        self.integer = self.number = self.boolean = True
        self.seen = False
        """Whether there was a cell that is not empty."""

    def add(self, cell: str) -> None:
        """Look at a cell."""
        if cell == "":
            return
        if self.boolean and cell not in BOOLEANS:
            self.boolean = False
        if self.number and cell not in MISSING:
            if self.integer and not INTEGER.fullmatch(cell):
                self.integer = False
            if not self.integer and not _is_number(cell):
                self.number = False
        if not self.seen and cell not in MISSING:
            self.seen = True

    @property
    def name(self) -> str:
        """``integer``, ``number``, ``boolean`` or ``text``."""
        if not self.seen:
            return "text"
        if self.boolean:
            return "boolean"
        if self.number:
            return "integer" if self.integer else "number"
        return "text"


def _is_number(cell: str) -> bool:
    # A leading zero makes an identifier (a postal code), which is not to become a number.
    if not NUMBER.fullmatch(cell):
        return False
    digits = cell.lstrip("+-")
    return not (digits[0] == "0" and digits[1:2].isdigit())


def widened(one: str, other: str) -> str:
    """Give the type that holds the values of two."""
    if one == other:
        return one
    return "number" if {one, other} == {"integer", "number"} else "text"


def excerpt(blobs: BlobStore, media_type: str, content: str | None, sha256: str) -> str | None:
    """Give the beginning of a text; ``None`` of anything else."""
    if not media_type.startswith("text/"):
        return None
    if content is None:
        if not blobs.exists(sha256):
            return None
        with blobs.open(sha256) as file:
            content = file.read(EXCERPT * 4).decode("utf-8", "ignore")
    return content[:EXCERPT]
