"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

MICRO = Decimal(1_000_000)

Id = String(40)
"""An id as ``aispace.ids.new_id`` makes it."""


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, always UTC. A value without zone is refused: it would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC before it is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Attach UTC to what comes back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An amount of money, stored as whole millionths: SQLite has no exact ``NUMERIC``."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Store whole millionths; finer amounts are refused, not rounded."""
        if value is None:
            return None
        micros = value * MICRO
        if micros != micros.to_integral_value():
            raise ValueError(f"{value} is finer than a millionth")
        return int(micros)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give back the exact decimal."""
        return None if value is None else Decimal(value) / MICRO


COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""Made once: `json.dumps` makes an encoder for each value."""


class JSONValue(TypeDecorator[Any]):
    """Any JSON value; ``JSONB`` on PostgreSQL, text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the native type where there is one."""
        return dialect.type_descriptor(JSONB(none_as_null=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write compact JSON with sorted keys, so that equal values have equal text."""
        if value is None or dialect.name == "postgresql":
            return value
        return COMPACT(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read what was written."""
        if value is None or dialect.name == "postgresql":
            return value
        return json.loads(value)
