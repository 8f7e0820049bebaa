"""From rows to what callers see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ..identity import Principal, can
from ..models.config import tensors
from ..schemas import Reason, Ref
from .autostop import stops
from .orm import Deployment, Replica, Service
from .schemas import (
    AutoStop,
    CanaryRead,
    DeploymentRead,
    DeploymentSource,
    Limits,
    ReplicaCount,
    RollbackRule,
    ServiceRead,
    ServingModel,
    ServingScript,
    Signature,
)

if TYPE_CHECKING:
    from .service import ServingService


class Shapes:
    """Makes the public shapes of services and deployments, several with few statements."""

    def __init__(self, serving: ServingService) -> None:
        self.serving = serving

    def services(self, session: Session, principal: Principal, rows: Sequence[Service]) -> list[ServiceRead]:
        """Make the shapes of services."""
        session.flush()
        shown = {row.id: row.current or row.desired for row in rows}
        keys = [*shown.items(), *((row.id, row.canary) for row in rows if row.canary is not None)]
        deployments = {
            (row.service_id, row.number): row
            for row in session.scalars(
                select(Deployment).where(tuple_(Deployment.service_id, Deployment.number).in_(keys))
            )
        }
        replicas: dict[tuple[str, int], list[Replica]] = {}
        wanted = tuple_(Replica.service_id, Replica.number).in_(keys)
        for replica in session.scalars(select(Replica).where(wanted).order_by(Replica.workload_id.desc())):
            replicas.setdefault((replica.service_id, replica.number), []).append(replica)
        calls = self.serving.book.summaries([row.id for row in rows])
        owners = self.serving.platform.users.refs({row.owner_id for row in rows})
        last = self.serving.book.last_minutes([row.id for row in rows if row.auto_stop])
        now = self.serving.platform.clock.now()
        result = []
        for row in rows:
            able = can(principal, "write:service", row)
            deployment = deployments[row.id, shown[row.id]]
            configuration = deployment.configuration
            own = replicas.get((row.id, deployment.number), [])
            canary = deployments.get((row.id, row.canary or 0))
            busy = bool(row.auto_stop) and self.serving.routing.busy(row.id)
            stop = stops(row, last.get(row.id), busy, now)
            result.append(
                ServiceRead(
                    id=row.id,
                    name=row.name,
                    owner=owners[row.owner_id],
                    visibility=row.visibility,  # type: ignore[arg-type]  # only such words are ever stored
                    revision=row.revision or 1,
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                    can=_service_actions(row, able, canary),
                    description=row.description,
                    slug=row.slug,
                    endpoint=self.serving.endpoint(row.slug),
                    status=row.status,  # type: ignore[arg-type]  # only such words are ever stored
                    target=row.target,  # type: ignore[arg-type]  # only such words are ever stored
                    reason=_reason(row.reason),
                    observed_at=row.observed_at,
                    model=_model(deployment),
                    script=_script(deployment),
                    image_id=deployment.image_id,
                    spec_id=deployment.spec_id,
                    replicas=_count(own, configuration["replicas"]),
                    parameters=configuration["parameters"],
                    argument_mapping=configuration.get("argument_mapping", {}),
                    environment=configuration["environment"] if able else {},
                    limits=Limits.model_validate(row.limits),
                    auto_stop=AutoStop.model_validate(row.auto_stop) if row.auto_stop else None,
                    stop_at=stop[0] if stop else None,
                    stop_rule=stop[1] if stop else None,
                    canary=_canary(row, canary, replicas.get((row.id, canary.number), [])) if canary else None,
                    deployment=row.current,
                    desired=row.desired,
                    signature=Signature(
                        **{
                            **configuration["signature"],
                            "inputs": tensors(configuration["signature"], "inputs"),
                            "outputs": tensors(configuration["signature"], "outputs"),
                        },
                        infer_path=infer_path(configuration),
                    ),
                    calls=calls[row.id],
                    workload_id=own[0].workload_id if own else None,
                )
            )
        return result

    def deployments(self, session: Session, principal: Principal, service: Service) -> list[DeploymentRead]:
        """Make the shapes of a service's deployments, newest first."""
        able = can(principal, "write:service", service)
        replicas: dict[int, list[Replica]] = {}
        own = select(Replica).where(Replica.service_id == service.id).order_by(Replica.workload_id.desc())
        for replica in session.scalars(own):
            replicas.setdefault(replica.number, []).append(replica)
        rows = session.scalars(
            select(Deployment).where(Deployment.service_id == service.id).order_by(Deployment.number.desc())
        ).all()
        shares = shares_of(service, rows)
        busy = (service.current, service.desired, service.canary)
        return [
            DeploymentRead(
                number=row.number,
                status=row.status,  # type: ignore[arg-type]  # only such words are ever stored
                reason=_reason(row.reason),
                is_current=row.number == service.current,
                role=row.role,  # type: ignore[arg-type]  # only such words are ever stored
                share=shares.get(row.number, row.share),
                model=_model(row),
                script=_script(row),
                image_id=row.image_id,
                spec_id=row.spec_id,
                replicas=_count(replicas.get(row.number, []), row.configuration["replicas"]),
                parameters=row.configuration["parameters"],
                argument_mapping=row.configuration.get("argument_mapping", {}),
                environment=row.configuration["environment"] if able else {},
                source=DeploymentSource.model_validate(row.source or {}),
                note=row.note,
                created_by=Ref(id=row.created_by_id, name=row.created_by_name),
                created_at=row.created_at,
                started_at=row.started_at,
                ready_at=row.ready_at,
                ended_at=row.ended_at,
                workloads=[replica.workload_id for replica in replicas.get(row.number, [])] if able else [],
                can=["rollback"] if able and row.number not in busy and service.canary is None else [],
            )
            for row in rows
        ]


def shares_of(service: Service, deployments: Iterable[Deployment]) -> dict[int, int]:
    """Give the percent of the requests that each deployment gets now; they sum to 100 where anything serves."""
    if service.current is None or service.target != "serving":
        return {}
    share = next((d.share for d in deployments if d.number == service.canary and d.status == "serving"), None)
    if share is None or service.canary is None:
        return {service.current: 100}
    return {service.current: 100 - share, service.canary: share}


def infer_path(configuration: dict[str, Any]) -> str:
    """Give the path of the Open Inference Protocol; empty for a script without declared inputs."""
    signature = configuration["signature"]
    if signature.get("accepts_files") and not signature["inputs"]:
        return ""
    return f"/v2/models/{quote(configuration['model_name'])}/infer"


def _service_actions(row: Service, able: bool, canary: Deployment | None) -> list[str]:
    serves = row.current is not None and row.target == "serving"
    actions = ["predict"] if serves else []
    if able:
        actions.append("write")
        if canary is not None:
            actions += ["share", "withdraw"]
            if canary.status == "serving" and serves:
                actions.append("promote")
        else:
            actions.append("rollback")
            if serves and row.desired == row.current:
                actions.append("canary")
        actions.append("start" if row.target == "stopped" or row.status == "failed" else "stop")
        if row.status in ("stopped", "failed"):
            actions.append("delete")
    return actions


def _canary(service: Service, row: Deployment, replicas: Sequence[Replica]) -> CanaryRead:
    return CanaryRead(
        number=row.number,
        status=row.status,  # type: ignore[arg-type]  # written by the rollout only
        share=row.share,
        model=_model(row),
        script=_script(row),
        replicas=_count(replicas, row.configuration["replicas"]),
        rule=RollbackRule.model_validate(service.rule) if service.rule else None,
        ready_at=row.ready_at,
        workload_id=replicas[0].workload_id if replicas else None,
    )


def _script(deployment: Deployment) -> ServingScript | None:
    chosen = deployment.configuration.get("script")
    return ServingScript(**chosen) if chosen else None


def _model(deployment: Deployment) -> ServingModel | None:
    if deployment.model_id is None or deployment.model_version is None:
        return None
    return ServingModel(
        id=deployment.model_id, name=deployment.configuration["model_name"], version=deployment.model_version
    )


def _reason(value: Any) -> Reason | None:
    return (
        Reason(code=value["code"], message=value.get("message", ""), params=value.get("params", {})) if value else None
    )


def _count(replicas: Sequence[Replica], total: int) -> ReplicaCount:
    ready = sum(1 for row in replicas if row.ready and not row.retired)
    return ReplicaCount(ready=ready, total=total)
