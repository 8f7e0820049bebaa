"""REST of batch services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from aispace.schemas import Page
from aispace.serving.batch_schemas import (
    BatchCreate,
    BatchDeliveryRequest,
    BatchFileQuery,
    BatchFileRead,
    BatchQuery,
    BatchRead,
    BatchUpdate,
    ResultQuery,
)
from aispace.workloads.schemas import LogQuery, LogRead

from .base import AISpaceHandler, operation

CHUNK = 1 << 18


class BatchServiceCollectionHandler(AISpaceHandler):
    """All batch services."""

    @operation(
        action="read", resource="service", summary="List batch services", query=BatchQuery, response=Page[BatchRead]
    )
    async def get(self, query: BatchQuery) -> Page[BatchRead]:
        """List batch services."""
        return await self.call(self.platform.batches.list, self.principal, query)

    @operation(
        action="write",
        resource="service",
        summary="Put files through a model once, in the background",
        body=BatchCreate,
        response=BatchRead,
        status=201,
        location="batch-services/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: BatchCreate) -> BatchRead:
        """Make a batch service and start it."""
        return await self.call(self.platform.batches.create, self.principal, body)


class BatchServiceHandler(AISpaceHandler):
    """One batch service."""

    @operation(action="read", resource="service", summary="Read a batch service", response=BatchRead, etag=True)
    async def get(self, id: str) -> BatchRead:
        """Read a batch service."""
        return await self.call(self.platform.batches.get, self.principal, id)

    @operation(
        action="write",
        resource="service",
        summary="Change a batch service that does not run",
        body=BatchUpdate,
        response=BatchRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: BatchUpdate, revision: int | None) -> BatchRead:
        """Change a batch service that does not run."""
        return await self.call(self.platform.batches.update, self.principal, id, body, revision)

    @operation(
        action="write", resource="service", summary="Delete a batch service that has ended, with results", if_match=True
    )
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a batch service that has ended, with its results."""
        await self.call(self.platform.batches.delete, self.principal, id, revision)


class BatchServiceStartHandler(AISpaceHandler):
    """Start again."""

    @operation(
        action="write",
        resource="service",
        summary="Go on with what is not done yet",
        response=BatchRead,
        etag=True,
    )
    async def post(self, id: str) -> BatchRead:
        """Go on: files that are done are not done again."""
        return await self.call(self.platform.batches.start_batch, self.principal, id)


class BatchServiceStopHandler(AISpaceHandler):
    """Stop."""

    @operation(action="write", resource="service", summary="Stop a batch service", response=BatchRead, etag=True)
    async def post(self, id: str) -> BatchRead:
        """Stop: what is done stays done."""
        return await self.call(self.platform.batches.stop_batch, self.principal, id)


class BatchDeliveryHandler(AISpaceHandler):
    """Results as annotations."""

    @operation(
        action="write",
        resource="service",
        summary="Put the results into a dataset, as proposals that people confirm",
        body=BatchDeliveryRequest,
        response=BatchRead,
        status=202,
        location="batch-services/{id}",
        idempotent=True,
    )
    async def post(self, id: str, body: BatchDeliveryRequest) -> BatchRead:
        """Put the results into the dataset they came from, or into a new one."""
        return await self.call(self.platform.batches.delivering.ask, self.principal, id, body)


class BatchFileCollectionHandler(AISpaceHandler):
    """What became of the files."""

    @operation(
        action="read",
        resource="service",
        summary="List what became of the files",
        query=BatchFileQuery,
        response=Page[BatchFileRead],
    )
    async def get(self, id: str, query: BatchFileQuery) -> Page[BatchFileRead]:
        """List what became of the files, failures first."""
        return await self.call(self.platform.batches.files, self.principal, id, query)


class BatchResultHandler(AISpaceHandler):
    """One result."""

    @operation(
        action="read",
        resource="service",
        summary="Give one result",
        query=ResultQuery,
        media_type="application/octet-stream",
    )
    async def get(self, id: str, query: ResultQuery) -> None:
        """Give one result, as a download."""
        file = await self.call(self.platform.batches.result, self.principal, id, query.path)
        await self.send_stream(
            _pieces(file), filename=query.path.rpartition("/")[2], media_type="application/octet-stream"
        )


class BatchResultsHandler(AISpaceHandler):
    """All results."""

    @operation(
        action="read",
        resource="service",
        summary="Download all results as a zip archive",
        media_type="application/zip",
    )
    async def get(self, id: str) -> None:
        """Download all results as a zip archive."""
        name, parts = await self.call(self.platform.batches.download, self.principal, id)
        await self.send_stream(parts, filename=name)


class BatchLogHandler(AISpaceHandler):
    """Log of the last start."""

    @operation(
        action="read", resource="service", summary="Read the log of the last start", query=LogQuery, response=LogRead
    )
    async def get(self, id: str, query: LogQuery) -> LogRead:
        """Read the log of the last start; for the owner."""
        return await self.call(self.platform.batches.log, self.principal, id, query)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


ROUTES = [
    ("/batch-services", BatchServiceCollectionHandler),
    ("/batch-services/{id}", BatchServiceHandler),
    ("/batch-services/{id}/start", BatchServiceStartHandler),
    ("/batch-services/{id}/stop", BatchServiceStopHandler),
    ("/batch-services/{id}/dataset", BatchDeliveryHandler),
    ("/batch-services/{id}/files", BatchFileCollectionHandler),
    ("/batch-services/{id}/results/content", BatchResultHandler),
    ("/batch-services/{id}/results/download", BatchResultsHandler),
    ("/batch-services/{id}/log", BatchLogHandler),
]
