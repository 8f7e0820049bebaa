"""Child processes: kept alive, never doubled, never orphaned."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from aispace_hub import processes
from aispace_hub.processes import Child

SLEEP = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(600)"]


async def until(condition: Callable[[], bool], limit: float = 10.0) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def make(tmp_path: Path) -> AsyncIterator[Callable[..., Child]]:
    made: list[Child] = []

    async def yes() -> bool:
        return True

    def one(command: list[str], name: str = "thing", **options: object) -> Child:
        child = Child(name, command, dict(os.environ), run=tmp_path, logs=tmp_path, ready=yes, **options)  # type: ignore[arg-type]
        made.append(child)
        return child

    yield one
    for child in made:
        await child.stop(grace=2)


def pid_of(child: Child) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(json.loads(child.pid_file.read_text())["pid"])
    return 0


@pytest.mark.asyncio
async def test_killed_process_is_back_within_a_second(make: Callable[..., Child]) -> None:
    told = asyncio.Event()

    async def tell() -> None:
        told.set()

    child = make(SLEEP, on_restart=tell)
    await child.start()
    child.watch()
    first = pid_of(child)
    began = time.monotonic()
    os.kill(first, signal.SIGKILL)
    await until(lambda: pid_of(child) not in {0, first})
    assert time.monotonic() - began < 1.0
    await asyncio.wait_for(told.wait(), 5)


@pytest.mark.asyncio
async def test_crash_loop_slows_down_and_is_said(
    make: Callable[..., Child], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "BACK_OFF", (0.01, 0.02, 0.03, 60.0))
    child = make([sys.executable, "-c", "import sys; sys.exit(3)"])
    await child.start()
    child.watch()
    await until(lambda: "4 times in a row: next start in 60 s" in caplog.text)
    assert "ended with code 3" in caplog.text
    assert str(child.log_file) in caplog.text
    assert child.restarts == 3


@pytest.mark.asyncio
async def test_stopped_process_is_not_started_again(make: Callable[..., Child]) -> None:
    child = make(SLEEP)
    await child.start()
    child.watch()
    pid = pid_of(child)
    await child.stop()
    assert not psutil.pid_exists(pid)
    assert not child.pid_file.exists()
    assert child.restarts == 0


@pytest.mark.asyncio
async def test_process_that_ignores_the_request_is_killed(make: Callable[..., Child]) -> None:
    child = make(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
        ]
    )
    await child.start()
    child.watch()
    await until(lambda: "up" in child.tail())
    await child.stop(grace=0.2)
    assert child.returncode == -signal.SIGKILL


@pytest.mark.asyncio
async def test_killed_process_is_back_also_when_its_children_hold_its_output(make: Callable[..., Child]) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print('child', child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    child = make([sys.executable, "-c", code])
    await child.start()
    child.watch()
    await until(lambda: any("child" in line for line in child.tail()))
    orphan = int(child.tail()[-1].split()[1])
    first = pid_of(child)
    try:
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid_of(child) not in {0, first}, 2)
        await until(lambda: any("child" in line for line in child.tail()))
        second = int(child.tail()[-1].split()[1])
        os.kill(second, signal.SIGKILL)
    finally:
        os.kill(orphan, signal.SIGKILL)


@pytest.mark.asyncio
async def test_log_is_kept_below_its_limit(make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 10_000)
    monkeypatch.setattr(processes, "ROTATE_EVERY", 0.02)
    code = "import time\nwhile True:\n    print('x' * 100, flush=True)\n    time.sleep(0.0005)"
    child = make([sys.executable, "-c", code])
    await child.start()
    child.watch()
    await until(lambda: child.log_file.with_suffix(".log.3").exists(), 60)
    await until(lambda: child.log_file.stat().st_size < 10_000)
    copies = sorted(child.log_file.parent.glob("thing.log.*"))
    assert [copy.name for copy in copies] == ["thing.log.1", "thing.log.2", "thing.log.3"]


@pytest.mark.asyncio
async def test_output_goes_to_the_log(make: Callable[..., Child]) -> None:
    child = make(
        [
            sys.executable,
            "-c",
            "print('größe 尺寸'); print('x' * 3_000_000); print('after', flush=True); import time; time.sleep(60)",
        ]
    )
    await child.start()
    child.watch()
    await until(lambda: "after" in child.tail())
    text = child.log_file.read_text()
    assert "größe 尺寸" in text
    assert "after" in text


@pytest.mark.asyncio
async def test_leftover_of_an_earlier_supervisor_is_ended_first(make: Callable[..., Child]) -> None:
    leftover = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL)
    child = make(SLEEP)
    started = psutil.Process(leftover.pid).create_time()
    child.pid_file.write_text(json.dumps({"pid": leftover.pid, "started": started}))
    await child.start()
    child.watch()
    assert leftover.poll() is not None
    assert pid_of(child) != leftover.pid


@pytest.mark.asyncio
async def test_stranger_with_a_reused_pid_is_left_alone(make: Callable[..., Child]) -> None:
    stranger = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL)
    try:
        child = make(SLEEP)
        child.pid_file.write_text(json.dumps({"pid": stranger.pid, "started": 12345.0}))
        await child.start()
        child.watch()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, sys
from pathlib import Path
from aispace_hub.processes import Child
async def yes(): return True
async def main():
    place = Path({str(tmp_path)!r})
    child = Child("thing", {SLEEP!r}, dict(os.environ), run=place, logs=place, ready=yes)
    await child.start()
    child.watch()
    print(child._process.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    process = psutil.Process(pid)
    supervisor.kill()
    supervisor.wait()
    _, alive = psutil.wait_procs([process], timeout=5)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
