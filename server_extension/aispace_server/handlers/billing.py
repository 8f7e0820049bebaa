"""Usage and what it costs."""

from __future__ import annotations

from aispace.billing.schemas import UsageLines, UsageLinesQuery, UsageQuery, UsageSummary

from .base import AISpaceHandler, operation


class UsageSummaryHandler(AISpaceHandler):
    """Usage in short."""

    @operation(
        action="read",
        resource="usage",
        summary="Add up usage by kind, spec and day; the default is this month, one's own",
        query=UsageQuery,
        response=UsageSummary,
    )
    async def get(self, query: UsageQuery) -> UsageSummary:
        """Add up usage."""
        return await self.call(self.platform.billing.summary, self.principal, query)


class UsageLinesHandler(AISpaceHandler):
    """Usage by workload."""

    @operation(
        action="read",
        resource="usage",
        summary="List workloads with their intervals and what each costs",
        query=UsageLinesQuery,
        response=UsageLines,
    )
    async def get(self, query: UsageLinesQuery) -> UsageLines:
        """List workloads with what each costs."""
        return await self.call(self.platform.billing.lines, self.principal, query)


ROUTES = [("/usage/summary", UsageSummaryHandler), ("/usage/lines", UsageLinesHandler)]
