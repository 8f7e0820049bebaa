"""Tables of label groups."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, JSONValue, Trashable


class LabelGroup(Trashable, Base):
    """A list of labels."""

    __tablename__ = "aispace_label_groups"

    name: Mapped[str] = mapped_column(String(50))
    kind: Mapped[str] = mapped_column(String(16), default="vision")
    description: Mapped[str] = mapped_column(String(255), default="")
    labels: Mapped[Any] = mapped_column(JSONValue)
    """``[{"name", "color", "key"}]`` in the order in which they are shown."""
    label_count: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("owner_id", "name"),)
