"""Table of visualisations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Owned, UTCDateTime


class Visualisation(Owned, Base):
    """TensorBoard over a set of runs; one row for each owner and set, started and stopped again and again."""

    __tablename__ = "aispace_visualisations"

    name: Mapped[str] = mapped_column(String(120))
    runs: Mapped[Any] = mapped_column(JSONValue)
    """``[{"job_id", "name", "version"}, ...]``, in the order in which they were named first."""
    runs_key: Mapped[str] = mapped_column(String(64))
    """Digest of the set."""
    spec_id: Mapped[str] = mapped_column(Id)
    image_id: Mapped[str] = mapped_column(Id)
    idle_minutes: Mapped[int]
    workload_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    """Of the workload."""
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """Since when it answers; None while it does not."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    visited_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)

    __table_args__ = (UniqueConstraint("owner_id", "runs_key"),)
