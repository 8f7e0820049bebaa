"""Tables of algorithms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Trashable
from ..versions import Versioned


class Algorithm(Trashable, Base):
    """What its versions have in common."""

    __tablename__ = "aispace_algorithms"

    name: Mapped[str] = mapped_column(String(50), index=True)
    description: Mapped[str] = mapped_column(String(255), default="")
    category: Mapped[str] = mapped_column(String(64), default="custom")
    current: Mapped[int] = mapped_column(default=0)
    """Number of the current version."""
    last_number: Mapped[int] = mapped_column(default=0)
    """Greatest number ever given."""
    preset_key: Mapped[str | None] = mapped_column(String(64), default=None, unique=True)
    """Folder in ``presets/`` that it was made from."""

    __table_args__ = (UniqueConstraint("owner_id", "name"),)


class AlgorithmVersion(Versioned, Base):
    """Code and how it is run."""

    __tablename__ = "aispace_algorithm_versions"

    object_id: Mapped[str] = mapped_column(ForeignKey("aispace_algorithms.id", ondelete="CASCADE"), index=True)
    run_command: Mapped[str] = mapped_column(String(1000))
    parameters: Mapped[Any] = mapped_column(JSONValue)
    argument_mapping: Mapped[Any] = mapped_column(JSONValue)
    image_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    serving_image_id: Mapped[str | None] = mapped_column(Id, default=None)
    framework: Mapped[str] = mapped_column(String(64), default="")
    accepts: Mapped[Any] = mapped_column(JSONValue)
    file_output: Mapped[bool] = mapped_column(default=True)
    model_output: Mapped[bool] = mapped_column(default=True)
