"""Tables of datasets.

Samples name their dataset by its small number, not its id: a million rows and five indexes are a third smaller so.

What changed since the last published version is known without looking at what did not: each change of a dataset's
working copy counts up `Dataset.change`, and a sample remembers the count of its last change (`Sample.change`) and of
its appearance (`Sample.added`). `Dataset.published` is the count at the last publishing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, JSONValue, Trashable, UTCDateTime, utc_now
from ..versions import Versioned

Path = String(1024).with_variant(String(1024, collation="C"), "postgresql")
"""Sorted by its bytes, as manifests are."""


class Dataset(Trashable, Base):
    """A dataset: its working copy and what the lists need to know of it."""

    __tablename__ = "aispace_datasets"

    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(50))
    description: Mapped[str] = mapped_column(String(255), default="")
    data_type: Mapped[str] = mapped_column(String(16))
    annotation_type: Mapped[str] = mapped_column(String(32))
    template: Mapped[str | None] = mapped_column(String(8))
    label_group_id: Mapped[str | None] = mapped_column(ForeignKey("aispace_label_groups.id"), index=True)
    columns: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """Columns of a table, as `schemas.Column`; the import that brings the first rows sets them."""
    status: Mapped[str] = mapped_column(String(16), default="unlabelled", index=True)
    importing: Mapped[int] = mapped_column(default=0)
    """How many imports are not finished."""

    total: Mapped[int] = mapped_column(default=0)
    unlabelled: Mapped[int] = mapped_column(default=0)
    auto: Mapped[int] = mapped_column(default=0)
    started: Mapped[int] = mapped_column(default=0)
    labelled: Mapped[int] = mapped_column(default=0)
    reviewed: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    hard: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    next_sample: Mapped[int] = mapped_column(default=1)

    change: Mapped[int] = mapped_column(BigInteger, default=0)
    published: Mapped[int] = mapped_column(BigInteger, default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    last_version: Mapped[int] = mapped_column(default=0)
    current_version: Mapped[str | None] = mapped_column(String(12), default=None)
    base_version: Mapped[str | None] = mapped_column(String(12), default=None)
    base_manifest: Mapped[str | None] = mapped_column(String(64), default=None)
    base_annotations: Mapped[str | None] = mapped_column(String(64), default=None)
    base_counts: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)

    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        Index("ix_aispace_datasets_created", "created_at"),
        Index("ix_aispace_datasets_updated", "updated_at"),
    )


class Sample(Base):
    """A file, a text or a row of the working copy and its annotation."""

    __tablename__ = "aispace_samples"

    dataset: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Path)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    content: Mapped[str | None] = mapped_column(Text, default=None)
    """The sample itself where it is a row of a table or a short text: a million of them would be a million blobs of a
    few bytes. `sha256` and `size` are those of its UTF-8 bytes; there is no blob of them."""
    state: Mapped[str] = mapped_column(String(12), default="unlabelled")
    split: Mapped[str | None] = mapped_column(String(16), default=None)
    hard: Mapped[bool] = mapped_column(default=False)
    objects: Mapped[Any] = mapped_column(JSONValue)
    score: Mapped[float | None] = mapped_column(Float, default=None)
    """Least score of its automatic objects."""
    by: Mapped[str | None] = mapped_column(String(64), default=None)
    at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    review: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """The last review: ``{"verdict", "reason", "by", "at"}``; it outlasts the change that it asked for. Its ``before``
    is the one of a sample that was mended, and comes back when this one is taken back."""
    revision: Mapped[int] = mapped_column(default=1)
    change: Mapped[int] = mapped_column(BigInteger)
    added: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("uq_aispace_samples_path", "dataset", "path", unique=True),
        Index("ix_aispace_samples_state", "dataset", "state", "number"),
        Index("ix_aispace_samples_split", "dataset", "split", "number"),
        Index("ix_aispace_samples_change", "dataset", "change"),
    )


class SampleLabel(Base):
    """Which samples have a label."""

    __tablename__ = "aispace_sample_labels"

    dataset: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(30), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class SampleRemoval(Base):
    """A sample that was taken out of the working copy."""

    __tablename__ = "aispace_sample_removals"

    dataset: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    path: Mapped[str] = mapped_column(Path, primary_key=True)
    added: Mapped[int] = mapped_column(BigInteger)


class DatasetCount(Base):
    """How many samples of the working copy have a label or are in a split."""

    __tablename__ = "aispace_dataset_counts"

    dataset: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    """``label``, ``split``, or ``object``: labels by objects instead of by samples."""
    key: Mapped[str] = mapped_column(String(30), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class DatasetVersion(Versioned, Base):
    """A published version: samples in the manifest, annotations in a blob of their own."""

    __tablename__ = "aispace_dataset_versions"

    annotations: Mapped[str] = mapped_column(String(64))
    labels: Mapped[Any] = mapped_column(JSONValue)
    """The labels of the group at that time."""
    counts: Mapped[Any] = mapped_column(JSONValue)
    """``{"states": {}, "splits": {}, "labels": {}}``."""
    data_type: Mapped[str] = mapped_column(String(16))
    annotation_type: Mapped[str] = mapped_column(String(32))
    template: Mapped[str | None] = mapped_column(String(8))
    columns: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)


class Import(Base):
    """Files on their way into a dataset."""

    __tablename__ = "aispace_imports"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(Id, index=True)
    owner_id: Mapped[str] = mapped_column(Id, index=True)
    principal: Mapped[Any] = mapped_column(JSONValue)
    request: Mapped[Any] = mapped_column(JSONValue)
    status: Mapped[str] = mapped_column(String(12), default="queued", index=True)
    """queued, staging, committing, succeeded, failed, cancelled."""
    cancel: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    report: Mapped[Any] = mapped_column(JSONValue)
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    spool: Mapped[str | None] = mapped_column(String(64), default=None)
    """Blob with the staged files, one JSON line each."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class Export(Base):
    """A version on its way out."""

    __tablename__ = "aispace_exports"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(Id, index=True)
    version: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[str] = mapped_column(Id, index=True)
    principal: Mapped[Any] = mapped_column(JSONValue)
    layout: Mapped[str] = mapped_column(String(16))
    losses: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    """What the layout cannot carry, as `requests.Note`."""
    area_path: Mapped[str | None] = mapped_column(String(4096))
    """Where in the owner's area it goes; none for a download."""
    filename: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(12), default="queued", index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    reason: Mapped[Any] = mapped_column(JSONValue, nullable=True, default=None)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class BulkUndo(Base):
    """What a change of many samples replaced, so that it can be undone for a day."""

    __tablename__ = "aispace_bulk_undos"

    token: Mapped[str] = mapped_column(Id, primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(Id, index=True)
    user_id: Mapped[str] = mapped_column(Id)
    entries: Mapped[Any] = mapped_column(JSONValue)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
