"""Make a model version once more, and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import Conflict, NotFound
from ..identity import Principal, authorize
from ..ids import new_id
from ..listing import slice_of
from ..schemas import ListQuery, Page, Ref
from ..storage.manifests import iterate
from ..training.again import Ingredients, check_ended, free_name, ingredients, run_of
from ..training.schemas import RunSettings, TrainingJobCreate
from ..versions import version_name
from .orm import Reproduction
from .schemas import Aspect, Difference, ReproductionCreate, ReproductionRead

if TYPE_CHECKING:
    from ..platform import Platform

ENDED = ("succeeded", "failed", "stopped")
COMPARED = ("task_type", "nodes", "argument_mapping", "seed", "spec_id", "environment")
"""Settings that may change what comes out, beside code, data, model and parameters."""


class ReproductionService:
    """Reproductions of model versions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def create(self, principal: Principal, model_id: str, version: str, body: ReproductionCreate) -> ReproductionRead:
        """Run again what made a model version: the same code, data, parameters and seed, and the same packages.

        Where the image of the first run has other packages by now, one with exactly the packages of then is built.

        Raises
        ------
        Conflict
            The version was not made by a run, or that run is gone.
        """
        authorize(principal, "write:training")
        model = self.platform.models.get(principal, model_id)
        run_id, number = self.platform.models.made_by(principal, model_id, version)
        if run_id is None:
            raise Conflict(
                "not_from_training",
                f"Not started. {model.name} {version} was uploaded, so nobody knows how it was made. Choose a version "
                "that was saved from a training job.",
            )
        try:
            first = ingredients(self.platform, principal, run_id)
        except NotFound:
            raise Conflict(
                "run_gone",
                f"Not started. The training job that made {model.name} {version} was deleted or is not shared with "
                "you. Restore it from the trash, or ask its owner.",
            ) from None
        check_ended(first)
        image_id = self._image(principal, first)
        changes: dict[str, Any] = {"image_id": image_id, "note": f"{model.name} {version} once more", "delay_hours": 0}
        if body.spec_id is not None:
            changes["spec_id"] = body.spec_id
        settings = first.settings.model_dump(mode="json") | changes
        wish = f"{model.name}-{version}-again"
        name = body.name or free_name(self.platform, principal.user_id, wish)
        job = self.platform.training.create(principal, TrainingJobCreate.model_validate({**settings, "name": name}))
        with self.db.write() as session:
            row = Reproduction(
                id=new_id("rep"),
                model_id=model_id,
                number=number,
                job_id=job.id,
                run=job.current_version,
                original=first.model_dump(mode="json"),
                owner_id=principal.user_id,
                organisation_id=principal.organisation_id,
            )
            session.add(row)
            session.flush()
            self.platform.events.record(
                principal,
                "model.reproduction_started",
                object_kind="model",
                object_id=model_id,
                params={"name": model.name, "version": version, "job_id": job.id, "reproduction_id": row.id},
                resource=row,
            )
            return self._shape(principal, row, model.name)

    def list(self, principal: Principal, model_id: str, version: str, query: ListQuery) -> Page[ReproductionRead]:
        """List the caller's reproductions of a model version, the newest first."""
        name = self.platform.models.get(principal, model_id).name
        _, number = self.platform.models.made_by(principal, model_id, version)
        statement = select(Reproduction).where(Reproduction.model_id == model_id, Reproduction.number == number)
        if not principal.is_administrator:
            statement = statement.where(Reproduction.owner_id == principal.user_id)
        with self.db.read() as session:
            rows = session.scalars(statement.order_by(Reproduction.created_at.desc(), Reproduction.id.desc())).all()
        shown, info = slice_of(rows, query)
        return Page[ReproductionRead](items=[self._shape(principal, row, name) for row in shown], page=info)

    def get(self, principal: Principal, reproduction_id: str) -> ReproductionRead:
        """Read a reproduction and what differs."""
        with self.db.read() as session:
            row = self._row(session, principal, reproduction_id)
        return self._shape(principal, row, self.platform.models.get(principal, row.model_id).name)

    # Inside

    def _row(self, session: Session, principal: Principal, reproduction_id: str) -> Reproduction:
        row = session.get(Reproduction, reproduction_id)
        if row is None or (row.owner_id != principal.user_id and not principal.is_administrator):
            authorize(principal, "read:model")
            raise NotFound("reproduction", reproduction_id)
        authorize(principal, "read:model", row)
        return row

    def _image(self, principal: Principal, first: Ingredients) -> str | None:
        """Choose the image: the one of then if it still has the packages of then, else one that is built of them."""
        if first.environment is None:
            return first.settings.image_id
        return self.platform.images.with_packages(principal, first.settings.image_id, first.environment)

    def _shape(self, principal: Principal, row: Reproduction, name: str) -> ReproductionRead:
        first = Ingredients.model_validate(row.original)
        now = run_of(self.platform, principal, row.job_id, row.run)
        differences = [] if now is None else self._differences(first, now)
        status = "gone" if now is None else self._status(now, differences)
        files = self._files(first), self._files(now)
        environment = "unknown"
        if first.environment is not None:
            same_image = now is None or now.settings.image_id == first.settings.image_id
            environment = "same" if same_image else "rebuilt"
        return ReproductionRead(
            id=row.id,
            model=Ref(id=row.model_id, name=name),
            version=version_name(row.number),
            owner=self.platform.users.ref(row.owner_id),
            status=status,  # type: ignore[arg-type]
            job_id=row.job_id,
            run=row.run,
            original_job_id=first.job_id,
            original_run=first.run,
            environment=environment,  # type: ignore[arg-type]
            differences=differences,
            same_files=sum(files[1].get(path) == sha256 for path, sha256 in files[0].items()),
            same_figures=sum(now is not None and now.metrics.get(n) == v for n, v in first.metrics.items()),
            created_at=row.created_at,
        )

    @staticmethod
    def _status(now: Ingredients, differences: Sequence[Difference]) -> str:
        if now.status not in ENDED:
            return "running"
        if now.status != "succeeded":
            return "failed"
        return "different" if any(d.aspect in ("file", "metric") for d in differences) else "same"

    def _files(self, made: Ingredients | None) -> dict[str, str]:
        if made is None or made.model is None or not self.platform.blobs.exists(made.model):
            return {}
        return {entry.path: entry.sha256 for entry in iterate(self.platform.blobs, made.model)}

    def _differences(self, first: Ingredients, now: Ingredients) -> Any:
        before, after = first.settings, now.settings
        found = [
            *_compare("code", _code(before), _code(after)),
            *_compare("data", _data(before), _data(after)),
            *_compare("parameter", before.parameters, after.parameters),
            *_compare("setting", _settings(before), _settings(after)),
        ]
        if first.environment is not None and now.environment is not None:
            one, other = first.environment, now.environment
            found += _compare("python", {"python": one.python}, {"python": other.python})
            packages = [{package.name: package.version for package in side.packages} for side in (one, other)]
            found += _compare("package", *packages)
        if now.status == "succeeded":
            found += _compare("file", self._files(first), self._files(now))
            found += _compare("metric", first.metrics, now.metrics)
        return found


def _compare(aspect: Aspect, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    def text(value: Any) -> str | None:
        return None if value is None else value if isinstance(value, str) else f"{value}"

    return [
        Difference(aspect=aspect, name=name, before=text(before.get(name)), after=text(after.get(name)))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _code(settings: RunSettings) -> dict[str, Any]:
    return {"algorithm": f"{settings.algorithm.algorithm_id} {settings.algorithm.version}"}


def _data(settings: RunSettings) -> dict[str, Any]:
    data: dict[str, Any] = {
        item.role: f"{item.dataset_id} {item.version}" + (f" {item.split}" if item.split else "")
        for item in settings.inputs
    }
    if settings.model is not None:
        data["model"] = f"{settings.model.model_id} {settings.model.version}"
    return data


def _settings(settings: RunSettings) -> dict[str, Any]:
    values = settings.model_dump(mode="json", include=set(COMPARED))
    environment = values.pop("environment") or {}
    # Names only: values may be keys.
    return values | {f"environment.{name}": "set" for name in environment}
