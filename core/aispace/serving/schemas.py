"""Public shapes of online services."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from ..identity import Visibility
from ..schemas import NAME_PATTERN, OwnedQuery, OwnedRead, Reason, Ref, Schema, Timestamp, TimestampIn, VersionName

ServiceName = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NAME_PATTERN)]
ServiceDescription = Annotated[str, StringConstraints(max_length=200)]
Note = Annotated[str, StringConstraints(max_length=255)]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=128)]
EnvValue = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00]*$")]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=64)]
ParameterValue = (
    Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\x00]*$")]
    | bool
    | Annotated[int, Field(ge=-(2**63), lt=2**63)]
    | Annotated[float, Field(allow_inf_nan=False)]
)
ObjectId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Replicas = Annotated[int, Field(ge=1, le=10)]
Parameters = Annotated[dict[ParameterName, ParameterValue], Field(max_length=100)]
Environment = Annotated[dict[EnvName, EnvValue], Field(max_length=100)]

ServiceStatus = Literal["deploying", "serving", "degraded", "stopped", "failed"]
DeploymentStatus = Literal["pending", "deploying", "serving", "draining", "stopped", "failed"]


def own_environment(environment: dict[str, str] | None) -> dict[str, str] | None:
    """Refuse names that belong to the platform."""
    for name in environment or {}:
        if name.upper().startswith("AISPACE_") or name in ("PYTHONPATH", "PYTHONHOME", "LD_PRELOAD"):
            raise ValueError(f"{name} is set by the platform; choose another name")
    return environment


class ModelChoice(Schema):
    """Which model version."""

    model_id: ObjectId
    version: VersionName


class Limits(Schema):
    """What the gateway lets through; changed in place, without a new deployment."""

    requests_per_second: Annotated[float | None, Field(gt=0, le=1_000_000)] = None
    """On average, over all callers; null: no limit."""
    max_in_flight: Annotated[int, Field(ge=1, le=10_000)] = 512
    """Requests at the same time."""
    max_body_bytes: Annotated[int, Field(ge=1024, le=1_073_741_824)] = 16_000_000
    timeout_seconds: Annotated[float, Field(ge=1, le=3600)] = 60
    """How long the model may take to begin its answer."""


class ServiceCreate(Schema):
    """A new service; it is deployed at once."""

    name: ServiceName
    description: ServiceDescription = ""
    model: ModelChoice
    image_id: ObjectId | None = None
    """Runtime; null: the model version's own, or the preset serving runtime."""
    spec_id: ObjectId
    replicas: Replicas = 1
    visibility: Visibility = "private"
    parameters: Parameters = Field(default_factory=dict)
    """Run parameters; ``threads`` and ``workers`` are known to the model server."""
    environment: Environment = Field(default_factory=dict)
    limits: Limits = Field(default_factory=Limits)
    note: Note = ""
    """Why, for the deployment record."""

    _environment = field_validator("environment")(own_environment)


class ServiceUpdate(Schema):
    """Changes; what is absent stays.

    Name, description, visibility and limits change in place; anything else makes a new deployment that takes over when
    it is ready, without a refused request.
    """

    name: ServiceName | None = None
    description: ServiceDescription | None = None
    visibility: Visibility | None = None
    limits: Limits | None = None
    model: ModelChoice | None = None
    image_id: ObjectId | None = None
    spec_id: ObjectId | None = None
    replicas: Replicas | None = None
    parameters: Parameters | None = None
    environment: Environment | None = None
    note: Note = ""

    _environment = field_validator("environment")(own_environment)


class RollbackRequest(Schema):
    """Why."""

    note: Note = ""


class ServiceQuery(OwnedQuery):
    """Query of the list of services."""

    status: ServiceStatus | None = None
    model_id: Annotated[str | None, Field(max_length=64)] = None


class ReplicaCount(Schema):
    """How many processes answer."""

    ready: int
    total: int


class CallSummary(Schema):
    """Calls in short."""

    total: int = 0
    """Since the service was made."""
    errors: int = 0
    """Of these, answered with 5xx."""
    client_errors: int = 0
    """Of these, answered with 4xx."""
    rate: float = 0.0
    """Calls a second, over the last half minute."""
    p50: float | None = None
    """Milliseconds, over the last five minutes; null without calls."""
    p99: float | None = None


class Signature(Schema):
    """What the model takes and gives."""

    inputs: list[dict[str, Any]] = Field(default_factory=list)
    outputs: list[dict[str, Any]] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list)
    accepts_images: bool = False
    """Whether ``/predict`` takes an image."""
    infer_path: str = ""
    """Path of the Open Inference Protocol below the endpoint."""


class ServingModel(Schema):
    """The model version behind a deployment."""

    id: str
    name: str
    version: VersionName


class DeploymentRead(Schema):
    """One configuration of a service."""

    number: int
    status: DeploymentStatus
    reason: Reason | None
    is_current: bool
    """Whether it has the traffic."""
    role: Literal["production", "canary"]
    share: int
    model: ServingModel
    image_id: str
    spec_id: str
    replicas: ReplicaCount
    parameters: dict[str, Any]
    environment: dict[str, str]
    source: dict[str, Any]
    """``{"kind": "create" | "edit" | "rollback", "from": number}``."""
    note: str
    created_by: Ref
    created_at: Timestamp
    started_at: Timestamp | None
    ready_at: Timestamp | None
    ended_at: Timestamp | None
    workloads: list[str]
    """Workloads of its replicas, newest first: for logs and metrics."""
    can: list[str]


class ServiceRead(OwnedRead):
    """A service as the caller sees it."""

    description: str
    slug: str
    endpoint: str
    """Address; ``/v2/...`` and ``/predict`` are below it."""
    status: ServiceStatus
    target: Literal["serving", "stopped"]
    reason: Reason | None
    observed_at: Timestamp | None
    model: ServingModel
    image_id: str
    spec_id: str
    replicas: ReplicaCount
    parameters: dict[str, Any]
    environment: dict[str, str]
    limits: Limits
    deployment: int | None
    """Number of the deployment that has the traffic."""
    desired: int
    """Number of the deployment that is wanted; another than ``deployment`` while an edit is under way."""
    signature: Signature
    calls: CallSummary
    workload_id: str | None
    """Newest workload, for log and metrics."""


class ServiceTokenCreate(Schema):
    """A new token for callers of one service."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=NAME_PATTERN)]
    expires_at: TimestampIn | None = None


class ServiceTokenRead(Schema):
    """A token without its secret."""

    id: str
    name: str
    scope: Literal["infer"]
    hint: str
    """The first characters."""
    created_by: Ref
    created_at: Timestamp
    expires_at: Timestamp | None


class ServiceTokenCreated(ServiceTokenRead):
    """A token; its secret is shown here and nowhere else."""

    token: str


class ServiceTokenList(Schema):
    """All tokens of a service."""

    items: list[ServiceTokenRead]


class DeploymentList(Schema):
    """All deployments of a service, newest first."""

    items: list[DeploymentRead]


class CallsQuery(Schema):
    """Which calls."""

    window: Literal["15m", "1h", "6h", "24h", "7d"] = "1h"
    deployment: Annotated[int | None, Field(ge=0)] = None


class CallPoint(Schema):
    """Calls within one step."""

    at: Timestamp
    total: int
    errors: int
    client_errors: int
    p50: float | None
    """Milliseconds."""
    p99: float | None


class CallSeries(Schema):
    """Calls over time."""

    window: str
    step_seconds: int
    points: list[CallPoint]
    total: int
    errors: int
    client_errors: int
    p50: float | None
    p99: float | None
    by_deployment: dict[str, CallPoint]
    """The whole window, by deployment."""


class Prediction(Schema):
    """What a try gave."""

    outputs: Any
    """The model's answer."""
    milliseconds: float
    status: int
    """HTTP status of the answer."""
    deployment: int | None


class GatewayCalls(Schema):
    """Calls of one deployment within one minute, as a gateway counted them."""

    service_id: ObjectId
    deployment: Annotated[int, Field(ge=0)]
    minute: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    client_errors: Annotated[int, Field(ge=0)]
    server_errors: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(ge=0)]
    latency: dict[Annotated[str, StringConstraints(pattern=r"^\d{1,4}$")], Annotated[int, Field(ge=0)]]


class InFlight(Schema):
    """Requests of one deployment that run now."""

    service_id: ObjectId
    deployment: int
    requests: int


class CallReport(Schema):
    """What a gateway reports each second."""

    gateway: ObjectId
    revision: str | None = None
    """Revision of the routes that it follows."""
    sequence: Annotated[int, Field(ge=1)]
    calls: list[GatewayCalls]
    in_flight: list[InFlight]


class RoutesQuery(Schema):
    """A gateway asks for routes, waiting until they differ from those that it has."""

    after: Annotated[str | None, Field(max_length=64)] = None
    gateway: ObjectId
    address: Annotated[str, Field(max_length=255)]
    wait: Annotated[float, Field(ge=0, le=60)] = 25


class TokenQuestion(Schema):
    """Whether a token's user may read a service."""

    token: Annotated[str, Field(max_length=4096)]
    service_id: Annotated[str | None, Field(max_length=64)] = None


class TokenVerdict(Schema):
    """The answer."""

    verdict: Literal["ok", "invalid", "hidden", "forbidden"]


class Routes(Schema):
    """All routes."""

    revision: str
    routes: list[dict[str, Any]]
