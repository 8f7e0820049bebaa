"""Lineage: which version made which."""

from __future__ import annotations

from aispace.lineage.schemas import LineageGraph

from .base import AISpaceHandler, operation


class LineageHandler(AISpaceHandler):
    """The graph around one object."""

    @operation(
        action="read",
        summary="Give what an object or version (id or id:V0001) came from and what came of it",
        response=LineageGraph,
    )
    async def get(self, object: str) -> LineageGraph:
        """Give the graph around one object."""
        return await self.call(self.platform.lineage.graph, self.principal, object)


ROUTES = [("/lineage/{object}", LineageHandler)]
