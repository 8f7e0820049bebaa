"""Services that stop by themselves: after a time, at a moment, or when nobody calls them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import Invalid
from .orm import Service
from .schemas import AutoStop, StopRule


def set_auto_stop(row: Service, rule: AutoStop | None, now: datetime) -> None:
    """Set or take away the rule of a service; hours count from now.

    Raises
    ------
    Invalid
        The moment has passed.
    """
    if rule is not None and rule.at is not None and rule.at <= now:
        raise Invalid("auto_stop.at", "Stop at: this moment has passed. Choose a later one.", code="past")
    row.auto_stop = rule.model_dump(mode="json") if rule is not None else None
    row.stop_at = _moment(rule, now)


def restart_auto_stop(row: Service, now: datetime) -> None:
    """Count anew from a start; a moment that has passed is dropped."""
    rule = AutoStop.model_validate(row.auto_stop) if row.auto_stop else None
    if rule is not None and rule.at is not None and rule.at <= now:
        left = {key: value for key, value in row.auto_stop.items() if key != "at" and value is not None}
        rule = AutoStop.model_validate(left) if left else None
        row.auto_stop = rule.model_dump(mode="json") if rule is not None else None
    row.stop_at = _moment(rule, now)
    row.serving_since = None


def _moment(rule: AutoStop | None, now: datetime) -> datetime | None:
    if rule is None:
        return None
    found = [now + timedelta(hours=rule.after_hours)] if rule.after_hours is not None else []
    return min([*found, *([rule.at] if rule.at is not None else [])], default=None)


def stops(row: Service, last_minute: int | None, in_flight: bool, now: datetime) -> tuple[datetime, StopRule] | None:
    """Tell when a service stops by itself and by which rule, as things are now; ``None``: it does not, or does not run.

    Parameters
    ----------
    last_minute : int or None
        The last minute (Unix time divided by 60) in which it was called.
    in_flight : bool
        Whether a request is under way.
    """
    if row.target != "serving":
        return None
    moments: list[tuple[datetime, StopRule]] = [(row.stop_at, "time")] if row.stop_at is not None else []
    minutes = (row.auto_stop or {}).get("idle_minutes")
    if minutes is not None and row.serving_since is not None:
        last = row.serving_since
        if last_minute is not None:
            last = max(last, datetime.fromtimestamp((last_minute + 1) * 60, UTC))
        if in_flight:
            last = max(last, now)
        moments.append((last + timedelta(minutes=minutes), "idle"))
    return min(moments, default=None)


def reason_to_stop(row: Service, last_minute: int | None, in_flight: bool, now: datetime) -> dict[str, Any] | None:
    """Tell why a serving service is to stop now; ``None`` to go on. Parameters as of `stops`."""
    found = stops(row, last_minute, in_flight, now)
    if found is None or now < found[0]:
        return None
    at, rule = found
    if rule == "time":
        return {
            "code": "auto_stop_time",
            "message": "It stopped by itself: its time was over.",
            "params": {"at": at.isoformat()},
        }
    minutes = row.auto_stop["idle_minutes"]
    return {
        "code": "auto_stop_idle",
        "message": f"It stopped by itself: nobody called it for {minutes} min.",
        "params": {"minutes": minutes},
    }
