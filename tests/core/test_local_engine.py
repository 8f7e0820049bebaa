"""Engines with real processes. What every engine must do is asked of each in `ENGINES`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aispace.engines.base import AttemptPlan, AttemptState, Engine, Key, MountPoint
from aispace.engines.local import cgroup, processes
from aispace.engines.local.engine import LocalEngine
from aispace.ids import new_id
from aispace.platform import Platform
from conditions import until
from traitlets.config import Config

ROOT = os.geteuid() == 0
MIB = 1 << 20


@pytest.fixture
def home() -> Iterator[Path]:
    # Not pytest's own: users' processes must be able to get in.
    with tempfile.TemporaryDirectory(prefix="aispace-engine-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def make_local(home: Path, database_url: str, **traits: Any) -> Platform:
    config = Config({"LocalEngine": {"sample_seconds": 0.2, "memory_seconds": 0.05, **traits}})
    return Platform(config=config, home=str(home), database_url=database_url)


ENGINES = {"local": make_local}


class Bench:
    """An engine and attempts on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.news = threading.Event()
        engine.start(self.news.set)
        self.keys: list[Key] = []

    def start(self, *command: str, key: Key | None = None, **fields: Any) -> Key:
        key = key or Key(new_id("wl"), 1)
        self.keys.append(key)
        self.engine.ensure([AttemptPlan(key, "batch", "test", command, **fields)])
        return key

    def shell(self, script: str, **fields: Any) -> Key:
        return self.start("/bin/sh", "-c", script, **fields)

    def look(self, key: Key) -> AttemptState:
        return self.engine.look([key])[key]

    def running(self, key: Key) -> AttemptState:
        return until(lambda: (state := self.look(key)).phase == "running" and state)  # type: ignore[return-value]

    def ended(self, key: Key, seconds: float = 20) -> AttemptState:
        return until(lambda: (state := self.look(key)).phase == "ended" and state, seconds)  # type: ignore[return-value]

    def log(self, key: Key) -> str:
        return (self.engine.directory(key) / "log").read_text()

    def printed(self, key: Key) -> str:
        """First line of the log."""
        return until(lambda: "\n" in self.log_or_empty(key) and self.log(key).splitlines()[0])  # type: ignore[return-value]

    def log_or_empty(self, key: Key) -> str:
        try:
            return self.log(key)
        except FileNotFoundError:
            return ""

    def close(self) -> None:
        for key in self.keys:
            if self.look(key).phase in ("starting", "running"):
                self.engine.stop(key, 0)
                self.ended(key)
        self.engine.close()


@pytest.fixture(params=sorted(ENGINES))
def make(request: pytest.FixtureRequest, home: Path, database_url: str) -> Iterator[Callable[..., Bench]]:
    made: list[tuple[Bench, Platform]] = []

    def start(**traits: Any) -> Bench:
        platform = ENGINES[request.param](home, database_url, **traits)
        bench = Bench(platform.engine)
        made.append((bench, platform))
        return bench

    yield start
    for bench, platform in made:
        bench.close()
        platform.close()


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()


def alive(pid: int) -> bool:
    return processes.start_time(pid) is not None


# What every engine does


@pytest.mark.parametrize("code", [0, 3, 255])
def test_exit_code_and_log_of_both_streams(bench: Bench, code: int) -> None:
    key = bench.shell(f"echo to stdout; echo to stderr >&2; exit {code}")
    state = bench.ended(key)
    assert (state.exit_code, state.reason) == (code, None)
    assert sorted(bench.log(key).splitlines()) == ["to stderr", "to stdout"]
    assert state.started_at is not None
    assert state.ended_at is not None
    assert state.started_at <= state.ended_at


def test_signal_that_ended_it_is_told(bench: Bench) -> None:
    assert bench.ended(bench.shell("kill -SEGV $$")).exit_code == -signal.SIGSEGV


def test_unknown_command_tells_what_is_missing(bench: Bench) -> None:
    state = bench.ended(bench.start("no-such-program-here"))
    assert state.reason == "start_failed"
    assert "no-such-program-here" in state.params["error"]


def test_absent_until_ensured(bench: Bench) -> None:
    assert bench.look(Key(new_id("wl"), 1)).phase == "absent"


def test_ensure_again_runs_once(bench: Bench) -> None:
    key = Key(new_id("wl"), 1)
    for _ in range(5):
        bench.shell("echo once; sleep 0.3", key=key)
    bench.ended(key)
    bench.shell("echo once", key=key)
    time.sleep(0.3)
    assert bench.log(key) == "once\n"


def test_news_come_without_asking(bench: Bench) -> None:
    key = bench.shell("exit 0")
    assert bench.news.wait(10)
    until(lambda: bench.engine.look([key], changed_only=True).get(key, bench.look(key)).phase == "ended")


def test_placeholders_mounts_ports_and_launch_contract(bench: Bench, home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "x").write_text("content\n")
    program = (
        "import json,os,sys;"
        "env={k:v for k,v in os.environ.items() if k.startswith('AISPACE_')};"
        "print(json.dumps([sys.argv[1:], env, os.getcwd()]));"
        "import aispace_runtime; aispace_runtime.log(1, loss=0.5)"
    )
    key = bench.start(
        sys.executable, "-c", program, "{port:http}", "{mount:data}/x", "{out}", "{model}", "{unknown} {braces}",
        mounts=(MountPoint(home / "data", "data"),), ports=("http",), seed=7, env={"AISPACE_DATA": "{mount:data}"},
    )  # fmt: skip
    state = bench.ended(key)
    arguments, env, cwd = json.loads(bench.log(key))
    folder = str(bench.engine.directory(key))
    assert arguments == [
        str(state.ports["http"][1]), f"{home}/data/x", f"{folder}/out", f"{folder}/model", "{unknown} {braces}",
    ]  # fmt: skip
    assert cwd == folder
    assert env["AISPACE_WORKLOAD_ID"] == key.workload_id
    assert (env["AISPACE_ATTEMPT"], env["AISPACE_SEED"], env["AISPACE_NUM_NODES"]) == ("1", "7", "1")
    assert (env["AISPACE_OUT"], env["AISPACE_MODEL_OUT"]) == (f"{folder}/out", f"{folder}/model")
    assert env["AISPACE_DATA"] == f"{home}/data"
    assert json.loads(Path(env["AISPACE_METRICS"]).read_text())["values"] == {"loss": 0.5}


def test_port_is_free_and_its_address_known_while_it_runs(bench: Bench) -> None:
    program = (
        "import socket,sys; s=socket.create_server(('127.0.0.1', int(sys.argv[1]))); print('up');"
        "c,_=s.accept(); c.sendall(b'hello')"
    )
    key = bench.start(sys.executable, "-c", program, "{port:http}", ports=("http",))
    other = bench.start("sleep", "30", ports=("http",))
    bench.running(other)
    assert bench.printed(key) == "up"
    address = bench.engine.address(key, "http")
    assert address is not None
    assert address != bench.engine.address(other, "http")
    with socket.create_connection(address, timeout=5) as connection:
        assert connection.recv(10) == b"hello"
    bench.ended(key)
    assert bench.engine.address(key, "http") is None


def test_platform_environment_is_not_inherited(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISPACE_SECRET_KEY", "hidden")
    monkeypatch.setenv("ANYTHING_ELSE", "hidden")
    key = bench.start("env")
    bench.ended(key)
    assert "hidden" not in bench.log(key)


def test_secrets_reach_the_process_and_no_file(bench: Bench, home: Path) -> None:
    key = bench.shell("echo ${#TOKEN}", secret_env={"TOKEN": "very-s3cret"})
    bench.ended(key)
    assert bench.log(key) == "11\n"
    for path in home.rglob("*"):
        if path.is_file():
            assert b"very-s3cret" not in path.read_bytes(), path


def test_stop_lets_it_end_by_itself(bench: Bench) -> None:
    key = bench.shell("trap 'echo saving; exit 4' TERM; echo ready; while :; do sleep 0.05; done")
    assert bench.printed(key) == "ready"
    bench.engine.stop(key, 10)
    state = bench.ended(key)
    assert (state.reason, state.exit_code) == ("stopped", 4)
    assert "saving" in bench.log(key)


def test_stop_kills_after_the_grace_with_all_that_it_started(bench: Bench) -> None:
    # A grandchild in a session of its own, its parent gone, deaf to SIGTERM.
    key = bench.shell(
        "trap '' TERM; setsid sh -c 'trap \"\" TERM; (sleep 300 & echo $! >pids; echo $$ >>pids; wait)' & "
        "echo ready; while :; do sleep 0.05; done"
    )
    assert bench.printed(key) == "ready"
    pids = until(lambda: _numbers(bench.engine.directory(key) / "pids", 2))
    started = time.monotonic()
    bench.engine.stop(key, 0.5)
    state = bench.ended(key)
    assert time.monotonic() - started >= 0.5
    assert (state.reason, state.exit_code) == ("stopped", -signal.SIGKILL)
    assert not any(map(alive, pids))


def _numbers(path: Path, count: int) -> list[int]:
    try:
        found = [int(line) for line in path.read_text().split()]
    except FileNotFoundError:
        return []
    return found if len(found) == count else []


def test_nothing_is_left_running_when_it_ends_by_itself(bench: Bench) -> None:
    key = bench.shell("setsid sleep 300 & echo $! >pids; exit 0")
    assert bench.ended(key).exit_code == 0
    assert not alive(_numbers(bench.engine.directory(key) / "pids", 1)[0])


def test_stop_before_it_was_claimed_is_kept(bench: Bench) -> None:
    key = Key(new_id("wl"), 1)
    bench.engine.stop(key, 0)
    bench.shell("echo ran; sleep 30", key=key)
    assert bench.ended(key).reason == "stopped"
    assert bench.log_or_empty(key) == ""


def test_time_limit(bench: Bench) -> None:
    state = bench.ended(bench.shell("sleep 30", time_limit_seconds=0.3, stop_grace_seconds=1))
    assert (state.reason, state.params) == ("time_limit", {"seconds": 0.3})


def test_memory_limit_counts_the_whole_tree(bench: Bench) -> None:
    program = (
        "import os,time;pid=os.fork();data=bytearray(60*2**20); data[::4096]=b'x'*len(data[::4096]);time.sleep(20)"
    )
    key = bench.start(sys.executable, "-c", program, memory_bytes=100 * MIB)
    state = bench.ended(key)
    assert state.reason == "memory_limit"
    assert state.params["limit"] == 100 * MIB
    assert state.params["used"] >= 100 * MIB


def test_within_the_memory_limit_lives(bench: Bench) -> None:
    program = "data=bytearray(60*2**20); data[::4096]=b'x'*len(data[::4096]); import time; time.sleep(0.5)"
    assert bench.ended(bench.start(sys.executable, "-c", program, memory_bytes=100 * MIB)).exit_code == 0


def test_log_limit(make: Callable[..., Bench]) -> None:
    bench = make(log_limit_bytes=MIB)
    state = bench.ended(bench.start("yes"))
    assert (state.reason, state.params) == ("log_limit", {"limit": MIB})


def test_usage_is_sampled(bench: Bench) -> None:
    program = "import time; e=time.time()+1.2; data=bytearray(30*2**20)\nwhile time.time()<e: pass"
    key = bench.start(sys.executable, "-c", program)
    bench.ended(key)
    samples = bench.engine.metrics(key)
    assert len(samples) >= 4
    assert max(sample.cpu for sample in samples) > 0.3
    assert max(sample.memory_bytes for sample in samples) > 30 * MIB
    assert [s.time for s in samples] == sorted(s.time for s in samples)


def test_accelerators_are_handed_out_by_index_and_given_back(make: Callable[..., Bench]) -> None:
    bench = make(accelerators={"nvidia.com/gpu": {"product": "Test", "count": 3}}, find_accelerators=False)
    assert bench.engine.capacity().accelerators["nvidia.com/gpu"].count == 3
    card = {"accelerator": "nvidia.com/gpu"}
    first = bench.shell("echo $CUDA_VISIBLE_DEVICES; sleep 30", accelerator_count=2, **card)
    second = bench.shell("echo $CUDA_VISIBLE_DEVICES; sleep 30", accelerator_count=1, **card)
    none = bench.shell('echo "[$CUDA_VISIBLE_DEVICES]"')
    assert (bench.printed(first), bench.printed(second), bench.printed(none)) == ("0,1", "2", "[]")
    assert bench.running(first).accelerators == (0, 1)
    bench.engine.stop(first, 0)
    bench.ended(first)
    third = bench.shell("echo $NVIDIA_VISIBLE_DEVICES", accelerator_count=2, **card)
    assert bench.printed(third) == "0,1"


def test_one_that_cannot_be_given_what_it_needs_does_not_hold_up_the_others(make: Callable[..., Bench]) -> None:
    bench = make(accelerators={"nvidia.com/gpu": {"product": "Test", "count": 1}}, find_accelerators=False)
    greedy, modest = Key(new_id("wl"), 1), Key(new_id("wl"), 1)
    bench.keys += [greedy, modest]
    bench.engine.ensure(
        [
            AttemptPlan(greedy, "batch", "x", ("true",), accelerator="nvidia.com/gpu", accelerator_count=2),
            AttemptPlan(modest, "batch", "x", ("true",)),
        ]
    )
    assert bench.ended(greedy).reason == "start_failed"
    assert bench.ended(modest).exit_code == 0


def test_nvidia_cards_are_found_and_sampled_by_their_tool(
    make: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        "#!/bin/sh\n"
        'case "$*" in *query-gpu=name*) echo "NVIDIA H200"; echo "NVIDIA H200";; '
        '*id=1*) echo "1, 87, 1024";; *) echo "0, 3, [N/A]";; esac\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    bench = make()
    card = bench.engine.capacity().accelerators["nvidia.com/gpu"]
    assert (card.product, card.count) == ("H200", 2)
    wanted = {"accelerator": "nvidia.com/gpu", "accelerator_count": 1}
    first, second = bench.start("sleep", "1.5", **wanted), bench.start("sleep", "1.5", **wanted)
    bench.ended(first)
    bench.ended(second)
    assert bench.engine.metrics(second)[-1].accelerators == {1: (87.0, 1024 * MIB)}
    assert bench.engine.metrics(first)[-1].accelerators == {0: (3.0, None)}


def test_attempts_do_not_hold_the_output_of_the_platform(bench: Bench) -> None:
    key = bench.start("sleep", "30")
    bench.running(key)
    state = supervisor_of(bench, key)
    ours = {os.readlink(f"/proc/self/fd/{number}") for number in (1, 2)}
    for pid in (state["supervisor"]["pid"], state["main"]["pid"]):
        assert not ours & {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()}


def test_forget_deletes_everything(bench: Bench) -> None:
    key = bench.shell("echo x > out/file")
    bench.ended(key)
    bench.engine.forget(key.workload_id)
    assert not bench.engine.directory(key).exists()


@pytest.mark.skipif(not ROOT, reason="needs root to change users")
def test_runs_as_the_users_uid_in_a_folder_that_others_cannot_read(bench: Bench) -> None:
    key = bench.shell(
        "id -u; id -G; echo result > out/file; echo more > file; rm -f state.json exit.json; echo '{}' > exit.json; "
        "mv exit.json state.json; sleep 0.3; exit 0",
        uid=23456,
    )
    state = bench.ended(key)
    folder = bench.engine.directory(key)
    assert bench.log(key).splitlines()[:2] == ["23456", "23456"]
    assert (folder / "out" / "file").stat().st_uid == 23456
    assert (state.exit_code, state.reason) == (0, None)
    for name in ("state.json", "exit.json", "log"):
        assert (folder / name).stat().st_uid == 0
    probe = subprocess.run(["cat", str(folder / "log")], user=23457, group=23457, extra_groups=[], capture_output=True)
    assert probe.returncode != 0


@pytest.mark.skipif(not ROOT, reason="needs root to change users")
def test_forged_end_does_not_count(bench: Bench) -> None:
    key = bench.shell(
        """echo '{"exit_code":0,"reason":null,"params":{},"ended_at":1}' > exit.json; echo ready; sleep 1; exit 9""",
        uid=23456,
    )
    assert bench.printed(key) == "ready"
    assert bench.look(key).phase == "running"
    assert bench.ended(key).exit_code == 9


# What is particular to this one


def supervisor_of(bench: Bench, key: Key) -> dict[str, Any]:
    return json.loads((bench.engine.directory(key) / "state.json").read_text())


def test_killed_supervisor_takes_everything_with_it_and_the_attempt_is_lost(bench: Bench) -> None:
    key = bench.shell("setsid sleep 300 & echo $! >pids; sleep 300 & echo $! >>pids; echo ready; wait")
    assert bench.printed(key) == "ready"
    pids = until(lambda: _numbers(bench.engine.directory(key) / "pids", 2))
    state = supervisor_of(bench, key)
    os.kill(state["supervisor"]["pid"], signal.SIGKILL)
    found = until(lambda: (seen := bench.look(key)).phase == "ended" and seen)
    assert found.reason == "supervisor_lost"
    assert not any(map(alive, [*pids, state["main"]["pid"]]))
    assert bench.look(key) == found


def test_number_of_a_dead_supervisor_used_by_another_process_is_left_alone(bench: Bench) -> None:
    key = bench.shell("sleep 300")
    bench.running(key)
    state = supervisor_of(bench, key)
    os.kill(state["supervisor"]["pid"], signal.SIGKILL)
    bystander = subprocess.Popen(["sleep", "300"])
    try:
        # As if the number had gone to somebody else. Who started within the same tick of the clock (10 ms) would be
        # the same process to the engine, which never happens outside a test: the numbers have to go round first.
        state["supervisor"].update(pid=bystander.pid, started=state["supervisor"]["started"] - 1)
        state["main"]["pid"] = bystander.pid
        (bench.engine.directory(key) / "state.json").write_text(json.dumps(state))
        assert bench.ended(key).reason == "supervisor_lost"
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_state_of_another_boot_is_lost_and_nothing_is_killed(bench: Bench) -> None:
    key = bench.shell("sleep 30")
    bench.running(key)
    state = supervisor_of(bench, key)
    path = bench.engine.directory(key) / "state.json"
    path.write_text(json.dumps({**state, "supervisor": {**state["supervisor"], "boot": "another"}}))
    assert bench.look(key).reason == "supervisor_lost"
    assert alive(state["main"]["pid"])
    os.kill(state["main"]["pid"], signal.SIGKILL)
    until(lambda: not alive(state["supervisor"]["pid"]))


def test_killed_zygote_is_replaced(bench: Bench) -> None:
    engine = bench.engine
    assert isinstance(engine, LocalEngine)
    running = bench.shell("sleep 0.5; echo done")
    bench.running(running)
    assert engine._zygote is not None
    os.kill(engine._zygote[0].pid, signal.SIGKILL)
    key = bench.shell("echo once; exit 0")

    def ended() -> bool:
        # What the dead one had taken is absent, and is ensured again.
        phase = bench.look(key).phase
        if phase == "absent":
            bench.shell("echo once; exit 0", key=key)
        return phase == "ended"

    until(ended)
    assert bench.log(key) == "once\n"
    assert bench.ended(running).exit_code == 0


def test_attempts_outlive_the_engine_and_are_found_again(make: Callable[..., Bench]) -> None:
    first = make(accelerators={"nvidia.com/gpu": {"product": "Test", "count": 2}}, find_accelerators=False)
    key = first.shell("echo ready; sleep 1; exit 5", accelerator="nvidia.com/gpu", accelerator_count=1, ports=("http",))
    first.printed(key)
    address = first.engine.address(key, "http")
    first.engine.close()
    second = make(accelerators={"nvidia.com/gpu": {"product": "Test", "count": 2}}, find_accelerators=False)
    assert second.look(key).phase == "running"
    assert second.engine.address(key, "http") == address
    other = second.shell("echo $CUDA_VISIBLE_DEVICES", accelerator="nvidia.com/gpu", accelerator_count=1)
    assert second.printed(other) == "1"
    assert second.ended(key).exit_code == 5


def test_second_engine_on_the_same_home_is_refused(bench: Bench, home: Path, database_url: str) -> None:
    from aispace.errors import Unavailable

    other = make_local(home, database_url)
    with pytest.raises(Unavailable):
        other.engine.start(lambda: None)
    other.close()


def test_control_group_kills_what_hid_itself(make: Callable[..., Bench]) -> None:
    found = cgroup.find("aispace-test")
    if found is None:
        pytest.skip("control groups cannot be made here")
    cgroup.remove(str(found.folder))
    bench = make(use_cgroups="always")
    # Another session, another environment: neither tree nor marks lead there once the supervisor is gone.
    key = bench.shell("env -i setsid /bin/sh -c 'echo $$ >pids; sleep 300' & echo ready; sleep 300")
    assert bench.printed(key) == "ready"
    pid = until(lambda: _numbers(bench.engine.directory(key) / "pids", 1))[0]
    state = supervisor_of(bench, key)
    assert pid in cgroup.members(state["cgroup"])
    os.kill(state["supervisor"]["pid"], signal.SIGKILL)
    assert bench.ended(key).reason == "supervisor_lost"
    until(lambda: not alive(pid))
    assert not os.path.exists(state["cgroup"])
