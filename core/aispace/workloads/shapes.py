"""Public shapes from rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..identity import Principal, can
from ..schemas import Amount, Ref
from . import states
from .orm import Attempt, Workload
from .reasons import describe
from .schemas import AttemptRead, ResourceNeed, WorkloadRead


def shape(
    principal: Principal,
    row: Workload,
    *,
    owner: Ref,
    tries: Sequence[Attempt] = (),
    cost: Decimal | None = None,
    currency: str,
    position: int | None = None,
) -> WorkloadRead:
    """Make the public shape of a workload.

    Parameters
    ----------
    tries : sequence of Attempt
        Its attempts, in order.
    cost : Decimal, optional
        So far; None when it is free.
    position : int, optional
        Place in the queue.
    """
    able = can(principal, "write:workload", row)
    actions = (["delete"] if row.status in states.ENDED else ["stop"]) if able else []
    return WorkloadRead(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]  # only such words are ever stored
        name=row.name,
        owner=owner,
        status=row.status,  # type: ignore[arg-type]  # only such words are ever stored
        target=row.target,  # type: ignore[arg-type]  # only such words are ever stored
        reason=describe(row.reason),
        observed_at=row.observed_at,
        queue=row.queue,
        position=position,
        priority=row.priority,  # type: ignore[arg-type]  # only such words are ever stored
        spec=ResourceNeed(
            spec_id=row.spec_id,
            spec_name=row.spec_name,
            cpu=row.cpu or 0.0,
            memory_bytes=row.memory_bytes or 0,
            accelerator=row.accelerator,
            accelerator_count=row.accelerator_count or 0,
        ),
        image_id=row.image_id,
        object={"kind": row.object_kind or "", "id": row.object_id} if row.object_id else None,
        command=row.spec["command"],
        attempts=[
            AttemptRead(
                number=attempt.number,
                status=attempt.status,  # type: ignore[arg-type]  # only such words are ever stored
                started_at=attempt.started_at,
                ended_at=attempt.ended_at,
                exit_code=attempt.exit_code,
                reason=describe(attempt.reason),
            )
            for attempt in tries
        ],
        retries=row.retries,
        time_limit_seconds=row.spec.get("time_limit_seconds"),
        cost=Amount(amount=cost, currency=currency) if cost is not None else None,
        created_at=row.created_at,
        scheduled_for=row.not_before if row.status == "scheduled" else None,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        can=actions,
    )
