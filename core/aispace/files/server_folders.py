"""Folders of the server outside of everybody's area: administrators import from them, nobody else sees them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ..errors import Forbidden, Invalid, NotFound
from ..identity import Principal
from ..storage.archives import Meter
from .beneath import Beneath


class ServerFolders:
    """The folders that an installation names for imports.

    Parameters
    ----------
    roots : sequence of str
        Absolute paths. Nothing outside of them is ever read, through no link either.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = sorted((os.path.normpath(root) for root in roots), key=len, reverse=True)

    def _find(self, principal: Principal, path: str) -> tuple[Beneath, str]:
        """Give the folder that a path lies in, and the path below it.

        Raises
        ------
        Forbidden
            The principal is no administrator.
        Invalid
            The path is not absolute, or below none of the folders.
        NotFound
            The folder is not there.
        """
        if not principal.is_administrator:
            raise Forbidden(
                "Not done. Only an administrator imports from folders of the server. Use a folder of your own files.",
                code="server_folder_forbidden",
            )
        clean = os.path.normpath(path)
        root = next((one for one in self.roots if clean == one or clean.startswith(f"{one.rstrip('/')}/")), None)
        if not os.path.isabs(path) or "\0" in path or root is None:
            known = f"Name a path below {', '.join(self.roots)}" if self.roots else "None is named: see server_folders"
            raise Invalid(
                "path",
                f"Path: {path[:200]!r} is below no folder of the server that imports may read. {known}.",
                code="server_folder_unknown",
                params={"folders": ", ".join(self.roots)},
            )
        if not os.path.isdir(root):
            raise NotFound("folder", root)
        return Beneath(Path(root), None), os.path.relpath(clean, root).removeprefix(".")

    def is_file(self, principal: Principal, path: str) -> bool:
        """Tell whether a path is a file; False for a folder.

        Raises
        ------
        NotFound
            Nothing is there, or it is neither.
        """
        folder, relative = self._find(principal, path)
        if not relative:
            return False
        with folder.place(relative) as place:
            status = folder.stat(place)
        if status is None or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise NotFound("file", path)
        return stat.S_ISREG(status.st_mode)

    def open_file(self, principal: Principal, path: str) -> BinaryIO:
        """Open a file for reading; the caller closes it."""
        folder, relative = self._find(principal, path)
        with folder.place(relative) as place:
            return folder.open(place)

    def walk(self, principal: Principal, path: str, meter: Meter) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
        """Give all files below a folder, each with a function that opens it."""
        del meter  # counts what is read, where it is read
        folder, relative = self._find(principal, path)
        for name, is_folder in folder.walk(relative):
            if not is_folder:
                yield name, lambda full=f"{path.rstrip('/')}/{name}": self.open_file(principal, full)  # type: ignore[misc]
