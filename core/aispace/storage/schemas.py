"""Public shapes of uploads and of the care of the storage."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..schemas import CursorQuery, Schema, Timestamp


class UploadRead(Schema):
    """A file on its way (tus 1.0)."""

    id: str
    filename: str
    relative_path: str | None
    batch: str | None
    length: int
    offset: int
    """Bytes that have arrived."""
    finished: bool
    created_at: Timestamp
    expires_at: Timestamp


class UploadQuery(CursorQuery):
    """Query of one's own uploads."""

    finished: bool = False
    batch: Annotated[str | None, Field(max_length=64)] = None


class Damage(Schema):
    """A blob whose bytes are not what its name says, or that is missing."""

    sha256: str
    problem: str
    """``"changed"`` or ``"missing"``."""
    needed_by: list[str] = Field(default_factory=list)
    """Versions that need it, for instance ``"aispace_dataset_versions ds_... V0001"``."""


class VerifyReport(Schema):
    """What re-hashing all blobs found."""

    blobs: int
    size_bytes: int
    damaged: list[Damage]


class CollectReport(Schema):
    """What was freed."""

    kept: int
    removed: int
    freed_bytes: int
    trees_removed: int
