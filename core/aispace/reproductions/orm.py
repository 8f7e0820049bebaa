"""Table of reproductions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import DEFAULT_ORGANISATION, Base, Id, JSONValue, UTCDateTime, utc_now


class Reproduction(Base):
    """A run that makes a model version once more."""

    __tablename__ = "aispace_reproductions"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("aispace_models.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """Of the model version."""
    job_id: Mapped[str] = mapped_column(Id)
    run: Mapped[str] = mapped_column(String(12))
    original: Mapped[Any] = mapped_column(JSONValue)
    """What the first run was: `training.again.Ingredients`, and where it is."""
    owner_id: Mapped[str] = mapped_column(Id, index=True)
    organisation_id: Mapped[str] = mapped_column(Id, default=DEFAULT_ORGANISATION)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    visibility = "private"
    """Only who began it and administrators know of it."""
