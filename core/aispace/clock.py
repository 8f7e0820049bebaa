"""Time as the platform sees it; tests put another clock in its place."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Wall clock in UTC and a monotonic clock."""

    def now(self) -> datetime:
        """Tell the time, UTC, with the zone attached."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Tell seconds of a clock that never goes back."""
        return time.monotonic()
