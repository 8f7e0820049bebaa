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


class AnnotationObject(Schema):
    """One thing said about a sample. Which fields a kind of dataset takes is checked against `KINDS`."""

    id: Annotated[str, StringConstraints(max_length=40)] | None = None
    label: LabelName | None = None
    shape: dict[str, JsonValue] | None = None
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


class Kind(Schema):
    """What a kind of dataset is."""

    data_type: str
    annotation_type: str
    templates: list[str]
    label_group: bool
    """Whether it needs labels."""
    carries: list[str]
    """Fields of an object besides ``id``, ``label``, ``score``, ``attributes`` and ``hard``."""


KINDS: Final[dict[tuple[str, str], Kind]] = {
    ("image", "image_classification"): Kind(
        data_type="image",
        annotation_type="image_classification",
        templates=["single", "multi"],
        label_group=True,
        carries=[],
    )
}
"""The kinds of datasets there are; another kind is another entry (and its reader of files)."""
FIELDS: Final = ("shape", "span", "interval", "text", "track")


def check_objects(
    kind: Kind, template: str | None, labels: Collection[str], objects: Sequence[AnnotationObject]
) -> list[dict[str, Any]]:
    """Check what is said of one sample against the kind of its dataset.

    Returns
    -------
    list of dict
        The objects as they are stored: only the fields that are set.

    Raises
    ------
    Invalid
        A label that the group has not, a field that this kind has not, or too many objects.
    """
    seen: set[str] = set()
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
        if kind.annotation_type == "image_classification":
            if item.label in seen:
                raise Invalid(f"{field}.label", f"Objects: the label {item.label!r} occurs twice.", code="label_twice")
            seen.add(item.label)
    if template == "single" and len(objects) > 1:
        raise Invalid("objects", "Objects: this dataset takes one label a sample.", code="one_label_only")
    return [stored(item) for item in objects]


def stored(item: AnnotationObject) -> dict[str, Any]:
    """Write an object as it is stored: only the fields that are set."""
    return item.model_dump(mode="json", exclude_none=True)


def labels_of(objects: Sequence[dict[str, Any]] | None) -> list[str]:
    """Give the labels of stored objects, each once."""
    return list(dict.fromkeys(item["label"] for item in objects or () if item.get("label") is not None))


def least_score(objects: Sequence[dict[str, Any]] | None) -> float | None:
    """Give the least score of stored objects, ``None`` without scores."""
    return min((item["score"] for item in objects or () if item.get("score") is not None), default=None)
