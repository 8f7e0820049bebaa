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
    FilesEdit,
)
from aispace.schemas import ListQuery, Page
from aispace.versions import VersionUpdate

from .base import AISpaceHandler, operation
from .version_files import file_routes


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


ROUTES = [
    ("/algorithms", AlgorithmCollectionHandler),
    ("/algorithms/{id}", AlgorithmHandler),
    ("/algorithms/{id}/fork", AlgorithmForkHandler),
    ("/algorithms/{id}/files", AlgorithmFilesHandler),
    ("/algorithms/{id}/versions", AlgorithmVersionCollectionHandler),
    ("/algorithms/{id}/versions/{version}", AlgorithmVersionHandler),
    *file_routes("/algorithms/{id}/versions/{version}", "algorithm", lambda platform: platform.algorithms),
]
