"""Public shapes of label groups."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ..identity import Visibility
from ..schemas import Name, OwnedQuery, OwnedRead, Schema, unfit

GroupKind = Literal["vision", "text", "audio"]
PALETTE = (
    "#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#bab0ac",
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf", "#aec7e8",
)  # fmt: skip
"""Colours for labels that come without one: distinct in light and dark themes."""


RESERVED_KEYS = ("c", "r", "u")
"""Keys with a meaning of their own in the annotator of every kind: confirm, repeat, hard example."""


def _one_line(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise unfit("not_one_line", "no control characters, no space at its ends")
    return value


LabelName = Annotated[str, StringConstraints(min_length=1, max_length=30), AfterValidator(_one_line)]
"""Name of a label: 1 to 30 characters."""


class Label(Schema):
    """One label."""

    name: LabelName
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    """``#rrggbb``; chosen from a palette when it is not given."""
    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]$")] | None = None
    """Shortcut in the annotator: a digit or lower-case letter, except c, r and u, which the annotator uses itself."""


def _consistent(labels: list[Label]) -> list[Label]:
    names = [label.name for label in labels]
    keys = [label.key for label in labels if label.key]
    twice = sorted({n for n in names if names.count(n) > 1} if len(set(names)) < len(names) else ())
    if twice:
        raise unfit("label_twice", f"the label {twice[0]!r} occurs twice", label=twice[0])
    taken = [label for label in labels if label.key in RESERVED_KEYS]
    if taken:
        used = f"the key {taken[0].key!r} of the label {taken[0].name!r} is used by the annotator itself"
        words = f"{used}: choose a digit or a letter other than {', '.join(RESERVED_KEYS)}"
        raise unfit("key_reserved", words, key=str(taken[0].key), label=taken[0].name)
    if len(set(keys)) < len(keys):
        raise unfit("key_twice", "two labels have the same key")
    return labels


Labels = Annotated[list[Label], Field(max_length=2000), AfterValidator(_consistent)]


class LabelGroupCreate(Schema):
    """A new label group."""

    name: Name
    kind: GroupKind = "vision"
    labels: Labels = Field(default_factory=list)
    description: Annotated[str, StringConstraints(max_length=100)] = ""
    visibility: Visibility = "private"


class LabelGroupUpdate(Schema):
    """What may be changed of a label group; what is left out stays."""

    name: Name | None = None
    labels: Labels | None = None
    description: Annotated[str, StringConstraints(max_length=100)] | None = None
    visibility: Visibility | None = None


class LabelGroupCopy(Schema):
    """Name of a copy."""

    name: Name
    description: Annotated[str, StringConstraints(max_length=100)] | None = None


class LabelGroupRead(OwnedRead):
    """A label group."""

    kind: GroupKind
    description: str
    labels: list[Label]
    label_count: int
    used_by: int
    """How many datasets use it."""


class LabelGroupQuery(OwnedQuery):
    """Query of the list of label groups."""

    kind: GroupKind | None = None


class LabelGroupOf(Schema):
    """The label group of a dataset."""

    id: str
    name: str
    revision: int
    labels: list[Label]


class LabelRename(Schema):
    """A label's other name, in the group and on all samples that have it."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    to: LabelName
    merge: bool = False
    """Join it to a label of that name which the group has already."""


class LabelDelete(Schema):
    """A label that goes from the group and from all samples."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    samples: bool = False
    """Delete the samples that have this label only, too; otherwise they stay, unlabelled."""


class Relabelled(Schema):
    """What a change of a label everywhere did."""

    group: LabelGroupRead
    changed: int
    """Samples that say something else now."""
    deleted: int = 0
    """Samples that are gone from the working copies."""
