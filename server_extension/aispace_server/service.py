"""`aispace serve`: the one process with a `Platform`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from aispace._version import __version__
from aispace.configuration import read_configuration
from aispace.errors import AISpaceError
from aispace.idempotency import IdempotencyStore
from aispace.platform import Platform
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.web import Application
from traitlets import Integer, Unicode, default
from traitlets.config import Application as TraitletsApplication

from .app import HUB_PREFIX, make_app, make_internal_app
from .auth import (
    AccessTokenAuthenticator,
    Authenticator,
    HubCookieAuthenticator,
    HubIdentity,
    HubTokenAuthenticator,
    LocalAuthenticator,
)
from .failures import AWAY, FULL, public_error
from .requestlog import configure_logging

UNLIMITED = 2**50
"""Handlers limit bodies themselves, each by its own measure."""
THREADS = 32
DRAIN_SECONDS = 10.0


class StartRefused(Exception):
    """The process cannot start, or go on; the text says why and what to do."""


class HomeLock:
    """The right to be the one `aispace serve` of a home, held as long as the process lives."""

    def __init__(self, home: Path) -> None:
        self.path = home / "run" / "serve.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        StartRefused
            Another process has it.
        """
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise StartRefused(
                f"Not started: another `aispace serve` (process {holder}) uses {self.path.parent.parent}. "
                "Stop it first, or set AISPACE_HOME to another folder."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


class AISpaceServer(TraitletsApplication):
    """Serves the platform over REST to users and, on a listener of its own, to hub and gateway."""

    name = "aispace-serve"
    version = __version__
    classes = [Platform]  # noqa: RUF012
    aliases = {  # noqa: RUF012
        "port": "AISpaceServer.port",
        "ip": "AISpaceServer.ip",
        "internal-port": "AISpaceServer.internal_port",
        "socket": "AISpaceServer.socket_path",
        "home": "Platform.home",
        "config": "AISpaceServer.config_file",
    }

    ip = Unicode("127.0.0.1", help="Address of the main listener. Example: '0.0.0.0' inside a pod.").tag(config=True)
    port = Integer(
        help="TCP port of the main listener. Default: $AISPACE_SERVE_PORT, or a free one. Example: 8010."
    ).tag(config=True)
    internal_ip = Unicode("127.0.0.1", help="Address of the internal listener.").tag(config=True)
    internal_port = Integer(
        help="TCP port of the internal listener. Default: $AISPACE_INTERNAL_PORT, or a free one. Example: 8011."
    ).tag(config=True)
    socket_path = Unicode(
        help="Unix socket instead of the TCP port: whoever may open it (mode 0600) is the one local user. "
        "Default: none. Example: 'var/run/serve.sock'."
    ).tag(config=True)
    prefix = Unicode(
        help="Path under which the hub's proxy sends requests. Default: $JUPYTERHUB_SERVICE_PREFIX or "
        "'/services/aispace'."
    ).tag(config=True)
    config_file = Unicode(
        help="Python file with configuration of traits. Default: $AISPACE_CONFIG. Example: 'aispace_config.py'."
    ).tag(config=True)

    @default("port")
    def _default_port(self) -> int:
        return int(os.environ.get("AISPACE_SERVE_PORT", "0"))

    @default("internal_port")
    def _default_internal_port(self) -> int:
        return int(os.environ.get("AISPACE_INTERNAL_PORT", "0"))

    @default("prefix")
    def _default_prefix(self) -> str:
        return os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or HUB_PREFIX

    @default("config_file")
    def _default_config_file(self) -> str:
        return os.environ.get("AISPACE_CONFIG", "")

    def initialize(self, argv: list[str] | None = None) -> None:
        """Read command line and configuration file."""
        self.parse_command_line(argv)
        if self.config_file:
            try:
                config = read_configuration(self.config_file)
            except AISpaceError as error:
                sys.stderr.write(f"Not started: {error}\n")
                sys.exit(1)
            config.merge(self.cli_config)  # the command line goes before
            self.update_config(config)

    def start(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        configure_logging()
        self.log = logging.getLogger("aispace.serve")
        try:
            asyncio.run(self._serve())
        except (StartRefused, AISpaceError) as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(1)

    # The run

    async def _serve(self) -> None:
        self.platform = Platform(parent=self)
        lock = HomeLock(self.platform.path)
        self._take_home(lock)
        executor = ThreadPoolExecutor(THREADS, thread_name_prefix="aispace-request")
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        try:
            self._open_database()
            self.platform.lease.acquire(lambda: loop.call_soon_threadsafe(stop.set))
            IdempotencyStore(self.platform).clear_unfinished()
            self.platform.start()
            self.platform.ensure_presets()
            await self._listen(executor, stop)
            if self.platform.lease.lost:
                raise StartRefused("Stopped: another `aispace serve` took over the database.")
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
            self.platform.close()
            lock.release()

    def _take_home(self, lock: HomeLock) -> None:
        lock.acquire()

    def _open_database(self) -> None:
        database = self.platform.db
        try:
            if database.current() is None:
                database.upgrade()
            else:
                database.check()
        except Exception as error:
            if public_error(error) not in (AWAY, FULL):
                raise
            where = database.url.render_as_string(hide_password=True)
            raise StartRefused(
                f"Not started: the database {where} cannot be opened ({getattr(error, 'orig', error)}). "
                "Check its address (AISPACE_DATABASE_URL), that it runs, and that its folder may be written."
            ) from error

    async def _listen(self, executor: ThreadPoolExecutor, stop: asyncio.Event) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        secret = self.platform.secret("internal_token")
        main = HTTPServer(self._make_app(executor, stop), max_body_size=UNLIMITED, idle_connection_timeout=300)
        internal_app = make_internal_app(
            self.platform, executor, secret, token_authenticators=self._token_authenticators(executor)
        )
        internal = HTTPServer(internal_app, max_body_size=UNLIMITED)
        main_sockets, where = self._main_sockets()
        internal_sockets = self._bind(self.internal_port, self.internal_ip)
        main.add_sockets(main_sockets)
        internal.add_sockets(internal_sockets)
        ready = self.platform.path / "run" / "serve.json"
        where |= {"pid": os.getpid(), "version": __version__, "internal_port": internal_sockets[0].getsockname()[1]}
        temporary = ready.with_suffix(".tmp")
        temporary.write_text(json.dumps(where))
        temporary.replace(ready)
        self.log.info("serving", extra={"fields": where})
        try:
            await self._until(stop, main)
            self.log.info("stopping")
        finally:
            ready.unlink(missing_ok=True)
            await self._drain(main, internal)

    async def _until(self, stop: asyncio.Event, main: HTTPServer) -> None:
        """Wait for the end; what else a size does meanwhile is done here."""
        await stop.wait()

    async def _drain(self, *servers: HTTPServer) -> None:
        for server in servers:
            server.stop()
        hub = self._app.settings.get("stream_hub")
        if hub is not None:
            await hub.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                for server in servers:
                    await server.close_all_connections()

    def _main_sockets(self) -> tuple[list[socket.socket], dict[str, Any]]:
        if self.socket_path:
            return [bind_unix_socket(self.socket_path, mode=0o600)], {"socket": self.socket_path}
        sockets = self._bind(self.port, self.ip)
        return sockets, {"port": sockets[0].getsockname()[1]}

    def _bind(self, port: int, ip: str) -> list[socket.socket]:
        try:
            return bind_sockets(port, ip)
        except OSError as error:
            raise StartRefused(f"Not started: port {port} on {ip} cannot be used ({error.strerror}).") from error

    def _token_authenticators(self, executor: ThreadPoolExecutor) -> list[Authenticator]:
        """Make what the gateway's questions about tokens are answered with; it keeps answers for ten seconds itself."""
        found: list[Authenticator] = [AccessTokenAuthenticator(self.platform, executor)]
        api_url = os.environ.get("JUPYTERHUB_API_URL")
        if api_url and not self.socket_path:
            service = os.environ.get("JUPYTERHUB_SERVICE_NAME", "aispace")
            found.append(HubTokenAuthenticator(self.platform, executor, HubIdentity(api_url, service, cache_seconds=0)))
        return found

    def _make_app(self, executor: ThreadPoolExecutor, stop: asyncio.Event) -> Application:
        prefix = self.prefix.rstrip("/")
        authenticators: list[Authenticator] = [AccessTokenAuthenticator(self.platform, executor)]
        pages: list[Any] = []
        settings: dict[str, Any] = {"stopping": stop.is_set, "size": "team"}
        api_url, api_token = os.environ.get("JUPYTERHUB_API_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
        if self.socket_path:
            settings["size"] = "laptop"
            authenticators.append(LocalAuthenticator(self.platform, executor))
        elif api_url and api_token:
            service = os.environ.get("JUPYTERHUB_SERVICE_NAME", "aispace")
            tokens = HubTokenAuthenticator(self.platform, executor, HubIdentity(api_url, service))
            authenticators.append(tokens)
            client_id = os.environ.get("JUPYTERHUB_CLIENT_ID")
            if client_id and find_spec("jupyterhub") is not None:
                from .pages import make_oauth, page_routes

                secret = self.platform.secret("page_cookie_secret")
                cookies = HubCookieAuthenticator(tokens, make_oauth(prefix, api_url, api_token, client_id), secret)
                authenticators.append(cookies)
                pages = page_routes(prefix)
                settings |= {"page_cookies": cookies, "cookie_secret": secret}
        self._app = make_app(self.platform, authenticators, executor, prefix=prefix, pages=pages, **settings)
        return self._app


def main(argv: list[str] | None = None) -> None:
    """Run `aispace serve`; with ``--laptop`` that of one user."""
    given = list(sys.argv[1:] if argv is None else argv)
    if "--laptop" not in given:
        AISpaceServer.launch_instance(argv=argv)
        return
    from .laptop import LaptopServer

    LaptopServer.launch_instance(argv=[word for word in given if word != "--laptop"])


if __name__ == "__main__":
    main()
