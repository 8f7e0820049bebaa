"""The folder of a batch service's results: written by its processes, so nothing in it is believed."""

from __future__ import annotations

import json
import logging
import os
import shutil
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pydantic import ValidationError

from ..errors import AISpaceError, NotFound
from ..files.beneath import Beneath
from ..versions import zip_stream
from .batch_schemas import BatchCounts, BatchFileRead

if TYPE_CHECKING:
    from ..platform import Platform

JOURNAL: Final = "journal.jsonl"
PROGRESS: Final = "progress.json"
HIDDEN: Final = frozenset({JOURNAL, PROGRESS})
CHUNK: Final = 1 << 20
REMEMBERED: Final = 8

log = logging.getLogger("aispace.serving")


class ResultFolders:
    """Makes, reads and deletes the folders ``<home>/batches/<id>/<generation>``."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._journals: OrderedDict[Path, tuple[tuple[int, int], dict[str, BatchFileRead]]] = OrderedDict()
        self._lock = threading.Lock()

    def path(self, batch_id: str, generation: int) -> Path:
        """Name the folder."""
        return self.platform.path / "batches" / batch_id / str(generation)

    def make(self, batch_id: str, generation: int, uid: int | None) -> Path:
        """Make the folder, owned by the operating-system user as whom the workload runs."""
        folder = self.path(batch_id, generation)
        folder.parent.mkdir(mode=0o711, exist_ok=True)
        Beneath(folder, uid)
        return folder

    def drop(self, batch_id: str, *, keep: int | None = None) -> None:
        """Delete the folders of a batch service, but for one generation."""
        root = self.platform.path / "batches" / batch_id
        with suppress(FileNotFoundError):
            for folder in root.iterdir():
                if folder.name != str(keep):
                    shutil.rmtree(folder, ignore_errors=True)
        if keep is None:
            shutil.rmtree(root, ignore_errors=True)

    def counts(self, batch_id: str, generation: int) -> BatchCounts:
        """Read how far it is."""
        with (
            suppress(NotFound, OSError, ValueError, ValidationError),
            self.open(batch_id, generation, PROGRESS) as file,
        ):
            return BatchCounts.model_validate_json(file.read(4096))
        return BatchCounts()

    def open(self, batch_id: str, generation: int, path: str) -> BinaryIO:
        """Open a file for reading; links are not followed.

        Raises
        ------
        NotFound
            There is none.
        """
        folder = self.path(batch_id, generation)
        if not folder.is_dir():
            raise NotFound("file", path)
        beneath = Beneath(folder, None)
        try:
            with beneath.place(path) as place:
                return beneath.open(place)
        except NotFound:
            raise NotFound("file", path) from None

    def files(self, batch_id: str, generation: int) -> dict[str, BatchFileRead]:
        """Read what became of each file, by its path."""
        key = self.path(batch_id, generation)
        try:
            file = self.open(batch_id, generation, JOURNAL)
        except NotFound:
            return {}
        with file:
            status = os.fstat(file.fileno())
            mark = (status.st_mtime_ns, status.st_size)
            with self._lock:
                known = self._journals.get(key)
                if known is not None and known[0] == mark:
                    self._journals.move_to_end(key)
                    return known[1]
            found: dict[str, BatchFileRead] = {}
            for line in file:
                with suppress(ValueError, ValidationError, KeyError, TypeError):
                    entry = BatchFileRead.model_validate({k: v for k, v in json.loads(line).items() if k in FIELDS})
                    found[entry.path] = entry
        with self._lock:
            self._journals[key] = (mark, found)
            while len(self._journals) > REMEMBERED:
                self._journals.popitem(last=False)
        return found

    def walk(self, batch_id: str, generation: int) -> Iterator[str]:
        """Give the paths of all results."""
        folder = self.path(batch_id, generation)
        if not folder.is_dir():
            return
        for path, is_folder in Beneath(folder, None).walk(""):
            if not is_folder and path not in HIDDEN and not path.rpartition("/")[2].startswith("."):
                yield path

    def zip(self, batch_id: str, generation: int, name: str) -> Iterator[bytes]:
        """Stream all results and the journal as a zip archive."""

        def items() -> Iterator[tuple[str, None, Iterator[bytes]]]:
            for path in (*self.walk(batch_id, generation), JOURNAL):
                with suppress(NotFound):
                    file = self.open(batch_id, generation, path)
                    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                        yield f"{name}/{path}", None, _pieces(file)

        return zip_stream(items())


FIELDS: Final = frozenset(BatchFileRead.model_fields)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


def failure(error: AISpaceError) -> dict[str, Any]:
    """Write an error as a reason."""
    return {"code": error.code, "message": error.message, "params": {}}
