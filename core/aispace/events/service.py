"""Record what happens, seal it, read it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy.event
from sqlalchemy import func, inspect, or_, select, update
from sqlalchemy.orm import Session

from ..db.base import DEFAULT_ORGANISATION, Owned
from ..identity import Principal, Reachable, authorize
from ..ids import new_id
from ..schemas import CursorInfo, CursorPage, Ref
from .orm import Event
from .schemas import EventQuery, EventRead

if TYPE_CHECKING:
    from ..platform import Platform

GENESIS = "0" * 64
SEAL_BATCH = 1000


def event_hash(previous: str, event: Event) -> str:
    """Hash of an event and its predecessor: SHA-256 over the predecessor's hash and the canonical JSON of the row."""
    body = json.dumps(
        [
            event.position,
            event.id,
            event.occurred_at.isoformat(),
            event.actor_id,
            event.code,
            event.object_kind,
            event.object_id,
            event.params,
            event.request_id,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return hashlib.sha256(f"{previous}{body}".encode()).hexdigest()


@dataclass(frozen=True)
class Sealed:
    """An event with what decides who may read it."""

    event: EventRead
    owner_id: str | None
    shared: bool

    def visible_to(self, principal: Principal) -> bool:
        """Tell whether somebody may read it; the same rule as in `EventService.list`."""
        mine = principal.user_id in (self.owner_id, self.event.actor.id)
        return self.shared or mine or principal.is_administrator


class EventService:
    """Events and audit: one append-only table."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self._new = threading.Condition()
        self._generation = 0
        sqlalchemy.event.listen(self.db.sessions, "before_flush", self._follow)

    def _follow(self, session: Session, _context: Any, _instances: Any) -> None:
        """Let the events of an object that is shared no longer, or has another owner, be read accordingly."""
        for row in session.dirty:
            if not isinstance(row, Owned):
                continue
            about = update(Event).where(Event.object_id == row.id).execution_options(synchronize_session=False)
            state = inspect(row)
            if state.attrs.visibility.history.has_changes() and row.visibility == "private":
                session.execute(about.where(Event.shared).values(shared=False))
            if state.attrs.owner_id.history.has_changes():
                (before,) = state.attrs.owner_id.history.deleted or (None,)
                session.execute(about.where(Event.owner_id == before).values(owner_id=row.owner_id))

    def record(
        self,
        principal: Principal,
        code: str,
        *,
        object_kind: str,
        object_id: str,
        params: dict[str, Any] | None = None,
        resource: Reachable | None = None,
    ) -> None:
        """Insert an event into the running write transaction.

        Parameters
        ----------
        code : str
            ``<noun>.<verb>``, for instance ``"dataset.published"``.
        params : dict, optional
            JSON values for the words that a face puts around the code.
        resource : object, optional
            The object itself: its owner and visibility decide who may read the event. Without it only
            administrators and the actor may.
        """
        with self.db.write() as session:
            session.add(
                Event(
                    id=new_id("evt"),
                    actor_id=principal.user_id,
                    actor_name=principal.name,
                    organisation_id=getattr(resource, "organisation_id", None) or DEFAULT_ORGANISATION,
                    code=code,
                    object_kind=object_kind,
                    object_id=object_id,
                    owner_id=resource.owner_id if resource is not None else principal.user_id,
                    shared=resource is not None and resource.visibility != "private",
                    params=params or {},
                    request_id=principal.request_id,
                )
            )
            self.db.after_commit(self._wake)

    def _wake(self) -> None:
        with self._new:
            self._generation += 1
            self._new.notify_all()

    def wait(self, generation: int, timeout: float) -> int:
        """Wait until something was recorded or sealed since ``generation``; give the current generation."""
        with self._new:
            self._new.wait_for(lambda: self._generation != generation, timeout)
            return self._generation

    def seal(self) -> int:
        """Give position and hash to what has none yet; only the sealer of the one `aispace serve` calls this.

        Returns
        -------
        int
            How many events were sealed.
        """
        sealed = 0
        while True:
            with self.db.write() as session:
                rows = session.scalars(
                    select(Event).where(Event.position.is_(None)).order_by(Event.row).limit(SEAL_BATCH)
                ).all()
                if not rows:
                    break
                last = session.execute(
                    select(Event.position, Event.hash)
                    .where(Event.position.is_not(None))
                    .order_by(Event.position.desc())
                    .limit(1)
                ).first()
                position, previous = (last[0] or 0, last[1] or GENESIS) if last else (0, GENESIS)
                for row in rows:
                    position += 1
                    row.position = position
                    row.hash = previous = event_hash(previous, row)
                sealed += len(rows)
        if sealed:
            self._wake()
        return sealed

    def verify(self) -> int | None:
        """Re-hash the whole chain.

        Returns
        -------
        int or None
            Position of the first event that does not fit, or ``None`` when all fit.
        """
        previous, expected = GENESIS, 0
        with self.db.read() as session:
            statement = select(Event).where(Event.position.is_not(None)).order_by(Event.position)
            for row in session.scalars(statement.execution_options(yield_per=1000)):
                expected += 1
                if row.position != expected or row.hash != event_hash(previous, row):
                    return expected
                previous = row.hash or ""
        return None

    def position(self) -> int:
        """Tell the position of the newest sealed event; 0 when there is none."""
        with self.db.read() as session:
            return session.scalar(select(func.max(Event.position))) or 0

    def list(self, principal: Principal, query: EventQuery, *, audit: bool = False) -> CursorPage[EventRead]:
        """Read events that the principal may see.

        Parameters
        ----------
        audit : bool, optional
            All events of everybody; needs ``read:audit``.
        """
        statement = select(Event).where(Event.position.is_not(None))
        if audit:
            authorize(principal, "read:audit")
        elif not principal.is_administrator:
            statement = statement.where(
                or_(Event.owner_id == principal.user_id, Event.actor_id == principal.user_id, Event.shared)
            )
        if query.object_id is not None:
            statement = statement.where(Event.object_id == query.object_id)
        if query.actor_id is not None:
            statement = statement.where(Event.actor_id == query.actor_id)
        if query.code is not None:
            if query.code.endswith("*"):
                statement = statement.where(Event.code.startswith(query.code[:-1], autoescape=True))
            else:
                statement = statement.where(Event.code == query.code)
        if query.before is not None:
            statement = statement.where(Event.position < query.before)
        forward = query.after is not None
        if forward:
            statement = statement.where(Event.position > query.after).order_by(Event.position)
        else:
            statement = statement.order_by(Event.position.desc())
        with self.db.read() as session:
            rows = session.scalars(statement.limit(query.limit + 1)).all()
        page = rows[: query.limit]
        following = str(page[-1].position) if len(rows) > query.limit else None
        return CursorPage(items=[self._shape(row) for row in page], page=CursorInfo(limit=query.limit, next=following))

    def tail(self, after: int, until: int, principal: Principal | None = None, limit: int = 1000) -> Sequence[Sealed]:
        """Read what was sealed between two positions, oldest first, for those who follow.

        Parameters
        ----------
        after, until : int
            Positions greater than the first, up to and with the second.
        principal : Principal, optional
            Only what he may see; without him everything, which the caller filters by `Sealed.visible_to`.
        """
        statement = select(Event).where(Event.position > after, Event.position <= until).order_by(Event.position)
        if principal is not None and not principal.is_administrator:
            statement = statement.where(
                or_(Event.owner_id == principal.user_id, Event.actor_id == principal.user_id, Event.shared)
            )
        with self.db.read() as session:
            rows = session.scalars(statement.limit(limit)).all()
        return [Sealed(self._shape(row), row.owner_id, row.shared) for row in rows]

    def _shape(self, row: Event) -> EventRead:
        return EventRead(
            position=row.position or 0,
            id=row.id,
            code=row.code,
            object_kind=row.object_kind,
            object_id=row.object_id,
            params=row.params or {},
            actor=Ref(id=row.actor_id, name=row.actor_name),
            occurred_at=row.occurred_at,
            request_id=row.request_id,
            hash=row.hash,
        )
