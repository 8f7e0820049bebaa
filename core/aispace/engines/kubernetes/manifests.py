"""The objects that an attempt is made of: plain arguments in, a dict out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..base import AttemptPlan, Key

Manifest = dict[str, Any]
MANAGED: Final = {"app.kubernetes.io/managed-by": "aispace"}
WORKLOAD: Final = "aispace.io/workload"
ATTEMPT: Final = "aispace.io/attempt"
KIND: Final = "aispace.io/kind"
QUEUE: Final = "kueue.x-k8s.io/queue-name"
PRIORITY: Final = "kueue.x-k8s.io/priority-class"
FIRST_PORT: Final = 8080
VOLUME: Final = "home"
CONTAINER: Final = "main"
SHORTEST_GRACE: Final = 1
"""Seconds; with 0 the API server would forget a pod before its node has ended it."""


def name_of(key: Key) -> str:
    """Name the objects of an attempt: from its workload's id, so it is never made twice."""
    return f"{key.workload_id.replace('_', '-')}-{key.number}"


def key_of(found: Manifest) -> Key | None:
    """Tell to which attempt an object belongs; None for others'."""
    labels = found["metadata"].get("labels") or {}
    number = labels.get(ATTEMPT, "")
    return Key(labels[WORKLOAD], int(number)) if WORKLOAD in labels and number.isdigit() else None


def labels_of(key: Key, kind: str) -> dict[str, str]:
    """Label the objects of an attempt."""
    return {**MANAGED, WORKLOAD: key.workload_id, ATTEMPT: str(key.number), KIND: kind}


def port_numbers(names: Sequence[str]) -> dict[str, int]:
    """Give each port a number; pods have addresses of their own, so it is always the same."""
    return {name: FIRST_PORT + index for index, name in enumerate(names)}


@dataclass(frozen=True)
class Mount:
    """Part of the shared volume, found in the pod under the path that the platform knows it by."""

    path: str
    sub_path: str
    read_only: bool = True


@dataclass(frozen=True)
class Setting:
    """What is the same for all attempts of an installation.

    Parameters
    ----------
    claim : str
        Of the shared volume.
    account : str
        Service account of the pods; they get no token of it.
    queues : bool
        There is a Kueue that gives quota.
    priorities : mapping
        Name of the Kueue priority class of each priority.
    product_label : mapping
        Label of nodes that tells the product, by beginning of the resource name.
    """

    claim: str
    account: str
    pull_policy: str = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    queues: bool = True
    priorities: Mapping[str, str] = field(default_factory=dict)
    product_label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Inside:
    """What is found out about an attempt before it is written down.

    Parameters
    ----------
    folder : str
        Of the attempt.
    settings : mapping
        Of `aispace_runtime.pod`.
    """

    image: str
    python: str
    launcher: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    folder: str
    mounts: Sequence[Mount]
    uid: int
    gid: int
    settings: Mapping[str, Any]
    secret: str | None = None


def grace_of(seconds: float) -> int:
    """Whole seconds of a grace; the process that obeys is given one more to say so."""
    return max(math.ceil(seconds), SHORTEST_GRACE)


def resources(plan: AttemptPlan) -> Manifest:
    """Write what a plan needs; what it asks for is what it gets, no more and no less."""
    amounts: dict[str, str] = {}
    if plan.cpu:
        amounts["cpu"] = f"{round(plan.cpu * 1000)}m"
    if plan.memory_bytes:
        amounts["memory"] = str(plan.memory_bytes)
    if plan.accelerator and plan.accelerator_count:
        amounts[plan.accelerator] = str(plan.accelerator_count)
    return {"requests": amounts, "limits": dict(amounts)} if amounts else {}


def pod(plan: AttemptPlan, inside: Inside, setting: Setting, *, again: bool) -> Manifest:
    """Write the pod of an attempt.

    Parameters
    ----------
    again : bool
        Its container is started again when it ends (a Deployment has no other way; the launcher then waits).
    """
    ports = port_numbers(plan.ports)
    env = {**inside.env, "AISPACE_POD": json.dumps(dict(inside.settings), sort_keys=True)}
    container: Manifest = {
        "name": CONTAINER,
        "image": inside.image,
        "imagePullPolicy": setting.pull_policy,
        "command": [inside.python, inside.launcher, "--", *inside.command],
        "workingDir": inside.cwd,
        # A dollar sign begins a reference to another variable, and two of them are one.
        "env": [{"name": name, "value": value.replace("$", "$$")} for name, value in sorted(env.items())],
        "resources": resources(plan),
        "volumeMounts": [
            *(
                {"name": VOLUME, "mountPath": one.path, "subPath": one.sub_path, "readOnly": one.read_only}
                for one in inside.mounts
            ),
            {"name": "tmp", "mountPath": f"{inside.folder}/tmp"},  # noqa: S108 - a volume of the pod's own
            {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108 - a mount point
        ],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "terminationMessagePolicy": "File",
    }
    container["command"] = [part.replace("$", "$$") for part in container["command"]]
    if inside.secret:
        container["envFrom"] = [{"secretRef": {"name": inside.secret}}]
    if ports:
        container["ports"] = [
            {"name": name[:15].rstrip("-"), "containerPort": number} for name, number in ports.items()
        ]
        container["readinessProbe"] = {
            "tcpSocket": {"port": next(iter(ports.values()))},
            "periodSeconds": 2,
            "timeoutSeconds": 2,
        }
    shared_memory: Manifest = {"medium": "Memory"}
    if plan.memory_bytes:
        shared_memory["sizeLimit"] = str(plan.memory_bytes // 2)
    spec: Manifest = {
        "restartPolicy": "Always" if again else "Never",
        "serviceAccountName": setting.account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": grace_of(plan.stop_grace_seconds),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": inside.uid,
            "runAsGroup": inside.gid,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": VOLUME, "persistentVolumeClaim": {"claimName": setting.claim}},
            {"name": "tmp", "emptyDir": {}},
            {"name": "shm", "emptyDir": shared_memory},
        ],
    }
    if setting.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in setting.pull_secrets]
    if plan.accelerator and plan.accelerator_product:
        for beginning, label in setting.product_label.items():
            if plan.accelerator.startswith(beginning):
                spec["nodeSelector"] = {label: plan.accelerator_product}
    if plan.nodes > 1:
        spec["subdomain"] = name_of(plan.key)
    return spec


def queue_labels(plan: AttemptPlan, setting: Setting) -> dict[str, str]:
    """Label what Kueue admits."""
    if not setting.queues:
        return {}
    labels = {QUEUE: plan.queue}
    if plan.priority in setting.priorities:
        labels[PRIORITY] = setting.priorities[plan.priority]
    return labels


def job(plan: AttemptPlan, inside: Inside, setting: Setting, *, limit_slack_seconds: int) -> Manifest:
    """Write the Indexed Job of an attempt: suspended, until Kueue lets it start.

    Parameters
    ----------
    limit_slack_seconds : int
        The launcher keeps the time limit from the start of the process; so much later the cluster ends what is left.
    """
    labels = labels_of(plan.key, plan.kind)
    spec: Manifest = {
        "suspend": setting.queues,
        "completionMode": "Indexed",
        "completions": plan.nodes,
        "parallelism": plan.nodes,
        # Attempts are counted by the platform.
        "backoffLimit": 0,
        # A pod that is on its way out still runs: nothing takes its place before it has ended.
        "podReplacementPolicy": "Failed",
        "template": {"metadata": {"labels": labels}, "spec": pod(plan, inside, setting, again=False)},
    }
    if plan.time_limit_seconds is not None:
        spec["activeDeadlineSeconds"] = (
            math.ceil(plan.time_limit_seconds + plan.stop_grace_seconds) + limit_slack_seconds
        )
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name_of(plan.key), "labels": {**labels, **queue_labels(plan, setting)}},
        "spec": spec,
    }


def deployment(plan: AttemptPlan, inside: Inside, setting: Setting) -> Manifest:
    """Write the Deployment of an attempt that serves: it comes back by itself when its node goes."""
    labels = labels_of(plan.key, plan.kind)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name_of(plan.key), "labels": {**labels, **queue_labels(plan, setting)}},
        "spec": {
            "replicas": 1,
            # Never two of one attempt.
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {WORKLOAD: plan.key.workload_id, ATTEMPT: str(plan.key.number)}},
            "template": {"metadata": {"labels": labels}, "spec": pod(plan, inside, setting, again=True)},
        },
    }


def service(plan: AttemptPlan, *, headless: bool) -> Manifest:
    """Write the Service of an attempt: its address, or with ``headless`` the names of its nodes."""
    spec: Manifest = {
        "selector": {WORKLOAD: plan.key.workload_id, ATTEMPT: str(plan.key.number)},
        "ports": [
            {"name": name, "port": number, "targetPort": number} for name, number in port_numbers(plan.ports).items()
        ],
    }
    if headless:
        spec |= {"clusterIP": "None", "publishNotReadyAddresses": True}
        spec["ports"] = spec["ports"] or [{"name": "rendezvous", "port": 29500, "targetPort": 29500}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name_of(plan.key), "labels": labels_of(plan.key, plan.kind)},
        "spec": spec,
    }


def secret(plan: AttemptPlan, values: Mapping[str, str]) -> Manifest:
    """Write the Secret of an attempt."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name_of(plan.key), "labels": labels_of(plan.key, plan.kind)},
        "type": "Opaque",
        "stringData": dict(values),
    }
