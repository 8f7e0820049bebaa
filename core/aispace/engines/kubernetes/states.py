"""What the objects of an attempt say about it: pure functions of what the API server has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from ..base import AttemptState, Key
from .manifests import Manifest

PULL: Final = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError"}
)
DISRUPTED: Final = "DisruptionTarget"
SHOWN: Final = 500
"""So much of what a cluster says is kept."""


@dataclass(frozen=True)
class End:
    """How an attempt ended.

    Parameters
    ----------
    exit_code : int, optional
        Negative: the signal.
    reason : str, optional
        As in `AttemptState`.
    """

    exit_code: int | None = None
    reason: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None

    def written(self) -> dict[str, Any]:
        """Give what is kept of it."""
        return {
            "exit_code": self.exit_code,
            "reason": self.reason,
            "params": self.params,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
        }

    @classmethod
    def read(cls, value: dict[str, Any]) -> End:
        """Take in what was kept."""
        return cls(
            value["exit_code"],
            value["reason"],
            value["params"],
            datetime.fromisoformat(value["started_at"]) if value["started_at"] else None,
            datetime.fromisoformat(value["ended_at"]) if value["ended_at"] else None,
        )

    def state(self, key: Key, ports: dict[str, tuple[str, int]]) -> AttemptState:
        """Write it as the platform reads it."""
        return AttemptState(
            key, "ended", self.started_at, self.ended_at, self.exit_code, self.reason, self.params, ports
        )


def moment(text: str | None) -> datetime | None:
    """Read a time of the API."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def condition(found: Manifest, kind: str) -> dict[str, Any] | None:
    """Find a condition that holds."""
    for one in (found.get("status") or {}).get("conditions") or ():
        if one["type"] == kind and one["status"] == "True":
            return dict(one)
    return None


def _container(pod: Manifest) -> dict[str, Any]:
    found = (pod.get("status") or {}).get("containerStatuses") or [{}]
    return dict(found[0])


def started(pod: Manifest) -> datetime | None:
    """Tell when the process of a pod began; None when it has not."""
    status = _container(pod)
    for state in (status.get("lastState") or {}, status.get("state") or {}):
        for phase in ("terminated", "running"):
            if phase in state:
                return moment(state[phase].get("startedAt"))
    return None


def is_running(pod: Manifest) -> bool:
    """Tell whether the process of a pod runs (for the first time: what is started again does nothing)."""
    status = _container(pod)
    return "running" in (status.get("state") or {}) and "terminated" not in (status.get("lastState") or {})


def end_of(pod: Manifest) -> End | None:
    """Tell how the process of a pod ended; None while it has not."""
    status = pod.get("status") or {}
    container = _container(pod)
    # The first one counts: what a Deployment starts again does nothing.
    done = (container.get("lastState") or {}).get("terminated") or (container.get("state") or {}).get("terminated")
    if done is None:
        if status.get("phase") != "Failed":
            return None
        return _ended_by_the_cluster(pod, End(started_at=started(pod), ended_at=moment(status.get("startTime"))))
    end = End(started_at=moment(done.get("startedAt")), ended_at=moment(done.get("finishedAt")))
    code = int(done.get("exitCode", 0))
    end = replace(end, exit_code=128 - code if 128 < code <= 192 else code)
    if done.get("reason") == "OOMKilled":
        limit = _memory_limit(pod)
        return replace(end, reason="memory_limit", params={"used": limit, "limit": limit})
    said = _said(done.get("message"))
    if said is not None:
        end = replace(end, exit_code=said["exit_code"], reason=said["reason"], params=said["params"])
    elif done.get("reason") in ("StartError", "ContainerCannotRun"):
        return replace(end, exit_code=None, reason="start_failed", params={"error": _short(done.get("message"))})
    if status.get("reason") or condition(pod, DISRUPTED):
        return _ended_by_the_cluster(pod, end)
    return end


def _said(message: str | None) -> dict[str, Any] | None:
    """Read the launcher's last words; anything else is none."""
    try:
        value = json.loads(message or "")
    except ValueError:
        return None
    if not isinstance(value, dict) or set(value) != {"exit_code", "reason", "params"}:
        return None
    if not isinstance(value["exit_code"], int | None) or not isinstance(value["reason"], str | None):
        return None
    return value if isinstance(value["params"], dict) else None


def _ended_by_the_cluster(pod: Manifest, end: End) -> End:
    status = pod.get("status") or {}
    why = condition(pod, DISRUPTED)
    words = _short(status.get("message") or (why or {}).get("message"))
    code = status.get("reason") or (why or {}).get("reason") or "Failed"
    if why is not None and why.get("reason") == "PreemptionByScheduler":
        return replace(end, reason="preempted", params={"message": words})
    if code == "Evicted" or why is not None:
        return replace(end, reason="evicted", params={"message": words or code})
    if code == "DeadlineExceeded":
        return replace(end, reason="time_limit", params={"seconds": pod["spec"].get("activeDeadlineSeconds")})
    return replace(end, exit_code=None, reason="start_failed", params={"error": f"{code}: {words}"})


def _memory_limit(pod: Manifest) -> int:
    limits = pod["spec"]["containers"][0].get("resources", {}).get("limits", {})
    return int(quantity(limits.get("memory", "0")))


def _short(text: str | None) -> str:
    return " ".join((text or "").split())[:SHOWN]


@dataclass(frozen=True)
class Wait:
    """What an attempt waits for."""

    reason: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None


def waits_for(pods: Sequence[Manifest], quota: Manifest | None, queue: str | None, place: int | None = None) -> Wait:
    """Tell what an attempt that has not begun waits for.

    Parameters
    ----------
    quota : dict, optional
        The object by which Kueue admits it.
    queue : str, optional
        Of Kueue; None when there is none.
    place : int, optional
        In that queue, where it is known.
    """
    for pod in pods:
        waiting = (_container(pod).get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in PULL:
            image = pod["spec"]["containers"][0]["image"]
            message = _short(waiting.get("message") or waiting["reason"])
            since = next(
                (
                    moment(one.get("lastTransitionTime"))
                    for one in pod["status"].get("conditions", ())
                    if one["type"] == "PodScheduled"
                ),
                None,
            )
            return Wait("image_pull", {"image": image, "message": message}, since)
    if queue is not None and quota is not None and condition(quota, "Admitted") is None:
        # What it says of its quota is the reason; where it says nothing yet, it has only not looked.
        words = next(
            (
                one.get("message", "")
                for one in (quota.get("status") or {}).get("conditions") or ()
                if one["type"] == "QuotaReserved" and one["status"] == "False"
            ),
            "",
        )
        params = {"queue": queue, "message": _short(words) or "its turn has not come yet"}
        if place is None:
            return Wait("cluster_queue", params)
        return Wait("cluster_queue_place", {**params, "place": place})
    for pod in pods:
        for one in (pod.get("status") or {}).get("conditions") or ():
            if one["type"] == "PodScheduled" and one["status"] == "False" and one.get("reason") == "Unschedulable":
                return Wait("unschedulable", {"message": _short(one.get("message"))})
    return Wait()


def preempted(owner: Manifest, quota: Manifest | None) -> End | None:
    """Tell whether Kueue has taken back what it had given."""
    if quota is None or not (owner.get("spec") or {}).get("suspend"):
        return None
    why = condition(quota, "Evicted")
    if why is None or why.get("reason") == "Deactivated":
        return None
    return End(
        reason="preempted", params={"message": _short(why.get("message"))}, ended_at=moment(why["lastTransitionTime"])
    )


def job_end(job: Manifest, pods: Sequence[Manifest], last: End | None = None) -> End | None:
    """Tell how a Job ended; None while it, or one of its pods, has not.

    Parameters
    ----------
    last : End, optional
        Of a pod that may be gone by now.
    """
    complete, failed = condition(job, "Complete"), condition(job, "Failed")
    if complete is None and failed is None:
        return None
    ends = [end for end in map(end_of, pods) if end is not None]
    if last is not None and not ends:
        ends = [last]
    begun = min((end.started_at for end in ends if end.started_at), default=moment(job["status"].get("startTime")))
    if complete is not None:
        return End(0, started_at=begun, ended_at=moment(job["status"].get("completionTime")))
    assert failed is not None  # noqa: S101 - one of the two, see above
    at = moment(failed["lastTransitionTime"])
    if failed.get("reason") == "DeadlineExceeded":
        return End(None, "time_limit", {"seconds": job["spec"].get("activeDeadlineSeconds")}, begun, at)
    # The first that failed: the others were ended since it had.
    bad = sorted(
        (end for end in ends if end.reason is not None or end.exit_code != 0),
        key=lambda end: end.ended_at or datetime.max.replace(tzinfo=UTC),
    )
    if bad:
        return replace(bad[0], started_at=begun, ended_at=bad[0].ended_at or at)
    return End(None, "evicted", {"message": _short(failed.get("message"))}, begun, at)


SUFFIXES: Final = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}  # fmt: skip


def quantity(text: str | int | float) -> float:
    """Read an amount as the API writes it, for instance ``1500m`` or ``2Gi``."""
    value = str(text)
    for length in (2, 1):
        suffix = value[-length:]
        if suffix in SUFFIXES and len(value) > length:
            return float(value[:-length]) * SUFFIXES[suffix]
    return float(value)
