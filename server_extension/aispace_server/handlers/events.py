"""What happened: events of what the caller may see, and the audit of everything."""

from __future__ import annotations

from aispace.events.schemas import EventQuery, EventRead
from aispace.schemas import CursorPage

from .base import AISpaceHandler, operation


class EventCollectionHandler(AISpaceHandler):
    """Events."""

    @operation(
        action="read",
        resource="platform",
        summary="List events of what you may see",
        query=EventQuery,
        response=CursorPage[EventRead],
    )
    async def get(self, query: EventQuery) -> CursorPage[EventRead]:
        """List events."""
        return await self.call(self.platform.events.list, self.principal, query)


class AuditHandler(AISpaceHandler):
    """Everything that happened."""

    @operation(
        action="read",
        resource="audit",
        summary="List everything that happened, for administrators",
        query=EventQuery,
        response=CursorPage[EventRead],
    )
    async def get(self, query: EventQuery) -> CursorPage[EventRead]:
        """List everything that happened."""
        return await self.call(self.platform.events.list, self.principal, query, audit=True)


ROUTES = [("/events", EventCollectionHandler), ("/audit", AuditHandler)]
