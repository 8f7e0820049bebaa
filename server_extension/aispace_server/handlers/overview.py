"""The first page, and the search in everything."""

from __future__ import annotations

from aispace.overview.schemas import OverviewRead, SearchQuery, SearchRead

from .base import AISpaceHandler, operation


class OverviewHandler(AISpaceHandler):
    """The first page."""

    @operation(
        action="read", summary="Give counts, what runs, what needs you and what you changed last", response=OverviewRead
    )
    async def get(self) -> OverviewRead:
        """Give the first page."""
        return await self.call(self.platform.overview.overview, self.principal)


class SearchHandler(AISpaceHandler):
    """Search."""

    @operation(action="read", summary="Look for words in all names you may see", query=SearchQuery, response=SearchRead)
    async def get(self, query: SearchQuery) -> SearchRead:
        """Search the names."""
        return await self.call(self.platform.overview.search, self.principal, query)


ROUTES = [("/overview", OverviewHandler), ("/search", SearchHandler)]
