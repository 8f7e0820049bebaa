"""Tables of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, UTCDateTime, utc_now


class Event(Base):
    """One change of one thing; what was hashed is never changed after the sealer gave it position and hash.

    Who may read it follows the object: ``owner_id`` and ``shared`` are not hashed.
    """

    __tablename__ = "aispace_events"

    row: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    """Order of insertion; gaps and, on PostgreSQL, late commits are possible: readers use ``position``."""
    id: Mapped[str] = mapped_column(Id, unique=True)
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True, default=None)
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    actor_id: Mapped[str] = mapped_column(Id, index=True)
    actor_name: Mapped[str] = mapped_column(String(255))
    organisation_id: Mapped[str] = mapped_column(Id)
    code: Mapped[str] = mapped_column(String(64), index=True)
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(64), index=True)
    owner_id: Mapped[str | None] = mapped_column(Id, default=None)
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether everybody might read the object at that time, and may do so since."""
    params: Mapped[Any] = mapped_column(JSONValue)
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)
    hash: Mapped[str | None] = mapped_column(String(64), default=None)

    __table_args__ = (Index("ix_aispace_events_owner_position", "owner_id", "position"),)
