"""Rules of job templates: settings of training runs and evaluations that are kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import AISpaceError, Forbidden, Invalid, NameTaken, NotFound, renamed
from ..identity import Principal, authorize, can, visible
from ..ids import new_id
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, Ref, VersionRef
from .orm import JobTemplate
from .requests import settings_errors
from .schemas import InputRead, RunSettings
from .template_schemas import (
    SHAPES,
    JobTemplateCreate,
    JobTemplateQuery,
    JobTemplateRead,
    JobTemplateUpdate,
    TemplateOfRun,
)

if TYPE_CHECKING:
    from ..platform import Platform


class TemplateService:
    """Templates of training jobs and evaluations."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        platform.objects.add(ObjectKind("job_template", "tpl", "training", "job template", JobTemplate))

    def list(self, principal: Principal, query: JobTemplateQuery) -> Page[JobTemplateRead]:
        """List templates."""
        authorize(principal, "read:training")
        statement = select(JobTemplate).where(visible(principal, JobTemplate, mine_only=query.scope == "mine"))
        if query.scope in ("shared", "preset"):
            statement = statement.where(JobTemplate.visibility == ("public" if query.scope == "shared" else "preset"))
        if query.kind is not None:
            statement = statement.where(JobTemplate.kind == query.kind)
        if query.q:
            statement = statement.where(
                or_(
                    contains(JobTemplate.name, query.q),
                    contains(JobTemplate.description, query.q),
                    JobTemplate.id == query.q,
                )
            )
        sorts = {"name": JobTemplate.name, "kind": JobTemplate.kind, "created_at": JobTemplate.created_at,
                 "updated_at": JobTemplate.updated_at}  # fmt: skip
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=JobTemplate.id)
            return Page[JobTemplateRead](items=[self._shape(principal, row) for row in rows], page=info)

    def get(self, principal: Principal, template_id: str) -> JobTemplateRead:
        """Read a template."""
        with self.db.read() as session:
            return self._shape(principal, self._row(session, principal, "read", template_id))

    def create(self, principal: Principal, body: JobTemplateCreate) -> JobTemplateRead:
        """Keep settings under a name.

        Raises
        ------
        NameTaken
            One of the caller's templates has it.
        """
        authorize(principal, "write:training")
        self._may_preset(principal, body.visibility)
        settings = self._complete(body.kind, body.settings)
        with self.db.write() as session:
            self._name_is_free(session, principal.user_id, body.name)
            row = JobTemplate(
                id=new_id("tpl"),
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                **{**body.model_dump(), "settings": settings},
            )
            session.add(row)
            session.flush()
            self._record(principal, "created", row)
            return self._shape(principal, row)

    def of_run(self, principal: Principal, job_id: str, version: str, body: TemplateOfRun) -> JobTemplateRead:
        """Keep the settings of a run; the seed and the note are the run's own.

        What its environment holds is left out for those with whom the job is only shared.
        """
        settings = self.platform.training.run(principal, job_id, version).configuration
        return self.keep(principal, settings, body.name, body.description)

    def keep(self, principal: Principal, settings: RunSettings, name: str, description: str = "") -> JobTemplateRead:
        """Keep the settings of a training run under a name."""
        made = settings.model_dump(mode="json", exclude={"seed", "note"})
        return self.create(principal, JobTemplateCreate(name=name, description=description, settings=made))

    def update(
        self, principal: Principal, template_id: str, body: JobTemplateUpdate, revision: int | None = None
    ) -> JobTemplateRead:
        """Change description, settings or visibility."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", template_id)
            revisions.check(row, revision, lambda: self._shape(principal, row))
            if body.visibility is not None and body.visibility != row.visibility:
                self._may_preset(principal, body.visibility, row.visibility)
            for name in body.model_fields_set - {"settings"}:
                setattr(row, name, getattr(body, name))
            if body.settings is not None:
                row.settings = self._complete(row.kind, body.settings)
            revisions.touch(row)
            self._record(principal, "changed", row, fields=sorted(body.model_fields_set))
            return self._shape(principal, row)

    def delete(self, principal: Principal, template_id: str, revision: int | None = None) -> None:
        """Delete a template for good; jobs that were made from it stay."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", template_id)
            revisions.check(row, revision, lambda: self._shape(principal, row))
            self._record(principal, "deleted", row)
            session.delete(row)

    # Inside

    @staticmethod
    def _complete(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Check settings and fill in what was left out."""
        try:
            return SHAPES[kind].model_validate(settings).model_dump(mode="json")
        except ValidationError as error:
            first = settings_errors(error)[0]
            field = f"settings.{first['field']}"
            words, code, params = f"{field}: {first['message']}", first["code"], first.get("params")
            raise Invalid(field, words, code=code, params=params) from None

    @staticmethod
    def _row(session: Session, principal: Principal, action: str, template_id: str) -> JobTemplate:
        row = session.get(JobTemplate, template_id)
        if row is None:
            raise NotFound("job template", template_id)
        authorize(principal, f"{action}:training", row)
        return row

    @staticmethod
    def _name_is_free(session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(JobTemplate.id).where(JobTemplate.owner_id == owner_id, JobTemplate.name == name)):
            raise NameTaken("job template", name)

    def name_error(self, principal: Principal, name: str | None) -> NameTaken | None:
        """Tell whether one of the caller's templates has this name already; the field is called ``template``."""
        if name is None:
            return None
        try:
            with renamed({"name": "template"}), self.db.read() as session:
                self._name_is_free(session, principal.user_id, name)
        except NameTaken as error:
            return error
        return None

    @staticmethod
    def _may_preset(principal: Principal, *visibilities: str) -> None:
        if "preset" in visibilities and not principal.is_administrator:
            raise Forbidden("Not done. Only an administrator makes or unmakes presets. Choose public instead.")

    def _record(self, principal: Principal, verb: str, row: JobTemplate, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"job_template.{verb}",
            object_kind="job_template",
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )

    def _shape(self, principal: Principal, row: JobTemplate) -> JobTemplateRead:
        settings: dict[str, Any] = dict(row.settings)
        able = can(principal, "write:training", row)
        if not able and "environment" in settings:
            settings["environment"] = {}  # it may hold keys
        model = settings.get("model") if row.kind == "training" else settings
        return JobTemplateRead(
            id=row.id,
            name=row.name,
            owner=self.platform.users.ref(row.owner_id),
            visibility=row.visibility,  # type: ignore[arg-type]  # only such words are ever stored
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            can=["write", "delete"] if able else [],
            description=row.description,
            kind=row.kind,  # type: ignore[arg-type]  # only such words are ever stored
            settings=settings,
            algorithm=self._named(principal, "algorithms", settings.get("algorithm"), "algorithm_id"),
            model=self._named(principal, "models", model, "model_id"),
            inputs=[*self._inputs(principal, row.kind, settings)],
            spec=self._spec(principal, settings["spec_id"]),
        )

    def _named(self, principal: Principal, service: str, wanted: dict[str, Any] | None, key: str) -> VersionRef | None:
        if wanted is None:
            return None
        try:
            found = getattr(self.platform, service).get(principal, wanted[key])
        except AISpaceError:
            return None
        return VersionRef(id=found.id, name=found.name, version=wanted.get("version") or found.current_version or "")

    def _inputs(self, principal: Principal, kind: str, settings: dict[str, Any]) -> Sequence[InputRead]:
        found = []
        for item in settings.get("inputs") or []:
            named = self._named(principal, "datasets", item, "dataset_id")
            if named is not None:
                role = item.get("role") or ("evaluation" if kind == "evaluation" else "training")
                read = {**named.model_dump(), "role": role, "split": item.get("split")}
                found.append(InputRead.model_validate(read))
        return found

    def _spec(self, principal: Principal, spec_id: str) -> Ref | None:
        try:
            spec = self.platform.resources.get(principal, spec_id)
        except AISpaceError:
            return None
        return Ref(id=spec.id, name=spec.name)
