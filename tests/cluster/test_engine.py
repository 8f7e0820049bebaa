"""The engine of a cluster on a real one, with the rights of its service account and no more."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aispace.engines.base import AttemptPlan, AttemptState, Key, MountPoint
from aispace.engines.kubernetes.engine import KubernetesEngine
from aispace.errors import Unavailable
from aispace.ids import new_id
from conditions import until

from .api import ApiError
from .space import NAMESPACE, Space

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
MIB = 1 << 20
SMALL = {"cpu": 0.1, "memory_bytes": 64 * MIB}
SECONDS = 120.0


class Bench:
    """An engine and attempts on it."""

    def __init__(self, space: Space, home: Path, database_url: str, **traits: Any) -> None:
        self.space = space
        self.platform = space.platform(home, database_url, **traits)
        assert isinstance(self.platform.engine, KubernetesEngine)
        self.engine: KubernetesEngine = self.platform.engine
        self.news = threading.Event()
        self.engine.start(self.news.set)
        self.keys: list[Key] = []

    def start(self, *command: str, key: Key | None = None, **fields: Any) -> Key:
        key = key or Key(new_id("wl"), 1)
        self.keys.append(key)
        self.engine.ensure([AttemptPlan(key, "batch", "test", command, **{**SMALL, **fields})])
        return key

    def shell(self, script: str, **fields: Any) -> Key:
        return self.start("/bin/sh", "-c", script, **fields)

    def look(self, key: Key) -> AttemptState:
        return self.engine.look([key])[key]

    def until_(self, key: Key, condition: Callable[[AttemptState], object], seconds: float = SECONDS) -> AttemptState:
        seen: list[AttemptState] = []

        def look() -> AttemptState | None:
            seen[:] = [self.look(key)]
            return seen[0] if condition(seen[0]) else None

        try:
            return until(look, seconds)  # type: ignore[return-value]
        except AssertionError as error:
            raise AssertionError(f"{seen}\n{self.space.describe()}") from error

    def running(self, key: Key) -> AttemptState:
        return self.until_(key, lambda state: state.phase == "running")

    def ended(self, key: Key, seconds: float = SECONDS) -> AttemptState:
        return self.until_(key, lambda state: state.phase == "ended", seconds)

    def log(self, key: Key) -> str:
        try:
            return (self.engine.directory(key) / "log").read_text()
        except FileNotFoundError:
            return ""

    def printed(self, key: Key) -> str:
        """First line of the log."""
        return until(lambda: "\n" in self.log(key) and self.log(key).splitlines()[0], SECONDS)  # type: ignore[return-value]

    def close(self) -> None:
        alive = [key for key in self.keys if self.look(key).phase not in ("ended", "absent")]
        for key in alive:
            self.engine.stop(key, 0)
        for key in alive:
            self.ended(key)
        self.platform.close()
        self.engine.close()


@pytest.fixture
def make(space: Space, database_url: str) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def start(home: Path | None = None, **traits: Any) -> Bench:
        made.append(Bench(space, home or space.home(), database_url, **traits))
        return made[-1]

    yield start
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()


def test_it_is_admitted_runs_logs_and_succeeds(bench: Bench, space: Space) -> None:
    key = bench.shell("echo to stdout; echo to stderr >&2; id -u; sleep 1")
    running = bench.running(key)
    job = space.jobs(key.workload_id)[0]
    assert job["spec"]["suspend"] is False
    managers = {one["manager"] for one in job["metadata"]["managedFields"]}
    assert "aispace" in managers
    state = bench.ended(key)
    assert (state.exit_code, state.reason) == (0, None)
    assert bench.log(key).splitlines()[:2] == ["to stdout", "to stderr"]
    assert bench.log(key).splitlines()[2] == str(bench.engine.uid)
    assert running.started_at is not None
    assert state.ended_at is not None
    assert state.started_at == running.started_at <= state.ended_at
    # The log is kept after the pod is gone.
    until(lambda: not space.pods(key.workload_id) and not space.jobs(key.workload_id), SECONDS)
    assert bench.log(key).startswith("to stdout\n")
    assert bench.look(key) == state


@pytest.mark.parametrize("code", [3, 255])
def test_exit_code_is_told(bench: Bench, code: int) -> None:
    state = bench.ended(bench.shell(f"exit {code}"))
    assert (state.exit_code, state.reason) == (code, None)


def test_signal_and_missing_program_are_told(bench: Bench) -> None:
    signalled, missing = bench.shell("kill -SEGV $$"), bench.start("no-such-program-here")
    assert bench.ended(signalled).exit_code == -signal.SIGSEGV
    state = bench.ended(missing)
    assert state.reason == "start_failed"
    assert "no-such-program-here" in state.params["error"]


def test_over_quota_waits_with_the_reason_of_kueue_and_follows_when_there_is_room(bench: Bench) -> None:
    card = {"accelerator": "nvidia.com/mig-1g.10gb", "accelerator_count": 1}
    first = bench.shell("echo on; sleep 600", **card)
    bench.running(first)
    second = bench.shell("echo followed", **card)
    waiting = bench.until_(second, lambda state: "quota" in state.params.get("message", ""))
    assert waiting.phase == "starting"
    assert waiting.reason in ("cluster_queue", "cluster_queue_place")
    assert waiting.params["queue"] == "default"
    assert "nvidia.com/mig-1g.10gb" in waiting.params["message"]
    bench.engine.stop(first, 0)
    assert bench.ended(second).exit_code == 0
    assert bench.log(second) == "followed\n"


def test_place_in_the_queue_is_told_and_goes_down(bench: Bench) -> None:
    card = {"accelerator": "nvidia.com/mig-1g.10gb", "accelerator_count": 1}
    first = bench.shell("sleep 600", **card)
    bench.running(first)
    waiting = [bench.shell("sleep 600", **card) for _ in range(2)]
    places = [bench.until_(key, lambda state: state.params.get("place")).params["place"] for key in waiting]
    assert sorted(places) == [1, 2]
    bench.engine.stop(first, 0)
    follows, last = (waiting[places.index(number)] for number in (1, 2))
    bench.running(follows)
    bench.until_(last, lambda state: state.params.get("place") == 1)


def test_what_no_node_has_free_says_so(bench: Bench) -> None:
    state = bench.until_(
        bench.shell("true", accelerator="nvidia.com/gpu", accelerator_count=2, accelerator_product="NVIDIA-L4"),
        lambda state: state.reason == "unschedulable",
    )
    assert "nodes are available" in state.params["message"]


def test_product_decides_the_node(bench: Bench, space: Space) -> None:
    card = {"accelerator": "nvidia.com/gpu", "accelerator_count": 1}
    keys = {product: bench.shell("sleep 600", accelerator_product=product, **card)
            for product in ("NVIDIA-L4", "NVIDIA-A100-SXM4-80GB")}  # fmt: skip
    for key in keys.values():
        bench.running(key)
    nodes = {product: space.pods(key.workload_id)[0]["spec"]["nodeName"] for product, key in keys.items()}
    assert nodes == {"NVIDIA-L4": "node-2", "NVIDIA-A100-SXM4-80GB": "node-1"}


def test_stop_lets_it_end_by_itself(bench: Bench, space: Space) -> None:
    key = bench.shell("trap 'echo saving; exit 4' TERM; echo ready; while :; do sleep 0.05; done")
    assert bench.printed(key) == "ready"
    bench.engine.stop(key, 10)
    state = bench.ended(key)
    assert (state.reason, state.exit_code) == ("stopped", 4)
    assert bench.log(key).endswith("saving\n")
    assert not space.pods(key.workload_id)


def test_stop_kills_what_is_deaf_after_the_grace(bench: Bench) -> None:
    key = bench.shell("trap '' TERM; echo ready; while :; do sleep 0.05; done", stop_grace_seconds=2)
    assert bench.printed(key) == "ready"
    begin = time.monotonic()
    bench.engine.stop(key, 2)
    state = bench.ended(key)
    assert state.reason == "stopped"
    assert time.monotonic() - begin >= 1.5


def test_stop_of_what_waits_and_of_what_was_never_made(bench: Bench, space: Space) -> None:
    waiting = bench.shell("true", accelerator="enflame.com/gcu", accelerator_count=5)
    bench.until_(waiting, lambda state: state.params.get("queue"))
    bench.engine.stop(waiting, 0)
    assert bench.ended(waiting).reason == "stopped"
    never = Key(new_id("wl"), 1)
    bench.engine.stop(never, 0)
    bench.shell("echo ran", key=never)
    assert bench.ended(never).reason == "stopped"
    assert not space.jobs(never.workload_id)


def test_time_limit(bench: Bench) -> None:
    state = bench.ended(bench.shell("sleep 600", time_limit_seconds=0.5, stop_grace_seconds=1))
    assert (state.reason, state.params) == ("time_limit", {"seconds": 0.5})


def test_memory_limit(bench: Bench) -> None:
    state = bench.ended(bench.start("python3", "-c", "x = bytearray(200 << 20)", memory_bytes=64 * MIB))
    assert state.reason == "memory_limit"
    assert state.params["limit"] == 64 * MIB


def test_image_that_is_not_there_ends_the_attempt_with_its_name(make: Callable[..., Bench]) -> None:
    bench = make(pull_seconds=1.0)
    state = bench.ended(bench.start("true", image="aispace.test/nowhere:1"))
    assert state.reason == "image_pull"
    assert state.params["image"] == "aispace.test/nowhere:1"


def test_evicted_by_its_node_is_told(bench: Bench, space: Space) -> None:
    key = bench.shell("sleep 600")
    bench.running(key)
    name = space.pods(key.workload_id)[0]["metadata"]["name"]
    space.admin.request(
        "POST",
        f"/api/v1/namespaces/{NAMESPACE}/pods/{name}/eviction",
        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}},
    )
    state = bench.ended(key)
    assert state.reason == "evicted"
    assert "Eviction" in state.params["message"]


def test_higher_priority_takes_the_place_and_the_lower_one_ends_preempted(bench: Bench) -> None:
    card = {"accelerator": "nvidia.com/mig-2g.20gb", "accelerator_count": 1}
    low = bench.shell("sleep 600", priority="low", **card)
    bench.running(low)
    high = bench.shell("sleep 600", priority="high", **card)
    assert bench.ended(low).reason == "preempted"
    bench.running(high)


def test_placeholders_mounts_secrets_and_launch_contract(bench: Bench, space: Space) -> None:
    data = bench.platform.path / "data"
    data.mkdir()
    (data / "x").write_text("content\n")
    program = (
        "import json,os,sys;"
        "env={k:v for k,v in os.environ.items() if k.startswith('AISPACE_')};"
        "print(json.dumps([sys.argv[1:], env, os.getcwd(), open(sys.argv[1]).read(), len(os.environ['TOKEN'])]));"
        "import aispace_runtime; aispace_runtime.log(1, loss=0.5);"
        "open(os.environ['AISPACE_OUT'] + '/f', 'w').write('o');"
        "open(sys.argv[1], 'w')"
    )
    key = bench.start(
        "python3", "-c", program, "{mount:data}/x", "{out}", "$(HOME) {unknown}",
        mounts=(MountPoint(data, "data"),), seed=7, secret_env={"TOKEN": "very-s3cret"},
    )  # fmt: skip
    state = bench.ended(key)
    # Writing into what is mounted read-only fails.
    assert state.exit_code == 1
    assert "Read-only file system" in bench.log(key)
    arguments, env, cwd, content, length = json.loads(bench.log(key).splitlines()[0])
    folder = str(bench.engine.directory(key))
    assert arguments == [f"{data}/x", f"{folder}/out", "$(HOME) {unknown}"]
    assert (cwd, content, length) == (folder, "content\n", 11)
    assert env["AISPACE_WORKLOAD_ID"] == key.workload_id
    assert (env["AISPACE_SEED"], env["AISPACE_OUT"]) == ("7", f"{folder}/out")
    assert json.loads((Path(folder) / "metrics.jsonl").read_text())["values"] == {"loss": 0.5}
    assert (Path(folder) / "out" / "f").read_text() == "o"
    secrets = f"/api/v1/namespaces/{NAMESPACE}/secrets"
    until(lambda: not space.admin.items(secrets, labelSelector=f"aispace.io/workload={key.workload_id}"), SECONDS)


def test_what_is_not_on_the_shared_volume_is_refused_in_words(bench: Bench, tmp_path: Path) -> None:
    state = bench.ended(bench.start("true", mounts=(MountPoint(tmp_path, "data"),)))
    assert state.reason == "start_failed"
    assert "not on the volume" in state.params["error"]


def test_service_is_reached_by_its_address_and_runs_once(bench: Bench, space: Space) -> None:
    program = (
        "import os,socket,sys; s=socket.create_server(('0.0.0.0', int(sys.argv[1]))); print('up', flush=True);"
        "c,_=s.accept(); d=c.recv(5)\nwhile d != b'hello': c.close(); c,_=s.accept(); d=c.recv(5)\n"
        "c.sendall(b'world'); sys.exit(7)"
    )
    key = bench.start("python3", "-c", program, "{port:http}", ports=("http",))
    bench.running(key)
    assert bench.printed(key) == "up"
    address = bench.engine.address(key, "http")
    assert address is not None

    def ask() -> bytes:
        try:
            with socket.create_connection(address, timeout=5) as connection:
                connection.sendall(b"hello")
                return connection.recv(10)
        except OSError:
            return b""

    assert until(ask, SECONDS) == b"world"
    state = bench.ended(key)
    assert (state.exit_code, state.reason) == (7, None)
    assert bench.engine.address(key, "http") is None
    until(lambda: not space.pods(key.workload_id), SECONDS)
    assert bench.log(key) == "up\n"


def test_usage_is_sampled(bench: Bench) -> None:
    program = "import time; e=time.time()+3; data=bytearray(30*2**20)\nwhile time.time()<e: pass"
    key = bench.start("python3", "-c", program, cpu=0.5)
    bench.ended(key)
    samples = bench.engine.metrics(key)
    assert len(samples) >= 3
    assert max(sample.memory_bytes for sample in samples) > 30 * MIB
    assert max(sample.cpu for sample in samples) > 0.2


def test_nodes_of_one_attempt_find_each_other_by_name(bench: Bench) -> None:
    program = (
        "import os, socket, sys, time\n"
        "rank, host = int(os.environ['JOB_COMPLETION_INDEX']), os.environ['MASTER_ADDR']\n"
        "if rank == 0:\n"
        "    s = socket.create_server(('0.0.0.0', 29500)); c, _ = s.accept(); print(c.recv(20).decode())\n"
        "else:\n"
        "    for _ in range(300):\n"
        "        try:\n"
        "            socket.create_connection((host, 29500), 2).sendall(b'from the other'); break\n"
        "        except OSError: time.sleep(0.1)\n"
        "    else: sys.exit(9)\n"
    )
    key = bench.start("python3", "-c", program, nodes=2)
    assert bench.ended(key).exit_code == 0
    assert bench.log(key) == "from the other\n"


def test_capacity_is_that_of_the_nodes(bench: Bench) -> None:
    found = bench.engine.capacity()
    assert {name: card.count for name, card in found.accelerators.items()} == {
        "nvidia.com/gpu": 3, "nvidia.com/mig-1g.10gb": 2, "nvidia.com/mig-2g.20gb": 1, "huawei.com/Ascend910": 8,
        "huawei.com/Ascend910-2c": 4, "enflame.com/gcu": 2,
    }  # fmt: skip
    assert found.accelerators["nvidia.com/gpu"].products == {"NVIDIA-A100-SXM4-80GB": 2, "NVIDIA-L4": 1}


def test_ensure_again_makes_nothing_twice_also_after_a_restart(make: Callable[..., Bench], space: Space) -> None:
    first = make()
    key = first.shell("echo once; sleep 600")
    assert first.printed(key) == "once"
    # As if the process had been killed: nothing is said to anybody.
    first.keys.remove(key)
    first.engine.close()
    second = make(first.platform.path)
    second.engine.capacity()
    assert second.look(key).phase == "running"
    for _ in range(3):
        second.shell("echo twice", key=key)
    assert second.look(key).phase == "running"
    assert len(space.jobs(key.workload_id)) == len(space.pods(key.workload_id)) == 1
    second.engine.stop(key, 0)
    assert second.ended(key).reason == "stopped"
    second.shell("echo twice", key=key)
    assert second.look(key).reason == "stopped"
    assert second.log(key) == "once\n"


def test_end_that_came_while_nobody_looked_is_found(make: Callable[..., Bench], space: Space) -> None:
    first = make()
    key = first.shell("echo begun; sleep 2; exit 5")
    assert first.printed(key) == "begun"
    first.keys.remove(key)
    first.engine.close()
    until(
        lambda: any(one["type"] == "Failed" for one in space.jobs(key.workload_id)[0]["status"].get("conditions", ())),
        60,
    )
    second = make(first.platform.path)
    second.engine.capacity()
    assert second.look(key).exit_code == 5


def test_deleted_by_somebody_else_is_told(bench: Bench, space: Space) -> None:
    key = bench.shell("sleep 600")
    bench.running(key)
    job = space.jobs(key.workload_id)[0]["metadata"]["name"]
    space.admin.delete(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs/{job}", propagationPolicy="Foreground")
    assert bench.ended(key).reason == "deleted_outside"


def test_calls_per_attempt_are_few_and_always_as_many(bench: Bench) -> None:
    bench.engine.capacity()
    made = []
    for _ in range(2):
        before = bench.engine.connection.calls.copy()
        bench.ended(bench.shell("true"))
        until(lambda: not bench.engine.cluster.owned(), SECONDS)
        made.append(bench.engine.connection.calls - before)
        # Asked once for a queue, however many wait in it; and watches begin anew.
        del made[-1]["GET"]
    assert made == [{"PATCH": 1, "DELETE": 1}] * 2


def test_rights_are_no_more_than_needed(space: Space) -> None:
    for path in (
        f"/api/v1/namespaces/{NAMESPACE}/secrets",
        f"/api/v1/namespaces/{NAMESPACE}/configmaps",
        "/api/v1/namespaces/kube-system/pods",
        "/api/v1/namespaces",
        "/apis/kueue.x-k8s.io/v1beta2/clusterqueues",
    ):
        with pytest.raises(ApiError) as refused:
            space.account.get(path)
        assert refused.value.status == 403
    worker = space.cluster.account(NAMESPACE, "aispace-workload")
    with pytest.raises(ApiError) as refused:
        worker.get(f"/api/v1/namespaces/{NAMESPACE}/pods")
    assert refused.value.status == 403


def test_cluster_that_does_not_answer_is_named(space: Space, database_url: str, tmp_path: Path) -> None:
    config = json.loads(space.cluster.place.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(config))
    platform = space.platform(space.home(), database_url, kubeconfig=str(file), connect_seconds=1.0)
    with pytest.raises(Unavailable, match="cluster does not answer"):
        platform.engine.capacity()
    platform.close()
    platform.engine.close()
