"""Table of users' Jupyter servers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.base import Base, Owned
from ..db.types import Id, JSONValue


class Notebook(Owned, Base):
    """A named server of a user; ``workload_id`` is its newest start, ``options`` what he chose for it."""

    __tablename__ = "aispace_notebooks"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = mapped_column(String(64), default="")
    workload_id: Mapped[str | None] = mapped_column(Id, default=None, index=True)
    options: Mapped[dict[str, Any]] = mapped_column(JSONValue, default=dict)
