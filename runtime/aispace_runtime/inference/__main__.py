"""Start the model server: ``python -m aispace_runtime.inference --model DIR --port 9000``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import time

from .app import InferenceApp
from .errors import ModelError
from .joined import joined_protocol
from .starting import add_model_arguments, load, workers

KEY = "AISPACE_SERVING_KEY"
"""Environment variable with the key that the gateway sends."""

log = logging.getLogger("aispace.inference")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="aispace_runtime.inference", description="Serve a model over HTTP.")
    add_model_arguments(parser)
    parser.add_argument("--alias", action="append", default=[], help="another name of it")
    # In a pod others must reach it; the engine says so.
    parser.add_argument("--host", default=os.environ.get("AISPACE_HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--max-body", type=int, default=10_000_000, help="largest body in bytes")
    parser.add_argument("--drain-seconds", type=int, default=60, help="how long a stop waits for running requests")
    return parser.parse_args(argv)


async def serve(options: argparse.Namespace) -> int:
    """Serve until a signal comes.

    Returns
    -------
    int
        0 after a stop, 3 when the model cannot be loaded, 4 when the port cannot be had.
    """
    import uvicorn

    app = InferenceApp(
        lambda: load(options),
        names=(options.name, *options.alias),
        version=options.version,
        max_body=options.max_body,
        workers=workers(options),
        key=os.environ.pop(KEY, ""),
    )
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        http=joined_protocol(),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=options.drain_seconds,
    )
    server = uvicorn.Server(config)
    # uvicorn would raise the signal again at the end: a stop that was asked for is no failure.
    setattr(server, "capture_signals", contextlib.nullcontext)  # noqa: B010
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.handle_exit, number, None)
    serving = asyncio.create_task(server.serve())
    begin = time.monotonic()
    try:
        await app.start()
    except ModelError as error:
        log.error("The model cannot be served. %s", error)
        server.should_exit = True
        await serving
        return 3
    if app.model is not None:
        log.info(
            "model %s %s ready after %.2f s on %s",
            options.name,
            options.version,
            time.monotonic() - begin,
            app.model.provider,
        )
    try:
        await serving
    except SystemExit:
        return 4
    return 0


def main(argv: list[str] | None = None) -> int:
    """Serve; the exit code tells how it ended."""
    options = arguments(argv)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stdout)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        import uvloop
    except ImportError:
        return asyncio.run(serve(options))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(options))


if __name__ == "__main__":
    sys.exit(main())
