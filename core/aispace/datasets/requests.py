"""Public shapes of what is done to samples in bulk, of imports and exports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from ..labels.schemas import LabelName
from ..schemas import ImportSource, ListQuery, Progress, Reason, Schema, Timestamp, wrong
from .annotations import AnnotationObject, Layout, Split, Verdict, WhyRejected
from .schemas import Column, SampleFilter

Ids = Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=10_000)]


class AnnotationPut(Schema):
    """A sample's new annotation."""

    objects: Annotated[list[AnnotationObject], Field(max_length=1000)]
    confirm: bool = False
    """Whether the person vouches for it; otherwise the sample is only started."""
    hard: bool | None = None


class AnnotationItem(Schema):
    """An annotation among many; the sample is named by id or by path."""

    sample_id: Annotated[str | None, Field(max_length=64)] = None
    path: Annotated[str | None, Field(max_length=4096)] = None
    objects: Annotated[list[AnnotationObject], Field(max_length=1000)]
    confirm: bool = False
    revision: int | None = None
    """Refuse when the sample has another revision."""
    automatic: bool = False
    """Made by a machine: the sample becomes ``auto``, and what a person did is left as it is."""

    @model_validator(mode="after")
    def _named_once(self) -> AnnotationItem:
        if (self.sample_id is None) == (self.path is None):
            raise wrong("sample_id", "name the sample by sample_id or by path", "one_of_two")
        return self


class AnnotationBatch(Schema):
    """Many annotations."""

    items: Annotated[list[AnnotationItem], Field(min_length=1, max_length=1000)]


class AnnotationResult(Schema):
    """What became of one of many annotations."""

    sample_id: str | None
    status: Literal["saved", "unchanged", "refused"]
    revision: int | None = None
    error: dict[str, Any] | None = None


class AnnotationResults(Schema):
    """What became of many annotations, in their order."""

    results: list[AnnotationResult]


class BulkSelection(Schema):
    """Samples by ids, or all that match a filter (an empty filter: all)."""

    ids: Ids | None = None
    filter: SampleFilter | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> BulkSelection:
        if (self.ids is None) == (self.filter is None):
            raise wrong("ids", "give either ids or a filter", "one_of_two")
        return self


class BulkAnnotate(BulkSelection):
    """One change of many samples."""

    label: LabelName | None = None
    """Set it (single), or add it (multi)."""
    clear: bool = False
    """Take all labels away."""
    confirm: bool | None = None
    hard: bool | None = None
    split: Split | Literal["none"] | None = None
    review: Verdict | Literal["withdraw"] | None = None
    """Of those that somebody confirmed; the others are skipped."""
    reason: WhyRejected = ""

    @model_validator(mode="after")
    def _does_something(self) -> BulkAnnotate:
        if self.label is not None and self.clear:
            raise wrong("label", "either label or clear", "one_of_two")
        if self.reason and self.review is None:
            raise wrong("reason", "a reason belongs to a review: give review too", "reason_without_review")
        others = (self.confirm, self.hard, self.split, self.review)
        if self.label is None and not self.clear and others == (None,) * len(others):
            raise wrong("label", "nothing to change", "nothing_to_change")
        return self


class BulkResult(Schema):
    """What a change of many samples did."""

    changed: int
    skipped: int = 0
    """Samples that it could not apply to, for instance confirming one without a label."""
    undo_token: str | None


class UndoRequest(Schema):
    """Which change to undo."""

    undo_token: Annotated[str, Field(max_length=64)]


class UndoResult(Schema):
    """What undoing did."""

    undone: int
    changed_meanwhile: int
    """Samples that were changed again since and stay as they are."""


class DeleteResult(Schema):
    """How many samples were deleted."""

    deleted: int


ColumnName = Annotated[str, StringConstraints(max_length=200)]


class TableOptions(Schema):
    """How to read CSV, TSV and JSON lines; what is left out is found out."""

    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    header: bool | None = None
    """Whether the first line names the columns; columns without names are called ``column_1`` and so on."""
    encoding: Literal["utf-8", "utf-16", "gb18030", "latin-1"] | None = None
    text_column: ColumnName | None = None
    """Which column holds the text (only of text)."""
    label_column: ColumnName | None = None
    """Which column holds the label; an empty name: none does."""
    label_separator: Annotated[str, StringConstraints(min_length=1, max_length=1)] = "|"
    """Between several labels in one cell (only of datasets with several labels a sample)."""


class ImportOptions(Schema):
    """How to read what is imported."""

    layout: Layout | Literal["auto"] = "auto"
    label_mapping: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=1000)], LabelName | None], Field(max_length=2000)
    ] = Field(default_factory=dict)
    """Labels of the files to labels of the dataset; null leaves out what has the label, one that is not named keeps
    its name. A label that the files do not have is refused."""
    only_labels: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=2000)] | None = None
    """Take only what has one of these labels of the files; the other labels are left out."""
    hard_only: bool = False
    """Take only samples that are marked hard, or have an object that is."""
    table: TableOptions = Field(default_factory=TableOptions)
    voc_boxes: Literal["edges", "pixels"] = "edges"
    """What numbers of VOC files are: edges counted from 0 (most tools), or first and last pixel counted from 1 (the
    original data set)."""


class ImportRequest(ImportOptions):
    """What to import, and how."""

    source: ImportSource
    overwrite: Literal["refuse", "skip", "replace"] = "refuse"
    """What happens to a file whose path the dataset has already."""
    duplicates: Literal["keep", "skip"] = "keep"
    """What happens to a file with the same bytes as another of the dataset."""
    split: Split | None = None
    confirm: bool = True
    """Whether labels that come with the files count as confirmed."""


class ImportInspectRequest(ImportOptions):
    """What to look at before an import."""

    source: ImportSource


class PreviewSample(Schema):
    """One file as the import would take it."""

    path: str
    labels: list[str]
    split: str | None
    excerpt: str | None = None
    """The beginning of a text."""


class RefusedFile(Schema):
    """A file, a line of one, or an object of an annotation that was not imported."""

    path: str
    code: str
    message: str
    line: int | None = None
    """Line of the file, counted from 1."""


class TablePreview(Schema):
    """How a table would be read."""

    delimiter: str | None
    """None for JSON lines."""
    header: bool
    encoding: str
    columns: list[Column]
    text_column: str | None
    label_column: str | None
    rows: list[list[str]]
    """The first 20, as they are in the file."""


class Note(Schema):
    """Something that an import or an export changes or leaves out, and how often."""

    code: str
    """``exif_orientation``, ``boxes_clipped``, ``outlines``, ``left_out``, ``incomplete``, ``recoded`` of imports;
    ``hard``, ``states``, ``reviews``, ``scores``, ``attributes``, ``object_hard``, ``ids``, ``labels``,
    ``unlabelled_splits``, ``unused_labels``, ``paths``, ``data`` of exports."""
    message: str
    """In words, with the number."""
    n: int
    examples: list[str] = Field(default_factory=list)
    """Paths of the first of them."""


class FoundLabel(Schema):
    """A label as the files name it, and what the import makes of it."""

    name: str
    n: int
    """How many objects or samples have it; 0 where it is only declared."""
    label: str | None
    """What it becomes; null where it is left out or, as it stands, refused."""
    known: bool
    """Whether the dataset's label group has that label already; otherwise it gets it."""
    fits: bool
    """Whether its own name can be that of a label; otherwise it has to be mapped, or what has it is refused."""


class ImportInspection(Schema):
    """What an import would find."""

    layout: Layout
    confidence: float
    """0 to 1: how well the names fit the layout."""
    count: int
    labels: dict[str, int]
    """Labels as the dataset would have them, and how often."""
    found_labels: list[FoundLabel] = Field(default_factory=list)
    """The first 2,000 labels as the files name them."""
    refused: int
    preview: list[PreviewSample]
    objects: int | None = None
    """How many boxes there are."""
    annotations_only: bool = False
    """No images came: the annotations go to samples that the dataset has already."""
    problems: list[RefusedFile] = Field(default_factory=list)
    """The first 100 of what would be refused."""
    notes: list[Note] = Field(default_factory=list)
    table: TablePreview | None = None


class ImportReport(Schema):
    """What an import did."""

    layout: str | None = None
    imported: int = 0
    replaced: int = 0
    skipped: int = 0
    duplicates: int = 0
    refused_count: int = 0
    refused: list[RefusedFile] = Field(default_factory=list)
    """The first 1,000 of them."""
    labels_created: list[str] = Field(default_factory=list)
    annotated: int = 0
    """Samples of the dataset that got annotations which came without images."""
    objects: int | None = None
    """How many boxes came in."""
    notes: list[Note] = Field(default_factory=list)


class ImportRead(Schema):
    """An import."""

    id: str
    dataset_id: str
    status: Literal["queued", "staging", "committing", "succeeded", "failed", "cancelled"]
    progress: Progress
    report: ImportReport
    reason: Reason | None
    created_at: Timestamp
    ended_at: Timestamp | None


class ImportQuery(ListQuery):
    """Query of one's own imports."""

    dataset_id: Annotated[str | None, Field(max_length=64)] = None


class ExportQuery(ListQuery):
    """Query of one's own exports."""

    dataset_id: Annotated[str | None, Field(max_length=64)] = None


class AreaTarget(Schema):
    """A place in the caller's own area."""

    area: Annotated[str, StringConstraints(max_length=4096)]


ExportLayout = Literal["class_folders", "manifest", "coco", "voc", "yolo", "csv", "tsv", "jsonl", "line_manifest"]


class ExportInspectRequest(Schema):
    """Which form of a version to look at."""

    layout: ExportLayout = "manifest"


class ExportInspection(Schema):
    """What an export would hold, and what its form cannot carry."""

    layout: ExportLayout
    count: int
    possible: bool
    """Whether this kind of dataset goes into this form."""
    losses: list[Note]
    """What is not in the export, for instance ``{"code": "hard", "n": 12, ...}``; empty when nothing is lost."""


class ExportRequest(Schema):
    """How to export a version."""

    layout: ExportLayout = "manifest"
    target: Literal["download"] | AreaTarget = "download"
    data: bool = True
    """Whether the files of the samples go along, or only what is said of them."""


class ExportRead(Schema):
    """An export."""

    id: str
    dataset_id: str
    version: str
    layout: str
    filename: str
    area_path: str | None
    status: Literal["queued", "running", "ready", "failed"]
    progress: Progress
    losses: list[Note] = Field(default_factory=list)
    """What is not in it, as its inspection said."""
    reason: Reason | None
    created_at: Timestamp
    ended_at: Timestamp | None
