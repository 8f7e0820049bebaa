"""Public shapes of models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from ..algorithms.schemas import Category, ImageId
from ..identity import Visibility
from ..lineage.schemas import LineageGraph
from ..schemas import (
    Description,
    FileEntry,
    Name,
    OwnedQuery,
    OwnedRead,
    Ref,
    Schema,
    Source,
    Timestamp,
    VersionName,
    refuse_nulls,
    wrong,
)

Framework = Annotated[str, StringConstraints(max_length=64)]
Format = Annotated[str, StringConstraints(max_length=32, pattern=r"^[\w .+-]*$")]
"""For instance ``onnx``; the manual's list is open-ended ("and others")."""


class RunRef(Schema):
    """A run of a training job."""

    job_id: Annotated[str, StringConstraints(max_length=40)]
    version: VersionName


class ModelCreate(Schema):
    """A new model; versions follow."""

    name: Name
    description: Description = ""
    framework: Framework = ""
    format: Format = ""
    category: Category = "custom"


class ModelUpdate(Schema):
    """Changes; what is absent stays."""

    name: Name | None = None
    description: Description | None = None
    framework: Framework | None = None
    format: Format | None = None
    category: Category | None = None
    visibility: Visibility | None = None
    current_version: VersionName | None = None

    @model_validator(mode="after")
    def _nulls(self) -> ModelUpdate:
        refuse_nulls(self)
        return self


class ModelVersionCreate(Schema):
    """A new version: from files, or from what a run made."""

    source: Source | None = None
    run: RunRef | None = None
    note: Description = ""
    runtime_image_id: ImageId | None = None
    """Runtime that serves it; for a run, that of its algorithm when absent."""

    @model_validator(mode="after")
    def _one(self) -> ModelVersionCreate:
        if (self.source is None) == (self.run is None):
            raise wrong("source", "give either source or run", "one_of_two")
        return self


class ModelQuery(OwnedQuery):
    """Query of the list of models."""

    category: Category | None = None
    format: Format | None = None


class Tensor(Schema):
    """An input or output, in the words of the Open Inference Protocol."""

    name: str
    datatype: str
    shape: list[int]
    """-1 is any size."""


class ModelWarning(Schema):
    """Something that keeps a version from being used fully."""

    code: Literal["no_config", "config_invalid", "no_labels", "not_servable"]
    message: str


class ModelOrigin(Schema):
    """Where a version came from: an upload, or a run."""

    kind: Literal["upload", "training"] = "upload"
    from_: Annotated[str | None, Field(alias="from")] = None
    """Kind of source of an upload."""
    job_id: str | None = None
    job_name: str | None = None
    run: str | None = None


class ModelVersionRead(Schema):
    """A version of a model."""

    id: str
    model_id: str
    model_name: str
    version: VersionName
    source: Literal["upload", "training"]
    origin: ModelOrigin
    """Where it came from: for training ``job_id``, ``job_name`` and ``run``."""
    note: str
    files: list[FileEntry]
    """The first 100; the rest by ``/files``."""
    file_count: int
    size_bytes: int
    inputs: list[Tensor]
    outputs: list[Tensor]
    labels: list[str]
    config: dict[str, Any] | None
    metrics: dict[str, float]
    runtime_image_id: str | None
    warnings: list[ModelWarning]
    lineage: LineageGraph | None = None
    """In the answer for one version."""
    created_by: Ref
    created_at: Timestamp
    is_current: bool


class ModelRead(OwnedRead):
    """A model and its current version."""

    description: str
    framework: str
    format: str
    category: Category
    current_version: VersionName | None
    version_count: int
    size_bytes: int
    """Of the current version."""
    metrics: dict[str, float]
    """Of the current version."""
    used_by: list[dict[str, str]]
    """Services and jobs that use it."""
