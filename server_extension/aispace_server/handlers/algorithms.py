"""Algorithms: code, how it is run, its versions."""

from __future__ import annotations

from aispace.algorithms.schemas import (
    AlgorithmCreate,
    AlgorithmFork,
    AlgorithmQuery,
    AlgorithmRead,
    AlgorithmUpdate,
    AlgorithmVersionCreate,
    AlgorithmVersionRead,
    ExportRequest,
    ExportResult,
    FileQuery,
    FilesEdit,
)
from aispace.schemas import CursorPage, CursorQuery, FileEntry, ListQuery, Page
from aispace.versions import VersionUpdate

from .base import AISpaceHandler, operation
from .media import media_type_of


class AlgorithmCollectionHandler(AISpaceHandler):
    """All algorithms."""

    @operation(
        action="read",
        resource="algorithm",
        summary="List algorithms",
        query=AlgorithmQuery,
        response=Page[AlgorithmRead],
    )
    async def get(self, query: AlgorithmQuery) -> Page[AlgorithmRead]:
        """List algorithms."""
        return await self.call(self.platform.algorithms.list, self.principal, query)

    @operation(
        action="write",
        resource="algorithm",
        summary="Make an algorithm from uploaded code, a folder, a notebook or a git address",
        body=AlgorithmCreate,
        response=AlgorithmRead,
        status=201,
        location="algorithms/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: AlgorithmCreate) -> AlgorithmRead:
        """Make an algorithm."""
        return await self.call(self.platform.algorithms.create, self.principal, body)


class AlgorithmHandler(AISpaceHandler):
    """One algorithm."""

    @operation(action="read", resource="algorithm", summary="Give one algorithm", response=AlgorithmRead, etag=True)
    async def get(self, id: str) -> AlgorithmRead:
        """Give one algorithm."""
        return await self.call(self.platform.algorithms.get, self.principal, id)

    @operation(
        action="write",
        resource="algorithm",
        summary="Change an algorithm; changing how it is run makes the next version",
        body=AlgorithmUpdate,
        response=AlgorithmRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: AlgorithmUpdate, revision: int | None) -> AlgorithmRead:
        """Change an algorithm."""
        return await self.call(self.platform.algorithms.update, self.principal, id, body, revision)

    @operation(
        action="write",
        resource="algorithm",
        summary="Delete an algorithm that no training job uses, with all versions",
        if_match=True,
    )
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete an algorithm."""
        await self.call(self.platform.algorithms.delete, self.principal, id, revision)


class AlgorithmForkHandler(AISpaceHandler):
    """Copies of one's own."""

    @operation(
        action="write",
        resource="algorithm",
        summary="Copy a version into an algorithm of one's own",
        body=AlgorithmFork,
        response=AlgorithmRead,
        status=201,
        location="algorithms/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, id: str, body: AlgorithmFork) -> AlgorithmRead:
        """Copy a version into an algorithm of one's own."""
        return await self.call(self.platform.algorithms.fork, self.principal, id, body)


class AlgorithmFilesHandler(AISpaceHandler):
    """Edits of the current code."""

    @operation(
        action="write",
        resource="algorithm",
        summary="Change files of the current version: makes the next one",
        body=FilesEdit,
        max_body=16 * 1024 * 1024,
        response=AlgorithmVersionRead,
        if_match=True,
    )
    async def put(self, id: str, body: FilesEdit, revision: int | None) -> AlgorithmVersionRead:
        """Change files."""
        return await self.call(self.platform.algorithms.edit, self.principal, id, body, revision)


class AlgorithmVersionCollectionHandler(AISpaceHandler):
    """Versions of an algorithm."""

    @operation(
        action="read",
        resource="algorithm",
        summary="List the versions, newest first",
        query=ListQuery,
        response=Page[AlgorithmVersionRead],
    )
    async def get(self, id: str, query: ListQuery) -> Page[AlgorithmVersionRead]:
        """List the versions."""
        return await self.call(self.platform.algorithms.versions, self.principal, id, query)

    @operation(
        action="write",
        resource="algorithm",
        summary="Add a version from new code",
        body=AlgorithmVersionCreate,
        response=AlgorithmVersionRead,
        status=201,
        location="algorithms/{algorithm_id}/versions/{version}",
        idempotent=True,
    )
    async def post(self, id: str, body: AlgorithmVersionCreate) -> AlgorithmVersionRead:
        """Add a version."""
        return await self.call(self.platform.algorithms.add_version, self.principal, id, body)


class AlgorithmVersionHandler(AISpaceHandler):
    """One version."""

    @operation(action="read", resource="algorithm", summary="Give one version", response=AlgorithmVersionRead)
    async def get(self, id: str, version: str) -> AlgorithmVersionRead:
        """Give one version."""
        return await self.call(self.platform.algorithms.version, self.principal, id, version)

    @operation(
        action="write",
        resource="algorithm",
        summary="Change the note of a version",
        body=VersionUpdate,
        response=AlgorithmVersionRead,
    )
    async def patch(self, id: str, version: str, body: VersionUpdate) -> AlgorithmVersionRead:
        """Change the note of a version."""
        return await self.call(self.platform.algorithms.update_version, self.principal, id, version, body)


class AlgorithmVersionFilesHandler(AISpaceHandler):
    """Files of a version."""

    @operation(
        action="read",
        resource="algorithm",
        summary="List the files of a version",
        query=CursorQuery,
        response=CursorPage[FileEntry],
    )
    async def get(self, id: str, version: str, query: CursorQuery) -> CursorPage[FileEntry]:
        """List the files of a version."""
        return await self.call(self.platform.algorithms.list_files, self.principal, id, version, query)


class AlgorithmVersionContentHandler(AISpaceHandler):
    """One file of a version."""

    @operation(
        action="read",
        resource="algorithm",
        summary="Give a file of a version",
        query=FileQuery,
        media_type="application/octet-stream",
    )
    async def get(self, id: str, version: str, query: FileQuery) -> None:
        """Give a file of a version."""
        entry, path = await self.call(self.platform.algorithms.file, self.principal, id, version, query.path)
        name = entry.path.rpartition("/")[2]
        await self.send_file(path, filename=name, media_type=media_type_of(name), etag=entry.sha256, immutable=True)


class AlgorithmVersionDownloadHandler(AISpaceHandler):
    """A version as an archive."""

    @operation(
        action="read",
        resource="algorithm",
        summary="Download a version as a zip archive",
        media_type="application/zip",
    )
    async def get(self, id: str, version: str) -> None:
        """Download a version as a zip archive."""
        name, parts = await self.call(self.platform.algorithms.download, self.principal, id, version)
        await self.send_stream(parts, filename=name)


class AlgorithmVersionExportHandler(AISpaceHandler):
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
        return await self.call(self.platform.algorithms.export, self.principal, id, version, body)


ROUTES = [
    ("/algorithms", AlgorithmCollectionHandler),
    ("/algorithms/{id}", AlgorithmHandler),
    ("/algorithms/{id}/fork", AlgorithmForkHandler),
    ("/algorithms/{id}/files", AlgorithmFilesHandler),
    ("/algorithms/{id}/versions", AlgorithmVersionCollectionHandler),
    ("/algorithms/{id}/versions/{version}", AlgorithmVersionHandler),
    ("/algorithms/{id}/versions/{version}/files", AlgorithmVersionFilesHandler),
    ("/algorithms/{id}/versions/{version}/files/content", AlgorithmVersionContentHandler),
    ("/algorithms/{id}/versions/{version}/download", AlgorithmVersionDownloadHandler),
    ("/algorithms/{id}/versions/{version}/export", AlgorithmVersionExportHandler),
]
