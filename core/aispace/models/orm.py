"""Tables of models."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Trashable
from ..versions import Versioned


class Model(Trashable, Base):
    """What its versions have in common; it may have none yet."""

    __tablename__ = "aispace_models"

    name: Mapped[str] = mapped_column(String(50), index=True)
    description: Mapped[str] = mapped_column(String(255), default="")
    framework: Mapped[str] = mapped_column(String(64), default="")
    format: Mapped[str] = mapped_column(String(32), default="")
    category: Mapped[str] = mapped_column(String(64), default="custom")
    current: Mapped[int] = mapped_column(default=0)
    """Number of the current version; 0 when there is none."""
    last_number: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("owner_id", "name"),)


class ModelVersion(Versioned, Base):
    """Files, and what ``config.json`` says of them."""

    __tablename__ = "aispace_model_versions"

    object_id: Mapped[str] = mapped_column(ForeignKey("aispace_models.id", ondelete="CASCADE"), index=True)
    config: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """``config.json``; None when the version has none."""
    metrics: Mapped[Any] = mapped_column(JSONValue)
    runtime_image_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    run_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    """Run of a training job that made it."""
