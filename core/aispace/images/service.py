"""Runtime images: made from requirements, built as workloads, used by what runs."""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from .. import revisions
from ..errors import Conflict, InUse, Invalid, NameTaken, NotFound, Unavailable
from ..identity import HIDDEN, SYSTEM, Principal, Reachable, authorize, can, can_read, visible
from ..ids import new_id
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, Reason, Ref
from ..workloads.reasons import describe
from ..workloads.schemas import WorkloadSpec
from .builder import REQUEST
from .indexes import build_environment
from .orm import Image
from .presets import PRESETS
from .schemas import Frozen, ImageCreate, ImageQuery, ImageRead, ImageUpdate

if TYPE_CHECKING:
    from ..platform import Platform
    from ..workloads.service import WorkloadChange

BUILD_LIMIT_SECONDS = 3600.0


class ImageService:
    """Runtime images of one machine: Python environments below ``images/``."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.root = platform.path / "images"
        platform.workloads.on_change("image_build", self._build_changed)
        platform.objects.add(ObjectKind("image", "img", "image", "image", Image))
        self.build_on_need = False
        """Whether preset images wait until something needs them, instead of being built at the first start."""

    # Set-up

    def ensure_presets(self) -> None:
        """Make the preset images that are missing and build those that changed; a build that failed is tried again.

        With ``build_on_need`` they are built when something shall run in them for the first time.
        """
        with self.db.write() as session:
            for preset in PRESETS:
                row = session.scalar(select(Image).where(Image.owner_id == SYSTEM.user_id, Image.name == preset.name))
                if row is None:
                    row = Image(
                        id=new_id("img"), owner_id=SYSTEM.user_id, name=preset.name, purposes=[], requirements=""
                    )
                    session.add(row)
                elif row.requirements == preset.requirements and row.status != "failed":
                    continue
                row.visibility = "preset"
                row.description = preset.description
                row.purposes = list(preset.purposes)
                row.requirements = preset.requirements
                if (self.build_on_need or preset.on_need) and row.current is None:
                    row.status, row.reason = "unbuilt", None
                    continue
                session.flush()
                self._submit(SYSTEM, row)

    def preset(self, name: str) -> str | None:
        """Tell the id of a preset image."""
        with self.db.read() as session:
            return session.scalar(select(Image.id).where(Image.visibility == "preset", Image.name == name))

    # For what runs

    def need(self, image_id: str) -> None:
        """Build an image that was not built until now, since something shall run in it."""
        with self.db.write() as session:
            row = session.get(Image, image_id)
            if row is not None and row.status == "unbuilt":
                self._submit(SYSTEM, row)

    def retry(self, image_id: str) -> None:
        """Build an image once more whose build failed, since something shall run in it again."""
        with self.db.write() as session:
            row = session.get(Image, image_id)
            if row is not None and row.status == "failed" and row.current is None:
                self._submit(SYSTEM, row)

    def state(self, image_id: str) -> str | None:
        """Tell whether something can run in an image: ``ready``, ``building``, ``failed``, or None when it is gone."""
        with self.db.read() as session:
            row = session.get(Image, image_id)
        if row is None:
            return None
        return "ready" if row.current is not None else row.status

    def location(self, image_id: str) -> Path:
        """Tell where the environment of an image lies: its ``bin/python`` runs in it.

        Raises
        ------
        Unavailable
            It has not been built.
        """
        with self.db.read() as session:
            row = session.get(Image, image_id)
        if row is None:
            raise NotFound("image", image_id)
        if row.current is None:
            raise Unavailable(
                "image_not_ready", f"The image {row.name!r} is not ready. Wait for its build, or retry it."
            )
        return self.root / row.id / row.current

    def resolve(self, principal: Principal, image_id: str, *, purpose: str, field: str = "image_id") -> ImageRead:
        """Give the image for a job or service.

        Raises
        ------
        Invalid
            It does not exist for this principal, or is not for this purpose; names ``field``.
        """
        try:
            found = self.get(principal, image_id)
        except NotFound as error:
            message = f"Image: {image_id!r} does not exist. Choose another."
            raise Invalid(field, message, code="not_found") from error
        if purpose not in found.purposes:
            raise Invalid(
                field,
                f"Image: {found.name!r} is not for {purpose}. Choose one of that purpose.",
                code="wrong_purpose",
                params={"purpose": purpose},
            )
        return found

    def frozen(self, image_id: str) -> Frozen | None:
        """Tell exactly what is installed in an image now; None when that is not known."""
        with self.db.read() as session:
            row = session.get(Image, image_id)
        if row is None or row.current is None or row.packages is None:
            return None
        return Frozen(python=self._python_of(self.root / row.id / row.current), packages=row.packages)

    @staticmethod
    def _python_of(environment: Path) -> str | None:
        with contextlib.suppress(OSError):
            for line in (environment / "pyvenv.cfg").read_text().splitlines():
                key, _, value = line.partition("=")
                if key.strip() in ("version", "version_info"):
                    return ".".join(value.strip().split(".")[:3])
        return None

    def with_packages(self, principal: Principal, image_id: str | None, wanted: Frozen) -> str:
        """Give an image in which exactly these packages are installed.

        The named one where it still has them, else the caller's own that was made for them, which is built now if it
        does not exist yet.
        """
        if image_id is not None and self.frozen(image_id) == wanted and self._readable(principal, image_id):
            return image_id
        requirements = "".join(f"{package.name}=={package.version}\n" for package in wanted.packages)
        python = ".".join((wanted.python or "").split(".")[:2]) or None
        digest = hashlib.sha256(f"{python}\n{requirements}".encode()).hexdigest()[:12]
        name = f"frozen-{digest}"
        with self.db.read() as session:
            found = select(Image.id).where(Image.owner_id == principal.user_id, Image.name == name)
            existing = session.scalar(found)
        if existing is not None:
            return existing
        made = self.create(
            principal,
            ImageCreate(
                name=name,
                description="Exactly the packages of an earlier run",
                purposes=["training", "serving"],
                requirements=requirements,
                python=python,
            ),
        )
        return made.id

    def _readable(self, principal: Principal, image_id: str) -> bool:
        try:
            self._row(principal, "read:image", image_id)
        except NotFound:
            return False
        return True

    # Objects

    def list(self, principal: Principal, query: ImageQuery) -> Page[ImageRead]:
        """List images."""
        authorize(principal, "read:image")
        statement = select(Image).where(visible(principal, Image))
        if query.scope == "mine":
            statement = statement.where(Image.owner_id == principal.user_id)
        elif query.scope == "shared":
            statement = statement.where(Image.owner_id != principal.user_id, Image.visibility == "public")
        elif query.scope == "preset":
            statement = statement.where(Image.visibility == "preset")
        if query.q:
            statement = statement.where(contains(Image.name, query.q))
        if query.status:
            statement = statement.where(Image.status == query.status)
        with self.db.read() as session:
            if query.purpose:
                purpose = query.purpose
                ids = [row.id for row in session.scalars(statement).all() if purpose in row.purposes]
                statement = statement.where(Image.id.in_(ids))
            sorts = {
                "name": Image.name,
                "created_at": Image.created_at,
                "updated_at": Image.updated_at,
                "status": Image.status,
                "size_bytes": Image.size_bytes,
            }
            rows, info = paged(session, statement, query, sorts=sorts, tie=Image.id)
            return Page[ImageRead](items=self._shapes(principal, rows), page=info)

    def get(self, principal: Principal, image_id: str) -> ImageRead:
        """Read an image."""
        return self._shapes(principal, [self._row(principal, "read:image", image_id)])[0]

    def create(self, principal: Principal, body: ImageCreate) -> ImageRead:
        """Make an image and build it."""
        authorize(principal, "write:image")
        with self.db.write() as session:
            self._name_is_free(principal.user_id, body.name)
            row = Image(
                id=new_id("img"),
                owner_id=principal.user_id,
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                visibility=body.visibility,
                name=body.name,
                description=body.description,
                purposes=sorted(set(body.purposes)),
                requirements=body.requirements,
                python=body.python,
            )
            session.add(row)
            session.flush()
            self._record(principal, "image.created", row)
            self._submit(principal, row)
            return self._shapes(principal, [row])[0]

    def update(
        self, principal: Principal, image_id: str, changes: ImageUpdate, revision: int | None = None
    ) -> ImageRead:
        """Change an image; other requirements or another Python build it again, the present build serves until then."""
        with self.db.write():
            row = self._row(principal, "write:image", image_id)
            revisions.check(row, revision, lambda: self._shapes(principal, [row])[0])
            given = changes.model_fields_set
            if changes.name is not None and changes.name != row.name:
                self._name_is_free(row.owner_id, changes.name)
            rebuild = ("requirements" in given and changes.requirements != row.requirements) or (
                "python" in given and changes.python != row.python
            )
            if rebuild and row.status == "building":
                raise Conflict("building", "Not changed. The image is being built. Wait until it is done.", status=409)
            for name in given:
                value = getattr(changes, name)
                setattr(row, name, sorted(set(value)) if name == "purposes" else value)
            revisions.touch(row)
            self._record(principal, "image.changed", row, fields=sorted(given))
            if rebuild:
                self._submit(principal, row)
            return self._shapes(principal, [row])[0]

    def build(self, principal: Principal, image_id: str) -> ImageRead:
        """Build an image again, for instance after a failure."""
        with self.db.write():
            row = self._row(principal, "write:image", image_id)
            if row.status == "building":
                raise Conflict("building", "Not started. The image is being built already.", status=409)
            self._submit(principal, row)
            return self._shapes(principal, [row])[0]

    def delete(self, principal: Principal, image_id: str, revision: int | None = None) -> None:
        """Delete an image that nothing waits for or runs in."""
        with self.db.write() as session:
            row = self._row(principal, "write:image", image_id)
            revisions.check(row, revision, lambda: self._shapes(principal, [row])[0])
            users = [
                *self.platform.workloads.active_users_of_image(principal, image_id),
                *self.platform.workloads.active_of(image_id),
                *self._named_by(principal, image_id),
            ]
            if users:
                raise InUse(f"Image {row.name!r}", users)
            self._record(principal, "image.deleted", row)
            session.delete(row)
            folder = self.root / row.id
            self.db.after_commit(lambda: shutil.rmtree(folder, ignore_errors=True))

    def _named_by(self, principal: Principal, image_id: str) -> builtins.list[dict[str, str]]:
        """List what would be left without a runtime; what the principal may not see is not named."""
        found: builtins.list[tuple[str, Reachable, str]] = [
            *(("algorithm", row, row.name) for row in self.platform.algorithms.using_image(image_id)),
            *(("model", row, row.name) for row in self.platform.models.using_image(image_id)),
        ]
        return [
            {"kind": kind, "id": str(row.id), "name": name}
            if can_read(principal, kind, row)
            else {"kind": kind, "name": HIDDEN}
            for kind, row, name in found
        ]

    # Builds

    def _submit(self, principal: Principal, row: Image) -> None:
        row.builds = (row.builds or 0) + 1
        row.status = "building"
        row.reason = None
        request = {
            "target": os.fspath(self.root / row.id / f"build-{row.builds}"),
            "requirements": row.requirements,
            "python": row.python,
            "tools": os.fspath(self.platform.path / "tools"),
            "cache": os.fspath(self.root / ".cache"),
            "pythons": os.fspath(self.root / ".pythons"),
        }
        workload = self.platform.workloads.submit(
            SYSTEM,
            WorkloadSpec(
                kind="image_build",
                name=row.name,
                owner_id=row.owner_id,
                visibility=row.visibility,  # type: ignore[arg-type]
                command=[sys.executable, "-m", "aispace.images.builder"],
                env={REQUEST: json.dumps(request)},
                secret_env=build_environment(os.environ),
                time_limit_seconds=BUILD_LIMIT_SECONDS,
                object_kind="image",
                object_id=row.id,
                priority="high",
            ),
        )
        row.workload_id = workload.id
        self._record(principal, "image.build_started", row)

    def _build_changed(self, change: WorkloadChange) -> None:
        if not change.ended or change.object_id is None:
            return
        with self.db.write() as session:
            row = session.get(Image, change.object_id)
            if row is None or row.workload_id != change.id:
                return
            result = self._result(change)
            if change.status == "succeeded" and result.get("ok"):
                row.status, row.reason = "ready", None
                row.current = f"build-{row.builds}"
                row.packages = result["packages"]
                row.size_bytes = result["size_bytes"]
                row.built_at = change.ended_at
                self.db.after_commit(lambda: self._drop_old_builds(change.object_id or "", row.current or ""))
            else:
                row.status = "failed"
                row.reason = self._failure(change, result)
            revisions.touch(row)
            self._record(SYSTEM, f"image.{row.status}", row, reason=row.reason)
            self.platform.workloads.wake()

    def _result(self, change: WorkloadChange) -> dict[str, Any]:
        path = Path(self.platform.workloads.directory(change.id, change.attempt)) / "out" / "result.json"
        with contextlib.suppress(OSError, ValueError):
            value = json.loads(path.read_text())
            return value if isinstance(value, dict) else {}
        return {}

    @staticmethod
    def _failure(change: WorkloadChange, result: dict[str, Any]) -> dict[str, Any]:
        if result.get("code"):
            return {"code": result["code"], "message": result["message"], "params": {}}
        reason = describe(change.reason)
        text = reason.message if reason else change.status
        return {
            "code": reason.code if reason else "build_failed",
            "message": f"The image was not built. {text}",
            "params": {},
        }

    def _drop_old_builds(self, image_id: str, current: str) -> None:
        if self.platform.workloads.active_users_of_image(SYSTEM, image_id):
            return
        with contextlib.suppress(OSError):
            for path in (self.root / image_id).iterdir():
                if path.name != current:
                    shutil.rmtree(path, ignore_errors=True)

    # Inside

    def _row(self, principal: Principal, permission: str, image_id: str) -> Image:
        with self.db.read() as session:
            row = session.get(Image, image_id)
        if row is None:
            raise NotFound("image", image_id)
        authorize(principal, permission, row)
        return row

    def _name_is_free(self, owner_id: str, name: str) -> None:
        with self.db.read() as session:
            if session.scalar(select(Image.id).where(Image.owner_id == owner_id, Image.name == name)) is not None:
                raise NameTaken("image", name)

    def _record(self, principal: Principal, code: str, row: Image, **params: Any) -> None:
        self.platform.events.record(
            principal, code, object_kind="image", object_id=row.id, params={"name": row.name, **params}, resource=row
        )

    def _shapes(self, principal: Principal, rows: Sequence[Image]) -> builtins.list[ImageRead]:
        owners = self.platform.users.refs({row.owner_id for row in rows})
        return [self._shape(principal, row, owners[row.owner_id]) for row in rows]

    def _shape(self, principal: Principal, row: Image, owner: Ref) -> ImageRead:
        able = can(principal, "write:image", row)
        actions = ["write", "delete", *([] if row.status == "building" else ["build"])] if able else []
        return ImageRead(
            id=row.id,
            name=row.name,
            owner=owner,
            visibility=row.visibility,  # type: ignore[arg-type]
            revision=row.revision or 1,
            created_at=row.created_at,
            updated_at=row.updated_at,
            can=actions,
            description=row.description,
            purposes=row.purposes,
            requirements=row.requirements,
            python=row.python,
            status=row.status,  # type: ignore[arg-type]
            usable=row.current is not None,
            reason=Reason(**row.reason) if row.reason else None,
            workload_id=row.workload_id,
            packages=row.packages,
            size_bytes=row.size_bytes,
            built_at=row.built_at,
            location=os.fspath(self.root / row.id / row.current) if row.current else None,
        )
