"""Publishing: the next version from the last one and what changed since; the rest is copied as bytes, never parsed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import Conflict
from ..storage.blobs import EMPTY, BlobStore, BlobWriter
from ..storage.manifests import Manifest, mapped, parse, seek
from ..versions import add_version
from .access import dataset_row
from .annotations import CONFIRMED, STATES, counted, labels_of
from .orm import Dataset, DatasetVersion, Sample, SampleRemoval
from .records import RECORDED, Recordable, View, entry_of, line_at, read_record, seek_record, write_record
from .schemas import PublishRequest
from .working import set_markers, unpublished

if TYPE_CHECKING:
    from ..identity import Principal
    from ..platform import Platform

SLICE: Final = 4 << 20
NO_COUNTS: Final[dict[str, Any]] = {"states": {}, "splits": {}, "labels": {}, "objects": {}, "count": 0, "size": 0}


@dataclass(frozen=True)
class Snapshot:
    """The bytes of a new version."""

    manifest: Manifest
    annotations: str
    counts: dict[str, Any]


class _Counts:
    """Numbers of the new version: those of the last one, corrected by what changed."""

    def __init__(self, base: dict[str, Any]) -> None:
        self.states, self.splits, self.labels = (Counter(base[k]) for k in ("states", "splits", "labels"))
        self.objects = Counter(base.get("objects", {}))
        self.count, self.size = base["count"], base["size"]

    def add(self, state: str, split: str | None, objects: Any, size: int, sign: int) -> None:
        self.states[state] += sign
        if split:
            self.splits[split] += sign
        for label in labels_of(objects):
            self.labels[label] += sign
        for label in counted(objects):
            self.objects[label] += sign
        self.count += sign
        self.size += sign * size

    def as_dict(self) -> dict[str, Any]:
        return {
            "states": {k: n for k, n in self.states.items() if n},
            "splits": {k: n for k, n in self.splits.items() if n},
            "labels": {k: n for k, n in self.labels.items() if n},
            "objects": {k: n for k, n in self.objects.items() if n},
            "count": self.count,
            "size": self.size,
        }


class _Copier:
    """Copies ranges of the last version's bytes into the new one."""

    def __init__(self, view: View, writer: BlobWriter) -> None:
        self.view, self.writer, self.offset = view, writer, 0

    def until(self, offset: int) -> None:
        """Copy up to an offset."""
        start = self.offset
        while start < offset:
            end = min(start + SLICE, offset)
            self.writer.write(self.view[start:end])
            start = end
        self.offset = offset

    def skip(self) -> bytes:
        """Leave out the line at the offset, and give it."""
        line = line_at(self.view, self.offset)
        self.offset += len(line) + 1
        return line


def merge(
    blobs: BlobStore,
    manifest: str | None,
    annotations: str | None,
    counts: dict[str, Any],
    changes: Iterator[tuple[str, Recordable | None]],
) -> Snapshot:
    """Make the bytes of a version from those of the last one.

    Parameters
    ----------
    manifest, annotations : str or None
        Blobs of the last version; ``None`` for the first.
    changes : iterator of (path, sample)
        Sorted by the bytes of the path, each path once; ``None`` for a sample that is not in the new version.

    Returns
    -------
    Snapshot
        Durable.
    """
    sums = _Counts(counts)
    with (
        mapped(blobs, manifest or _empty(blobs)) as old_manifest,
        mapped(blobs, annotations or _empty(blobs)) as old_records,
        blobs.writer() as new_manifest,
        blobs.writer() as new_records,
    ):
        files, records = _Copier(old_manifest, new_manifest), _Copier(old_records, new_records)
        for path, sample in changes:
            key = path.encode()
            if files.offset < len(old_manifest):
                files.until(seek(old_manifest, key, low=files.offset))
                records.until(seek_record(old_records, key, records.offset))
                if files.offset < len(old_manifest) and line_at(old_manifest, files.offset).startswith(key + b" "):
                    entry = parse(line_at(old_manifest, files.offset))
                    if entry.path == path:
                        files.skip()
                        old = read_record(records.skip())[1]
                        sums.add(old["s"], old.get("p"), old.get("o"), entry.size, -1)
            if sample is not None:
                new_manifest.write(entry_of(sample).line())
                new_records.write(write_record(sample))
                sums.add(sample.state, sample.split, sample.objects, sample.size, 1)
        files.until(len(old_manifest))
        records.until(len(old_records))
        written = new_records.commit()
        return Snapshot(Manifest(new_manifest.commit().sha256, sums.count, sums.size), written.sha256, sums.as_dict())


def _empty(blobs: BlobStore) -> str:
    if not blobs.exists(EMPTY):
        blobs.put(b"")
    return EMPTY


class Publisher:
    """Publishes working copies."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def publish(self, principal: Principal, dataset_id: str, request: PublishRequest) -> tuple[Dataset, DatasetVersion]:
        """Publish the working copy as the next version.

        People go on annotating meanwhile: the bytes are made from one state of the database, and what changed since
        belongs to the next version.

        Raises
        ------
        Conflict
            Nothing to publish, an import is running, or (``include="all"``) samples are not labelled.
        """
        with self._guard:
            lock = self._locks.setdefault(dataset_id, threading.Lock())
        with lock:
            with self.db.read() as session:
                row = dataset_row(session, principal, dataset_id, "write")
                check_publishable(row, request)
                snapshot = self._snapshot(session, row, only_confirmed=request.include == "confirmed")
            if not snapshot.manifest.count:
                raise Conflict("nothing_to_publish", "Not published. No sample is confirmed. Label some first.")
            return self._finish(principal, row, request, snapshot)

    def _snapshot(self, session: Session, row: Dataset, *, only_confirmed: bool) -> Snapshot:
        manifest, annotations, counts = row.base_manifest, row.base_annotations, row.base_counts or NO_COUNTS
        since = row.published
        if only_confirmed and set(counts["states"]) - set(CONFIRMED):
            # The last version holds samples that this one must not: begin anew.
            manifest, annotations, counts, since = None, None, NO_COUNTS, -1
        if row.change == since and manifest and annotations:
            return Snapshot(Manifest(manifest, counts["count"], counts["size"]), annotations, counts)
        changes = changed_samples(session, row, since, only_confirmed=only_confirmed)
        return merge(self.platform.blobs, manifest, annotations, counts, changes)

    def _finish(
        self, principal: Principal, seen: Dataset, request: PublishRequest, snapshot: Snapshot
    ) -> tuple[Dataset, DatasetVersion]:
        labels = []
        if seen.label_group_id is not None:
            group = self.platform.labels.of_dataset(seen.label_group_id)
            labels = [label.model_dump() for label in group.labels]
        with self.db.write() as session:
            row = dataset_row(session, principal, seen.id, "write", lock=True)
            version = add_version(
                session,
                DatasetVersion,
                row.id,
                principal,
                snapshot.manifest,
                source={"kind": "publish", "include": request.include, "from": row.base_version},
                note=request.note,
                at_least=row.last_version,
                annotations=snapshot.annotations,
                labels=labels,
                counts=snapshot.counts,
                data_type=row.data_type,
                annotation_type=row.annotation_type,
                template=row.template,
                columns=row.columns,
            )
            row.last_version = version.number
            row.current_version = row.base_version = version.name
            row.base_manifest, row.base_annotations = snapshot.manifest.sha256, snapshot.annotations
            row.base_counts = snapshot.counts
            self._mark(session, row, seen.change, request)
            revisions.touch(row)
            self.platform.events.record(
                principal,
                "dataset.published",
                object_kind="dataset",
                object_id=row.id,
                params={"name": row.name, "version": version.name, "samples": snapshot.manifest.count},
                resource=row,
            )
        return row, version

    def _mark(self, session: Session, row: Dataset, change: int, request: PublishRequest) -> None:
        before, row.published = row.published, change
        if request.include == "confirmed":
            # What was left out is to be published still: it counts as added after this version.
            out = and_(Sample.state.not_in(CONFIRMED), Sample.change <= change)
            if set_markers(session, row, out, change=row.change + 1):
                row.change += 1
        if row.change == change:
            row.added = row.changed = row.removed = 0
        else:
            session.flush()
            for name, n in unpublished(session, row.number, change).items():
                setattr(row, name, n)
        if change != before:
            session.execute(
                delete(SampleRemoval).where(SampleRemoval.dataset == row.number, SampleRemoval.change <= change)
            )


def check_publishable(row: Dataset, request: PublishRequest) -> None:
    """Refuse what cannot be published now, and say what is missing.

    Raises
    ------
    Conflict
        With the numbers in ``params``.
    """
    if row.importing:
        raise Conflict("import_running", "Not published. An import is running. Wait for its end, or cancel it.")
    if not row.total:
        raise Conflict("nothing_to_publish", "Not published. The dataset has no samples. Import some first.")
    taken = (*CONFIRMED, "auto", *(["rejected"] if request.rejected else []))
    open_states = {state: getattr(row, state) for state in STATES if state not in taken}
    missing = {state: n for state, n in open_states.items() if n}
    if request.include == "all" and missing:
        raise Conflict(
            "not_labelled",
            f"Not published. {sum(missing.values())} of {row.total} samples are not confirmed "
            f"({', '.join(f'{n} {state}' for state, n in missing.items())}). "
            "Label and confirm them, or publish the confirmed samples only.",
            params={"states": missing, "total": row.total},
        )


def changed_samples(
    session: Session, row: Dataset, since: int, *, only_confirmed: bool
) -> Iterator[tuple[str, Recordable | None]]:
    """Give what changed since a count of changes, sorted by path; ``None`` for what is not in the next version."""
    gone = sorted(
        set(
            session.scalars(
                select(SampleRemoval.path).where(
                    SampleRemoval.dataset == row.number,
                    SampleRemoval.change > since,
                    SampleRemoval.added <= since,
                )
            )
        ),
        key=str.encode,
    )
    # Where much changed the index of paths is quicker than sorting; "+ 0" keeps the database from the index of changes.
    much = since <= 0 or (row.added + row.changed) * 10 > row.total
    statement = (
        select(*(getattr(Sample, name) for name in RECORDED))
        .where(Sample.dataset == row.number, (Sample.change + 0 if much else Sample.change) > since)
        .order_by(Sample.path)
        .execution_options(yield_per=2000)
    )
    n = 0
    for sample in session.execute(statement):
        key = sample.path.encode()
        while n < len(gone) and gone[n].encode() < key:
            yield gone[n], None
            n += 1
        if n < len(gone) and gone[n] == sample.path:
            n += 1
        left_out = only_confirmed and sample.state not in CONFIRMED
        yield sample.path, None if left_out else sample
    for path in gone[n:]:
        yield path, None
