"""Job templates: settings of training runs and evaluations under a name."""

from __future__ import annotations

from aispace.schemas import Page
from aispace.training.template_schemas import (
    JobTemplateCreate,
    JobTemplateQuery,
    JobTemplateRead,
    JobTemplateUpdate,
    TemplateOfRun,
)

from .base import AISpaceHandler, operation


class JobTemplateCollectionHandler(AISpaceHandler):
    """All job templates."""

    @operation(
        action="read",
        resource="training",
        summary="List job templates",
        query=JobTemplateQuery,
        response=Page[JobTemplateRead],
    )
    async def get(self, query: JobTemplateQuery) -> Page[JobTemplateRead]:
        """List job templates."""
        return await self.call(self.platform.templates.list, self.principal, query)

    @operation(
        action="write",
        resource="training",
        summary="Keep settings of a job under a name",
        body=JobTemplateCreate,
        response=JobTemplateRead,
        status=201,
        location="job-templates/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: JobTemplateCreate) -> JobTemplateRead:
        """Make a job template."""
        return await self.call(self.platform.templates.create, self.principal, body)


class JobTemplateHandler(AISpaceHandler):
    """One job template."""

    @operation(action="read", resource="training", summary="Give a job template", response=JobTemplateRead, etag=True)
    async def get(self, id: str) -> JobTemplateRead:
        """Give a job template."""
        return await self.call(self.platform.templates.get, self.principal, id)

    @operation(
        action="write",
        resource="training",
        summary="Change description, settings or visibility of a job template",
        body=JobTemplateUpdate,
        response=JobTemplateRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: JobTemplateUpdate, revision: int | None) -> JobTemplateRead:
        """Change a job template."""
        return await self.call(self.platform.templates.update, self.principal, id, body, revision)

    @operation(
        action="write",
        resource="training",
        summary="Delete a job template; jobs that were made from it stay",
        if_match=True,
    )
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a job template."""
        await self.call(self.platform.templates.delete, self.principal, id, revision)


class RunTemplateHandler(AISpaceHandler):
    """From a run to a template."""

    @operation(
        action="write",
        resource="training",
        summary="Keep the settings of a run as a job template",
        body=TemplateOfRun,
        response=JobTemplateRead,
        status=201,
        location="job-templates/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, id: str, version: str, body: TemplateOfRun) -> JobTemplateRead:
        """Keep the settings of a run."""
        return await self.call(self.platform.templates.of_run, self.principal, id, version, body)


ROUTES = [
    ("/job-templates", JobTemplateCollectionHandler),
    ("/job-templates/{id}", JobTemplateHandler),
    ("/training-jobs/{id}/runs/{version}/save-template", RunTemplateHandler),
]
