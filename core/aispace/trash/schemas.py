"""Public shapes of the trash."""

from __future__ import annotations

from typing import Literal

from ..schemas import ListQuery, Name, Ref, Schema, Timestamp

TrashKind = Literal[
    "algorithm", "batch_service", "dataset", "evaluation", "label_group", "model", "service", "training_job"
]


class TrashRead(Schema):
    """Something that was deleted and can be taken back."""

    id: str
    """Of the object itself."""
    kind: TrashKind
    name: str
    owner: Ref
    deleted_by: Ref
    deleted_at: Timestamp
    expires_at: Timestamp
    """When it is deleted for good."""
    name_taken: bool
    """Whether its owner has another object of that kind and name by now: then a new name is needed."""


class TrashQuery(ListQuery):
    """Query of the trash."""

    kind: TrashKind | None = None
    scope: Literal["mine", "all"] = "mine"
    """``all``: of everybody, for administrators."""


class TrashRestore(Schema):
    """How it comes back."""

    name: Name | None = None
    """A new name; null: the one that it had."""


class Restored(Schema):
    """What came back."""

    id: str
    kind: TrashKind
    name: str


class Emptied(Schema):
    """What was deleted for good."""

    deleted: int
    kept: int
    """What others in somebody's trash still need; it goes with them."""
