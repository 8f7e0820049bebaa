"""`aispace up`: the small supervisor of the team size.

It starts serve, gateway, proxy and hub from one folder, restarts what dies, and ends them together. Workloads are
no children of these processes: they go on when everything here is stopped, and are found again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aispace.users.passwords import random_password
from aispace.users.uids import separate_uids
from aispace_spawner.internal_client import InternalClient
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from .home import Home, SetupProblem, check_port, check_reachable
from .processes import Child

log = logging.getLogger("aispace.up")

READY_LIMIT = 120.0
FIRST_ADMINISTRATOR = "admin"
SERVICE_PREFIX = "/services/aispace/"


def say(text: str) -> None:
    """Print a line for the person at the terminal."""
    print(text, flush=True)


class Supervisor:
    """All processes of one installation.

    Parameters
    ----------
    home : Home
        Its folder.
    host : str
        Address that the proxy and the gateway listen on.
    port, gateway_port : int
        Public ports of the hub's proxy and of the gateway.
    config : pathlib.Path
        The hub's configuration file.
    """

    def __init__(self, home: Home, *, host: str, port: int, gateway_port: int, config: Path) -> None:
        self.home = home
        self.host = host
        self.port = port
        self.gateway_port = gateway_port
        self.config = config
        self.children: list[Child] = []
        self.ports: dict[str, int] = {}

    # Checks

    def check(self) -> None:
        """Make all checks that need no writing.

        Raises
        ------
        SetupProblem
            For the first one that fails.
        """
        holder = self.home.locked_by_other()
        if holder is not None:
            self.home.lock()  # raises, with the whole explanation
        self.home.check_writable()
        check_reachable(self.home.path)
        check_port(self.port, "AISPACE_PORT", self.host)
        check_port(self.gateway_port, "AISPACE_GATEWAY_PORT", self.host)
        self._proxy_program()

    def _proxy_program(self) -> str:
        beside = Path(sys.prefix) / "bin" / "configurable-http-proxy"
        found = str(beside) if beside.exists() else shutil.which("configurable-http-proxy")
        if found is None or shutil.which("node") is None:
            raise SetupProblem(
                "Not started: configurable-http-proxy (a Node program that the hub needs) is missing.\n"
                "Run: make setup    (or: npm install -g configurable-http-proxy)"
            )
        return found

    # Processes

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        environment.update(
            AISPACE_HOME=str(self.home.path),
            AISPACE_PORT=str(self.port),
            AISPACE_GATEWAY_PORT=str(self.gateway_port),
            AISPACE_GATEWAY_HOST=self.host,
            AISPACE_SERVE_PORT=str(self.ports["serve"]),
            AISPACE_INTERNAL_PORT=str(self.ports["internal"]),
            AISPACE_INTERNAL_URL=f"http://127.0.0.1:{self.ports['internal']}",
            PATH=os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath)]),
            PYTHONUNBUFFERED="1",
        )
        return environment

    def _hub_service_environment(self) -> dict[str, str]:
        return {
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{self.ports['hub_api']}/hub/api",
            "JUPYTERHUB_API_TOKEN": self.home.secret("service_token"),
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_CLIENT_ID": "service-aispace",
            "JUPYTERHUB_HOST": "",
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:services!service=aispace"]',
            "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{SERVICE_PREFIX}oauth_callback",
            "JUPYTERHUB_OAUTH_SCOPES": '["access:services!service=aispace"]',
            "JUPYTERHUB_SERVICE_NAME": "aispace",
            "JUPYTERHUB_SERVICE_PREFIX": SERVICE_PREFIX,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.ports['serve']}",
        }

    def _child(
        self,
        name: str,
        command: list[str],
        extra: dict[str, str],
        ready: str,
        on_restart: Callable[[], Awaitable[None]] | None = None,
    ) -> Child:
        child = Child(
            name,
            command,
            {**self._environment(), **extra},
            run=self.home.run,
            logs=self.home.logs,
            ready=lambda: answers(ready),
            on_restart=on_restart,
            cwd=self.home.path / "hub",
        )
        self.children.append(child)
        return child

    def _make_children(self) -> None:
        python, ports = sys.executable, self.ports
        proxy_secret = {"CONFIGPROXY_AUTH_TOKEN": self.home.secret("proxy_token")}
        self._child(
            "serve",
            [python, "-m", "aispace_server.service"],
            self._hub_service_environment(),
            f"http://127.0.0.1:{ports['serve']}/healthz",
        )
        self._child(
            "gateway", [python, "-m", "aispace_server.gateway"], {}, f"http://127.0.0.1:{self.gateway_port}/healthz"
        )
        self._child(
            "proxy",
            [
                self._proxy_program(),
                "--ip", self.host, "--port", str(self.port),
                "--api-ip", "127.0.0.1", "--api-port", str(ports["proxy_api"]),
                "--error-target", f"http://127.0.0.1:{ports['hub_api']}/hub/error",
            ],
            proxy_secret,
            f"http://127.0.0.1:{ports['proxy_api']}/api/routes",
            self._restore_routes,
        )  # fmt: skip
        self._child(
            "hub",
            [python, "-m", "jupyterhub", "-f", str(self.config)],
            proxy_secret,
            f"http://127.0.0.1:{ports['hub_api']}/hub/health",
        )

    async def _restore_routes(self) -> None:
        """Have the hub tell a proxy that was restarted what to route."""
        request = HTTPRequest(
            f"http://127.0.0.1:{self.ports['hub_api']}/hub/api/proxy",
            method="POST",
            body="",
            headers={"Authorization": f"token {self.home.secret('supervisor_token')}"},
        )
        response = await AsyncHTTPClient().fetch(request, raise_error=False)
        if response.code >= 400:
            log.error("The hub did not restore the proxy's routes (HTTP %s)", response.code)

    # Life

    async def start(self) -> str | None:
        """Start everything and wait until it answers.

        Returns
        -------
        str or None
            The password of the first administrator, where one was made.

        Raises
        ------
        SetupProblem
            With the last words of the process that did not come up.
        """
        self.home.lock()
        self.home.make()
        self.ports = self.home.ports({"hub": self.port, "gateway": self.gateway_port})
        self.home.secret("internal_token")
        self._make_children()
        serve, *others = self.children
        await serve.start()
        await self._wait(serve)
        password = await self._first_administrator()
        for child in others:
            await child.start()
        for child in others:
            await self._wait(child)
        await self._restore_routes()
        return password

    async def _wait(self, child: Child) -> None:
        if await child.wait_ready(READY_LIMIT):
            child.watch()
            return
        lines = [line for line in child.tail() if not line.startswith("{")]
        said = "\n".join(f"  {line}" for line in lines[-12:]) or "  (nothing)"
        raise SetupProblem(f"Not started: {child.name} did not come up. It said:\n{said}\nIts log: {child.log_file}")

    async def _first_administrator(self) -> str | None:
        client = InternalClient(f"http://127.0.0.1:{self.ports['internal']}", self.home.secret("internal_token"))
        password = random_password()
        answer = await client.call("first_administrator", {"name": FIRST_ADMINISTRATOR, "password": password})
        return password if answer["created"] else None

    async def stop(self) -> None:
        """End everything: first who asks serve for something, then serve, the proxy last."""
        for name in ("hub", "gateway", "serve", "proxy"):
            for child in self.children:
                if child.name == name:
                    await child.stop()


async def answers(url: str) -> bool:
    """Tell whether somebody speaks HTTP at `url`, whatever the answer."""
    try:
        response = await AsyncHTTPClient().fetch(
            HTTPRequest(url, connect_timeout=1, request_timeout=2, follow_redirects=False), raise_error=False
        )
    except OSError:
        return False
    return response.code not in {502, 503, 599}


async def run(supervisor: Supervisor) -> int:
    """Start, wait for a signal to end, stop.

    Returns
    -------
    int
        Exit code: 0 when asked to end, 1 when it did not start.
    """
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    began = time.monotonic()
    starting = asyncio.create_task(supervisor.start())
    waiting = asyncio.create_task(asked.wait())
    code = 0
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            announce(supervisor, starting.result(), time.monotonic() - began)
            await waiting
        say("Stopping. Running jobs, services and notebooks go on and are found again at the next start.")
    except SetupProblem as problem:
        print(problem, file=sys.stderr, flush=True)
        code = 1
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)
        await supervisor.stop()
    return code


def announce(supervisor: Supervisor, password: str | None, seconds: float) -> None:
    """Print where it runs, and a new administrator's password, once."""
    shown = "localhost" if supervisor.host in {"127.0.0.1", "0.0.0.0", "::1"} else supervisor.host  # noqa: S104
    say(f"AI Space runs: http://{shown}:{supervisor.port}    (started in {seconds:.1f} s)")
    if password is not None:
        say(f"First administrator: {FIRST_ADMINISTRATOR}    password: {password}    (shown only this once)")
    say(f"State: {supervisor.home.path}    logs: {supervisor.home.logs}    stop: Ctrl-C")
    if not separate_uids():
        say(
            f"Note: all users' processes share uid {os.geteuid()}, so users must trust each other. "
            "Started as root, AI Space gives each user a uid of his own."
        )


def find_config(given: str | None) -> Path:
    """Choose the hub's configuration: the given one, that of the current folder, or the one in the package."""
    if given:
        path = Path(given).absolute()
        if not path.is_file():
            raise SetupProblem(f"Not started: there is no configuration file {path}.\nGive the path of one: --config")
        return path
    here = Path.cwd() / "jupyterhub_config.py"
    return here if here.is_file() else Path(__file__).with_name("embedded_config.py")


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupProblem(f"Not started: {name}={text!r} is no port.\nGive a number from 1 to 65535.")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the supervisor until it is asked to end.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default ``sys.argv[1:]``.

    Returns
    -------
    int
        Exit code.
    """
    parser = argparse.ArgumentParser(
        prog="aispace up", description="Start hub, serve and gateway, and keep them alive."
    )
    parser.add_argument("--home", default=os.environ.get("AISPACE_HOME") or "var", help="folder of all state")
    parser.add_argument("--port", type=int, help="port of the hub (AISPACE_PORT, 8000)")
    parser.add_argument("--gateway-port", type=int, help="port of the model gateway (AISPACE_GATEWAY_PORT, 8001)")
    parser.add_argument("--host", default=os.environ.get("AISPACE_HOST", "127.0.0.1"), help="address to listen on")
    parser.add_argument("--config", help="the hub's configuration file (./jupyterhub_config.py)")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        supervisor = Supervisor(
            Home(Path(given.home)),
            host=given.host,
            port=given.port or _port("AISPACE_PORT", 8000),
            gateway_port=given.gateway_port or _port("AISPACE_GATEWAY_PORT", 8001),
            config=find_config(given.config),
        )
        supervisor.check()
    except SetupProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    os.umask(0o022)
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(run(supervisor))
    return 130


if __name__ == "__main__":
    sys.exit(main())
