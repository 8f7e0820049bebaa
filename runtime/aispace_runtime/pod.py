"""The first process of a container: it runs a workload's command, keeps its log, and says how it ended.

What the supervisor does on one machine this does in a pod: the log goes into the attempt's folder (and to the
container's own output), time and size are limited, usage is sampled, and nothing is left running at the end. How it
ended is the container's termination message, so that the platform knows an exit code from a signal and a time limit
from a stop.

Run as ``python3 pod.py -- command ...``; ``AISPACE_POD`` holds its settings as JSON: ``folder``, ``time_limit``,
``grace``, ``log_limit``, ``sample_seconds``, ``mark``.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

MESSAGE = "/dev/termination-log"
PIECE = 1 << 16
DRAIN_SECONDS = 5.0
"""So long output that is still in the pipe is waited for once everything was killed."""
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Pod:
    """Runs one command from its start to its end.

    Parameters
    ----------
    settings : dict
        See the module.
    command : list of str
    """

    def __init__(self, settings: dict[str, Any], command: list[str]) -> None:
        self.settings = settings
        self.command = command
        self.folder: str = settings["folder"]
        index = os.environ.get("JOB_COMPLETION_INDEX", "0")
        self.suffix = "" if index == "0" else f".{index}"
        self.main = 0
        self.exit_status: int | None = None
        self.reason: str | None = None
        self.params: dict[str, Any] = {}
        self.kill_at: float | None = None
        self.asked = False
        self.logged = 0
        self.spent = 0.0
        self.sampled = (0.0, 0.0)
        self.news, self.bell = os.pipe()

    def run(self) -> int:
        """Do it all; give the exit code of this process."""
        for end in (self.news, self.bell):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.bell, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_end)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        if self._ran_before():
            return self._idle()
        try:
            self.log = os.open(
                f"{self.folder}/log{self.suffix}", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644
            )
            self.usage = os.open(
                f"{self.folder}/usage.jsonl{self.suffix}", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644
            )
            problem = self._start()
        except OSError as error:
            problem = f"{error.filename}: {error.strerror}"
        if problem is not None:
            return self._finish(None, "start_failed", {"error": problem})
        self._watch()
        self._end_processes()
        return self._finish(self.exit_status, self.reason, self.params)

    def _ask_to_end(self, number: int, frame: object) -> None:
        self.asked = True

    def _ran_before(self) -> bool:
        """Tell whether this pod's container was started a second time: an attempt runs once."""
        try:
            os.close(os.open(self.settings["mark"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        except FileExistsError:
            return True
        return False

    def _idle(self) -> int:
        """Wait for the platform, which has seen the end, to take the pod away."""
        while not self.asked:
            select.select([self.news], [], [], 60)
            self._hush()
        return 0

    def _hush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self.news, 512):
                pass

    # Begin

    def _start(self) -> str | None:
        self.output, write = os.pipe()
        error_read, error_write = os.pipe()
        self.main = os.fork()
        if self.main == 0:
            self._become(write, error_write)
        os.close(write)
        os.close(error_write)
        self.began = time.monotonic()
        self.sampled = (self.began, 0.0)
        with os.fdopen(error_read, "rb") as pipe:
            problem = pipe.read()
        return problem.decode("utf-8", "replace") if problem else None

    def _become(self, output: int, error: int) -> NoReturn:
        """Turn this forked process into the command."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            os.setsid()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            environment = {name: value for name, value in os.environ.items() if name != "AISPACE_POD"}
            os.execvpe(self.command[0], self.command, environment)  # noqa: S606 - a shell is not wanted
        except OSError as problem:
            with contextlib.suppress(OSError):
                os.write(error, f"{problem.filename or self.command[0]}: {problem.strerror or problem}".encode())
        finally:
            os._exit(127)

    # While it runs

    def _watch(self) -> None:
        limit, grace = self.settings["time_limit"], self.settings["grace"]
        time_up = self.began + limit if limit is not None else None
        next_sample = self.began + min(1.0, self.settings["sample_seconds"])
        reading = [self.news, self.output]
        while self.exit_status is None:
            now = time.monotonic()
            if self.asked and self.reason is None:
                self._ask("stopped", {}, grace)
            if time_up is not None and now >= time_up:
                time_up = None
                self._ask("time_limit", {"seconds": limit}, grace)
            if self.kill_at is not None and now >= self.kill_at:
                self.kill_at = now + 1.0
                self._kill()
            if now >= next_sample:
                next_sample = now + self.settings["sample_seconds"]
                self._sample()
            due = [next_sample, *(moment for moment in (time_up, self.kill_at) if moment is not None)]
            ready, _, _ = select.select(reading, [], [], max(min(due) - time.monotonic(), 0.0))
            if self.news in ready:
                self._hush()
            if self.output in ready and not self._copy():
                reading.remove(self.output)
            self._reap()

    def _copy(self) -> bool:
        """Take output into the log and to this container's own output; tell whether more may come."""
        data = os.read(self.output, PIECE)
        if not data:
            return False
        _write(self.log, data)
        with contextlib.suppress(OSError):
            _write(1, data)
        self.logged += len(data)
        limit = self.settings["log_limit"]
        if self.logged > limit and self.reason != "log_limit":
            self.reason, self.params = "log_limit", {"limit": limit}
            self.kill_at = time.monotonic()
        return True

    def _ask(self, reason: str, params: dict[str, Any], grace: float) -> None:
        if self.reason is None:
            self.reason, self.params = reason, params
            with contextlib.suppress(OSError):
                os.killpg(self.main, signal.SIGTERM)
                os.killpg(self.main, signal.SIGCONT)
        deadline = time.monotonic() + grace
        self.kill_at = deadline if self.kill_at is None else min(self.kill_at, deadline)

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self.main, signal.SIGKILL)
        if os.getpid() == 1:
            # Everything else of the container, whatever session it has made for itself.
            with contextlib.suppress(OSError):
                os.kill(-1, signal.SIGKILL)

    def _reap(self) -> bool:
        """Take in what has ended; tell whether any child is left."""
        while True:
            try:
                pid, status, spent = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self.spent += spent.ru_utime + spent.ru_stime
            if pid == self.main:
                self.exit_status = os.waitstatus_to_exitcode(status)

    def _sample(self) -> None:
        ticks, resident = 0, 0
        me = os.getpid()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == me:
                continue
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rsplit(b")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
                resident += int(fields[21])
        now = time.monotonic()
        before, spent_before = self.sampled
        spent = max(self.spent + ticks / TICKS, spent_before)
        self.sampled = (now, spent)
        cores = (spent - spent_before) / max(now - before, 1e-3)
        line = {"time": round(time.time(), 3), "cpu": round(cores, 4), "memory": resident * PAGE}
        with contextlib.suppress(OSError):
            os.write(self.usage, (json.dumps(line) + "\n").encode())

    # End

    def _end_processes(self) -> None:
        end = time.monotonic() + DRAIN_SECONDS
        while self._reap() and time.monotonic() < end:
            self._kill()
            time.sleep(0.02)
        while time.monotonic() < end:
            ready, _, _ = select.select([self.output], [], [], 0.2)
            if not ready or not self._copy():
                break

    def _finish(self, exit_code: int | None, reason: str | None, params: dict[str, Any]) -> int:
        said = json.dumps({"exit_code": exit_code, "reason": reason, "params": params})
        with contextlib.suppress(OSError), open(MESSAGE, "w") as file:
            file.write(said)
        if exit_code is None:
            return 127
        if reason is not None and exit_code == 0:
            # It obeyed; that a limit ended it is no success.
            return 143
        return exit_code if exit_code >= 0 else 128 - exit_code


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def main() -> int:
    """Read settings and command."""
    arguments = sys.argv[1:]
    return Pod(json.loads(os.environ["AISPACE_POD"]), arguments[1:] if arguments[:1] == ["--"] else arguments).run()


if __name__ == "__main__":
    sys.exit(main())
