"""Rows of tables as samples: texts with labels, or features with a label."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...errors import Invalid
from ...storage.paths import UnsafePath, safe_path
from ..contents import INLINE, MAX_ROW, MAX_TEXT, ROW_TYPE, TEXT_TYPE, ColumnType, facts, widened, write_row
from ..layouts import SPLIT_NAMES
from ..requests import TableOptions
from .roles import Roles, split_of
from .tables import Row, Table

if TYPE_CHECKING:
    from ...storage.blobs import Batch

Refuse = Callable[[str, str, str, int | None], None]
DIGITS: Final = 8
"""Of a row's number in its path: paths are sorted as rows are."""


class TableRows:
    """Makes samples of the rows of one table.

    Parameters
    ----------
    name : str
        What the paths of its samples begin with.
    several : bool
        Whether a sample takes several labels.
    refuse : callable
        Is told path, code, message and line of what is left out.
    """

    def __init__(
        self, name: str, table: Table, roles: Roles, options: TableOptions, *, several: bool, refuse: Refuse
    ) -> None:
        self.name, self.table, self.roles, self.options = name, table, roles, options
        self.several, self.refuse = several, refuse
        self.split = SPLIT_NAMES.get(name.rpartition("/")[2].rpartition(".")[0].lower())

    def texts(self, batch: Batch | None) -> Iterator[dict[str, Any]]:
        """Give a sample for each row with a text.

        Parameters
        ----------
        batch : Batch or None
            Takes the texts that are too long for a row; ``None`` keeps nothing, for a look.
        """
        place = self.roles.text
        for number, row in self._rows():
            text = row.cells[place] if place is not None else ""
            size = len(text.encode())
            if not text.strip():
                self._refuse(row, "text_empty", "the line has no text")
                continue
            if size > MAX_TEXT:
                self._refuse(row, "text_too_large", f"the text has more than {MAX_TEXT >> 20} MiB")
                continue
            path = self._path(row, number, ".txt")
            said = self._said(row)
            if path is None or said is None:
                continue
            sample = facts(text, TEXT_TYPE)
            if size > INLINE:
                sample["content"] = None
                if batch is not None:
                    batch.put(text.encode())
                else:
                    sample["excerpt"] = text
            yield {"path": path, **sample, **said}

    def features(self, order: Sequence[int], types: Sequence[ColumnType]) -> Iterator[dict[str, Any]]:
        """Give a sample for each row of features.

        Parameters
        ----------
        order : sequence of int
            Places of the features, in the order of the dataset's columns.
        types : sequence of ColumnType
            Told each cell, in the same order.
        """
        for number, row in self._rows():
            cells = [row.cells[n] for n in order]
            content = write_row(cells)
            if len(content.encode()) > MAX_ROW:
                self._refuse(row, "row_too_large", f"the line has more than {MAX_ROW >> 10} KiB")
                continue
            said = self._said(row)
            if said is None:
                continue
            for kind, cell in zip(types, cells, strict=True):
                kind.add(cell)
            yield {"path": f"{self.name}/{number:0{DIGITS}}", **facts(content, ROW_TYPE), **said}

    def _rows(self) -> Iterator[tuple[int, Row]]:
        for number, row in enumerate(self.table.rows(), 1):
            if row.problem is not None:
                self._refuse(row, *row.problem)
            else:
                yield number, row

    def _refuse(self, row: Row, code: str, message: str) -> None:
        self.refuse(self.table.path, code, message, row.line)

    def _path(self, row: Row, number: int, suffix: str) -> str | None:
        if self.roles.path is None:
            return f"{self.name}/{number:0{DIGITS}}{suffix}"
        try:
            return safe_path(row.cells[self.roles.path])
        except UnsafePath as error:
            self._refuse(row, error.code, f"the path cannot be used: {error.message}")
            return None

    def _said(self, row: Row) -> dict[str, Any] | None:
        """Give labels and split of a row; ``None`` when it is refused."""
        split = self.split
        if self.roles.split is not None:
            try:
                split = split_of(row.cells[self.roles.split])
            except KeyError:
                self._refuse(row, "split_unknown", f"{row.cells[self.roles.split][:50]!r} is no split")
                return None
        labels = row.labels
        if labels is None:
            cell = row.cells[self.roles.label].strip() if self.roles.label is not None else ""
            labels = self._several(cell) if self.several else [cell]
        return {"split": split, "labels": list(dict.fromkeys(label for label in labels if label))}

    def _several(self, cell: str) -> list[str]:
        separator = self.options.label_separator
        if separator not in cell and '"' not in cell:
            return [cell]
        return [label.strip() for label in next(csv.reader([cell], delimiter=separator), [])]


def align(
    table: Table, roles: Roles, columns: Sequence[Mapping[str, Any]] | None
) -> tuple[list[int], list[dict[str, Any]]]:
    """Bring the columns of a table into the order of the dataset's.

    Returns
    -------
    order : list of int
        Places of the features in the table.
    columns : list of dict
        Names and roles of the dataset's columns; the types come later.

    Raises
    ------
    Invalid
        The dataset has other columns.
    """
    places = roles.features(len(table.names))
    if not places:
        raise Invalid("source", f"{table.path} has no column besides its label. Choose another.", code="no_features")
    if columns is None:
        shown = [n for n in range(len(table.names)) if n in set(places) or n == roles.label]
        made = [{"name": table.names[n], "role": "label" if n == roles.label else "feature"} for n in shown]
        return places, made
    wanted = [column["name"] for column in columns if column["role"] == "feature"]
    by_name = {table.names[n]: n for n in places}
    if set(wanted) != by_name.keys():
        missing, extra = set(wanted) - by_name.keys(), by_name.keys() - set(wanted)
        words = [
            f"lacks {sorted(missing)[0]!r}" if missing else "",
            f"has {sorted(extra)[0]!r} besides" if extra else "",
        ]
        raise Invalid(
            "source",
            f"{table.path} does not fit: it {' and '.join(filter(None, words))}. All tables of a dataset have the same "
            "columns.",
            code="columns_differ",
            params={"missing": sorted(missing)[:100], "extra": sorted(extra)[:100]},
        )
    return [by_name[name] for name in wanted], [{"name": c["name"], "role": c["role"]} for c in columns]


def with_types(
    columns: Sequence[dict[str, Any]], types: Sequence[ColumnType], before: Sequence[Mapping[str, Any]] | None
) -> list[dict[str, Any]]:
    """Give columns their types: what all cells can be read as, those of earlier imports too."""
    old = {column["name"]: column["type"] for column in before or ()}
    found = iter(types)
    typed = []
    for column in columns:
        kind = next(found) if column["role"] == "feature" else None
        name = "text" if kind is None else kind.name
        if kind is not None and column["name"] in old:
            name = widened(old[column["name"]], name) if kind.seen else old[column["name"]]
        typed.append({**column, "type": name})
    return typed


class RowWriter:
    """Writes rows as CSV or TSV, quoted where needed."""

    def __init__(self, form: str) -> None:
        self._buffer = io.StringIO(newline="")
        # Cells with a character of the line end are quoted, and "\r" alone ends a line for many readers too.
        self._writer = csv.writer(self._buffer, delimiter="\t" if form == "tsv" else ",", lineterminator="\r\n")

    def line(self, cells: Sequence[str]) -> bytes:
        """Write a row."""
        # A single empty cell would be an empty line, which readers skip.
        self._writer.writerow(cells)
        data = (self._buffer.getvalue().removesuffix("\r\n") + "\n").encode()
        self._buffer.seek(0)
        self._buffer.truncate()
        return data


def joined(labels: Sequence[str], separator: str = "|") -> str:
    """Write several labels into one cell; those that hold the separator are quoted."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="").writerow(labels)
    return buffer.getvalue() if labels else ""
