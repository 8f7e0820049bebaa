"""`make cluster`, `make cluster-down`: a cluster for work by hand."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from .handle import ClusterFailed, start_keeper
from .place import Place, clear_all_left, running
from .programs import programs
from .supervision import until


def up() -> int:
    """Start a cluster that stays, unless one is there."""
    for place in running():
        if place.facts():
            tell(place)
            return 0
    try:
        _, place, seconds = start_keeper(stay=True)
    except ClusterFailed as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"Ready after {seconds['ready']:g} s ({', '.join(f'{name} {value:g} s' for name, value in seconds.items())})."
    )
    tell(place)
    return 0


def tell(place: Place) -> None:
    """Say how the cluster is used."""
    print(f"  export KUBECONFIG={place.kubeconfig}")
    print(f"  export PATH={programs()}:$PATH")
    print("  kubectl get nodes")
    print("Take it down: make cluster-down")


def down() -> int:
    """Take down all clusters that somebody keeps, and clear what killed ones have left."""
    for place in running():
        facts = place.facts()
        if facts is None:
            print(f"{place.folder} is only starting; try again in a moment.", file=sys.stderr)
            return 1
        os.kill(facts["keeper"], signal.SIGTERM)
        until(lambda place=place: place not in list(running()), 60, "the end of the cluster")  # type: ignore[misc]
    clear_all_left()
    return 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="cluster")
    parser.add_argument("command", choices=["up", "down", "build"])
    command = parser.parse_args().command
    if command == "build":
        print(programs())
        return 0
    return up() if command == "up" else down()


if __name__ == "__main__":
    sys.exit(main())
