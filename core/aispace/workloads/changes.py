"""What a domain is told about its workloads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import states


@dataclass(frozen=True)
class WorkloadChange:
    """What a domain is told, inside the reconciler's transaction.

    Parameters
    ----------
    previous : str
        Status before. States that lasted less than a reconcile step may be skipped.
    """

    id: str
    kind: str
    name: str
    owner_id: str
    object_kind: str | None
    object_id: str | None
    previous: states.Status
    status: states.Status
    attempt: int
    reason: dict[str, Any] | None
    exit_code: int | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether the workload is over."""
        return self.status in states.ENDED
