"""Requests a second against an iris-size ONNX model: straight to the model server and through the gateway.

Prints one JSON line. ``cpu_us`` is what a request costs in each process; on two cores the load generator, the gateway
and the model server share them, so the process with the greatest cost is the limit. Uses wrk where it is installed,
else a generator on asyncio (slower: it takes a core itself).

    python benchmarks/gateway_throughput.py [--seconds 5] [--connections 32]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from models_for_tests import IRIS, make  # noqa: E402
from runtime_environment import runtime_python  # noqa: E402

BODY = '{"inputs":[{"name":"X","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}]}'
TOKEN = "ais_svc_benchmark"
TARGET = 5000.0
LUA = """
wrk.method = "POST"
wrk.body = '{body}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
"""


def free_port() -> int:
    """Find a port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait(url: str) -> None:
    """Wait until an address answers 200."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def found(pattern: str, text: str) -> str:
    """Give what the group of a pattern holds; a text without it is not what was measured for."""
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"no {pattern!r} in {text!r}")
    return match.group(1)


def milliseconds(text: str) -> float:
    """Read a time as wrk writes it."""
    unit = found(r"(us|ms|s)$", text)
    return round(float(text.removesuffix(unit)) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit], 3)


def with_wrk(url: str, connections: int, seconds: int, folder: Path) -> dict[str, Any]:
    """Measure with wrk."""
    script = folder / "post.lua"
    script.write_text(LUA.format(body=BODY, token=TOKEN))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    return {
        "requests_per_second": float(found(r"Requests/sec:\s+([\d.]+)", text)),
        "requests": int(found(r"(\d+) requests in", text)),
        "p50_ms": milliseconds(found(r"(?m)^\s+50%\s+(\S+)", text)),
        "p99_ms": milliseconds(found(r"(?m)^\s+99%\s+(\S+)", text)),
        "failed": failed,
    }


async def with_asyncio(url: str, connections: int, seconds: int) -> dict[str, Any]:
    """Measure with plain asyncio streams."""
    host, _, rest = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    head = (
        f"POST /{rest} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}"
    ).encode()
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(name, int(port))
        while (begin := time.perf_counter()) < end:
            writer.write(head)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(found(r"(?i)content-length: (\d+)", answer.decode("latin-1")))
            await reader.readexactly(length)
            failed += not answer.startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - begin)
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    spent = time.perf_counter() - begin
    times.sort()
    return {
        "requests_per_second": round(len(times) / spent, 1),
        "requests": len(times),
        "p50_ms": round(statistics.median(times) * 1000, 3),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 3),
        "failed": failed,
    }


def measure(
    url: str, connections: int, seconds: int, folder: Path, processes: dict[str, psutil.Process]
) -> dict[str, Any]:
    """Measure one address, and the CPU time that each process spends on a request."""
    run = (lambda s: with_wrk(url, connections, s, folder)) if shutil.which("wrk") else None
    if run is None:
        run = lambda s: asyncio.run(with_asyncio(url, connections, s))  # noqa: E731
    run(1)
    before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
    result = run(seconds)
    result["cpu_us"] = {
        name: round((sum(process.cpu_times()[:2]) - before[name]) / result["requests"] * 1e6, 1)
        for name, process in processes.items()
    }
    return result


def main() -> None:
    """Start model server and gateway, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    python = runtime_python()
    started: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = make(python, IRIS, folder / "iris")
        server_port, gateway_port = free_port(), free_port()
        (folder / "run").mkdir()
        (folder / "secrets").mkdir()
        (folder / "secrets" / "internal_token").write_text("none")
        route = {
            "slug": "iris",
            "service_id": "svc_benchmark",
            "status": "serving",
            "deployments": [{"number": 1, "share": 100, "targets": [{"address": f"127.0.0.1:{server_port}"}]}],
            "tokens": [{"sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), "expires_at": None}],
            "max_body": 10_000_000,
            "timeout_seconds": 60,
            "max_in_flight": 512,
            "requests_per_second": None,
        }
        (folder / "run" / "gateway-routes.json").write_text(json.dumps({"revision": "1", "routes": [route]}))
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "runtime")}
        serve = ["-m", "aispace_runtime.inference", "--model", str(model), "--name", "iris", "--port", str(server_port)]
        carry = ["-m", "aispace_server.gateway", "--home", str(folder), "--port", str(gateway_port)]
        try:
            quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            started.append(subprocess.Popen([str(python), *serve], env=environment, **quiet))
            started.append(subprocess.Popen([sys.executable, *carry], **quiet))
            wait(f"http://127.0.0.1:{server_port}/v2/health/ready")
            wait(f"http://127.0.0.1:{gateway_port}/readyz")
            processes = {"model": psutil.Process(started[0].pid), "gateway": psutil.Process(started[1].pid)}
            path = "/v2/models/iris/infer"
            sizes = (options.connections, options.seconds, folder, processes)
            direct = measure(f"http://127.0.0.1:{server_port}{path}", *sizes)
            through = measure(f"http://127.0.0.1:{gateway_port}/s/iris{path}", *sizes)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(30)
    figure = through["requests_per_second"]
    print(
        json.dumps(
            {
                "row": "gateway_throughput",
                "figure": figure,
                "unit": "requests/s",
                "target": TARGET,
                "ratio": round(figure / TARGET, 3),
                "overhead": round(1 - figure / direct["requests_per_second"], 3),
                "connections": options.connections,
                "generator": "wrk" if shutil.which("wrk") else "asyncio",
                "cores": len(os.sched_getaffinity(0)),
                "direct": direct,
                "gateway": through,
            }
        )
    )


if __name__ == "__main__":
    main()
