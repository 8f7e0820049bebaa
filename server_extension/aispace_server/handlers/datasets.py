"""Datasets and their versions."""

from __future__ import annotations

from typing import Final

from aispace.datasets.annotations import Kinds
from aispace.datasets.requests import ExportInspection, ExportInspectRequest, ExportQuery, ExportRead, ExportRequest
from aispace.datasets.schemas import (
    DatasetCreate,
    DatasetQuery,
    DatasetRead,
    DatasetUpdate,
    DatasetVersionRead,
    DiffQuery,
    DiffRead,
    PublishRequest,
    SampleRead,
    VersionSampleQuery,
)
from aispace.files.schemas import PathQuery
from aispace.schemas import CursorPage, ListQuery, Page
from aispace.versions import VersionUpdate

from . import imports, samples
from .base import AISpaceHandler, operation

DATASET: Final = "dataset"


class KindCollectionHandler(AISpaceHandler):
    """Kinds of datasets."""

    @operation(action="read", resource=DATASET, summary="List the kinds of datasets", response=Kinds)
    async def get(self) -> Kinds:
        """List the kinds of datasets."""
        return await self.call(self.platform.datasets.kinds, self.principal)


class DatasetCollectionHandler(AISpaceHandler):
    """All datasets that the caller may see."""

    @operation(action="read", resource=DATASET, summary="List datasets", query=DatasetQuery, response=Page[DatasetRead])
    async def get(self, query: DatasetQuery) -> Page[DatasetRead]:
        """List datasets."""
        return await self.call(self.platform.datasets.list, self.principal, query)

    @operation(
        action="write",
        resource=DATASET,
        summary="Make an empty dataset",
        body=DatasetCreate,
        response=DatasetRead,
        status=201,
        location="datasets/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: DatasetCreate) -> DatasetRead:
        """Make an empty dataset."""
        return await self.call(self.platform.datasets.create, self.principal, body)


class DatasetHandler(AISpaceHandler):
    """One dataset."""

    @operation(action="read", resource=DATASET, summary="Show a dataset", response=DatasetRead, etag=True)
    async def get(self, id: str) -> DatasetRead:
        """Show a dataset."""
        # Counts and status move on without a new revision: the ETag guards changes, it does not say "nothing is new".
        self.request.headers.pop("If-None-Match", None)
        return await self.call(self.platform.datasets.get, self.principal, id)

    @operation(
        action="write",
        resource=DATASET,
        summary="Change a dataset",
        body=DatasetUpdate,
        response=DatasetRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: DatasetUpdate, revision: int | None) -> DatasetRead:
        """Change a dataset."""
        return await self.call(self.platform.datasets.update, self.principal, id, body, revision)

    @operation(action="write", resource=DATASET, summary="Delete a dataset whose versions nothing uses", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a dataset."""
        await self.call(self.platform.datasets.delete, self.principal, id, revision)


class PublishHandler(AISpaceHandler):
    """Publishing."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Publish the working copy as the next version",
        body=PublishRequest,
        response=DatasetVersionRead,
        status=201,
        location="datasets/{dataset_id}/versions/{version}",
        idempotent=True,
    )
    async def post(self, id: str, body: PublishRequest) -> DatasetVersionRead:
        """Publish the working copy."""
        return await self.call(self.platform.datasets.versions.publish, self.principal, id, body)


class VersionCollectionHandler(AISpaceHandler):
    """Versions of a dataset."""

    @operation(
        action="read",
        resource=DATASET,
        summary="List versions, newest first",
        query=ListQuery,
        response=Page[DatasetVersionRead],
    )
    async def get(self, id: str, query: ListQuery) -> Page[DatasetVersionRead]:
        """List versions."""
        return await self.call(self.platform.datasets.versions.list, self.principal, id, query)


class VersionHandler(AISpaceHandler):
    """One version."""

    @operation(action="read", resource=DATASET, summary="Show a version", response=DatasetVersionRead)
    async def get(self, id: str, version: str) -> DatasetVersionRead:
        """Show a version."""
        return await self.call(self.platform.datasets.versions.get, self.principal, id, version)

    @operation(
        action="write",
        resource=DATASET,
        summary="Change the note of a version",
        body=VersionUpdate,
        response=DatasetVersionRead,
    )
    async def patch(self, id: str, version: str, body: VersionUpdate) -> DatasetVersionRead:
        """Change the note of a version."""
        return await self.call(self.platform.datasets.versions.update, self.principal, id, version, body)

    @operation(action="write", resource=DATASET, summary="Delete a version that nothing uses")
    async def delete(self, id: str, version: str) -> None:
        """Delete a version."""
        await self.call(self.platform.datasets.versions.delete, self.principal, id, version)


class VersionCurrentHandler(AISpaceHandler):
    """The current version."""

    @operation(action="write", resource=DATASET, summary="Make a version the current one", response=DatasetVersionRead)
    async def post(self, id: str, version: str) -> DatasetVersionRead:
        """Make a version the current one."""
        return await self.call(self.platform.datasets.versions.set_current, self.principal, id, version)


class VersionSampleCollectionHandler(AISpaceHandler):
    """Samples of a version."""

    @operation(
        action="read",
        resource=DATASET,
        summary="List the samples of a version, by path",
        query=VersionSampleQuery,
        response=CursorPage[SampleRead],
    )
    async def get(self, id: str, version: str, query: VersionSampleQuery) -> CursorPage[SampleRead]:
        """List the samples of a version."""
        return await self.call(self.platform.datasets.versions.samples, self.principal, id, version, query)


class VersionContentHandler(AISpaceHandler):
    """A file of a version."""

    @operation(
        action="read",
        resource=DATASET,
        summary="Download a file of a version",
        query=PathQuery,
        media_type="application/octet-stream",
    )
    async def get(self, id: str, version: str, query: PathQuery) -> None:
        """Send a file of a version."""
        entry, media_type, source = await self.call(
            self.platform.datasets.versions.file, self.principal, id, version, query.path
        )
        name = entry.path.rpartition("/")[2]
        await self.send_file(source, filename=name, media_type=media_type, etag=entry.sha256, immutable=True)


class DiffHandler(AISpaceHandler):
    """Differences."""

    @operation(
        action="read",
        resource=DATASET,
        summary="Tell how two versions, or the last one and the working copy, differ",
        query=DiffQuery,
        response=DiffRead,
    )
    async def get(self, id: str, query: DiffQuery) -> DiffRead:
        """Tell how two versions differ."""
        return await self.call(self.platform.datasets.versions.difference, self.principal, id, query)


class ExportCollectionHandler(AISpaceHandler):
    """Exports of a version."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Export a version as an archive",
        body=ExportRequest,
        response=ExportRead,
        status=202,
        location="exports/{id}",
        idempotent=True,
    )
    async def post(self, id: str, version: str, body: ExportRequest) -> ExportRead:
        """Export a version."""
        return await self.call(self.platform.datasets.exports.create, self.principal, id, version, body)


class ExportInspectHandler(AISpaceHandler):
    """Looking before an export."""

    @operation(
        action="read",
        resource=DATASET,
        summary="Tell what an export would not carry",
        body=ExportInspectRequest,
        response=ExportInspection,
    )
    async def post(self, id: str, version: str, body: ExportInspectRequest) -> ExportInspection:
        """Tell what an export would not carry."""
        return await self.call(self.platform.datasets.exports.inspect, self.principal, id, version, body)


class OwnExportsHandler(AISpaceHandler):
    """Exports of the caller."""

    @operation(
        action="read", resource=DATASET, summary="List your exports", query=ExportQuery, response=Page[ExportRead]
    )
    async def get(self, query: ExportQuery) -> Page[ExportRead]:
        """List your exports."""
        return await self.call(self.platform.datasets.exports.list, self.principal, query)


class ExportHandler(AISpaceHandler):
    """One export."""

    @operation(action="read", resource=DATASET, summary="Tell how far an export is", response=ExportRead)
    async def get(self, id: str) -> ExportRead:
        """Tell how far an export is."""
        return await self.call(self.platform.datasets.exports.get, self.principal, id)


class ExportContentHandler(AISpaceHandler):
    """The archive of an export."""

    @operation(action="read", resource=DATASET, summary="Download an export", media_type="application/zip")
    async def get(self, id: str) -> None:
        """Send the archive, made on the way."""
        name, pieces = await self.call(self.platform.datasets.exports.content, self.principal, id)
        await self.send_stream(pieces, filename=name)


ROUTES = [
    ("/dataset-kinds", KindCollectionHandler),
    ("/datasets", DatasetCollectionHandler),
    ("/datasets/{id}", DatasetHandler),
    ("/datasets/{id}/publish", PublishHandler),
    ("/datasets/{id}/versions", VersionCollectionHandler),
    ("/datasets/{id}/versions/{version}", VersionHandler),
    ("/datasets/{id}/versions/{version}/set-current", VersionCurrentHandler),
    ("/datasets/{id}/versions/{version}/samples", VersionSampleCollectionHandler),
    ("/datasets/{id}/versions/{version}/content", VersionContentHandler),
    ("/datasets/{id}/versions/{version}/export", ExportCollectionHandler),
    ("/datasets/{id}/versions/{version}/export/inspect", ExportInspectHandler),
    ("/datasets/{id}/diff", DiffHandler),
    ("/exports", OwnExportsHandler),
    ("/exports/{id}", ExportHandler),
    ("/exports/{id}/content", ExportContentHandler),
    *samples.ROUTES,
    *imports.ROUTES,
]
