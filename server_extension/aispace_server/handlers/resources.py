"""Resource specs, queues and capacity."""

from __future__ import annotations

from aispace.resources.schemas import (
    CapacityRead,
    QueueList,
    SpecCreate,
    SpecQuery,
    SpecRead,
    SpecUpdate,
)
from aispace.schemas import Page

from .base import AISpaceHandler, operation


class SpecCollectionHandler(AISpaceHandler):
    """All specs."""

    @operation(
        action="read",
        resource="spec",
        summary="List specs with price, what is free and how many wait",
        query=SpecQuery,
        response=Page[SpecRead],
    )
    async def get(self, query: SpecQuery) -> Page[SpecRead]:
        """List specs."""
        return await self.call(self.platform.resources.list, self.principal, query)

    @operation(
        action="write",
        resource="spec",
        summary="Add a spec",
        body=SpecCreate,
        response=SpecRead,
        status=201,
        location="specs/{id}",
        idempotent=True,
    )
    async def post(self, body: SpecCreate) -> SpecRead:
        """Add a spec."""
        return await self.call(self.platform.resources.create, self.principal, body)


class SpecHandler(AISpaceHandler):
    """One spec."""

    @operation(action="read", resource="spec", summary="Give one spec", response=SpecRead, etag=True)
    async def get(self, id: str) -> SpecRead:
        """Give one spec."""
        return await self.call(self.platform.resources.get, self.principal, id)

    @operation(
        action="write",
        resource="spec",
        summary="Change a spec; a new price holds from now on",
        body=SpecUpdate,
        response=SpecRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: SpecUpdate, revision: int | None) -> SpecRead:
        """Change a spec."""
        return await self.call(self.platform.resources.update, self.principal, id, body, revision=revision)

    @operation(action="write", resource="spec", summary="Delete a spec that nothing uses", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a spec."""
        await self.call(self.platform.resources.delete, self.principal, id, revision=revision)


class QueueCollectionHandler(AISpaceHandler):
    """All queues."""

    @operation(action="read", resource="queue", summary="List queues with how many wait and run", response=QueueList)
    async def get(self) -> QueueList:
        """List queues."""
        return await self.call(self.platform.resources.queues, self.principal)


class CapacityHandler(AISpaceHandler):
    """What there is."""

    @operation(action="read", resource="spec", summary="Tell capacity and what of it is free", response=CapacityRead)
    async def get(self) -> CapacityRead:
        """Tell capacity and what of it is free."""
        return await self.call(self.platform.resources.capacity, self.principal)


ROUTES = [
    ("/specs", SpecCollectionHandler),
    ("/specs/{id}", SpecHandler),
    ("/queues", QueueCollectionHandler),
    ("/capacity", CapacityHandler),
]
