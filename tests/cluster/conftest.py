"""The cluster of a test session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .handle import Cluster, start_keeper
from .place import Place, running
from .space import Space


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a cluster, or use the one that `make cluster` keeps when AISPACE_CLUSTER=keep is set."""
    if os.geteuid() != 0:
        pytest.skip("a cluster needs root: it makes network and mount namespaces")
    if os.environ.get("AISPACE_CLUSTER") == "keep":
        kept: list[Place] = [place for place in running() if place.facts()]
        assert kept, "AISPACE_CLUSTER=keep is set, but no cluster is up: make cluster"
        yield Cluster(kept[0])
        return
    keeper, place, seconds = start_keeper()
    try:
        yield Cluster(place, seconds)
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(timeout=60)


@pytest.fixture(scope="session")
def space(cluster: Cluster) -> Space:
    """Set up what an operator would."""
    return Space(cluster)
