"""Runs as others show them: who may see one, and where its folders are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from ..errors import NotFound
from ..identity import Principal, authorize
from ..versions import version_number
from .orm import TrainingJob, TrainingRun
from .shapes import ENDED

if TYPE_CHECKING:
    from ..platform import Platform


@dataclass(frozen=True)
class FoundRun:
    """A run that somebody may see."""

    id: str
    job_id: str
    job_name: str
    version: str
    workload_id: str
    created_by_id: str
    """Whose process it is, or was."""
    ended: bool
    outputs: str | None
    """Manifest of what it left behind."""


def find_run(platform: Platform, principal: Principal, job_id: str, version: str | None) -> FoundRun:
    """Find a run.

    Parameters
    ----------
    version : str or None
        None: the newest.

    Raises
    ------
    NotFound
        There is none that the principal may see.
    """
    with platform.db.read() as session:
        job = session.get(TrainingJob, job_id)
        if job is None:
            raise NotFound("training job", job_id)
        authorize(principal, "read:training", job)
        statement = select(TrainingRun).where(TrainingRun.job_id == job.id).order_by(TrainingRun.number.desc()).limit(1)
        if version is not None:
            statement = statement.where(TrainingRun.number == version_number(version))
        row = session.scalar(statement)
        if row is None:
            raise NotFound("run", f"{job_id}:{version}")
        return FoundRun(
            id=row.id,
            job_id=job.id,
            job_name=job.name,
            version=row.name,
            workload_id=row.workload_id,
            created_by_id=row.created_by_id,
            ended=row.status in ENDED,
            outputs=row.outputs,
        )
