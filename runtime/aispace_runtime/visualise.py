"""TensorBoard over the folders of training runs: ``python -m aispace_runtime.visualise --port 9000 --run NAME=DIR``.

``DIR`` holds one folder for each attempt of the run, ``1``, ``2`` and so on. TensorBoard finds the event files of its
``out`` folder, and the numbers that were logged by ``aispace_runtime.log`` beside them: they are written into event
files of their own here, as they come.
"""

from __future__ import annotations

import argparse
import contextlib
import hmac
import json
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

KEY = "AISPACE_VIEW_KEY"
"""Environment variable with the key that the platform sends; without it nobody is let in."""
KEY_HEADER = "HTTP_X_AISPACE_KEY"
METRICS = "metrics.jsonl"
OUT = "out"
SECONDS = 2.0
"""Between two looks for what was logged since."""
BLOCK = 4 << 20
SHIM_PATH = "/aispace.js"
HEAD = re.compile(rb"<head[^>]*>")
SHIM = b"""\
// The page lives in a sandbox of no origin, which has no storage and may not start workers from addresses.
(() => {
  const kept = new Map();
  const storage = {
    getItem: name => (kept.has(String(name)) ? kept.get(String(name)) : null),
    setItem: (name, value) => void kept.set(String(name), String(value)),
    removeItem: name => void kept.delete(String(name)),
    clear: () => kept.clear(),
    key: index => [...kept.keys()][index] ?? null,
    get length() { return kept.size; }
  };
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, name, { value: storage, configurable: true });
  }
  Object.defineProperty(document, 'cookie', { get: () => '', set: () => {}, configurable: true });
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    constructor(address, options) {
      const whole = JSON.stringify(new URL(address, document.baseURI).href);
      super(URL.createObjectURL(new Blob([`importScripts(${whole})`], { type: 'text/javascript' })), options);
    }
  };
})();
"""

log = logging.getLogger("aispace.visualise")
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Writer(Protocol):
    """Writes numbers into event files."""

    def add(self, tag: str, step: int, value: float, wall_time: float) -> None:
        """Write one number."""

    def flush(self) -> None:
        """See to it that readers find them."""


class Run:
    """One run, laid out for TensorBoard.

    Parameters
    ----------
    name : str
        As TensorBoard shows it.
    source : pathlib.Path
        Holds the attempts.
    root : pathlib.Path
        Folder that TensorBoard reads.
    open_writer : callable
        Makes what writes event files into a folder.
    """

    def __init__(self, name: str, source: Path, root: Path, open_writer: Callable[[Path], Writer]) -> None:
        self.name = name.replace("/", "_")
        self.source = source
        self.root = root
        self.open_writer = open_writer
        self.attempt = 0
        self._target = root
        self._offset = 0
        self._writer: Writer | None = None

    def look(self) -> bool:
        """Take what came since the last look; tell whether there is more at once."""
        if self.attempt and self._read():
            return True
        if (self.source / str(self.attempt + 1)).is_dir():
            self._begin(self.attempt + 1)
            return True
        return False

    def _begin(self, attempt: int) -> None:
        self.attempt, self._offset, self._writer = attempt, 0, None
        self._target = self.root / (self.name if attempt == 1 else f"{self.name} (attempt {attempt})")
        self._target.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (self._target / OUT).symlink_to(self.source / str(attempt) / OUT)

    def _read(self) -> bool:
        try:
            with (self.source / str(self.attempt) / METRICS).open("rb") as file:
                file.seek(self._offset)
                block = file.read(BLOCK)
        except OSError:
            block = b""
        end = block.rfind(b"\n") + 1
        if not end:
            return False
        self._offset += end
        for line in block[:end].splitlines():
            self._take(line)
        if self._writer is not None:
            self._writer.flush()
        return True

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            values = record["values"].items()
            step, wall_time = round(float(record["step"])), float(record["time"])
            numbers = [(str(tag), float(value)) for tag, value in values]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return  # progress, or a line that a killed process left half
        if self._writer is None:
            self._writer = self.open_writer(self._target)
        for tag, value in numbers:
            self._writer.add(tag, step, value, wall_time)


class EventFiles:
    """Event files, by TensorBoard's own writer."""

    def __init__(self, folder: Path) -> None:
        from tensorboard.compat.proto import event_pb2, summary_pb2
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._event, self._summary = event_pb2.Event, summary_pb2.Summary
        self._file = EventFileWriter(os.fspath(folder), max_queue_size=1000, flush_secs=1)

    def add(self, tag: str, step: int, value: float, wall_time: float) -> None:
        """Write one number."""
        summary = self._summary(value=[self._summary.Value(tag=tag, simple_value=value)])
        self._file.add_event(self._event(wall_time=wall_time, step=step, summary=summary))

    def flush(self) -> None:
        """Write what is held back."""
        self._file.flush()


class Guard:
    """Lets in who knows the key, and makes the page fit for its sandbox."""

    def __init__(self, app: WSGI, key: str) -> None:
        self.app = app
        self.key = key.encode()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        given = str(environ.pop(KEY_HEADER, "")).encode("latin-1", "replace")
        if not self.key or not hmac.compare_digest(given, self.key):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"Not shown.\n"]
        path = environ.get("PATH_INFO", "")
        if path == SHIM_PATH:
            start_response("200 OK", [("Content-Type", "text/javascript"), ("Content-Length", str(len(SHIM)))])
            return [SHIM]
        if path in ("", "/", "/index.html"):
            return self._page(environ, start_response)
        return self.app(environ, start_response)

    def _page(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        begun: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            begun[:] = [status, headers, *rest]
            return lambda _: None

        parts = self.app(environ, note)
        try:
            page = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        # Its own addresses begin at the root, where another server answers.
        page = page.replace(b"url(/", b"url(./")
        page = HEAD.sub(lambda match: match.group() + b'<script src="./aispace.js"></script>', page, count=1)
        dropped = ("content-length", "content-encoding")
        headers = [pair for pair in begun[1] if pair[0].lower() not in dropped]
        start_response(begun[0], [*headers, ("Content-Length", str(len(page)))], *begun[2:])
        return [page]


def follow(runs: list[Run], stop: threading.Event) -> None:
    """Look at the runs again and again."""
    while True:
        more = False
        for run in runs:
            try:
                more = run.look() or more
            except OSError as error:
                log.warning("%s: %s", run.name, error)
        if stop.wait(0 if more else SECONDS):
            return


def main(argv: list[str] | None = None) -> int:
    """Run TensorBoard until a signal comes."""
    parser = argparse.ArgumentParser(prog="aispace_runtime.visualise", description="TensorBoard over runs.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--run", action="append", default=[], metavar="NAME=DIR", help="may be repeated")
    options = parser.parse_args(argv)
    from tensorboard import program

    key = os.environ.pop(KEY, "")
    root = Path(tempfile.mkdtemp(prefix="runs-"))
    pairs = [text.partition("=") for text in options.run]
    runs = [Run(name, Path(source), root, EventFiles) for name, _, source in pairs]
    thread = threading.Thread(target=follow, args=(runs, threading.Event()), name="aispace-runs", daemon=True)
    thread.start()

    def server(app: WSGI, flags: Any) -> Any:
        return program.WerkzeugServer(Guard(app, key), flags)

    board = program.TensorBoard(server_class=server)
    # Its faster reader is a process of its own whose port everybody on the machine could reach.
    board.configure(
        ("tensorboard", "--logdir", os.fspath(root), "--host", "127.0.0.1", "--port", str(options.port),
         "--load_fast", "false", "--reload_interval", "3", "--reload_multifile", "true")
    )  # fmt: skip
    return int(board.main() or 0)


if __name__ == "__main__":
    sys.exit(main())
