"""When a canary is taken back by itself: decided from what the gateways counted."""

from __future__ import annotations

from typing import Any

from .schemas import CallPoint, RollbackRule


def broken_rule(rule: RollbackRule, calls: CallPoint) -> dict[str, Any] | None:
    """Tell why a canary is to be taken back; ``None`` while it keeps its rule or too few calls say anything.

    Parameters
    ----------
    rule : RollbackRule
        What its owner allows.
    calls : CallPoint
        The canary's calls within the rule's minutes.

    Returns
    -------
    dict or None
        A reason with code, message and the figures.
    """
    if calls.total < rule.min_calls:
        return None
    within = f"of {calls.total} calls within {rule.minutes} min"
    figures = {"calls": calls.total, "minutes": rule.minutes}
    failed = 100 * calls.errors / calls.total
    if rule.errors_percent is not None and failed > rule.errors_percent:
        return {
            "code": "canary_errors",
            "message": f"Rolled back by itself: {failed:.1f} % {within} failed; {rule.errors_percent:g} % are allowed.",
            "params": {**figures, "errors_percent": round(failed, 2), "limit": rule.errors_percent},
        }
    if rule.p99_ms is not None and calls.p99 is not None and calls.p99 > rule.p99_ms:
        return {
            "code": "canary_slow",
            "message": f"Rolled back by itself: the p99 {within} was {calls.p99:.1f} ms; "
            f"{rule.p99_ms:g} ms are allowed.",
            "params": {**figures, "p99_ms": calls.p99, "limit": rule.p99_ms},
        }
    return None
