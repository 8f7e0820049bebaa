"""Public shapes of online services."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from ..identity import Visibility
from ..models.schemas import Tensor
from ..schemas import (
    NAME_PATTERN,
    OwnedQuery,
    OwnedRead,
    Reason,
    Ref,
    Schema,
    Timestamp,
    TimestampIn,
    VersionName,
    unfit,
)

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
RecordAction = Literal[
    "created", "edited", "settings", "rolled_back", "started", "stopped", "auto_stopped",
    "canary_started", "share_changed", "promoted", "withdrawn", "withdrawn_by_rule", "canary_failed",
    "deployment_failed",
]  # fmt: skip


def own_environment(environment: dict[str, str] | None) -> dict[str, str] | None:
    """Refuse names that belong to the platform."""
    for name in environment or {}:
        if name.upper().startswith("AISPACE_") or name in ("PYTHONPATH", "PYTHONHOME", "LD_PRELOAD"):
            raise unfit("name_reserved", f"{name} is set by the platform; choose another name", name=name)
    return environment


class ModelChoice(Schema):
    """Which model version."""

    model_id: ObjectId
    version: VersionName


class ScriptChoice(Schema):
    """A Python file of an algorithm version that has one class with ``inference(self, data)``."""

    algorithm_id: ObjectId
    version: VersionName | None = None
    """Null: the current one."""
    file: Annotated[str, StringConstraints(min_length=4, max_length=255, pattern=r"^[^\x00]+\.py$")] = "inference.py"


class RollbackRule(Schema):
    """When a canary is taken back by itself."""

    errors_percent: Annotated[float | None, Field(ge=0, lt=100)] = None
    """More than this part of its calls was answered with 5xx; null: not looked at."""
    p99_ms: Annotated[float | None, Field(gt=0, le=3_600_000)] = None
    """One call in a hundred took longer, in milliseconds; null: not looked at."""
    minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Over so many minutes, the present one among them."""
    min_calls: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """Fewer calls than this say nothing."""

    @model_validator(mode="after")
    def _something(self) -> RollbackRule:
        if self.errors_percent is None and self.p99_ms is None:
            raise unfit("rule_empty", "give a limit of errors or of latency, or leave the rule out")
        return self


StopRule = Literal["time", "idle"]


class AutoStop(Schema):
    """When a service stops by itself; the first of the given conditions counts."""

    after_hours: Annotated[float | None, Field(gt=0, le=8760)] = None
    """So long after each start."""
    at: TimestampIn | None = None
    """At this moment."""
    idle_minutes: Annotated[int | None, Field(ge=1, le=527_040)] = None
    """When nobody called it for so long."""

    @model_validator(mode="after")
    def _something(self) -> AutoStop:
        if self.after_hours is None and self.at is None and self.idle_minutes is None:
            raise unfit(
                "stop_rule_empty", "say after how many hours, at what time or after how much idle time it stops"
            )
        return self


ArgumentMapping = dict[
    Literal["model_path", "use_gpu"],
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)],
]
"""What the platform passes to a script -> the attribute of ``args`` under which the script looks for it."""


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
    model: ModelChoice | None = None
    """Null: the script serves without a model."""
    script: ScriptChoice | None = None
    """Null: the model's own ``inference.py``, or its files alone (ONNX, scikit-learn)."""
    image_id: ObjectId | None = None
    """Runtime; null: that of the model version or of the script's algorithm, or the preset serving runtime."""
    spec_id: ObjectId
    replicas: Replicas = 1
    visibility: Visibility = "private"
    parameters: Parameters = Field(default_factory=dict)
    """Run parameters; ``threads`` and ``workers`` are known to the model server, a script gets all."""
    argument_mapping: ArgumentMapping = Field(default_factory=dict)
    environment: Environment = Field(default_factory=dict)
    limits: Limits = Field(default_factory=Limits)
    auto_stop: AutoStop | None = None
    note: Note = ""
    """Why, for the deployment record."""

    _environment = field_validator("environment")(own_environment)


class ServiceUpdate(Schema):
    """Changes; what is absent stays.

    Name, description, visibility, limits and auto-stop change in place; anything else makes a new deployment that takes
    over when it is ready, without a refused request. Model, script, runtime and auto-stop may be null.
    """

    name: ServiceName | None = None
    description: ServiceDescription | None = None
    visibility: Visibility | None = None
    limits: Limits | None = None
    auto_stop: AutoStop | None = None
    model: ModelChoice | None = None
    script: ScriptChoice | None = None
    image_id: ObjectId | None = None
    spec_id: ObjectId | None = None
    replicas: Replicas | None = None
    parameters: Parameters | None = None
    argument_mapping: ArgumentMapping | None = None
    environment: Environment | None = None
    note: Note = ""

    _environment = field_validator("environment")(own_environment)


class RollbackRequest(Schema):
    """Why."""

    note: Note = ""


Share = Annotated[int, Field(ge=0, le=100, strict=True)]


class CanaryCreate(Schema):
    """A second version, tried on a part of the requests; what is absent is as in production."""

    share: Share = 10
    """Its part of the requests in percent; production has the rest. 0: only for those who ask for it by header."""
    rule: RollbackRule | None = None
    model: ModelChoice | None = None
    script: ScriptChoice | None = None
    image_id: ObjectId | None = None
    spec_id: ObjectId | None = None
    replicas: Replicas | None = None
    parameters: Parameters | None = None
    argument_mapping: ArgumentMapping | None = None
    environment: Environment | None = None
    note: Note = ""

    _environment = field_validator("environment")(own_environment)


class CanaryUpdate(Schema):
    """Changes that take effect in place, without a new deployment; a rule of null takes the rule away."""

    share: Share | None = None
    rule: RollbackRule | None = None
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

    inputs: list[Tensor] = Field(default_factory=list)
    outputs: list[Tensor] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list)
    accepts_images: bool = False
    """Whether ``/predict`` takes an image."""
    accepts_files: bool = False
    """Whether ``/predict`` takes any file, for a script."""
    infer_path: str = ""
    """Path of the Open Inference Protocol below the endpoint."""


class ServingModel(Schema):
    """The model version behind a deployment."""

    id: str
    name: str
    version: VersionName


class ServingScript(Schema):
    """The algorithm version whose script serves."""

    id: str
    name: str
    version: VersionName
    file: str


class CanaryRead(Schema):
    """The second version that is being tried."""

    number: int
    status: DeploymentStatus
    share: int
    """Percent of the requests that it gets once it serves."""
    model: ServingModel | None
    script: ServingScript | None
    replicas: ReplicaCount
    rule: RollbackRule | None
    ready_at: Timestamp | None
    workload_id: str | None


class RecordRead(Schema):
    """Something that was done to a service: who, when, what, why."""

    position: int
    at: Timestamp
    action: RecordAction
    number: int | None
    """Deployment that it is about."""
    details: dict[str, Any]
    note: str
    by: Ref


class DeploymentSource(Schema):
    """What a deployment was made by."""

    kind: Literal["create", "edit", "rollback", "canary"] = "create"
    from_: Annotated[int | None, Field(alias="from")] = None
    """Number of the deployment before it, or of the one gone back to."""
    changed: list[str] = Field(default_factory=list)


class DeploymentRead(Schema):
    """One configuration of a service."""

    number: int
    status: DeploymentStatus
    reason: Reason | None
    is_current: bool
    """Whether it has the traffic."""
    role: Literal["production", "canary"]
    share: int
    """Percent of the requests: now, or when it last had some."""
    model: ServingModel | None
    script: ServingScript | None
    image_id: str
    spec_id: str
    replicas: ReplicaCount
    parameters: dict[str, Any]
    argument_mapping: dict[str, str]
    environment: dict[str, str]
    source: DeploymentSource
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
    model: ServingModel | None
    script: ServingScript | None
    image_id: str
    spec_id: str
    replicas: ReplicaCount
    parameters: dict[str, Any]
    argument_mapping: dict[str, str]
    environment: dict[str, str]
    limits: Limits
    auto_stop: AutoStop | None
    stop_at: Timestamp | None
    """When it stops by itself, as things are now; null: it does not, or it does not run."""
    stop_rule: StopRule | None
    """What ends it then: ``time``, whatever is called, or ``idle``, unless it is called before."""
    canary: CanaryRead | None
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


class RecordQuery(Schema):
    """Which records."""

    limit: Annotated[int, Field(ge=1, le=200)] = 100
    before: Annotated[int | None, Field(ge=1)] = None
    """Only earlier ones than this position."""


class RecordList(Schema):
    """What was done to a service, newest first."""

    items: list[RecordRead]


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
    """The model's answer; one that is neither JSON nor text as base64."""
    milliseconds: float
    status: int
    """HTTP status of the answer."""
    deployment: int | None
    media_type: str = "application/json"
    """Of the answer."""


class TryQuery(Schema):
    """Which deployment answers a try."""

    target: Literal["production", "canary"] | None = None
    """Null: as the shares say. Only the owner may choose."""
    name: Annotated[str | None, Field(max_length=255, pattern=r"^[^\x00-\x1f/\\]+$")] = None
    """Name of the file, for a script."""


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

    verdict: Literal["ok", "owner", "invalid", "hidden", "forbidden"]
    """``owner``: as ``ok``, and may choose the deployment that answers."""


class Routes(Schema):
    """All routes."""

    revision: str
    routes: list[dict[str, Any]]
