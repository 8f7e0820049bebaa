"""Public shapes of events."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ..schemas import Ref, Schema, Timestamp


class EventRead(Schema):
    """What happened, in order."""

    position: int
    id: str
    code: str
    object_kind: str
    object_id: str
    params: dict[str, Any]
    actor: Ref
    occurred_at: Timestamp
    request_id: str | None = None
    hash: str | None = None


class EventQuery(Schema):
    """Query of the event list: pages by position."""

    after: Annotated[int, Field(ge=0, le=2**62)] | None = None
    """Only events with a greater position, oldest first; without it the newest, newest first."""
    before: Annotated[int, Field(ge=0, le=2**62)] | None = None
    object_id: Annotated[str | None, Field(max_length=64)] = None
    code: Annotated[str | None, Field(max_length=64)] = None
    """A code, or its beginning followed by ``*``."""
    actor_id: Annotated[str | None, Field(max_length=64)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
