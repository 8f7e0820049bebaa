"""A platform with `aispace serve` in a thread and a gateway as a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from aispace.identity import Principal
from aispace.platform import Platform
from server_thread import INTERNAL_TOKEN, KnownTokens, RunningServer
from serving_setup import Serving, until

SETOSA = {"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}]}


class Installation(Serving):
    """Platform, `aispace serve` in a thread, and a gateway as a process."""

    def __init__(self, platform: Platform, python: Path) -> None:
        super().__init__(platform, python)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.gateway_port = free.getsockname()[1]
        self.gateway: subprocess.Popen[bytes] | None = None
        (platform.path / "secrets" / "internal_token").write_text(INTERNAL_TOKEN)
        self.server = RunningServer(platform, [KnownTokens([self.alice, self.bob])])

    def start_gateway(self) -> None:
        home, internal = self.platform.path, f"http://127.0.0.1:{self.server.internal_port}"
        options = ["--home", home, "--port", str(self.gateway_port), "--internal-url", internal]
        self.gateway = subprocess.Popen(
            [sys.executable, "-m", "aispace_server.gateway", *options],
            stderr=(home / "logs" / "gateway.log").open("ab"),
        )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.gateway_port}", trust_env=False, timeout=30)

        def ready() -> bool:
            try:
                return self.http.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False

        until(ready, say=lambda: (self.platform.path / "logs" / "gateway.log").read_text())

    def routed(self, service_id: str, wanted: set[int]) -> None:
        """Wait until the gateway follows routes in which these numbers (deployments or shares) are a service's."""

        def follows() -> bool:
            routes = self.platform.serving.routing.routes()
            own = next((r["deployments"] for r in routes.routes if r["service_id"] == service_id), [])
            there = {d["number"] for d in own if d["targets"]} | {d["share"] for d in own}
            return wanted <= there and self.http.get("/readyz").json()["revision"] == routes.revision

        until(follows, 20)

    def kill_gateway(self, number: int = signal.SIGKILL) -> None:
        if self.gateway is not None:
            self.gateway.send_signal(number)
            self.gateway.wait(30)
            self.http.close()
            self.gateway = None

    def client(self, who: Principal) -> httpx.Client:
        return self.server.client(f"token-{who.name}")

    def wait(self, service_id: str, status: str, deployment: int | None = None) -> dict[str, Any]:
        with self.client(self.alice) as client:

            def read() -> dict[str, Any]:
                return dict(client.get(f"/services/{service_id}").json())

            until(
                lambda: read()["status"] == status and deployment in (None, read()["deployment"]),
                say=lambda: json.dumps(read(), indent=1),
            )
            return read()


@contextmanager
def running(platform: Platform, python: Path) -> Iterator[Installation]:
    """Start everything, and stop every service at the end."""
    made = Installation(platform, python)
    platform.start()
    with made.server:
        made.start_gateway()
        yield made
        for service in platform.serving.list(made.alice, _query()).items:
            platform.serving.stop_service(made.alice, service.id)
        until(
            lambda: (
                not any(platform.workloads.active_of(s.id) for s in platform.serving.list(made.alice, _query()).items)
            )
        )
        made.kill_gateway()


def _query() -> Any:
    from aispace.serving.schemas import ServiceQuery

    return ServiceQuery()


def create(installation: Installation, model_id: str | None, **more: Any) -> dict[str, Any]:
    body = {
        "name": "iris-api",
        "model": {"model_id": model_id, "version": "V0001"},
        "spec_id": installation.spec_id,
    }
    with installation.client(installation.alice) as client:
        answer = client.post("/services", json=body | more)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"]
        service = dict(answer.json())
    return installation.wait(service["id"], "serving")


def token_of(installation: Installation, service: dict[str, Any], **more: Any) -> dict[str, Any]:
    with installation.client(installation.alice) as client:
        answer = client.post(f"/services/{service['id']}/tokens", json={"name": "app", **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def auth(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
