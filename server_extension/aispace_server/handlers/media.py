"""Media types of users' files, as a browser may be told."""

from __future__ import annotations

import mimetypes
from typing import Final

TEXT: Final = (
    ".cfg", ".csv", ".ini", ".ipynb", ".json", ".jsonl", ".log", ".md", ".py", ".sh", ".toml", ".tsv", ".txt", ".xml",
    ".yaml", ".yml",
)  # fmt: skip


def media_type_of(name: str) -> str:
    """Tell the media type by a file's name; everything that is text is plain text, never a page or a script."""
    if name.lower().endswith(TEXT):
        return "text/plain"
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return "text/plain" if guessed.startswith("text/") else guessed
