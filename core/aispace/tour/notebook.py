"""The tour as a notebook, in two languages with the same code."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("en", "zh-CN")


def read(language: str = "en") -> dict[str, Any]:
    """Give the notebook.

    Parameters
    ----------
    language : str
        BCP 47; what begins with ``zh`` is Chinese, everything else English.

    Returns
    -------
    dict
        A notebook of format 4.5, without outputs; each source is one string, as in memory.
    """
    chosen = LANGUAGES[1] if language.lower().startswith("zh") else LANGUAGES[0]
    text = (files(__package__) / "notebooks" / f"tour.{chosen}.ipynb").read_text(encoding="utf-8")
    notebook: dict[str, Any] = json.loads(text)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook
