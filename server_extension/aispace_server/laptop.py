"""`aispace serve --laptop`: the platform of one user, with its gateway, as long as it is needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

from aispace._version import __version__
from aispace.db.database import WrongRevision
from aispace.engines.local import processes
from aispace.identity import SYSTEM
from aispace.laptop import laptop_home, make_private, socket_path
from aispace.workloads.schemas import WorkloadQuery
from tornado.httpserver import HTTPServer
from traitlets import Bool, Float, Integer, default

from .service import AISpaceServer, HomeLock, StartRefused

HOST: Final = "127.0.0.1"
USUAL_GATEWAY_PORT: Final = 8001
LOOK_SECONDS: Final = 5.0
"""Pause between two looks at whether anything happens."""
GATEWAY_STOP_SECONDS: Final = 10.0
GATEWAY_PAUSE: Final = 1.0
PREDECESSOR_SECONDS: Final = 30.0
"""So long a start waits for an earlier process that is just ending."""
FOREIGN: Final = ("JUPYTERHUB_", "AISPACE_SERVE_PORT", "AISPACE_INTERNAL_", "AISPACE_GATEWAY_URL")
"""Beginnings of variables of a team installation, which mean nothing here."""

log = logging.getLogger("aispace.laptop")


class LaptopServer(AISpaceServer):
    """Serves one user over a unix socket, starts the gateway, and ends when nobody needs it any more."""

    idle_seconds = Float(
        min=0,
        help="Ends after so many seconds in which nobody was connected and nothing ran; 0: never. "
        "Default: $AISPACE_IDLE_SECONDS or 900.",
    ).tag(config=True)
    gateway = Bool(True, help="Start the gateway to online services.").tag(config=True)
    gateway_port = Integer(
        help="Port of the gateway. Default: $AISPACE_GATEWAY_PORT, else the last one, else 8001, else a free one."
    ).tag(config=True)

    @default("idle_seconds")
    def _default_idle_seconds(self) -> float:
        text = os.environ.get("AISPACE_IDLE_SECONDS") or "900"
        try:
            return float(text)
        except ValueError:
            sys.stderr.write(f"Not started: AISPACE_IDLE_SECONDS={text!r} is no number of seconds. Give one, or 0.\n")
            sys.exit(1)

    @default("gateway_port")
    def _default_gateway_port(self) -> int:
        return int(os.environ.get("AISPACE_GATEWAY_PORT") or 0)

    def initialize(self, argv: list[str] | None = None) -> None:
        """Take the home of this user; he is alone here, so all processes are his."""
        for name in [name for name in os.environ if name.startswith(FOREIGN)]:
            del os.environ[name]
        os.environ["AISPACE_SHARED_UID"] = "1"
        super().initialize(argv)
        home = laptop_home(self.config.Platform.get("home") or None)
        os.environ["AISPACE_HOME"] = str(home)
        self.config.Platform.home = str(home)
        self.socket_path = self.socket_path or str(socket_path(home))
        for folder in (home, home / "run", Path(self.socket_path).parent):
            make_private(folder)
        self._last = time.monotonic()
        self._child: asyncio.subprocess.Process | None = None

    # The run

    def _take_home(self, lock: HomeLock) -> None:
        deadline = time.monotonic() + PREDECESSOR_SECONDS
        while True:
            try:
                lock.acquire()
                return
            except StartRefused:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)  # its predecessor is just ending; waiting in the kernel would know no limit

    def _open_database(self) -> None:
        """Open the database; one of an earlier version is copied and upgraded, since nobody else uses it."""
        try:
            super()._open_database()
        except WrongRevision as error:
            if error.code != "database_too_old":
                raise
            copy = self.platform.db.upgrade()
            log.warning("the database was upgraded; as it was it lies in %s", copy)
        self.platform.images.build_on_need = True  # hundreds of megabytes, which a first look does not need
        principal = self.platform.users.local_principal()
        self.platform.areas.lies_in(principal.user_id, Path.home())

    async def _until(self, stop: asyncio.Event, main: HTTPServer) -> None:
        tasks = [asyncio.create_task(self._watch(stop, main))]
        if self.gateway:
            tasks.append(asyncio.create_task(self._keep_gateway()))
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end_gateway()

    # Idle

    async def _watch(self, stop: asyncio.Event, main: HTTPServer) -> None:
        if not self.idle_seconds:
            return
        while not stop.is_set():
            await asyncio.sleep(min(LOOK_SECONDS, self.idle_seconds / 4))
            try:
                needed = await asyncio.to_thread(self._needed, len(main._connections))
            except Exception:
                # Whatever is wrong with the database now: that is no reason to end.
                log.exception("it cannot be told whether anything runs")
                needed = "unknown"
            if needed:
                self._last = time.monotonic()
            elif time.monotonic() - self._last >= self.idle_seconds:
                log.info("ending: nobody was here and nothing ran for %.0f s", self.idle_seconds)
                stop.set()

    def _needed(self, connections: int) -> str:
        """Tell what the platform is needed for; empty for nothing."""
        if connections:
            return "connections"
        if self.platform.workloads.list(SYSTEM, WorkloadQuery(active=True, limit=1)).page.total:
            return "workloads"
        return "imports" if self.platform.datasets.imports.open_count() else ""

    # The gateway

    @property
    def _gateway_file(self) -> Path:
        return self.platform.path / "run" / "gateway.json"

    async def _keep_gateway(self) -> None:
        """Keep a gateway running; one that a killed predecessor left goes on with what it knows."""
        while True:
            left = self._left_gateway()
            if left is not None:
                while processes.is_same(*left):  # noqa: ASYNC110 - it is no child of ours, so nothing tells of its end
                    await asyncio.sleep(GATEWAY_PAUSE)
                continue
            try:
                await self._start_gateway()
            except OSError:
                log.exception("the gateway was not started")
            if self._child is not None:
                log.error("the gateway ended with %s; starting another", await self._child.wait())
            await asyncio.sleep(GATEWAY_PAUSE)

    def _recorded(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._gateway_file.read_text())
            if isinstance(found, dict):
                return found
        return {}

    def _left_gateway(self) -> tuple[int, int] | None:
        found = self._recorded()
        pid, started = int(found.get("pid", 0)), int(found.get("started", 0))
        if not pid or not processes.is_same(pid, started):
            return None
        if found.get("version") == __version__:
            return pid, started
        processes.send(pid, started, signal.SIGTERM)
        return None

    async def _start_gateway(self) -> None:
        port = self._choose_port()
        with (self.platform.path / "logs" / "gateway.log").open("ab") as output:
            child = self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "aispace_server.gateway",
                "--home", str(self.platform.path), "--host", HOST, "--port", str(port),
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        record = {"pid": child.pid, "started": processes.start_time(child.pid) or 0, "port": port}
        temporary = self._gateway_file.with_suffix(".tmp")
        temporary.write_text(json.dumps(record | {"version": __version__}))
        temporary.replace(self._gateway_file)

    def _choose_port(self) -> int:
        for port in (self.gateway_port, int(self._recorded().get("port", 0)), USUAL_GATEWAY_PORT):
            if port and _is_free(port):
                return port
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            return int(probe.getsockname()[1])

    async def _end_gateway(self) -> None:
        left = self._recorded()
        pid, started = int(left.get("pid", 0)), int(left.get("started", 0))
        if not pid or not processes.send(pid, started, signal.SIGTERM):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATEWAY_STOP_SECONDS):
                while processes.is_same(pid, started):  # noqa: ASYNC110 - perhaps no child of ours
                    await asyncio.sleep(0.02)
        processes.send(pid, started, signal.SIGKILL)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
