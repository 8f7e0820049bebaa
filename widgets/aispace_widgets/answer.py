"""What a magic gives: the object itself, shown as the command shows it; and refusals in one message."""

from __future__ import annotations

import html
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from aispace.commands.terminal import GAP, Terminal, pad, plain, width
from pydantic import BaseModel


class Refusal(Exception):
    """Something that was not done. A notebook shows the message alone; ``%debug`` finds the cause."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Answer:
    """An object that a magic gives: its attributes are those of the object.

    Parameters
    ----------
    value : object
        Of the client.
    text, markup : str
        How it is shown.
    """

    def __init__(self, value: Any, text: str, markup: str) -> None:
        self.value, self._text, self._markup = value, text, markup

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *dir(self.value)]

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self._text, "text/html": self._markup}


class Rows(list[Any]):
    """A list that a magic gives."""

    text = ""
    markup = ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.markup}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Write a table; everything is escaped."""
    head = "".join(f"<th style='text-align:left'>{html.escape(one)}</th>" for one in heads)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    note = f"<caption style='caption-side:bottom;text-align:left'>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{note}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class NotebookTerminal(Terminal):
    """Where a verb prints in a notebook: talk and logs at once, the object is kept and shown as the result."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        super().__init__(as_json=as_json, quiet=quiet, out=sys.stdout)
        self.err: TextIO = sys.stdout
        self.answer: Any = None

    def progress(self, text: str) -> None:
        """Nothing: an output has no line to write over."""

    def object(self, value: BaseModel | Mapping[str, Any], lines: Sequence[tuple[str, Any]]) -> None:
        """Keep one object."""
        if self.as_json:
            self.document(value)
            return
        shown = io.StringIO()
        Terminal(out=shown).object(value, lines)
        rows = [(name, plain(str(text))) for name, text in lines if text not in (None, "")]
        self.answer = Answer(value, shown.getvalue().rstrip("\n"), table(("", ""), rows))

    def document(self, value: Any) -> None:
        """Keep a document in the shape of REST."""
        dumped = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
        text = json.dumps(dumped, ensure_ascii=False, indent=1)
        self.answer = Answer(dumped, text, f"<pre>{html.escape(text)}</pre>")

    def table(
        self,
        rows: Iterable[BaseModel],
        columns: Sequence[tuple[str, Any]],
        *,
        total: int | None = None,
        right: frozenset[str] = frozenset(),
    ) -> None:
        """Keep a list."""
        found = list(rows)
        if self.as_json:
            super().table(found, columns, total=total, right=right)
            return
        heads = [head for head, _ in columns]
        cells = [[plain(str(v)) if (v := get(row)) is not None else "" for _, get in columns] for row in found]
        caption = f"{len(found)} of {total}" if total is not None else ""
        # An output scrolls sideways: nothing is cut here, unlike in a terminal.
        widths = [max(width(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
        lines = [GAP.join(pad(text, widths[i]) for i, text in enumerate(line)).rstrip() for line in [heads, *cells]]
        self.answer = Rows(found)
        self.answer.text = "\n".join([*lines, caption] if caption else lines)
        self.answer.markup = table(heads, cells, caption)
