"""Batch services from a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..serving.batch_schemas import BatchFileRead, BatchRead
from .collection import PAGE, Collection, wait

ENDED = ("succeeded", "failed", "stopped")


class Batches(Collection[BatchRead]):
    """Files that go through a model once, each with a result of its own."""

    path = "/batch-services"
    shape = BatchRead

    def create(self, name: str, spec_id: str, source: Mapping[str, Any], **fields: Any) -> BatchRead:
        """Start one.

        Parameters
        ----------
        source : mapping
            ``{"kind": "area", "path": "pictures"}`` or ``{"kind": "dataset", "dataset_id": ..., "version": "V0001"}``.
        fields
            ``model={"model_id": ..., "version": ...}``, ``script={"algorithm_id": ...}``, ``parameters``,
            ``results={"kind": "area", "path": ...}`` ...
        """
        return self._create({"name": name, "spec_id": spec_id, "source": dict(source), **fields})

    def start(self, batch_id: str) -> BatchRead:
        """Go on: what is done is not done again, what failed is tried once more."""
        return self._post(BatchRead, f"{self.path}/{batch_id}/start")

    def stop(self, batch_id: str) -> BatchRead:
        """Stop: what is done stays done."""
        return self._post(BatchRead, f"{self.path}/{batch_id}/stop")

    def wait(self, batch_id: str, timeout: float = 3600) -> BatchRead:
        """Wait until it has ended, however."""

        def there() -> BatchRead | None:
            found = self.get(batch_id)
            return found if found.status in ENDED else None

        return wait(there, timeout=timeout, what=f"the end of batch service {batch_id}")

    def files(self, batch_id: str, status: str | None = None) -> Iterator[BatchFileRead]:
        """Go through what became of the files, failures first."""
        offset: int | None = 0
        while offset is not None:
            params = {"status": status, "limit": PAGE, "offset": offset}
            answer = self.transport.ask("GET", f"{self.path}/{batch_id}/files", params=params)
            for item in answer["items"]:
                yield BatchFileRead.model_validate(item)
            offset = answer["page"]["next"]

    def download(self, batch_id: str, target: str | Path) -> Path:
        """Save all results as a zip archive."""
        return self._save(f"{self.path}/{batch_id}/results/download", target)

    def result(self, batch_id: str, path: str, target: str | Path) -> Path:
        """Save one result; ``path`` as `files` names it."""
        return self._save(f"{self.path}/{batch_id}/results/content", target, path=path)
