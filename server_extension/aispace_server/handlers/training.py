"""Training jobs and their runs."""

from __future__ import annotations

from pathlib import Path

from aispace.algorithms.schemas import FileQuery
from aispace.models.schemas import ModelVersionRead
from aispace.schemas import CursorPage, CursorQuery, FileEntry, ListQuery, Page
from aispace.training.schemas import (
    CompareQuery,
    Comparison,
    DownloadQuery,
    Estimate,
    EstimateRequest,
    EvaluatedQuery,
    EvaluatedSample,
    EvaluationResult,
    RunChanges,
    RunRead,
    SaveModel,
    StoppedJobs,
    TrainingJobCreate,
    TrainingJobQuery,
    TrainingJobRead,
    TrainingJobUpdate,
)
from aispace.workloads.schemas import (
    AttemptQuery,
    LogQuery,
    LogRead,
    MetricsQuery,
    ScalarQuery,
    ScalarRead,
    UsageSeries,
)

from .base import AISpaceHandler, operation
from .media import media_type_of


class TrainingJobCollectionHandler(AISpaceHandler):
    """All training jobs."""

    @operation(
        action="read",
        resource="training",
        summary="List training jobs",
        query=TrainingJobQuery,
        response=Page[TrainingJobRead],
    )
    async def get(self, query: TrainingJobQuery) -> Page[TrainingJobRead]:
        """List training jobs."""
        return await self.call(self.platform.training.list, self.principal, query)

    @operation(
        action="write",
        resource="training",
        summary="Make a training job and submit its first run",
        body=TrainingJobCreate,
        response=TrainingJobRead,
        status=201,
        location="training-jobs/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: TrainingJobCreate) -> TrainingJobRead:
        """Make a training job."""
        return await self.call(self.platform.training.create, self.principal, body)


class TrainingEstimateHandler(AISpaceHandler):
    """What would happen."""

    @operation(
        action="write",
        resource="training",
        summary="Check a form as far as it is filled in; tell command, price and waiting time",
        body=EstimateRequest,
        response=Estimate,
    )
    async def post(self, body: EstimateRequest) -> Estimate:
        """Estimate a training job."""
        return await self.call(self.platform.training.estimate, self.principal, body)


class TrainingCompareHandler(AISpaceHandler):
    """Runs side by side."""

    @operation(
        action="read",
        resource="training",
        summary="Put runs side by side: run=<job>:V0001&run=<job>:V0002",
        query=CompareQuery,
        response=Comparison,
    )
    async def get(self, query: CompareQuery) -> Comparison:
        """Compare runs."""
        return await self.call(self.platform.training.compare, self.principal, query)


class TrainingJobHandler(AISpaceHandler):
    """One training job."""

    @operation(
        action="read",
        resource="training",
        summary="Give a job and its newest run",
        response=TrainingJobRead,
        etag=True,
    )
    async def get(self, id: str) -> TrainingJobRead:
        """Give a job."""
        return await self.call(self.platform.training.get, self.principal, id)

    @operation(
        action="write",
        resource="training",
        summary="Change name, description or visibility of a job",
        body=TrainingJobUpdate,
        response=TrainingJobRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: TrainingJobUpdate, revision: int | None) -> TrainingJobRead:
        """Change a job."""
        return await self.call(self.platform.training.update, self.principal, id, body, revision)

    @operation(
        action="write",
        resource="training",
        summary="Delete a job with all runs; models saved from it stay",
        if_match=True,
    )
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a job."""
        await self.call(self.platform.training.delete, self.principal, id, revision)


class RunCollectionHandler(AISpaceHandler):
    """Runs of a job."""

    @operation(
        action="read",
        resource="training",
        summary="List the runs of a job, newest first",
        query=ListQuery,
        response=Page[RunRead],
    )
    async def get(self, id: str, query: ListQuery) -> Page[RunRead]:
        """List the runs."""
        return await self.call(self.platform.training.runs, self.principal, id, query)

    @operation(
        action="write",
        resource="training",
        summary="Change settings of a run and submit the result as the next run",
        body=RunChanges,
        response=RunRead,
        status=201,
        location="training-jobs/{job_id}/runs/{version}",
        idempotent=True,
    )
    async def post(self, id: str, body: RunChanges) -> RunRead:
        """Modify a run."""
        return await self.call(self.platform.training.modify, self.principal, id, body)


class RunHandler(AISpaceHandler):
    """One run."""

    @operation(action="read", resource="training", summary="Give a run", response=RunRead)
    async def get(self, id: str, version: str) -> RunRead:
        """Give a run."""
        return await self.call(self.platform.training.run, self.principal, id, version)

    @operation(
        action="write",
        resource="training",
        summary="Change the settings of a run that was not started yet",
        body=RunChanges,
        response=RunRead,
    )
    async def patch(self, id: str, version: str, body: RunChanges) -> RunRead:
        """Change a draft."""
        return await self.call(self.platform.training.edit, self.principal, id, version, body)

    @operation(action="write", resource="training", summary="Delete a run that has ended, or a draft")
    async def delete(self, id: str, version: str) -> None:
        """Delete a run."""
        await self.call(self.platform.training.delete_run, self.principal, id, version)


class RunStartHandler(AISpaceHandler):
    """From a draft to a run."""

    @operation(
        action="write",
        resource="training",
        summary="Submit a run that was kept as a draft",
        response=RunRead,
        status=202,
        idempotent=True,
    )
    async def post(self, id: str, version: str) -> RunRead:
        """Submit a draft."""
        return await self.call(self.platform.training.begin, self.principal, id, version)


class TrainingStopHandler(AISpaceHandler):
    """End everything."""

    @operation(
        action="write",
        resource="training",
        summary="Ask all runs of one's own jobs that wait or run to end",
        response=StoppedJobs,
        status=202,
    )
    async def post(self) -> StoppedJobs:
        """Ask all runs to end."""
        return await self.call(self.platform.training.stop_all, self.principal)


class RunStopHandler(AISpaceHandler):
    """End a run."""

    @operation(action="write", resource="training", summary="Ask a run to end", response=RunRead, status=202)
    async def post(self, id: str, version: str) -> RunRead:
        """Ask a run to end."""
        return await self.call(self.platform.training.stop, self.principal, id, version)


class RunAgainHandler(AISpaceHandler):
    """The same once more."""

    @operation(
        action="write",
        resource="training",
        summary="Submit the same versions, parameters and seed as the next run",
        response=RunRead,
        status=201,
        location="training-jobs/{job_id}/runs/{version}",
        idempotent=True,
    )
    async def post(self, id: str, version: str) -> RunRead:
        """Run again."""
        return await self.call(self.platform.training.rerun, self.principal, id, version)


class RunLogHandler(AISpaceHandler):
    """The log of a run."""

    @operation(action="read", resource="training", summary="Read part of the log", query=LogQuery, response=LogRead)
    async def get(self, id: str, version: str, query: LogQuery) -> LogRead:
        """Read part of the log."""
        return await self.call(self.platform.training.log, self.principal, id, version, query)


class RunLogDownloadHandler(AISpaceHandler):
    """The log of a run as a file."""

    @operation(
        action="read", resource="training", summary="Download the log", query=AttemptQuery, media_type="text/plain"
    )
    async def get(self, id: str, version: str, query: AttemptQuery) -> None:
        """Download the log."""
        path, name = await self.call(self.platform.training.log_file, self.principal, id, version, query.attempt)
        await self.send_file(Path(path), filename=name, media_type="text/plain; charset=utf-8", download=True)


class RunScalarsHandler(AISpaceHandler):
    """What a run logged as numbers."""

    @operation(
        action="read",
        resource="training",
        summary="Read logged scalars in buckets with last value, minimum and maximum",
        query=ScalarQuery,
        response=ScalarRead,
    )
    async def get(self, id: str, version: str, query: ScalarQuery) -> ScalarRead:
        """Read logged scalars."""
        return await self.call(self.platform.training.scalars, self.principal, id, version, query)


class RunMetricsHandler(AISpaceHandler):
    """What a run used of the machine."""

    @operation(
        action="read",
        resource="training",
        summary="Read use of CPU, memory and accelerators over time",
        query=MetricsQuery,
        response=UsageSeries,
    )
    async def get(self, id: str, version: str, query: MetricsQuery) -> UsageSeries:
        """Read use of resources."""
        return await self.call(self.platform.training.usage, self.principal, id, version, query)


class RunOutputsHandler(AISpaceHandler):
    """Files that a run left behind."""

    @operation(
        action="read",
        resource="training",
        summary="List the files that a run left behind",
        query=CursorQuery,
        response=CursorPage[FileEntry],
    )
    async def get(self, id: str, version: str, query: CursorQuery) -> CursorPage[FileEntry]:
        """List the files that a run left behind."""
        return await self.call(self.platform.training.outputs, self.principal, id, version, query)


class RunOutputContentHandler(AISpaceHandler):
    """One file that a run left behind."""

    @operation(
        action="read",
        resource="training",
        summary="Give a file that a run left behind",
        query=FileQuery,
        media_type="application/octet-stream",
    )
    async def get(self, id: str, version: str, query: FileQuery) -> None:
        """Give a file that a run left behind."""
        entry, path = await self.call(self.platform.training.output, self.principal, id, version, query.path)
        name = entry.path.rpartition("/")[2]
        await self.send_file(path, filename=name, media_type=media_type_of(name), etag=entry.sha256)


class RunOutputsDownloadHandler(AISpaceHandler):
    """Outputs or model as an archive."""

    @operation(
        action="read",
        resource="training",
        summary="Download outputs or model of a run as a zip archive",
        query=DownloadQuery,
        media_type="application/zip",
    )
    async def get(self, id: str, version: str, query: DownloadQuery) -> None:
        """Download outputs or model of a run."""
        name, parts = await self.call(self.platform.training.download, self.principal, id, version, query.part)
        await self.send_stream(parts, filename=name)


class RunEvaluationHandler(AISpaceHandler):
    """Figures of a run's predictions."""

    @operation(
        action="read",
        resource="training",
        summary="Give accuracy, figures of each label and the confusion matrix",
        response=EvaluationResult,
    )
    async def get(self, id: str, version: str) -> EvaluationResult:
        """Give the figures of a run's predictions."""
        return await self.call(self.platform.training.evaluation, self.principal, id, version)


class RunEvaluatedHandler(AISpaceHandler):
    """Samples that a run was tried on."""

    @operation(
        action="read",
        resource="training",
        summary="List samples with what the run said of them",
        query=EvaluatedQuery,
        response=CursorPage[EvaluatedSample],
    )
    async def get(self, id: str, version: str, query: EvaluatedQuery) -> CursorPage[EvaluatedSample]:
        """List evaluated samples."""
        return await self.call(self.platform.training.evaluated, self.principal, id, version, query)


class RunSaveModelHandler(AISpaceHandler):
    """From a run to a model."""

    @operation(
        action="write",
        resource="model",
        summary="Save what a run made as a new model or as the next version of one",
        body=SaveModel,
        response=ModelVersionRead,
        status=201,
        location="models/{model_id}/versions/{version}",
        idempotent=True,
    )
    async def post(self, id: str, version: str, body: SaveModel) -> ModelVersionRead:
        """Save what a run made as a model."""
        return await self.call(self.platform.training.save_model, self.principal, id, version, body)


ROUTES = [
    ("/training-jobs", TrainingJobCollectionHandler),
    ("/training-jobs/estimate", TrainingEstimateHandler),
    ("/training-jobs/compare", TrainingCompareHandler),
    ("/training-jobs/stop", TrainingStopHandler),
    ("/training-jobs/{id}", TrainingJobHandler),
    ("/training-jobs/{id}/runs", RunCollectionHandler),
    ("/training-jobs/{id}/runs/{version}", RunHandler),
    ("/training-jobs/{id}/runs/{version}/start", RunStartHandler),
    ("/training-jobs/{id}/runs/{version}/stop", RunStopHandler),
    ("/training-jobs/{id}/runs/{version}/rerun", RunAgainHandler),
    ("/training-jobs/{id}/runs/{version}/log", RunLogHandler),
    ("/training-jobs/{id}/runs/{version}/log/download", RunLogDownloadHandler),
    ("/training-jobs/{id}/runs/{version}/scalars", RunScalarsHandler),
    ("/training-jobs/{id}/runs/{version}/metrics", RunMetricsHandler),
    ("/training-jobs/{id}/runs/{version}/outputs", RunOutputsHandler),
    ("/training-jobs/{id}/runs/{version}/outputs/content", RunOutputContentHandler),
    ("/training-jobs/{id}/runs/{version}/outputs/download", RunOutputsDownloadHandler),
    ("/training-jobs/{id}/runs/{version}/evaluation", RunEvaluationHandler),
    ("/training-jobs/{id}/runs/{version}/evaluation/samples", RunEvaluatedHandler),
    ("/training-jobs/{id}/runs/{version}/save-model", RunSaveModelHandler),
]
