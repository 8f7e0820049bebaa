"""TensorBoard over training runs."""

from __future__ import annotations

from aispace.schemas import Page
from aispace.visualisations.schemas import ViewRead, VisualisationCreate, VisualisationQuery, VisualisationRead

from .base import AISpaceHandler, operation


class VisualisationCollectionHandler(AISpaceHandler):
    """All visualisations."""

    @operation(
        action="read",
        resource="training",
        summary="List visualisations; administrators see everybody's",
        query=VisualisationQuery,
        response=Page[VisualisationRead],
    )
    async def get(self, query: VisualisationQuery) -> Page[VisualisationRead]:
        """List visualisations."""
        return await self.call(self.platform.visualisations.list, self.principal, query)

    @operation(
        action="write",
        resource="training",
        summary="Give the TensorBoard of these runs: the one that runs, or one that is started now",
        body=VisualisationCreate,
        response=VisualisationRead,
        status=202,
        location="visualisations/{id}",
        idempotent=True,
    )
    async def post(self, body: VisualisationCreate) -> VisualisationRead:
        """Start TensorBoard, or use the one that runs."""
        return await self.call(self.platform.visualisations.create, self.principal, body)


class VisualisationHandler(AISpaceHandler):
    """One visualisation."""

    @operation(action="read", resource="training", summary="Give one visualisation", response=VisualisationRead)
    async def get(self, id: str) -> VisualisationRead:
        """Give one visualisation."""
        return await self.call(self.platform.visualisations.get, self.principal, id)

    @operation(action="write", resource="training", summary="Delete a visualisation that has ended; its runs stay")
    async def delete(self, id: str) -> None:
        """Delete a visualisation that has ended."""
        await self.call(self.platform.visualisations.delete, self.principal, id)


class VisualisationStopHandler(AISpaceHandler):
    """End one."""

    @operation(
        action="write",
        resource="training",
        summary="Stop a visualisation; the same runs start it again",
        response=VisualisationRead,
        status=202,
        location="visualisations/{id}",
    )
    async def post(self, id: str) -> VisualisationRead:
        """Stop a visualisation."""
        return await self.call(self.platform.visualisations.stop, self.principal, id)


class VisualisationOpenHandler(AISpaceHandler):
    """Look at one."""

    @operation(
        action="write",
        resource="training",
        summary="Give its owner the address of the page; this is a visit",
        response=ViewRead,
    )
    async def post(self, id: str) -> ViewRead:
        """Give the address of the page."""
        return await self.call(self.platform.visualisations.open, self.principal, id)


ROUTES = [
    ("/visualisations", VisualisationCollectionHandler),
    ("/visualisations/{id}", VisualisationHandler),
    ("/visualisations/{id}/stop", VisualisationStopHandler),
    ("/visualisations/{id}/open", VisualisationOpenHandler),
]
