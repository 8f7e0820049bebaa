"""Public shapes of workloads."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from ..schemas import Amount, ListQuery, Reason, Ref, Schema, Timestamp, unfit
from .states import AttemptStatus, Priority, Status, Target

Kind = Literal[
    "training", "evaluation", "image_build", "import", "export", "service", "notebook", "batch", "visualisation"
]  # fmt: skip
PortName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=128)]
WorkloadId = Annotated[str, StringConstraints(pattern=r"^wl_[0-9a-f]{32}$")]


class Mount(Schema):
    """A folder that the workload finds; ``{mount:<target>}`` in command, environment and cwd is its path inside."""

    source: str
    """Path of a folder or file, as the platform sees it."""
    target: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    """Name."""
    read_only: bool = True


class WorkloadSpec(Schema):
    """What a domain submits.

    Placeholders in ``command``, ``env``, ``secret_env`` and ``cwd``: ``{attempt}``, ``{out}``, ``{model}``,
    ``{port:<name>}``, ``{mount:<name>}``, ``{accelerators}`` (count). Any other text in braces stays as it is.
    """

    kind: Kind
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    command: Annotated[list[str], Field(min_length=1, max_length=1000)]
    env: dict[EnvName, str] = Field(default_factory=dict)
    secret_env: dict[EnvName, str] = Field(default_factory=dict, exclude=True, repr=False)
    """Never in the database, never shown: kept in a file that only the platform reads, until the workload ends."""
    cwd: str | None = None
    mounts: list[Mount] = Field(default_factory=list)
    image_id: str | None = None
    """Runtime image; None: the platform's own environment (for the platform's own work only)."""
    spec_id: str | None = None
    """Resource spec; None: takes no capacity and is free (for the platform's own work only)."""
    nodes: Annotated[int, Field(ge=1, le=1)] = 1
    queue: str = "default"
    priority: Priority = "normal"
    retries: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    delay_seconds: Annotated[float, Field(ge=0, le=366 * 86400)] = 0
    time_limit_seconds: Annotated[float, Field(gt=0, le=366 * 86400)] | None = None
    """Of each attempt, from the start of its process."""
    stop_grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 10
    """Between asking the processes to end and killing them."""
    ports: list[PortName] = Field(default_factory=list)
    object_kind: str | None = None
    object_id: str | None = None
    """What it runs for, for instance a run of a training job."""
    visibility: Literal["private", "public", "preset"] = "private"
    owner_id: str | None = None
    """Whose it is; None: the principal's. Only the platform may name another."""
    run_as: Annotated[int, Field(ge=1, le=2**31)] | None = None
    """Operating-system uid; None: the principal's, where users have one of their own, else the platform's."""
    seed: int = 0
    external: bool = False
    """Somebody else runs it (a spawner) and reports its state by `WorkloadService.report`; it is queued and billed."""

    @field_validator("command", "env", "secret_env")
    @classmethod
    def _no_null(cls, value: Any) -> Any:
        texts = [*value, *value.values()] if isinstance(value, dict) else value
        if any("\0" in text for text in texts):
            raise unfit("nul", "contains a NUL character")
        return value


class AttemptRead(Schema):
    """One try."""

    number: int
    status: AttemptStatus
    started_at: Timestamp | None
    ended_at: Timestamp | None
    exit_code: int | None
    reason: Reason | None


class ResourceNeed(Schema):
    """What a workload holds while it runs."""

    spec_id: str | None
    spec_name: str | None
    cpu: float
    memory_bytes: int
    accelerator: str | None
    accelerator_count: int


class WorkloadRead(Schema):
    """A workload as its owner sees it."""

    id: str
    kind: Kind
    name: str
    owner: Ref
    status: Status
    target: Target
    reason: Reason | None
    observed_at: Timestamp | None
    queue: str
    position: int | None
    """Place in the queue, 1 is next; null when it does not wait there."""
    priority: Priority
    spec: ResourceNeed
    image_id: str | None
    object: dict[str, str] | None
    """``{kind, id}`` of what it runs for."""
    command: list[str]
    attempts: list[AttemptRead]
    retries: int
    time_limit_seconds: float | None
    cost: Amount | None
    """So far; null when it is free."""
    created_at: Timestamp
    scheduled_for: Timestamp | None
    queued_at: Timestamp | None
    started_at: Timestamp | None
    ended_at: Timestamp | None
    can: list[str]


class WorkloadQuery(ListQuery):
    """Query of the list of workloads."""

    kind: Kind | None = None
    status: Status | None = None
    active: bool | None = None
    """Only those that have not ended (true), or that have (false)."""
    owner: Annotated[str | None, Field(max_length=64)] = None
    object_id: Annotated[str | None, Field(max_length=64)] = None


class AttemptQuery(Schema):
    """Which attempt."""

    attempt: Annotated[int, Field(ge=1, le=2**31)] | None = None
    """Default: the newest."""


class WorkloadEventQuery(Schema):
    """Which events of a workload."""

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LogQuery(Schema):
    """Which part of a log."""

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    """Byte offset."""
    limit: Annotated[int, Field(ge=1, le=4 * 1024 * 1024)] = 262_144
    """Bytes at most."""
    attempt: Annotated[int, Field(ge=1, le=2**31)] | None = None
    """Default: the newest."""
    q: Annotated[str | None, Field(min_length=1, max_length=256)] = None
    """Search: gives matching lines instead of text."""
    tail: bool = False
    """Give the last ``limit`` bytes instead of those after ``after``."""


class LogMatch(Schema):
    """A line that contains the searched text."""

    offset: int
    number: int
    """Line number, from 1."""
    text: str


class LogRead(Schema):
    """Part of a log."""

    attempt: int
    text: str
    offset: int
    """Where ``text`` begins, bytes."""
    next: int
    """Where to go on."""
    size: int
    """Bytes written so far."""
    complete: bool
    """True when the attempt has ended and ``next`` is its end."""
    matches: list[LogMatch] | None = None


class Series(Schema):
    """One named series of numbers, at most one point for each bucket."""

    steps: list[float]
    values: list[float | None]
    """Last value in each bucket; null for what is no finite number."""
    min: list[float | None]
    max: list[float | None]
    times: list[float]
    """Unix time, seconds."""


class ScalarQuery(Schema):
    """Which scalars."""

    names: Annotated[str | None, Field(max_length=4096)] = None
    """Separated by commas; default: all."""
    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    """``next`` of the answer before: only what came since."""
    buckets: Annotated[int, Field(ge=2, le=2400)] = 1200
    attempt: Annotated[int, Field(ge=1, le=2**31)] | None = None

    def wanted(self) -> set[str] | None:
        """Names asked for, or None for all."""
        return {name for name in re.split(r"\s*,\s*", self.names.strip()) if name} if self.names else None


class RunProgress(Schema):
    """What the program said of its progress."""

    done: float | None = None
    total: float | None = None
    unit: str = "steps"

    @classmethod
    def of(cls, said: dict[str, Any] | None) -> RunProgress | None:
        """Take what can be used of what a program wrote; ``None`` when it did not say how far it is."""
        if said is None or "done" not in said:
            return None
        numbers = {name: said[name] for name in ("done", "total") if isinstance(said.get(name), (int, float))}
        return cls(unit=str(said.get("unit") or "steps"), **numbers)


class ScalarRead(Schema):
    """Scalars of an attempt."""

    attempt: int
    series: dict[str, Series]
    next: int
    points: int
    """Points of the file behind the buckets, over all names, in the part asked for."""
    progress: RunProgress | None = None


class ScalarSummary(Schema):
    """One scalar in short."""

    last: float | None
    step: float
    min: float | None
    min_step: float
    max: float | None
    max_step: float
    count: int


class UsageSeries(Schema):
    """What an attempt used, over time."""

    attempt: int
    times: list[float]
    """Unix time, seconds."""
    cpu: list[float]
    """Cores."""
    memory_bytes: list[int]
    memory_limit_bytes: int | None
    accelerators: dict[str, dict[str, list[float | None]]]
    """By index: ``utilisation`` (per cent) and ``memory_bytes``."""


class MetricsQuery(Schema):
    """Which usage."""

    attempt: Annotated[int, Field(ge=1, le=2**31)] | None = None
    buckets: Annotated[int, Field(ge=2, le=2400)] = 600


class Forecast(Schema):
    """What would happen to a workload submitted now."""

    position: int
    starts_in_seconds: float | None
    """0: at once; null: cannot be told, since what runs has no time limit."""
    free: bool
    """Whether it fits into what is free now."""
    fits: bool
    """Whether it fits into this installation at all."""
    price_per_hour: Decimal | None
    cost_at_most: Decimal | None
    """Price times time limit times attempts; null when either is not set."""
