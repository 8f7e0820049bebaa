"""The engine of one machine: an attempt is a process group under a supervisor that outlives `aispace serve`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, Enum, Float, Int, List, Unicode
from traitlets.config import LoggingConfigurable

from ...errors import AISpaceError, Unavailable
from .. import launch
from ..base import Accelerators, AttemptPlan, AttemptState, Capacity, Engine, Key, UsageSample
from ..usage import read_usage
from . import attempt_files as files
from . import cgroup, processes, zygote
from .devices import NVIDIA, find_nvidia, nvidia_sampler

if TYPE_CHECKING:
    from ...platform import Platform

HOST = "127.0.0.1"
SENT_SECONDS = 10.0
"""So long an attempt that was handed to the zygote may take to claim its folder before it is handed over again."""
STOP_AGAIN_SECONDS = 5.0


class LocalEngine(LoggingConfigurable, Engine):
    """Runs attempts as processes of this machine.

    Started as root it changes to the user id of each workload's owner; otherwise everything runs as the platform's
    user.
    """

    name = "local"

    cpu = Float(0.0, min=0, help="Cores to hand out. 0: all that this process may use. Example: 6.5").tag(config=True)
    memory_bytes = Int(0, min=0, help="Memory to hand out, bytes. 0: nine tenths of this machine's.").tag(config=True)
    accelerators = Dict(
        help="Accelerators beside those found by themselves, by resource name. Example: "
        "{'huawei.com/Ascend910': {'product': 'Ascend 910B', 'count': 8}}. A count of 0 hides what was found."
    ).tag(config=True)
    find_accelerators = Bool(True, help="Look for NVIDIA cards by nvidia-smi.").tag(config=True)
    visible_devices = Dict(
        default_value={
            "nvidia.com/": ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"],
            "amd.com/": ["ROCR_VISIBLE_DEVICES"],
            "huawei.com/": ["ASCEND_RT_VISIBLE_DEVICES"],
            "enflame.com/": ["TOPS_VISIBLE_DEVICES"],
        },
        help="Environment variables that get the indices of the accelerators handed out, by beginning of the "
        "resource name.",
    ).tag(config=True)
    pass_environment = List(
        Unicode(),
        default_value=["LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
                       "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
                       "LD_LIBRARY_PATH"],
        help="Environment variables of the platform that its workloads inherit.",
    ).tag(config=True)  # fmt: skip
    first_port = Int(20_000, min=1024, max=65_000, help="First of the loopback ports for workloads.").tag(config=True)
    last_port = Int(29_999, min=1024, max=65_535, help="Last of them.").tag(config=True)
    sample_seconds = Float(5.0, min=0.1, help="Seconds between two samples of CPU and memory.").tag(config=True)
    memory_seconds = Float(
        0.25, min=0.05, help="Seconds between two looks at the memory limit, where there is no control group for it."
    ).tag(config=True)
    log_limit_bytes = Int(4 << 30, min=1 << 20, help="An attempt whose log grows over this fails.").tag(config=True)
    use_cgroups = Enum(
        ["auto", "always", "never"],
        default_value="auto",
        help="Put each attempt into a control group (version 2): 'auto' where they limit memory, 'always' where they "
        "can be made at all, 'never'.",
    ).tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.home = platform.path
        self.root = platform.path / "workloads"
        self._identity = hashlib.sha256(os.fspath(self.home).encode()).hexdigest()[:16]
        self._lock = threading.RLock()
        self._dirty: set[Key] = set()
        self._sent: dict[Key, float] = {}
        self._stopped: dict[Key, float] = {}
        self._ports: dict[Key, dict[str, int]] = {}
        self._devices: dict[Key, tuple[str, tuple[int, ...]]] = {}
        self._zygote: tuple[subprocess.Popen[bytes], socket.socket] | None = None
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._capacity: Capacity | None = None
        self._cgroups: cgroup.CGroups | None = None
        self._cgroups_sought = False
        self._boot = processes.boot_id()
        self._runtime_path: str | None = None
        self._next_port = self.first_port + os.getpid() % max(self.last_port - self.first_port, 1)

    # Life

    def start(self, notify: Callable[[], None]) -> None:
        """Listen to supervisors and start the zygote."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            listener.bind(f"\0aispace-{self._identity}")
        except OSError as error:
            listener.close()
            raise Unavailable(
                "engine_taken",
                f"The engine was not started. Another AI Space uses {self.home}. Stop that one first.",
            ) from error
        self._listener = listener
        self._thread = threading.Thread(target=self._listen, args=(notify,), name="aispace-engine", daemon=True)
        self._thread.start()
        with self._lock:
            self._connection()

    def close(self) -> None:
        """Let the zygote go; supervisors live on."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"", f"\0aispace-{self._identity}")
            if self._thread is not None:
                self._thread.join(timeout=5)
            listener.close()
        with self._lock:
            self._drop_zygote()
            if self._cgroups is not None:
                # Stays while an attempt is in it.
                cgroup.remove(os.fspath(self._cgroups.folder), 0)
            self._cgroups, self._cgroups_sought = None, False

    def _listen(self, notify: Callable[[], None]) -> None:
        listener = self._listener
        while listener is not None and self._listener is not None:
            try:
                data = listener.recv(256).decode("ascii", "replace")
            except OSError:
                return
            workload_id, _, number = data.partition("/")
            if number.isdigit():
                with self._lock:
                    self._dirty.add(Key(workload_id, int(number)))
                notify()

    def _drop_zygote(self) -> None:
        if self._zygote is None:
            return
        process, connection = self._zygote
        self._zygote = None
        connection.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _connection(self) -> socket.socket:
        if self._zygote is not None and self._zygote[0].poll() is None:
            return self._zygote[1]
        if self._zygote is not None:
            self.log.warning("the zygote ended with %s; starting another", self._zygote[0].returncode)
            self._drop_zygote()
            self._sent.clear()
        ours, theirs = socket.socketpair()
        code = f"from aispace.engines.local.zygote import main; main({theirs.fileno()})"
        with theirs, (self.home / "logs" / "engine.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Not ours: who waits for the end of our output must not wait for the workloads.
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
            )
        self._zygote = (process, ours)
        return ours

    # Attempts

    def directory(self, key: Key) -> Path:
        """Folder of an attempt."""
        return self.root / key.workload_id / str(key.number)

    def ensure(self, plans: Sequence[AttemptPlan]) -> None:
        """Hand attempts to the zygote; one that is claimed already stays as it is."""
        if not plans:
            return
        with self._lock:
            ready = []
            for plan in plans:
                try:
                    ready.append(self._resolve(plan))
                except AISpaceError as error:
                    self._refuse(plan.key, error)
            try:
                zygote.send(self._connection(), ready)
            except OSError:
                # It died between the look and the send: what it had not forked yet is sent to the next one.
                self._drop_zygote()
                zygote.send(self._connection(), ready)
            now = time.monotonic()
            self._sent.update({plan.key: now for plan in plans})

    def _refuse(self, key: Key, error: AISpaceError) -> None:
        """End an attempt that cannot be given what it needs; the others of its batch go on."""
        folder = os.fspath(self.directory(key))
        os.makedirs(folder, 0o700, exist_ok=True)
        value = self._exit("start_failed", time.time())
        files.write_json(f"{folder}/{files.EXIT}", {**value, "params": {"error": error.message}})

    def look(self, keys: Iterable[Key], *, changed_only: bool = False) -> dict[Key, AttemptState]:
        """Read the attempts' files; a lost attempt is ended here and now."""
        with self._lock:
            wanted = list(keys)
            dirty, self._dirty = self._dirty, set()
            if changed_only:
                wanted = [key for key in wanted if key in dirty]
            return {key: self._look(key) for key in wanted}

    def _look(self, key: Key) -> AttemptState:
        folder = os.fspath(self.directory(key))
        ended = files.read_json(f"{folder}/{files.EXIT}")
        state = files.read_json(f"{folder}/{files.STATE}")
        if ended is None and state is None:
            return self._unclaimed(key, folder)
        if ended is None and not self._supervised(state):
            # It may have ended between the two looks.
            ended = files.read_json(f"{folder}/{files.EXIT}") or self._lost(key, folder, state)
        state = state or {}
        self._sent.pop(key, None)
        started = state.get("started_at")
        known: dict[str, Any] = {
            "started_at": datetime.fromtimestamp(started, UTC) if started else None,
            "ports": {name: (HOST, number) for name, number in (state.get("ports") or {}).items()},
            "accelerators": tuple(state.get("accelerators") or ()),
        }
        if ended is not None:
            self._release(key)
            return AttemptState(
                key,
                "ended",
                ended_at=datetime.fromtimestamp(ended["ended_at"], UTC),
                exit_code=ended["exit_code"],
                reason=ended["reason"],
                params=ended["params"],
                **known,
            )
        self._hold(key, state)
        return AttemptState(key, "running" if state["phase"] == "running" else "starting", **known)

    def _unclaimed(self, key: Key, folder: str) -> AttemptState:
        sent = self._sent.get(key)
        alive = self._zygote is not None and self._zygote[0].poll() is None
        if sent is not None and alive and time.monotonic() - sent < SENT_SECONDS:
            return AttemptState(key, "starting")
        if os.path.lexists(f"{folder}/{files.STATE}"):
            # Claimed, but what was written is gone: the machine went down before it reached the disk.
            files.write_json(f"{folder}/{files.EXIT}", self._exit("supervisor_lost", time.time()))
            return self._look(key)
        self._release(key)
        return AttemptState(key, "absent")

    def _supervised(self, state: dict[str, Any] | None) -> bool:
        who = (state or {}).get("supervisor") or {}
        return who.get("boot") == self._boot and processes.is_same(who["pid"], who["started"])

    def _lost(self, key: Key, folder: str, state: dict[str, Any] | None) -> dict[str, Any]:
        """End what a killed supervisor left behind, then write how it ended."""
        state = state or {}
        who = state.get("supervisor") or {}
        at = time.time()
        if who.get("boot") == self._boot:
            if state.get("cgroup"):
                cgroup.kill(state["cgroup"])
            marker = f"AISPACE_ATTEMPT_DIR={folder}".encode()
            session = (state.get("main") or {}).get("pid")
            killed = processes.kill_marked(marker, session, who["started"])
            if state.get("cgroup"):
                cgroup.remove(state["cgroup"])
            self.log.warning("%s/%d lost its supervisor; %d processes were killed", *key, killed)
        else:
            with contextlib.suppress(OSError):
                at = os.stat(f"{folder}/{files.STATE}").st_mtime
        value = self._exit("supervisor_lost", at)
        files.write_json(f"{folder}/{files.EXIT}", value)
        return value

    @staticmethod
    def _exit(reason: str, at: float) -> dict[str, Any]:
        return {"exit_code": None, "reason": reason, "params": {}, "ended_at": at}

    def stop(self, key: Key, grace_seconds: float) -> None:
        """Leave word for the supervisor and signal it."""
        with self._lock:
            now = time.monotonic()
            if now - self._stopped.get(key, float("-inf")) < STOP_AGAIN_SECONDS:
                return
            self._stopped[key] = now
        folder = os.fspath(self.directory(key))
        os.makedirs(folder, 0o700, exist_ok=True)
        # Written before the claim is read; the supervisor claims before it reads this: one of the two sees the other.
        files.write_json(f"{folder}/{files.STOP}", {"grace": grace_seconds})
        who = (files.read_json(f"{folder}/{files.STATE}") or {}).get("supervisor")
        if who and who["boot"] == self._boot:
            processes.send(who["pid"], who["started"], signal.SIGTERM)

    def metrics(self, key: Key) -> list[UsageSample]:
        """Read the usage samples that the supervisor wrote."""
        return read_usage(self.directory(key) / files.USAGE)

    def address(self, key: Key, port: str) -> tuple[str, int] | None:
        """Tell where a port of a running attempt listens."""
        folder = os.fspath(self.directory(key))
        state = files.read_json(f"{folder}/{files.STATE}")
        if state is None or state["phase"] != "running" or os.path.lexists(f"{folder}/{files.EXIT}"):
            return None
        number = state["ports"].get(port)
        return (HOST, number) if number else None

    def forget(self, workload_id: str) -> None:
        """Delete the folder of a workload."""
        shutil.rmtree(self.root / workload_id, ignore_errors=True)

    def capacity(self) -> Capacity:
        """Count cores, memory and accelerators, once."""
        if self._capacity is None:
            found = find_nvidia() if self.find_accelerators else {}
            for resource, card in self.accelerators.items():
                found[resource] = Accelerators(str(card.get("product") or resource), int(card.get("count", 1)))
            self._capacity = Capacity(
                self.cpu or float(len(os.sched_getaffinity(0))),
                self.memory_bytes or int(_machine_memory() * 0.9),
                {resource: card for resource, card in found.items() if card.count},
            )
        return self._capacity

    # What an attempt gets

    def _hold(self, key: Key, state: Mapping[str, Any]) -> None:
        self._ports[key] = dict(state.get("ports") or {})
        indices = tuple(state.get("accelerators") or ())
        if indices:
            self._devices[key] = (str(state.get("resource")), indices)

    def _release(self, key: Key) -> None:
        for table in (self._ports, self._devices, self._sent, self._stopped):
            table.pop(key, None)

    def _take_devices(self, plan: AttemptPlan) -> tuple[int, ...]:
        if not plan.accelerator or not plan.accelerator_count:
            return ()
        card = self.capacity().accelerators.get(plan.accelerator)
        taken = {
            index
            for key, (resource, indices) in self._devices.items()
            if resource == plan.accelerator and key != plan.key
            for index in indices
        }
        left = [index for index in range(card.count if card else 0) if index not in taken]
        if len(left) < plan.accelerator_count:
            raise Unavailable("no_accelerator", f"No {plan.accelerator} is free. Try again when one is.")
        indices = tuple(left[: plan.accelerator_count])
        self._devices[plan.key] = (plan.accelerator, indices)
        return indices

    def _take_ports(self, plan: AttemptPlan) -> dict[str, int]:
        if not plan.ports:
            return {}
        taken = {number for ports in self._ports.values() for number in ports.values()}
        chosen: dict[str, int] = {}
        for name in plan.ports:
            for _ in range(self.last_port - self.first_port + 1):
                self._next_port = self._next_port + 1 if self._next_port < self.last_port else self.first_port
                if self._next_port not in taken and _port_is_free(self._next_port):
                    break
            else:
                raise Unavailable("no_port", "No port is free for the workload. Stop something first.")
            chosen[name] = self._next_port
        self._ports[plan.key] = chosen
        return chosen

    def _resolve(self, plan: AttemptPlan) -> dict[str, Any]:
        folder = os.fspath(self.directory(plan.key))
        ports = self._take_ports(plan)
        indices = self._take_devices(plan)
        groups = self._find_cgroups()
        uid = plan.uid if plan.uid is not None and os.geteuid() == 0 else None
        if self._runtime_path is None:
            self._runtime_path = launch.copy_runtime(self.home / "runtime")
        passed = {name: os.environ[name] for name in self.pass_environment if name in os.environ}
        command, env, cwd, secret = launch.resolve(
            plan,
            folder=folder,
            ports=ports,
            base={**passed, **self._visible(plan, indices)},
            accelerators=len(indices),
            runtime=self._runtime_path,
        )
        return {
            "key": f"{plan.key.workload_id}/{plan.key.number}",
            "directory": folder,
            "command": command,
            "env": {**env, **secret},
            "cwd": cwd,
            "uid": uid,
            "gid": launch.group_of(uid) if uid is not None else None,
            "memory_bytes": plan.memory_bytes,
            "cpu": plan.cpu,
            "time_limit": plan.time_limit_seconds,
            "grace": plan.stop_grace_seconds,
            "ports": ports,
            "accelerators": list(indices),
            "resource": plan.accelerator,
            "sampler": nvidia_sampler(list(indices)) if plan.accelerator == NVIDIA else None,
            "cgroup": os.fspath(groups.folder) if groups else None,
            "cgroup_memory": bool(groups and groups.memory),
            "boot": self._boot,
            "poke": f"aispace-{self._identity}",
            "log_limit": self.log_limit_bytes,
            "sample_seconds": self.sample_seconds,
            "memory_seconds": self.memory_seconds,
            "public": {
                "workload_id": plan.key.workload_id,
                "attempt": plan.key.number,
                "kind": plan.kind,
                "name": plan.name,
                "command": command,
                "env": env,
                "cwd": cwd,
                "mounts": {mount.target: os.fspath(mount.source) for mount in plan.mounts},
                "ports": ports,
                "accelerators": list(indices),
                "memory_bytes": plan.memory_bytes,
                "cpu": plan.cpu,
                "uid": uid,
            },
        }

    def _visible(self, plan: AttemptPlan, indices: tuple[int, ...]) -> dict[str, str]:
        """Make the variables that show an attempt its accelerators, and hide all others."""
        env: dict[str, str] = {}
        for resource in self.capacity().accelerators:
            for beginning, names in self.visible_devices.items():
                if resource.startswith(beginning):
                    mine = ",".join(map(str, indices)) if resource == plan.accelerator else ""
                    env |= dict.fromkeys(names, mine)
        return env

    def _find_cgroups(self) -> cgroup.CGroups | None:
        if not self._cgroups_sought:
            self._cgroups_sought = True
            if self.use_cgroups != "never":
                found = cgroup.find(f"aispace-{self._identity}")
                # Without the memory controller a group only kills, which the supervisor does too, and costs 2 ms.
                self._cgroups = found if found and (found.memory or self.use_cgroups == "always") else None
                if found is not None and self._cgroups is None:
                    cgroup.remove(os.fspath(found.folder), 0)
        return self._cgroups


def _machine_memory() -> int:
    total = os.sysconf("SC_PHYS_PAGES") * processes.PAGE
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            total = min(total, int(Path(path).read_text()))
    return total


def _port_is_free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
        except OSError:
            return False
    return True
