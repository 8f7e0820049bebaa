"""CSV, TSV and JSON lines: found out how to read, and read row by row."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ...errors import Invalid
from ..contents import MAX_TEXT, ColumnType
from ..requests import TableOptions

DELIMITERS: Final = (",", "\t", ";", "|")
BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SPLIT_COLUMNS: Final = ("split", "subset", "sample_split")
PATHS: Final = ("path", "file", "filename", "路径")
TEXTS: Final = (
    "text", "content", "sentence", "review", "comment", "message", "body", "document", "utterance",
    "文本", "内容", "评论", "正文",
)  # fmt: skip
LABELS: Final = ("label", "labels", "class", "classes", "category", "target", "species", "标签", "类别", "分类")
SAMPLE: Final = 1000
"""Rows that are looked at to find out how to read the others."""
MAX_COLUMNS: Final = 20_000
HEAD: Final = 1 << 20

csv.field_size_limit(MAX_TEXT)


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Parameters
    ----------
    line : int
        Line of the file that it ends on, from 1.
    cells : list of str
        Empty when there is a problem.
    labels : list of str, optional
        Where the file says a list (JSON lines).
    """

    line: int
    cells: list[str]
    labels: list[str] | None = None
    problem: tuple[str, str] | None = None


def encoding_of(file: Path, wanted: str | None) -> str:
    """Find out in which encoding a file is: its mark, else UTF-8 if it is that, else GB18030.

    Where it is neither, UTF-8 is said, and the lines that are not are refused one by one.
    """
    with file.open("rb") as stream:
        head = stream.read(4)
    for mark, name in BOMS:
        if head.startswith(mark) and wanted in (None, name.removesuffix("-sig")):
            return name
    if wanted is not None:
        return "utf-16-le" if wanted == "utf-16" else wanted
    return next((name for name in ("utf-8", "gb18030") if _is(file, name)), "utf-8")


def _is(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with file.open("rb") as stream:
        try:
            while chunk := stream.read(HEAD):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def _clean(cells: Sequence[str]) -> tuple[str, str] | None:
    for cell in cells:
        if "\0" in cell:
            return "control_character", "the line holds a NUL character"
        if not cell.isascii():
            try:
                cell.encode()
            except UnicodeEncodeError:
                return "encoding", "the line is not in the encoding of the file"
    return None


class Table:
    """A table in a file.

    Parameters
    ----------
    path : str
        Its name in the source.
    file : pathlib.Path
        Where it lies.
    form : str
        ``csv``, ``tsv`` or ``jsonl``.

    Attributes
    ----------
    names : list of str
        Of the columns, each once.
    sample : list of list of str
        The first rows, without the header.
    """

    def __init__(self, path: str, file: Path, form: str, options: TableOptions) -> None:
        self.path, self.file, self.form = path, file, form
        self.encoding = encoding_of(file, options.encoding)
        self.delimiter = None if form == "jsonl" else options.delimiter or self._delimiter()
        self.names: list[str] = []
        self.header = False
        if form == "jsonl":
            self.names = self._keys()
            self.sample = [row.cells for row in islice(self.rows(), SAMPLE) if not row.problem]
            return
        first = [row.cells for row in islice(self._records(), SAMPLE + 1) if not row.problem]
        if not first:
            self.sample = []
            return
        self.header = looks_like_header(first) if options.header is None else options.header
        if len(first[0]) > MAX_COLUMNS:
            raise Invalid("source", f"Source: {path} has more than {MAX_COLUMNS} columns.", code="too_many_columns")
        self.names = unique_names(first[0]) if self.header else [f"column_{n}" for n in range(1, len(first[0]) + 1)]
        self.sample = first[1:] if self.header else first[:SAMPLE]

    def _delimiter(self) -> str:
        if self.form == "tsv":
            return "\t"
        with self.file.open(encoding=self.encoding, errors="replace", newline="") as stream:
            head = stream.read(1 << 16)
        lines = head.splitlines(keepends=True)
        if len(lines) > 1:
            lines.pop()  # it may be cut off
        best, found = (0, 0.0), ","
        for delimiter in DELIMITERS:
            try:
                widths = [len(cells) for cells in islice(csv.reader(lines, delimiter=delimiter), 200) if cells]
            except csv.Error:
                continue
            if not widths:
                continue
            common = max(set(widths), key=widths.count)
            score = (int(common > 1), widths.count(common) / len(widths))
            if score > best and common > 1:
                best, found = score, delimiter
        return found

    def _keys(self) -> list[str]:
        names: dict[str, None] = {}
        for _, value, problem in islice(self._objects(), SAMPLE):
            if problem is None:
                names.update(dict.fromkeys(value))
        return list(names)[:MAX_COLUMNS]

    def rows(self) -> Iterator[Row]:
        """Read all rows, without the header; those with another number of cells have a problem."""
        if self.form == "jsonl":
            yield from self._json_rows()
            return
        width, records = len(self.names), self._records()
        if self.header:
            next(records, None)
        for row in records:
            if row.problem is None and len(row.cells) != width:
                message = f"the line has {len(row.cells)} columns instead of {width}"
                yield Row(row.line, [], problem=("columns", message))
            else:
                yield row

    def _records(self) -> Iterator[Row]:
        # surrogateescape: a line of wrong bytes is refused alone, not with all the others
        with self.file.open(encoding=self.encoding, errors="surrogateescape", newline="") as stream:
            reader = csv.reader(stream, delimiter=self.delimiter or ",")
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Row(reader.line_num, [], problem=("line_invalid", f"the line cannot be read: {error}"))
                    continue
                if cells:
                    yield Row(reader.line_num, cells, problem=_clean(cells))

    def _objects(self) -> Iterator[tuple[int, dict[str, Any], tuple[str, str] | None]]:
        with self.file.open(encoding=self.encoding, errors="surrogateescape", newline="\n") as stream:
            for number, line in enumerate(_limited(stream), 1):
                if line is None:
                    yield number, {}, ("line_invalid", "the line is too long")
                elif line.strip():
                    try:
                        value = json.loads(line)
                    except (ValueError, RecursionError):
                        value = None
                    if isinstance(value, dict):
                        yield number, value, None
                    else:
                        yield number, {}, ("line_invalid", "the line is no JSON object")

    def _json_rows(self) -> Iterator[Row]:
        known = set(self.names)
        for number, value, problem in self._objects():
            labels = next((v for v in value.values() if isinstance(v, list)), None)
            cells = [_cell(value.get(name)) for name in self.names]
            if problem is None and not known.issuperset(value) and len(self.names) < MAX_COLUMNS:
                problem = ("columns", f"the line has the key {next(k for k in value if k not in known)!r}, others not")
            if problem is None and labels is not None and not all(isinstance(item, str) for item in labels):
                problem = ("labels_invalid", "the line has a list of something else than labels")
            problem = problem or _clean(cells) or (_clean(labels) if labels else None)
            yield Row(number, [] if problem else cells, labels, problem)


def _limited(stream: Any) -> Iterator[str | None]:
    """Read lines; ``None`` for one that is too long."""
    while line := stream.readline(MAX_TEXT * 2):
        if len(line) < MAX_TEXT * 2:
            yield line
            continue
        while line and not line.endswith("\n"):
            line = stream.readline(MAX_TEXT)
        yield None


def _cell(value: Any) -> str:
    if value is None or isinstance(value, list):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def unique_names(cells: Sequence[str]) -> list[str]:
    """Make names of columns out of a header: none empty, none twice."""
    names: list[str] = []
    seen: set[str] = set()
    for n, cell in enumerate(cells, 1):
        wanted = cell.strip()[:190] or f"column_{n}"
        name, count = wanted, 1
        while name in seen:
            count += 1
            name = f"{wanted}_{count}"
        seen.add(name)
        names.append(name)
    return names


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Guess whether the first row names the columns.

    It does when each of its cells is a word that the column below does not hold, and it has a well-known name or
    stands above numbers.
    """
    first, below = rows[0], rows[1:]
    stripped = [cell.strip() for cell in first]
    if any(_numeric(cell) or cell == "" for cell in stripped) and not _named(stripped):
        return False
    if len(set(stripped)) < len(stripped):
        return False
    if _named(stripped):
        return True
    return any(
        any(_numeric(row[n]) for row in below if n < len(row))
        and all(_numeric(row[n]) or not row[n].strip() for row in below if n < len(row))
        for n in range(len(stripped))
    )


def _named(cells: Sequence[str]) -> bool:
    return any(cell.lower() in known for known in (TEXTS, LABELS, PATHS, SPLIT_COLUMNS) for cell in cells)


def _numeric(cell: str) -> bool:
    kind = ColumnType()
    kind.add(cell.strip())
    return kind.seen and kind.number
