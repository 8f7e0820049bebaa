"""One attempt, watched by a small process that outlives `aispace serve`.

The zygote forks it; it claims the attempt, starts the main process in a session of its own, enforces limits, answers a
stop, cleans up every process that is left, and writes down how it ended. Everything it says is a file in the
attempt's folder; a datagram only says that there is something to read.

Standard library only, Linux only: it is forked thousands of times and must stay small.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import shutil
import signal
import socket
import sys
import time
from typing import Any, NoReturn

from . import attempt_files as files
from . import cgroup, processes

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
BACKSTOP = 4
"""Data of a process is limited to so many times the memory limit: the watcher is exact, this only stops a flood."""
WATCHED = (signal.SIGCHLD, signal.SIGTERM)
FIRST_SAMPLE_SECONDS = 1.0

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int | bytes) -> None:
    _libc.prctl(option, value if isinstance(value, bytes) else ctypes.c_ulong(value), 0, 0, 0)


class Supervisor:
    """Runs one attempt from its claim to its end.

    Parameters
    ----------
    plan : dict
        Made by `engine.LocalEngine`: ``directory``, ``key``, ``command``, ``env``, ``cwd``, ``uid``, ``gid``,
        ``memory_bytes``, ``cpu``, ``time_limit``, ``grace``, ``ports``, ``accelerators``, ``resource``, ``sampler``,
        ``cgroup``, ``cgroup_memory``, ``boot``, ``poke``,
        ``log_limit``, ``sample_seconds``, ``memory_seconds``, ``public``.
    """

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.folder: str = plan["directory"]
        self.state: dict[str, Any] = {}
        self.main = 0
        self.group: str | None = None
        self.reason: str | None = None
        self.params: dict[str, Any] = {}
        self.kill_at: float | None = None
        self.exit_status: int | None = None
        self.peak = 0
        self.spent = 0.0
        """Processor time of processes that were reaped here, seconds."""
        self.sampled = (time.monotonic(), 0.0)
        self.usage = -1
        self.sampler: tuple[int, int] | None = None
        self.cards: dict[str, list[float | None]] = {}

    def run(self) -> None:
        """Do it all."""
        os.setsid()
        _prctl(PR_SET_NAME, b"aispace-sup")
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._folder()
        if not self._claim():
            return
        try:
            self._files()
            if files.read_json(self._path(files.STOP)) is not None:
                self._finish(None, "stopped")
                return
            error = self._start()
        except OSError as problem:
            error = str(problem)
        if error is not None:
            self._end_processes()
            self._finish(None, "start_failed", {"error": error})
            return
        self._poke()
        self._watch()
        self._end_processes()
        self._sample()
        self._finish(self.exit_status, self.reason, self.params)

    # Begin

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def _give(self, path: str) -> None:
        if self.plan["uid"] is not None:
            os.chown(path, self.plan["uid"], self.plan["gid"])

    def _folder(self) -> None:
        with contextlib.suppress(FileExistsError):
            os.makedirs(self.folder, 0o700)
        if self.plan["uid"] is not None:
            # The workload may make files here, but with the sticky bit it cannot replace ours.
            os.chown(self.folder, -1, self.plan["gid"])
            os.chmod(self.folder, 0o1770)  # noqa: S103 - its group is the user's own
            os.chmod(os.path.dirname(self.folder), 0o711)  # noqa: S103 - to pass through, not to list

    def _claim(self) -> bool:
        pid = os.getpid()
        self.state = {
            "phase": "starting",
            "supervisor": {"pid": pid, "started": processes.start_time(pid), "boot": self.plan["boot"]},
            "ports": self.plan["ports"],
            "accelerators": self.plan["accelerators"],
            "resource": self.plan["resource"],
        }
        if self.plan["cgroup"]:
            self.state["cgroup"] = f"{self.plan['cgroup']}/{self.plan['key'].replace('/', '-')}"
        return files.claim(self._path(files.STATE), self.state)

    def _files(self) -> None:
        files.write_json(self._path(files.SPEC), self.plan["public"])
        for name in ("out", "model", files.TEMPORARY):
            with contextlib.suppress(FileExistsError):
                os.mkdir(self._path(name), 0o755)
            self._give(self._path(name))
        os.close(os.open(self._path(files.METRICS), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644))
        self._give(self._path(files.METRICS))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self.log = os.open(self._path(files.LOG), flags, 0o644)
        self.usage = os.open(self._path(files.USAGE), flags, 0o644)
        group = self.state.get("cgroup")
        if group:
            with contextlib.suppress(OSError):
                cgroup.make(group, self.plan["memory_bytes"] if self.plan["cgroup_memory"] else 0, self.plan["cpu"])
                self.group = group

    def _start(self) -> str | None:
        go_read, go_write = os.pipe()
        error_read, error_write = os.pipe()
        self.main = os.fork()
        if self.main == 0:
            os.close(go_write)
            os.close(error_read)
            self._become(go_read, error_write)
        os.close(go_read)
        os.close(error_write)
        os.close(self.log)
        # The main process waits for this to be written: there is never one that nobody knows of.
        self.state["phase"] = "running"
        self.state["main"] = {"pid": self.main, "started": processes.start_time(self.main)}
        self.state["started_at"] = time.time()
        self.began = time.monotonic()
        self.sampled = (self.began, 0.0)
        files.write_json(self._path(files.STATE), self.state)
        os.write(go_write, b"1")
        os.close(go_write)
        with os.fdopen(error_read, "rb") as pipe:
            problem = pipe.read()
        return problem.decode("utf-8", "replace") if problem else None

    def _become(self, go: int, error: int) -> NoReturn:
        """Turn this forked process into the main process of the workload."""
        plan = self.plan
        try:
            os.setsid()
            if self.group:
                cgroup.enter(self.group)
            with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
                file.write("500")
            if plan["memory_bytes"] and not plan["cgroup_memory"] and not plan["accelerators"]:
                most = plan["memory_bytes"] * BACKSTOP + (4 << 30)
                resource.setrlimit(resource.RLIMIT_DATA, (most, most))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.umask(0o022)
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(self.log, 1)
            os.dup2(self.log, 2)
            if plan["uid"] is not None:
                os.setgroups([])
                os.setgid(plan["gid"])
                os.setuid(plan["uid"])
            # After the change of user, which would clear it.
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if not os.read(go, 1):
                os._exit(1)
            os.chdir(plan["cwd"])
            for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.execvpe(plan["command"][0], plan["command"], plan["env"])  # noqa: S606 - a shell is not wanted
        except OSError as problem:
            text = problem.strerror or str(problem)
            what = problem.filename or plan["command"][0]
            with contextlib.suppress(OSError):
                os.write(error, f"{what}: {text}".encode())
        finally:
            os._exit(127)

    # While it runs

    def _watch(self) -> None:
        plan = self.plan
        limit = plan["time_limit"]
        time_up = self.began + limit if limit is not None else None
        next_sample = self.began + min(FIRST_SAMPLE_SECONDS, plan["sample_seconds"])
        polls = bool(plan["memory_bytes"]) and not (self.group and plan["cgroup_memory"])
        next_memory = self.began + plan["memory_seconds"]
        while self.exit_status is None:
            now = time.monotonic()
            if time_up is not None and now >= time_up:
                time_up = None
                self._ask("time_limit", {"seconds": limit}, plan["grace"])
            if self.kill_at is not None and now >= self.kill_at:
                self.kill_at = now + 1.0
                self._kill()
            if polls and now >= next_memory:
                next_memory = now + plan["memory_seconds"]
                self._check_memory()
            if now >= next_sample:
                next_sample = now + plan["sample_seconds"]
                self._sample()
                self._check_log()
            due = [next_sample, *(moment for moment in (time_up, self.kill_at) if moment is not None)]
            if polls:
                due.append(next_memory)
            info = signal.sigtimedwait(WATCHED, max(min(due) - time.monotonic(), 0.0))
            if info is not None and info.si_signo == signal.SIGTERM:
                asked = files.read_json(self._path(files.STOP)) or {}
                self._ask("stopped", {}, float(asked.get("grace", plan["grace"])))
            self._reap()

    def _reap(self) -> bool:
        """Take in what has ended; tell whether any child is left."""
        while True:
            try:
                pid, status, spent = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if self.sampler is not None and pid == self.sampler[0]:
                self._read_cards()
                continue
            self.spent += spent.ru_utime + spent.ru_stime
            self.peak = max(self.peak, spent.ru_maxrss * 1024)
            if pid == self.main:
                self.exit_status = os.waitstatus_to_exitcode(status)

    def _ask(self, reason: str, params: dict[str, Any], grace: float) -> None:
        deadline = time.monotonic() + grace
        if self.reason is None:
            self.reason, self.params = reason, params
            # Not reaped, so the number cannot be another's.
            with contextlib.suppress(OSError):
                os.killpg(self.main, signal.SIGTERM)
                os.killpg(self.main, signal.SIGCONT)
        self.kill_at = deadline if self.kill_at is None else min(self.kill_at, deadline)

    def _force(self, reason: str, params: dict[str, Any]) -> None:
        if self.reason is None or self.reason == "stopped":
            self.reason, self.params = reason, params
        self.kill_at = time.monotonic()
        self._kill()

    def _kill(self) -> None:
        if self.group:
            cgroup.kill(self.group)
        for pid in processes.descendants(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def _members(self) -> list[int]:
        found = cgroup.members(self.group) if self.group else processes.descendants(os.getpid())
        return [pid for pid in found if self.sampler is None or pid != self.sampler[0]]

    def _check_memory(self) -> None:
        limit = self.plan["memory_bytes"]
        members = self._members()
        used = processes.resident(members)
        if used > limit:
            used = processes.proportional(members)
        self.peak = max(self.peak, used)
        if used > limit:
            self._force("memory_limit", {"used": used, "limit": limit})

    def _check_log(self) -> None:
        limit = self.plan["log_limit"]
        with contextlib.suppress(OSError):
            if os.stat(self._path(files.LOG)).st_size > limit:
                self._force("log_limit", {"limit": limit})

    def _sample(self) -> None:
        members = self._members()
        used = cgroup.memory(self.group) if self.group and self.plan["cgroup_memory"] else None
        if used is None:
            used = processes.resident(members)
        self.peak = max(self.peak, used)
        now = time.monotonic()
        before, spent_before = self.sampled
        spent = max(self.spent + processes.cpu_seconds(members), spent_before)
        self.sampled = (now, spent)
        cores = (spent - spent_before) / max(now - before, 1e-3)
        line: dict[str, Any] = {"time": round(time.time(), 3), "cpu": round(cores, 4), "memory": used}
        if self.cards:
            line["accelerators"] = self.cards
        with contextlib.suppress(OSError):
            os.write(self.usage, (json.dumps(line) + "\n").encode())
            os.utime(self._path(files.STATE))
        if self.plan["sampler"] and self.sampler is None and self.exit_status is None:
            self._ask_cards()

    def _ask_cards(self) -> None:
        """Start the tool that reads the accelerators; its answer goes into the next sample."""
        reading, writing = os.pipe()
        command = self.plan["sampler"]
        try:
            pid = os.posix_spawn(
                command[0],
                command,
                {"PATH": os.defpath},
                file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_CLOSE, reading)],
                setsigmask=[],
            )
            self.sampler = (pid, reading)
        except OSError:
            os.close(reading)
            self.plan["sampler"] = None
        finally:
            os.close(writing)

    def _read_cards(self) -> None:
        assert self.sampler is not None  # noqa: S101 - told by the caller
        with os.fdopen(self.sampler[1], "rb") as pipe:
            lines = pipe.read().decode("utf-8", "replace").splitlines()
        self.sampler = None
        cards: dict[str, list[float | None]] = {}
        for line in lines:
            index, *values = (field.strip() for field in line.split(","))
            with contextlib.suppress(ValueError, IndexError):
                busy, mebibytes = (None if "N/A" in value else float(value) for value in values[:2])
                cards[str(int(index))] = [busy, None if mebibytes is None else mebibytes * (1 << 20)]
        self.cards = cards

    # End

    def _end_processes(self) -> None:
        """Leave nothing running: an attempt has ended only when its last process has."""
        if self.group and cgroup.out_of_memory(self.group) and self.reason in (None, "stopped"):
            self.reason = "memory_limit"
            self.params = {"used": self.plan["memory_bytes"], "limit": self.plan["memory_bytes"]}
        # Orphans come to this process, so nothing is left when it has no child any more.
        while self._reap():
            self._kill()
            signal.sigtimedwait(WATCHED, 0.02)

    def _finish(self, exit_code: int | None, reason: str | None, params: dict[str, Any] | None = None) -> None:
        files.write_json(
            self._path(files.EXIT),
            {
                "exit_code": exit_code,
                "reason": reason,
                "params": params or {},
                "ended_at": time.time(),
                "cpu_seconds": round(self.spent, 3),
                "peak_memory_bytes": self.peak,
            },
        )
        self._poke()
        if self.group:
            cgroup.remove(self.group)
        shutil.rmtree(self._path(files.TEMPORARY), ignore_errors=True)

    def _poke(self) -> None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(self.plan["key"].encode(), b"\0" + self.plan["poke"].encode())


def fork(plan: dict[str, Any], zygote: socket.socket) -> None:
    """Start a supervisor; its parent goes on at once.

    Parameters
    ----------
    zygote : socket
        Closed in the supervisor, so that a zygote's death is seen by the platform.
    """
    for pause in (0.01, 0.1, 1.0):
        try:
            pid = os.fork()
        except OSError as error:
            if error.errno != errno.EAGAIN:
                raise
            # The table of processes is full: nothing tells when one of them has ended.
            time.sleep(pause)
            continue
        if pid == 0:
            try:
                zygote.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                Supervisor(plan).run()
            except BaseException as error:
                print(f"aispace supervisor of {plan['key']}: {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        return
