"""Public shapes of training."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from ..algorithms.parameters import Value
from ..algorithms.schemas import ArgumentMapping, ImageId
from ..datasets.annotations import Split
from ..identity import Visibility
from ..schemas import (
    Amount,
    CursorQuery,
    Description,
    ListQuery,
    Name,
    OwnedQuery,
    OwnedRead,
    Reason,
    Ref,
    Schema,
    Timestamp,
    VersionName,
    VersionRef,
    refuse_nulls,
    unfit,
    wrong,
)
from ..workloads.schemas import EnvName, RunProgress, WorkloadRead
from ..workloads.states import Priority, Status

ObjectId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Hours = Annotated[float, Field(ge=0, le=8784, allow_inf_nan=False)]
RESERVED_ENVIRONMENT = ("AISPACE_", "PYTHONPATH", "PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT")


def _environment(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if name.startswith(RESERVED_ENVIRONMENT) and name not in ("HOMEPAGE",):
            raise unfit("name_reserved", f"{name} is set by the platform", name=name)
        if "\0" in text:
            raise unfit("nul", f"{name} holds the character NUL", name=name)
    return value


Environment = Annotated[
    dict[EnvName, Annotated[str, StringConstraints(max_length=4096)]],
    Field(max_length=100),
    AfterValidator(_environment),
]


class AlgorithmRef(Schema):
    """An algorithm version; without version the current one."""

    algorithm_id: ObjectId
    version: VersionName | None = None


class ModelRef(Schema):
    """A model version; without version the current one."""

    model_id: ObjectId
    version: VersionName | None = None


class DatasetInput(Schema):
    """A published dataset version."""

    dataset_id: ObjectId
    version: VersionName
    split: Split | None = None
    """Only the samples of this split."""


class RunInput(DatasetInput):
    """A dataset version and what it is for."""

    role: Literal["training", "validation"] = "training"


Notice = Literal["running", "succeeded", "failed"]
TOLD: Final[tuple[Notice, ...]] = ("succeeded", "failed")


class RunSettings(Schema):
    """Everything that a run is made of."""

    task_type: Literal["single_node"] = "single_node"
    algorithm: AlgorithmRef
    image_id: ImageId | None = None
    """Runtime; null: that of the algorithm."""
    inputs: Annotated[list[RunInput], Field(max_length=10)] = Field(default_factory=list)
    model: ModelRef | None = None
    """Model to go on from."""
    parameters: Annotated[dict[str, Value | None], Field(max_length=200)] = Field(default_factory=dict)
    argument_mapping: ArgumentMapping = Field(default_factory=dict)
    """Wins over that of the algorithm."""
    spec_id: ObjectId
    nodes: Annotated[int, Field(ge=1, le=1)] = 1
    queue: Annotated[str | None, StringConstraints(max_length=64)] = None
    priority: Priority = "normal"
    delay_hours: Hours = 0
    max_hours: Hours = 0
    """0: no limit."""
    retries: Annotated[int, Field(ge=0, le=100)] = 0
    environment: Environment = Field(default_factory=dict)
    seed: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None
    """Null: one is chosen and kept."""
    note: Description = ""
    notify: Annotated[list[Notice], Field(max_length=3)] = Field(default_factory=lambda: list(TOLD))
    """On what its owner is told."""


class TrainingJobCreate(RunSettings):
    """A new job with its first run."""

    name: Name
    description: Description = ""
    template: Name | None = None
    """Keep the settings as a job template of this name too."""
    start: bool = True
    """False: keep the first run as a draft, which is changed and started later."""


class RunChanges(Schema):
    """Changes of a run's settings; what is absent is taken from the run before.

    ``parameters`` are merged by name; null takes one away, so that its default holds.
    """

    base: VersionName | None = None
    """Run to change; default: the newest."""
    algorithm: AlgorithmRef | None = None
    image_id: ImageId | None = None
    inputs: Annotated[list[RunInput] | None, Field(max_length=10)] = None
    model: ModelRef | None = None
    parameters: Annotated[dict[str, Value | None] | None, Field(max_length=200)] = None
    argument_mapping: ArgumentMapping | None = None
    spec_id: ObjectId | None = None
    nodes: Annotated[int | None, Field(ge=1, le=1)] = None
    queue: Annotated[str | None, StringConstraints(max_length=64)] = None
    priority: Priority | None = None
    delay_hours: Hours | None = None
    max_hours: Hours | None = None
    retries: Annotated[int | None, Field(ge=0, le=100)] = None
    environment: Environment | None = None
    seed: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None
    note: Description | None = None
    notify: Annotated[list[Notice] | None, Field(max_length=3)] = None


class EstimateRequest(RunChanges):
    """A job as far as its form is filled in."""

    name: Annotated[str | None, Field(max_length=4096)] = None
    description: Annotated[str | None, Field(max_length=4096)] = None
    task_type: Literal["single_node"] = "single_node"
    template: Annotated[str | None, Field(max_length=4096)] = None
    start: bool = True


class FieldError(Schema):
    """A wrong field."""

    field: str
    message: str
    code: str
    params: dict[str, JsonValue] = Field(default_factory=dict)
    """Numbers, names and limits in its message, for translation."""


class Estimate(Schema):
    """What would happen if the job were submitted now."""

    command: str
    """Preview; paths are those of an example."""
    valid: bool
    fields: list[FieldError]
    price_per_hour: Amount | None
    cost_at_most: Amount | None
    """Null: free, or there is no time limit."""
    queue_position: int | None
    starts_in_seconds: float | None
    free: bool
    """Whether it would start at once."""
    fits: bool
    """Whether it fits into this installation at all."""


class TrainingJobUpdate(Schema):
    """Changes; what is absent stays."""

    name: Name | None = None
    description: Description | None = None
    visibility: Visibility | None = None

    @model_validator(mode="after")
    def _nulls(self) -> TrainingJobUpdate:
        refuse_nulls(self)
        return self


class TrainingJobQuery(OwnedQuery):
    """Query of the list of jobs."""

    status: Status | None = None
    active: bool | None = None
    """Only those whose newest run has not ended (true), or has (false)."""


class StoppedJobs(Schema):
    """Runs that were asked to end."""

    stopped: list[VersionRef]


class RunMetric(Schema):
    """One logged number in short."""

    last: float | None
    best: float | None
    """Smallest for what is named like a loss or an error, else greatest."""
    step: float
    """Of the last value."""
    best_step: float


class FileSummary(Schema):
    """How much there is."""

    files: int
    size_bytes: int


class EvaluationSummary(Schema):
    """The two numbers of an evaluation."""

    accuracy: float
    macro_f1: float
    count: int


class InputRead(VersionRef):
    """A dataset version that a run used."""

    role: Literal["training", "validation", "evaluation"]
    split: Split | None = None


class RunRead(Schema):
    """A run of a job."""

    id: str
    job_id: str
    job_name: str
    version: VersionName
    status: Status
    reason: Reason | None
    collecting: bool
    """True between the end of the program and the moment when its results are kept."""
    workload: WorkloadRead | None
    progress: RunProgress | None
    metrics: dict[str, RunMetric]
    outputs: FileSummary | None
    model_output: FileSummary | None
    evaluation_summary: EvaluationSummary | None
    algorithm: VersionRef
    image: Ref | None
    inputs: list[InputRead]
    model: VersionRef | None
    configuration: RunSettings
    command: str
    note: str
    cost: Amount | None
    saved_as: list[VersionRef]
    """Model versions made from it."""
    created_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None
    can: list[str]


class TrainingJobRead(OwnedRead):
    """A job and its newest run."""

    description: str
    task_type: str
    status: Status
    current_version: VersionName
    run_count: int
    latest: RunRead


class SaveModel(Schema):
    """Save what a run made: as a new model, or as the next version of one."""

    name: Name | None = None
    model_id: ObjectId | None = None
    description: Description = ""

    @model_validator(mode="after")
    def _one(self) -> SaveModel:
        if (self.name is None) == (self.model_id is None):
            raise wrong("name", "give either name or model_id", "one_of_two")
        return self


class ClassScore(Schema):
    """Figures of one label."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    """How many samples have this label."""
    predicted: int
    """How often it was predicted."""


class EvaluationResult(Schema):
    """How well predictions agree with labels."""

    labels: list[str]
    matrix: list[list[int]]
    """Rows: true label, columns: predicted label, in the order of ``labels``."""
    per_class: list[ClassScore]
    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    weighted_f1: float
    count: int
    wrong: int


class EvaluatedSample(Schema):
    """One sample with what was said of it."""

    path: str
    truth: str
    predicted: str
    correct: bool
    score: float | None
    """Of the predicted label."""
    scores: dict[str, float] | None
    dataset: InputRead | None
    """Dataset version that holds it."""


class EvaluatedQuery(CursorQuery):
    """Which evaluated samples."""

    truth: Annotated[str | None, StringConstraints(max_length=255)] = None
    predicted: Annotated[str | None, StringConstraints(max_length=255)] = None
    only: Literal["all", "wrong", "right"] = "all"


class CompareQuery(Schema):
    """Which runs: ``run=job_x:V0001&run=job_x:V0002``."""

    run: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}:V\d{4,9}$")]],
        Field(min_length=1, max_length=20),
    ]


class DownloadQuery(Schema):
    """Which part of a run."""

    part: Literal["outputs", "model"] = "outputs"


class Comparison(Schema):
    """Runs side by side."""

    runs: list[RunRead]
    differences: dict[str, list[Any]]
    """Settings in which they differ: one value for each run."""
    metrics: dict[str, list[RunMetric | None]]
    evaluations: list[EvaluationSummary | None]


class EvaluationCreate(Schema):
    """Try a model version on a dataset version."""

    model_id: ObjectId
    version: VersionName | None = None
    inputs: Annotated[list[DatasetInput], Field(min_length=1, max_length=1)]
    spec_id: ObjectId
    image_id: ImageId | None = None
    """Runtime; null: that of the model."""
    name: Name | None = None


class EvaluationQuery(ListQuery):
    """Query of the list of evaluations."""

    model_id: ObjectId | None = None
    version: VersionName | None = None
    status: Status | None = None


class EvaluationRead(OwnedRead):
    """An evaluation of a model version."""

    status: Status
    reason: Reason | None
    collecting: bool
    model: VersionRef
    inputs: list[InputRead]
    image: Ref | None
    workload: WorkloadRead | None
    progress: RunProgress | None
    result: EvaluationResult | None
    cost: Amount | None
    started_at: Timestamp | None
    ended_at: Timestamp | None
