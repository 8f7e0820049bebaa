"""Objects that change hands."""

from __future__ import annotations

from aispace.schemas import Page
from aispace.transfers.schemas import TransferAccept, TransferCreate, TransferQuery, TransferRead

from .base import AISpaceHandler, operation


class TransferCollectionHandler(AISpaceHandler):
    """Offers to and from the caller."""

    @operation(
        action="read", resource="transfer", summary="List offers of objects", query=TransferQuery,
        response=Page[TransferRead],
    )  # fmt: skip
    async def get(self, query: TransferQuery) -> Page[TransferRead]:
        """List offers."""
        return await self.call(self.platform.transfers.list, self.principal, query)

    @operation(
        action="write",
        resource="transfer",
        summary="Offer an object to another user",
        body=TransferCreate,
        response=TransferRead,
        status=201,
        location="transfers/{id}",
        idempotent=True,
    )
    async def post(self, body: TransferCreate) -> TransferRead:
        """Offer an object."""
        return await self.call(self.platform.transfers.offer, self.principal, body)


class TransferHandler(AISpaceHandler):
    """One offer."""

    @operation(action="read", resource="transfer", summary="Show an offer", response=TransferRead)
    async def get(self, id: str) -> TransferRead:
        """Show an offer."""
        return await self.call(self.platform.transfers.get, self.principal, id)


class TransferAcceptHandler(AISpaceHandler):
    """An offer that is taken."""

    @operation(
        action="write", resource="transfer", summary="Take an object that is offered", body=TransferAccept,
        response=TransferRead, idempotent=True,
    )  # fmt: skip
    async def post(self, id: str, body: TransferAccept) -> TransferRead:
        """Take it."""
        return await self.call(self.platform.transfers.accept, self.principal, id, body)


class TransferDeclineHandler(AISpaceHandler):
    """An offer that is declined."""

    @operation(action="write", resource="transfer", summary="Decline an offer", response=TransferRead)
    async def post(self, id: str) -> TransferRead:
        """Decline it."""
        return await self.call(self.platform.transfers.decline, self.principal, id)


class TransferWithdrawHandler(AISpaceHandler):
    """An offer that is taken back."""

    @operation(action="write", resource="transfer", summary="Take an offer back", response=TransferRead)
    async def post(self, id: str) -> TransferRead:
        """Take it back."""
        return await self.call(self.platform.transfers.withdraw, self.principal, id)


ROUTES = [
    ("/transfers", TransferCollectionHandler),
    ("/transfers/{id}", TransferHandler),
    ("/transfers/{id}/accept", TransferAcceptHandler),
    ("/transfers/{id}/decline", TransferDeclineHandler),
    ("/transfers/{id}/withdraw", TransferWithdrawHandler),
]
