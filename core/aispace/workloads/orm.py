"""Tables of workloads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Owned, UTCDateTime


class Workload(Owned, Base):
    """Anything that runs. Only the reconciler writes ``status``; requests write ``target``."""

    __tablename__ = "aispace_workloads"

    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(16), default="running")
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    observed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    external: Mapped[bool] = mapped_column(default=False)
    reported: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """What the runner of an external workload said last."""

    spec: Mapped[Any] = mapped_column(JSONValue)
    """`WorkloadSpec` as submitted, without its secrets."""
    spec_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    spec_name: Mapped[str | None] = mapped_column(String(64), default=None)
    image_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    object_kind: Mapped[str | None] = mapped_column(String(32), default=None)
    object_id: Mapped[str | None] = mapped_column(String(64), default=None, index=True)
    run_as: Mapped[int | None] = mapped_column(BigInteger, default=None)

    cpu: Mapped[float] = mapped_column(Float, default=0)
    memory_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    accelerator: Mapped[str | None] = mapped_column(String(64), default=None)
    accelerator_count: Mapped[int] = mapped_column(default=0)
    accelerator_product: Mapped[str | None] = mapped_column(String(64), default=None)

    queue: Mapped[str] = mapped_column(String(64), default="default")
    priority: Mapped[str] = mapped_column(String(16), default="normal")
    rank: Mapped[int] = mapped_column(BigInteger, default=0)
    """Place in the queue (`states.rank`), smaller first."""
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """End of a delay, or of the pause before another attempt."""
    retries: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    told: Mapped[bool] = mapped_column(default=True)
    """False while the domain still has to be told of the newest status (its callback failed)."""

    __table_args__ = (
        Index("ix_aispace_workloads_status_rank", "status", "rank"),
        Index("ix_aispace_workloads_owner_created", "owner_id", "created_at"),
    )


class Attempt(Base):
    """One try of a workload; numbers go up by one and two of them never overlap."""

    __tablename__ = "aispace_workload_attempts"

    workload_id: Mapped[str] = mapped_column(ForeignKey("aispace_workloads.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(16), default="starting")
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    exit_code: Mapped[int | None] = mapped_column(default=None)
    admitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    ports: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """Name of each port and ``[host, number]``."""
    accelerators: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """Indices handed out."""
