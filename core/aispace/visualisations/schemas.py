"""Public shapes of visualisations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ..schemas import Amount, OwnedQuery, OwnedRead, Reason, Ref, Schema, Timestamp, VersionName
from ..workloads.states import Status

MOST_RUNS = 20
JobId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
IdleMinutes = Annotated[int, Field(ge=1, le=1440)]


class RunChoice(Schema):
    """A run of a training job."""

    job_id: JobId
    version: VersionName | None = None
    """Null: the newest."""


class VisualisationCreate(Schema):
    """TensorBoard over runs; the one that is there for the same runs is used again, and started again if it ended."""

    runs: Annotated[list[RunChoice], Field(min_length=1, max_length=MOST_RUNS)]
    spec_id: Annotated[str | None, StringConstraints(max_length=40)] = None
    """Null: the cheapest for training that is large enough."""
    idle_minutes: IdleMinutes | None = None
    """It stops by itself when nobody has looked at it for so long; null: as the installation is set."""


class ShownRun(Schema):
    """A run that it shows."""

    job: Ref
    version: str


class VisualisationRead(OwnedRead):
    """TensorBoard over runs."""

    runs: list[ShownRun]
    status: Status
    reason: Reason | None
    ready: bool
    """Whether it can be looked at."""
    idle_minutes: int
    visited_at: Timestamp | None
    stops_at: Timestamp | None
    """When it stops by itself unless somebody looks at it before; null while it does not run."""
    spec_id: str
    image: Ref
    workload_id: str | None
    """The last one: for its log."""
    cost: Amount | None
    """Since its last start; null when it is free."""
    started_at: Timestamp | None
    ended_at: Timestamp | None


class VisualisationQuery(OwnedQuery):
    """Query of the list of visualisations."""

    active: bool | None = None
    """Only those that have not ended (true), or that have (false)."""


class ViewRead(Schema):
    """Where the page is, for its owner only."""

    path: str
    """Below the address of the platform, beside ``api``: it carries the right to look, so it is nobody else's."""
    expires_at: Timestamp
