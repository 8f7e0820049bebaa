"""Throw away, take back, delete for good."""

from __future__ import annotations

import builtins
import logging
import secrets
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import AISpaceError, Conflict, InUse, NotFound
from ..identity import SYSTEM, Principal, authorize
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, Ref
from .orm import TrashItem
from .schemas import Emptied, Restored, TrashQuery, TrashRead, TrashRestore

if TYPE_CHECKING:
    from ..platform import Platform

log = logging.getLogger("aispace.trash")
LOOK_EVERY: Final = 300.0
LAST: Final = ("label_group",)
"""What others in the trash may need is deleted after them."""


class TrashService:
    """The trash of everybody."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.objects = platform.objects
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Delete what has lain long enough, every five minutes from now on."""
        self._thread = threading.Thread(target=self._tidy, name="aispace-trash", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _tidy(self) -> None:
        while not self._stop.is_set():
            try:
                self.expire()
            except Exception:  # whatever it is, the next round tries again
                log.exception("the trash was not tidied; the next try follows")
            self._stop.wait(LOOK_EVERY)

    # For the domains

    def put(self, principal: Principal, row: Any) -> None:
        """Throw an object away, in the running transaction; whether that may be, the caller has checked.

        From then on no query finds it, its name is free, and all that it consists of stays until it is deleted for
        good.
        """
        with self.db.write() as session:
            kind = self.objects.of(row.id)
            now = self.platform.clock.now()
            session.add(
                TrashItem(
                    id=row.id,
                    kind=kind.kind,
                    name=row.name,
                    owner_id=row.owner_id,
                    organisation_id=row.organisation_id,
                    deleted_by_id=principal.user_id,
                    deleted_by_name=principal.name,
                    deleted_at=now,
                    expires_at=now + timedelta(days=self.platform.trash_days),
                )
            )
            row.name = f"~{secrets.token_hex(12)}"
            row.trashed_at = now
            if kind.trashed is not None:
                kind.trashed(session, row)
            revisions.touch(row)
            session.flush()

    def holds(self, object_ids: builtins.list[str]) -> set[str]:
        """Tell which of these objects lie in the trash."""
        with self.db.read() as session:
            return set(session.scalars(select(TrashItem.id).where(TrashItem.id.in_(object_ids))))

    # For people

    def list(self, principal: Principal, query: TrashQuery) -> Page[TrashRead]:
        """List what lies in the caller's trash, the newest first; administrators may look into everybody's."""
        authorize(principal, "read:trash")
        statement = select(TrashItem)
        if query.scope == "mine" or not principal.is_administrator:
            statement = statement.where(TrashItem.owner_id == principal.user_id)
        if query.kind is not None:
            statement = statement.where(TrashItem.kind == query.kind)
        if query.q:
            statement = statement.where(contains(TrashItem.name, query.q) | (TrashItem.id == query.q))
        sorts = {"name": TrashItem.name, "kind": TrashItem.kind, "deleted_at": TrashItem.deleted_at,
                 "expires_at": TrashItem.expires_at}  # fmt: skip
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=TrashItem.id, default="-deleted_at")
            owners = self.platform.users.refs({row.owner_id for row in rows})
            return Page[TrashRead](items=[self._shape(session, row, owners[row.owner_id]) for row in rows], page=info)

    def restore(self, principal: Principal, object_id: str, body: TrashRestore) -> Restored:
        """Take an object back.

        Raises
        ------
        NameTaken
            Its owner has another one of that name by now: give a new name.
        Conflict
            It needs something that lies in the trash itself.
        """
        with self.db.write() as session:
            item, kind, row = self._found(session, principal, object_id)
            name = body.name or item.name
            self.objects.check_name(session, kind, row, item.owner_id, name)
            if kind.restored is not None:
                kind.restored(session, row)
            row.name = name
            row.trashed_at = None
            revisions.touch(row)
            session.delete(item)
            self._record(principal, "restored", kind, row, name)
            return Restored(id=row.id, kind=item.kind, name=name)  # type: ignore[arg-type]

    def delete(self, principal: Principal, object_id: str) -> None:
        """Delete an object for good.

        Raises
        ------
        InUse
            Something else in the trash needs it.
        """
        with self.db.write() as session:
            item, kind, row = self._found(session, principal, object_id)
            if kind.purged is not None:
                kind.purged(session, row)
            self._record(principal, "purged", kind, row, item.name)
            self.platform.lineage.forget(row.id)
            session.delete(row)
            session.delete(item)

    def empty(self, principal: Principal) -> Emptied:
        """Delete for good all that lies in the caller's trash."""
        authorize(principal, "write:trash")
        with self.db.read() as session:
            rows = session.execute(
                select(TrashItem.id, TrashItem.kind).where(TrashItem.owner_id == principal.user_id)
            ).all()
        return self._delete_all(principal, [(row.id, row.kind) for row in rows])

    def expire(self) -> Emptied:
        """Delete for good what has lain long enough."""
        with self.db.read() as session:
            rows = session.execute(
                select(TrashItem.id, TrashItem.kind).where(TrashItem.expires_at <= self.platform.clock.now())
            ).all()
        return self._delete_all(SYSTEM, [(row.id, row.kind) for row in rows])

    # Inside

    def _delete_all(self, principal: Principal, items: builtins.list[tuple[str, str]]) -> Emptied:
        deleted = kept = 0
        for object_id, _ in sorted(items, key=lambda item: item[1] in LAST):
            try:
                self.delete(principal, object_id)
                deleted += 1
            except NotFound:
                continue  # somebody was quicker
            except InUse:
                kept += 1
            except AISpaceError as error:
                if error.status == 403:
                    raise
                log.warning("%s stays in the trash: %s", object_id, error.message)
                kept += 1
        return Emptied(deleted=deleted, kept=kept)

    def _found(self, session: Session, principal: Principal, object_id: str) -> tuple[TrashItem, ObjectKind, Any]:
        item = session.get(TrashItem, object_id)
        if item is None:
            raise NotFound("trash", object_id)
        authorize(principal, "write:trash", item)
        kind, row = self.objects.find(session, object_id, trashed=True)
        authorize(principal, f"write:{kind.resource}")
        revisions.lock(row)
        if row.trashed_at is None:
            raise Conflict("not_in_trash", "Not done. Somebody took it back at this moment.")
        return item, kind, row

    def _record(self, principal: Principal, verb: str, kind: ObjectKind, row: Any, name: str) -> None:
        self.platform.events.record(
            principal,
            f"{kind.kind}.{verb}",
            object_kind=kind.kind,
            object_id=row.id,
            params={"name": name},
            resource=row,
        )

    def _shape(self, session: Session, row: TrashItem, owner: Ref) -> TrashRead:
        kind = self.objects.of(row.id)
        model: Any = kind.model
        same = select(model.id).where(model.owner_id == row.owner_id, model.name == row.name)
        return TrashRead(
            id=row.id,
            kind=row.kind,  # type: ignore[arg-type]
            name=row.name,
            owner=owner,
            deleted_by=Ref(id=row.deleted_by_id, name=row.deleted_by_name),
            deleted_at=row.deleted_at,
            expires_at=row.expires_at,
            name_taken=kind.unique_names and session.scalar(same) is not None,
        )
