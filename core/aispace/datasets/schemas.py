"""Public shapes of datasets and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints, model_validator

from ..identity import Visibility
from ..labels.schemas import Label, LabelGroupOf, Labels
from ..schemas import CursorInfo, CursorQuery, Name, OwnedQuery, OwnedRead, Schema, VersionName, wrong
from ..versions import VersionRead
from .annotations import AnnotationObject, AnnotationRead, ReviewRead, Split, State, Verdict, WhyRejected

DatasetStatus = Literal[
    "unlabelled", "labelling", "auto_labelling", "auto_labelled", "labelled", "importing", "created"
]
Template = Literal["single", "multi"]
Description = Annotated[str, StringConstraints(max_length=100)]


class Column(Schema):
    """A column of a table."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    type: Literal["integer", "number", "boolean", "text"]
    """What all its values can be read as; empty cells are missing values of any type."""
    role: Literal["feature", "label"] = "feature"
    """The values of a ``label`` column are the annotations, not part of ``values``."""


class DatasetCreate(Schema):
    """A new dataset: empty, files are imported next."""

    name: Name
    description: Description = ""
    data_type: Annotated[str, StringConstraints(max_length=16)] = "image"
    annotation_type: Annotated[str, StringConstraints(max_length=32)] = "image_classification"
    template: Template | None = None
    """One label a sample (``single``, the default of image classification) or several (``multi``)."""
    label_group_id: str | None = None
    labels: Labels | None = None
    """Without a label group: a new group with these labels is made. Neither: an empty one, which imports fill."""
    visibility: Visibility = "private"


class DatasetUpdate(Schema):
    """What may be changed of a dataset; what is left out stays."""

    name: Name | None = None
    description: Description | None = None
    label_group_id: str | None = None
    visibility: Visibility | None = None


class Counts(Schema):
    """How many samples are in which state."""

    total: int
    unlabelled: int
    auto: int
    started: int
    labelled: int
    reviewed: int
    rejected: int
    hard: int


class Unpublished(Schema):
    """What changed since the last published version."""

    added: int
    changed: int
    removed: int


class DatasetRead(OwnedRead):
    """A dataset."""

    number: int
    description: str
    data_type: str
    annotation_type: str
    template: Template | None
    label_group: LabelGroupOf | None
    columns: list[Column] | None = None
    """Of a table, in the order of the file it came from; none before the first import, and of other data types."""
    status: DatasetStatus
    counts: Counts
    progress: float
    """Share of the samples that are confirmed, 0 to 1."""
    size_bytes: int
    current_version: VersionName | None
    next_version: VersionName
    base_version: VersionName | None
    """The last published version, which the working copy goes on from."""
    unpublished: Unpublished
    used_by: list[dict[str, str]]
    """What uses its versions; only in the answer for one dataset."""


class DatasetQuery(OwnedQuery):
    """Query of the list of datasets."""

    data_type: Annotated[str | None, Field(max_length=16)] = None
    annotation_type: Annotated[str | None, Field(max_length=32)] = None
    status: DatasetStatus | None = None
    published: bool | None = None
    """Only those with a version, which training can use; or only those without."""
    created_after: datetime | None = None
    created_before: datetime | None = None


class SampleRead(Schema):
    """A sample and its annotation."""

    id: str
    number: int
    path: str
    size: int
    sha256: str
    media_type: str
    width: int | None
    height: int | None
    state: State
    split: Split | None
    hard: bool
    annotation: AnnotationRead
    review: ReviewRead | None = None
    """The last review. It stays while the sample is worked on again; the state tells whether it still holds."""
    revision: int
    excerpt: str | None = None
    """The first 200 characters of a text; the content route gives all of it."""
    values: dict[str, int | float | bool | str | None] | None = None
    """A row of a table: what its columns (without the label) hold, in their order; null where a cell is empty."""


class SampleFilter(Schema):
    """Which samples; all conditions hold together."""

    state: State | None = None
    label: Annotated[str | None, Field(max_length=30)] = None
    split: Literal["training", "validation", "test", "none"] | None = None
    hard: bool | None = None
    by: Annotated[str | None, Field(max_length=64)] = None
    """Id of who annotated."""
    q: Annotated[str | None, Field(max_length=64)] = None
    """Part of the path."""


class SampleQuery(SampleFilter, CursorQuery):
    """Query of the samples of a working copy."""

    sort: Literal["number", "-number", "path", "-path", "at", "-at", "score"] = "number"
    at: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    """Begin at this place of the filtered list, counted from 0, instead of at a cursor."""


class VersionSampleQuery(SampleFilter, CursorQuery):
    """Query of the samples of a version."""


class SampleUpdate(Schema):
    """What may be changed of a sample besides its annotation."""

    split: Split | None = None
    hard: bool | None = None
    review: Verdict | Literal["withdraw"] | None = None
    """Of a confirmed sample; ``withdraw`` takes the last review back."""
    reason: WhyRejected = ""
    """Why it is rejected, for the one who mends it."""

    @model_validator(mode="after")
    def _reason_of_a_review(self) -> SampleUpdate:
        if self.reason and self.review is None:
            raise wrong("reason", "a reason belongs to a review: give review too", "reason_without_review")
        return self


class DatasetVersionRead(VersionRead):
    """A published version."""

    dataset_id: str
    data_type: str
    annotation_type: str
    template: Template | None
    labels: list[Label]
    counts: dict[str, dict[str, int]]
    """States, splits and labels with their numbers of samples; ``objects``: labels with their numbers of boxes."""
    columns: list[Column] | None = None
    progress: float
    used_by: list[dict[str, str]] = Field(default_factory=list)
    can: list[str] = Field(default_factory=list)


class PublishRequest(Schema):
    """What to publish."""

    note: Annotated[str, StringConstraints(max_length=100)] = ""
    include: Literal["confirmed", "all"] = "all"
    """All samples (refused while some have no label), or only the confirmed ones."""
    rejected: bool = False
    """With ``all``: rejected samples too, with the reasons. What trains on the version leaves them out."""


class LabelShare(Schema):
    """How often a label occurs."""

    label: str
    color: str | None
    n: int
    share: float
    """Of all samples, 0 to 1."""
    objects: int | None = None
    """How many objects (boxes) have it, where a sample may have several; ``n`` counts samples."""


class Statistics(Schema):
    """Numbers of the working copy."""

    labels: list[LabelShare]
    states: dict[str, int]
    splits: dict[str, int]
    hard: int
    total: int


class SplitRequest(Schema):
    """Shares of a new split; they need not sum to 1, only their relation counts."""

    train: Annotated[float, Field(ge=0, le=1)]
    validation: Annotated[float, Field(ge=0, le=1)] = 0.0
    test: Annotated[float, Field(ge=0, le=1)] = 0.0
    seed: Annotated[int, Field(ge=0, le=2**32)] = 0
    stratified: bool = True
    """Keep the shares within each label."""


class DiffCounts(Schema):
    """How many samples differ, and how."""

    added: int
    removed: int
    relabelled: int
    changed: int
    """Other bytes, split or mark, the same labels."""


class DiffSide(Schema):
    """What a sample is on one side of a difference."""

    sha256_prefix: str
    state: State
    split: Split | None
    hard: bool
    objects: list[AnnotationObject]
    content: JsonValue = None
    """Of a sample without a file of its own."""


class DiffItem(Schema):
    """One sample that differs."""

    path: str
    change: Literal["added", "removed", "relabelled", "changed"]
    before: DiffSide | None = None
    after: DiffSide | None = None


class DiffQuery(CursorQuery):
    """Query of a difference: ``from`` a version ``to`` another one or ``working``."""

    from_: Annotated[str | None, Field(alias="from", max_length=12)] = None
    to: Annotated[str, Field(max_length=12)] = "working"


class DiffRead(Schema):
    """The difference of two states of a dataset."""

    counts: DiffCounts
    items: list[DiffItem]
    page: CursorInfo
