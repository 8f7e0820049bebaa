"""Tables of training."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Owned, Trashable, UTCDateTime, utc_now


class TrainingJob(Trashable, Base):
    """What its runs have in common."""

    __tablename__ = "aispace_training_jobs"

    name: Mapped[str] = mapped_column(String(50), index=True)
    description: Mapped[str] = mapped_column(String(255), default="")
    task_type: Mapped[str] = mapped_column(String(32), default="single_node")
    last_number: Mapped[int] = mapped_column(default=0)
    """Greatest number of a run ever given."""
    status: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    """Of its newest run."""

    __table_args__ = (UniqueConstraint("owner_id", "name"),)


class Collected:
    """Mixin: what a workload left behind, kept as blobs so that it outlives the attempt's folder."""

    workload_id: Mapped[str] = mapped_column(Id, unique=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    """That of the workload; ``collecting`` from its end until its results are kept."""
    outcome: Mapped[str | None] = mapped_column(String(16), default=None)
    """How the workload ended, while it is ``collecting``."""
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    outputs: Mapped[str | None] = mapped_column(String(64), default=None)
    """Manifest of ``out/``."""
    outputs_count: Mapped[int] = mapped_column(BigInteger, default=0)
    outputs_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    metrics: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    evaluation: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """Summary of ``predictions.jsonl``; None when there is none."""
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class TrainingRun(Collected, Base):
    """One run (version) of a job; what it was asked to do never changes."""

    __tablename__ = "aispace_training_runs"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("aispace_training_jobs.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    configuration: Mapped[Any] = mapped_column(JSONValue)
    """`RunSettings` with everything filled in."""
    named: Mapped[Any] = mapped_column(JSONValue)
    """Names of algorithm, image, datasets and model at that time, and the command as it was previewed."""
    model: Mapped[str | None] = mapped_column(String(64), default=None)
    """Manifest of ``model/``."""
    model_count: Mapped[int] = mapped_column(BigInteger, default=0)
    model_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str] = mapped_column(String(255), default="")
    created_by_id: Mapped[str] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    __table_args__ = (UniqueConstraint("job_id", "number"),)

    @property
    def name(self) -> str:
        """``V0001`` and so on."""
        return f"V{self.number:04d}"


class Evaluation(Trashable, Collected, Base):
    """A model version tried on a dataset version."""

    __tablename__ = "aispace_evaluations"

    name: Mapped[str] = mapped_column(String(120))
    model_id: Mapped[str] = mapped_column(Id, index=True)
    model_version: Mapped[str] = mapped_column(String(12))
    configuration: Mapped[Any] = mapped_column(JSONValue)
    named: Mapped[Any] = mapped_column(JSONValue)


class JobTemplate(Owned, Base):
    """Settings of a training run or of an evaluation, kept under a name."""

    __tablename__ = "aispace_job_templates"

    name: Mapped[str] = mapped_column(String(50))
    description: Mapped[str] = mapped_column(String(255), default="")
    kind: Mapped[str] = mapped_column(String(16), default="training", index=True)
    settings: Mapped[Any] = mapped_column(JSONValue)

    __table_args__ = (UniqueConstraint("owner_id", "name"),)
