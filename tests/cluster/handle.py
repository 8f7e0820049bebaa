"""What tests hold of a running cluster."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .api import Api
from .control_plane import kubeconfig
from .place import Place, base_folder

START_SECONDS = 3600
"""The first start builds all programs."""


class ClusterFailed(RuntimeError):
    """The cluster did not start."""


def start_keeper(*, stay: bool = False) -> tuple[subprocess.Popen[bytes], Place, dict[str, float]]:
    """Start a keeper and wait until its cluster is up.

    Returns
    -------
    process
        Its standard input keeps the cluster alive, unless it stays.
    Place
    dict
        Seconds until each step was reached.
    """
    base_folder().mkdir(parents=True, exist_ok=True)
    said_path = base_folder() / "keeper.log"
    # One that stays must not hold the terminal of who started it.
    with said_path.open("wb") if stay else contextlib.nullcontext() as errors:
        return _started(stay, errors)


def _started(stay: bool, errors: IO[bytes] | None) -> tuple[subprocess.Popen[bytes], Place, dict[str, float]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cluster.keeper", *(["--stay"] if stay else [])],
        stdin=subprocess.DEVNULL if stay else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        # Ctrl-C ends the tests; the keeper then takes the cluster down in peace.
        start_new_session=True,
    )
    assert process.stdout is not None
    answered, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if answered else b""
    said: dict[str, Any] = (
        json.loads(line) if line.strip() else {"error": f"its keeper ended; see {base_folder()}/keeper.log"}
    )
    if "error" in said:
        process.kill() if not answered else process.wait()
        raise ClusterFailed(f"The cluster did not start: {said['error']} (logs: {said.get('logs')})")
    return process, Place(said["number"]), said["seconds"]


@dataclass
class Cluster:
    """A running cluster."""

    place: Place
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def admin(self) -> Api:
        """A client with all rights."""
        config = json.loads(self.place.kubeconfig.read_text())
        return Api(
            config["clusters"][0]["cluster"]["server"],
            config["clusters"][0]["cluster"]["certificate-authority"],
            config["users"][0]["user"]["token"],
        )

    def account(self, namespace: str, name: str) -> Api:
        """Give a client with the rights of a service account and nothing more."""
        answer = self.admin.request(
            "POST",
            f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 86400}},
        )
        return Api(self.admin.server, str(self.place.folder / "pki" / "ca.crt"), answer["status"]["token"])

    def kubeconfig(self, api: Api, path: Path, namespace: str) -> Path:
        """Write a client's configuration into a file."""
        path.write_text(json.dumps(kubeconfig(api.server, self.place.folder / "pki" / "ca.crt", api.token, namespace)))
        path.chmod(0o600)
        return path
