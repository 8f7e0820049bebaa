"""A real installation: supervisor, proxy, hub, gateway, serve, started as `make run` starts them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
from aispace_hub.home import SetupProblem, check_reachable, free_port

START_LIMIT = 180.0
PASSWORD = "Correct-horse 7"


def wait_for(condition: Callable[[], Any], limit: float = 30.0, what: str = "the condition") -> Any:
    """Wait until something is true and give it."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come true within {limit} s"
        time.sleep(0.05)


class Person:
    """Somebody with a browser, signed in or not."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = ""
        self.token = ""
        self.http = httpx.Client(base_url=url, timeout=60, headers={"Accept-Language": "en"})

    def sign_in(self, name: str, password: str) -> httpx.Response:
        self.http.get("/hub/login")
        form = {"username": name, "password": password, "_xsrf": self.http.cookies.get("_xsrf", path="/hub/")}
        response = self.http.post("/hub/login", data=form)
        if response.status_code == 302:
            self.name = name
        return response

    @property
    def xsrf(self) -> str:
        self.http.get("/hub/home", follow_redirects=True)
        return str(self.http.cookies.get("_xsrf", path="/hub/"))

    def make_token(self) -> str:
        response = self.http.post(
            f"/hub/api/users/{self.name}/tokens", json={}, headers={"X-XSRFToken": self.xsrf, "Referer": self.url}
        )
        assert response.status_code == 201, response.text
        self.token = response.json()["token"]
        return self.token

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask with the token of this person and nothing else, as a script would."""
        headers = {"Authorization": f"token {self.token}", **options.pop("headers", {})}
        return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=60, **options)

    def server(self) -> dict[str, Any]:
        user = self.api("GET", f"/hub/api/users/{self.name}").json()
        return dict(user.get("servers", {}).get("", {}))

    def start_server(self, **options: Any) -> None:
        response = self.api("POST", f"/hub/api/users/{self.name}/server", json={"user_options": options})
        assert response.status_code in {201, 202}, response.text
        wait_for(lambda: self.server().get("ready"), 90, "the user's server")

    def stop_server(self) -> None:
        assert self.api("DELETE", f"/hub/api/users/{self.name}/server").status_code in {202, 204}
        wait_for(lambda: not self.server(), 30, "the stop of the user's server")


class Installation:
    """One home with everything that runs from it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.gateway_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.password = ""
        self.process: subprocess.Popen[str] | None = None
        self.output = home.parent / f"{home.name}.out"

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AISPACE_", "JUPYTERHUB_"))}
        try:
            check_reachable(self.home)
        except SetupProblem:
            kept["AISPACE_SHARED_UID"] = "1"
        return {
            **kept,
            "AISPACE_HOME": str(self.home),
            "AISPACE_PORT": str(self.port),
            "AISPACE_GATEWAY_PORT": str(self.gateway_port),
        }

    def command(self) -> list[str]:
        return [sys.executable, "-m", "aispace_hub.up"]

    def start(self) -> str:
        with self.output.open("a") as stream:
            begin = self.output.stat().st_size
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), stdout=stream, stderr=stream, text=True, start_new_session=True
            )

        def said() -> str | None:
            text = self.output.read_text()[begin:]
            if "AI Space runs:" in text and "stop: Ctrl-C" in text:
                return text
            assert self.process is not None
            assert self.process.poll() is None, text
            return None

        text = str(wait_for(said, START_LIMIT, "the start"))
        found = re.search(r"password: (\S+)", text)
        self.password = found.group(1) if found else self.password
        return text

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)

    def pid(self, name: str) -> int:
        try:
            return int(json.loads((self.home / "run" / f"{name}.pid").read_text())["pid"])
        except (OSError, ValueError):
            return 0

    def ports(self) -> dict[str, int]:
        return dict(json.loads((self.home / "run" / "ports.json").read_text()))

    def hub_answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/hub/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def serve_answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.ports()['serve']}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def person(self, name: str = "admin", password: str | None = None) -> Person:
        """Sign somebody in and give him a token."""
        made = Person(self.url)
        response = made.sign_in(name, password or self.password)
        assert response.status_code == 302, response.text
        made.make_token()
        return made

    def rest(self, person: Person, method: str, path: str, **options: Any) -> httpx.Response:
        return person.api(method, f"/services/aispace/api/v1{path}", **options)

    def end_everything(self) -> None:
        """Kill what still runs from this home, workloads included."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        for process in psutil.process_iter(["pid", "environ", "cmdline"]):
            environ = process.info["environ"] or {}
            if str(self.home) in {environ.get("AISPACE_HOME"), environ.get("HOME", "").split("/areas/")[0]} or any(
                str(self.home) in word for word in process.info["cmdline"] or ()
            ):
                process.kill()
