"""A published version as the beginning of another dataset: the same samples, nothing of what was said of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..identity import Principal
from ..versions import get_version
from .access import dataset_row
from .annotations import Split
from .orm import DatasetVersion
from .schemas import DatasetCreate
from .working import WorkingCopy

if TYPE_CHECKING:
    from ..platform import Platform
    from .schemas import DatasetRead
    from .snapshots import Line

PART = 500


class Copies:
    """Makes such datasets, in parts that can be gone on with."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def begin(self, principal: Principal, source: tuple[str, str], name: str) -> DatasetRead:
        """Make the empty dataset: of the same kind, with the labels of the version.

        Parameters
        ----------
        source : tuple of str
            Id of the dataset and name of its version.
        """
        version = self._version(principal, *source)
        body: dict[str, Any] = {
            "name": name,
            "data_type": version.data_type,
            "annotation_type": version.annotation_type,
            "template": version.template,
            "labels": version.labels,
        }
        return self.platform.datasets.create(principal, DatasetCreate.model_validate(body))

    def parts(
        self, principal: Principal, source: tuple[str, str], split: Split | None, done: int
    ) -> Iterator[list[dict[str, Any]]]:
        """Give the samples of the version in parts, but for the first ones, which are there already."""
        version = self._version(principal, *source)
        lines = islice(self.platform.datasets.snapshots.lines(version, split), done, None)
        while part := [_sample(line) for line in islice(lines, PART)]:
            yield part

    def add(self, principal: Principal, dataset_id: str, part: list[dict[str, Any]]) -> None:
        """Add a part, in the running transaction."""
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            copy = WorkingCopy(session, row)
            there = copy.by_paths([item["path"] for item in part])
            copy.add([item for item in part if item["path"] not in there], by=principal.user_id, confirm=False)
            copy.finish()
            self.platform.datasets.samples.told(principal, row, len(part))

    def _version(self, principal: Principal, dataset_id: str, name: str) -> DatasetVersion:
        with self.db.read() as session:
            dataset_row(session, principal, dataset_id, "read")
            return get_version(session, DatasetVersion, dataset_id, name)


def _sample(line: Line) -> dict[str, Any]:
    entry, record = line.entry, line.record
    return {
        "path": entry.path,
        "sha256": entry.sha256,
        "size": entry.size,
        "media_type": record["t"],
        "width": record.get("w"),
        "height": record.get("h"),
        "content": record.get("c"),
        "split": record.get("p"),
        "objects": [],
    }
