"""A node: a network namespace and a mount namespace in which containerd, kubelet and kube-proxy run."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import images
from .place import Place
from .supervision import Supervision, until

MTU = "1500"
ADDONS_NODE = "node-1"
"""Where Kueue and CoreDNS run."""
HOLD = """
mount --make-rshared /
mkdir "$0/own"
mount -t tmpfs tmpfs "$0/own"
mkdir "$0/own/upper" "$0/own/work"
mount -t overlay overlay -o "lowerdir=/var/lib,upperdir=$0/own/upper,workdir=$0/own/work" /var/lib
mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /run
mkdir /run/lock
touch "$0/held"
exec sleep infinity
"""
"""A node has what it writes under fixed names to itself: the other nodes and this machine see nothing of it. Its images
are in memory, where a thousand small files come and go quickly."""


@dataclass(frozen=True)
class NodePlan:
    """What a node is like.

    Parameters
    ----------
    accelerators : dict
        Extended resources and how many of each; no hardware is needed for them.
    """

    number: int
    labels: dict[str, str] = field(default_factory=dict)
    accelerators: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"node-{self.number}"


NODES = (
    NodePlan(
        1,
        {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB", "aispace.io/node-group": "nvidia"},
        {"nvidia.com/gpu": 2, "nvidia.com/mig-1g.10gb": 2, "nvidia.com/mig-2g.20gb": 1, "huawei.com/Ascend910-2c": 4},
    ),
    NodePlan(
        2,
        {
            "nvidia.com/gpu.product": "NVIDIA-L4",
            "huawei.com/npu.product": "Ascend910B",
            "aispace.io/node-group": "mixed",
        },
        {"nvidia.com/gpu": 1, "huawei.com/Ascend910": 8, "enflame.com/gcu": 2},
    ),
)  # fmt: skip


def run(*command: str) -> None:
    """Run a command that must succeed; what it says is part of the error."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")


def make_bridge(place: Place) -> None:
    """Make the network that joins this machine and the nodes."""
    run("ip", "link", "add", place.bridge, "mtu", MTU, "type", "bridge", "forward_delay", "0")
    run("ip", "address", "add", f"{place.host}/24", "dev", place.bridge)
    run("ip", "link", "set", place.bridge, "up")


def make_network(place: Place, plans: tuple[NodePlan, ...]) -> None:
    """Make the namespaces, their links, and the ways between all pods."""
    for plan in plans:
        space, link = place.namespace(plan.number), place.link(plan.number)
        run("ip", "netns", "add", space)
        run("ip", "link", "add", link, "mtu", MTU, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "link", "set", link, "master", place.bridge, "up")
        inside = ("ip", "-netns", space)
        run(*inside, "link", "set", "lo", "up")
        run(*inside, "address", "add", f"{place.node_address(plan.number)}/24", "dev", "eth0")
        run(*inside, "link", "set", "eth0", "up")
        run(*inside, "route", "add", "default", "via", place.host)
        for other in plans:
            if other is not plan:
                way = ("via", place.node_address(other.number))
                run(*inside, "route", "add", place.node_pods(other.number), *way)
        run("nsenter", f"--net=/run/netns/{space}", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        run("ip", "route", "replace", place.node_pods(plan.number), "via", place.node_address(plan.number))
    # Addresses of Services are translated in the first node, which answers for what comes from outside.
    run("ip", "route", "replace", place.services, "via", place.node_address(plans[0].number))


class Node:
    """A running node."""

    def __init__(self, place: Place, plan: NodePlan, programs: Path, supervision: Supervision) -> None:
        self.place = place
        self.plan = plan
        self.programs = programs
        self.supervision = supervision
        self.folder = place.folder / plan.name
        self.group = f"{place.group}/{plan.name}"
        self.enter: list[str] = []

    @property
    def socket(self) -> Path:
        return self.folder / "containerd.sock"

    def prepare(self) -> None:
        """Make its namespaces and start what needs no API server."""
        self.folder.mkdir(parents=True)
        space = f"/run/netns/{self.place.namespace(self.plan.number)}"
        # Mounts of pods are made in a namespace of the node's own: they go when its last process goes.
        holder = self.supervision.start(
            f"{self.plan.name}-holder",
            ["nsenter", f"--net={space}", "unshare", "--mount", "--propagation", "private", "sh", "-ec", HOLD,
             str(self.folder)],
        )  # fmt: skip
        until(lambda: (self.folder / "held").exists(), 10, "the node's namespaces")
        self.enter = ["nsenter", f"--target={holder.pid}", "--net", "--mount"]
        self._start_containerd()

    def _start_containerd(self) -> None:
        network = self.folder / "cni"
        network.mkdir()
        (network / "10-pods.conflist").write_text(
            json.dumps(
                {
                    "cniVersion": "1.0.0",
                    "name": "pods",
                    "plugins": [
                        {
                            "type": "bridge",
                            "bridge": "pods0",
                            "isGateway": True,
                            "ipMasq": False,
                            "hairpinMode": True,
                            "ipam": {
                                "type": "host-local",
                                "dataDir": str(self.folder / "addresses"),
                                "ranges": [[{"subnet": self.place.node_pods(self.plan.number)}]],
                                "routes": [{"dst": "0.0.0.0/0"}],
                            },
                        },
                        {"type": "portmap", "capabilities": {"portMappings": True}},
                    ],
                }
            )
        )
        (self.folder / "containerd.toml").write_text(
            f"""version = 3
root = "{self.folder}/own/containerd"
state = "{self.folder}/own/run"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt", "io.containerd.grpc.v1.podsandbox"]

[grpc]
address = "{self.socket}"

[ttrpc]
address = "{self.socket}.ttrpc"

[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{images.PAUSE}"

[plugins."io.containerd.cri.v1.runtime"]
# Without the right to lower it every sandbox would die.
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "{network}"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
"""
        )
        path = f"{self.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.supervision.start(
            f"{self.plan.name}-containerd",
            [*self.enter, str(self.programs / "containerd"), "--config", str(self.folder / "containerd.toml")],
            PATH=path,
        )

    def bring_images(self, archives: dict[str, Path]) -> None:
        """Put images into the node's store."""
        until(self.socket.exists, 30, f"containerd of {self.plan.name}")
        for name, archive in archives.items():
            if name in images.ADDONS and self.plan.name != ADDONS_NODE:
                continue
            self.ctr("images", "import", "--local", str(archive))

    def ctr(self, *arguments: str) -> None:
        """Ask the node's containerd."""
        run(*self.enter, str(self.programs / "ctr"), "--address", str(self.socket), "--namespace", "k8s.io", *arguments)

    def start(self, kubeconfig: Path) -> None:
        """Start kubelet and kube-proxy."""
        config = {
            "kind": "KubeletConfiguration",
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "address": "0.0.0.0",
            # Nobody but this machine reaches a node's address.
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{self.group}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "clusterDNS": [self.place.dns],
            "clusterDomain": "cluster.local",
            "containerRuntimeEndpoint": f"unix://{self.socket}",
            "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "imageGCHighThresholdPercent": 100,
            "imageGCLowThresholdPercent": 99,
            "volumePluginDir": str(self.folder / "volume-plugins"),
            "podLogsDir": str(self.folder / "pod-logs"),
            "registerNode": True,
            "resolvConf": "",
            "nodeStatusUpdateFrequency": "5s",
            "syncFrequency": "10s",
            "maxPods": 110,
            "serializeImagePulls": False,
        }
        (self.folder / "kubelet.json").write_text(json.dumps(config))
        labels = ",".join(f"{name}={value}" for name, value in self.plan.labels.items())
        self.supervision.start(
            f"{self.plan.name}-kubelet",
            [*self.enter, str(self.programs / "kubelet"), f"--config={self.folder}/kubelet.json",
             f"--kubeconfig={kubeconfig}", f"--root-dir={self.folder}/kubelet", f"--cert-dir={self.folder}/kubelet-pki",
             f"--hostname-override={self.plan.name}", f"--node-ip={self.place.node_address(self.plan.number)}",
             f"--node-labels={labels}", "--v=1"],
            PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        )  # fmt: skip
        self.supervision.start(
            f"{self.plan.name}-proxy",
            [*self.enter, str(self.programs / "kube-proxy"), f"--kubeconfig={kubeconfig}", "--proxy-mode=iptables",
             "--oom-score-adj=0", "--conntrack-max-per-core=0", f"--hostname-override={self.plan.name}",
             f"--cluster-cidr={self.place.pods}", "--v=1"],
            PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        )  # fmt: skip

    def capacity_patch(self) -> list[dict[str, Any]]:
        """Make the patch of the node's status that gives it its accelerators."""
        return [
            {
                "op": "add",
                "path": f"/status/{where}/{name.replace('~', '~0').replace('/', '~1')}",
                "value": str(count),
            }
            for name, count in self.plan.accelerators.items()
            for where in ("capacity", "allocatable")
        ]
