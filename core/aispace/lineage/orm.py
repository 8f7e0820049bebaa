"""Table of lineage."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Timed


class Edge(Timed, Base):
    """``to`` was made from, or uses, ``from``. Names are kept, so that what was deleted can still be named."""

    __tablename__ = "aispace_lineage_edges"

    row: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[str] = mapped_column(String(64), index=True)
    from_version: Mapped[str] = mapped_column(String(12), default="")
    from_name: Mapped[str] = mapped_column(String(120))
    to_id: Mapped[str] = mapped_column(String(64), index=True)
    to_version: Mapped[str] = mapped_column(String(12), default="")
    to_name: Mapped[str] = mapped_column(String(120))
    relation: Mapped[str] = mapped_column(String(32))

    __table_args__ = (UniqueConstraint("from_id", "from_version", "to_id", "to_version", "relation"),)
