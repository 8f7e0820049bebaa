"""The queue as others see it: what is used, who waits, and what would become of one more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from ..db import Database
from ..errors import Invalid
from ..identity import HIDDEN, SYSTEM, Principal, can_read
from ..resources.orm import ResourceSpec
from ..resources.schemas import QueueRead
from . import queue, states
from .orm import Workload
from .schemas import Forecast, WorkloadSpec

if TYPE_CHECKING:
    from ..platform import Platform

PURPOSE: dict[str, str] = {
    "notebook": "notebook",
    "training": "training",
    "evaluation": "evaluation",
    "service": "serving",
    "batch": "serving",
    "visualisation": "training",
}


class QueueReader:
    """Tells about the queue. Part of `WorkloadService`."""

    platform: Platform
    db: Database
    ageing_seconds: Any

    def used(self) -> queue.Used:
        """Tell what those that start or run hold."""
        used = queue.Used()
        with self.db.read() as session:
            rows = session.execute(
                select(
                    Workload.accelerator,
                    func.sum(Workload.cpu),
                    func.sum(Workload.memory_bytes),
                    func.sum(Workload.accelerator_count),
                )
                .where(Workload.status.in_(states.ALIVE))
                .group_by(Workload.accelerator)
            ).all()
        for accelerator, cpu, memory, count in rows:
            used.cpu += float(cpu or 0)
            used.memory_bytes += int(memory or 0)
            if accelerator:
                used.accelerators[accelerator] = int(count or 0)
        return used

    def waiting_by_spec(self) -> dict[str, int]:
        """Count those that wait, by resource spec."""
        with self.db.read() as session:
            rows = session.execute(
                select(Workload.spec_id, func.count())
                .where(Workload.status == "queued", Workload.spec_id.is_not(None))
                .group_by(Workload.spec_id)
            ).all()
        return {str(spec_id): int(count) for spec_id, count in rows}

    def queues(self) -> list[QueueRead]:
        """List the queues."""
        with self.db.read() as session:
            waiting, oldest = session.execute(
                select(func.count(), func.min(Workload.queued_at)).where(Workload.status == "queued")
            ).one()
            running = session.scalar(select(func.count()).where(Workload.status.in_(states.ALIVE)))
        return [QueueRead(name="default", waiting=waiting, running=running or 0, oldest_queued_at=oldest)]

    def active_users_of_spec(self, spec_id: str) -> list[dict[str, str]]:
        """List what waits for or runs with a spec."""
        return self._active(Workload.spec_id == spec_id)

    def active_users_of_image(self, principal: Principal, image_id: str) -> list[dict[str, str]]:
        """List what waits for or runs in an image; what the principal may not see without its name."""
        return self._active(Workload.image_id == image_id, principal)

    def active_of(self, object_id: str) -> list[dict[str, str]]:
        """List what waits or runs for an object."""
        return self._active(Workload.object_id == object_id)

    def _active(self, condition: Any, principal: Principal = SYSTEM) -> list[dict[str, str]]:
        wanted = select(Workload).where(Workload.status.in_(states.OPEN), condition).options(defer(Workload.spec))
        with self.db.read() as session:
            rows = session.scalars(wanted).all()
        return [
            {"kind": row.kind, "id": row.id, "name": row.name}
            if can_read(principal, "workload", row)
            else {"kind": row.kind, "name": HIDDEN}
            for row in rows
        ]

    def forecast(self, principal: Principal, spec: WorkloadSpec) -> Forecast:
        """Tell what would happen to a workload if it were submitted now.

        Raises
        ------
        Invalid
            As `submit` would.
        """
        now = self.platform.clock.now()
        total = self.platform.engine.capacity()
        resolved = self.resolve_spec(principal, spec, refuse_never=False) if spec.spec_id else None
        need = Workload(cpu=0.0, memory_bytes=0, accelerator_count=0)
        if resolved is not None:
            reserve(need, resolved)
        rank = states.rank(now.timestamp() + spec.delay_seconds, spec.priority, self.ageing_seconds)
        with self.db.read() as session:
            alive = session.scalars(select(Workload).where(Workload.status.in_(states.ALIVE))).all()
            ahead = session.scalars(
                select(Workload).where(Workload.status == "queued", Workload.rank <= rank).order_by(Workload.rank)
            ).all()
        running = [(row, _left(row, now)) for row in alive]
        used = queue.Used()
        for row in alive:
            used.add(row)
        fits = not queue.shortage(need, total)
        admission = queue.Admission(total, used)
        for row in ahead:
            admission.consider(row)
        free_now = fits and admission.consider(need).admitted
        waits = 0.0 if free_now else None
        if fits and not free_now:
            waits = queue.starts_in(need, [(row, row.spec.get("time_limit_seconds")) for row in ahead], running, total)
        if waits is not None:
            waits = max(waits, spec.delay_seconds)
        price = resolved.price_per_hour if resolved is not None else None
        most = None
        if price is not None and spec.time_limit_seconds is not None:
            hours = Decimal(str(spec.time_limit_seconds)) * (spec.retries + 1) / 3600
            most = (price * hours).quantize(Decimal("0.000001"))
        return Forecast(
            position=len(ahead) + 1,
            starts_in_seconds=waits,
            free=free_now,
            fits=fits,
            price_per_hour=price,
            cost_at_most=most,
        )

    def price(self, spec_ids: Iterable[str]) -> dict[str, Decimal | None]:
        """Tell the prices in force."""
        with self.db.read() as session:
            rows = session.execute(
                select(ResourceSpec.id, ResourceSpec.price_per_hour).where(ResourceSpec.id.in_(set(spec_ids)))
            ).all()
        return {str(spec_id): price for spec_id, price in rows}

    def resolve_spec(self, principal: Principal, spec: WorkloadSpec, *, refuse_never: bool = True) -> ResourceSpec:
        """Find the resource spec of a workload.

        Parameters
        ----------
        refuse_never : bool, optional
            Refuse one that is larger than the installation.

        Raises
        ------
        Invalid
            It cannot be used.
        """
        resolved = self.platform.resources.resolve(principal, spec.spec_id or "", purpose=PURPOSE.get(spec.kind))
        short = queue.shortage(resolved, self.platform.engine.capacity()) if refuse_never else {}
        if short:
            raise Invalid(
                "spec_id",
                f"Spec: {resolved.name!r} is larger than this installation ({', '.join(short)}). Choose another.",
                code="never_fits",
                params={"resources": short},
            )
        return resolved


def reserve(row: Workload, spec: ResourceSpec) -> None:
    """Write into a workload what its spec gives it."""
    row.spec_id = spec.id
    row.spec_name = spec.name
    row.cpu = spec.cpu
    row.memory_bytes = spec.memory_bytes
    row.accelerator = spec.accelerator
    row.accelerator_count = spec.accelerator_count
    row.accelerator_product = spec.accelerator_product


def _left(row: Workload, now: datetime) -> float | None:
    limit = row.spec.get("time_limit_seconds")
    if limit is None:
        return None
    return float(limit) - ((now - row.started_at).total_seconds() if row.started_at else 0.0)
