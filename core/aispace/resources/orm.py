"""Tables of resources."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Float, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, JSONValue, Money, Owned


class ResourceSpec(Owned, Base):
    """A flavour: what one node of a workload gets, and what it costs."""

    __tablename__ = "aispace_resource_specs"

    name: Mapped[str] = mapped_column(String(64))
    cpu: Mapped[float] = mapped_column(Float)
    memory_bytes: Mapped[int] = mapped_column(BigInteger)
    accelerator: Mapped[str | None] = mapped_column(String(64), default=None)
    accelerator_count: Mapped[int] = mapped_column(default=0)
    accelerator_product: Mapped[str | None] = mapped_column(String(64), default=None)
    purposes: Mapped[Any] = mapped_column(JSONValue)
    price_per_hour: Mapped[Decimal | None] = mapped_column(Money, default=None)
    enabled: Mapped[bool] = mapped_column(default=True)
    order: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("organisation_id", "name"),)
