"""Public shapes of usage and money."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ..schemas import Amount, Page, Ref, Schema, Timestamp, TimestampIn, wrong


class UsageQuery(Schema):
    """Which usage: what lies between two moments; intervals across an edge are cut there."""

    from_: Annotated[TimestampIn | None, Field(alias="from")] = None
    """Default: the first of this month, in the installation's time zone."""
    to: TimestampIn | None = None
    """Default: now."""
    owner: Annotated[str | None, Field(max_length=64)] = None
    """Somebody else's; needs ``admin:usage``. ``all``: everybody's."""

    @model_validator(mode="after")
    def _order(self) -> UsageQuery:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise wrong("to", "'to' lies before 'from'", "end_before_begin")
        return self


class UsageLinesQuery(UsageQuery):
    """Which lines."""

    kind: Annotated[str | None, Field(max_length=32)] = None
    object_id: Annotated[str | None, Field(max_length=64)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class UsageIntervalRead(Schema):
    """A stretch of time at one price."""

    started_at: Timestamp
    ended_at: Timestamp
    open: bool
    """True while it still grows."""
    seconds: float
    price_per_hour: Amount | None
    amount: Amount


class UsageLine(Schema):
    """One workload on a bill."""

    workload_id: str
    kind: str
    name: str
    object: dict[str, str] | None
    owner: Ref
    spec: Ref | None
    seconds: float
    amount: Amount
    intervals: list[UsageIntervalRead]


class UsageLines(Page[UsageLine]):
    """A page of lines with the total of all of them."""

    total: Amount


class UsageGroup(Schema):
    """Usage of one kind, spec or day."""

    key: str
    name: str
    seconds: float
    amount: Amount


class UsageSummary(Schema):
    """Usage in short."""

    from_: Annotated[Timestamp, Field(alias="from", serialization_alias="from")]
    to: Timestamp
    seconds: float
    total: Amount
    running_per_hour: Amount
    """What runs now costs so much an hour."""
    by_kind: list[UsageGroup]
    by_spec: list[UsageGroup]
    by_day: list[UsageGroup]
