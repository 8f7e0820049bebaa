"""From rows of training to their public shapes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..identity import Principal, can
from ..schemas import Reason, Ref, VersionRef
from ..workloads.reasons import describe
from ..workloads.schemas import RunProgress, ScalarSummary, WorkloadRead
from .orm import Collected, TrainingJob, TrainingRun
from .schemas import (
    EvaluationSummary,
    FileSummary,
    InputRead,
    RunMetric,
    RunRead,
    RunSettings,
    TrainingJobRead,
)

if TYPE_CHECKING:
    from ..platform import Platform

LOWER_IS_BETTER = ("loss", "error", "mae", "mse", "rmse", "perplexity")
ENDED = ("succeeded", "failed", "stopped")
SETTLED = ("draft", *ENDED)
"""States in which nothing of a run waits or runs."""


def is_lower_better(name: str) -> bool:
    """Tell by its name whether less of a metric is better."""
    return any(word in name.lower() for word in LOWER_IS_BETTER)


def metric(name: str, summary: ScalarSummary) -> RunMetric:
    """Give last and best value of a logged number."""
    low = is_lower_better(name)
    return RunMetric(
        last=summary.last,
        best=summary.min if low else summary.max,
        step=summary.step,
        best_step=summary.min_step if low else summary.max_step,
    )


def outward(row: Collected) -> str:
    """Give the status that others see: keeping the results is the last part of running."""
    return "running" if row.status == "collecting" else row.status


def metrics_of(platform: Platform, row: Collected) -> dict[str, RunMetric]:
    """Give the logged numbers of a run in short: kept ones after its end, else those of the attempt's file."""
    if row.metrics is not None:
        return {name: metric(name, ScalarSummary(**value)) for name, value in row.metrics.items()}
    with suppress(NotFound):
        return {name: metric(name, value) for name, value in platform.workloads.scalar_summary(row.workload_id).items()}
    return {}


def progress_of(platform: Platform, row: Collected) -> RunProgress | None:
    """Give what the program last said of its progress."""
    return RunProgress.of(platform.workloads.progress(row.workload_id))


def reason_of(row: Collected) -> Reason | None:
    """Put the reason of a status into words."""
    if row.reason and row.reason.get("message"):
        return Reason(**row.reason)
    return describe(row.reason)


def summary_of(row: Collected) -> EvaluationSummary | None:
    """Give the short form of an evaluation."""
    return EvaluationSummary(**row.evaluation) if row.evaluation else None


def _shown_settings(row: TrainingRun, *, able: bool) -> RunSettings:
    """Leave out the environment for those with whom a job is only shared: it may hold keys."""
    settings = RunSettings.model_validate(row.configuration)
    return settings if able else settings.model_copy(update={"environment": {}})


def run_shape(
    platform: Platform,
    principal: Principal,
    job: TrainingJob,
    row: TrainingRun,
    workload: WorkloadRead | None,
    *,
    live: bool = True,
) -> RunRead:
    """Give the public shape of a run.

    Parameters
    ----------
    live : bool, optional
        Read progress and numbers of a run that has not ended from its files.
    """
    named = row.named
    ended = row.status in ENDED
    saved = [
        VersionRef(id=user["id"], name=user["name"].removesuffix(user["version"]).strip(), version=user["version"])
        for user in (
            platform.lineage.users_of(principal, job.id, row.name, kinds=("model",)) if row.model and live else []
        )
        if "id" in user
    ]
    return RunRead(
        id=row.id,
        job_id=job.id,
        job_name=job.name,
        version=row.name,
        status=outward(row),  # type: ignore[arg-type]  # only such words are ever stored
        reason=reason_of(row),
        collecting=row.status == "collecting",
        workload=workload,
        progress=progress_of(platform, row) if live else None,
        metrics=metrics_of(platform, row) if live or ended else {},
        outputs=FileSummary(files=row.outputs_count, size_bytes=row.outputs_bytes) if row.outputs else None,
        model_output=FileSummary(files=row.model_count, size_bytes=row.model_bytes) if row.model else None,
        evaluation_summary=summary_of(row),
        algorithm=VersionRef(**named["algorithm"]),
        image=Ref(**named["image"]) if named["image"] else None,
        inputs=[InputRead(**item) for item in named["inputs"]],
        model=VersionRef(**named["model"]) if named["model"] else None,
        configuration=_shown_settings(row, able=can(principal, "write:training", job)),
        command=named["command"],
        note=row.note,
        cost=workload.cost if workload else None,
        saved_as=saved,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        can=run_actions(principal, job, row),
    )


def run_actions(principal: Principal, job: TrainingJob, row: TrainingRun) -> list[str]:
    """Tell what the caller may do with a run now."""
    actions: list[str] = []
    if can(principal, "write:training", job):
        if row.status == "draft":
            actions += ["start", "delete"]
        elif row.status in ENDED:
            actions += ["rerun", "delete"]
        elif row.status != "collecting":
            actions.append("stop")
        actions.append("modify")
    if row.model and row.status == "succeeded" and can(principal, "write:model"):
        actions.append("save-model")
    return actions


def job_shape(
    principal: Principal, job: TrainingJob, owner: Ref, run_count: int, latest: RunRead, statuses: Sequence[str]
) -> TrainingJobRead:
    """Give the public shape of a job."""
    actions: list[str] = []
    if can(principal, "write:training", job):
        actions = ["write", "modify"]
        actions.append("delete" if all(status in SETTLED for status in statuses) else "stop")
    return TrainingJobRead(
        id=job.id,
        name=job.name,
        owner=owner,
        visibility=job.visibility,  # type: ignore[arg-type]  # only such words are ever stored
        revision=job.revision,
        created_at=job.created_at,
        updated_at=job.updated_at,
        can=actions,
        description=job.description,
        task_type=job.task_type,
        status=latest.status,
        current_version=latest.version,
        run_count=run_count,
        latest=latest,
    )


def input_lookup(named: dict[str, Any]) -> dict[str, InputRead]:
    """Map argument names, and their names in the program, to the dataset versions behind them."""
    roles = {"training": "data_url", "validation": "val_data_url", "evaluation": "data_url"}
    found: dict[str, InputRead] = {}
    for item in named["inputs"]:
        argument = roles[item["role"]]
        found[argument] = InputRead(**item)
        own = {value: name for name, value in (named.get("mapping") or {}).items()}.get(argument)
        if own:
            found[own] = found[argument]
    return found


def job_shapes(
    platform: Platform, session: Session, principal: Principal, jobs: Sequence[TrainingJob], *, live: bool = True
) -> list[TrainingJobRead]:
    """Give the public shapes of jobs with their newest runs, with as many statements for many as for one."""
    ids = [job.id for job in jobs]
    session.flush()
    states: dict[str, dict[str, int]] = {job_id: {} for job_id in ids}
    counted = select(TrainingRun.job_id, TrainingRun.status, func.count()).where(TrainingRun.job_id.in_(ids))
    for job_id, status, count in session.execute(counted.group_by(TrainingRun.job_id, TrainingRun.status)):
        states[job_id][status] = count
    newest = select(TrainingRun.job_id, func.max(TrainingRun.number).label("number")).where(TrainingRun.job_id.in_(ids))
    last = newest.group_by(TrainingRun.job_id).subquery()
    rows = session.scalars(
        select(TrainingRun).join(last, (TrainingRun.job_id == last.c.job_id) & (TrainingRun.number == last.c.number))
    ).all()
    runs = {row.job_id: row for row in rows}
    workloads = platform.workloads.get_many([row.workload_id for row in rows])
    owners = platform.users.refs({job.owner_id for job in jobs})
    found = []
    for job in jobs:
        row = runs[job.id]
        latest = run_shape(platform, principal, job, row, workloads.get(row.workload_id), live=live)
        count = sum(states[job.id].values())
        found.append(job_shape(principal, job, owners[job.owner_id], count, latest, list(states[job.id])))
    return found
