"""How often services were called, how it went, how long it took."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from .orm import GatewayReport, Service, ServiceCalls, ServiceTotal
from .schemas import CallPoint, CallReport, CallSeries, CallsQuery, CallSummary, GatewayCalls

if TYPE_CHECKING:
    from ..platform import Platform

BUCKETS_PER_OCTAVE: Final = 8
"""As the gateway counts: bucket b holds latencies up to 2 ** (b / 8) microseconds."""
RATE_SECONDS: Final = 30.0
RECENT_MINUTES: Final = 5
KEPT: Final = timedelta(days=8)
WINDOWS: Final = {"15m": (15, 1), "1h": (60, 1), "6h": (360, 5), "24h": (1440, 15), "7d": (10080, 120)}
"""Window -> minutes in all and in one step."""


def percentile(latency: Counter[int], share: float) -> float | None:
    """Give a percentile of latencies in milliseconds, right to half a bucket (4.5 %); ``None`` without calls."""
    total = sum(latency.values())
    if not total:
        return None
    wanted = share * total
    seen = 0
    bucket = 0
    for bucket in sorted(latency):
        seen += latency[bucket]
        if seen >= wanted:
            break
    microseconds: float = 2.0 ** ((bucket - 0.5) / BUCKETS_PER_OCTAVE)
    return round(microseconds / 1000, 3)


class _Sum:
    """Calls of several rows together."""

    def __init__(self) -> None:
        self.total = self.client_errors = self.server_errors = 0
        self.latency: Counter[int] = Counter()

    def add(self, row: ServiceCalls) -> None:
        self.total += row.total
        self.client_errors += row.client_errors
        self.server_errors += row.server_errors
        self.latency.update({int(bucket): count for bucket, count in (row.latency or {}).items()})

    def point(self, at: datetime) -> CallPoint:
        return CallPoint(
            at=at,
            total=self.total,
            errors=self.server_errors,
            client_errors=self.client_errors,
            p50=percentile(self.latency, 0.5),
            p99=percentile(self.latency, 0.99),
        )


class CallBook:
    """Takes the gateways' reports and answers questions about calls."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self._recent: dict[str, deque[tuple[float, int]]] = {}
        self._lock = threading.Lock()

    def take(self, report: CallReport) -> bool:
        """Write a report down.

        Returns
        -------
        bool
            False when it was taken before: a gateway repeats a report until it hears that it arrived.
        """
        if not report.calls:
            return True
        now = self.platform.clock.now()
        with self.db.write() as session:
            last = session.get(GatewayReport, report.gateway)
            if last is not None and last.sequence >= report.sequence:
                return False
            if last is None:
                session.add(GatewayReport(gateway=report.gateway, sequence=report.sequence, at=now))
            else:
                last.sequence, last.at = report.sequence, now
            wanted = {calls.service_id for calls in report.calls}
            known = set(session.scalars(select(Service.id).where(Service.id.in_(wanted))))
            for calls in report.calls:
                if calls.service_id in known:
                    self._count(session, calls)
            self.db.after_commit(lambda: self._note(report.calls))
        return True

    def _count(self, session: Session, calls: GatewayCalls) -> None:
        row = session.get(ServiceCalls, (calls.service_id, calls.minute, calls.deployment))
        if row is None:
            row = ServiceCalls(
                service_id=calls.service_id,
                minute=calls.minute,
                number=calls.deployment,
                total=0,
                client_errors=0,
                server_errors=0,
                seconds=0.0,
                latency={},
            )
            session.add(row)
        total = session.get(ServiceTotal, calls.service_id)
        if total is None:
            total = ServiceTotal(service_id=calls.service_id, total=0, client_errors=0, server_errors=0)
            session.add(total)
        for counted in (row, total):
            counted.total += calls.total
            counted.client_errors += calls.client_errors
            counted.server_errors += calls.server_errors
        row.seconds += calls.seconds
        merged = Counter({key: int(value) for key, value in row.latency.items()})
        merged.update(calls.latency)
        row.latency = dict(merged)

    def _note(self, calls: Iterable[GatewayCalls]) -> None:
        now = self.platform.clock.monotonic()
        with self._lock:
            for item in calls:
                self._recent.setdefault(item.service_id, deque(maxlen=1000)).append((now, item.total))

    def _rate(self, service_id: str) -> float:
        since = self.platform.clock.monotonic() - RATE_SECONDS
        with self._lock:
            recent = self._recent.get(service_id)
            if not recent:
                return 0.0
            while recent and recent[0][0] < since:
                recent.popleft()
            return round(sum(count for _, count in recent) / RATE_SECONDS, 3)

    def summaries(self, service_ids: Sequence[str]) -> dict[str, CallSummary]:
        """Give the calls of several services in short."""
        minute = int(self.platform.clock.now().timestamp() // 60)
        sums: dict[str, _Sum] = {}
        with self.db.read() as session:
            totals = session.scalars(select(ServiceTotal).where(ServiceTotal.service_id.in_(service_ids))).all()
            recent = session.scalars(
                select(ServiceCalls).where(
                    ServiceCalls.service_id.in_(service_ids), ServiceCalls.minute > minute - RECENT_MINUTES
                )
            ).all()
        for row in recent:
            sums.setdefault(row.service_id, _Sum()).add(row)
        by_id = {row.service_id: row for row in totals}
        result = {}
        for service_id in service_ids:
            total, latency = by_id.get(service_id), sums.get(service_id, _Sum()).latency
            result[service_id] = CallSummary(
                total=total.total if total else 0,
                errors=total.server_errors if total else 0,
                client_errors=total.client_errors if total else 0,
                rate=self._rate(service_id),
                p50=percentile(latency, 0.5),
                p99=percentile(latency, 0.99),
            )
        return result

    def recent(self, service_id: str, number: int, minutes: int) -> CallPoint:
        """Give the calls of one deployment in the last minutes, the present one among them."""
        now = self.platform.clock.now()
        minute = int(now.timestamp() // 60)
        counted = _Sum()
        with self.db.read() as session:
            for row in session.scalars(
                select(ServiceCalls).where(
                    ServiceCalls.service_id == service_id,
                    ServiceCalls.number == number,
                    ServiceCalls.minute > minute - minutes,
                )
            ):
                counted.add(row)
        return counted.point(now)

    def last_minutes(self, service_ids: Sequence[str]) -> dict[str, int]:
        """Give the last minute (Unix time divided by 60) in which each service was called."""
        if not service_ids:
            return {}
        statement = (
            select(ServiceCalls.service_id, func.max(ServiceCalls.minute))
            .where(ServiceCalls.service_id.in_(service_ids), ServiceCalls.total > 0)
            .group_by(ServiceCalls.service_id)
        )
        with self.db.read() as session:
            return {row[0]: row[1] for row in session.execute(statement)}

    def series(self, service_id: str, query: CallsQuery) -> CallSeries:
        """Give the calls of a service over time; steps without calls are there, with zeros."""
        minutes, step = WINDOWS[query.window]
        last = int(self.platform.clock.now().timestamp() // 60) // step * step
        first = last - minutes + step
        statement = select(ServiceCalls).where(ServiceCalls.service_id == service_id, ServiceCalls.minute >= first)
        if query.deployment is not None:
            statement = statement.where(ServiceCalls.number == query.deployment)
        steps = {at: _Sum() for at in range(first, last + step, step)}
        whole, by_deployment = _Sum(), dict[int, _Sum]()
        with self.db.read() as session:
            for row in session.scalars(statement):
                at = row.minute // step * step
                if at in steps:
                    steps[at].add(row)
                    whole.add(row)
                    by_deployment.setdefault(row.number, _Sum()).add(row)
        start = _moment(first)
        return CallSeries(
            window=query.window,
            step_seconds=step * 60,
            points=[counted.point(_moment(at)) for at, counted in steps.items()],
            total=whole.total,
            errors=whole.server_errors,
            client_errors=whole.client_errors,
            p50=percentile(whole.latency, 0.5),
            p99=percentile(whole.latency, 0.99),
            by_deployment={str(number): counted.point(start) for number, counted in sorted(by_deployment.items())},
        )

    def prune(self) -> None:
        """Delete what is older than eight days."""
        now = self.platform.clock.now()
        before: Any = now - KEPT
        with self.db.write() as session:
            session.execute(delete(ServiceCalls).where(ServiceCalls.minute < int(before.timestamp() // 60)))
            session.execute(delete(GatewayReport).where(GatewayReport.at < before))


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
