"""What all panels share: one output for every place that shows notebooks.

An output carries four pictures of the same thing, and each place takes the best that it can show:
``application/vnd.aispace.panel+json`` names the object only, and JupyterLab with our extension draws it live from
REST, with or without a kernel; the widget view is for notebooks elsewhere; ``text/html`` and ``text/plain`` are a
snapshot for exports and terminals. They hold no secret and no log.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from aispace.client import AISpaceClient
from aispace.commands.listing import page_link
from IPython.core.getipython import get_ipython
from IPython.display import display

from .answer import table

if TYPE_CHECKING:
    import ipywidgets

PANEL: Final = "application/vnd.aispace.panel+json"
WIDGET: Final = "application/vnd.jupyter.widget-view+json"
MARKUP_LIMIT: Final = 30 * 1024
"""Bytes of the static view."""
BARS: Final = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], width: int = 24) -> str:
    """Draw numbers as a row of bars; what is no number is a space."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    step = max(1, -(-len(values) // width))
    chosen = [values[min(i + step, len(values)) - 1] for i in range(0, len(values), step)]
    low, span = min(known), max(known) - min(known)
    return "".join(
        " " if value is None else BARS[round((value - low) / span * (len(BARS) - 1)) if span else 0] for value in chosen
    )


class Panel:
    """An object of the platform, shown in an output.

    Subclasses set ``kind`` and give the id, facts and widgets.

    Parameters
    ----------
    client : AISpaceClient, optional
        Default: the platform of this kernel.
    """

    kind: str

    def __init__(self, client: AISpaceClient | None = None) -> None:
        self.client = client or AISpaceClient()
        self.display_id = uuid4().hex
        self._box: ipywidgets.Widget | None = None

    # What a subclass gives

    @property
    def object_id(self) -> str | None:
        """Id of what is shown; ``None`` for a form."""
        raise NotImplementedError

    @property
    def path(self) -> str:
        """Path of its page."""
        raise NotImplementedError

    def view(self) -> dict[str, Any]:
        """Tell how it is looked at: what a live panel needs besides the id."""
        return {}

    def title(self) -> str:
        """Name it in a few words."""
        raise NotImplementedError

    def facts(self) -> list[tuple[str, str]]:
        """Tell it in names and values."""
        raise NotImplementedError

    def extra(self) -> str:
        """More markup below the facts, escaped."""
        return ""

    def build(self) -> ipywidgets.Widget:
        """Make the widgets for places without our extension."""
        raise NotImplementedError

    # What every panel does

    @property
    def widget(self) -> ipywidgets.Widget:
        """The stock ipywidgets of this panel."""
        if self._box is None:
            self._box = self.build()
        return self._box

    def address(self) -> dict[str, Any]:
        """Give what a live panel is found again by."""
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"kind": self.kind, "id": self.object_id, "view": self.view(), "snapshot_at": now}

    def link(self) -> str:
        """Give the link to the page."""
        return page_link(self.client, self.path)

    def bundle(self) -> dict[str, Any]:
        """Give the output in all its forms."""
        address = self.address()
        facts = [(name, value) for name, value in self.facts() if value]
        as_of = f"as of {address['snapshot_at']}"
        width = max((len(name) for name, _ in facts), default=0)
        lines = [self.title(), *(f"  {name:{width}}  {value}" for name, value in facts), f"  {as_of}  {self.link()}"]
        link = html.escape(self.link(), quote=True)
        head = f"<div><p><strong>{html.escape(self.title())}</strong></p>{table(('', ''), facts)}"
        foot = f"<p><small>{as_of} · <a href='{link}'>open in AI Space</a></small></p></div>"
        extra = self.extra()
        fits = len((head + extra + foot).encode()) <= MARKUP_LIMIT
        markup = head + (extra if fits else "") + foot
        bundle = {PANEL: address, "text/html": markup, "text/plain": "\n".join(lines)}
        shell = get_ipython()
        if shell is not None and hasattr(shell, "kernel"):
            bundle[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        return bundle

    def show(self) -> None:
        """Show it as an output of this cell."""
        self._display(update=False)

    def refresh(self) -> None:
        """Bring what is shown up to date, so that a notebook saved later holds what is true then."""
        self._display(update=True)

    def _display(self, *, update: bool) -> None:
        show: Any = display  # it carries no types
        show(self.bundle(), raw=True, display_id=self.display_id, update=update)

    def _ipython_display_(self) -> None:
        self.show()

    def __repr__(self) -> str:
        return str(self.bundle()["text/plain"])
