"""Personal access tokens: make, list, delete, and tell whose a token is."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from ..errors import Conflict, Forbidden, Invalid, NameTaken, NotFound, Unauthenticated
from ..identity import SCOPE_ACTIONS, Principal, Scope, authorize
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import ListQuery, Page
from .orm import Token
from .schemas import TokenCreate, TokenCreated, TokenRead

if TYPE_CHECKING:
    from ..platform import Platform

PREFIX = "aisp_"
"""Beginning of every token, so that secret scanners recognise one."""
MOST = 100
"""Tokens a user may have."""
USED_STEP = timedelta(minutes=5)


def digest(token: str) -> str:
    """Hash a token for storage; random tokens need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class TokenService:
    """Tokens of users; a token only narrows what its user may do."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def list(self, principal: Principal, query: ListQuery) -> Page[TokenRead]:
        """List the caller's own tokens."""
        authorize(principal, "read:token")
        statement = select(Token).where(Token.user_id == principal.user_id)
        if query.q:
            statement = statement.where(contains(Token.name, query.q))
        sorts = {"name": Token.name, "created_at": Token.created_at, "last_used_at": Token.last_used_at}
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Token.id)
            return Page[TokenRead](items=[TokenRead.model_validate(row) for row in rows], page=info)

    def create(self, principal: Principal, body: TokenCreate) -> TokenCreated:
        """Make a token; its secret is in this answer and nowhere else.

        Raises
        ------
        Forbidden
            The token would allow more than the one it is made with.
        Invalid
            It would be expired already.
        NameTaken
            The caller has a token of that name.
        """
        authorize(principal, "write:token")
        held = {action for scope in principal.scopes for action in SCOPE_ACTIONS[scope]}
        if not set(SCOPE_ACTIONS[body.scope]) <= held:
            raise Forbidden(
                f"Token not made. Its scope {body.scope!r} is wider than that of the token you are signed in with. "
                "Choose a narrower scope, or sign in with your password.",
                code="scope_too_narrow",
                params={"scope": body.scope},
            )
        now = self.platform.clock.now()
        if body.expires_at is not None and body.expires_at <= now:
            raise Invalid("expires_at", "Expires at: this moment has passed. Choose a later one.", code="past")
        token = PREFIX + secrets.token_urlsafe(30)
        with self.db.write() as session:
            mine = select(Token).where(Token.user_id == principal.user_id)
            if session.scalar(mine.where(Token.name == body.name)) is not None:
                raise NameTaken("token", body.name)
            if (session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST:
                raise Conflict(
                    "too_many_tokens",
                    f"Token not made. You have {MOST} tokens. Delete one that you do not use.",
                    params={"limit": MOST},
                )
            row = Token(
                id=new_id("tok"),
                user_id=principal.user_id,
                name=body.name,
                scope=body.scope,
                digest=digest(token),
                hint=token[:9],
                created_at=now,
                expires_at=body.expires_at,
            )
            session.add(row)
            self._record(principal, "token.created", row)
        return TokenCreated(**TokenRead.model_validate(row).model_dump(), token=token)

    def delete(self, principal: Principal, token_id: str) -> None:
        """Delete one of the caller's tokens; it is refused from now on."""
        authorize(principal, "write:token")
        with self.db.write() as session:
            row = session.get(Token, token_id)
            if row is None or row.user_id != principal.user_id:
                raise NotFound("token", token_id)
            session.delete(row)
            self._record(principal, "token.deleted", row)

    def principal(self, token: str) -> Principal:
        """Tell whose token it is.

        Raises
        ------
        Unauthenticated
            It is unknown or expired.
        Forbidden
            Its user is disabled.
        """
        with self.db.read() as session:
            row = session.scalar(select(Token).where(Token.digest == digest(token)))
        now = self.platform.clock.now()
        if row is None:
            raise Unauthenticated("Not signed in. The token is not valid: it was deleted, or it is mistyped.")
        if row.expires_at is not None and row.expires_at <= now:
            raise Unauthenticated("Not signed in. The token has expired. Make a new one.")
        scope: Scope = row.scope  # type: ignore[assignment]  # only such words are ever stored
        principal = self.platform.users.principal(row.user_id, scopes=frozenset({scope}))
        if row.last_used_at is None or now - row.last_used_at > USED_STEP:
            with self.db.write() as session:
                found = session.get(Token, row.id)
                if found is not None:
                    found.last_used_at = now
        return principal

    def _record(self, principal: Principal, code: str, row: Token) -> None:
        params = {"name": row.name, "scope": row.scope}
        self.platform.events.record(principal, code, object_kind="token", object_id=row.id, params=params)
