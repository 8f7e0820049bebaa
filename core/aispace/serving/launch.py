"""From a deployment to the workloads that run it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Unavailable
from ..workloads.schemas import Mount, WorkloadSpec
from .orm import Deployment, Service

if TYPE_CHECKING:
    from pathlib import Path

    from ..identity import Principal
    from ..platform import Platform

PORT = "http"
ENDLESS = 1_000_000
SERVER_PARAMETERS = ("threads", "workers")
"""Run parameters that the model server itself knows."""
GRACE_SECONDS = 60.0
KEY_VARIABLE = "AISPACE_SERVING_KEY"


@dataclass(frozen=True)
class Prepared:
    """What a deployment needs: its owner as he is now, and the model's files."""

    owner: Principal
    model_name: str
    tree: Path


def prepare(platform: Platform, owner_id: str, deployment: Deployment) -> Prepared:
    """Lay out the model's files; may take a while, so never inside a transaction.

    Raises
    ------
    AISpaceError
        The owner's account is disabled, or the model is gone or hidden from him.
    """
    owner = platform.users.principal(owner_id)
    model = platform.models.resolve_for_service(owner, deployment.model_id, deployment.model_version)
    if model.path is None:
        raise Unavailable("model_unreadable", f"The files of model {model.name} are not on this machine.")
    return Prepared(owner=owner, model_name=model.name, tree=model.path)


def replica_key(platform: Platform, service_id: str, number: int) -> str:
    """Derive the key that the gateway sends to a deployment's processes.

    Other users of the machine reach their ports too; without the key nothing but health is answered.
    """
    secret = platform.secret("serving_key").encode()
    return hmac.new(secret, f"{service_id}/{number}".encode(), hashlib.sha256).hexdigest()


def replica_spec(
    platform: Platform, service: Service, deployment: Deployment, prepared: Prepared, slot: int
) -> WorkloadSpec:
    """Make the workload of one replica.

    The workload's retry rule starts the process again when it dies; `Rollout` ends one that never became ready.
    """
    configuration: dict[str, Any] = deployment.configuration
    parameters: dict[str, Any] = configuration["parameters"]
    command = [
        "python",
        "-m",
        "aispace_runtime.inference",
        "--model",
        "{mount:model}",
        "--name",
        prepared.model_name,
        "--alias",
        service.slug,
        "--version",
        deployment.model_version,
        "--port",
        "{port:http}",
        "--max-body",
        "1073741824",
        "--drain-seconds",
        str(int(GRACE_SECONDS) - 5),
    ]
    for name in SERVER_PARAMETERS:
        if name in parameters:
            command += [f"--{name}", str(parameters[name])]
    number = f" {slot + 1}" if configuration["replicas"] > 1 else ""
    return WorkloadSpec(
        kind="service",
        name=f"{service.name} #{deployment.number}{number}",
        command=command,
        env={**configuration["environment"], "AISPACE_PARAMETERS": json.dumps(parameters, ensure_ascii=False)},
        secret_env={KEY_VARIABLE: replica_key(platform, service.id, deployment.number)},
        mounts=[Mount(source=str(prepared.tree), target="model")],
        image_id=deployment.image_id,
        spec_id=deployment.spec_id,
        retries=ENDLESS,
        stop_grace_seconds=GRACE_SECONDS,
        ports=[PORT],
        object_kind="service",
        object_id=service.id,
        owner_id=service.owner_id,
    )
