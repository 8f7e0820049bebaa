"""The kinds of topics: where what is new comes from.

Everything here blocks and runs in threads, one for each kind, never one for each client. No database session stays
open between two reads.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aispace.errors import AISpaceError, NotFound
from aispace.events.service import Sealed
from aispace.identity import SYSTEM, Principal, authorize
from aispace.platform import Platform
from aispace.serving.schemas import CallsQuery
from aispace.workloads.schemas import LogQuery, MetricsQuery, ScalarQuery
from pydantic_core import to_json

WAIT_SECONDS = 1.0
LOG_BYTES = 128 * 1024
"""Most of a log in one message."""
EVENTS = 500
POINTS = 600
"""Most points of a series in one message."""


@dataclass(frozen=True)
class Item:
    """One thing that is new, written as JSON once for all who follow."""

    text: str
    sealed: Sealed | None = None
    """For events: who may read it."""
    position: int | None = None

    def visible_to(self, principal: Principal) -> bool:
        """Tell whether somebody may read it; who follows another topic was asked when he subscribed."""
        return self.sealed is None or self.sealed.visible_to(principal)


@dataclass(frozen=True)
class Batch:
    """What came after a position."""

    start: int
    next: int
    items: Sequence[Item] = field(default_factory=tuple)
    complete: bool = False
    """Nothing will follow."""
    epoch: int = 0
    """Changes when positions begin anew (the next attempt of a workload)."""


class Kind(Protocol):
    """Source of the topics of one kind."""

    def start(self, principal: Principal, key: str) -> Batch:
        """Check that the principal may follow and tell where the topic ends now (an empty batch)."""

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read from a position on, not further than ``until``."""

    def poll(self, heads: Mapping[str, int]) -> dict[str, Batch]:
        """Wait a moment for news of topics that end at these positions, and read them."""

    def close(self) -> None:
        """Let a waiting `poll` return."""


class EventKind:
    """Topic ``events``: what happened to what the subscriber may see."""

    def __init__(self, platform: Platform) -> None:
        self.events = platform.events
        self._generation = -1

    def start(self, principal: Principal, key: str) -> Batch:
        """Everybody may follow; each gets what he may see."""
        authorize(principal, "read:platform")
        position = self.events.position()
        return Batch(position, position)

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read a page of events that the principal may see."""
        found = self.events.tail(after, until, principal, EVENTS)
        end = found[-1].event.position if len(found) == EVENTS else max(until, after)
        return Batch(after, end, [_event(one) for one in found])

    def poll(self, heads: Mapping[str, int]) -> dict[str, Batch]:
        """Wait until something was sealed; one read serves all subscribers."""
        self._generation = self.events.wait(self._generation, WAIT_SECONDS)
        after = heads["events"]
        found = self.events.tail(after, 2**62, None, EVENTS)
        if not found:
            return {}
        return {"events": Batch(after, found[-1].event.position, [_event(one) for one in found])}

    def close(self) -> None:
        """Nothing waits longer than a second."""


def _event(sealed: Sealed) -> Item:
    return Item(sealed.event.model_dump_json(), sealed, sealed.event.position)


class LogKind:
    """Topics ``log/<workload>``: what its newest attempt writes; positions are byte offsets."""

    def __init__(self, platform: Platform) -> None:
        self.workloads = platform.workloads

    def start(self, principal: Principal, key: str) -> Batch:
        """Check the principal and find the end of the log."""
        log = self.workloads.read_log(principal, key, LogQuery(limit=1))
        return Batch(log.size, log.size, complete=log.complete and log.size == 0, epoch=log.attempt)

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read a part of the log."""
        limit = min(LOG_BYTES, until - after)
        log = self.workloads.read_log(principal, key, LogQuery(after=after, limit=max(limit, 4)))
        return _log_batch(log, after)

    def poll(self, heads: Mapping[str, int]) -> dict[str, Batch]:
        """Wait until one of the logs grows or one of the workloads ends."""
        grown = self.workloads.wait_for_log(dict(heads), WAIT_SECONDS)
        found = {}
        for key in grown & heads.keys():
            try:
                log = self.workloads.read_log(SYSTEM, key, LogQuery(after=heads[key], limit=LOG_BYTES))
            except AISpaceError:
                continue
            found[key] = _log_batch(log, heads[key])
        return found

    def close(self) -> None:
        """Nothing waits longer than a second."""


def _log_batch(log: Any, after: int) -> Batch:
    items = [Item(_json({"text": log.text, "attempt": log.attempt, "offset": log.offset}))] if log.text else []
    return Batch(after, log.next, items, log.complete, log.attempt)


class PolledKind:
    """Topics that are looked at once a second."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._closed = threading.Event()

    def start(self, principal: Principal, key: str) -> Batch:
        """Check the principal and find the end."""
        batch = self.read(principal, key, 0, 2**62)
        return Batch(batch.next, batch.next, epoch=batch.epoch)

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read from a position on."""
        raise NotImplementedError

    def poll(self, heads: Mapping[str, int]) -> dict[str, Batch]:
        """Wait a second and read every topic once."""
        self._closed.wait(WAIT_SECONDS)
        found = {}
        for key, head in heads.items():
            try:
                batch = self.read(SYSTEM, key, head, 2**62)
            except AISpaceError:
                continue
            if batch.items or batch.complete or batch.epoch:
                found[key] = batch
        return found

    def close(self) -> None:
        """Let a waiting `poll` return."""
        self._closed.set()


class ScalarKind(PolledKind):
    """Topics ``scalars/<workload>``: what the newest attempt logs; positions are those of ``scalars?after=``."""

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read what was logged since a position."""
        read = self.platform.workloads.scalars(principal, key, ScalarQuery(after=after, buckets=POINTS))
        items = [Item(read.model_dump_json())] if read.series or read.next > after else []
        return Batch(after, read.next, items, epoch=read.attempt)


class UsageKind(PolledKind):
    """Topics ``metrics/<workload>``: CPU, memory, accelerators; positions are Unix time in milliseconds."""

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read the samples after a moment."""
        usage = self.platform.workloads.metrics(principal, key, MetricsQuery(buckets=POINTS))
        items, last = [], after
        for index, moment in enumerate(usage.times):
            position = int(moment * 1000)
            if position <= after:
                continue
            last = max(last, position)
            point = {
                "time": moment,
                "cpu": usage.cpu[index],
                "memory_bytes": usage.memory_bytes[index],
                "memory_limit_bytes": usage.memory_limit_bytes,
                "accelerators": {
                    number: {name: values[index] for name, values in series.items()}
                    for number, series in usage.accelerators.items()
                },
                "attempt": usage.attempt,
            }
            items.append(Item(_json(point)))
        return Batch(after, last, items)


class ServiceKind(PolledKind):
    """Topics ``service/<service>``: how its calls go; positions are Unix time in milliseconds."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        self._known: dict[str, tuple[str, int]] = {}

    def read(self, principal: Principal, key: str, after: int, until: int) -> Batch:
        """Read the calls of the last quarter of an hour, if they changed after a moment."""
        series = self.platform.serving.calls(principal, key, CallsQuery(window="15m")).model_dump_json()
        text, position = self._known.get(key, ("", 0))
        if text != series:
            position = max(int(self.platform.clock.now().timestamp() * 1000), position + 1)
            self._known[key] = (series, position)
        return Batch(after, max(position, after), [Item(series)] if position > after else [])


def make_kinds(platform: Platform) -> dict[str, Kind]:
    """Make all kinds of topics."""
    kinds: dict[str, Kind] = {"events": EventKind(platform)}
    if hasattr(platform, "workloads"):
        kinds |= {"log": LogKind(platform), "scalars": ScalarKind(platform), "metrics": UsageKind(platform)}
    if hasattr(platform, "serving"):
        kinds["service"] = ServiceKind(platform)
    return kinds


def split_topic(topic: str, kinds: Mapping[str, Kind]) -> tuple[str, str]:
    """Take a topic apart.

    Returns
    -------
    kind, key : str
        ``"log", "wl_..."``; the key of ``events`` is ``"events"``.

    Raises
    ------
    NotFound
        There is no such kind.
    """
    name, slash, key = topic.partition("/")
    if name not in kinds or (name == "events") == bool(slash) or (slash and not key):
        raise NotFound("topic", topic[:100])
    return name, key or name


def _json(value: Any) -> str:
    return to_json(value).decode()
