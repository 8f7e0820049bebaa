"""The states of a workload, and which may follow which."""

from __future__ import annotations

from typing import Final, Literal, get_args

Status = Literal[
    "draft", "scheduled", "queued", "starting", "running", "paused", "succeeded", "failed", "stopped"
]  # fmt: skip
Target = Literal["running", "paused", "stopped"]
"""What was asked for; ``running`` means: run it, to its end if it has one."""
AttemptStatus = Literal["starting", "running", "succeeded", "failed", "stopped"]
Priority = Literal["low", "normal", "high"]

STATUSES: Final = get_args(Status)
WAITING: Final[tuple[Status, ...]] = ("scheduled", "queued")
ALIVE: Final[tuple[Status, ...]] = ("starting", "running")
"""States in which the workload holds resources and has an attempt that has not ended."""
ENDED: Final[tuple[Status, ...]] = ("succeeded", "failed", "stopped")
OPEN: Final[tuple[Status, ...]] = ("draft", *WAITING, *ALIVE, "paused")

NEXT: Final[dict[Status, frozenset[Status]]] = {
    "draft": frozenset({"scheduled", "queued", "stopped"}),
    "scheduled": frozenset({"queued", "paused", "stopped"}),
    "queued": frozenset({"starting", "paused", "failed", "stopped"}),
    # A short attempt may end before it was ever seen running; "queued" is a retry.
    "starting": frozenset({"running", "succeeded", "failed", "stopped", "paused", "queued"}),
    "running": frozenset({"succeeded", "failed", "stopped", "paused", "queued"}),
    "paused": frozenset({"queued", "stopped"}),
    "succeeded": frozenset(),
    "failed": frozenset(),
    "stopped": frozenset(),
}

PRIORITY_LEVEL: Final[dict[Priority, int]] = {"low": 0, "normal": 1, "high": 2}

NOT_RETRIED: Final = frozenset(
    {"time_limit", "memory_limit", "log_limit", "image_failed", "image_missing", "image_pull"}
)
"""Reasons after which another attempt would end the same way."""
NOT_ITS_FAULT: Final = frozenset({"preempted"})
"""Reasons after which another attempt follows, however many are allowed."""


class IllegalTransition(RuntimeError):
    """A status was to follow one that it may not follow: a fault of the reconciler."""


def check(current: Status, following: Status) -> None:
    """Refuse a transition that the state machine does not have.

    Raises
    ------
    IllegalTransition
        ``following`` may not come after ``current``.
    """
    if following not in NEXT[current]:
        raise IllegalTransition(f"{current} -> {following}")


def after_attempt(
    outcome: Literal["succeeded", "failed", "stopped"],
    *,
    target: Target,
    reason_code: str | None,
    attempts: int,
    retries: int,
) -> Status:
    """Decide the status of a workload whose attempt has ended.

    Parameters
    ----------
    outcome : str
        How the attempt ended.
    target : str
        What is asked of the workload now.
    reason_code : str, optional
        Why the attempt failed.
    attempts : int
        Attempts made so far, this one included.
    retries : int
        Further attempts that are allowed after the first.
    """
    if outcome == "succeeded":
        return "succeeded"
    if target == "paused":
        return "paused"
    if target == "stopped" or outcome == "stopped":
        return "stopped"
    if reason_code in NOT_ITS_FAULT or (attempts <= retries and reason_code not in NOT_RETRIED):
        return "queued"
    return "failed"


def rank(queued_at: float, priority: Priority, ageing_seconds: float) -> int:
    """Place in the queue, as milliseconds: smaller runs first.

    Each level of priority is worth ``ageing_seconds`` of waiting. So the order of two workloads never changes, a
    position can be told by counting, and a low one gets there in the end.
    """
    return int((queued_at - PRIORITY_LEVEL[priority] * ageing_seconds) * 1000)
