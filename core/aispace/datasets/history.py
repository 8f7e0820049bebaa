"""Rules of published versions: publish, list, compare, mount, delete."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from .. import revisions
from ..errors import Conflict, InUse, Invalid
from ..identity import Principal, can
from ..listing import contains, paged
from ..schemas import CursorPage, FileEntry, ListQuery, Page
from ..storage.trees import TreeBuilder
from ..versions import VersionUpdate, get_version, list_versions, version_fields
from .access import dataset_row
from .annotations import CONFIRMED, Split
from .exporting import json_line
from .orm import Dataset, DatasetVersion
from .publishing import Publisher
from .schemas import (
    DatasetVersionRead,
    DiffQuery,
    DiffRead,
    PublishRequest,
    SampleRead,
    VersionSampleQuery,
)
from .snapshots import Snapshots
from .writers import Writers

if TYPE_CHECKING:
    from ..platform import Platform


@dataclass(frozen=True)
class MountSource:
    """A version laid out for a run.

    Parameters
    ----------
    path : pathlib.Path
        Read-only folder: the samples by their paths, ``.aispace/dataset.json`` and ``.aispace/annotations.jsonl``.
    count : int
        Samples in it.
    """

    path: Path
    dataset_id: str
    dataset_name: str
    version: str
    version_id: str
    data_type: str
    annotation_type: str
    labels: list[str]
    split: str | None
    count: int


class VersionService:
    """Published versions of datasets."""

    def __init__(
        self,
        platform: Platform,
        snapshots: Snapshots,
        used_by: Callable[[Principal, str, str | None], Sequence[dict[str, str]]],
    ) -> None:
        self.platform = platform
        self.db = platform.db
        self.snapshots = snapshots
        self.publisher = Publisher(platform)
        self.writers = Writers(platform, snapshots)
        self.used_by = used_by

    def publish(self, principal: Principal, dataset_id: str, request: PublishRequest) -> DatasetVersionRead:
        """Publish the working copy as the next version."""
        row, version = self.publisher.publish(principal, dataset_id, request)
        return self._version(principal, row, version)

    def list(self, principal: Principal, dataset_id: str, query: ListQuery | None = None) -> Page[DatasetVersionRead]:
        """List versions, newest first."""
        query = query or ListQuery(limit=200)
        statement = select(DatasetVersion).where(DatasetVersion.object_id == dataset_id)
        if query.q:
            statement = statement.where(contains(DatasetVersion.note, query.q))
        sorts = {"version": DatasetVersion.number, "created_at": DatasetVersion.created_at}
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            rows, info = paged(session, statement, query, sorts=sorts, tie=DatasetVersion.id, default="-version")
            return Page(items=[self._version(principal, row, v) for v in rows], page=info)

    def get(self, principal: Principal, dataset_id: str, name: str) -> DatasetVersionRead:
        """Give one version."""
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            return self._version(principal, row, get_version(session, DatasetVersion, dataset_id, name))

    def update(self, principal: Principal, dataset_id: str, name: str, body: VersionUpdate) -> DatasetVersionRead:
        """Change the note of a version."""
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write")
            version = get_version(session, DatasetVersion, dataset_id, name)
            version.note = body.note
            self._record(principal, "dataset.version_changed", row, version=name)
            return self._version(principal, row, version)

    def set_current(self, principal: Principal, dataset_id: str, name: str) -> DatasetVersionRead:
        """Make a version the one that is offered first; the working copy stays as it is."""
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            version = get_version(session, DatasetVersion, dataset_id, name)
            row.current_version = version.name
            revisions.touch(row)
            self._record(principal, "dataset.current_version_set", row, version=name)
            return self._version(principal, row, version)

    def delete(self, principal: Principal, dataset_id: str, name: str) -> None:
        """Delete a version that nothing uses; its name is not given again.

        Raises
        ------
        InUse
            The users are named.
        """
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            version = get_version(session, DatasetVersion, dataset_id, name)
            users = self.used_by(principal, dataset_id, name)
            if users:
                raise InUse(f"Version {name} of {row.name!r}", list(users))
            session.delete(version)
            session.flush()
            if row.current_version == name:
                left = list_versions(session, DatasetVersion, dataset_id)
                row.current_version = left[0].name if left else None
            revisions.touch(row)
            self._record(principal, "dataset.version_deleted", row, version=name)

    def samples(
        self, principal: Principal, dataset_id: str, name: str, query: VersionSampleQuery
    ) -> CursorPage[SampleRead]:
        """Give a page of the samples of a version."""
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            version = get_version(session, DatasetVersion, dataset_id, name)
        return self.snapshots.samples(row, version, query)

    def file(self, principal: Principal, dataset_id: str, name: str, path: str) -> tuple[FileEntry, str, Path | bytes]:
        """Find a file of a version: its entry, its media type, and where its bytes lie, or the bytes themselves."""
        with self.db.read() as session:
            dataset_row(session, principal, dataset_id, "read")
            version = get_version(session, DatasetVersion, dataset_id, name)
        entry, media_type, data = self.snapshots.file(version, path)
        return entry, media_type, self.platform.blobs.path(entry.sha256) if data is None else data

    def difference(self, principal: Principal, dataset_id: str, query: DiffQuery) -> DiffRead:
        """Tell how two versions, or the last one and the working copy, differ.

        Raises
        ------
        Conflict
            The working copy is only compared with the version that it goes on from.
        """
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            if query.to == "working":
                if query.from_ not in (None, row.base_version):
                    raise Conflict(
                        "diff_base",
                        f"Not compared. The working copy goes on from {row.base_version or 'nothing'}.",
                        params={"base_version": row.base_version},
                    )
                return self.snapshots.working_difference(session, row, query)
            after = get_version(session, DatasetVersion, dataset_id, query.to)
            before = get_version(session, DatasetVersion, dataset_id, query.from_) if query.from_ else None
        return self.snapshots.difference(before, after, query)

    def resolve_for_run(
        self, principal: Principal, dataset_id: str, version: str, split: Split | None = None
    ) -> MountSource:
        """Lay a version out for a run of the principal.

        Raises
        ------
        NotFound, Forbidden
            The dataset or version is not his to see.
        Invalid
            The version has no sample in this split.
        """
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            found = get_version(session, DatasetVersion, dataset_id, version)
        count = found.counts["splits"].get(split, 0) if split is not None else found.file_count
        if not count:
            raise Invalid("split", f"Split: {version} of {row.name!r} has no samples in {split!r}.", code="split_empty")
        labels = [label["name"] for label in found.labels]
        facts = {
            "id": row.id,
            "name": row.name,
            "version": version,
            "data_type": found.data_type,
            "annotation_type": found.annotation_type,
            "template": found.template,
            "labels": labels,
            **({"columns": found.columns} if found.columns is not None else {}),
            "split": split,
            "count": count,
        }

        def build(tree: TreeBuilder) -> None:
            def lines() -> Iterator[bytes]:
                for line in self.snapshots.lines(found, split):
                    content = line.record.get("c")
                    if content is None:
                        tree.file(line.entry.path, line.entry.sha256)
                    elif found.columns is None:
                        tree.write(line.entry.path, [content.encode()])
                    yield json_line(line, found.columns)

            tree.write(".aispace/annotations.jsonl", lines())
            if found.columns is not None:
                tree.write("table.csv", self.writers.table(found, "csv", split))
            tree.write(".aispace/dataset.json", [json.dumps(facts, ensure_ascii=False, indent=1).encode()])

        path = self.platform.trees.materialise(f"{found.id}-{split or 'all'}", principal.uid, build)
        return MountSource(
            path=path,
            dataset_id=row.id,
            dataset_name=row.name,
            version=version,
            version_id=found.id,
            data_type=found.data_type,
            annotation_type=found.annotation_type,
            labels=labels,
            split=split,
            count=count,
        )

    def _record(self, principal: Principal, code: str, row: Dataset, **params: Any) -> None:
        self.platform.events.record(
            principal, code, object_kind="dataset", object_id=row.id, params={"name": row.name, **params}, resource=row
        )

    def _version(self, principal: Principal, row: Dataset, version: DatasetVersion) -> DatasetVersionRead:
        users = list(self.used_by(principal, row.id, version.name))
        confirmed = sum(version.counts["states"].get(state, 0) for state in CONFIRMED)
        actions = ["export"]
        if can(principal, "write:dataset", row):
            actions += ["write", "set_current", *([] if users else ["delete"])]
        return DatasetVersionRead(
            **version_fields(version, current=row.current_version),
            dataset_id=row.id,
            data_type=version.data_type,
            annotation_type=version.annotation_type,
            template=version.template,  # type: ignore[arg-type]  # only such words are ever stored
            labels=version.labels,
            counts={
                key: version.counts[key]
                for key in ("states", "splits", "labels", "objects")
                if key != "objects" or version.counts.get(key)
            },
            columns=version.columns,
            progress=confirmed / version.file_count if version.file_count else 0.0,
            used_by=users,
            can=actions,
        )
