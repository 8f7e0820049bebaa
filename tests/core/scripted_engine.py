"""An engine without processes, whose attempts do what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aispace.clock import Clock
from aispace.engines.base import AttemptPlan, AttemptState, Capacity, Engine, Key, UsageSample


class SteppedClock(Clock):
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self):  # type: ignore[no-untyped-def]  # as the clock it replaces
        return super().now() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += timedelta(seconds=seconds)


class ScriptedEngine(Engine):
    """Keeps attempts in memory; `run` and `end` move them."""

    name = "scripted"

    def __init__(self, root: Path, clock: Clock, capacity: Capacity) -> None:
        self.root = root
        self.clock = clock
        self.total = capacity
        self.attempts: dict[Key, AttemptState] = {}
        self.plans: dict[Key, AttemptPlan] = {}
        self.stops: dict[Key, float] = {}
        self.made: list[Key] = []
        self.broken = False

    def run(self, key: Key) -> None:
        state = self.attempts[key]
        if state.phase == "starting":
            self.attempts[key] = replace(state, phase="running", started_at=self.clock.now())

    def end(self, key: Key, exit_code: int | None = 0, reason: str | None = None, **params: object) -> None:
        state = self.attempts[key]
        if state.phase != "ended":
            self.attempts[key] = replace(
                state, phase="ended", ended_at=self.clock.now(), exit_code=exit_code, reason=reason, params=params
            )

    @property
    def alive(self) -> list[Key]:
        return [key for key, state in self.attempts.items() if state.phase in ("starting", "running")]

    # The engine

    def start(self, notify: Callable[[], None]) -> None:
        self.notify = notify

    def ensure(self, plans: Sequence[AttemptPlan]) -> None:
        if self.broken:
            raise OSError("the engine is away")
        for plan in plans:
            if plan.key not in self.attempts:
                self.made.append(plan.key)
                self.plans[plan.key] = plan
                self.attempts[plan.key] = AttemptState(plan.key, "starting")

    def look(self, keys: Iterable[Key], *, changed_only: bool = False) -> dict[Key, AttemptState]:
        return {key: self.attempts.get(key) or AttemptState(key, "absent") for key in keys}

    def stop(self, key: Key, grace_seconds: float) -> None:
        self.stops[key] = grace_seconds

    def directory(self, key: Key) -> Path:
        return self.root / key.workload_id / str(key.number)

    def metrics(self, key: Key) -> list[UsageSample]:
        return []

    def address(self, key: Key, port: str) -> tuple[str, int] | None:
        return None

    def capacity(self) -> Capacity:
        return self.total

    def forget(self, workload_id: str) -> None:
        self.attempts = {key: state for key, state in self.attempts.items() if key.workload_id != workload_id}

    def close(self) -> None:
        pass
