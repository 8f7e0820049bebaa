"""Batch services from a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..serving.batch_schemas import BatchDelivery, BatchFileRead, BatchRead
from .collection import PAGE, Collection, body, wait

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

    def to_dataset(
        self,
        batch_id: str,
        name: str | None = None,
        *,
        annotation_type: str | None = None,
        publish: bool = True,
        timeout: float = 3600,
    ) -> BatchDelivery:
        """Put the results into a dataset, as proposals that people confirm; wait until they are there.

        Parameters
        ----------
        name : str, optional
            Of a new dataset with the same files; default: into the dataset that the files came from.
        annotation_type : str, optional
            Of a new dataset made of a folder; default: as the results look.
        publish : bool, optional
            Publish the working copy as the next version.
        """
        wanted = {"name": name, "annotation_type": annotation_type, "publish": publish}
        self._post(BatchRead, f"{self.path}/{batch_id}/dataset", body(wanted))

        def there() -> BatchDelivery | None:
            found = self.get(batch_id).delivery
            return found if found is not None and found.status != "running" else None

        return wait(there, timeout=timeout, what=f"the dataset of batch service {batch_id}")

    def download(self, batch_id: str, target: str | Path) -> Path:
        """Save all results as a zip archive."""
        return self._save(f"{self.path}/{batch_id}/results/download", target)

    def result(self, batch_id: str, path: str, target: str | Path) -> Path:
        """Save one result; ``path`` as `files` names it."""
        return self._save(f"{self.path}/{batch_id}/results/content", target, path=path)
