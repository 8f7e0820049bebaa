"""From a deployment to the workloads that run it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Unavailable
from ..models.config import MODEL_SCRIPT
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
    """What a deployment needs: its owner as he is now, and the files of model and script."""

    owner: Principal
    tree: Path | None
    script: Path | None


def prepare(platform: Platform, owner_id: str, deployment: Deployment) -> Prepared:
    """Lay out the model's files; may take a while, so never inside a transaction.

    Raises
    ------
    AISpaceError
        The owner's account is disabled, or the model is gone or hidden from him.
    """
    return lay_out(
        platform,
        platform.users.principal(owner_id),
        deployment.model_id,
        deployment.model_version,
        deployment.configuration,
    )


def lay_out(
    platform: Platform, owner: Principal, model_id: str | None, version: str | None, configuration: dict[str, Any]
) -> Prepared:
    """Lay out the files of a model and of a script as their owner's; may take a while, so never in a transaction."""
    tree = script = None
    if model_id is not None:
        model = platform.models.resolve_for_service(owner, model_id, version)
        if model.path is None:
            raise Unavailable("model_unreadable", f"The files of model {model.name} are not on this machine.")
        tree = model.path
    if configuration.get("script"):
        choice = configuration["script"]
        found = platform.algorithms.resolve(owner, choice["id"], choice["version"], field="script.algorithm_id")
        script = platform.trees.materialise_manifest(found.manifest, found.manifest, owner.uid)
    return Prepared(owner=owner, tree=tree, script=script)


def model_arguments(configuration: dict[str, Any], version: str | None, prepared: Prepared) -> list[str]:
    """Write the arguments of the runtime that say what answers: the same for online and batch services."""
    arguments = ["--name", configuration["model_name"], "--version", version or "V0001"]
    if prepared.tree is not None:
        arguments += ["--model", "{mount:model}"]
    script = configuration.get("script")
    if script:
        arguments += ["--script", "{mount:script}/" + script["file"]]
    elif configuration.get("own_script"):
        arguments += ["--script", "{mount:model}/" + MODEL_SCRIPT]
    parameters: dict[str, Any] = configuration["parameters"]
    for name in SERVER_PARAMETERS:
        if name in parameters:
            arguments += [f"--{name}", str(parameters[name])]
    return [*arguments, "--accelerators", "{accelerators}"]


def model_environment(configuration: dict[str, Any]) -> dict[str, str]:
    """Write the environment that carries parameters to a script."""
    return {
        # Code is mounted read-only: byte code has no place there.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        **configuration["environment"],
        "AISPACE_PARAMETERS": json.dumps(configuration["parameters"], ensure_ascii=False),
        "AISPACE_ARGUMENT_MAPPING": json.dumps(configuration.get("argument_mapping", {})),
    }


def model_mounts(prepared: Prepared) -> list[Mount]:
    """Give the folders that answer: those of the model and of the script."""
    folders = {"model": prepared.tree, "script": prepared.script}
    return [Mount(source=str(folder), target=name) for name, folder in folders.items() if folder is not None]


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
    command = [
        "python",
        "-m",
        "aispace_runtime.inference",
        *model_arguments(configuration, deployment.model_version, prepared),
        "--alias",
        service.slug,
        "--port",
        "{port:http}",
        "--max-body",
        "1073741824",
        "--drain-seconds",
        str(int(GRACE_SECONDS) - 5),
    ]
    number = f" {slot + 1}" if configuration["replicas"] > 1 else ""
    return WorkloadSpec(
        kind="service",
        name=f"{service.name} #{deployment.number}{number}",
        command=command,
        env=model_environment(configuration),
        secret_env={KEY_VARIABLE: replica_key(platform, service.id, deployment.number)},
        mounts=model_mounts(prepared),
        image_id=deployment.image_id,
        spec_id=deployment.spec_id,
        retries=ENDLESS,
        stop_grace_seconds=GRACE_SECONDS,
        ports=[PORT],
        object_kind="service",
        object_id=service.id,
        owner_id=service.owner_id,
    )
