"""Idempotency keys: a create that is sent twice is done once.

A key is claimed before the work, so that a second request does not begin it again, and completed in the transaction of
the change itself: a platform that is killed has either both or neither, and then the claim is forgotten at its start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Id, JSONValue, UTCDateTime
from .errors import AISpaceError, Conflict
from .identity import Principal
from .ids import new_id

if TYPE_CHECKING:
    from .platform import Platform

KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
KEPT = timedelta(hours=24)
"""How long an answer is kept."""
ABANDONED = timedelta(minutes=10)
"""After this an operation without an answer is taken for dead: its process is gone."""


class IdempotencyKey(Base):
    """One use of a key, with the answer once there is one."""

    __tablename__ = "aispace_idempotency_keys"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id)
    key: Mapped[str] = mapped_column(String(255))
    operation: Mapped[str] = mapped_column(String(512))
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(default=None)
    headers: Mapped[Any] = mapped_column(JSONValue, default=dict)
    body: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    __table_args__ = (UniqueConstraint("user_id", "key"),)


@dataclass(frozen=True)
class Answer:
    """An answer that was given before."""

    status: int
    headers: Mapping[str, str]
    body: str


class IdempotencyStore:
    """Remembers which creates were done, for a day.

    Parameters
    ----------
    platform : Platform
        Gives database and clock.
    """

    def __init__(self, platform: Platform) -> None:
        self.db = platform.db
        self.clock = platform.clock

    def begin(self, principal: Principal, key: str, operation: str, digest: str) -> tuple[str, Answer | None]:
        """Claim a key for an operation.

        Parameters
        ----------
        key : str
            As the caller made it: 1 to 255 printable ASCII characters.
        operation : str
            Method and path.
        digest : str
            Hash of the body.

        Returns
        -------
        ticket : str
            For `complete` or `abandon`.
        answer : Answer or None
            The answer of the first time; then nothing is to be done.

        Raises
        ------
        Conflict
            The key was used for something else, or the first request still runs.
        AISpaceError
            400 for a key of another form.
        """
        if not KEY.match(key):
            raise AISpaceError(
                "idempotency_key_invalid",
                "Not done. Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
            )
        now = self.clock.now()
        with self.db.write() as session:
            session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
            row = session.scalar(
                select(IdempotencyKey)
                .where(IdempotencyKey.user_id == principal.user_id, IdempotencyKey.key == key)
                .with_for_update()
            )
            if row is not None and row.status is None and row.created_at < now - ABANDONED:
                session.delete(row)
                session.flush()
                row = None
            if row is None:
                ticket = new_id("idm")
                session.add(
                    IdempotencyKey(
                        id=ticket,
                        user_id=principal.user_id,
                        key=key,
                        operation=operation[:512],
                        digest=digest,
                        created_at=now,
                    )
                )
                return ticket, None
        if row.operation != operation[:512] or row.digest != digest:
            raise Conflict(
                "idempotency_key_reused",
                "Not done. This Idempotency-Key was used for another request. Use a new key for each request.",
            )
        if row.status is None:
            raise Conflict(
                "idempotency_in_progress",
                "Not done again. The first request with this Idempotency-Key still runs. Wait for it and ask again.",
            )
        return row.id, Answer(row.status, row.headers or {}, row.body)

    def complete(self, ticket: str, status: int, headers: Mapping[str, str], body: str) -> None:
        """Keep the answer; inside `Database.together`, so that it is there if and only if the change is.

        Raises
        ------
        Conflict
            The claim is gone; then the change must not be committed.
        """
        with self.db.write() as session:
            row = session.get(IdempotencyKey, ticket)
            if row is None:
                # Somebody took the operation for dead and may be doing it again: then it must not be done here.
                raise Conflict(
                    "idempotency_claim_lost",
                    "Not done. Another request with this Idempotency-Key took over. Ask again.",
                )
            row.status, row.headers, row.body = status, dict(headers), body

    def abandon(self, ticket: str) -> None:
        """Forget a claim whose operation failed: the same key may be tried again."""
        with self.db.write() as session:
            session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == ticket, IdempotencyKey.status.is_(None)))

    def clear_unfinished(self) -> None:
        """Forget claims of a process that is gone; called when `aispace serve` starts."""
        with self.db.write() as session:
            session.execute(delete(IdempotencyKey).where(IdempotencyKey.status.is_(None)))
