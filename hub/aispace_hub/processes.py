"""Child processes that are kept alive: started, watched, restarted, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

log = logging.getLogger("aispace.up")

BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the n-th restart in a row; the first is quick, a crash loop slows down."""

HEALTHY_AFTER = 30.0
"""A process that lived this many seconds counts as healthy: its next restart is quick again."""

LOG_BYTES = 16 * 1024 * 1024
LOG_COPIES = 3
ROTATE_EVERY = 60.0
TAIL_BYTES = 65_536
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> Callable[[], None] | None:
    """Make the function that a new child runs first, so that the kernel kills it when its parent dies."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


class Child:
    """One process of the platform, restarted when it ends unasked.

    Parameters
    ----------
    name : str
        Its name in messages, and of its log and pid file.
    command : list of str
        Program and arguments.
    environment : dict of str to str
        The whole environment of the process.
    run, logs : pathlib.Path
        Folders of the pid file and of the log.
    ready : callable
        Tells whether the process answers. Raises nothing.
    on_restart : callable, optional
        Awaited after the process was restarted and answers again.
    cwd : pathlib.Path, optional
        Working directory.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: dict[str, str],
        *,
        run: Path,
        logs: Path,
        ready: Callable[[], Awaitable[bool]],
        on_restart: Callable[[], Awaitable[None]] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.ready = ready
        self.on_restart = on_restart
        self.cwd = cwd
        self.pid_file = run / f"{name}.pid"
        self.log_file = logs / f"{name}.log"
        self.restarts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._started_at = 0.0
        self._log_begin = 0

    # Start

    async def start(self) -> None:
        """Start the process, after ending one that an earlier supervisor left behind; `watch` keeps it alive."""
        await asyncio.to_thread(self._end_leftover)
        await self._launch()

    def watch(self) -> None:
        """Start the process again whenever it ends from now on."""
        self._watch = asyncio.create_task(self._keep_alive(), name=f"watch-{self.name}")

    async def _launch(self) -> None:
        await asyncio.to_thread(self._rotate)
        self._started_at = time.monotonic()
        # A file and no pipe: workloads that inherit it outlive both this process and its child.
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._log_begin = os.lseek(descriptor, 0, os.SEEK_END)
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                env=self.environment,
                cwd=self.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        finally:
            os.close(descriptor)
        pid = self._process.pid
        with contextlib.suppress(psutil.NoSuchProcess):
            self.pid_file.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))

    def tail(self, lines: int = 30) -> list[str]:
        """Give the last lines that this start of the process wrote."""
        try:
            with self.log_file.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(self._log_begin, size - TAIL_BYTES))
                text = stream.read().decode("utf-8", "replace")
        except OSError:
            return []
        return text.splitlines()[-lines:]

    def _rotate(self) -> None:
        """Keep the log below its limit: copied and emptied, since the process goes on writing to the open file."""
        try:
            if self.log_file.stat().st_size < LOG_BYTES:
                return
            for number in range(LOG_COPIES - 1, 0, -1):
                older = self.log_file.with_suffix(f".log.{number}")
                if older.exists():
                    older.replace(self.log_file.with_suffix(f".log.{number + 1}"))
            shutil.copyfile(self.log_file, self.log_file.with_suffix(".log.1"))
            os.truncate(self.log_file, 0)
            self._log_begin = 0
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("the log of %s was not rotated: %s", self.name, error)

    def _end_leftover(self) -> None:
        try:
            noted = json.loads(self.pid_file.read_text())
            process = psutil.Process(noted["pid"])
            if abs(process.create_time() - noted["started"]) > 1:
                return
            log.warning("%s of an earlier start still runs (process %s): ending it", self.name, process.pid)
            process.terminate()
            try:
                process.wait(5)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(5)
        except (OSError, ValueError, KeyError, psutil.Error):
            return

    # Watch

    @property
    def alive(self) -> bool:
        """Whether the process runs now."""
        return self._process is not None and self._process.returncode is None

    @property
    def returncode(self) -> int | None:
        """Exit code of the last process, or None while it runs."""
        return None if self._process is None else self._process.returncode

    async def wait_ready(self, limit: float) -> bool:
        """Wait until the process answers.

        Parameters
        ----------
        limit : float
            Seconds after which to give up.

        Returns
        -------
        bool
            False when it ended, or did not answer in time.
        """
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if await self.ready():
                return True
            if self.returncode is not None:
                return False
            await asyncio.sleep(0.05)
        return False

    async def _keep_alive(self) -> None:
        failures = 0
        while True:
            assert self._process is not None  # noqa: S101
            code = await self._ended(self._process)
            if self._stopping.is_set():
                return
            lived = time.monotonic() - self._started_at
            failures = 0 if lived >= HEALTHY_AFTER else failures + 1
            delay = BACK_OFF[min(max(failures - 1, 0), len(BACK_OFF) - 1)]
            how = f"by signal {-code}" if code < 0 else f"with code {code}"
            if failures > 2:
                log.error(
                    "%s ended %s after %.1f s, %d times in a row: next start in %g s. Its log: %s",
                    self.name, how, lived, failures, delay, self.log_file,
                )  # fmt: skip
            else:
                log.warning("%s ended %s after %.1f s: starting it again", self.name, how, lived)
            await asyncio.sleep(delay)
            if self._stopping.is_set():
                return
            self.restarts += 1
            try:
                await self._launch()
            except OSError as error:
                log.error("%s cannot be started: %s. Next try in %g s", self.name, error, BACK_OFF[-1])
                await asyncio.sleep(BACK_OFF[-1])
                continue
            if self.on_restart is not None:
                asyncio.get_running_loop().create_task(self._tell_restarted(self._process))

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """Wait for the end of a process; look after its log meanwhile."""
        ending = asyncio.ensure_future(process.wait())
        try:
            while not (await asyncio.wait([ending], timeout=ROTATE_EVERY))[0]:
                await asyncio.to_thread(self._rotate)
        finally:
            ending.cancel()
        return ending.result()

    async def _tell_restarted(self, process: asyncio.subprocess.Process | None) -> None:
        if await self.wait_ready(60) and process is self._process and self.on_restart is not None:
            await self.on_restart()

    # Stop

    async def stop(self, grace: float = 10.0) -> None:
        """End the process: first asked, then, after `grace` seconds, made to."""
        self._stopping.set()
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), grace)
            except TimeoutError:
                log.warning("%s did not end within %g s: killing it", self.name, grace)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self.pid_file.unlink(missing_ok=True)
