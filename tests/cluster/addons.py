"""What runs in the cluster itself before anything else does: names (CoreDNS) and quota (Kueue)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from . import images
from .api import Api, ApiError
from .nodes import ADDONS_NODE
from .place import Place
from .programs import KUEUE_MANIFESTS
from .supervision import until

COREFILE = """.:5353 {
    errors
    health :8080
    ready :8181
    kubernetes cluster.local in-addr.arpa {
        pods insecure
        ttl 5
    }
    cache 5
    reload
}
"""


def install_dns(api: Api, place: Place) -> None:
    """Make the cluster's name server."""
    labels = {"k8s-app": "kube-dns"}
    where = {"namespace": "kube-system"}
    api.apply_all(
        [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "coredns", **where}},
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": "coredns"},
                "rules": [
                    {
                        "apiGroups": [""],
                        "resources": ["endpoints", "services", "pods", "namespaces"],
                        "verbs": ["list", "watch"],
                    },
                    {
                        "apiGroups": ["discovery.k8s.io"],
                        "resources": ["endpointslices"],
                        "verbs": ["list", "watch"],
                    },
                ],
            },
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "coredns"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "coredns"},
                "subjects": [{"kind": "ServiceAccount", "name": "coredns", **where}],
            },
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "coredns", **where},
                "data": {"Corefile": COREFILE},
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "kube-dns", **where},
                "spec": {
                    "clusterIP": place.dns,
                    "selector": labels,
                    "ports": [
                        {"name": "dns", "port": 53, "targetPort": 5353, "protocol": "UDP"},
                        {"name": "dns-tcp", "port": 53, "targetPort": 5353, "protocol": "TCP"},
                    ],
                },
            },
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "coredns", **where},
                "spec": {
                    "replicas": 1,
                    "selector": {"matchLabels": labels},
                    "template": {
                        "metadata": {"labels": labels},
                        "spec": {
                            "serviceAccountName": "coredns",
                            "dnsPolicy": "Default",
                            "nodeSelector": {"kubernetes.io/hostname": ADDONS_NODE},
                            "containers": [
                                {
                                    "name": "coredns",
                                    "image": images.COREDNS,
                                    "imagePullPolicy": "Never",
                                    "args": ["-conf", "/etc/coredns/Corefile"],
                                    "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns"}],
                                    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
                                    "securityContext": {"runAsUser": 65532, "allowPrivilegeEscalation": False},
                                    "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
                                }
                            ],
                            "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
                        },
                    },
                },
            },
        ]
    )


def install_kueue(api: Api, programs: Path) -> None:
    """Make Kueue, as its own manifests say, with our image of it."""
    manifests = [one for one in yaml.safe_load_all((programs / KUEUE_MANIFESTS).read_text()) if one]
    for manifest in manifests:
        if manifest["kind"] == "Deployment":
            _fit(manifest)
        elif manifest["kind"] == "ConfigMap" and "controller_manager_config.yaml" in manifest.get("data", {}):
            config = yaml.safe_load(manifest["data"]["controller_manager_config.yaml"])
            # One replica: an election would only cost time.
            config["leaderElection"]["leaderElect"] = False
            manifest["data"]["controller_manager_config.yaml"] = yaml.safe_dump(config)
    definitions = [one for one in manifests if one["kind"] in ("CustomResourceDefinition", "Namespace")]
    api.apply_all(definitions)
    # The server admits its own kinds at once; others of ours would ask a webhook that does not run yet.
    api.apply_all([one for one in manifests if one not in definitions])


def _fit(manifest: dict[str, Any]) -> None:
    pod = manifest["spec"]["template"]["spec"]
    pod["securityContext"]["runAsUser"] = 65532
    pod["nodeSelector"] = {"kubernetes.io/hostname": ADDONS_NODE}
    container = pod["containers"][0]
    container |= {"image": images.KUEUE, "imagePullPolicy": "Never", "command": ["/kueue"]}
    container["resources"] = {"requests": {"cpu": "50m", "memory": "512Mi"}}
    container["readinessProbe"] |= {"initialDelaySeconds": 1, "periodSeconds": 1}


def kueue_answers(api: Api) -> bool:
    """Tell whether Kueue admits objects and answers about its queues."""
    try:
        api.request(
            "PATCH", "/apis/kueue.x-k8s.io/v1beta2/resourceflavors/aispace-probe",
            {
                "apiVersion": "kueue.x-k8s.io/v1beta2",
                "kind": "ResourceFlavor",
                "metadata": {"name": "aispace-probe"},
            },
            "application/apply-patch+yaml", fieldManager="aispace-tests", force="true", dryRun="All",
        )  # fmt: skip
        api.get("/apis/visibility.kueue.x-k8s.io/v1beta2")
    except ApiError:
        return False
    return True


def install_volume(api: Api, place: Place, namespace: str, claim: str) -> None:
    """Make the volume that all nodes share, and a claim of it."""
    place.volume.mkdir(exist_ok=True)
    place.volume.chmod(0o755)
    name = f"{namespace}-{claim}"
    size = {"storage": "100Gi"}
    api.apply_all(
        [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": {
                    "capacity": size,
                    "accessModes": ["ReadWriteMany"],
                    "persistentVolumeReclaimPolicy": "Retain",
                    "storageClassName": "",
                    "hostPath": {"path": str(place.volume), "type": "Directory"},
                    "claimRef": {"namespace": namespace, "name": claim},
                },
            },
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": claim, "namespace": namespace},
                "spec": {
                    "accessModes": ["ReadWriteMany"],
                    "storageClassName": "",
                    "volumeName": name,
                    "resources": {"requests": size},
                },
            },
        ]
    )


def wait_for_addons(api: Api) -> None:
    """Wait until names are answered and quota is given."""
    dns = "/apis/apps/v1/namespaces/kube-system/deployments/coredns"
    until(lambda: api.get(dns).get("status", {}).get("readyReplicas"), 90, "the cluster's name server")
    until(lambda: kueue_answers(api), 120, "Kueue")
