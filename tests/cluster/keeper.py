"""The process that keeps a cluster: it starts everything, waits to be told to stop, and takes everything down.

It stops when its standard input ends (so also when a test run is killed), or on SIGTERM; with ``--stay`` on SIGTERM
only. When it is killed itself, the next start clears what it has left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from . import addons, groups, images
from .api import Api, ApiError
from .control_plane import ControlPlane
from .nodes import NODES, Node, make_bridge, make_network
from .place import Place, clear, clear_all_left, take
from .programs import programs as build_programs
from .supervision import Supervision, until

PACKAGES = ("runc", "containernetworking-plugins", "iptables", "conntrack", "iproute2", "mmdebstrap")


def install_packages() -> None:
    """Install what is missing of Debian's packages."""
    script = Path(__file__).parents[2] / "scripts" / "system_packages.sh"
    subprocess.run(["sh", str(script), *PACKAGES], check=True)


class Keeper:
    """One cluster from its start to its end."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self.seconds: dict[str, float] = {}
        self._begin = time.monotonic()

    def note(self, what: str) -> None:
        """Write down how long it took until something was reached."""
        self.seconds[what] = round(time.monotonic() - self._begin, 1)

    def run(self, stay: bool) -> int:
        """Start, wait, take down."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked)
        install_packages()
        programs = build_programs()
        archives = images.archives(programs)
        clear_all_left()
        place, lock = take()
        try:
            try:
                if not stay:
                    threading.Thread(target=self._wait_for_the_end_of_input, daemon=True).start()
                supervision = self._start(place, programs, archives)
            except Ended:
                return 0
            except Exception as problem:  # whatever it was: it is told, and nothing stays behind
                print(json.dumps({"error": f"{type(problem).__name__}: {problem}", "logs": self._logs(place)}))
                return 1
            place.ready.write_text(json.dumps({"seconds": self.seconds, "keeper": os.getpid()}))
            print(json.dumps({"number": place.number, "seconds": self.seconds}), flush=True)
            while not self.ending.wait(1):
                try:
                    supervision.check()
                except RuntimeError as problem:
                    print(problem, file=sys.stderr)
                    supervision.processes = {
                        name: process for name, process in supervision.processes.items() if process.poll() is None
                    }
            return 0
        finally:
            clear(place)
            lock.close()

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.ending.set()

    def _wait_for_the_end_of_input(self) -> None:
        while sys.stdin.buffer.read(1 << 10):
            pass
        self.ending.set()

    def _logs(self, place: Place) -> str:
        kept = place.folder.parent / "last-failure"
        subprocess.run(["rm", "-rf", str(kept)], check=False)
        subprocess.run(["cp", "-r", str(place.folder / "logs"), str(kept)], check=False)
        return str(kept)

    def _start(self, place: Place, programs: Path, archives: dict[str, Path]) -> Supervision:
        self._begin = time.monotonic()
        place.folder.mkdir(parents=True)
        groups.make(f"{place.group}/{groups.HOST}")
        for plan in NODES:
            groups.make(f"{place.group}/{plan.name}")
        supervision = Supervision(place)
        make_bridge(place)
        make_network(place, NODES)
        nodes = [Node(place, plan, programs, supervision) for plan in NODES]
        # The nodes fetch their images while the API server starts.
        for node in nodes:
            node.prepare()
        bringing = [threading.Thread(target=node.bring_images, args=(archives,)) for node in nodes]
        for thread in bringing:
            thread.start()
        plane = ControlPlane(place, programs, supervision)
        plane.start()
        self.note("api")
        api = plane.api()
        until(lambda: self._live(api.find("/api/v1/namespaces/kube-system")), 30, "the first namespaces")
        addons.install_dns(api, place)
        addons.install_kueue(api, programs)
        self.note("manifests")
        for thread in bringing:
            thread.join()
        self.note("images")
        for node in nodes:
            node.start(place.kubeconfig)
        for node in nodes:
            until(lambda node=node: self._live(_is_ready(api, node)), 60, node.plan.name)  # type: ignore[misc]
            api.patch(f"/api/v1/nodes/{node.plan.name}/status", node.capacity_patch(), "application/json-patch+json")
        self.note("nodes")
        addons.wait_for_addons(api)
        self.note("ready")
        return supervision

    def _live(self, value: object) -> object:
        if self.ending.is_set():
            raise Ended
        return value


class Ended(Exception):
    """The cluster was told to stop before it was up."""


def _is_ready(api: Api, node: Node) -> bool:
    try:
        found = api.find(f"/api/v1/nodes/{node.plan.name}")
    except ApiError:
        return False
    return found is not None and any(
        one["type"] == "Ready" and one["status"] == "True" for one in found["status"].get("conditions", [])
    )


if __name__ == "__main__":
    sys.exit(Keeper().run(stay="--stay" in sys.argv))
