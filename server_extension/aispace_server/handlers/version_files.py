"""Files of a version: the same four routes for everything that has versions of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from aispace.algorithms.schemas import ExportRequest, ExportResult, FileQuery
from aispace.identity import Principal, Resource
from aispace.platform import Platform
from aispace.schemas import CursorPage, CursorQuery, FileEntry
from aispace.storage.manifests import Entry

from .base import AISpaceHandler, operation
from .media import media_type_of


class Versioned(Protocol):
    """What a service of versions of files can do."""

    def list_files(self, principal: Principal, id: str, name: str, query: CursorQuery, /) -> CursorPage[FileEntry]:
        """List the files of a version."""

    def file(self, principal: Principal, id: str, name: str, path: str, /) -> tuple[Entry, Path]:
        """Find a file of a version, and where its bytes lie."""

    def download(self, principal: Principal, id: str, name: str, /) -> tuple[str, Iterator[bytes]]:
        """Give a version as a zip archive: file name and pieces."""

    def export(self, principal: Principal, id: str, name: str, body: ExportRequest, /) -> ExportResult:
        """Put the files of a version into a folder of the caller's area."""


def file_routes(
    base: str, resource: Resource, service: Callable[[Platform], Versioned]
) -> list[tuple[str, type[AISpaceHandler]]]:
    """Make the routes of the files of versions.

    Parameters
    ----------
    base : str
        Path of a version, for instance ``"/models/{id}/versions/{version}"``.
    resource : str
        The noun that the caller must be allowed to read.
    service : callable
        Finds the service.

    Returns
    -------
    list of tuple
        Paths and handlers, for a module's ``ROUTES``.
    """

    class FilesHandler(AISpaceHandler):
        """Files of a version."""

        @operation(
            action="read",
            resource=resource,
            summary="List the files of a version",
            query=CursorQuery,
            response=CursorPage[FileEntry],
        )
        async def get(self, id: str, version: str, query: CursorQuery) -> CursorPage[FileEntry]:
            """List the files of a version."""
            return await self.call(service(self.platform).list_files, self.principal, id, version, query)

    class ContentHandler(AISpaceHandler):
        """One file of a version."""

        @operation(
            action="read",
            resource=resource,
            summary="Give a file of a version",
            query=FileQuery,
            media_type="application/octet-stream",
        )
        async def get(self, id: str, version: str, query: FileQuery) -> None:
            """Give a file of a version."""
            entry, path = await self.call(service(self.platform).file, self.principal, id, version, query.path)
            name = entry.path.rpartition("/")[2]
            await self.send_file(path, filename=name, media_type=media_type_of(name), etag=entry.sha256, immutable=True)

    class DownloadHandler(AISpaceHandler):
        """A version as an archive."""

        @operation(
            action="read",
            resource=resource,
            summary="Download a version as a zip archive",
            media_type="application/zip",
        )
        async def get(self, id: str, version: str) -> None:
            """Download a version as a zip archive."""
            name, parts = await self.call(service(self.platform).download, self.principal, id, version)
            await self.send_stream(parts, filename=name)

    class ExportHandler(AISpaceHandler):
        """A version in one's own files."""

        @operation(
            action="write",
            resource="file",
            summary="Put the files of a version into a folder of one's own area",
            body=ExportRequest,
            response=ExportResult,
        )
        async def post(self, id: str, version: str, body: ExportRequest) -> ExportResult:
            """Put the files of a version into a folder."""
            return await self.call(service(self.platform).export, self.principal, id, version, body)

    return [
        (f"{base}/files", FilesHandler),
        (f"{base}/files/content", ContentHandler),
        (f"{base}/download", DownloadHandler),
        (f"{base}/export", ExportHandler),
    ]
