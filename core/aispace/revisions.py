"""Revisions: two people never overwrite each other unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import object_session

from .db.base import Owned, utc_now
from .errors import NotFound, PreconditionFailed


def check(row: Owned, expected: int | None, current: Callable[[], Any]) -> None:
    """Refuse a change that was made against another revision, and keep others from changing it until the end.

    Parameters
    ----------
    row : Owned
        The object to be changed.
    expected : int or None
        Revision that the caller read (``If-Match``); ``None`` for the platform's own changes.
    current : callable
        Makes the public shape of the current value, for the answer.

    Raises
    ------
    PreconditionFailed
        The object has another revision.
    NotFound
        Somebody deleted it at this moment.
    """
    session = object_session(row)
    if session is not None and session.get_bind().dialect.name != "sqlite":
        # Between reading and writing another transaction could change it; SQLite has one writer anyway.
        row_id = row.id
        try:
            session.refresh(row, with_for_update=True)
        except InvalidRequestError:
            raise NotFound("object", row_id) from None
    if expected is not None and row.revision != expected:
        value = current()
        raise PreconditionFailed(value.model_dump(mode="json") if hasattr(value, "model_dump") else value)


def touch(row: Owned) -> None:
    """Count a change of the object."""
    row.revision += 1
    row.updated_at = utc_now()
