"""Run the gateway: ``aispace gateway`` or ``python -m aispace_server.gateway``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from ..requestlog import configure_logging
from .app import Gateway
from .callers import Callers
from .control import Control
from .counters import Counters
from .routes import RouteTable

DEFAULT_PORT = 8001
ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to

log = logging.getLogger("aispace.gateway")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; environment variables give the defaults."""
    parser = argparse.ArgumentParser(prog="aispace gateway", description="Carry calls to online services.")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("AISPACE_HOME") or "var"))
    parser.add_argument("--host", default=os.environ.get("AISPACE_GATEWAY_HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("AISPACE_GATEWAY_PORT") or DEFAULT_PORT))
    parser.add_argument(
        "--internal-url",
        default=os.environ.get("AISPACE_INTERNAL_URL"),
        help="internal listener of aispace serve; default: the port in <home>/run/serve.json",
    )
    return parser.parse_args(argv)


def internal_url(home: Path, given: str | None) -> str:
    """Find the internal listener.

    Raises
    ------
    ValueError
        `aispace serve` has not said yet where it listens.
    """
    if given:
        return given
    try:
        listening = json.loads((home / "run" / "serve.json").read_text())
        return f"http://127.0.0.1:{int(listening['internal_port'])}"
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"aispace serve does not listen: there is no {home}/run/serve.json") from error


def _secret(home: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (home / "secrets" / "internal_token").read_text().strip()
    return ""


async def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes.

    Returns
    -------
    int
        0 after a stop, 1 when the port cannot be had or the secret is missing.
    """
    import uvicorn

    from .protocol import GuardedProtocol

    home: Path = options.home.resolve()
    secret = _secret(home)
    if not secret:
        log.error("%s/secrets/internal_token is missing. Start `aispace serve` on this home first.", home)
        return 1
    table = RouteTable(home / "run" / "gateway-routes.json")
    table.load()
    counters = Counters()
    control = Control(
        lambda: internal_url(home, options.internal_url),
        secret,
        table,
        counters,
        address=f"http://{'127.0.0.1' if options.host in ANYWHERE else options.host}:{options.port}",
    )
    callers = control.callers = Callers(control.verify, secret)
    config = uvicorn.Config(
        Gateway(table, callers, counters, control.connected),
        host=options.host,
        port=options.port,
        http=GuardedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=30,
    )
    server = uvicorn.Server(config)
    # uvicorn would raise the signal again at the end: a stop that was asked for is no failure.
    setattr(server, "capture_signals", contextlib.nullcontext)  # noqa: B010
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.handle_exit, number, None)
    tasks = [asyncio.create_task(control.follow_routes()), asyncio.create_task(control.report_calls())]
    try:
        await server.serve()
    except SystemExit:
        log.error("The gateway cannot listen on %s:%d. Is the port taken?", options.host, options.port)
        return 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await control.report_once()
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run the gateway; the exit code tells how it ended."""
    options = arguments(argv)
    configure_logging()
    loop_factory: Any = None
    try:
        import uvloop
    except ImportError:
        pass
    else:
        loop_factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
