"""Tables of online services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Trashable, UTCDateTime, utc_now


class Service(Trashable, Base):
    """An online service. Only the rollout writes ``status``; requests write ``target`` and ``desired``."""

    __tablename__ = "aispace_services"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(String(200), default="")
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    """Part of the address; made once and kept for the service's life."""
    status: Mapped[str] = mapped_column(String(16), default="deploying", index=True)
    target: Mapped[str] = mapped_column(String(16), default="serving")
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    observed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    desired: Mapped[int] = mapped_column(default=0)
    """Number of the deployment that is wanted in production."""
    current: Mapped[int | None] = mapped_column(default=None)
    """Number of the deployment that has the traffic."""
    last_number: Mapped[int] = mapped_column(default=0)
    limits: Mapped[Any] = mapped_column(JSONValue)
    canary: Mapped[int | None] = mapped_column(default=None)
    """Number of the deployment that is tried beside production; its share is on its row."""
    rule: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """When the canary rolls itself back."""
    auto_stop: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    stop_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """When it is stopped by itself, whatever is called."""
    serving_since: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """When it last began to serve after it had been stopped; idle time is counted from here, too."""


class Deployment(Base):
    """One configuration of a service: who wanted it, when, what, why, and how it went."""

    __tablename__ = "aispace_service_deployments"

    service_id: Mapped[str] = mapped_column(ForeignKey("aispace_services.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(16), default="pending", index=True)
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    role: Mapped[str] = mapped_column(String(16), default="production")
    share: Mapped[int] = mapped_column(default=100)
    """Part of the traffic in percent: of a canary what was last asked for, of production the rest of 100."""
    configuration: Mapped[Any] = mapped_column(JSONValue)
    model_id: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    """None where a script serves without a model."""
    model_version: Mapped[str | None] = mapped_column(String(12), default=None)
    script_id: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    """Algorithm whose script serves."""
    image_id: Mapped[str] = mapped_column(Id, index=True)
    spec_id: Mapped[str] = mapped_column(Id)
    source: Mapped[Any] = mapped_column(JSONValue)
    note: Mapped[str] = mapped_column(String(255), default="")
    created_by_id: Mapped[str] = mapped_column(Id)
    created_by_name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """When it was last asked to run."""
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """When it first got traffic since then."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    drain_since: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class ServiceRecord(Base):
    """What somebody, or a rule, did to a service: who, when, what, why."""

    __tablename__ = "aispace_service_records"

    service_id: Mapped[str] = mapped_column(ForeignKey("aispace_services.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    action: Mapped[str] = mapped_column(String(24))
    number: Mapped[int | None] = mapped_column(default=None)
    """Deployment that it is about."""
    details: Mapped[Any] = mapped_column(JSONValue)
    note: Mapped[str] = mapped_column(String(255), default="")
    by_id: Mapped[str] = mapped_column(Id)
    by_name: Mapped[str] = mapped_column(String(255))


class BatchService(Trashable, Base):
    """Files that go through a model once, each with a result of its own."""

    __tablename__ = "aispace_batch_services"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(16), default="created", index=True)
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    configuration: Mapped[Any] = mapped_column(JSONValue)
    """As somebody asked for it."""
    named: Mapped[Any] = mapped_column(JSONValue)
    """Names and versions of all parts."""
    model_id: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    script_id: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    image_id: Mapped[str] = mapped_column(Id, index=True)
    starts: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=1)
    """Number of the folder of results; a change of what is computed begins a new one."""
    workload_id: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    """The last one."""
    counts: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """When it ended: ``{total, done, failed}``."""
    stored: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """Where the results were put besides: ``{kind, ...}``."""
    delivery: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """Results on their way into a dataset, and how far: see `delivering`."""
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class Replica(Base):
    """One process of a deployment, run by a workload."""

    __tablename__ = "aispace_service_replicas"

    workload_id: Mapped[str] = mapped_column(Id, primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("aispace_services.id", ondelete="CASCADE"))
    number: Mapped[int]
    slot: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), default="queued")
    """Status of the workload as last told."""
    attempt: Mapped[int] = mapped_column(default=0)
    host: Mapped[str | None] = mapped_column(String(255), default=None)
    port: Mapped[int | None] = mapped_column(default=None)
    ready: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    """Asked to end; it takes no part in its deployment any more."""
    tree: Mapped[str | None] = mapped_column(String(1024), default=None)
    """Folder of the model's files that it reads."""
    running_since: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)

    __table_args__ = (Index("ix_aispace_service_replicas_service_number", "service_id", "number"),)


class ServiceToken(Base):
    """A token that may call one service."""

    __tablename__ = "aispace_service_tokens"
    __table_args__ = (UniqueConstraint("service_id", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("aispace_services.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(50))
    scope: Mapped[str] = mapped_column(String(16), default="infer")
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    created_by_id: Mapped[str] = mapped_column(Id)
    created_by_name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class ServiceCalls(Base):
    """Calls of one deployment within one minute; old rows are pruned."""

    __tablename__ = "aispace_service_calls"

    service_id: Mapped[str] = mapped_column(ForeignKey("aispace_services.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Unix time divided by 60."""
    number: Mapped[int] = mapped_column(primary_key=True)
    """Deployment; 0 when none could answer."""
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    client_errors: Mapped[int] = mapped_column(BigInteger, default=0)
    server_errors: Mapped[int] = mapped_column(BigInteger, default=0)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    latency: Mapped[Any] = mapped_column(JSONValue)
    """Bucket -> count; bucket b ends at 2 ** (b / 8) microseconds."""

    __table_args__ = (Index("ix_aispace_service_calls_minute", "minute"),)


class ServiceTotal(Base):
    """All calls of a service since it was made."""

    __tablename__ = "aispace_service_totals"

    service_id: Mapped[str] = mapped_column(ForeignKey("aispace_services.id", ondelete="CASCADE"), primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    client_errors: Mapped[int] = mapped_column(BigInteger, default=0)
    server_errors: Mapped[int] = mapped_column(BigInteger, default=0)


class GatewayReport(Base):
    """The last report of calls that was taken from a gateway, so that none is counted twice."""

    __tablename__ = "aispace_gateway_reports"

    gateway: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
