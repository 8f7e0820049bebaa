"""Who the caller is here, what he should see first, and the search in everything."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .._version import __version__
from ..algorithms.schemas import AlgorithmQuery
from ..billing.schemas import UsageQuery
from ..datasets.schemas import DatasetQuery
from ..db import DEFAULT_ORGANISATION
from ..identity import Principal, can
from ..images.schemas import ImageQuery
from ..models.schemas import ModelQuery
from ..schemas import Amount, OwnedQuery, OwnedRead, Page, Ref
from ..serving.schemas import ServiceQuery
from ..training.schemas import TrainingJobQuery
from ..users.schemas import SettingsUpdate
from ..workloads.schemas import WorkloadQuery, WorkloadRead
from .schemas import (
    MeRead,
    NeedRead,
    OverviewRead,
    RecentRead,
    RunningRead,
    SearchHit,
    SearchQuery,
    SearchRead,
    VersionRead,
)

if TYPE_CHECKING:
    from ..platform import Platform

ORGANISATION_NAMES = {DEFAULT_ORGANISATION: "Default"}
FEW = 5
NEEDS_FOR = timedelta(days=7)
"""After this a failure needs nobody any more."""


@dataclass(frozen=True)
class Area:
    """A domain whose objects are counted, listed and searched alike."""

    name: str
    kind: str
    resource: str
    service: str
    query: type[OwnedQuery]


AREAS = (
    Area("datasets", "dataset", "dataset", "datasets", DatasetQuery),
    Area("algorithms", "algorithm", "algorithm", "algorithms", AlgorithmQuery),
    Area("training_jobs", "training_job", "training", "training", TrainingJobQuery),
    Area("models", "model", "model", "models", ModelQuery),
    Area("services", "service", "service", "serving", ServiceQuery),
    Area("images", "image", "image", "images", ImageQuery),
)


class OverviewService:
    """Gathers from the domains what belongs on one page."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def version(self, size: str) -> VersionRead:
        """Tell what answers here."""
        return VersionRead(version=__version__, engine=os.environ.get("AISPACE_ENGINE", "local"), size=size)  # type: ignore[arg-type]

    # The caller

    def me(self, principal: Principal) -> MeRead:
        """Tell the caller who he is."""
        organisation = principal.organisation_id
        return MeRead(
            id=principal.user_id,
            name=principal.name,
            role=principal.role,
            permissions=sorted(principal.permissions),
            organisation=Ref(id=organisation, name=ORGANISATION_NAMES.get(organisation, organisation)),
            token_scopes=sorted(principal.scopes),
            settings=self.platform.users.settings(principal),
        )

    def update_me(self, principal: Principal, body: SettingsUpdate) -> MeRead:
        """Change the caller's own settings."""
        self.platform.users.update_settings(principal, body)
        return self.me(principal)

    # The first page

    def overview(self, principal: Principal) -> OverviewRead:
        """Gather counts, what runs, what needs the caller and what he changed last."""
        counts: dict[str, int] = {}
        recent: dict[str, list[RecentRead]] = {}
        for area in self._areas(principal):
            counts[area.name] = self._list(principal, area, limit=1).page.total
            mine = self._list(principal, area, limit=FEW, scope="mine", sort="-updated_at")
            recent[area.name] = [self._recent(one) for one in mine.items]
        running = self.platform.workloads.list(
            principal, WorkloadQuery(owner="me", active=True, sort="-created_at", limit=FEW)
        )
        return OverviewRead(
            counts=counts,
            running=[self._running(one) for one in running.items],
            running_total=running.page.total,
            needs_you=self._needs(principal),
            recent=recent,
            cost_today=self._cost_today(principal),
        )

    def search(self, principal: Principal, query: SearchQuery) -> SearchRead:
        """Look for words in the names of everything that the caller may see."""
        hits: list[SearchHit] = []
        total = 0
        for area in self._areas(principal):
            page = self._list(principal, area, limit=query.limit, q=query.q, sort="-updated_at")
            total += page.page.total
            hits += [SearchHit(id=one.id, kind=area.kind, name=one.name, owner=one.owner) for one in page.items]
        words = query.q.casefold()
        hits.sort(key=lambda hit: (hit.name.casefold() != words, not hit.name.casefold().startswith(words)))
        return SearchRead(items=hits[: query.limit], total=total)

    def _areas(self, principal: Principal) -> list[Area]:
        return [area for area in AREAS if can(principal, f"read:{area.resource}")]

    def _list(self, principal: Principal, area: Area, **query: Any) -> Page[OwnedRead]:
        page: Page[OwnedRead] = getattr(self.platform, area.service).list(principal, area.query(**query))
        return page

    def _recent(self, one: OwnedRead) -> RecentRead:
        return RecentRead(id=one.id, name=one.name, status=getattr(one, "status", None), updated_at=one.updated_at)

    def _running(self, one: WorkloadRead) -> RunningRead:
        target = one.object or {}
        return RunningRead(
            id=one.id,
            kind=one.kind,
            name=one.name,
            status=one.status,
            object_id=target.get("id"),
            object_kind=target.get("kind"),
            position=one.position,
            started_at=one.started_at,
        )

    def _needs(self, principal: Principal) -> list[NeedRead]:
        dismissed = set(self.platform.users.settings(principal).dismissed)
        oldest = self.platform.clock.now() - NEEDS_FOR
        failed = self.platform.workloads.list(
            principal, WorkloadQuery(owner="me", status="failed", sort="-ended_at", limit=50)
        )
        trashed = self.platform.trash.holds([one.object["id"] for one in failed.items if one.object])
        needs = self._offers(principal)
        for one in failed.items:
            name = f"workload_failed:{one.id}"
            if name in dismissed or one.ended_at is None or one.ended_at < oldest:
                continue
            target = one.object or {}
            if target.get("id") in trashed:
                continue
            needs.append(
                NeedRead(
                    id=name,
                    code="workload_failed",
                    object_id=target.get("id") or one.id,
                    object_kind=target.get("kind") or "workload",
                    name=one.name,
                    params={
                        "workload_id": one.id,
                        "kind": one.kind,
                        "reason": one.reason.model_dump(mode="json") if one.reason else None,
                    },
                    occurred_at=one.ended_at,
                )
            )
        return needs

    def _offers(self, principal: Principal) -> list[NeedRead]:
        """Objects that others want to hand over to the caller; these cannot be dismissed, only decided."""
        if not can(principal, "read:transfer"):
            return []
        return [
            NeedRead(
                id=f"transfer_offered:{one.id}",
                code="transfer_offered",
                object_id=one.id,
                object_kind="transfer",
                name=one.object_name,
                params={"from": one.giver.name, "kind": one.object_kind, "note": one.note},
                occurred_at=one.offered_at,
            )
            for one in self.platform.transfers.pending(principal)
        ]

    def _cost_today(self, principal: Principal) -> Amount | None:
        if not can(principal, "read:usage"):
            return None
        midnight = (
            self.platform.clock.now().astimezone(self.platform.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        )
        query = UsageQuery.model_validate({"from": midnight, "owner": principal.user_id})
        return self.platform.billing.summary(principal, query).total
