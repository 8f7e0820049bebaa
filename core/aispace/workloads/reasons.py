"""Why a workload is in its state, in words."""

from __future__ import annotations

from typing import Any, Final

from ..schemas import Reason

GIB = 1 << 30

TEXT: Final[dict[str, str]] = {
    "exit_code": "The process ended with exit code {exit_code}. Look at the end of the log.",
    "signal": "The process was ended by signal {signal}. Look at the end of the log.",
    "memory_limit": "It used {used_gib} GiB of memory, more than its limit of {limit_gib} GiB. Choose a larger spec.",
    "time_limit": "It ran longer than its time limit of {seconds} seconds. Allow more time.",
    "log_limit": "Its log grew over {limit} bytes. Print less.",
    "supervisor_lost": "The process that watched it was killed, so everything it had started was ended too.",
    "start_failed": "It could not be started: {error}",
    "stopped": "It was stopped.",
    "paused": "It was paused.",
    "retry": "Attempt {attempt} failed ({code}); attempt {next} follows.",
    "insufficient_capacity": "It waits for capacity: {resources}.",
    "behind": "It would fit, but others before it in the queue wait for the same.",
    "never_fits": "It is larger than this installation: {resources}. Choose another spec.",
    "cluster_queue": "It waits in the cluster's queue {queue}: {message}",
    "cluster_queue_place": "It waits in the cluster's queue {queue}, at place {place}: {message}",
    "unschedulable": "It may run, but no node can take it now: {message}",
    "image_pull": "Its image {image} cannot be fetched: {message}. Check its name and that the nodes reach it.",
    "evicted": "Its node had to end it: {message}",
    "preempted": "One of a higher priority needed its place: {message}",
    "deleted_outside": "It was deleted from the cluster, not by this platform.",
    "image_building": "It waits for its runtime image, which is being built.",
    "image_failed": "Its runtime image could not be built. Build it again, then run this again.",
    "image_missing": "Its runtime image was deleted. Choose another.",
}


def make(code: str, /, **params: Any) -> dict[str, Any]:
    """Make a reason as it is stored."""
    return {"code": code, "params": params}


def _resources(value: Any) -> str:
    if isinstance(value, dict):
        parts = []
        for name, numbers in value.items():
            scale, unit = (GIB, " GiB") if name == "memory" else (1, "")
            have = "free" if "free" in numbers else "total"
            parts.append(
                f"{name}: needs {numbers['needed'] / scale:.3g}{unit}, {have} {numbers[have] / scale:.3g}{unit}"
            )
        return "; ".join(parts)
    return ", ".join(value)


def describe(reason: dict[str, Any] | None) -> Reason | None:
    """Put a stored reason into English."""
    if reason is None:
        return None
    code, params = reason["code"], reason.get("params") or {}
    words = {**params}
    if code == "memory_limit":
        words = {
            "used_gib": f"{params.get('used', 0) / GIB:.2f}",
            "limit_gib": f"{params.get('limit', 0) / GIB:.2f}",
        }
    if "resources" in params:
        words["resources"] = _resources(params["resources"])
    try:
        message = TEXT.get(code, code).format(**words)
    except (KeyError, ValueError, TypeError):
        message = code
    return Reason(code=code, message=message, params=params)
