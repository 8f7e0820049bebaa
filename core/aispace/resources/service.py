"""Specs, queues, capacity."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from .. import revisions
from ..errors import InUse, Invalid, NameTaken, NotFound
from ..identity import SYSTEM, Principal, authorize, can
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import Amount, Page
from .defaults import default_specs
from .orm import ResourceSpec
from .schemas import (
    Accelerator,
    CapacityItem,
    CapacityRead,
    QueueList,
    SpecCapacity,
    SpecCreate,
    SpecQuery,
    SpecRead,
    SpecUpdate,
)

if TYPE_CHECKING:
    from ..engines.base import Capacity
    from ..platform import Platform
    from ..workloads.queue import Used


class ResourceService:
    """Resource specs: data, not code."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    # Set-up

    def ensure_defaults(self) -> None:
        """Make the specs of this machine, if there is none at all."""
        with self.db.write() as session:
            if session.scalar(select(ResourceSpec.id).limit(1)) is not None:
                return
            for spec in default_specs(self.platform.engine.capacity()):
                self._insert(SYSTEM, spec)

    # Specs

    def list(self, principal: Principal, query: SpecQuery) -> Page[SpecRead]:
        """List specs, in the order the administrator gave them; disabled ones only for administrators."""
        authorize(principal, "read:spec")
        statement = select(ResourceSpec)
        if not principal.is_administrator:
            statement = statement.where(ResourceSpec.enabled)
        elif query.enabled is not None:
            statement = statement.where(ResourceSpec.enabled == query.enabled)
        if query.q:
            statement = statement.where(contains(ResourceSpec.name, query.q))
        with self.db.read() as session:
            if query.purpose is not None:
                # Few rows: filtered here, so that it is one way on every database.
                purpose = query.purpose
                ids = [row.id for row in session.scalars(statement).all() if purpose in row.purposes]
                statement = statement.where(ResourceSpec.id.in_(ids))
            rows, info = paged(
                session,
                statement,
                query,
                sorts={
                    "order": ResourceSpec.order,
                    "name": ResourceSpec.name,
                    "cpu": ResourceSpec.cpu,
                    "memory_bytes": ResourceSpec.memory_bytes,
                    "price_per_hour": ResourceSpec.price_per_hour,
                    "created_at": ResourceSpec.created_at,
                },
                tie=ResourceSpec.id,
                default="order",
            )
            return Page[SpecRead](items=self._shapes(principal, rows), page=info)

    def get(self, principal: Principal, spec_id: str) -> SpecRead:
        """Read a spec."""
        with self.db.read():
            return self._shapes(principal, [self._row(principal, "read:spec", spec_id)])[0]

    def create(self, principal: Principal, spec: SpecCreate) -> SpecRead:
        """Make a spec."""
        authorize(principal, "write:spec")
        with self.db.write():
            row = self._insert(principal, spec)
            self.platform.events.record(
                principal, "spec.created", object_kind="spec", object_id=row.id, params={"name": row.name}, resource=row
            )
            return self._shapes(principal, [row])[0]

    def update(
        self, principal: Principal, spec_id: str, changes: SpecUpdate, *, revision: int | None = None
    ) -> SpecRead:
        """Change a spec. What runs keeps its size and is charged the new price from now on."""
        with self.db.write() as session:
            row = self._row(principal, "write:spec", spec_id)
            revisions.check(row, revision, lambda: self._shapes(principal, [row])[0])
            given = changes.model_fields_set
            if changes.name is not None and changes.name != row.name:
                self._name_is_free(changes.name)
                row.name = changes.name
            if changes.cpu is not None:
                row.cpu = changes.cpu
            if changes.memory_bytes is not None:
                row.memory_bytes = changes.memory_bytes
            if "accelerator" in given:
                self._set_accelerator(row, changes.accelerator)
            if changes.purposes is not None:
                row.purposes = sorted(set(changes.purposes))
            if changes.enabled is not None:
                row.enabled = changes.enabled
            if "price_per_hour" in given and changes.price_per_hour != row.price_per_hour:
                row.price_per_hour = changes.price_per_hour
                session.flush()
                self.platform.billing.price_changed(row.id, row.price_per_hour)
            revisions.touch(row)
            self.platform.events.record(
                principal,
                "spec.changed",
                object_kind="spec",
                object_id=row.id,
                params={"name": row.name, "fields": sorted(given)},
                resource=row,
            )
            self.platform.workloads.wake()
            return self._shapes(principal, [row])[0]

    def delete(self, principal: Principal, spec_id: str, *, revision: int | None = None) -> None:
        """Delete a spec that nothing waits for or runs with; bills keep its name."""
        with self.db.write() as session:
            row = self._row(principal, "write:spec", spec_id)
            revisions.check(row, revision, lambda: self._shapes(principal, [row])[0])
            users = self.platform.workloads.active_users_of_spec(spec_id)
            if users:
                raise InUse(f"Spec {row.name!r}", users)
            session.delete(row)
            self.platform.events.record(
                principal, "spec.deleted", object_kind="spec", object_id=row.id, params={"name": row.name}, resource=row
            )

    # For other domains

    def resolve(
        self, principal: Principal, spec_id: str, *, purpose: str | None = None, field: str = "spec_id"
    ) -> ResourceSpec:
        """Give the spec for a workload.

        Raises
        ------
        Invalid
            It does not exist, is disabled, or is not for this purpose; names ``field``.
        """
        with self.db.read() as session:
            row = session.get(ResourceSpec, spec_id)
            if row is None:
                raise Invalid(field, f"Spec: {spec_id!r} does not exist. Choose another.", code="not_found")
            if not row.enabled and not principal.is_administrator:
                raise Invalid(field, f"Spec: {row.name!r} is disabled. Choose another.", code="disabled")
            if purpose is not None and purpose not in row.purposes:
                raise Invalid(
                    field,
                    f"Spec: {row.name!r} is not for {purpose}. Choose one of that purpose.",
                    code="wrong_purpose",
                    params={"purpose": purpose, "purposes": row.purposes},
                )
            return row

    # Capacity

    def capacity(self, principal: Principal) -> CapacityRead:
        """Tell what there is in all and what is free."""
        authorize(principal, "read:spec")
        total, used = self.platform.engine.capacity(), self.platform.workloads.used()
        items = [
            _item("cpu", None, total.cpu, used.cpu),
            _item("memory", None, total.memory_bytes, used.memory_bytes),
        ]
        for name, card in sorted(total.accelerators.items()):
            items.append(_item(name, card.product, card.count, used.accelerators.get(name, 0)))
        return CapacityRead(engine=self.platform.engine.name, items=items)

    def queues(self, principal: Principal) -> QueueList:
        """List the queues."""
        authorize(principal, "read:queue")
        return QueueList(items=self.platform.workloads.queues())

    # Inside

    def _row(self, principal: Principal, permission: str, spec_id: str) -> ResourceSpec:
        with self.db.read() as session:
            row = session.get(ResourceSpec, spec_id)
        if row is None or (not row.enabled and not principal.is_administrator):
            raise NotFound("spec", spec_id)
        authorize(principal, permission, row)
        return row

    def _name_is_free(self, name: str) -> None:
        with self.db.read() as session:
            if session.scalar(select(ResourceSpec.id).where(ResourceSpec.name == name)) is not None:
                raise NameTaken("spec", name)

    def _insert(self, principal: Principal, spec: SpecCreate) -> ResourceSpec:
        with self.db.write() as session:
            self._name_is_free(spec.name)
            row = ResourceSpec(
                id=new_id("spc"),
                owner_id=principal.user_id,
                visibility="preset",
                name=spec.name,
                cpu=spec.cpu,
                memory_bytes=spec.memory_bytes,
                purposes=sorted(set(spec.purposes)),
                price_per_hour=spec.price_per_hour,
                enabled=spec.enabled,
                order=len(session.scalars(select(ResourceSpec.id)).all()),
            )
            self._set_accelerator(row, spec.accelerator)
            session.add(row)
            session.flush()
            return row

    @staticmethod
    def _set_accelerator(row: ResourceSpec, accelerator: Accelerator | None) -> None:
        row.accelerator = accelerator.resource if accelerator else None
        row.accelerator_count = accelerator.count if accelerator else 0
        row.accelerator_product = accelerator.product if accelerator else None

    def _shapes(self, principal: Principal, rows: Sequence[ResourceSpec]) -> builtins.list[SpecRead]:
        total, used = self.platform.engine.capacity(), self.platform.workloads.used()
        waiting = self.platform.workloads.waiting_by_spec()
        return [
            SpecRead(
                id=row.id,
                name=row.name,
                cpu=row.cpu,
                memory_bytes=row.memory_bytes,
                accelerator=Accelerator(
                    resource=row.accelerator, count=row.accelerator_count, product=row.accelerator_product
                )
                if row.accelerator
                else None,
                purposes=row.purposes,
                price_per_hour=Amount(amount=row.price_per_hour, currency=self.platform.currency)
                if row.price_per_hour is not None
                else None,
                enabled=row.enabled,
                capacity=SpecCapacity(total=_fits(row, total, None), free=_fits(row, total, used)),
                waiting=waiting.get(row.id, 0),
                revision=row.revision,
                created_at=row.created_at,
                updated_at=row.updated_at,
                can=["write", "delete"] if can(principal, "write:spec", row) else [],
            )
            for row in rows
        ]


def _item(name: str, product: str | None, total: float, used: float) -> CapacityItem:
    return CapacityItem(
        resource=name, product=product, total=total, used=round(used, 6), free=round(max(total - used, 0), 6)
    )


def _fits(row: ResourceSpec, total: Capacity, used: Used | None) -> int:
    """Count how many workloads with this spec fit into all there is, or into what is free."""
    cpu = total.cpu - (used.cpu if used else 0)
    memory = total.memory_bytes - (used.memory_bytes if used else 0)
    times = [int((cpu + 1e-9) // row.cpu), int(memory // row.memory_bytes)]
    if row.accelerator:
        card = total.accelerators.get(row.accelerator)
        count = card.of(row.accelerator_product) if card else 0
        times.append((count - (used.accelerators.get(row.accelerator, 0) if used else 0)) // row.accelerator_count)
    return max(min(times), 0)
