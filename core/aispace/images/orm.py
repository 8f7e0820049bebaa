"""Tables of runtime images."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Owned, UTCDateTime


class Image(Owned, Base):
    """A runtime: on one machine a Python environment built from ``requirements``."""

    __tablename__ = "aispace_images"

    name: Mapped[str] = mapped_column(String(50))
    description: Mapped[str] = mapped_column(String(255), default="")
    purposes: Mapped[Any] = mapped_column(JSONValue)
    requirements: Mapped[str] = mapped_column(Text)
    python: Mapped[str | None] = mapped_column(String(16), default=None)
    status: Mapped[str] = mapped_column(String(16), default="building")
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    workload_id: Mapped[str | None] = mapped_column(Id, default=None)
    builds: Mapped[int] = mapped_column(default=0)
    current: Mapped[str | None] = mapped_column(String(64), default=None)
    """Folder of the build in use, below the image's own; set in the transaction that makes it ready."""
    packages: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger, default=None)
    built_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)

    __table_args__ = (UniqueConstraint("owner_id", "name"),)
