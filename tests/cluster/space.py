"""An AI Space on the cluster: its namespace, its rights, its volume, its quota."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml
from aispace.platform import Platform
from traitlets.config import Config

from . import images
from .addons import install_volume
from .api import Api, ApiError
from .handle import Cluster
from .supervision import until

DEPLOY = Path(__file__).parents[2] / "deploy" / "kubernetes"
NAMESPACE = "aispace"
CLAIM = "aispace-home"
KUEUE = "kueue.x-k8s.io/v1beta2"
QUOTA = {
    "cpu": "8", "memory": "8Gi", "nvidia.com/gpu": "3", "nvidia.com/mig-1g.10gb": "1", "nvidia.com/mig-2g.20gb": "1",
    "huawei.com/Ascend910": "8", "huawei.com/Ascend910-2c": "4", "enflame.com/gcu": "2",
}  # fmt: skip
"""Of the one queue: of the smaller MIG fraction less than the nodes have, so that quota is what is waited for."""


class Space:
    """What an operator would set up, and platforms in it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.admin: Api = cluster.admin
        for file in sorted(DEPLOY.glob("*.yaml")):
            self.admin.apply_all(yaml.safe_load_all(file.read_text()), NAMESPACE)
        install_volume(self.admin, cluster.place, NAMESPACE, CLAIM)
        self.set_quota(QUOTA)
        self.account = cluster.account(NAMESPACE, "aispace")

    def set_quota(self, quota: dict[str, str]) -> None:
        """Make the flavour, the cluster's queue and the namespace's."""
        resources = [{"name": name, "nominalQuota": amount} for name, amount in quota.items()]
        self.admin.apply_all(
            [
                {"apiVersion": KUEUE, "kind": "ResourceFlavor", "metadata": {"name": "any"}},
                {
                    "apiVersion": KUEUE,
                    "kind": "ClusterQueue",
                    "metadata": {"name": "everything"},
                    "spec": {
                        "namespaceSelector": {},
                        "preemption": {"withinClusterQueue": "LowerPriority"},
                        "resourceGroups": [
                            {
                                "coveredResources": list(quota),
                                "flavors": [{"name": "any", "resources": resources}],
                            }
                        ],
                    },
                },
                {
                    "apiVersion": KUEUE,
                    "kind": "LocalQueue",
                    "metadata": {"name": "default", "namespace": NAMESPACE},
                    "spec": {"clusterQueue": "everything"},
                },
            ]
        )
        until(lambda: self._active(), 30, "the queue")

    def _active(self) -> bool:
        try:
            found = self.admin.get(f"/apis/{KUEUE}/namespaces/{NAMESPACE}/localqueues/default")
        except ApiError:
            return False
        return any(
            one["type"] == "Active" and one["status"] == "True"
            for one in (found.get("status") or {}).get("conditions", ())
        )

    def home(self) -> Path:
        """Make a home on the shared volume."""
        path = Path(tempfile.mkdtemp(prefix="home-", dir=self.cluster.place.volume))
        path.chmod(0o755)
        return path

    def config(self, **traits: Any) -> Config:
        """Configure the engine as an operator would; its rights are those of the service account."""
        kubeconfig = self.cluster.place.folder / "serve.kubeconfig"
        if not kubeconfig.exists():
            self.cluster.kubeconfig(self.account, kubeconfig, NAMESPACE)
        return Config({"KubernetesEngine": {**self._traits(kubeconfig), **traits}})

    def _traits(self, kubeconfig: Path) -> dict[str, Any]:
        return {
            "namespace": NAMESPACE,
            "kubeconfig": str(kubeconfig),
            "claim": CLAIM,
            "claim_path": str(self.cluster.place.volume),
            "image": images.PYTHON,
            "pull_policy": "Never",
            "sample_seconds": 0.5,
        }

    def config_file(self, path: Path, **traits: Any) -> Path:
        """Write the same as a configuration file."""
        traits = dict(self.config(**traits)["KubernetesEngine"])
        lines = [f"c.KubernetesEngine.{name} = {value!r}" for name, value in traits.items()]
        path.write_text("\n".join(lines) + "\n")
        return path

    def platform(self, home: Path, database_url: str, **traits: Any) -> Platform:
        """Make a platform whose engine is the cluster."""
        before = os.environ.get("AISPACE_ENGINE")
        os.environ["AISPACE_ENGINE"] = "kubernetes"
        try:
            return Platform(config=self.config(**traits), home=str(home), database_url=database_url)
        finally:
            if before is None:
                del os.environ["AISPACE_ENGINE"]
            else:
                os.environ["AISPACE_ENGINE"] = before

    def jobs(self, workload_id: str | None = None) -> list[dict[str, Any]]:
        """Read the Jobs of the namespace, as the API server has them."""
        selector = f"aispace.io/workload={workload_id}" if workload_id else ""
        return self.admin.items(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", labelSelector=selector)

    def pods(self, workload_id: str | None = None) -> list[dict[str, Any]]:
        """Read the pods of the namespace."""
        selector = f"aispace.io/workload={workload_id}" if workload_id else ""
        return self.admin.items(f"/api/v1/namespaces/{NAMESPACE}/pods", labelSelector=selector)

    def describe(self) -> str:
        """Write down what there is, for a test that failed."""
        return json.dumps(
            {
                "jobs": [
                    (one["metadata"]["name"], one["spec"].get("suspend"), one.get("status")) for one in self.jobs()
                ],
                "pods": [(one["metadata"]["name"], one.get("status")) for one in self.pods()],
            },
            indent=1,
        )
