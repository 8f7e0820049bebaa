"""Imports into datasets; part of the routes of datasets."""

from __future__ import annotations

from typing import Final

from aispace.datasets.requests import (
    ImportInspection,
    ImportInspectRequest,
    ImportQuery,
    ImportRead,
    ImportRequest,
)
from aispace.schemas import Page

from .base import AISpaceHandler, operation

DATASET: Final = "dataset"


class DatasetImportHandler(AISpaceHandler):
    """Imports into one dataset."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Import files",
        body=ImportRequest,
        response=ImportRead,
        status=202,
        location="imports/{id}",
        idempotent=True,
    )
    async def post(self, id: str, body: ImportRequest) -> ImportRead:
        """Begin an import."""
        return await self.call(self.platform.datasets.imports.create, self.principal, id, body)


class DatasetImportInspectHandler(AISpaceHandler):
    """Looking before an import."""

    @operation(
        action="write",
        resource=DATASET,
        summary="Tell what an import would find",
        body=ImportInspectRequest,
        response=ImportInspection,
    )
    async def post(self, id: str, body: ImportInspectRequest) -> ImportInspection:
        """Tell what an import would find."""
        return await self.call(self.platform.datasets.imports.inspect, self.principal, id, body)


class ImportCollectionHandler(AISpaceHandler):
    """Imports of the caller."""

    @operation(
        action="read", resource=DATASET, summary="List your imports", query=ImportQuery, response=Page[ImportRead]
    )
    async def get(self, query: ImportQuery) -> Page[ImportRead]:
        """List your imports."""
        return await self.call(self.platform.datasets.imports.list, self.principal, query)


class ImportHandler(AISpaceHandler):
    """One import."""

    @operation(action="read", resource=DATASET, summary="Tell how far an import is", response=ImportRead)
    async def get(self, id: str) -> ImportRead:
        """Tell how far an import is."""
        return await self.call(self.platform.datasets.imports.get, self.principal, id)


class ImportCancelHandler(AISpaceHandler):
    """Cancelling."""

    @operation(action="write", resource=DATASET, summary="Cancel an import", response=ImportRead, status=202)
    async def post(self, id: str) -> ImportRead:
        """Cancel an import."""
        return await self.call(self.platform.datasets.imports.cancel, self.principal, id)


ROUTES = [
    ("/datasets/{id}/import", DatasetImportHandler),
    ("/datasets/{id}/import/inspect", DatasetImportInspectHandler),
    ("/imports", ImportCollectionHandler),
    ("/imports/{id}", ImportHandler),
    ("/imports/{id}/cancel", ImportCancelHandler),
]
