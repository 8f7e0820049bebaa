"""A run once more, with everything that it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field
from sqlalchemy import select

from ..db import WITH_TRASH
from ..errors import Conflict, NotFound
from ..identity import Principal, authorize, can
from ..images.schemas import Frozen
from ..schemas import Schema
from .orm import TrainingJob, TrainingRun
from .schemas import RunSettings
from .shapes import ENDED, outward

if TYPE_CHECKING:
    from ..platform import Platform


class Ingredients(Schema):
    """What a run was made of, and what came out."""

    job_id: str
    run: str
    status: str
    settings: RunSettings
    environment: Frozen | None
    """The packages that it ran with; None where that was not kept."""
    model: str | None
    """Manifest of the model's files."""
    metrics: dict[str, float] = Field(default_factory=dict)
    """The last value of each logged number, and the figures of its evaluation."""


def ingredients(platform: Platform, principal: Principal, run_id: str) -> Ingredients:
    """Tell what a run was made of; names and values of its environment only to those who may change it.

    Raises
    ------
    NotFound
        The run was deleted, or the principal may not see its job.
    """
    with platform.db.read() as session:
        row = session.get(TrainingRun, run_id)
        job = session.get(TrainingJob, row.job_id) if row is not None else None
        if row is None or job is None:
            raise NotFound("run", run_id)
        authorize(principal, "read:training", job)
        settings = RunSettings.model_validate(row.configuration)
        if not can(principal, "write:training", job):
            settings.environment = {}
        return Ingredients(
            job_id=job.id,
            run=row.name,
            status=outward(row),
            settings=settings,
            environment=Frozen.model_validate(row.named["frozen"]) if row.named.get("frozen") else None,
            model=row.model,
            metrics=_figures(row),
        )


def run_of(platform: Platform, principal: Principal, job_id: str, version: str) -> Ingredients | None:
    """Tell what a run has become; None when it was deleted or lies in the trash."""
    with platform.db.read() as session:
        found = select(TrainingRun).join(TrainingJob, TrainingJob.id == TrainingRun.job_id)
        rows = session.scalars(found.where(TrainingRun.job_id == job_id)).all()
    row = next((row for row in rows if row.name == version), None)
    return ingredients(platform, principal, row.id) if row is not None else None


def check_ended(made: Ingredients) -> None:
    """Refuse a run that is still at work.

    Raises
    ------
    Conflict
        It has not ended.
    """
    if made.status not in ENDED:
        raise Conflict("not_ended", f"Not started. Run {made.run} is {made.status}. Wait for its end.")


def free_name(platform: Platform, owner_id: str, wish: str) -> str:
    """Choose a name for a job that its owner has not used, in the trash neither."""
    with platform.db.read() as session:
        names = select(TrainingJob.name).where(TrainingJob.owner_id == owner_id)
        taken = set(session.scalars(names, execution_options=WITH_TRASH))
    name, number = wish[:50].rstrip("-._"), 1
    while name in taken:
        number += 1
        name = f"{wish[: 49 - len(str(number))].rstrip('-._')}-{number}"
    return name


def _figures(row: TrainingRun) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, value in (row.metrics or {}).items():
        last: Any = value.get("last")
        if isinstance(last, (int, float)):
            figures[name] = float(last)
    for name, value in (row.evaluation or {}).items():
        if isinstance(value, (int, float)):
            figures[f"evaluation.{name}"] = float(value)
    return figures
