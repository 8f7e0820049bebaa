"""Offer an object to somebody, take it, decline it."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import AISpaceError, Conflict, Forbidden, Invalid, NotFound
from ..identity import Principal, authorize
from ..ids import new_id
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, Ref
from .orm import Transfer
from .schemas import TransferAccept, TransferCreate, TransferQuery, TransferRead

if TYPE_CHECKING:
    from ..platform import Platform


class _Side:
    """One of the two people, as somebody who an event is for."""

    visibility = "private"

    def __init__(self, transfer: Transfer, owner_id: str) -> None:
        self.id, self.owner_id, self.organisation_id = transfer.id, owner_id, transfer.organisation_id


class TransferService:
    """Changes of owners."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.objects = platform.objects

    def list(self, principal: Principal, query: TransferQuery) -> Page[TransferRead]:
        """List offers to and from the caller, the newest first; administrators see everybody's."""
        authorize(principal, "read:transfer")
        statement = select(Transfer)
        me = principal.user_id
        mine = {"incoming": Transfer.receiver_id == me, "outgoing": Transfer.giver_id == me}
        if query.direction != "all":
            statement = statement.where(mine[query.direction])
        elif not principal.is_administrator:
            statement = statement.where(or_(*mine.values(), Transfer.offered_by_id == me))
        if query.status is not None:
            statement = statement.where(Transfer.status == query.status)
        if query.object_id is not None:
            statement = statement.where(Transfer.object_id == query.object_id)
        if query.q:
            statement = statement.where(contains(Transfer.object_name, query.q))
        sorts = {"offered_at": Transfer.offered_at, "name": Transfer.object_name, "status": Transfer.status}
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Transfer.id, default="-offered_at")
            return Page[TransferRead](items=self._shapes(session, principal, rows), page=info)

    def get(self, principal: Principal, transfer_id: str) -> TransferRead:
        """Read an offer."""
        with self.db.read() as session:
            return self._one(session, principal, self._row(session, principal, transfer_id))

    def pending(self, principal: Principal, limit: int = 50) -> builtins.list[TransferRead]:
        """List what waits for the caller's word; offers of what is gone are left out."""
        query = TransferQuery(direction="incoming", status="offered", limit=limit)
        with self.db.read() as session:
            return [one for one in self.list(principal, query).items if self._exists(session, one.object_id)]

    def offer(self, principal: Principal, body: TransferCreate) -> TransferRead:
        """Offer an object to another user; an administrator may move it at once.

        Raises
        ------
        Invalid
            No such user, or it is his already; names ``to``.
        Conflict
            It is offered already, or is a preset.
        """
        authorize(principal, "write:transfer")
        with self.db.write() as session:
            kind, row = self.objects.find(session, body.object_id)
            authorize(principal, f"write:{kind.resource}", row)
            revisions.lock(row)
            receiver = self._receiver(body.to)
            if receiver.user_id == row.owner_id:
                raise Invalid("to", f"To: {body.to!r} owns it already. Name somebody else.", code="is_owner")
            if row.visibility == "preset":
                raise Conflict("preset", f"Not offered. {row.name!r} is a preset and belongs to all. Copy it instead.")
            if body.at_once and not principal.is_administrator:
                raise Forbidden("Not moved. Only an administrator moves something without asking. Offer it instead.")
            open_one = select(Transfer).where(Transfer.object_id == row.id, Transfer.status == "offered")
            before = session.scalar(open_one)
            if before is not None:
                if not body.at_once:
                    name = self.platform.users.ref(before.receiver_id).name
                    raise Conflict(
                        "offered_already",
                        f"Not offered. It is offered to {name} already. Withdraw that first.",
                        params={"transfer_id": before.id, "to": name},
                    )
                self._decide(before, "withdrawn")
            transfer = Transfer(
                id=new_id("trf"),
                object_kind=kind.kind,
                object_id=row.id,
                object_name=row.name,
                giver_id=row.owner_id,
                receiver_id=receiver.user_id,
                organisation_id=row.organisation_id,
                note=body.note,
                offered_by_id=principal.user_id,
                offered_by_name=principal.name,
                offered_at=self.platform.clock.now(),
            )
            session.add(transfer)
            session.flush()
            if body.at_once:
                self._move(session, principal, transfer, None)
            else:
                self._record(principal, "offered", transfer, transfer.receiver_id)
            return self._one(session, principal, transfer)

    def accept(self, principal: Principal, transfer_id: str, body: TransferAccept) -> TransferRead:
        """Take what is offered.

        Raises
        ------
        NameTaken
            The receiver has another object of that name: give a new one.
        Conflict
            The offer is over, or the receiver may not use what the object runs on.
        """
        with self.db.write() as session:
            transfer = self._open(session, principal, transfer_id, "receiver_id", "accept")
            self._move(session, principal, transfer, body.name)
            return self._one(session, principal, transfer)

    def decline(self, principal: Principal, transfer_id: str) -> TransferRead:
        """Leave it with its owner."""
        with self.db.write() as session:
            transfer = self._open(session, principal, transfer_id, "receiver_id", "decline")
            self._decide(transfer, "declined")
            self._record(principal, "declined", transfer, transfer.giver_id)
            return self._one(session, principal, transfer)

    def withdraw(self, principal: Principal, transfer_id: str) -> TransferRead:
        """Take an offer back."""
        with self.db.write() as session:
            transfer = self._open(session, principal, transfer_id, "giver_id", "withdraw")
            self._decide(transfer, "withdrawn")
            self._record(principal, "withdrawn", transfer, transfer.receiver_id)
            return self._one(session, principal, transfer)

    # Inside

    def _move(self, session: Session, principal: Principal, transfer: Transfer, name: str | None) -> None:
        try:
            kind, row = self.objects.find(session, transfer.object_id)
        except NotFound:
            raise self._gone(transfer) from None
        revisions.lock(row)
        if row.owner_id != transfer.giver_id:
            raise self._gone(transfer)
        receiver = self.platform.users.principal(transfer.receiver_id)
        self.objects.check_name(session, kind, row, receiver.user_id, name or row.name)
        row.name = name or row.name
        row.owner_id = receiver.user_id
        row.organisation_id = receiver.organisation_id
        row.department_id = receiver.department_id
        revisions.touch(row)
        session.flush()
        if kind.moved is not None:
            kind.moved(session, row, receiver)
        self.platform.workloads.hand_over(row.id, receiver)
        self._decide(transfer, "accepted")
        names = self.platform.users.refs({transfer.giver_id, transfer.receiver_id})
        params = {"from": names[transfer.giver_id].name, "to": names[transfer.receiver_id].name}
        self.platform.events.record(
            principal,
            f"{kind.kind}.transferred",
            object_kind=kind.kind,
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )
        self._record(principal, "accepted", transfer, transfer.giver_id)

    @staticmethod
    def _gone(transfer: Transfer) -> Conflict:
        return Conflict(
            "object_gone",
            f"Not taken. {transfer.object_name!r} was deleted or has another owner by now. Decline the offer.",
        )

    def _exists(self, session: Session, object_id: str) -> bool:
        try:
            self.objects.find(session, object_id)
        except NotFound:
            return False
        return True

    def _receiver(self, name: str) -> Principal:
        try:
            return self.platform.users.principal_by_name(name)
        except AISpaceError:
            message = f"To: there is no enabled user called {name[:64]!r}. Write the name as he signs in."
            raise Invalid("to", message, code="no_such_user") from None

    def _decide(self, transfer: Transfer, status: str) -> None:
        transfer.status = status
        transfer.decided_at = self.platform.clock.now()

    def _row(self, session: Session, principal: Principal, transfer_id: str) -> Transfer:
        row = session.get(Transfer, transfer_id)
        authorize(principal, "read:transfer")
        concerned = row is not None and principal.user_id in (row.giver_id, row.receiver_id, row.offered_by_id)
        if row is None or not (concerned or principal.is_administrator):
            raise NotFound("transfer", transfer_id)
        return row

    def _open(self, session: Session, principal: Principal, transfer_id: str, side: str, verb: str) -> Transfer:
        row = self._row(session, principal, transfer_id)
        authorize(principal, "write:transfer")
        self.db.serialize(session, f"transfer {row.id}")
        session.refresh(row)
        if verb not in self._actions(principal, row, only_open=False):
            raise Forbidden(f"Not done. Only its {side.removesuffix('_id')} may {verb} an offer.")
        if row.status != "offered":
            raise Conflict("decided", f"Not done. The offer is {row.status} already.", params={"status": row.status})
        return row

    @staticmethod
    def _actions(principal: Principal, row: Transfer, *, only_open: bool = True) -> builtins.list[str]:
        if only_open and row.status != "offered":
            return []
        actions = []
        if principal.user_id == row.receiver_id:
            actions += ["accept", "decline"]
        if principal.user_id in (row.giver_id, row.offered_by_id) or principal.is_administrator:
            actions.append("withdraw")
        return actions

    def _one(self, session: Session, principal: Principal, row: Transfer) -> TransferRead:
        return self._shapes(session, principal, [row])[0]

    def _shapes(self, session: Session, principal: Principal, rows: Any) -> builtins.list[TransferRead]:
        names = self.platform.users.refs({user for row in rows for user in (row.giver_id, row.receiver_id)})
        return [
            TransferRead(
                id=row.id,
                object_kind=row.object_kind,
                object_id=row.object_id,
                object_name=row.object_name,
                giver=names[row.giver_id],
                receiver=names[row.receiver_id],
                status=row.status,
                note=row.note,
                offered_by=Ref(id=row.offered_by_id, name=row.offered_by_name),
                offered_at=row.offered_at,
                decided_at=row.decided_at,
                name_taken=row.status == "offered" and self._taken(session, self.objects.of(row.object_id), row),
                can=self._actions(principal, row),
            )
            for row in rows
        ]

    @staticmethod
    def _taken(session: Session, kind: ObjectKind, row: Transfer) -> bool:
        model: Any = kind.model
        same = select(model.id).where(model.owner_id == row.receiver_id, model.name == row.object_name)
        return kind.unique_names and session.scalar(same) is not None

    def _record(self, principal: Principal, verb: str, transfer: Transfer, reader_id: str) -> None:
        self.platform.events.record(
            principal,
            f"transfer.{verb}",
            object_kind="transfer",
            object_id=transfer.id,
            params={"name": transfer.object_name, "kind": transfer.object_kind, "object_id": transfer.object_id},
            resource=_Side(transfer, reader_id),
        )
