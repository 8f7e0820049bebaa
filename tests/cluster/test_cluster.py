"""The cluster of the tests itself: what it offers, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from . import groups
from .handle import Cluster, start_keeper
from .place import Place, clear_all_left

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


FIXED = [
    Path(one) for one in ("/run/netns", "/var/lib/cni/results", "/var/lib/cni", "/var/log/pods", "/run/containerd")
]
"""Where the programs of a node would write under fixed names."""


def left_of(place: Place) -> list[str]:
    """List what is there of a cluster."""
    found = [f"process {pid}" for pid in groups.members(place.group)]
    found += [f"link {name}" for name in os.listdir("/sys/class/net") if name.startswith(place.bridge)]
    spaces = Path("/run/netns")
    found += [f"namespace {one.name}" for one in spaces.iterdir() if one.name.startswith(place.bridge)]
    found += [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if f"{place.folder}/" in line]
    found += [
        str(one)
        for folder in FIXED
        if folder.is_dir()
        for one in folder.iterdir()
        if one.name.startswith(("cni-", "pods-"))
    ]
    found += [f"group {one}" for one in groups.everywhere() if (one / place.group).exists()]
    return [*found, *([str(place.folder)] if place.folder.exists() else [])]


def test_nodes_are_ready_with_their_accelerators(cluster: Cluster) -> None:
    nodes = {one["metadata"]["name"]: one for one in cluster.admin.items("/api/v1/nodes")}
    assert sorted(nodes) == ["node-1", "node-2"]
    assert nodes["node-1"]["status"]["allocatable"]["nvidia.com/mig-1g.10gb"] == "2"
    assert nodes["node-2"]["metadata"]["labels"]["nvidia.com/gpu.product"] == "NVIDIA-L4"


def test_names_of_services_are_answered(cluster: Cluster) -> None:
    name = "kubernetes.default.svc.cluster.local"
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10)
        sock.sendto(question, (cluster.place.dns, 53))
        answer = sock.recv(512)
    assert socket.inet_ntoa(answer[-4:]) == cluster.place.services.rsplit(".", 1)[0] + ".1"


def test_visibility_of_queues_is_answered(cluster: Cluster) -> None:
    found = cluster.admin.get("/apis/visibility.kueue.x-k8s.io/v1beta2")
    assert "localqueues/pendingworkloads" in {one["name"] for one in found["resources"]}


def test_nothing_is_left_when_its_user_goes_nor_when_its_keeper_is_killed() -> None:
    keeper, place, _ = start_keeper()
    assert left_of(place)
    assert keeper.stdin is not None
    # As when the tests are killed: nobody says good-bye.
    keeper.stdin.close()
    keeper.wait(60)
    assert left_of(place) == []
    keeper, place, _ = start_keeper()
    keeper.send_signal(signal.SIGKILL)
    keeper.wait(10)
    time.sleep(1)
    assert left_of(place), "a killed keeper can clear nothing; is this test still about something?"
    clear_all_left()
    assert left_of(place) == []
