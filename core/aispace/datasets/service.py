"""Rules of datasets: create, list, change, publish, versions; samples, imports and exports have rooms of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from .. import revisions
from ..db import WITH_TRASH
from ..errors import Conflict, Forbidden, InUse, Invalid, NameTaken
from ..identity import SHARED, Principal, authorize, can, visible
from ..ids import new_id
from ..labels.schemas import LabelGroupOf
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, Ref
from ..versions import version_name
from .access import dataset_row
from .annotations import KINDS, Kinds, Split
from .bulk import BulkService
from .copying import Copies
from .exporting import ExportService
from .history import MountSource, VersionService
from .images import Thumbnails
from .importing import ImportService
from .orm import BulkUndo, Dataset, DatasetCount, DatasetVersion, Sample, SampleLabel, SampleRemoval
from .relabelling import RelabelService
from .samples import SampleService
from .schemas import (
    Counts,
    DatasetCreate,
    DatasetQuery,
    DatasetRead,
    DatasetUpdate,
    Unpublished,
)
from .snapshots import Snapshots
from .working import counters

if TYPE_CHECKING:
    from ..platform import Platform

Users = Callable[[Principal, str, str | None], list[dict[str, str]]]


class DatasetService:
    """Datasets and their versions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.users_of: list[Users] = []
        """Other domains put a function here: dataset id and version (``None``: any) to ``{"kind", "id", "name"}``."""
        self.samples = SampleService(platform)
        self.bulk = BulkService(platform)
        self.relabel = RelabelService(platform)
        self.imports = ImportService(platform)
        self.snapshots = Snapshots(platform)
        self.copies = Copies(platform)
        self.exports = ExportService(platform, self.snapshots)
        self.thumbnails = Thumbnails(platform.path, platform.blobs)
        self.versions = VersionService(platform, self.snapshots, self.used_by)
        platform.blobs.holders.append(self._held_blobs)
        platform.labels.counts = self._group_counts
        platform.labels.users = self._group_users
        platform.labels.used_labels = self._group_labels
        platform.labels.trashed_users = self._trashed_group_users
        kind = ObjectKind("dataset", "ds", "dataset", "dataset", Dataset)
        platform.objects.add(
            replace(kind, restored=self._check_group, purged=self._purge, moved=self._take_group_along)
        )

    def start(self) -> None:
        """Go on with imports and exports that an earlier process left."""
        self.imports.resume()
        self.exports.resume()

    def close(self) -> None:
        """Stop the background work; it goes on at the next start."""
        self.imports.close()

    def kinds(self, principal: Principal) -> Kinds:
        """List the kinds of datasets, with the layouts that they come in and go out in."""
        authorize(principal, "read:dataset")
        return Kinds(items=list(KINDS.values()))

    # Datasets

    def list(self, principal: Principal, query: DatasetQuery) -> Page[DatasetRead]:
        """List the datasets that the principal may see."""
        authorize(principal, "read:dataset")
        statement = select(Dataset).where(visible(principal, Dataset, mine_only=query.scope == "mine"))
        if query.scope == "preset":
            statement = statement.where(Dataset.visibility == "preset")
        elif query.scope == "shared":
            statement = statement.where(Dataset.visibility.in_(SHARED), Dataset.owner_id != principal.user_id)
        for column, value in (
            (Dataset.data_type, query.data_type),
            (Dataset.annotation_type, query.annotation_type),
            (Dataset.status, query.status),
        ):
            if value is not None:
                statement = statement.where(column == value)
        if query.published is not None:
            none = Dataset.current_version.is_(None)
            statement = statement.where(~none if query.published else none)
        if query.created_after is not None:
            statement = statement.where(Dataset.created_at >= _zoned("created_after", query.created_after))
        if query.created_before is not None:
            statement = statement.where(Dataset.created_at < _zoned("created_before", query.created_before))
        if query.q:
            statement = statement.where(contains(Dataset.name, query.q) | (Dataset.id == query.q))
        sorts = {
            "name": Dataset.name,
            "number": Dataset.number,
            "id": Dataset.number,
            "created_at": Dataset.created_at,
            "updated_at": Dataset.updated_at,
            "samples": Dataset.total,
            "size_bytes": Dataset.size_bytes,
            "status": Dataset.status,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Dataset.id)
            names = self.platform.users.refs(r.owner_id for r in rows)
            groups = self._groups(rows)
        return Page(
            items=[self._read(principal, r, names[r.owner_id], groups.get(r.label_group_id or "")) for r in rows],
            page=info,
        )

    def _groups(self, rows: Sequence[Dataset]) -> dict[str, LabelGroupOf]:
        ids = {r.label_group_id for r in rows if r.label_group_id is not None}
        return {group_id: self.platform.labels.of_dataset(group_id) for group_id in ids}

    def get(self, principal: Principal, dataset_id: str) -> DatasetRead:
        """Give one dataset, with what uses it."""
        with self.db.read() as session:
            return self._one(principal, dataset_row(session, principal, dataset_id, "read"))

    def create(self, principal: Principal, body: DatasetCreate) -> DatasetRead:
        """Make an empty dataset.

        Raises
        ------
        Invalid
            There is no such pair of data type and annotation type, or template.
        NameTaken
            The principal has a dataset of this name.
        """
        authorize(principal, "write:dataset")
        _check_preset(principal, body.visibility)
        kind = KINDS.get((body.data_type, body.annotation_type))
        if kind is None:
            pairs = ", ".join(f"{d}/{a}" for d, a in KINDS)
            raise Invalid(
                "annotation_type" if any(body.data_type == d for d, _ in KINDS) else "data_type",
                f"Annotation type: {body.annotation_type!r} of {body.data_type!r} is not possible. Use one of {pairs}.",
                code="kind_unknown",
            )
        template = body.template or (kind.templates[0] if kind.templates else None)
        if template is not None and template not in kind.templates:
            raise Invalid(
                "template", f"Template: {kind.annotation_type} has no template {template!r}.", code="template_unknown"
            )
        if body.label_group_id is not None and body.labels is not None:
            raise Invalid("labels", "Labels: give either a label group or labels.", code="labels_and_group")
        with self.db.write() as session:
            self._check_name(session, principal.user_id, body.name)
            group_id = body.label_group_id
            if group_id is not None:
                self.platform.labels.get(principal, group_id)
            elif kind.label_group:
                group_id = self.platform.labels.create_for(principal, body.name, body.labels or []).id
            self.db.serialize(session, "aispace_datasets.number")
            row = Dataset(
                id=new_id("ds"),
                number=(session.scalar(select(func.max(Dataset.number)), execution_options=WITH_TRASH) or 0) + 1,
                owner_id=principal.user_id,
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                visibility=body.visibility,
                name=body.name,
                description=body.description,
                data_type=body.data_type,
                annotation_type=body.annotation_type,
                template=template,
                label_group_id=group_id,
            )
            session.add(row)
            session.flush()
            self._record(principal, "dataset.created", row)
            return self._one(principal, row)

    def update(
        self, principal: Principal, dataset_id: str, body: DatasetUpdate, revision: int | None = None
    ) -> DatasetRead:
        """Rename, describe, share, or change the label group.

        Raises
        ------
        Conflict
            The new group lacks labels that are on samples.
        PreconditionFailed
            Somebody changed it meanwhile.
        """
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            revisions.check(row, revision, lambda: self._one(principal, row))
            if body.name is not None and body.name != row.name:
                self._check_name(session, row.owner_id, body.name)
                row.name = body.name
            if body.description is not None:
                row.description = body.description
            if body.visibility is not None and body.visibility != row.visibility:
                self._check_share(principal, row, body.visibility)
                row.visibility = body.visibility
            if body.label_group_id is not None and body.label_group_id != row.label_group_id:
                group = self.platform.labels.get(principal, body.label_group_id)
                lost = set(counters(session, row.number, "label")) - {label.name for label in group.labels}
                if lost:
                    raise Conflict(
                        "labels_missing",
                        f"Not changed. Samples have the label {min(lost)!r}, which the group lacks. Add it first.",
                        params={"labels": sorted(lost)},
                    )
                row.label_group_id = group.id
            revisions.touch(row)
            self._record(principal, "dataset.changed", row)
            return self._one(principal, row)

    def _check_share(self, principal: Principal, row: Dataset, visibility: str) -> None:
        _check_preset(principal, visibility, row.visibility)
        if visibility == "preset" and row.current_version is None:
            raise Conflict("not_published", "Not made a preset. The dataset has no version. Publish it first.")

    def delete(self, principal: Principal, dataset_id: str, revision: int | None = None) -> None:
        """Delete a dataset with all its versions.

        Raises
        ------
        InUse
            Versions are used; the users are named.
        Conflict
            An import is running.
        """
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            revisions.check(row, revision, lambda: self._one(principal, row))
            users = self.used_by(principal, row.id, None)
            if users:
                raise InUse(f"The dataset {row.name!r}", list(users))
            if row.importing:
                raise Conflict("import_running", "Not deleted. An import is running. Cancel it first.")
            self._record(principal, "dataset.deleted", row)
            self.platform.trash.put(principal, row)

    def _purge(self, session: Session, row: Dataset) -> None:
        for model in (Sample, SampleLabel, SampleRemoval, DatasetCount):
            session.execute(delete(model).where(model.dataset == row.number))
        session.execute(delete(DatasetVersion).where(DatasetVersion.object_id == row.id))
        session.execute(delete(BulkUndo).where(BulkUndo.dataset_id == row.id))

    def _check_group(self, _session: Session, row: Dataset) -> None:
        if row.label_group_id is not None and self.platform.trash.holds([row.label_group_id]):
            raise Conflict(
                "label_group_in_trash",
                "Not restored. Its label group is in the trash, too. Restore that first.",
                params={"label_group_id": row.label_group_id},
            )

    def _take_group_along(self, session: Session, row: Dataset, receiver: Principal) -> None:
        """Give the labels to the dataset's new owner where no other dataset has them."""
        group_id = row.label_group_id
        if group_id is None:
            return
        if len(self._group_users(group_id)) == 1 and not self._trashed_group_users(group_id):
            self.platform.labels.follow(session, group_id, receiver)

    # For other domains

    def resolve_for_run(
        self, principal: Principal, dataset_id: str, version: str, split: Split | None = None
    ) -> MountSource:
        """Lay a version out for a run, see `VersionService.resolve_for_run`."""
        return self.versions.resolve_for_run(principal, dataset_id, version, split)

    def used_by(self, principal: Principal, dataset_id: str, version: str | None) -> Sequence[dict[str, str]]:
        """Name what uses a version, or any version of a dataset; what the principal may not see without its name."""
        return [user for users in self.users_of for user in users(principal, dataset_id, version)]

    def register_user(self, users: Users) -> None:
        """Let another domain say what of it uses a version."""
        self.users_of.append(users)

    # Inside

    def _held_blobs(self) -> Iterator[str]:
        with self.db.read() as session:
            yield from session.scalars(select(DatasetVersion.annotations))
            yield from session.scalars(
                select(Sample.sha256).where(Sample.content.is_(None)).execution_options(yield_per=10_000)
            )
            bases = select(Dataset.base_manifest, Dataset.base_annotations)
            for manifest, annotations in session.execute(bases, execution_options=WITH_TRASH):
                yield from (digest for digest in (manifest, annotations) if digest is not None)

    def _group_counts(self, group_ids: Sequence[str]) -> dict[str, int]:
        with self.db.read() as session:
            statement = select(Dataset.label_group_id, func.count()).where(Dataset.label_group_id.in_(group_ids))
            return {key: n for key, n in session.execute(statement.group_by(Dataset.label_group_id)) if key}

    def _group_users(self, group_id: str) -> Any:
        with self.db.read() as session:
            rows = session.execute(select(Dataset.id, Dataset.name).where(Dataset.label_group_id == group_id))
            return [{"kind": "dataset", "id": row.id, "name": row.name} for row in rows]

    def _trashed_group_users(self, group_id: str) -> Any:
        wanted = select(Dataset.id).where(Dataset.label_group_id == group_id, Dataset.trashed_at.is_not(None))
        with self.db.read() as session:
            ids = session.scalars(wanted, execution_options=WITH_TRASH).all()
        return [{"kind": "dataset", "id": dataset_id, "name": "in the trash"} for dataset_id in ids]

    def _group_labels(self, group_id: str) -> dict[str, int]:
        with self.db.read() as session:
            rows = session.execute(
                select(DatasetCount.key, func.sum(DatasetCount.n))
                .join(Dataset, Dataset.number == DatasetCount.dataset)
                .where(Dataset.label_group_id == group_id, DatasetCount.kind == "label")
                .group_by(DatasetCount.key)
            )
            return {key: int(n) for key, n in rows if n}

    def _check_name(self, session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(Dataset.id).where(Dataset.owner_id == owner_id, Dataset.name == name)):
            raise NameTaken("dataset", name)

    def _record(self, principal: Principal, code: str, row: Dataset, **params: Any) -> None:
        self.platform.events.record(
            principal, code, object_kind="dataset", object_id=row.id, params={"name": row.name, **params}, resource=row
        )

    def _one(self, principal: Principal, row: Dataset) -> DatasetRead:
        group = self.platform.labels.of_dataset(row.label_group_id) if row.label_group_id else None
        read = self._read(principal, row, self.platform.users.ref(row.owner_id), group)
        read.used_by = list(self.used_by(principal, row.id, None))
        return read

    def _read(self, principal: Principal, row: Dataset, owner: Ref, group: LabelGroupOf | None) -> DatasetRead:
        confirmed = row.labelled + row.reviewed
        return DatasetRead(
            id=row.id,
            number=row.number,
            name=row.name,
            owner=owner,
            visibility=row.visibility,  # type: ignore[arg-type]
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            can=_actions(principal, row),
            description=row.description,
            data_type=row.data_type,
            annotation_type=row.annotation_type,
            template=row.template,  # type: ignore[arg-type]
            label_group=group,
            columns=row.columns,
            status=row.status,  # type: ignore[arg-type]
            counts=Counts.model_validate(row),
            progress=confirmed / row.total if row.total else 0.0,
            size_bytes=row.size_bytes,
            current_version=row.current_version,
            next_version=version_name(row.last_version + 1),
            base_version=row.base_version,
            unpublished=Unpublished.model_validate(row),
            used_by=[],
        )


def _actions(principal: Principal, row: Dataset) -> list[str]:
    """Name what the principal may do with a dataset in its state."""
    actions = ["export"] if row.current_version is not None else []
    if not can(principal, "write:dataset", row):
        return actions
    actions += ["write", "import", "annotate"]
    if not row.importing:
        actions.append("delete")
        if row.total and not (row.unlabelled or row.started or row.rejected):
            actions.append("publish")
        elif row.labelled + row.reviewed:
            actions.append("publish_confirmed")
    if principal.is_administrator and row.current_version is not None:
        actions.append("make_preset")
    return actions


def _check_preset(principal: Principal, *visibilities: str) -> None:
    if "preset" in visibilities and not principal.is_administrator:
        raise Forbidden("Not done. Only an administrator makes presets. Ask one.", code="preset_forbidden")


def _zoned(field: str, value: Any) -> Any:
    if value.tzinfo is None:
        raise Invalid(field, "Date: a time zone is missing, for instance '2026-01-31T00:00:00Z'.", code="no_zone")
    return value
