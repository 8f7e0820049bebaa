"""Samples and annotations; part of the routes of datasets."""

from __future__ import annotations

from typing import Final, Literal

from aispace.datasets.requests import (
    AnnotationBatch,
    AnnotationPut,
    AnnotationResults,
    BulkAnnotate,
    BulkResult,
    BulkSelection,
    DeleteResult,
    UndoRequest,
    UndoResult,
)
from aispace.datasets.schemas import SampleQuery, SampleRead, SampleUpdate, SplitRequest, Statistics
from aispace.schemas import CursorPage, Schema

from .base import AISpaceHandler, operation

DATASET: Final = "dataset"


class ThumbnailQuery(Schema):
    """Query of a thumbnail."""

    size: Literal["96", "192", "384"] = "192"
    """Longest edge in pixels."""


class SampleCollectionHandler(AISpaceHandler):
    """Samples of a working copy."""

    @operation(
        action="read",
        resource=DATASET,
        summary="List samples",
        query=SampleQuery,
        response=CursorPage[SampleRead],
    )
    async def get(self, id: str, query: SampleQuery) -> CursorPage[SampleRead]:
        """List samples."""
        return await self.call(self.platform.datasets.samples.list, self.principal, id, query)


class SampleHandler(AISpaceHandler):
    """One sample."""

    @operation(action="read", resource=DATASET, summary="Show a sample", response=SampleRead, etag=True)
    async def get(self, id: str, sample_id: str) -> SampleRead:
        """Show a sample."""
        return await self.call(self.platform.datasets.samples.get, self.principal, id, sample_id)

    @operation(
        action="write",
        resource=DATASET,
        summary="Change split or mark of a sample, or review it",
        body=SampleUpdate,
        response=SampleRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, sample_id: str, body: SampleUpdate, revision: int | None) -> SampleRead:
        """Change a sample."""
        return await self.call(self.platform.datasets.samples.update, self.principal, id, sample_id, body, revision)

    @operation(action="write", resource=DATASET, summary="Take a sample out of the working copy", if_match=True)
    async def delete(self, id: str, sample_id: str, revision: int | None) -> None:
        """Delete a sample."""
        await self.call(self.platform.datasets.samples.delete, self.principal, id, sample_id, revision)


class SampleContentHandler(AISpaceHandler):
    """The file of a sample."""

    @operation(
        action="read", resource=DATASET, summary="Download the file of a sample", media_type="application/octet-stream"
    )
    async def get(self, id: str, sample_id: str) -> None:
        """Send the file of a sample."""
        sample, data = await self.call(self.platform.datasets.samples.content, self.principal, id, sample_id)
        await self.send_file(
            self.platform.blobs.path(sample.sha256) if data is None else data,
            filename=sample.path.rpartition("/")[2],
            media_type=sample.media_type,
            etag=sample.sha256,
        )


class ThumbnailHandler(AISpaceHandler):
    """A small version of a sample."""

    @operation(
        action="read",
        resource=DATASET,
        summary="Show a small version of a sample",
        query=ThumbnailQuery,
        media_type="image/webp",
    )
    async def get(self, id: str, sample_id: str, query: ThumbnailQuery) -> None:
        """Send a thumbnail; with ``v`` (the sample's hash) in the address a browser keeps it for ever."""
        sample = await self.call(self.platform.datasets.samples.get, self.principal, id, sample_id)
        path, media_type = await self.call(
            self.platform.datasets.thumbnails.path,
            sample.sha256,
            int(query.size),
            sample.media_type,
            sample.width,
            sample.height,
        )
        await self.send_file(path, filename=path.name, media_type=media_type, etag=f"{sample.sha256}-{query.size}")


class SampleDeleteHandler(AISpaceHandler):
    """Deleting many samples."""

    @operation(
        action="write", resource=DATASET, summary="Delete many samples", body=BulkSelection, response=DeleteResult
    )
    async def post(self, id: str, body: BulkSelection) -> DeleteResult:
        """Delete many samples."""
        return await self.call(self.platform.datasets.bulk.delete, self.principal, id, body)


class AnnotationHandler(AISpaceHandler):
    """The annotation of a sample."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Annotate a sample",
        body=AnnotationPut,
        response=SampleRead,
        etag=True,
        if_match=True,
    )
    async def put(self, id: str, sample_id: str, body: AnnotationPut, revision: int | None) -> SampleRead:
        """Annotate a sample."""
        return await self.call(self.platform.datasets.samples.annotate, self.principal, id, sample_id, body, revision)


class AnnotationCollectionHandler(AISpaceHandler):
    """Annotations of many samples, each its own."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Annotate up to 1,000 samples",
        body=AnnotationBatch,
        response=AnnotationResults,
    )
    async def post(self, id: str, body: AnnotationBatch) -> AnnotationResults:
        """Annotate many samples."""
        return await self.call(self.platform.datasets.samples.annotate_many, self.principal, id, body)


class BulkAnnotationHandler(AISpaceHandler):
    """One change of many samples."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Label, clear, confirm, mark or split many samples",
        body=BulkAnnotate,
        response=BulkResult,
    )
    async def post(self, id: str, body: BulkAnnotate) -> BulkResult:
        """Change many samples."""
        return await self.call(self.platform.datasets.bulk.annotate, self.principal, id, body)


class UndoHandler(AISpaceHandler):
    """Undoing a change of many samples."""

    @operation(
        action="write", resource=DATASET, summary="Undo a change of many samples", body=UndoRequest, response=UndoResult
    )
    async def post(self, id: str, body: UndoRequest) -> UndoResult:
        """Undo a change of many samples."""
        return await self.call(self.platform.datasets.bulk.undo, self.principal, id, body)


class SplitHandler(AISpaceHandler):
    """Splitting."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Share the samples out to training, validation and test",
        body=SplitRequest,
        response=Statistics,
    )
    async def post(self, id: str, body: SplitRequest) -> Statistics:
        """Share the samples out."""
        return await self.call(self.platform.datasets.bulk.split, self.principal, id, body)


class StatisticsHandler(AISpaceHandler):
    """Numbers of a dataset."""

    @operation(action="read", resource=DATASET, summary="Count labels, states and splits", response=Statistics)
    async def get(self, id: str) -> Statistics:
        """Count labels, states and splits."""
        return await self.call(self.platform.datasets.samples.statistics, self.principal, id)


ROUTES = [
    ("/datasets/{id}/samples", SampleCollectionHandler),
    ("/datasets/{id}/samples/delete", SampleDeleteHandler),
    ("/datasets/{id}/samples/{sample_id}", SampleHandler),
    ("/datasets/{id}/samples/{sample_id}/content", SampleContentHandler),
    ("/datasets/{id}/samples/{sample_id}/thumbnail", ThumbnailHandler),
    ("/datasets/{id}/samples/{sample_id}/annotation", AnnotationHandler),
    ("/datasets/{id}/annotations", AnnotationCollectionHandler),
    ("/datasets/{id}/annotations/bulk", BulkAnnotationHandler),
    ("/datasets/{id}/annotations/undo", UndoHandler),
    ("/datasets/{id}/split", SplitHandler),
    ("/datasets/{id}/statistics", StatisticsHandler),
]
