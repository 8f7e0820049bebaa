"""Paths that come from outside: what may be the name of a file, and what never."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_PATH_BYTES: Final = 1024
MAX_NAME_BYTES: Final = 255
MAX_DEPTH: Final = 32
RESERVED: Final = ".aispace"
"""Top folder of a materialised version that the platform writes itself."""


class UnsafePath(ValueError):
    """A path that is not taken; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def safe_path(path: str) -> str:
    """Check a relative path and give its one spelling.

    Parameters
    ----------
    path : str
        With ``/`` between its parts. A leading ``./`` is dropped, Unicode is normalised to NFC (so that the same name
        from macOS and Linux is one file).

    Returns
    -------
    str
        Relative, without empty, ``.`` or ``..`` parts.

    Raises
    ------
    UnsafePath
        Absolute, escaping, too long, too deep, with control characters, backslashes or surrogates, or in the
        platform's own folder.
    """
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise UnsafePath("path_encoding", "the name is not valid Unicode") from None
    path = unicodedata.normalize("NFC", path)
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in path):
        raise UnsafePath("path_control_character", "the name holds control characters or line separators")
    if path.startswith("/"):
        raise UnsafePath("path_absolute", "the path is absolute")
    if "\\" in path:
        raise UnsafePath("path_backslash", "the name holds a backslash")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        raise UnsafePath("path_empty", "the path is empty")
    if ".." in parts:
        raise UnsafePath("path_escape", "the path leaves its folder ('..')")
    if len(parts[0]) == 2 and parts[0][1] == ":" and parts[0][0].isascii() and parts[0][0].isalpha():
        raise UnsafePath("path_absolute", "the path names a drive")
    if parts[0] == RESERVED:
        raise UnsafePath("path_reserved", f"the folder {RESERVED!r} belongs to the platform")
    if len(parts) > MAX_DEPTH:
        raise UnsafePath("path_too_deep", f"the path has more than {MAX_DEPTH} folders")
    if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        raise UnsafePath("path_name_too_long", f"a name has more than {MAX_NAME_BYTES} bytes")
    clean = "/".join(parts)
    if len(clean.encode()) > MAX_PATH_BYTES:
        raise UnsafePath("path_too_long", f"the path has more than {MAX_PATH_BYTES} bytes")
    return clean
