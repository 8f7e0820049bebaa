"""Exports: a version on its way out, as a zip that is made while it is read."""

from __future__ import annotations

import functools
import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..errors import AISpaceError, Conflict, Invalid, NotFound
from ..files.beneath import split as split_path
from ..identity import Principal, authorize
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import Page, Progress, Reason
from ..versions import get_version, zip_stream
from .access import dataset_row, restored_principal, saved_principal
from .annotations import KINDS, Layout, labels_of
from .contents import read_row
from .layouts import NO_SPLIT
from .losses import Facts, gather, losses
from .orm import Dataset, DatasetVersion, Export
from .records import read_record
from .requests import (
    AreaTarget,
    ExportInspection,
    ExportInspectRequest,
    ExportQuery,
    ExportRead,
    ExportRequest,
    Note,
)
from .snapshots import Line, Snapshots
from .writers import Piece, Writers

if TYPE_CHECKING:
    from ..platform import Platform

log = logging.getLogger("aispace.datasets")
UNLABELLED: Final = "_unlabelled"
NO_DATA: Final = "data"
"""Code of the note that an export has no files of samples."""
BESIDE: Final = ("manifest", "line_manifest", "coco", "voc", "yolo")
"""Layouts that say things of samples beside them."""
SPLIT_FOLDERS: Final = {"training": "train", "validation": "val", "test": "test"}


class _Reader(io.RawIOBase):
    """A stream over pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        n = min(len(view), len(self._rest))
        view[:n], self._rest = self._rest[:n], self._rest[n:]
        return n


class ExportService:
    """Exports of versions."""

    def __init__(self, platform: Platform, snapshots: Snapshots) -> None:
        self.platform = platform
        self.db = platform.db
        self.snapshots = snapshots
        self.writers = Writers(platform, snapshots)
        self._facts = functools.lru_cache(maxsize=32)(self._gather)

    def inspect(
        self, principal: Principal, dataset_id: str, version: str, request: ExportInspectRequest
    ) -> ExportInspection:
        """Tell what a form of export does not carry of a version."""
        with self.db.read() as session:
            dataset_row(session, principal, dataset_id, "read")
            found = get_version(session, DatasetVersion, dataset_id, version)
        kind = KINDS[found.data_type, found.annotation_type]
        possible = request.layout in kind.exports and (request.layout, found.template) != ("class_folders", "multi")
        return ExportInspection(
            layout=request.layout,
            count=found.file_count,
            possible=possible,
            losses=self.losses(found, request.layout) if request.layout in kind.exports else [],
        )

    def losses(self, version: DatasetVersion, layout: Layout) -> list[Note]:
        """Say what a form does not carry of a version."""
        kind = KINDS[version.data_type, version.annotation_type]
        facts = self._facts(version.annotations, version.data_type, version.annotation_type)
        unused = [label["name"] for label in version.labels if not version.counts["labels"].get(label["name"])]
        return losses(layout, kind, facts, unused)

    def _gather(self, annotations: str, data_type: str, annotation_type: str) -> Facts:
        with self.platform.blobs.open(annotations) as file:
            return gather((read_record(line.rstrip(b"\n")) for line in file), KINDS[data_type, annotation_type])

    def create(self, principal: Principal, dataset_id: str, version: str, request: ExportRequest) -> ExportRead:
        """Begin an export. A download is ready at once; one into the area is written in the background.

        Raises
        ------
        Conflict
            The layout cannot hold what the version says.
        """
        with self.db.read() as session:
            dataset_row(session, principal, dataset_id, "read")
            found = get_version(session, DatasetVersion, dataset_id, version)
        kind = KINDS[found.data_type, found.annotation_type]
        if request.layout not in kind.exports:
            raise Invalid(
                "layout",
                f"Layout: {kind.annotation_type} does not go into {request.layout!r}. Use one of "
                f"{', '.join(kind.exports)}.",
                code="layout_not_of_kind",
                params={"layouts": kind.exports},
            )
        lost = self.losses(found, request.layout)
        if not request.data:
            if request.layout not in BESIDE:
                raise Invalid(
                    "data",
                    f"Data: in the layout {request.layout!r} the samples themselves are the export. Use one of "
                    f"{', '.join(BESIDE)}.",
                    code="data_is_layout",
                    params={"layouts": list(BESIDE)},
                )
            lost = [_without_data(found.file_count), *lost]
        with self.db.write() as session:
            dataset = dataset_row(session, principal, dataset_id, "read")
            if request.layout == "class_folders" and found.template == "multi":
                raise Conflict(
                    "layout_loses",
                    "Not exported. Class folders cannot hold several labels a sample. Use the layout 'manifest'.",
                )
            area = request.target.area if isinstance(request.target, AreaTarget) else None
            if area is not None:
                split_path(area, "target.area")
            filename = f"{dataset.name}-{version}.zip"
            row = Export(
                id=new_id("exp"),
                dataset_id=dataset_id,
                version=version,
                owner_id=principal.user_id,
                principal=saved_principal(principal),
                layout=request.layout,
                losses=[note.model_dump(mode="json") for note in lost],
                area_path=f"{area.rstrip('/')}/{filename}".lstrip("/") if area is not None else None,
                filename=filename,
                status="queued" if area is not None else "ready",
                total=found.file_count,
                done=found.file_count if area is None else 0,
                created_at=self.platform.clock.now(),
            )
            session.add(row)
            self.platform.events.record(
                principal,
                "dataset.exported",
                object_kind="dataset",
                object_id=dataset.id,
                params={"name": dataset.name, "version": version, "layout": request.layout},
                resource=dataset,
            )
            if area is not None:
                self.db.after_commit(lambda: self.platform.datasets.imports.submit(self.run, row.id))
        return self._read(row)

    def get(self, principal: Principal, export_id: str) -> ExportRead:
        """Tell how far an export is."""
        with self.db.read() as session:
            return self._read(self._row(session, principal, export_id))

    def list(self, principal: Principal, query: ExportQuery) -> Page[ExportRead]:
        """List one's own exports."""
        authorize(principal, "read:dataset")
        statement = select(Export).where(Export.owner_id == principal.user_id)
        if query.dataset_id is not None:
            statement = statement.where(Export.dataset_id == query.dataset_id)
        if query.q:
            named = select(Dataset.id).where(contains(Dataset.name, query.q))
            statement = statement.where(or_(Export.id == query.q, Export.dataset_id.in_(named)))
        sorts = {"created_at": Export.created_at, "status": Export.status}
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Export.id)
        return Page(items=[self._read(row) for row in rows], page=info)

    def content(self, principal: Principal, export_id: str) -> tuple[str, Iterator[bytes]]:
        """Give file name and bytes of a download.

        Raises
        ------
        NotFound
            The version was deleted meanwhile.
        """
        with self.db.read() as session:
            row = self._row(session, principal, export_id)
            dataset = dataset_row(session, principal, row.dataset_id, "read")
            version = get_version(session, DatasetVersion, row.dataset_id, row.version)
        data = all(note["code"] != NO_DATA for note in row.losses or ())
        return row.filename, self.pieces(dataset.name, version, row.layout, data=data)

    def resume(self) -> None:
        """Go on with what an earlier process left."""
        with self.db.read() as session:
            ids = session.scalars(select(Export.id).where(Export.status.in_(("queued", "running")))).all()
        for export_id in ids:
            self.platform.datasets.imports.submit(self.run, export_id)

    def run(self, export_id: str) -> None:
        """Write an export into the area of who asked for it."""
        with self.db.write() as session:
            row = session.get_one(Export, export_id)
            row.status = "running"
        reason, status = None, "ready"
        try:
            principal = restored_principal(row.principal)
            _, pieces = self.content(principal, export_id)
            stream = cast(Any, io.BufferedReader(_Reader(pieces)))
            self.platform.areas.write_file(principal, row.area_path or row.filename, stream)
        except AISpaceError as error:
            reason, status = Reason(code=error.code, message=error.message), "failed"
        except Exception:  # whatever it was: it is logged, and the export says so
            log.exception("export %s failed", export_id)
            reason, status = Reason(code="internal", message="Not exported. The platform made a mistake."), "failed"
        with self.db.write() as session:
            row = session.get_one(Export, export_id)
            row.status, row.reason = status, reason.model_dump() if reason else None
            row.done, row.ended_at = row.total if reason is None else 0, self.platform.clock.now()

    def pieces(self, name: str, version: DatasetVersion, layout: str, *, data: bool = True) -> Iterator[bytes]:
        """Make the zip of a version; without ``data`` only what is said of its samples."""
        if layout == "class_folders":
            return zip_stream(self._class_folders(name, version))
        if layout == "manifest":
            return zip_stream(self._manifest(name, version, data=data))
        found = self.writers.pieces(cast(Layout, layout), name, version)
        # What is written has no store: only files of samples come from one.
        return zip_stream(found if data else (piece for piece in found if piece[1] is None))

    def _class_folders(self, name: str, version: DatasetVersion) -> Iterator[Piece]:
        splits = bool(version.counts["splits"])
        for line in self.snapshots.lines(version):
            label = folder_name(next(iter(labels_of(line.record.get("o"))), UNLABELLED))
            path = line.entry.path
            top, _, rest = path.partition("/")
            if rest and top in (*SPLIT_FOLDERS.values(), NO_SPLIT) and splits:
                path = rest
            if not path.startswith(f"{label}/"):
                path = f"{label}/{path}"
            split = SPLIT_FOLDERS.get(line.record.get("p") or "", NO_SPLIT) if splits else ""
            yield "/".join(filter(None, [name, split, path])), *self.writers.file(line)

    def _manifest(self, name: str, version: DatasetVersion, *, data: bool) -> Iterator[Piece]:
        for line in self.snapshots.lines(version) if data else ():
            yield f"{name}/{line.entry.path}", *self.writers.file(line)
        labels = [{k: label.get(k) for k in ("name", "color", "key")} for label in version.labels]
        yield f"{name}/label_group.json", None, json.dumps(labels, ensure_ascii=False, indent=1).encode()
        yield f"{name}/manifest.jsonl", None, (json_line(line) for line in self.snapshots.lines(version))

    def _row(self, session: Session, principal: Principal, export_id: str) -> Export:
        row = session.get(Export, export_id)
        if row is None or row.owner_id != principal.user_id:
            raise NotFound("export", export_id)
        return row

    def _read(self, row: Export) -> ExportRead:
        return ExportRead(
            id=row.id,
            dataset_id=row.dataset_id,
            version=row.version,
            layout=row.layout,
            filename=row.filename,
            area_path=row.area_path,
            status=row.status,  # type: ignore[arg-type]  # only such words are ever stored
            progress=Progress(done=row.done, total=row.total),
            losses=[Note.model_validate(note) for note in row.losses or []],
            reason=Reason.model_validate(row.reason) if row.reason else None,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )


def _without_data(n: int) -> Note:
    words = "the file of 1 sample is not in it" if n == 1 else f"the files of {n:,} samples are not in it"
    return Note(code=NO_DATA, n=n, message=words)


def folder_name(label: str) -> str:
    """Make one folder's name of a label: labels may be ``..`` or hold slashes, archives must not."""
    plain = label.replace("/", "_").replace("\\", "_")
    return f"_{plain}" if plain.startswith(".") else plain


def json_line(line: Line, columns: Sequence[Mapping[str, Any]] | None = None) -> bytes:
    """Write a sample as one line of ``annotations.jsonl`` or ``manifest.jsonl``; a row of a table with its values."""
    record = line.record
    value = {
        "path": line.entry.path,
        "sha256": line.entry.sha256,
        "split": record.get("p"),
        "state": record["s"],
        "hard": bool(record.get("d")),
        "objects": record.get("o", []),
    }
    if "r" in record:
        value["review"] = {key: record["r"][key] for key in ("verdict", "reason")}
    if columns is not None:
        value["values"] = read_row(columns, record["c"])
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
