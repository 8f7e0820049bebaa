"""Rules of models."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from .. import revisions
from ..algorithms.schemas import ExportRequest, ExportResult
from ..errors import Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound
from ..identity import Principal, authorize, can, visible
from ..ids import new_id
from ..lineage.service import Point
from ..listing import contains, paged, slice_of
from ..objects import ObjectKind
from ..schemas import CursorPage, CursorQuery, FileEntry, ListQuery, Page
from ..storage.manifests import Entry, Manifest
from ..storage.sources import stage
from ..versions import VersionFiles, VersionUpdate, add_version, get_version, list_versions, version_name
from .config import BadConfig, metrics_of, read_config
from .orm import Model, ModelVersion
from .schemas import ModelCreate, ModelQuery, ModelRead, ModelUpdate, ModelVersionCreate, ModelVersionRead
from .shapes import model_shape, version_shape

if TYPE_CHECKING:
    from ..platform import Platform

CONFIG = "config.json"


@dataclass(frozen=True)
class RunOutput:
    """What a run made, as the training domain gives it."""

    run_id: str
    job_id: str
    job_name: str
    version: str
    manifest: Manifest
    metrics: dict[str, float]
    framework: str
    category: str
    serving_image_id: str | None

    @property
    def point(self) -> Point:
        """Its place in the lineage."""
        return Point(self.job_id, self.version, self.job_name)


@dataclass(frozen=True)
class ResolvedModel:
    """What a service, a run or an evaluation needs of a model version."""

    id: str
    name: str
    version: str
    manifest: str
    config: dict[str, Any] | None
    runtime_image_id: str | None

    path: Path | None = None
    """Read-only tree of its files, where one was asked for."""

    @property
    def point(self) -> Point:
        """Its place in the lineage."""
        return Point(self.id, self.version, self.name)


class ModelService:
    """Models and their versions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.files = VersionFiles(platform.blobs)
        platform.objects.add(ObjectKind("model", "mdl", "model", "model", Model))

    # Models

    def list(self, principal: Principal, query: ModelQuery) -> Page[ModelRead]:
        """List models."""
        authorize(principal, "read:model")
        statement = select(Model).where(visible(principal, Model, mine_only=query.scope == "mine"))
        if query.scope in ("shared", "preset"):
            statement = statement.where(Model.visibility == ("public" if query.scope == "shared" else "preset"))
        if query.category is not None:
            statement = statement.where(Model.category == query.category)
        if query.format is not None:
            statement = statement.where(Model.format == query.format)
        if query.q:
            statement = statement.where(
                or_(contains(Model.name, query.q), contains(Model.description, query.q), Model.id == query.q)
            )
        sorts = {"name": Model.name, "created_at": Model.created_at, "updated_at": Model.updated_at,
                 "framework": Model.framework, "format": Model.format, "category": Model.category}  # fmt: skip
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Model.id)
            return Page[ModelRead](items=[self._shape(session, principal, row) for row in rows], page=info)

    def get(self, principal: Principal, model_id: str) -> ModelRead:
        """Read a model."""
        with self.db.read() as session:
            return self._shape(session, principal, self._row(session, principal, "read", model_id))

    def create(self, principal: Principal, body: ModelCreate) -> ModelRead:
        """Make a model without versions."""
        authorize(principal, "write:model")
        with self.db.write() as session:
            self._name_is_free(session, principal.user_id, body.name)
            row = Model(
                id=new_id("mdl"),
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                **body.model_dump(),
            )
            session.add(row)
            session.flush()
            self._record(principal, "created", row)
            return self._shape(session, principal, row)

    def update(self, principal: Principal, model_id: str, body: ModelUpdate, revision: int | None = None) -> ModelRead:
        """Change a model."""
        given = body.model_fields_set
        with self.db.write() as session:
            row = self._row(session, principal, "write", model_id)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            if body.name is not None and body.name != row.name:
                self._name_is_free(session, row.owner_id, body.name)
            unmade = body.visibility not in (None, row.visibility) and "preset" in (body.visibility, row.visibility)
            if unmade and not principal.is_administrator:
                raise Forbidden("Not done. Only an administrator makes or unmakes presets. Choose public instead.")
            if body.current_version is not None:
                row.current = self._version(session, row, body.current_version, "current_version").number
            for name in given - {"current_version"}:
                setattr(row, name, getattr(body, name))
            revisions.touch(row)
            self._record(principal, "changed", row, fields=sorted(given))
            return self._shape(session, principal, row)

    def delete(self, principal: Principal, model_id: str, revision: int | None = None) -> None:
        """Delete a model that no service uses, with all versions."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", model_id)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            users = self._users(principal, model_id)
            if users:
                raise InUse(f"Model {row.name!r}", users)
            self._record(principal, "deleted", row)
            self.platform.trash.put(principal, row)

    # Versions

    def versions(self, principal: Principal, model_id: str, query: ListQuery) -> Page[ModelVersionRead]:
        """List the versions, newest first."""
        with self.db.read() as session:
            row = self._row(session, principal, "read", model_id)
            shown, info = slice_of(list_versions(session, ModelVersion, row.id), query)
            return Page[ModelVersionRead](items=[version_shape(self.files, row, v) for v in shown], page=info)

    def version(self, principal: Principal, model_id: str, name: str) -> ModelVersionRead:
        """Read a version with its lineage."""
        with self.db.read() as session:
            row = self._row(session, principal, "read", model_id)
            read = version_shape(self.files, row, get_version(session, ModelVersion, row.id, name))
            read.lineage = self.platform.lineage.graph(principal, f"{row.id}:{name}")
            return read

    def add_version(self, principal: Principal, model_id: str, body: ModelVersionCreate) -> ModelVersionRead:
        """Add a version from files or from a run."""
        if body.run is not None:
            output = self.platform.training.model_output(principal, body.run.job_id, body.run.version)
            return self.save_run(
                principal, output, model_id=model_id, note=body.note, runtime_image_id=body.runtime_image_id
            )
        if body.source is None:
            raise Invalid("source", "Source: choose files or a run.", code="missing")
        with self.db.read() as session:
            self._row(session, principal, "write", model_id)
        self._check_image(principal, body.runtime_image_id)
        manifest = stage(self.platform, principal, body.source)
        config = self._config(manifest)
        origin = {"kind": "upload", "from": body.source.kind}
        with self.db.write() as session:
            row = self._row(session, principal, "write", model_id)
            self.platform.uploads.discard(principal, body.source)
            return self._add(
                session, principal, row, manifest, config, metrics_of(config), origin, body.note, body.runtime_image_id
            )

    def save_run(
        self,
        principal: Principal,
        output: RunOutput,
        *,
        model_id: str | None = None,
        name: str | None = None,
        description: str = "",
        note: str = "",
        runtime_image_id: str | None = None,
    ) -> ModelVersionRead:
        """Save what a run made as a version of a model, or of a new one; no bytes are copied."""
        authorize(principal, "write:model")
        self._check_image(principal, runtime_image_id)
        config = self._config(output.manifest)
        metrics = output.metrics | metrics_of(config)
        origin = {
            "kind": "training",
            "job_id": output.job_id,
            "job_name": output.job_name,
            "run": output.version,
        }
        with self.db.write() as session:
            if model_id is None:
                known = config or {}
                model_id = self.create(
                    principal,
                    ModelCreate(
                        name=name or output.job_name,
                        description=description,
                        framework=str(known.get("framework") or output.framework)[:64],
                        format=str(known.get("format") or "")[:32],
                        category=output.category,  # type: ignore[arg-type]
                    ),
                ).id
            row = self._row(session, principal, "write", model_id)
            image = runtime_image_id or output.serving_image_id
            read = self._add(
                session, principal, row, output.manifest, config, metrics, origin, note, image, run_id=output.run_id
            )
            self.platform.lineage.record(output.point, Point(row.id, read.version, row.name), "saved")
            return read

    def update_version(self, principal: Principal, model_id: str, name: str, body: VersionUpdate) -> ModelVersionRead:
        """Change the note of a version."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", model_id)
            version = get_version(session, ModelVersion, row.id, name)
            version.note = body.note
            return version_shape(self.files, row, version)

    def delete_version(self, principal: Principal, model_id: str, name: str) -> None:
        """Delete a version that no service uses; the newest of the rest becomes the current one."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", model_id)
            version = get_version(session, ModelVersion, row.id, name)
            users = self._users(principal, model_id, name)
            if users:
                raise InUse(f"Version {name} of {row.name!r}", users)
            session.delete(version)
            session.flush()
            if row.current == version.number:
                newest = select(func.max(ModelVersion.number)).where(ModelVersion.object_id == row.id)
                row.current = session.scalar(newest) or 0
            revisions.touch(row)
            self.platform.lineage.forget(model_id, name)
            self._record(principal, "version_deleted", row, version=name)

    def list_files(self, principal: Principal, model_id: str, name: str, query: CursorQuery) -> CursorPage[FileEntry]:
        """List the files of a version."""
        version = self._readable(principal, model_id, name)[1]
        return self.files.page(version.manifest, query, total=version.file_count)

    def file(self, principal: Principal, model_id: str, name: str, path: str) -> tuple[Entry, Path]:
        """Find a file of a version, and where its bytes lie."""
        version = self._readable(principal, model_id, name)[1]
        entry = self.files.find(version.manifest, path)
        return entry, self.platform.blobs.path(entry.sha256)

    def download(self, principal: Principal, model_id: str, name: str) -> tuple[str, Iterator[bytes]]:
        """Give a version as a zip archive: file name and pieces."""
        row, version = self._readable(principal, model_id, name)
        folder = f"{row.name}-{version.name}"
        return f"{folder}.zip", self.files.zip(version.manifest, folder=folder)

    def export(self, principal: Principal, model_id: str, name: str, body: ExportRequest) -> ExportResult:
        """Put the files of a version into a folder of the caller's area; nothing is replaced."""
        row, version = self._readable(principal, model_id, name)
        target = f"{body.path.strip('/')}/{row.name}-{version.name}"
        for entry in self.files.entries(version.manifest):
            with self.platform.blobs.open(entry.sha256) as file:
                self.platform.areas.write_file(principal, f"{target}/{entry.path}", file)
        return ExportResult(path=target, files=version.file_count, size_bytes=version.size_bytes)

    # For other domains

    def made_by(self, principal: Principal, model_id: str, name: str) -> tuple[str | None, int]:
        """Tell which run made a version, if one did, and the version's number."""
        version = self._readable(principal, model_id, name)[1]
        return version.run_id, version.number

    def names(self, principal: Principal, ids: Iterable[str]) -> dict[str, str]:
        """Give the names of those models that exist and that the principal may read."""
        with self.db.read() as session:
            wanted = select(Model.id, Model.name).where(Model.id.in_(list(ids)), visible(principal, Model))
            return {row[0]: row[1] for row in session.execute(wanted)}

    def resolve_for_service(
        self, principal: Principal, model_id: str, version: str | None, *, field: str = "model"
    ) -> ResolvedModel:
        """Give a version for something that runs: as `resolve`, and its files are on the disk then (``path``)."""
        found = self.resolve(principal, model_id, version, field=field)
        return replace(
            found, path=self.platform.trees.materialise_manifest(found.manifest, found.manifest, principal.uid)
        )

    def resolve(
        self, principal: Principal, model_id: str, version: str | None, *, field: str = "model"
    ) -> ResolvedModel:
        """Find a version for a service, an evaluation or a run that goes on from it.

        Raises
        ------
        Invalid
            It does not exist or the caller may not read it; names ``field``.
        Conflict
            The model has no version yet.
        """
        with self.db.read() as session:
            try:
                row = self._row(session, principal, "read", model_id)
                if version is None and row.current == 0:
                    raise Conflict("no_version", f"Model {row.name!r} has no version yet. Upload or save one first.")
                found = get_version(session, ModelVersion, row.id, version or version_name(row.current))
            except NotFound as error:
                raise Invalid(field, f"Model: {error.message}", code="not_found") from None
        return ResolvedModel(
            id=row.id,
            name=row.name,
            version=found.name,
            manifest=found.manifest,
            config=found.config,
            runtime_image_id=found.runtime_image_id,
        )

    # Inside

    def _row(self, session: Session, principal: Principal, action: str, model_id: str) -> Model:
        row = session.get(Model, model_id)
        if row is None:
            raise NotFound("model", model_id)
        authorize(principal, f"{action}:model", row)
        return row

    def _readable(self, principal: Principal, model_id: str, name: str) -> tuple[Model, ModelVersion]:
        with self.db.read() as session:
            row = self._row(session, principal, "read", model_id)
            return row, get_version(session, ModelVersion, row.id, name)

    @staticmethod
    def _version(session: Session, row: Model, name: str, field: str) -> ModelVersion:
        try:
            return get_version(session, ModelVersion, row.id, name)
        except NotFound as error:
            raise Invalid(field, f"Version: {error.message}", code="not_found") from None

    @staticmethod
    def _name_is_free(session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(Model.id).where(Model.owner_id == owner_id, Model.name == name)):
            raise NameTaken("model", name)

    def _check_image(self, principal: Principal, image_id: str | None) -> None:
        if image_id is not None:
            try:
                self.platform.images.get(principal, image_id)
            except NotFound as error:
                raise Invalid("runtime_image_id", f"Image: {error.message}", code="not_found") from None

    def _config(self, manifest: Manifest) -> dict[str, Any] | None:
        try:
            entry = self.files.find(manifest.sha256, CONFIG)
        except NotFound:
            return None
        try:
            if entry.size > 1 << 20:
                raise BadConfig("it has more than 1 MiB")
            return read_config(self.platform.blobs.read(entry.sha256))
        except BadConfig as error:
            raise Invalid(
                "source", f"Source: config.json cannot be used: {error}. Correct it.", code="config_invalid"
            ) from None

    def _add(
        self,
        session: Session,
        principal: Principal,
        row: Model,
        manifest: Manifest,
        config: dict[str, Any] | None,
        metrics: dict[str, float],
        origin: dict[str, Any],
        note: str,
        image_id: str | None,
        *,
        run_id: str | None = None,
    ) -> ModelVersionRead:
        version = add_version(
            session,
            ModelVersion,
            row.id,
            principal,
            manifest,
            source=origin,
            note=note,
            at_least=row.last_number,
            config=config,
            metrics=metrics,
            runtime_image_id=image_id,
            run_id=run_id,
        )
        row.current = row.last_number = version.number
        if config is not None:
            row.format = row.format or str(config.get("format") or "")[:32]
            row.framework = row.framework or str(config.get("framework") or "")[:64]
        revisions.touch(row)
        self._record(principal, "version_created", row, version=version.name, source=origin["kind"])
        return version_shape(self.files, row, version)

    def using_image(self, image_id: str) -> builtins.list[Model]:
        """List the models whose current version is served by a runtime image."""
        current = (ModelVersion.object_id == Model.id) & (ModelVersion.number == Model.current)
        with self.db.read() as session:
            statement = select(Model).join(ModelVersion, current).where(ModelVersion.runtime_image_id == image_id)
            return list(session.scalars(statement))

    def _users(self, principal: Principal, model_id: str, version: str | None = None) -> builtins.list[dict[str, str]]:
        return self.platform.lineage.users_of(principal, model_id, version, kinds=("service", "batch_service"))

    def _record(self, principal: Principal, verb: str, row: Model, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"model.{verb}",
            object_kind="model",
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )

    def _shape(self, session: Session, principal: Principal, row: Model) -> ModelRead:
        session.flush()
        count = session.scalar(select(func.count()).where(ModelVersion.object_id == row.id)) or 0
        current = session.scalar(
            select(ModelVersion).where(ModelVersion.object_id == row.id, ModelVersion.number == row.current)
        )
        actions = ["write", "delete"] if can(principal, "write:model", row) else []
        if count and can(principal, "write:service"):
            actions.append("deploy")
        return model_shape(
            row,
            owner=self.platform.users.ref(row.owner_id),
            current=current,
            count=count,
            used_by=self._users(principal, row.id),
            actions=actions,
        )
