"""What every table has in common."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .types import Id, UTCDateTime

DEFAULT_ORGANISATION = "org_default"
"""Id of the organisation that exists from the first start."""
WITH_TRASH = {"include_trashed": True}
"""Options of an execution that also sees what lies in the trash."""


class Base(DeclarativeBase):
    """Base of all tables; constraint names are derived, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def utc_now() -> datetime:
    """Tell the time, UTC."""
    return datetime.now(UTC)


class Timed:
    """Mixin: when a row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now, onupdate=utc_now)


class Owned(Timed):
    """Mixin: an object with an owner, a place in the tenancy, a visibility and a revision.

    ``revision`` is the ETag: whoever changes the object adds one (`aispace.revisions.touch`).
    """

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, default=DEFAULT_ORGANISATION, index=True)
    department_id: Mapped[str | None] = mapped_column(Id, default=None)
    owner_id: Mapped[str] = mapped_column(Id, index=True)
    visibility: Mapped[str] = mapped_column(String(16), default="private", index=True)
    revision: Mapped[int] = mapped_column(default=1)


class Trashable(Owned):
    """Mixin: an object that is deleted into the trash first.

    What lies there is left out of every query (`Database`), unless it is executed with `WITH_TRASH`; so nobody has to
    think of it who lists, reads or counts.
    """

    trashed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
