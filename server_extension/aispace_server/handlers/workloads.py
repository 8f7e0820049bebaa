"""Workloads: what runs, its log, its use of resources."""

from __future__ import annotations

from pathlib import Path

from aispace.events.schemas import EventQuery, EventRead
from aispace.schemas import CursorPage, Page
from aispace.workloads.schemas import (
    AttemptQuery,
    LogQuery,
    LogRead,
    MetricsQuery,
    ScalarQuery,
    ScalarRead,
    UsageSeries,
    WorkloadEventQuery,
    WorkloadQuery,
    WorkloadRead,
)

from .base import AISpaceHandler, operation


class WorkloadCollectionHandler(AISpaceHandler):
    """All workloads."""

    @operation(
        action="read",
        resource="workload",
        summary="List workloads; administrators see everybody's",
        query=WorkloadQuery,
        response=Page[WorkloadRead],
    )
    async def get(self, query: WorkloadQuery) -> Page[WorkloadRead]:
        """List workloads."""
        return await self.call(self.platform.workloads.list, self.principal, query)


class WorkloadHandler(AISpaceHandler):
    """One workload."""

    @operation(action="read", resource="workload", summary="Give one workload", response=WorkloadRead)
    async def get(self, id: str) -> WorkloadRead:
        """Give one workload."""
        return await self.call(self.platform.workloads.get, self.principal, id)

    @operation(
        action="write", resource="workload", summary="Delete an ended workload with its log and files; usage stays"
    )
    async def delete(self, id: str) -> None:
        """Delete an ended workload."""
        await self.call(self.platform.workloads.delete, self.principal, id)


class WorkloadStopHandler(AISpaceHandler):
    """End a workload."""

    @operation(
        action="write",
        resource="workload",
        summary="Ask a workload to end; its processes are killed after its grace",
        response=WorkloadRead,
        status=202,
        location="workloads/{id}",
    )
    async def post(self, id: str) -> WorkloadRead:
        """Ask a workload to end."""
        return await self.call(self.platform.workloads.stop, self.principal, id)


class WorkloadLogHandler(AISpaceHandler):
    """The log of a workload."""

    @operation(
        action="read",
        resource="workload",
        summary="Read a log from a byte offset, its end, or the lines that contain a text",
        query=LogQuery,
        response=LogRead,
    )
    async def get(self, id: str, query: LogQuery) -> LogRead:
        """Read part of a log."""
        return await self.call(self.platform.workloads.read_log, self.principal, id, query)


class WorkloadLogDownloadHandler(AISpaceHandler):
    """The log of a workload as a file."""

    @operation(
        action="read",
        resource="workload",
        summary="Download a log; the name tells whether it is complete",
        query=AttemptQuery,
        media_type="text/plain",
    )
    async def get(self, id: str, query: AttemptQuery) -> None:
        """Download a log."""
        path, name = await self.call(self.platform.workloads.log_file, self.principal, id, query.attempt)
        await self.send_file(Path(path), filename=name, media_type="text/plain; charset=utf-8", download=True)


class WorkloadScalarsHandler(AISpaceHandler):
    """What a workload logged as numbers."""

    @operation(
        action="read",
        resource="workload",
        summary="Read logged scalars in buckets with last value, minimum and maximum",
        query=ScalarQuery,
        response=ScalarRead,
    )
    async def get(self, id: str, query: ScalarQuery) -> ScalarRead:
        """Read logged scalars."""
        return await self.call(self.platform.workloads.scalars, self.principal, id, query)


class WorkloadMetricsHandler(AISpaceHandler):
    """What a workload uses."""

    @operation(
        action="read",
        resource="workload",
        summary="Read use of CPU, memory and accelerators over time",
        query=MetricsQuery,
        response=UsageSeries,
    )
    async def get(self, id: str, query: MetricsQuery) -> UsageSeries:
        """Read use of resources."""
        return await self.call(self.platform.workloads.metrics, self.principal, id, query)


class WorkloadEventsHandler(AISpaceHandler):
    """What happened to a workload."""

    @operation(
        action="read",
        resource="workload",
        summary="List what happened to a workload, oldest first",
        query=WorkloadEventQuery,
        response=CursorPage[EventRead],
    )
    async def get(self, id: str, query: WorkloadEventQuery) -> CursorPage[EventRead]:
        """List what happened to a workload."""
        await self.call(self.platform.workloads.get, self.principal, id)
        wanted = EventQuery(object_id=id, after=query.after, limit=query.limit)
        return await self.call(self.platform.events.list, self.principal, wanted)


ROUTES = [
    ("/workloads", WorkloadCollectionHandler),
    ("/workloads/{id}", WorkloadHandler),
    ("/workloads/{id}/stop", WorkloadStopHandler),
    ("/workloads/{id}/log", WorkloadLogHandler),
    ("/workloads/{id}/log/download", WorkloadLogDownloadHandler),
    ("/workloads/{id}/scalars", WorkloadScalarsHandler),
    ("/workloads/{id}/metrics", WorkloadMetricsHandler),
    ("/workloads/{id}/events", WorkloadEventsHandler),
]
