"""Which column of a table is what: text, label, path, split, or a feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...errors import Invalid
from ..contents import ColumnType
from ..layouts import SPLIT_NAMES
from ..requests import TableOptions
from .tables import LABELS, PATHS, SPLIT_COLUMNS, TEXTS, Table

FEW: Final = 50
"""So many different values at most make a column one of labels, where its name does not say so."""


NO_SPLIT_CELLS: Final = ("", "none")


def split_of(cell: str) -> str | None:
    """Read the name of a split.

    Raises
    ------
    KeyError
        It is none.
    """
    word = cell.strip().lower()
    return None if word in NO_SPLIT_CELLS else SPLIT_NAMES[word]


@dataclass(frozen=True)
class Roles:
    """What the columns are, by their places; ``None``: there is no such column.

    Parameters
    ----------
    sure : bool
        Whether the names said so, or somebody.
    """

    label: int | None
    text: int | None = None
    path: int | None = None
    split: int | None = None
    sure: bool = True

    def features(self, width: int) -> list[int]:
        """Give the places of the other columns."""
        return [n for n in range(width) if n not in (self.label, self.text, self.path, self.split)]


def find_roles(table: Table, options: TableOptions, *, text: bool) -> Roles:
    """Find out what the columns are.

    Parameters
    ----------
    text : bool
        Whether rows are texts; else all columns but the label are features.

    Raises
    ------
    Invalid
        A column that was named is not there, or there is none that holds text.
    """
    split = _split_column(table)
    path = _by_name(table.names, PATHS) if text else None
    taken = {n for n in (split, path) if n is not None}
    label, sure = _label(table, options, taken, text=text)
    if not text:
        return Roles(label, split=split, sure=sure)
    taken |= {label} if label is not None else set()
    if options.text_column is not None:
        place: int | None = _named(table, "text_column", options.text_column)
    else:
        named = _by_name([name if n not in taken else "" for n, name in enumerate(table.names)], TEXTS)
        sure = sure and named is not None
        place = _longest(table, taken) if named is None else named
    if place is None:
        raise Invalid(
            "table.text_column", f"Text column: {table.path} has no column of texts. Name it.", code="no_text_column"
        )
    return Roles(label if label != place else None, place, path if path != place else None, split, sure)


def _named(table: Table, field: str, name: str) -> int:
    if name not in table.names:
        known = ", ".join(table.names[:20])
        raise Invalid(
            f"table.{field}", f"{table.path} has no column {name!r}. It has {known}.", code="no_such_column",
            params={"columns": table.names[:100]},
        )  # fmt: skip
    return table.names.index(name)


def _by_name(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    lower = [name.lower() for name in names]
    return next((lower.index(name) for name in wanted if name in lower), None)


def _column(table: Table, n: int) -> list[str]:
    return [row[n] for row in table.sample if n < len(row)]


def _split_column(table: Table) -> int | None:
    for name in SPLIT_COLUMNS:
        place = _by_name(table.names, (name,))
        if place is not None:
            cells = [cell.strip().lower() for cell in _column(table, place)]
            if any(cells) and all(cell in SPLIT_NAMES or cell in NO_SPLIT_CELLS for cell in cells):
                return place
    return None


def _label(table: Table, options: TableOptions, taken: set[int], *, text: bool) -> tuple[int | None, bool]:
    if options.label_column is not None:
        return (_named(table, "label_column", options.label_column), True) if options.label_column else (None, True)
    names = [name if n not in taken else "" for n, name in enumerate(table.names)]
    place = _by_name(names, LABELS)
    if place is not None or len(names) < 2:
        return place, place is not None
    free = [n for n in range(len(names)) if n not in taken]
    fitting = [n for n in (reversed(free) if not text else free) if _is_label(_column(table, n), text=text)]
    if text and len(fitting) == len(free):
        fitting = sorted(fitting, key=lambda n: sum(map(len, _column(table, n))))[: len(free) - 1]
    return (fitting[0] if fitting else None), False


def _is_label(cells: Sequence[str], *, text: bool) -> bool:
    values = {cell for cell in cells if cell}
    kind = ColumnType()
    for value in values:
        kind.add(value)
    few = len(values) <= min(FEW, max(2, len(cells) // 2))
    return bool(values) and few and kind.name != "number" and all(len(value) <= 30 for value in values)


def _longest(table: Table, taken: set[int]) -> int | None:
    lengths: list[Any] = [(sum(map(len, _column(table, n))), -n) for n in range(len(table.names)) if n not in taken]
    return -max(lengths)[1] if lengths else None
