"""The one queue of an engine without a scheduler of its own: who goes next, who fits, and when."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..engines.base import Capacity

EPSILON = 1e-9


class Needs(Protocol):
    """What a workload, a spec, or a forecast asks for."""

    cpu: float
    memory_bytes: int
    accelerator: str | None
    accelerator_count: int
    accelerator_product: str | None


@dataclass
class Used:
    """What those that run hold."""

    cpu: float = 0.0
    memory_bytes: int = 0
    accelerators: dict[str, int] = field(default_factory=dict)

    def add(self, need: Needs, sign: int = 1) -> None:
        """Count a workload in, or out with ``sign=-1``."""
        self.cpu += sign * need.cpu
        self.memory_bytes += sign * need.memory_bytes
        if need.accelerator:
            held = self.accelerators.get(need.accelerator, 0)
            self.accelerators[need.accelerator] = held + sign * need.accelerator_count

    def copy(self) -> Used:
        """Give a copy that can be changed."""
        return Used(self.cpu, self.memory_bytes, dict(self.accelerators))


def needs(need: Needs) -> dict[str, float]:
    """Write a need as amounts by resource; zero ones are left out."""
    amounts: dict[str, float] = {"cpu": need.cpu, "memory": need.memory_bytes}
    if need.accelerator and need.accelerator_count:
        amounts[need.accelerator] = need.accelerator_count
    return {name: amount for name, amount in amounts.items() if amount > 0}


def free(total: Capacity, used: Used) -> dict[str, float]:
    """Tell what is left of each resource."""
    left: dict[str, float] = {"cpu": total.cpu - used.cpu, "memory": total.memory_bytes - used.memory_bytes}
    for name, card in total.accelerators.items():
        left[name] = card.count - used.accelerators.get(name, 0)
    return left


def shortage(need: Needs, total: Capacity) -> dict[str, dict[str, float]]:
    """Tell what of a need is more than everything there is; empty when it fits into an empty installation."""
    left = free(total, Used())
    short = {
        name: {"needed": amount, "total": left.get(name, 0)}
        for name, amount in needs(need).items()
        if amount > left.get(name, 0) + EPSILON
    }
    card = total.accelerators.get(need.accelerator) if need.accelerator else None
    if card and need.accelerator and need.accelerator_count > card.of(need.accelerator_product):
        short[need.accelerator] = {"needed": need.accelerator_count, "total": card.of(need.accelerator_product)}
    return short


@dataclass(frozen=True)
class Verdict:
    """What becomes of a waiting workload.

    Parameters
    ----------
    admitted : bool
        It may start now.
    code : str
        Why it waits: ``insufficient_capacity`` (``params``: what is needed and free of each short resource), ``behind``
        (it would fit, but one before it waits for the same), ``never_fits``.
    """

    admitted: bool
    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


ADMITTED = Verdict(True)


def ever(need: Needs, total: Capacity) -> Verdict:
    """Decide only whether a workload can run here at all: whose turn it is, the engine decides."""
    never = shortage(need, total)
    return Verdict(False, "never_fits", {"resources": never}) if never else ADMITTED


class Admission:
    """One walk through the queue, in order of rank.

    A workload that does not fit blocks the resources it lacks for all behind it, so small ones never starve a
    large one; those that need other resources pass it.
    """

    def __init__(self, total: Capacity, used: Used) -> None:
        self.total = total
        self.left = free(total, used)
        self.blocked: dict[str, float] = {}

    @property
    def closed(self) -> bool:
        """Nobody further can be admitted, since everybody needs what is blocked."""
        return "cpu" in self.blocked and "memory" in self.blocked

    def consider(self, need: Needs) -> Verdict:
        """Decide about the next workload of the queue."""
        wanted = needs(need)
        if not wanted:
            return ADMITTED
        never = shortage(need, self.total)
        if never:
            return Verdict(False, "never_fits", {"resources": never})
        short = {
            name: {"needed": amount, "free": max(self.left.get(name, 0), 0)}
            for name, amount in wanted.items()
            if amount > self.left.get(name, 0) + EPSILON
        }
        if short:
            self.blocked.update(dict.fromkeys(short, 0.0))
            return Verdict(False, "insufficient_capacity", {"resources": short})
        behind = [name for name in wanted if name in self.blocked]
        if behind:
            return Verdict(False, "behind", {"resources": behind})
        for name, amount in wanted.items():
            self.left[name] -= amount
        return ADMITTED


def starts_in(
    need: Needs,
    ahead: Iterable[tuple[Needs, float | None]],
    running: Iterable[tuple[Needs, float | None]],
    total: Capacity,
) -> float | None:
    """Tell in how many seconds a workload would start, at the latest.

    Parameters
    ----------
    ahead : iterable
        Those before it in the queue, in order, with the longest time each runs (None: no limit).
    running : iterable
        Those that run, with the longest time each has left (None: no limit).

    Returns
    -------
    float or None
        None when what it waits for has no time limit.
    """
    used = Used()
    ends: list[tuple[float, int, Needs]] = []
    serial = 0
    for other, left in running:
        used.add(other)
        if left is not None:
            heapq.heappush(ends, (max(left, 0.0), serial, other))
            serial += 1
    now = 0.0
    for other, length in [*ahead, (need, None)]:
        while not _fits(other, total, used):
            if shortage(other, total) and other is not need:
                break
            if not ends:
                return None
            now, _, ended = heapq.heappop(ends)
            used.add(ended, -1)
        else:
            used.add(other)
            if length is not None:
                heapq.heappush(ends, (now + length, serial, other))
                serial += 1
    return now


def _fits(need: Needs, total: Capacity, used: Used) -> bool:
    left = free(total, used)
    return all(amount <= left.get(name, 0) + EPSILON for name, amount in needs(need).items())
