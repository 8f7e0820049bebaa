"""Secret environment of workloads: files that only the platform reads, until the workload has ended."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path


class SecretStore:
    """One file (mode 0600) for each workload with secrets that has not ended.

    Parameters
    ----------
    folder : pathlib.Path
        Made at first use, mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, workload_id: str, values: dict[str, str]) -> None:
        """Keep the secrets of a workload."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / workload_id, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(values, file)

    def get(self, workload_id: str) -> dict[str, str]:
        """Give the secrets of a workload; empty when it has none."""
        try:
            values: dict[str, str] = json.loads((self.folder / workload_id).read_text())
        except FileNotFoundError:
            return {}
        return values

    def drop(self, workload_id: str) -> None:
        """Forget the secrets of a workload."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / workload_id).unlink()

    def keep_only(self, workload_ids: Iterable[str]) -> None:
        """Drop what belongs to none of these: left by a transaction that failed or a crash."""
        if not self.folder.is_dir():
            return
        wanted = set(workload_ids)
        for path in self.folder.iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)
