"""Public shapes of batch services."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from ..datasets.annotations import Split
from ..schemas import Amount, ListQuery, Name, OwnedQuery, OwnedRead, Reason, Ref, Schema, Timestamp, VersionName
from .schemas import (
    ArgumentMapping,
    Environment,
    ModelChoice,
    ObjectId,
    Parameters,
    ScriptChoice,
    ServiceDescription,
    ServiceName,
    ServingModel,
    ServingScript,
    own_environment,
)

AreaPath = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]
BatchStatus = Literal[
    "scheduled", "queued", "starting", "running", "paused", "storing", "succeeded", "failed", "stopped"
]  # fmt: skip


class BatchDataset(Schema):
    """The samples of a published dataset version."""

    kind: Literal["dataset"]
    dataset_id: ObjectId
    version: VersionName
    split: Split | None = None
    """Only the samples of this split."""


class BatchFolder(Schema):
    """A folder of the owner's area; hidden files and links are left out."""

    kind: Literal["area"]
    path: AreaPath


class ResultFolder(Schema):
    """A folder of the owner's area that the results are copied to when all files are done."""

    kind: Literal["area"]
    path: AreaPath


BatchSource = Annotated[BatchDataset | BatchFolder, Field(discriminator="kind")]


class BatchCreate(Schema):
    """Files that go through a model or script once; it starts at once."""

    name: ServiceName
    description: ServiceDescription = ""
    model: ModelChoice | None = None
    script: ScriptChoice | None = None
    image_id: ObjectId | None = None
    """Runtime; null: as for an online service."""
    spec_id: ObjectId
    source: BatchSource
    results: ResultFolder | None = None
    """Where results are put besides; they can be downloaded in any case."""
    parameters: Parameters = Field(default_factory=dict)
    """Run parameters; ``workers`` is how many files are worked on at once."""
    argument_mapping: ArgumentMapping = Field(default_factory=dict)
    environment: Environment = Field(default_factory=dict)
    max_hours: Annotated[float, Field(ge=0, le=8760)] = 0
    """Longest time of one attempt; 0: no limit."""

    _environment = field_validator("environment")(own_environment)


class BatchUpdate(Schema):
    """Changes of a batch service that does not run; what is absent stays.

    A change of what is computed drops the results that are there: the next start does every file anew.
    """

    name: ServiceName | None = None
    description: ServiceDescription | None = None
    model: ModelChoice | None = None
    script: ScriptChoice | None = None
    image_id: ObjectId | None = None
    spec_id: ObjectId | None = None
    source: BatchSource | None = None
    results: ResultFolder | None = None
    parameters: Parameters | None = None
    argument_mapping: ArgumentMapping | None = None
    environment: Environment | None = None
    max_hours: Annotated[float | None, Field(ge=0, le=8760)] = None

    _environment = field_validator("environment")(own_environment)


class BatchQuery(OwnedQuery):
    """Query of the list of batch services."""

    status: BatchStatus | None = None
    model_id: Annotated[str | None, Field(max_length=64)] = None


class BatchCounts(Schema):
    """How far it is."""

    total: int = 0
    done: int = 0
    failed: int = 0


class BatchSourceRead(Schema):
    """Where the files come from."""

    kind: Literal["dataset", "area"]
    dataset: Ref | None = None
    version: VersionName | None = None
    split: Split | None = None
    path: str | None = None
    moved: bool = False
    """The folder is one of the owner before: before it starts again, another source has to be chosen."""


class BatchDeliveryRequest(Schema):
    """Put the results into a dataset: as proposals, which people confirm."""

    name: Name | None = None
    """Of a new dataset with the same files; null: into the dataset that the files came from."""
    annotation_type: Literal["image_classification", "object_detection", "text_classification"] | None = None
    """Of a new dataset made of a folder; null: as the results look."""
    publish: bool = True
    """Publish the working copy with the proposals as the next version."""


class BatchRefusal(Schema):
    """A result that could not become a proposal."""

    path: str
    code: str
    message: str


class BatchDelivery(Schema):
    """Results on their way into a dataset, or there."""

    status: Literal["running", "succeeded", "failed"]
    dataset: Ref | None
    """Null where somebody else asked for it."""
    version: VersionName | None
    """What was published; null: nothing, ``reason`` says why."""
    proposed: int
    """Samples that got a proposal."""
    kept: int
    """Samples that a person had annotated: that was kept."""
    refused: int
    """Samples whose result says nothing that fits."""
    refusals: list[BatchRefusal]
    """The first of them."""
    reason: Reason | None


class BatchRead(OwnedRead):
    """A batch service as the caller sees it."""

    description: str
    status: BatchStatus
    reason: Reason | None
    counts: BatchCounts
    model: ServingModel | None
    script: ServingScript | None
    image: Ref
    spec_id: str
    source: BatchSourceRead
    results: ResultFolder | None
    stored: ResultFolder | None
    """Where the results were put besides."""
    parameters: dict[str, Any]
    argument_mapping: dict[str, str]
    environment: dict[str, str]
    max_hours: float
    starts: int
    """How often it was started."""
    workload_id: str | None
    """The last one: for log and metrics."""
    cost: Amount | None
    """Of the last start; null when it is free."""
    started_at: Timestamp | None
    ended_at: Timestamp | None
    delivery: BatchDelivery | None
    """Where its results were put as annotations last; null: nowhere."""


class BatchFileQuery(ListQuery):
    """Which files."""

    status: Literal["done", "failed"] | None = None


class BatchFileRead(Schema):
    """What became of one file."""

    path: str
    status: Literal["done", "failed"]
    label: str | None = None
    score: float | None = None
    seconds: float
    result: str | None = None
    """Path of its result, for the content route."""
    code: str | None = None
    """Why it failed."""
    message: str | None = None


class ResultQuery(Schema):
    """Which result."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4400)]
