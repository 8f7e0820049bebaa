"""Table of transfers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import DEFAULT_ORGANISATION, Base, Id, UTCDateTime


class Transfer(Base):
    """An object that somebody offered to somebody, and what became of the offer."""

    __tablename__ = "aispace_transfers"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(Id, index=True)
    object_name: Mapped[str] = mapped_column(String(120))
    giver_id: Mapped[str] = mapped_column(Id, index=True)
    receiver_id: Mapped[str] = mapped_column(Id, index=True)
    organisation_id: Mapped[str] = mapped_column(Id, default=DEFAULT_ORGANISATION)
    status: Mapped[str] = mapped_column(String(16), default="offered")
    note: Mapped[str] = mapped_column(String(255), default="")
    offered_by_id: Mapped[str] = mapped_column(Id)
    offered_by_name: Mapped[str] = mapped_column(String(255))
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
