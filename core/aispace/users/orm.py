"""Table of the accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.base import DEFAULT_ORGANISATION, Base, Timed
from ..db.types import Id, JSONValue, UTCDateTime


class GivenUid(Base):
    """A uid that was given to an account, for ever: files of a deleted account may still carry it."""

    __tablename__ = "aispace_given_uids"

    uid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[str] = mapped_column(Id, unique=True)


class User(Timed, Base):
    """A person with an account.

    ``issuer`` and ``subject`` say who vouches for the person and under which name there (``local`` and the user name
    for our own accounts); ``name`` is the name in the hub. ``passwords`` are the hashes of earlier passwords.
    """

    __tablename__ = "aispace_users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, default=DEFAULT_ORGANISATION, index=True)
    department_id: Mapped[str | None] = mapped_column(Id, default=None)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(100), default="")
    role: Mapped[str] = mapped_column(String(32), default="user")
    enabled: Mapped[bool] = mapped_column(default=True)
    uid: Mapped[int] = mapped_column(unique=True)
    password: Mapped[str | None] = mapped_column(String(255), default=None)
    passwords: Mapped[list[str]] = mapped_column(JSONValue, default=list)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONValue, default=dict)
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    sessions: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often all sessions of the account were closed; the hub closes those that began before."""
    revision: Mapped[int] = mapped_column(default=1)
