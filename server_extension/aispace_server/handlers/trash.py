"""The trash."""

from __future__ import annotations

from aispace.schemas import Page
from aispace.trash.schemas import Emptied, Restored, TrashQuery, TrashRead, TrashRestore

from .base import AISpaceHandler, operation


class TrashCollectionHandler(AISpaceHandler):
    """All that the caller deleted and can take back."""

    @operation(
        action="read", resource="trash", summary="List what lies in the trash", query=TrashQuery,
        response=Page[TrashRead],
    )  # fmt: skip
    async def get(self, query: TrashQuery) -> Page[TrashRead]:
        """List what lies in the trash."""
        return await self.call(self.platform.trash.list, self.principal, query)

    @operation(
        action="write", resource="trash", summary="Delete for good all that lies in the caller's trash",
        response=Emptied,
    )  # fmt: skip
    async def delete(self) -> Emptied:
        """Empty the trash."""
        return await self.call(self.platform.trash.empty, self.principal)


class TrashHandler(AISpaceHandler):
    """Something in the trash, by the id that it had."""

    @operation(action="write", resource="trash", summary="Delete something in the trash for good")
    async def delete(self, id: str) -> None:
        """Delete it for good."""
        await self.call(self.platform.trash.delete, self.principal, id)


class TrashRestoreHandler(AISpaceHandler):
    """Something in the trash that comes back."""

    @operation(
        action="write", resource="trash", summary="Take something back out of the trash", body=TrashRestore,
        response=Restored, idempotent=True,
    )  # fmt: skip
    async def post(self, id: str, body: TrashRestore) -> Restored:
        """Take it back."""
        return await self.call(self.platform.trash.restore, self.principal, id, body)


ROUTES = [
    ("/trash", TrashCollectionHandler),
    ("/trash/{id}", TrashHandler),
    ("/trash/{id}/restore", TrashRestoreHandler),
]
