"""Models and their versions."""

from __future__ import annotations

from aispace.lineage.schemas import LineageGraph
from aispace.models.schemas import (
    ModelCreate,
    ModelQuery,
    ModelRead,
    ModelUpdate,
    ModelVersionCreate,
    ModelVersionRead,
)
from aispace.schemas import ListQuery, Page
from aispace.versions import VersionUpdate

from .base import AISpaceHandler, operation
from .version_files import file_routes


class ModelCollectionHandler(AISpaceHandler):
    """All models."""

    @operation(action="read", resource="model", summary="List models", query=ModelQuery, response=Page[ModelRead])
    async def get(self, query: ModelQuery) -> Page[ModelRead]:
        """List models."""
        return await self.call(self.platform.models.list, self.principal, query)

    @operation(
        action="write",
        resource="model",
        summary="Make a model; versions follow",
        body=ModelCreate,
        response=ModelRead,
        status=201,
        location="models/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: ModelCreate) -> ModelRead:
        """Make a model."""
        return await self.call(self.platform.models.create, self.principal, body)


class ModelHandler(AISpaceHandler):
    """One model."""

    @operation(action="read", resource="model", summary="Give one model", response=ModelRead, etag=True)
    async def get(self, id: str) -> ModelRead:
        """Give one model."""
        return await self.call(self.platform.models.get, self.principal, id)

    @operation(
        action="write",
        resource="model",
        summary="Change a model, or choose its current version",
        body=ModelUpdate,
        response=ModelRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: ModelUpdate, revision: int | None) -> ModelRead:
        """Change a model."""
        return await self.call(self.platform.models.update, self.principal, id, body, revision)

    @operation(
        action="write",
        resource="model",
        summary="Delete a model that no service uses, with all versions",
        if_match=True,
    )
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a model."""
        await self.call(self.platform.models.delete, self.principal, id, revision)


class ModelLineageHandler(AISpaceHandler):
    """Where a model came from."""

    @operation(
        action="read",
        resource="model",
        summary="Give what a model came from and what came of it",
        response=LineageGraph,
    )
    async def get(self, id: str) -> LineageGraph:
        """Give the lineage of a model."""
        await self.call(self.platform.models.get, self.principal, id)
        return await self.call(self.platform.lineage.graph, self.principal, id)


class ModelVersionCollectionHandler(AISpaceHandler):
    """Versions of a model."""

    @operation(
        action="read",
        resource="model",
        summary="List the versions, newest first",
        query=ListQuery,
        response=Page[ModelVersionRead],
    )
    async def get(self, id: str, query: ListQuery) -> Page[ModelVersionRead]:
        """List the versions."""
        return await self.call(self.platform.models.versions, self.principal, id, query)

    @operation(
        action="write",
        resource="model",
        summary="Add a version from files or from a run",
        body=ModelVersionCreate,
        response=ModelVersionRead,
        status=201,
        location="models/{model_id}/versions/{version}",
        idempotent=True,
    )
    async def post(self, id: str, body: ModelVersionCreate) -> ModelVersionRead:
        """Add a version."""
        return await self.call(self.platform.models.add_version, self.principal, id, body)


class ModelVersionHandler(AISpaceHandler):
    """One version."""

    @operation(action="read", resource="model", summary="Give one version with its lineage", response=ModelVersionRead)
    async def get(self, id: str, version: str) -> ModelVersionRead:
        """Give one version."""
        return await self.call(self.platform.models.version, self.principal, id, version)

    @operation(
        action="write",
        resource="model",
        summary="Change the note of a version",
        body=VersionUpdate,
        response=ModelVersionRead,
    )
    async def patch(self, id: str, version: str, body: VersionUpdate) -> ModelVersionRead:
        """Change the note of a version."""
        return await self.call(self.platform.models.update_version, self.principal, id, version, body)

    @operation(action="write", resource="model", summary="Delete a version that no service uses")
    async def delete(self, id: str, version: str) -> None:
        """Delete a version."""
        await self.call(self.platform.models.delete_version, self.principal, id, version)


ROUTES = [
    ("/models", ModelCollectionHandler),
    ("/models/{id}", ModelHandler),
    ("/models/{id}/lineage", ModelLineageHandler),
    ("/models/{id}/versions", ModelVersionCollectionHandler),
    ("/models/{id}/versions/{version}", ModelVersionHandler),
    *file_routes("/models/{id}/versions/{version}", "model", lambda platform: platform.models),
]
