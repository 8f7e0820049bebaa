"""What goes wrong around the engine of a cluster: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from aispace.engines.kubernetes.connection import Connection
from aispace.engines.kubernetes.states import End
from aispace.engines.kubernetes.watching import Kind, Store
from conditions import until

from . import groups
from .space import NAMESPACE, Space
from .test_engine import SECONDS, Bench, bench, make

__all__ = ["bench", "make"]
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


def process(space: Space, program: str) -> int:
    """Find a process of the cluster."""
    for pid in groups.members(space.cluster.place.group):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
        except OSError:
            continue
        if command.endswith(f"/{program}"):
            return pid
    raise AssertionError(f"{program} does not run")


@contextmanager
def halted(pid: int) -> Iterator[None]:
    """Let a process stand still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_api_server_stands_still_while_attempts_run_and_are_asked_for(bench: Bench, space: Space) -> None:
    note = 'echo ran >>"$AISPACE_ATTEMPT_DIR"/out/notes; sleep 2; exit 6'
    running = [bench.shell(note) for _ in range(3)]
    for key in running:
        bench.running(key)
    with halted(process(space, "kube-apiserver")):
        asked = [bench.shell(note) for _ in range(3)]
        # They have ended on their nodes; nobody can tell.
        until(lambda: all((bench.engine.directory(key) / "out" / "notes").exists() for key in running), SECONDS)
        assert all(bench.look(key).phase in ("starting", "running") for key in asked)
    for key in asked:
        # As the reconciler does it: what is absent is asked for again.
        until(lambda key=key: bench.look(key).phase != "absent" or bench.shell(note, key=key) is None, SECONDS)
    for key in [*running, *asked]:
        assert bench.ended(key, 120).exit_code == 6
        assert (bench.engine.directory(key) / "out" / "notes").read_text() == "ran\n"


def test_watches_that_are_cut_go_on(bench: Bench) -> None:
    bench.engine.capacity()
    before = bench.shell("sleep 8; exit 3")
    bench.running(before)
    cut(bench)
    after = bench.shell("exit 4")
    assert bench.ended(before, 120).exit_code == 3
    assert bench.ended(after, 120).exit_code == 4


def cut(bench: Bench) -> None:
    """Cut the open connections of the engine, as a broken network does."""
    port = int(bench.space.admin.server.rsplit(":", 1)[1])
    found = [
        one.fd
        for one in psutil.Process().net_connections(kind="tcp")
        if one.raddr and one.raddr.port == port and one.fd >= 0
    ]
    assert found
    for number in found:
        with socket.socket(fileno=os.dup(number)) as copy:
            copy.shutdown(socket.SHUT_RDWR)


def test_history_that_is_gone_is_asked_for_anew(space: Space) -> None:
    """A watch from a version that the server has forgotten is answered with 410."""
    path = "/api/v1/namespaces/kube-system/pods"
    with space.admin.client.stream("GET", path, params={"watch": "true", "resourceVersion": "1"}) as answer:
        assert "410" in next(answer.iter_lines()), "the server remembers; this test is about nothing"
    names: set[str] = set()
    listed = threading.Event()

    def changed(change: str, found: dict[str, Any]) -> None:
        if change == "set":
            names.add(found["metadata"]["name"])
        if change == "listed":
            listed.set()

    store = Store(Kind("Pod", path), changed)
    store.resume("1")
    connection = Connection(str(space.cluster.place.kubeconfig))
    connection.submit(store.run(connection))
    try:
        assert listed.wait(30)
        assert any(name.startswith("coredns-") for name in names)
    finally:
        connection.close()


def test_what_was_left_by_a_platform_that_is_gone_is_collected(make: Callable[..., Bench], space: Space) -> None:
    first = make()
    ended, forgotten, kept = (first.shell("echo on; sleep 600") for _ in range(3))
    for key in (ended, forgotten, kept):
        first.running(key)
    first.keys.clear()
    first.engine.close()
    # Killed after it had noted the end, before it could take the objects away; and after a workload was deleted.
    first.engine.notes.note_end(ended, End(reason="stopped"))
    shutil.rmtree(first.engine.root / forgotten.workload_id)
    second = make(first.platform.path)
    second.engine.capacity()
    second.keys.append(kept)
    until(lambda: not space.pods(ended.workload_id) and not space.pods(forgotten.workload_id), SECONDS)
    assert second.look(kept).phase == "running"
    others = space.admin.items(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")
    assert others == []
