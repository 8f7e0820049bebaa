"""Public shapes of resources."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ..schemas import Amount, ListQuery, Schema, Timestamp, refuse_nulls

Purpose = Literal["notebook", "training", "serving", "evaluation"]
SpecName = Annotated[
    str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")
]
ResourceName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$")
]
"""Name of an accelerator resource, for instance ``nvidia.com/gpu``."""
Price = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=13, decimal_places=6, allow_inf_nan=False)]
GIB = 1 << 30


class Accelerator(Schema):
    """Accelerators of one node."""

    resource: Annotated[ResourceName, StringConstraints(max_length=64)]
    count: Annotated[int, Field(ge=1, le=1024)] = 1
    product: Annotated[str | None, StringConstraints(max_length=64)] = None


class SpecCreate(Schema):
    """A new spec."""

    name: SpecName
    cpu: Annotated[float, Field(gt=0, le=4096, allow_inf_nan=False)]
    """Cores."""
    memory_bytes: Annotated[int, Field(ge=16 << 20, le=1 << 50)]
    accelerator: Accelerator | None = None
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=4)]
    price_per_hour: Price | None = None
    """None: free."""
    enabled: bool = True


class SpecUpdate(Schema):
    """Changes of a spec; what is absent stays. A new price holds from now on, also for what runs."""

    name: SpecName | None = None
    cpu: Annotated[float, Field(gt=0, le=4096, allow_inf_nan=False)] | None = None
    memory_bytes: Annotated[int, Field(ge=16 << 20, le=1 << 50)] | None = None
    accelerator: Accelerator | None = None
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=4)] | None = None
    price_per_hour: Price | None = None
    enabled: bool | None = None

    @model_validator(mode="after")
    def _nulls(self) -> SpecUpdate:
        refuse_nulls(self, but=("accelerator", "price_per_hour"))
        return self


class SpecCapacity(Schema):
    """How often a spec fits."""

    total: int
    free: int


class SpecRead(Schema):
    """A spec, with what is free now."""

    id: str
    name: str
    cpu: float
    memory_bytes: int
    accelerator: Accelerator | None
    purposes: list[Purpose]
    price_per_hour: Amount | None
    enabled: bool
    capacity: SpecCapacity
    waiting: int
    """How many workloads with this spec wait."""
    revision: int
    created_at: Timestamp
    updated_at: Timestamp
    can: list[str]


class SpecQuery(ListQuery):
    """Query of the list of specs."""

    purpose: Purpose | None = None
    enabled: bool | None = None


class QueueRead(Schema):
    """A queue."""

    name: str
    waiting: int
    running: int
    oldest_queued_at: Timestamp | None


class QueueList(Schema):
    """All queues."""

    items: list[QueueRead]


class CapacityItem(Schema):
    """One kind of resource."""

    resource: str
    """``cpu`` (cores), ``memory`` (bytes) or the name of an accelerator resource."""
    product: str | None
    total: float
    used: float
    free: float


class CapacityRead(Schema):
    """What there is and what is free."""

    engine: str
    items: list[CapacityItem]
