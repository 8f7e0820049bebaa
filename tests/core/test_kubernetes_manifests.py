"""What the engine of a cluster writes and reads, without a cluster: plain dicts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aispace.engines.base import AttemptPlan, Key
from aispace.engines.kubernetes import manifests, nodes, states
from aispace.engines.kubernetes.states import End

KEY = Key("wl_0123456789abcdef0123456789abcdef", 2)
NAME = "wl-0123456789abcdef0123456789abcdef-2"
LABELS = {
    "app.kubernetes.io/managed-by": "aispace",
    "aispace.io/workload": KEY.workload_id,
    "aispace.io/attempt": "2",
    "aispace.io/kind": "training",
}
SETTING = manifests.Setting(
    claim="home",
    account="nobody",
    priorities={"high": "aispace-high"},
    product_label={"nvidia.com/": "nvidia.com/gpu.product"},
)
INSIDE = manifests.Inside(
    image="example.com/image:1",
    python="python3",
    launcher="/home/pod.py",
    command=["train", "$(HOME)"],
    env={"B": "2", "A": "1"},
    cwd="/home/x",
    folder="/home/x",
    mounts=[manifests.Mount("/home/x", "x", read_only=False)],
    uid=1000,
    gid=1001,
    settings={"folder": "/home/x"},
)


def plan(**fields: Any) -> AttemptPlan:
    values: dict[str, Any] = {"cpu": 0.5, "memory_bytes": 1 << 30, **fields}
    return AttemptPlan(KEY, "training", "a name of any kind", ("train",), **values)


def test_job_is_written_suspended_and_never_retried_by_the_cluster() -> None:
    made = manifests.job(
        plan(
            accelerator="nvidia.com/gpu", accelerator_count=1, accelerator_product="A100", priority="high",
            queue="lab", time_limit_seconds=60.5,
        ),
        INSIDE, SETTING, limit_slack_seconds=600,
    )  # fmt: skip
    amounts = {"cpu": "500m", "memory": str(1 << 30), "nvidia.com/gpu": "1"}
    assert made == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": NAME,
            "labels": {
                **LABELS, "kueue.x-k8s.io/queue-name": "lab", "kueue.x-k8s.io/priority-class": "aispace-high",
            },
        },
        "spec": {
            "suspend": True,
            "completionMode": "Indexed",
            "completions": 1,
            "parallelism": 1,
            "backoffLimit": 0,
            "podReplacementPolicy": "Failed",
            "activeDeadlineSeconds": 671,
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "restartPolicy": "Never",
                    "serviceAccountName": "nobody",
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "terminationGracePeriodSeconds": 10,
                    "nodeSelector": {"nvidia.com/gpu.product": "A100"},
                    "securityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": 1000,
                        "runAsGroup": 1001,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [
                        {
                            "name": "main",
                            "image": "example.com/image:1",
                            "imagePullPolicy": "IfNotPresent",
                            "command": ["python3", "/home/pod.py", "--", "train", "$$(HOME)"],
                            "workingDir": "/home/x",
                            "env": [
                                {"name": "A", "value": "1"},
                                {"name": "AISPACE_POD", "value": '{"folder": "/home/x"}'},
                                {"name": "B", "value": "2"},
                            ],
                            "resources": {"requests": amounts, "limits": amounts},
                            "volumeMounts": [
                                {"name": "home", "mountPath": "/home/x", "subPath": "x", "readOnly": False},
                                {"name": "tmp", "mountPath": "/home/x/tmp"},
                                {"name": "shm", "mountPath": "/dev/shm"},
                            ],
                            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                            "terminationMessagePolicy": "File",
                        }
                    ],
                    "volumes": [
                        {"name": "home", "persistentVolumeClaim": {"claimName": "home"}},
                        {"name": "tmp", "emptyDir": {}},
                        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": str(1 << 29)}},
                    ],
                },
            },
        },
    }  # fmt: skip


def test_what_has_ports_is_a_deployment_of_one_behind_a_service() -> None:
    made = manifests.deployment(plan(ports=("http",)), INSIDE, SETTING)
    assert (made["spec"]["replicas"], made["spec"]["strategy"]) == (1, {"type": "Recreate"})
    container = made["spec"]["template"]["spec"]["containers"][0]
    assert container["ports"] == [{"name": "http", "containerPort": 8080}]
    assert container["readinessProbe"]["tcpSocket"] == {"port": 8080}
    service = manifests.service(plan(ports=("http",)), headless=False)
    assert service["spec"]["selector"].items() <= made["spec"]["template"]["metadata"]["labels"].items()
    assert service["spec"]["ports"] == [{"name": "http", "port": 8080, "targetPort": 8080}]


def test_several_nodes_find_each_other_by_names_before_they_are_ready() -> None:
    made = manifests.job(plan(nodes=3), INSIDE, SETTING, limit_slack_seconds=0)
    assert (made["spec"]["completions"], made["spec"]["parallelism"]) == (3, 3)
    assert made["spec"]["template"]["spec"]["subdomain"] == NAME
    service = manifests.service(plan(nodes=3), headless=True)
    assert (service["spec"]["clusterIP"], service["spec"]["publishNotReadyAddresses"]) == ("None", True)


def test_without_kueue_nothing_waits_for_it() -> None:
    made = manifests.job(plan(), INSIDE, manifests.Setting(claim="c", account="a", queues=False), limit_slack_seconds=0)
    assert made["spec"]["suspend"] is False
    assert made["metadata"]["labels"] == LABELS


def test_key_is_read_back_from_labels_only_of_ours() -> None:
    assert manifests.key_of({"metadata": {"labels": LABELS}}) == KEY
    assert manifests.key_of({"metadata": {"labels": {"app": "other"}}}) is None
    assert manifests.key_of({"metadata": {}}) is None


def pod(terminated: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    state = (
        {"terminated": {"startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:09Z", **terminated}}
        if (terminated is not None)
        else {}
    )
    return {
        "spec": {"containers": [{"image": "x:1", "resources": {"limits": {"memory": "64Mi"}}}]},
        "status": {"phase": "Failed", "containerStatuses": [{"state": state}], **status},
    }


def said(**fields: Any) -> str:
    return json.dumps({"exit_code": None, "reason": None, "params": {}, **fields})


@pytest.mark.parametrize(
    ("found", "exit_code", "reason"),
    [
        (pod({"exitCode": 3}), 3, None),
        (pod({"exitCode": 255}), 255, None),
        (pod({"exitCode": 139, "message": said(exit_code=-11)}), -11, None),
        (pod({"exitCode": 139}), -11, None),
        (pod({"exitCode": 127, "message": said(reason="start_failed", params={"error": "x"})}), None, "start_failed"),
        (pod({"exitCode": 137, "reason": "OOMKilled"}), -9, "memory_limit"),
        (pod({"exitCode": 143, "message": said(exit_code=0, reason="time_limit")}), 0, "time_limit"),
        (pod({"exitCode": 128, "reason": "StartError", "message": "no such file"}), None, "start_failed"),
        (pod({"exitCode": 1, "message": '{"anything": "else"}'}), 1, None),
        (pod(reason="Evicted", message="The node was low on resource: memory."), None, "evicted"),
        (pod(reason="OutOfcpu", message="Node didn't have enough resource"), None, "start_failed"),
        (
            pod({"exitCode": 137}, conditions=[
                {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager", "message": "gone"}
            ]),
            -9, "evicted",
        ),
    ],
)  # fmt: skip
def test_how_a_pod_ended_is_read(found: dict[str, Any], exit_code: int | None, reason: str | None) -> None:
    end = states.end_of(found)
    assert end is not None
    assert (end.exit_code, end.reason) == (exit_code, reason)


def test_memory_limit_names_the_limit() -> None:
    end = states.end_of(pod({"exitCode": 137, "reason": "OOMKilled"}))
    assert end is not None
    assert end.params["limit"] == 64 << 20


def test_second_start_of_a_container_does_not_count() -> None:
    found = pod({"exitCode": 4})
    found["status"] = {
        "phase": "Running",
        "containerStatuses": [
            {"lastState": found["status"]["containerStatuses"][0]["state"], "state": {"running": {"startedAt": "x"}}}
        ],
    }
    end = states.end_of(found)
    assert end is not None
    assert end.exit_code == 4
    assert not states.is_running(found)


def quota(kind: str, status: str, message: str = "", reason: str = "") -> dict[str, Any]:
    return {
        "status": {
            "conditions": [
                {
                    "type": kind, "status": status, "message": message, "reason": reason,
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
                }
            ]
        }
    }  # fmt: skip


def test_waits_are_told_in_the_words_of_who_makes_it_wait() -> None:
    short = quota("QuotaReserved", "False", "insufficient unused quota for nvidia.com/gpu in flavor any, 1 more needed")
    assert states.waits_for([], short, "lab").params == {
        "queue": "lab",
        "message": "insufficient unused quota for nvidia.com/gpu in flavor any, 1 more needed",
    }
    placed = states.waits_for([], short, "lab", 7)
    assert (placed.reason, placed.params["place"]) == ("cluster_queue_place", 7)
    full = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes are available"}
    waiting = {"spec": {"containers": [{"image": "x:1"}]}, "status": {"conditions": [full]}}
    assert states.waits_for([waiting], quota("Admitted", "True"), "lab").reason == "unschedulable"
    pulling = {
        "spec": {"containers": [{"image": "x:1"}]},
        "status": {"containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no"}}}]},
    }
    assert states.waits_for([pulling], None, None).params == {"image": "x:1", "message": "no"}
    assert states.waits_for([], None, None).reason is None


def test_preemption_is_an_end_but_only_once_the_job_is_suspended_again() -> None:
    taken = quota("Evicted", "True", "Preempted to accommodate a workload", "Preempted")
    end = states.preempted({"spec": {"suspend": True}}, taken)
    assert end is not None
    assert end.reason == "preempted"
    assert states.preempted({"spec": {"suspend": False}}, taken) is None
    assert states.preempted({"spec": {"suspend": True}}, quota("Admitted", "True")) is None


def test_pod_that_is_gone_before_its_job_is_told_of_still_counts() -> None:
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached",
              "lastTransitionTime": "2026-01-01T00:00:10Z"}  # fmt: skip
    job = {"spec": {}, "status": {"conditions": [failed], "startTime": "2026-01-01T00:00:00Z"}}
    end = states.job_end(job, [], End(-15, "evicted", {"message": "Eviction API: evicting"}))
    assert end is not None
    assert (end.exit_code, end.params) == (-15, {"message": "Eviction API: evicting"})
    assert states.job_end(job, [pod({"exitCode": 3})], None).exit_code == 3  # type: ignore[union-attr]


def test_end_survives_being_written_down() -> None:
    end = End(-9, "memory_limit", {"limit": 3}, datetime(2026, 1, 1, tzinfo=UTC), None)
    assert End.read(json.loads(json.dumps(end.written()))) == end


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1500m", 1.5), ("2Gi", 2 << 30), ("8", 8), ("1e3", 1000), ("16332Ki", 16332 << 10), ("2k", 2000)],
)
def test_quantities(text: str, amount: float) -> None:
    assert states.quantity(text) == pytest.approx(amount)


def node(product: str, ready: str = "True", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"labels": {"nvidia.com/gpu.product": product}},
        "spec": spec,
        "status": {
            "allocatable": {"cpu": "2", "memory": "1Gi", "nvidia.com/gpu": "2", "hugepages-2Mi": "0", "pods": "110"},
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def test_capacity_counts_usable_nodes_and_tells_products_apart() -> None:
    found = nodes.capacity(
        [node("A100"), node("A100"), node("L4"), node("L4", ready="False"), node("L4", unschedulable=True)],
        {"nvidia.com/": "nvidia.com/gpu.product"},
    )
    assert (found.cpu, found.memory_bytes) == (6.0, 3 << 30)
    assert found.accelerators["nvidia.com/gpu"].products == {"A100": 4, "L4": 2}
    card = found.accelerators["nvidia.com/gpu"]
    assert [card.of(product) for product in (None, "A100", "L4", "H200")] == [6, 4, 2, 0]
