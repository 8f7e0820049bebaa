"""Public shapes of personal access tokens."""

from __future__ import annotations

from pydantic import Field

from ..identity import Scope
from ..schemas import Name, Schema, Timestamp, TimestampIn


class TokenCreate(Schema):
    """A new token."""

    name: Name
    scope: Scope = "write"
    """What it allows: ``read``, ``write`` (and read), or ``admin`` (everything that you may do)."""
    expires_at: TimestampIn | None = Field(default=None)
    """From then on it is refused; without it the token is good until it is deleted."""


class TokenRead(Schema):
    """A token without its secret."""

    id: str
    name: str
    scope: Scope
    hint: str
    """Its first characters, to tell tokens apart."""
    created_at: Timestamp
    expires_at: Timestamp | None
    last_used_at: Timestamp | None
    """To within five minutes."""


class TokenCreated(TokenRead):
    """A new token with its secret, which is shown this once."""

    token: str
