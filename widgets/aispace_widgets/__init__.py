"""Panels and magics of AI Space in a notebook.

`LabelPanel`, `TrainPanel`, `JobPanel` and `ServePanel` are thin calls on `aispace.client`. ``%aispace`` and
``%%aispace train`` are there by the install alone; where IPython was told not to load extensions,
``%load_ext aispace_widgets`` brings them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .job_panel import JobPanel
    from .label_panel import LabelPanel
    from .serve_panel import ServePanel
    from .suggest import Candidate, Suggestions
    from .train_panel import TrainPanel

__all__ = ["Candidate", "JobPanel", "LabelPanel", "ServePanel", "Suggestions", "TrainPanel", "load_ipython_extension"]

_PLACES = {
    "JobPanel": "job_panel",
    "LabelPanel": "label_panel",
    "ServePanel": "serve_panel",
    "TrainPanel": "train_panel",
    "Candidate": "suggest",
    "Suggestions": "suggest",
}


def __getattr__(name: str) -> Any:
    # Every kernel imports this package at its start: what a panel needs is imported when one is made.
    if name in _PLACES:
        return getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics and their completion to a shell."""
    from .magics import register

    register(shell)
