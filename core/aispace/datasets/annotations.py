"""Annotations: one JSON shape for all kinds, and what each kind of dataset takes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue, StringConstraints

from ..errors import Invalid
from ..labels.schemas import LabelName
from ..schemas import Schema, Timestamp

State = Literal["unlabelled", "auto", "started", "labelled", "reviewed", "rejected"]
STATES: Final = ("unlabelled", "auto", "started", "labelled", "reviewed", "rejected")
CONFIRMED: Final = ("labelled", "reviewed")
"""States of samples whose annotation a person vouches for."""
HUMAN: Final = ("started", "labelled", "reviewed", "rejected")
"""States that hold a person's work; nothing automatic goes over them."""
Split = Literal["training", "validation", "test"]
SPLITS: Final = ("training", "validation", "test")


DataType = Literal["image", "text", "tabular"]
Layout = Literal[
    "class_folders",
    "flat",
    "manifest",
    "origin",
    "coco",
    "voc",
    "yolo",
    "csv",
    "tsv",
    "jsonl",
    "line_manifest",
    "text_pairs",
]
"""Forms that files come in and go out in."""
Pixels = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Box(Schema):
    """A rectangle in the pixels of the image as they are stored: an EXIF orientation is not applied.

    The corner of the first pixel is (0, 0), its opposite corner (1, 1); so a box over all of an image is
    (0, 0, width, height). Numbers are kept to a thousandth of a pixel.
    """

    type: Literal["bbox"] = "bbox"
    x: Pixels
    """Left edge."""
    y: Pixels
    """Upper edge."""
    w: Pixels
    h: Pixels


Shape = Box
"""What an object's ``shape`` may be; other shapes join here, told apart by ``type``."""


class AnnotationObject(Schema):
    """One thing said about a sample. Which fields a kind of dataset takes is checked against `KINDS`."""

    id: Annotated[str, StringConstraints(max_length=40)] | None = None
    label: LabelName | None = None
    shape: Shape | None = None
    span: tuple[int, int] | None = None
    interval: tuple[float, float] | None = None
    text: Annotated[str, StringConstraints(max_length=100_000)] | None = None
    track: Annotated[str, StringConstraints(max_length=40)] | None = None
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    attributes: dict[str, JsonValue] | None = None
    hard: bool | None = None


class Annotator(Schema):
    """Who annotated: a person or a service."""

    kind: Literal["user", "service"]
    id: str
    name: str


class AnnotationRead(Schema):
    """The annotation of a sample."""

    objects: list[AnnotationObject]
    by: Annotator | None
    at: Timestamp | None


REVIEWABLE: Final = ("labelled", "reviewed", "rejected")
"""States of samples that a person confirmed, so that another may review them."""
Verdict = Literal["accept", "reject"]
WhyRejected = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class ReviewRead(Schema):
    """What a reviewer said of a sample that somebody had confirmed."""

    verdict: Verdict
    reason: WhyRejected
    by: Annotator | None
    at: Timestamp


class Kind(Schema):
    """What a kind of dataset is."""

    data_type: str
    annotation_type: str
    templates: list[str]
    label_group: bool
    """Whether it needs labels."""
    carries: list[str]
    """Fields of an object besides ``id``, ``label``, ``score``, ``attributes`` and ``hard``."""
    shapes: list[str] = Field(default_factory=list)
    """Types of ``shape``, one of which each object must have."""
    many: bool = False
    """Whether a sample takes several objects of one label (boxes), and none is a finding that can be confirmed."""
    imports: list[Layout]
    exports: list[Layout]

    def one_label(self, template: str | None) -> bool:
        """Tell whether a sample of a dataset with this template takes one label only."""
        return not self.many and template != "multi"


class Kinds(Schema):
    """All kinds of datasets."""

    items: list[Kind]


_KINDS: Final = (
    Kind(
        data_type="image",
        annotation_type="image_classification",
        templates=["single", "multi"],
        label_group=True,
        carries=[],
        imports=["class_folders", "flat", "manifest", "line_manifest", "origin"],
        exports=["class_folders", "manifest", "line_manifest"],
    ),
    Kind(
        data_type="image",
        annotation_type="object_detection",
        templates=[],
        label_group=True,
        carries=["shape"],
        shapes=["bbox"],
        many=True,
        imports=["coco", "voc", "yolo", "manifest", "line_manifest", "flat"],
        exports=["coco", "voc", "yolo", "manifest", "line_manifest"],
    ),
    Kind(
        data_type="text",
        annotation_type="text_classification",
        templates=["single", "multi"],
        label_group=True,
        carries=[],
        imports=["class_folders", "flat", "csv", "tsv", "jsonl", "manifest", "line_manifest", "text_pairs", "origin"],
        exports=["class_folders", "csv", "tsv", "jsonl", "manifest", "line_manifest"],
    ),
    Kind(
        data_type="tabular",
        annotation_type="tabular_classification",
        templates=[],
        label_group=True,
        carries=[],
        imports=["csv", "tsv"],
        exports=["csv", "tsv"],
    ),
)
KINDS: Final[dict[tuple[str, str], Kind]] = {(kind.data_type, kind.annotation_type): kind for kind in _KINDS}
"""The kinds of datasets there are; another kind is another entry (and its reader of files)."""
FIELDS: Final = ("shape", "span", "interval", "text", "track")
DECIMALS: Final = 3
"""Of a pixel: so many are kept, so that edges and sizes can be turned into each other without loss."""
SLACK: Final = 0.0004


def check_objects(
    kind: Kind,
    template: str | None,
    labels: Collection[str],
    objects: Sequence[AnnotationObject],
    size: tuple[int, int] | None = None,
) -> list[dict[str, Any]]:
    """Check what is said of one sample against the kind of its dataset.

    Parameters
    ----------
    size : tuple of int, optional
        Width and height of the image that boxes must lie in.

    Returns
    -------
    list of dict
        The objects as they are stored: only the fields that are set, boxes to a thousandth of a pixel.

    Raises
    ------
    Invalid
        A label that the group has not, a field that this kind has not or lacks, a box that is not inside the image, or
        too many objects.
    """
    seen: set[str] = set()
    found = []
    for n, item in enumerate(objects):
        field = f"objects.{n}"
        for name in FIELDS:
            if getattr(item, name) is not None and name not in kind.carries:
                raise Invalid(
                    f"{field}.{name}", f"Objects: {kind.annotation_type} has no {name}.", code="field_not_in_kind"
                )
        if item.label is None:
            raise Invalid(f"{field}.label", "Objects: a label is missing.", code="label_missing")
        if item.label not in labels:
            raise Invalid(
                f"{field}.label",
                f"Objects: the label group of this dataset has no label {item.label!r}.",
                code="label_unknown",
                params={"label": item.label},
            )
        if kind.shapes and item.shape is None:
            raise Invalid(
                f"{field}.shape", f"Objects: {kind.annotation_type} needs a box for each object.", code="shape_missing"
            )
        if not kind.many:
            if item.label in seen:
                raise Invalid(f"{field}.label", f"Objects: the label {item.label!r} occurs twice.", code="label_twice")
            seen.add(item.label)
        if item.shape is not None:
            _check_box(f"{field}.shape", item.shape, size)
        found.append(stored(item))
    if kind.one_label(template) and len(objects) > 1:
        raise Invalid("objects", "Objects: this dataset takes one label a sample.", code="one_label_only")
    return found


def _check_box(field: str, box: Box, size: tuple[int, int] | None) -> None:
    stored_box = box_of_edges(box.x, box.y, box.x + box.w, box.y + box.h)
    for name in ("w", "h"):
        if stored_box[name] <= 0:
            raise Invalid(f"{field}.{name}", f"Box: {name} must be more than 0.", code="box_empty")
    if size is None:
        return
    for axis, side, start, length, limit in (("x", "w", box.x, box.w, size[0]), ("y", "h", box.y, box.h, size[1])):
        if start + length > limit + SLACK:
            raise Invalid(
                f"{field}.{side}",
                f"Box: {axis} + {side} = {start + length:g} is outside the image of {size[0]} x {size[1]} pixels.",
                code="box_outside",
                params={"width": size[0], "height": size[1]},
            )


def stored(item: AnnotationObject) -> dict[str, Any]:
    """Write an object as it is stored: only the fields that are set."""
    value = item.model_dump(mode="json", exclude_none=True)
    if item.shape is not None:
        box = item.shape
        value["shape"] = box_of_edges(box.x, box.y, box.x + box.w, box.y + box.h)
    return value


def box_of_edges(left: float, upper: float, right: float, lower: float) -> dict[str, Any]:
    """Make a stored box. Edges are rounded, not sizes: so every form that has edges or sizes gives it back as it is."""
    left, upper = round(left, DECIMALS), round(upper, DECIMALS)
    w, h = round(round(right, DECIMALS) - left, DECIMALS), round(round(lower, DECIMALS) - upper, DECIMALS)
    return {"type": "bbox", "x": _plain(left), "y": _plain(upper), "w": _plain(w), "h": _plain(h)}


def _plain(number: float) -> float | int:
    whole = int(number)
    return whole if whole == number else number


def counted(objects: Sequence[dict[str, Any]] | None) -> list[str]:
    """Give the label of each object that has a shape."""
    return [item["label"] for item in objects or () if item.get("shape") is not None and item.get("label") is not None]


def essence(objects: Sequence[dict[str, Any]] | None) -> list[Any]:
    """Give what stored objects say, without marks and scores: equal where nothing was labelled anew."""
    return [tuple(str(item.get(name)) for name in ("label", *FIELDS)) for item in objects or ()]


def labels_of(objects: Sequence[dict[str, Any]] | None) -> list[str]:
    """Give the labels of stored objects, each once."""
    return list(dict.fromkeys(item["label"] for item in objects or () if item.get("label") is not None))


def least_score(objects: Sequence[dict[str, Any]] | None) -> float | None:
    """Give the least score of stored objects, ``None`` without scores."""
    return min((item["score"] for item in objects or () if item.get("score") is not None), default=None)
