"""Public shapes of the first page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..identity import Role, Scope
from ..schemas import Amount, Ref, Schema, Timestamp
from ..users.schemas import Settings


class VersionRead(Schema):
    """What answers here."""

    version: str
    api: Literal["v1"] = "v1"
    engine: str
    """Where workloads run: ``local`` or ``kubernetes``."""
    size: Literal["laptop", "team", "cluster"]


class MeRead(Schema):
    """Who the caller is."""

    id: str
    name: str
    role: Role
    permissions: list[str]
    """``<action>:<resource>`` that role and token leave."""
    organisation: Ref
    token_scopes: list[Scope]
    settings: Settings


class RunningRead(Schema):
    """Something of the caller's that runs or waits."""

    id: str
    kind: str
    name: str
    status: str
    object_id: str | None
    object_kind: str | None
    position: int | None = None
    """Place in the queue."""
    started_at: Timestamp | None = None


class NeedRead(Schema):
    """Something that wants the caller's attention."""

    id: str
    """For ``dismissed`` of the settings."""
    code: str
    """``workload_failed`` or ``transfer_offered``."""
    object_id: str | None
    object_kind: str | None
    name: str
    params: dict[str, Any]
    occurred_at: Timestamp | None


class RecentRead(Schema):
    """An object of the caller's."""

    id: str
    name: str
    status: str | None = None
    updated_at: Timestamp


class OverviewRead(Schema):
    """The first page."""

    counts: dict[str, int]
    """By area, what the caller may see."""
    running: list[RunningRead]
    """The newest five of his own."""
    running_total: int
    needs_you: list[NeedRead]
    recent: dict[str, list[RecentRead]]
    """By area, his own five that changed last."""
    cost_today: Amount | None


class SearchQuery(Schema):
    """Words to look for in the names of everything."""

    q: Annotated[str, Field(min_length=1, max_length=64)]
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class SearchHit(Schema):
    """Something whose name holds the words."""

    id: str
    kind: str
    name: str
    owner: Ref | None = None


class SearchRead(Schema):
    """What was found."""

    items: list[SearchHit]
    total: int
