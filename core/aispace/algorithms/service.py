"""Rules of algorithms."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from traitlets import Bool, Float
from traitlets.config import LoggingConfigurable

from .. import revisions
from ..errors import Forbidden, InUse, Invalid, NameTaken, NotFound
from ..identity import Principal, authorize, visible
from ..ids import new_id
from ..lineage.service import Point
from ..listing import contains, paged, slice_of
from ..objects import ObjectKind
from ..schemas import CursorPage, CursorQuery, FileEntry, ListQuery, Page, Ref, params_of
from ..storage.manifests import Entry, Manifest, write_manifest
from ..storage.paths import UnsafePath, safe_path
from ..versions import (
    VersionFiles,
    VersionUpdate,
    add_version,
    get_version,
    list_versions,
    version_name,
)
from . import presets
from .code import stage_code
from .launch import check_command
from .orm import Algorithm, AlgorithmVersion
from .schemas import (
    AlgorithmCreate,
    AlgorithmFork,
    AlgorithmQuery,
    AlgorithmRead,
    AlgorithmUpdate,
    AlgorithmVersionCreate,
    AlgorithmVersionRead,
    ExportRequest,
    ExportResult,
    FilesEdit,
    Settings,
)
from .shapes import algorithm_shape, version_shape

if TYPE_CHECKING:
    from ..platform import Platform

OF_VERSION = tuple(Settings.model_fields)
"""Fields that belong to a version."""


@dataclass(frozen=True)
class ResolvedAlgorithm:
    """What a training job needs of an algorithm version."""

    id: str
    name: str
    version: str
    manifest: str
    category: str
    settings: Settings

    @property
    def point(self) -> Point:
        """Its place in the lineage."""
        return Point(self.id, self.version, self.name)


class AlgorithmService(LoggingConfigurable):
    """Code that learns, its versions and how it is run."""

    git_timeout_seconds = Float(120.0, min=1, help="Longest time to clone a git address, in seconds.").tag(config=True)
    git_local_hosts = Bool(
        False, help="Whether git addresses may name this machine itself. Example: True where git is served here."
    ).tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.platform = platform
        self.db = platform.db
        self.files = VersionFiles(platform.blobs)
        kind = ObjectKind("algorithm", "alg", "algorithm", "algorithm", Algorithm, trashed=self._forget_preset)
        platform.objects.add(kind)

    @staticmethod
    def _forget_preset(_session: Session, row: Algorithm) -> None:
        """Let a preset that was thrown away be installed anew."""
        row.preset_key = None

    # Presets

    def ensure_presets(self) -> None:
        """Install the algorithms that come with the platform, and the newer code of those that are here already."""
        presets.ensure(self)

    # Objects

    def list(self, principal: Principal, query: AlgorithmQuery) -> Page[AlgorithmRead]:
        """List algorithms."""
        authorize(principal, "read:algorithm")
        statement = select(Algorithm).where(visible(principal, Algorithm, mine_only=query.scope == "mine"))
        if query.scope == "shared":
            statement = statement.where(Algorithm.visibility == "public")
        if query.scope == "preset":
            statement = statement.where(Algorithm.visibility == "preset")
        if query.category is not None:
            statement = statement.where(Algorithm.category == query.category)
        if query.q:
            statement = statement.where(
                or_(
                    contains(Algorithm.name, query.q), contains(Algorithm.description, query.q), Algorithm.id == query.q
                )
            )
        sorts = {
            "name": Algorithm.name,
            "created_at": Algorithm.created_at,
            "updated_at": Algorithm.updated_at,
            "category": Algorithm.category,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Algorithm.id)
            return Page[AlgorithmRead](items=[*self._shapes(session, principal, rows)], page=info)

    def get(self, principal: Principal, algorithm_id: str) -> AlgorithmRead:
        """Read an algorithm and its current version."""
        with self.db.read() as session:
            return self._shape(session, principal, self.row(session, principal, "read", algorithm_id))

    def create(self, principal: Principal, body: AlgorithmCreate) -> AlgorithmRead:
        """Make an algorithm from code."""
        authorize(principal, "write:algorithm")
        with self.db.read() as session:
            self._name_is_free(session, principal.user_id, body.name)
        self._check_images(principal, body.image_id, body.serving_image_id)
        manifest, origin = stage_code(self, principal, body.source)
        check_command(body.run_command, self._paths(manifest))
        settings = Settings(**{name: getattr(body, name) for name in OF_VERSION})
        with self.db.write():
            self.platform.uploads.discard(principal, body.source)
            return self.make(principal, body.name, body.description, body.category, manifest, origin, settings)

    def update(
        self, principal: Principal, algorithm_id: str, body: AlgorithmUpdate, revision: int | None = None
    ) -> AlgorithmRead:
        """Change an algorithm. How it is run belongs to a version: changing that makes the next one."""
        given = body.model_fields_set
        with self.db.write() as session:
            row = self.row(session, principal, "write", algorithm_id)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            if body.name is not None and body.name != row.name:
                self._name_is_free(session, row.owner_id, body.name)
                row.name = body.name
            if body.description is not None:
                row.description = body.description
            if body.category is not None:
                row.category = body.category
            if body.visibility is not None and body.visibility != row.visibility:
                if "preset" in (body.visibility, row.visibility) and not principal.is_administrator:
                    raise Forbidden("Not done. Only an administrator makes or unmakes presets. Choose public instead.")
                row.visibility = body.visibility
            if given & set(OF_VERSION):
                current = self._version(session, row)
                changed = {name: getattr(body, name) for name in given & set(OF_VERSION)}
                settings = self._merged(current, changed)
                self._check_images(principal, changed.get("image_id"), changed.get("serving_image_id"))
                manifest = Manifest(current.manifest, current.file_count, current.size_bytes)
                check_command(settings.run_command, self._paths(manifest))
                if settings != self.settings_of(current):
                    self.add(session, principal, row, manifest, {"kind": "settings", "from": current.name}, settings)
            revisions.touch(row)
            self._record(principal, "changed", row, fields=sorted(given))
            return self._shape(session, principal, row)

    def using_image(self, image_id: str) -> builtins.list[Algorithm]:
        """List the algorithms whose current version names a runtime image."""
        named = or_(AlgorithmVersion.image_id == image_id, AlgorithmVersion.serving_image_id == image_id)
        current = (AlgorithmVersion.object_id == Algorithm.id) & (AlgorithmVersion.number == Algorithm.current)
        with self.db.read() as session:
            return list(session.scalars(select(Algorithm).join(AlgorithmVersion, current).where(named)))

    def delete(self, principal: Principal, algorithm_id: str, revision: int | None = None) -> None:
        """Delete an algorithm that no training job and no service uses, with all versions."""
        with self.db.write() as session:
            row = self.row(session, principal, "write", algorithm_id)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            users = self.platform.lineage.users_of(
                principal, algorithm_id, kinds=("training_job", "service", "batch_service")
            )
            if users:
                raise InUse(f"Algorithm {row.name!r}", users)
            self._record(principal, "deleted", row)
            self.platform.trash.put(principal, row)

    def fork(self, principal: Principal, algorithm_id: str, body: AlgorithmFork) -> AlgorithmRead:
        """Copy a version into an algorithm of one's own; no bytes are copied."""
        authorize(principal, "write:algorithm")
        with self.db.write() as session:
            row = self.row(session, principal, "read", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, body.version or version_name(row.current))
            self._name_is_free(session, principal.user_id, body.name)
            origin = {"kind": "fork", "algorithm_id": row.id, "name": row.name, "from": version.name}
            made = self.make(
                principal,
                body.name,
                row.description if body.description is None else body.description,
                row.category,
                Manifest(version.manifest, version.file_count, version.size_bytes),
                origin,
                self.settings_of(version),
            )
            source = Point(row.id, version.name, row.name)
            self.platform.lineage.record(source, Point(made.id, made.current_version, made.name), "forked")
            return made

    # Versions

    def versions(self, principal: Principal, algorithm_id: str, query: ListQuery) -> Page[AlgorithmVersionRead]:
        """List the versions, newest first."""
        with self.db.read() as session:
            row = self.row(session, principal, "read", algorithm_id)
            shown, info = slice_of(list_versions(session, AlgorithmVersion, row.id), query)
            names = self._image_names(principal, shown)
            return Page[AlgorithmVersionRead](
                items=[version_shape(row, version, names) for version in shown], page=info
            )

    def version(self, principal: Principal, algorithm_id: str, name: str) -> AlgorithmVersionRead:
        """Read a version."""
        with self.db.read() as session:
            row = self.row(session, principal, "read", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, name)
            return version_shape(row, version, self._image_names(principal, [version]))

    def add_version(
        self, principal: Principal, algorithm_id: str, body: AlgorithmVersionCreate
    ) -> AlgorithmVersionRead:
        """Add a version from new code."""
        with self.db.read() as session:
            self.row(session, principal, "write", algorithm_id)
        manifest, origin = stage_code(self, principal, body.source)
        with self.db.write() as session:
            row = self.row(session, principal, "write", algorithm_id)
            changed = {
                name: value
                for name in ("run_command", "parameters", "argument_mapping")
                if (value := getattr(body, name)) is not None
            }
            settings = self._merged(self._version(session, row), changed)
            check_command(settings.run_command, self._paths(manifest))
            version = self.add(session, principal, row, manifest, origin, settings, note=body.note)
            self.platform.uploads.discard(principal, body.source)
            revisions.touch(row)
            return version_shape(row, version, self._image_names(principal, [version]))

    def update_version(
        self, principal: Principal, algorithm_id: str, name: str, body: VersionUpdate
    ) -> AlgorithmVersionRead:
        """Change the note of a version."""
        with self.db.write() as session:
            row = self.row(session, principal, "write", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, name)
            version.note = body.note
            return version_shape(row, version, self._image_names(principal, [version]))

    def list_files(
        self, principal: Principal, algorithm_id: str, name: str, query: CursorQuery
    ) -> CursorPage[FileEntry]:
        """List the files of a version."""
        with self.db.read() as session:
            row = self.row(session, principal, "read", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, name)
        return self.files.page(version.manifest, query, total=version.file_count)

    def file(self, principal: Principal, algorithm_id: str, name: str, path: str) -> tuple[Entry, Path]:
        """Find a file of a version, and where its bytes lie."""
        with self.db.read() as session:
            row = self.row(session, principal, "read", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, name)
        entry = self.files.find(version.manifest, path)
        return entry, self.platform.blobs.path(entry.sha256)

    def edit(
        self, principal: Principal, algorithm_id: str, body: FilesEdit, revision: int | None = None
    ) -> AlgorithmVersionRead:
        """Change files of the current version: makes the next version."""
        with self.db.read() as session:
            row = self.row(session, principal, "write", algorithm_id)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            base = self._version(session, row)
        entries = {entry.path: entry for entry in self.files.entries(base.manifest)}
        for number, change in enumerate(body.changes):
            field = f"changes.{number}.path"
            try:
                path = safe_path(change.path)
            except UnsafePath as error:
                raise Invalid(field, f"Path: {error.message}. Choose another.", code=error.code) from None
            if change.text is None:
                if entries.pop(path, None) is None:
                    raise Invalid(field, f"Path: there is no file {path!r} to delete.", code="not_found")
                continue
            if any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in entries):
                raise Invalid(
                    field,
                    f"Path: {path!r} is a folder and a file at once. Choose another.",
                    code="folder_and_file",
                    params={"path": path},
                )
            blob = self.platform.blobs.put(change.text.encode("utf-8", "replace"))
            entries[path] = Entry(path, blob.size, blob.sha256)
        if not entries:
            raise Invalid("changes", "Changes: no file would be left. Keep at least one.", code="no_file_left")
        manifest = write_manifest(self.platform.blobs, list(entries.values()))
        with self.db.write() as session:
            row = self.row(session, principal, "write", algorithm_id)
            revisions.check(row, revision, lambda: self._shape(session, principal, row))
            settings = self.settings_of(base)
            check_command(settings.run_command, entries)
            origin = {"kind": "edit", "from": base.name}
            version = self.add(session, principal, row, manifest, origin, settings, note=body.note)
            revisions.touch(row)
            return version_shape(row, version, self._image_names(principal, [version]))

    def download(self, principal: Principal, algorithm_id: str, name: str) -> tuple[str, Iterator[bytes]]:
        """Give a version as a zip archive: file name and pieces."""
        with self.db.read() as session:
            row = self.row(session, principal, "read", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, name)
        folder = f"{row.name}-{version.name}"
        return f"{folder}.zip", self.files.zip(version.manifest, folder=folder)

    def export(self, principal: Principal, algorithm_id: str, name: str, body: ExportRequest) -> ExportResult:
        """Put the files of a version into a folder of the caller's area; nothing is replaced."""
        with self.db.read() as session:
            row = self.row(session, principal, "read", algorithm_id)
            version = get_version(session, AlgorithmVersion, row.id, name)
        target = f"{body.path.strip('/')}/{row.name}-{version.name}"
        for entry in self.files.entries(version.manifest):
            with self.platform.blobs.open(entry.sha256) as file:
                self.platform.areas.write_file(principal, f"{target}/{entry.path}", file)
        return ExportResult(path=target, files=version.file_count, size_bytes=version.size_bytes)

    # For other domains

    def names(self, principal: Principal, ids: Iterable[str]) -> dict[str, str]:
        """Give the names of those algorithms that exist and that the principal may read."""
        with self.db.read() as session:
            wanted = select(Algorithm.id, Algorithm.name).where(
                Algorithm.id.in_(list(ids)), visible(principal, Algorithm)
            )
            return {row[0]: row[1] for row in session.execute(wanted)}

    def resolve(
        self, principal: Principal, algorithm_id: str, name: str | None, *, field: str = "algorithm"
    ) -> ResolvedAlgorithm:
        """Give a version for a training job.

        Raises
        ------
        Invalid
            The caller may not read it, or it does not exist; names ``field``.
        """
        with self.db.read() as session:
            try:
                row = self.row(session, principal, "read", algorithm_id)
                version = get_version(session, AlgorithmVersion, row.id, name or version_name(row.current))
            except NotFound as error:
                raise Invalid(field, f"Algorithm: {error.message}", code="not_found") from None
            return ResolvedAlgorithm(
                row.id, row.name, version.name, version.manifest, row.category, self.settings_of(version)
            )

    # Inside

    def row(self, session: Session, principal: Principal, action: str, algorithm_id: str) -> Algorithm:
        """Give the row that the principal may read or write."""
        row = session.get(Algorithm, algorithm_id)
        if row is None:
            raise NotFound("algorithm", algorithm_id)
        authorize(principal, f"{action}:algorithm", row)
        return row

    def _paths(self, manifest: Manifest) -> set[str]:
        return {entry.path for entry in self.files.entries(manifest.sha256)}

    def _name_is_free(self, session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(Algorithm.id).where(Algorithm.owner_id == owner_id, Algorithm.name == name)):
            raise NameTaken("algorithm", name)

    def _check_images(self, principal: Principal, training: str | None, serving: str | None) -> None:
        for field, image_id in (("image_id", training), ("serving_image_id", serving)):
            if image_id is not None:
                try:
                    self.platform.images.get(principal, image_id)
                except NotFound as error:
                    raise Invalid(field, f"Image: {error.message}", code="not_found") from None

    def make(
        self,
        principal: Principal,
        name: str,
        description: str,
        category: str,
        manifest: Manifest,
        origin: dict[str, Any],
        settings: Settings,
        *,
        visibility: str = "private",
        preset_key: str | None = None,
    ) -> AlgorithmRead:
        """Make an algorithm of checked parts."""
        with self.db.write() as session:
            self._name_is_free(session, principal.user_id, name)
            row = Algorithm(
                id=new_id("alg"),
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                visibility=visibility,
                name=name,
                description=description,
                category=category,
                preset_key=preset_key,
            )
            session.add(row)
            session.flush()
            self.add(session, principal, row, manifest, origin, settings, announce=False)
            self._record(principal, "created", row, version=version_name(row.current), source=origin["kind"])
            return self._shape(session, principal, row)

    def add(
        self,
        session: Session,
        principal: Principal,
        row: Algorithm,
        manifest: Manifest,
        origin: dict[str, Any],
        settings: Settings,
        *,
        note: str = "",
        announce: bool = True,
    ) -> AlgorithmVersion:
        """Add the next version to the running transaction and make it the current one."""
        version = add_version(
            session,
            AlgorithmVersion,
            row.id,
            principal,
            manifest,
            source=origin,
            note=note,
            at_least=row.last_number,
            **settings.model_dump(mode="json"),
        )
        row.current = row.last_number = version.number
        if announce:
            self._record(principal, "version_created", row, version=version.name, source=origin["kind"])
        return version

    def _version(self, session: Session, row: Algorithm) -> AlgorithmVersion:
        return get_version(session, AlgorithmVersion, row.id, version_name(row.current))

    @staticmethod
    def settings_of(version: AlgorithmVersion) -> Settings:
        """Give how a version is run."""
        return Settings(**{name: getattr(version, name) for name in OF_VERSION})

    def _merged(self, version: AlgorithmVersion, changed: dict[str, Any]) -> Settings:
        values = self.settings_of(version).model_dump() | changed
        try:
            return Settings.model_validate(values)
        except ValidationError as error:
            field = "parameters" if "parameters" in changed else "argument_mapping"
            first = error.errors()[0]
            words, params = f"Parameters: {first['msg']}.", params_of(first.get("ctx", {}))
            raise Invalid(field, words, code=first["type"], params=params) from None

    def _record(self, principal: Principal, verb: str, row: Algorithm, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"algorithm.{verb}",
            object_kind="algorithm",
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )

    def _image_names(self, principal: Principal, versions: Sequence[AlgorithmVersion]) -> dict[str, str]:
        names = {}
        for image_id in {version.image_id for version in versions if version.image_id}:
            try:
                names[image_id] = self.platform.images.get(principal, image_id).name
            except NotFound:
                continue
        return names

    def _shape(self, session: Session, principal: Principal, row: Algorithm) -> AlgorithmRead:
        return self._shapes(session, principal, [row])[0]

    def _shapes(self, session: Session, principal: Principal, rows: Sequence[Algorithm]) -> Sequence[AlgorithmRead]:
        ids = [row.id for row in rows]
        session.flush()
        counted = session.execute(
            select(AlgorithmVersion.object_id, func.count())
            .where(AlgorithmVersion.object_id.in_(ids))
            .group_by(AlgorithmVersion.object_id)
        ).all()
        counts = {row[0]: row[1] for row in counted}
        current = session.scalars(
            select(AlgorithmVersion)
            .join(Algorithm, Algorithm.id == AlgorithmVersion.object_id)
            .where(Algorithm.id.in_(ids), AlgorithmVersion.number == Algorithm.current)
        ).all()
        versions = {version.object_id: version for version in current}
        names = self._image_names(principal, current)
        owners: dict[str, Ref] = self.platform.users.refs({row.owner_id for row in rows})
        return [
            algorithm_shape(
                principal, row, owners[row.owner_id], counts[row.id], version_shape(row, versions[row.id], names)
            )
            for row in rows
        ]
