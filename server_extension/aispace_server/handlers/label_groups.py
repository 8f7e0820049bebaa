"""Label groups."""

from __future__ import annotations

from typing import Final

from aispace.labels.schemas import (
    LabelDelete,
    LabelGroupCopy,
    LabelGroupCreate,
    LabelGroupQuery,
    LabelGroupRead,
    LabelGroupUpdate,
    LabelRename,
    Relabelled,
)
from aispace.schemas import Page

from .base import AISpaceHandler, operation

GROUP: Final = "label_group"


class LabelGroupCollectionHandler(AISpaceHandler):
    """All label groups that the caller may see."""

    @operation(
        action="read", resource=GROUP, summary="List label groups", query=LabelGroupQuery, response=Page[LabelGroupRead]
    )
    async def get(self, query: LabelGroupQuery) -> Page[LabelGroupRead]:
        """List label groups."""
        return await self.call(self.platform.labels.list, self.principal, query)

    @operation(
        action="write",
        resource=GROUP,
        summary="Make a label group",
        body=LabelGroupCreate,
        response=LabelGroupRead,
        status=201,
        location="label-groups/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: LabelGroupCreate) -> LabelGroupRead:
        """Make a label group."""
        return await self.call(self.platform.labels.create, self.principal, body)


class LabelGroupHandler(AISpaceHandler):
    """One label group."""

    @operation(action="read", resource=GROUP, summary="Show a label group", response=LabelGroupRead, etag=True)
    async def get(self, id: str) -> LabelGroupRead:
        """Show a label group."""
        return await self.call(self.platform.labels.get, self.principal, id)

    @operation(
        action="write",
        resource=GROUP,
        summary="Change a label group",
        body=LabelGroupUpdate,
        response=LabelGroupRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: LabelGroupUpdate, revision: int | None) -> LabelGroupRead:
        """Change a label group."""
        return await self.call(self.platform.labels.update, self.principal, id, body, revision)

    @operation(action="write", resource=GROUP, summary="Delete a label group that no dataset uses", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a label group."""
        await self.call(self.platform.labels.delete, self.principal, id, revision)


class LabelGroupCopyHandler(AISpaceHandler):
    """Copies of a label group."""

    @operation(
        action="write",
        resource=GROUP,
        summary="Copy a label group",
        body=LabelGroupCopy,
        response=LabelGroupRead,
        status=201,
        location="label-groups/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, id: str, body: LabelGroupCopy) -> LabelGroupRead:
        """Copy a label group."""
        return await self.call(self.platform.labels.copy, self.principal, id, body)


class LabelRenameHandler(AISpaceHandler):
    """Another name of a label."""

    @operation(
        action="write",
        resource=GROUP,
        summary="Rename a label, also on all samples that have it",
        body=LabelRename,
        response=Relabelled,
    )
    async def post(self, id: str, body: LabelRename) -> Relabelled:
        """Rename a label everywhere."""
        return await self.call(self.platform.datasets.relabel.rename, self.principal, id, body)


class LabelDeleteHandler(AISpaceHandler):
    """Labels that go."""

    @operation(
        action="write",
        resource=GROUP,
        summary="Delete a label, also from all samples, or with those that have no other",
        body=LabelDelete,
        response=Relabelled,
    )
    async def post(self, id: str, body: LabelDelete) -> Relabelled:
        """Delete a label everywhere."""
        return await self.call(self.platform.datasets.relabel.delete, self.principal, id, body)


ROUTES = [
    ("/label-groups", LabelGroupCollectionHandler),
    ("/label-groups/{id}", LabelGroupHandler),
    ("/label-groups/{id}/copy", LabelGroupCopyHandler),
    ("/label-groups/{id}/labels/rename", LabelRenameHandler),
    ("/label-groups/{id}/labels/delete", LabelDeleteHandler),
]
