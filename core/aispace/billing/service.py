"""The ledger: intervals opened and closed by the reconciler, read by those who pay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from ..identity import Principal, authorize
from ..ids import new_id
from ..schemas import Amount, PageInfo, Ref
from .orm import UsageInterval
from .schemas import (
    UsageGroup,
    UsageIntervalRead,
    UsageLine,
    UsageLines,
    UsageLinesQuery,
    UsageQuery,
    UsageSummary,
)

if TYPE_CHECKING:
    from ..platform import Platform
    from ..workloads.orm import Workload

MICRO = Decimal("0.000001")
HOUR_MICROSECONDS = Decimal(3_600_000_000)
ZERO = Decimal(0)


def cost(price_per_hour: Decimal | None, duration: timedelta) -> Decimal:
    """Price of a stretch of time, rounded half up to a millionth."""
    if price_per_hour is None:
        return ZERO
    micros = Decimal(duration // timedelta(microseconds=1))
    return (price_per_hour * micros / HOUR_MICROSECONDS).quantize(MICRO, ROUND_HALF_UP)


@dataclass(frozen=True)
class Piece:
    """The part of an interval that lies in a period."""

    row: UsageInterval
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Length."""
        return (self.end - self.start).total_seconds()

    @property
    def amount(self) -> Decimal:
        """Price: a difference of running totals, so that the pieces of an interval add up to the whole."""
        row = self.row
        return cost(row.price_per_hour, self.end - row.started_at) - cost(
            row.price_per_hour, self.start - row.started_at
        )


class BillingService:
    """Usage in closed intervals, and what it costs. Bills are sums of intervals and nothing else."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    # Written by the reconciler, inside its transaction

    def open(self, workload: Workload, attempt: int, at: datetime, price_per_hour: Decimal | None) -> None:
        """Begin to meter an attempt."""
        with self.db.write() as session:
            session.add(_begin(workload, attempt, at, price_per_hour))

    def record(
        self, workload: Workload, attempt: int, start: datetime, end: datetime, price_per_hour: Decimal | None
    ) -> None:
        """Write the one interval of an attempt that ended before it was seen running."""
        if end <= start:
            return
        with self.db.write() as session:
            row = _begin(workload, attempt, start, price_per_hour)
            _close(row, end)
            session.add(row)

    def close(self, ends: dict[str, datetime]) -> None:
        """Close the open intervals of workloads.

        Parameters
        ----------
        ends : dict
            Workload and the moment at which it ended. An end before the interval's begin (which a periodic closing
            may have set a moment too late) makes it empty, and an empty one is dropped: intervals never overlap.
        """
        if not ends:
            return
        with self.db.write() as session:
            for row in _open_rows(session, UsageInterval.workload_id.in_(list(ends))):
                end = ends[row.workload_id]
                if end <= row.started_at:
                    session.delete(row)
                else:
                    _close(row, end)

    def roll(self, at: datetime, older_than: timedelta, alive: Iterable[str]) -> int:
        """Close open intervals that began before ``at - older_than`` and go on in new ones.

        Parameters
        ----------
        alive : iterable of str
            Workloads that were seen running at ``at``.

        Returns
        -------
        int
            How many.
        """
        with self.db.write() as session:
            seen = set(alive)
            rows = [
                row
                for row in _open_rows(session, UsageInterval.started_at < at - older_than)
                if row.workload_id in seen
            ]
            for row in rows:
                _close(row, at)
            session.flush()
            session.add_all([_follow(row, at, row.price_per_hour) for row in rows])
            return len(rows)

    def price_changed(self, spec_id: str, price_per_hour: Decimal | None) -> None:
        """Close the open intervals of a spec at the old price and go on at the new one."""
        at = self.platform.clock.now()
        with self.db.write() as session:
            rows = _open_rows(session, UsageInterval.spec_id == spec_id)
            following = []
            for row in rows:
                if at > row.started_at:
                    _close(row, at)
                    following.append(_follow(row, at, price_per_hour))
                else:
                    row.price_per_hour = price_per_hour
            session.flush()
            session.add_all(following)

    def hand_over(self, workload_ids: Sequence[str], owner: Principal) -> None:
        """Close the open intervals of workloads and go on at the expense of their new owner."""
        at = self.platform.clock.now()
        with self.db.write() as session:
            following = []
            for row in _open_rows(session, UsageInterval.workload_id.in_(list(workload_ids))):
                payer = row
                if at > row.started_at:
                    _close(row, at)
                    payer = _follow(row, at, row.price_per_hour)
                    following.append(payer)
                payer.owner_id = owner.user_id
                payer.organisation_id, payer.department_id = owner.organisation_id, owner.department_id
            session.flush()
            session.add_all(following)

    # Read

    def cost_of(self, workload_ids: Sequence[str]) -> dict[str, Decimal]:
        """Tell what workloads cost so far; those that are free are left out."""
        now = self.platform.clock.now()
        costs: dict[str, Decimal] = {}
        with self.db.read() as session:
            rows = session.scalars(
                select(UsageInterval).where(
                    UsageInterval.workload_id.in_(list(workload_ids)), UsageInterval.price_per_hour.is_not(None)
                )
            )
            for row in rows:
                amount = (
                    row.amount
                    if row.amount is not None
                    else cost(row.price_per_hour, max(now - row.started_at, timedelta()))
                )
                costs[row.workload_id] = costs.get(row.workload_id, ZERO) + amount
        return costs

    def summary(self, principal: Principal, query: UsageQuery) -> UsageSummary:
        """Add up usage by kind, spec and day."""
        statement = self._statement(principal, query)
        start, end = self._period(query)
        total, seconds = ZERO, 0.0
        groups: dict[str, dict[str, UsageGroup]] = {"kind": {}, "spec": {}, "day": {}}
        hourly: dict[str, Decimal] = {}
        with self.db.read() as session:
            for row in session.scalars(statement.order_by(UsageInterval.started_at, UsageInterval.id)):
                piece = self._piece(row, start, end)
                if row.ended_at is None and row.price_per_hour is not None:
                    hourly[row.workload_id] = row.price_per_hour
                if piece is None:
                    continue
                total += piece.amount
                seconds += piece.seconds
                self._add(groups["kind"], row.kind, row.kind, piece)
                self._add(groups["spec"], row.spec_id or "none", row.spec_name or "none", piece)
                for day, part in self._days(piece):
                    self._add(groups["day"], day, day, part)
        return UsageSummary(
            **{"from": start},
            to=end,
            seconds=seconds,
            total=self._money(total),
            running_per_hour=self._money(sum(hourly.values(), ZERO)),
            by_kind=sorted(groups["kind"].values(), key=lambda g: -g.amount.amount),
            by_spec=sorted(groups["spec"].values(), key=lambda g: -g.amount.amount),
            by_day=sorted(groups["day"].values(), key=lambda g: g.key),
        )

    def lines(self, principal: Principal, query: UsageLinesQuery) -> UsageLines:
        """List workloads with their intervals, the newest first; ``total`` is of all lines, not of this page."""
        statement = self._statement(principal, query)
        if query.kind is not None:
            statement = statement.where(UsageInterval.kind == query.kind)
        if query.object_id is not None:
            statement = statement.where(UsageInterval.object_id == query.object_id)
        start, end = self._period(query)
        total = ZERO
        by_workload: dict[str, list[Piece]] = {}
        with self.db.read() as session:
            for row in session.scalars(statement.order_by(UsageInterval.started_at, UsageInterval.id)):
                piece = self._piece(row, start, end)
                if piece is not None:
                    total += piece.amount
                    by_workload.setdefault(row.workload_id, []).append(piece)
            ordered = sorted(
                by_workload.values(), key=lambda pieces: (pieces[-1].start, pieces[-1].row.id), reverse=True
            )
            chosen = ordered[query.offset : query.offset + query.limit]
            owners = self.platform.users.refs({pieces[0].row.owner_id for pieces in chosen})
            items = [self._line(pieces, owners) for pieces in chosen]
        following = query.offset + len(items)
        info = PageInfo(
            limit=query.limit,
            offset=query.offset,
            total=len(ordered),
            next=following if following < len(ordered) else None,
        )
        return UsageLines(items=items, page=info, total=self._money(total))

    # Inside

    def _statement(self, principal: Principal, query: UsageQuery) -> Select[UsageInterval]:
        authorize(principal, "read:usage")
        start, end = self._period(query)
        statement = select(UsageInterval).where(
            UsageInterval.started_at < end, or_(UsageInterval.ended_at.is_(None), UsageInterval.ended_at > start)
        )
        owner = query.owner or principal.user_id
        if owner != principal.user_id:
            authorize(principal, "admin:usage")
        return statement if owner == "all" else statement.where(UsageInterval.owner_id == owner)

    def _period(self, query: UsageQuery) -> tuple[datetime, datetime]:
        now = self.platform.clock.now()
        end = query.to or now
        if query.from_ is not None:
            return query.from_, max(end, query.from_)
        local = end.astimezone(self.platform.zone)
        return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo), end

    def _piece(self, row: UsageInterval, start: datetime, end: datetime) -> Piece | None:
        first = max(row.started_at, start)
        last = min(row.ended_at or self.platform.clock.now(), end)
        return Piece(row, first, last) if last > first else None

    def _days(self, piece: Piece) -> Iterator[tuple[str, Piece]]:
        start = piece.start
        while start < piece.end:
            local = start.astimezone(self.platform.zone)
            midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            end = min(midnight.astimezone(start.tzinfo), piece.end)
            yield local.date().isoformat(), Piece(piece.row, start, end)
            start = end

    def _add(self, groups: dict[str, UsageGroup], key: str, name: str, piece: Piece) -> None:
        group = groups.setdefault(key, UsageGroup(key=key, name=name, seconds=0, amount=self._money(ZERO)))
        group.seconds += piece.seconds
        group.amount.amount += piece.amount

    def _money(self, amount: Decimal) -> Amount:
        return Amount(amount=amount, currency=self.platform.currency)

    def _line(self, pieces: list[Piece], owners: dict[str, Ref]) -> UsageLine:
        row = pieces[-1].row
        return UsageLine(
            workload_id=row.workload_id,
            kind=row.kind,
            name=row.name,
            object={"kind": row.object_kind or "", "id": row.object_id} if row.object_id else None,
            owner=owners.get(row.owner_id) or Ref(id=row.owner_id, name=row.owner_id),
            spec=Ref(id=row.spec_id, name=row.spec_name or row.spec_id) if row.spec_id else None,
            seconds=sum(piece.seconds for piece in pieces),
            amount=self._money(sum((piece.amount for piece in pieces), ZERO)),
            intervals=[
                UsageIntervalRead(
                    started_at=piece.start,
                    ended_at=piece.end,
                    open=piece.row.ended_at is None,
                    seconds=piece.seconds,
                    price_per_hour=self._money(piece.row.price_per_hour)
                    if piece.row.price_per_hour is not None
                    else None,
                    amount=self._money(piece.amount),
                )
                for piece in pieces
            ],
        )


def _open_rows(session: Session, condition: ColumnElement[bool]) -> list[UsageInterval]:
    return list(session.scalars(select(UsageInterval).where(UsageInterval.ended_at.is_(None), condition)).all())


def _begin(workload: Workload, attempt: int, at: datetime, price_per_hour: Decimal | None) -> UsageInterval:
    return UsageInterval(
        id=new_id("itv"),
        workload_id=workload.id,
        attempt=attempt,
        kind=workload.kind,
        name=workload.name,
        object_kind=workload.object_kind,
        object_id=workload.object_id,
        owner_id=workload.owner_id,
        organisation_id=workload.organisation_id,
        department_id=workload.department_id,
        spec_id=workload.spec_id,
        spec_name=workload.spec_name,
        price_per_hour=price_per_hour,
        started_at=at,
    )


def _close(row: UsageInterval, at: datetime) -> None:
    row.ended_at = max(at, row.started_at)
    row.amount = cost(row.price_per_hour, row.ended_at - row.started_at)


def _follow(row: UsageInterval, at: datetime, price_per_hour: Decimal | None) -> UsageInterval:
    return UsageInterval(
        id=new_id("itv"),
        workload_id=row.workload_id,
        attempt=row.attempt,
        kind=row.kind,
        name=row.name,
        object_kind=row.object_kind,
        object_id=row.object_id,
        owner_id=row.owner_id,
        organisation_id=row.organisation_id,
        department_id=row.department_id,
        spec_id=row.spec_id,
        spec_name=row.spec_name,
        price_per_hour=price_per_hour,
        started_at=at,
    )
