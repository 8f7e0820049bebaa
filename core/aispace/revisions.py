"""Revisions: two people never overwrite each other unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import object_session

from .db.base import utc_now
from .errors import NotFound, PreconditionFailed


class Revised(Protocol):
    """A row that counts its changes."""

    id: str
    revision: int
    updated_at: datetime


def lock(row: Revised) -> None:
    """Read an object anew and keep others from changing it until the transaction ends.

    Raises
    ------
    NotFound
        Somebody deleted it at this moment.
    """
    session = object_session(row)
    # Between reading and writing another transaction could change it; SQLite has one writer anyway. A row of this
    # very transaction is known to nobody else yet.
    if session is None or session.get_bind().dialect.name == "sqlite" or not inspect(row).persistent:
        return
    locked = session.info.setdefault("locked", set())
    if row.id in locked:
        return
    row_id = row.id
    session.flush()  # reading anew would undo what was changed already
    try:
        session.refresh(row, with_for_update=True)
    except InvalidRequestError:
        raise NotFound("object", row_id) from None
    locked.add(row_id)


def check(row: Revised, expected: int | None, current: Callable[[], Any]) -> None:
    """Refuse a change that was made against another revision, and keep others from changing it until the end.

    Parameters
    ----------
    row : object with a revision
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
    lock(row)
    if expected is not None and row.revision != expected:
        value = current()
        raise PreconditionFailed(value.model_dump(mode="json") if hasattr(value, "model_dump") else value)


def touch(row: Revised) -> None:
    """Count a change of the object: two at a time are two, whoever made them."""
    lock(row)
    row.revision += 1
    row.updated_at = utc_now()
