"""Tables of storage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, UTCDateTime, utc_now


class Upload(Base):
    """A file that is on its way, or has arrived and waits to be used."""

    __tablename__ = "aispace_uploads"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[str] = mapped_column(Id)
    batch: Mapped[str | None] = mapped_column(String(64), default=None)
    filename: Mapped[str] = mapped_column(String(255))
    relative_path: Mapped[str | None] = mapped_column(String(1024), default=None)
    details: Mapped[Any] = mapped_column(JSONValue)
    """Metadata as the client gave it."""
    length: Mapped[int] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    finished: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    __table_args__ = (
        Index("ix_aispace_uploads_owner_batch", "owner_id", "batch"),
        Index("ix_aispace_uploads_owner_finished", "owner_id", "finished"),
    )
