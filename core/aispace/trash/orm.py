"""Table of the trash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import DEFAULT_ORGANISATION, Base, Id, UTCDateTime


class TrashItem(Base):
    """An object in the trash, under its own id; the object itself waits in its table, hidden."""

    __tablename__ = "aispace_trash"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    """What it was called: its row has a name that nobody can choose, so that this one is free."""
    owner_id: Mapped[str] = mapped_column(Id, index=True)
    organisation_id: Mapped[str] = mapped_column(Id, default=DEFAULT_ORGANISATION)
    deleted_by_id: Mapped[str] = mapped_column(Id)
    deleted_by_name: Mapped[str] = mapped_column(String(255))
    deleted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    visibility = "private"
    """Only its owner and administrators know of it."""
