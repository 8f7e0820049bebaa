"""Model versions made once more."""

from __future__ import annotations

from aispace.reproductions.schemas import ReproductionCreate, ReproductionRead
from aispace.schemas import ListQuery, Page

from .base import AISpaceHandler, operation


class ReproductionCollectionHandler(AISpaceHandler):
    """The caller's reproductions of a model version."""

    @operation(
        action="read", resource="model", summary="List reproductions of a model version", query=ListQuery,
        response=Page[ReproductionRead],
    )  # fmt: skip
    async def get(self, id: str, version: str, query: ListQuery) -> Page[ReproductionRead]:
        """List reproductions."""
        return await self.call(self.platform.reproductions.list, self.principal, id, version, query)

    @operation(
        action="write",
        resource="training",
        summary="Make a model version once more, and tell what differs",
        body=ReproductionCreate,
        response=ReproductionRead,
        status=202,
        location="reproductions/{id}",
        idempotent=True,
    )
    async def post(self, id: str, version: str, body: ReproductionCreate) -> ReproductionRead:
        """Begin a reproduction."""
        return await self.call(self.platform.reproductions.create, self.principal, id, version, body)


class ReproductionHandler(AISpaceHandler):
    """One reproduction."""

    @operation(action="read", resource="model", summary="Show a reproduction", response=ReproductionRead)
    async def get(self, id: str) -> ReproductionRead:
        """Show a reproduction and what differs."""
        return await self.call(self.platform.reproductions.get, self.principal, id)


ROUTES = [
    ("/models/{id}/versions/{version}/reproductions", ReproductionCollectionHandler),
    ("/reproductions/{id}", ReproductionHandler),
]
