"""Accounts: administration, and one's own password."""

from __future__ import annotations

from aispace.schemas import Page
from aispace.users.schemas import (
    PasswordChange,
    PasswordGiven,
    UserCreate,
    UserCreated,
    UserQuery,
    UserRead,
    UserUpdate,
)

from .base import AISpaceHandler, operation


class UserCollectionHandler(AISpaceHandler):
    """All accounts."""

    @operation(action="read", resource="user", summary="List the accounts", query=UserQuery, response=Page[UserRead])
    async def get(self, query: UserQuery) -> Page[UserRead]:
        """List the accounts."""
        return await self.call(self.platform.users.list, self.principal, query)

    @operation(
        action="write",
        resource="user",
        summary="Add an account; without a password a random one is answered once",
        body=UserCreate,
        response=UserCreated,
        status=201,
        location="users/{id}",
    )
    async def post(self, body: UserCreate) -> UserCreated:
        """Add an account."""
        return await self.call(self.platform.users.create, self.principal, body)


class UserHandler(AISpaceHandler):
    """One account."""

    @operation(action="read", resource="user", summary="Give one account", response=UserRead, etag=True)
    async def get(self, id: str) -> UserRead:
        """Give one account."""
        return await self.call(self.platform.users.get, self.principal, id)

    @operation(
        action="write",
        resource="user",
        summary="Change an account's role or name, disable or enable it",
        body=UserUpdate,
        response=UserRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: UserUpdate, revision: int | None) -> UserRead:
        """Change an account."""
        return await self.call(self.platform.users.update, self.principal, id, body, revision)

    @operation(action="write", resource="user", summary="Delete an account that owns nothing", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete an account."""
        await self.call(self.platform.users.delete, self.principal, id, revision)


class PasswordResetHandler(AISpaceHandler):
    """A new random password for somebody."""

    @operation(
        action="write", resource="user", summary="Give an account a random password, once", response=PasswordGiven
    )
    async def post(self, id: str) -> PasswordGiven:
        """Give an account a random password."""
        return await self.call(self.platform.users.reset_password, self.principal, id)


class OwnPasswordHandler(AISpaceHandler):
    """One's own password."""

    @operation(action="write", summary="Change one's own password", body=PasswordChange)
    async def post(self, body: PasswordChange) -> None:
        """Change one's own password."""
        await self.call(self.platform.users.change_password, self.principal, body)


ROUTES = [
    ("/users", UserCollectionHandler),
    ("/users/{id}", UserHandler),
    ("/users/{id}/reset-password", PasswordResetHandler),
    ("/me/password", OwnPasswordHandler),
]
