"""Public shapes of job templates: named settings that fill in a form again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ..algorithms.schemas import ImageId
from ..identity import Visibility
from ..schemas import Description, Name, OwnedQuery, OwnedRead, Ref, Schema, VersionName, VersionRef, refuse_nulls
from .schemas import DatasetInput, InputRead, ObjectId, RunSettings

TemplateKind = Literal["training", "evaluation"]


class EvaluationSettings(Schema):
    """What an evaluation is made of."""

    model_id: ObjectId
    version: VersionName | None = None
    inputs: Annotated[list[DatasetInput], Field(min_length=1, max_length=1)]
    spec_id: ObjectId
    image_id: ImageId | None = None


SHAPES: dict[str, type[RunSettings] | type[EvaluationSettings]] = {
    "training": RunSettings,
    "evaluation": EvaluationSettings,
}


class JobTemplateCreate(Schema):
    """Settings under a name."""

    name: Name
    description: Description = ""
    kind: TemplateKind = "training"
    settings: Annotated[dict[str, Any], Field(max_length=40)]
    """Those of a training run, or of an evaluation: what the form of that kind sends, without its name."""
    visibility: Visibility = "private"


class JobTemplateUpdate(Schema):
    """Changes; what is absent stays. The name stays: commands and notebooks call a template by it."""

    description: Description | None = None
    settings: Annotated[dict[str, Any], Field(max_length=40)] | None = None
    """All settings anew."""
    visibility: Visibility | None = None

    @model_validator(mode="after")
    def _nulls(self) -> JobTemplateUpdate:
        refuse_nulls(self)
        return self


class TemplateOfRun(Schema):
    """Keep the settings of a run under a name."""

    name: Name
    description: Description = ""


class JobTemplateQuery(OwnedQuery):
    """Query of the list of templates."""

    kind: TemplateKind | None = None


class JobTemplateRead(OwnedRead):
    """A template, with the names of what it is made of; a part that is gone, or that one may not see, has none."""

    description: str
    kind: TemplateKind
    settings: dict[str, Any]
    algorithm: VersionRef | None
    model: VersionRef | None
    inputs: list[InputRead]
    spec: Ref | None
