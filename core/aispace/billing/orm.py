"""Tables of the ledger."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, Money, UTCDateTime


class UsageInterval(Base):
    """A stretch of time at one price. Written when it opens, completed once when it closes, never changed after."""

    __tablename__ = "aispace_usage_intervals"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    workload_id: Mapped[str] = mapped_column(Id, index=True)
    attempt: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    object_kind: Mapped[str | None] = mapped_column(String(32), default=None)
    object_id: Mapped[str | None] = mapped_column(String(64), default=None)
    owner_id: Mapped[str] = mapped_column(Id, index=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    department_id: Mapped[str | None] = mapped_column(Id, default=None)
    spec_id: Mapped[str | None] = mapped_column(Id, default=None)
    spec_name: Mapped[str | None] = mapped_column(String(64), default=None)
    price_per_hour: Mapped[Decimal | None] = mapped_column(Money, default=None)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    amount: Mapped[Decimal | None] = mapped_column(Money, default=None)

    __table_args__ = (
        Index("ix_aispace_usage_intervals_owner_started", "owner_id", "started_at"),
        # One open interval for each workload: two would bill the same time twice.
        Index(
            "uq_aispace_usage_intervals_open",
            "workload_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
