"""What the platform itself notes of attempts on a cluster, beside their folders and out of their reach.

``<n>.made``: its objects were made; ``<n>.stop``: it shall stop; ``<n>.end``: how it ended. So an attempt whose objects
are gone is told from one that was never made, also after every process of ours was killed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..base import Key
from ..local.attempt_files import read_json, write_json
from .states import End


class Notes:
    """Notes of all attempts.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the workloads.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: Key, what: str) -> Path:
        return self.root / key.workload_id / f"{key.number}.{what}"

    def _write(self, key: Key, what: str, value: dict[str, Any]) -> None:
        folder = self.root / key.workload_id
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        write_json(str(self._path(key, what)), value)

    def made(self, key: Key) -> bool:
        """Tell whether its objects were made once."""
        return self._path(key, "made").exists()

    def note_made(self, key: Key, uid: str) -> None:
        """Note that they were."""
        self._write(key, "made", {"uid": uid})

    def stopping(self, key: Key) -> bool:
        """Tell whether it shall stop."""
        return self._path(key, "stop").exists()

    def note_stop(self, key: Key, grace_seconds: float) -> None:
        """Note that it shall."""
        self._write(key, "stop", {"grace": grace_seconds})

    def end(self, key: Key) -> End | None:
        """Tell how it ended."""
        value = read_json(self._path(key, "end"))
        return None if value is None else End.read(value)

    def note_end(self, key: Key, end: End) -> None:
        """Note how it ended."""
        self._write(key, "end", end.written())
