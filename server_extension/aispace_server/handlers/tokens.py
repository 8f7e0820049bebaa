"""Personal access tokens of the caller."""

from __future__ import annotations

from aispace.schemas import ListQuery, Page
from aispace.tokens.schemas import TokenCreate, TokenCreated, TokenRead

from .base import AISpaceHandler, operation


class TokenCollectionHandler(AISpaceHandler):
    """The caller's tokens."""

    @operation(action="read", resource="token", summary="List your tokens", query=ListQuery, response=Page[TokenRead])
    async def get(self, query: ListQuery) -> Page[TokenRead]:
        """List your tokens."""
        return await self.call(self.platform.tokens.list, self.principal, query)

    @operation(
        action="write",
        resource="token",
        summary="Make a token; the answer shows it this once",
        body=TokenCreate,
        response=TokenCreated,
        status=201,
        location="tokens/{id}",
    )
    async def post(self, body: TokenCreate) -> TokenCreated:
        """Make a token."""
        return await self.call(self.platform.tokens.create, self.principal, body)


class TokenHandler(AISpaceHandler):
    """One token."""

    @operation(action="write", resource="token", summary="Delete a token; it is refused from now on")
    async def delete(self, id: str) -> None:
        """Delete a token."""
        await self.call(self.platform.tokens.delete, self.principal, id)


ROUTES = [("/tokens", TokenCollectionHandler), ("/tokens/{id}", TokenHandler)]
