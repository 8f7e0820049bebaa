"""Evaluations of model versions."""

from __future__ import annotations

from aispace.schemas import CursorPage, Page
from aispace.training.schemas import (
    EvaluatedQuery,
    EvaluatedSample,
    EvaluationCreate,
    EvaluationQuery,
    EvaluationRead,
)
from aispace.workloads.schemas import LogQuery, LogRead

from .base import AISpaceHandler, operation


class EvaluationCollectionHandler(AISpaceHandler):
    """All evaluations."""

    @operation(
        action="read",
        resource="training",
        summary="List evaluations of model versions",
        query=EvaluationQuery,
        response=Page[EvaluationRead],
    )
    async def get(self, query: EvaluationQuery) -> Page[EvaluationRead]:
        """List evaluations."""
        return await self.call(self.platform.evaluations.list, self.principal, query)

    @operation(
        action="write",
        resource="training",
        summary="Try a model version on a published dataset version",
        body=EvaluationCreate,
        response=EvaluationRead,
        status=201,
        location="evaluations/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: EvaluationCreate) -> EvaluationRead:
        """Submit an evaluation."""
        return await self.call(self.platform.evaluations.create, self.principal, body)


class EvaluationHandler(AISpaceHandler):
    """One evaluation."""

    @operation(
        action="read",
        resource="training",
        summary="Give an evaluation with its figures",
        response=EvaluationRead,
        etag=True,
    )
    async def get(self, id: str) -> EvaluationRead:
        """Give an evaluation."""
        return await self.call(self.platform.evaluations.get, self.principal, id)

    @operation(action="write", resource="training", summary="Delete an evaluation that has ended", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete an evaluation."""
        await self.call(self.platform.evaluations.delete, self.principal, id, revision)


class EvaluationStopHandler(AISpaceHandler):
    """End an evaluation."""

    @operation(
        action="write", resource="training", summary="Ask an evaluation to end", response=EvaluationRead, status=202
    )
    async def post(self, id: str) -> EvaluationRead:
        """Ask an evaluation to end."""
        return await self.call(self.platform.evaluations.stop, self.principal, id)


class EvaluationLogHandler(AISpaceHandler):
    """The log of an evaluation."""

    @operation(action="read", resource="training", summary="Read part of the log", query=LogQuery, response=LogRead)
    async def get(self, id: str, query: LogQuery) -> LogRead:
        """Read part of the log."""
        return await self.call(self.platform.evaluations.log, self.principal, id, query)


class EvaluationSamplesHandler(AISpaceHandler):
    """Evaluated samples."""

    @operation(
        action="read",
        resource="training",
        summary="List samples with what the model said of them",
        query=EvaluatedQuery,
        response=CursorPage[EvaluatedSample],
    )
    async def get(self, id: str, query: EvaluatedQuery) -> CursorPage[EvaluatedSample]:
        """List evaluated samples."""
        return await self.call(self.platform.evaluations.samples, self.principal, id, query)


ROUTES = [
    ("/evaluations", EvaluationCollectionHandler),
    ("/evaluations/{id}", EvaluationHandler),
    ("/evaluations/{id}/stop", EvaluationStopHandler),
    ("/evaluations/{id}/log", EvaluationLogHandler),
    ("/evaluations/{id}/samples", EvaluationSamplesHandler),
]
