"""Requests a second to an iris-size ONNX model: our model server straight and through the gateway, and other servers.

Prints one JSON line. All share the cores with the load generator. Every figure is the median of the rounds; in each
round "straight" and "through the gateway" follow one another, and the overhead is the median of the rounds' ratios.
``cpu_us`` is what a request costs in each process, ``others`` the part of the machine that other programs took; where
that is much, requests a second say little, and ``cpu_limit`` says what the cores could do alone: each process has one,
all together have what there are. ``overhead_by_cpu`` compares those.

FastAPI, MLServer and the KServe SDK serve the same file, each in an environment of its own below ``.cache/bench``; one
that cannot be installed or does not answer is named with the reason. Where HAProxy is installed, a bare one with a
token check is measured, too: what the best proxy would cost. Uses wrk where it is installed, else a generator on
asyncio (slower: it takes a core itself).

    python benchmarks/gateway_throughput.py [--seconds 5] [--rounds 3] [--connections 32] [--only gateway,haproxy]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent
ANCHORS = Path(__file__).parent / "anchors"
sys.path.insert(0, str(ROOT / "tests"))

from models_for_tests import IRIS, make  # noqa: E402
from runtime_environment import runtime_python  # noqa: E402

BODY = '{"inputs":[{"name":"X","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}]}'
INFER = "/v2/models/iris/infer"
READY = "/v2/health/ready"
TOKEN = "ais_svc_benchmark"
KEY = "key-of-the-benchmark"
TARGET = 5000.0
CORES = len(os.sched_getaffinity(0))
HEADERS = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}", "X-AISpace-Key": KEY}
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
REQUIREMENTS = {
    "fastapi": ("fastapi==0.165.0", "uvicorn[standard]==0.54.0", "onnxruntime==1.31.1"),
    "mlserver": ("mlserver==1.7.1", "onnxruntime==1.31.1"),
    "kserve": ("kserve==0.21.0", "onnxruntime==1.31.1"),
}
HAPROXY = """
global
    nbthread 1
defaults
    mode http
    timeout connect 2s
    timeout client 75s
    timeout server 60s
    http-reuse aggressive
frontend callers
    bind 127.0.0.1:{port}
    acl known req.hdr(authorization),word(2,' '),sha2(256),hex,lower -m str {digest}
    http-request return status 200 if {{ path /ready }}
    http-request deny deny_status 401 unless known
    http-request replace-path /s/iris(/.*) \\1
    http-request del-header authorization
    default_backend model
backend model
    server one 127.0.0.1:{model}
"""


def free_port() -> int:
    """Find a port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until an address answers 200."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError as error:
            if process.poll() is not None:
                raise RuntimeError(f"it ended with {process.returncode}") from error
            if time.monotonic() > deadline:
                raise RuntimeError(f"it did not answer within {seconds:g} s") from error
        time.sleep(0.05)  # before it listens there is nothing that could tell


def check(url: str) -> None:
    """See that the model answers, and rightly: each server has to do the same work."""
    request = urllib.request.Request(url, BODY.encode(), HEADERS)
    with urllib.request.urlopen(request, timeout=10) as answer:
        outputs = {output["name"]: output["data"] for output in json.load(answer)["outputs"]}
    label, probabilities = outputs["label"][0], outputs["probabilities"]
    if label != 0 or len(probabilities) != 3 or probabilities[0] < 0.9:
        raise RuntimeError(f"it answered {outputs}")


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
    lines = ['wrk.method = "POST"', f"wrk.body = '{BODY}'"]
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in HEADERS.items()]
    script.write_text("\n".join(lines))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    for line in re.findall(r"Socket errors: (.*)", text):
        failed += sum(int(n) for n in re.findall(r"\d+", line))
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
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head = f"POST /{rest} HTTP/1.1\r\nHost: {host}\r\n{lines}Content-Length: {len(BODY)}\r\n\r\n{BODY}".encode()
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


class Bench:
    """Measures addresses in the same way."""

    def __init__(self, connections: int, seconds: int, folder: Path) -> None:
        self.connections = connections
        self.seconds = seconds
        self.folder = folder
        self.wrk = shutil.which("wrk") is not None

    def load(self, url: str, seconds: int) -> dict[str, Any]:
        """Call for so many seconds."""
        if self.wrk:
            return with_wrk(url, self.connections, seconds, self.folder)
        return asyncio.run(with_asyncio(url, self.connections, seconds))

    def measure(self, url: str, processes: dict[str, psutil.Process]) -> dict[str, Any]:
        """Measure one address, and the CPU time that each process spends on a request."""
        self.load(url, 1)
        generator = resource.RUSAGE_CHILDREN if self.wrk else resource.RUSAGE_SELF

        def spent() -> dict[str, float]:
            usage = resource.getrusage(generator)
            times = {name: _cpu(process) for name, process in processes.items()}
            return times | {"generator": usage.ru_utime + usage.ru_stime}

        before, machine = spent(), psutil.cpu_times()
        result = self.load(url, self.seconds)
        after, later = spent(), psutil.cpu_times()
        result["cpu_us"] = {name: round((after[name] - before[name]) / result["requests"] * 1e6, 1) for name in before}
        total, idle = sum(later) - sum(machine), later.idle + later.iowait - machine.idle - machine.iowait
        ours = sum(after.values()) - sum(before.values())
        result["others"] = round(max(0.0, (total - idle - ours) / total), 3)
        return result


def _cpu(process: psutil.Process) -> float:
    return sum(sum(p.cpu_times()[:2]) for p in (process, *process.children(recursive=True)))


def median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the median of the rounds, figure by figure, and the worst of what must not happen."""
    middle: dict[str, Any] = {
        name: round(statistics.median(r[name] for r in rounds), 3)
        for name in ("requests_per_second", "p50_ms", "p99_ms", "others")
    }
    middle["cpu_us"] = {
        name: round(statistics.median(r["cpu_us"][name] for r in rounds), 1) for name in rounds[0]["cpu_us"]
    }
    middle["failed"] = sum(r["failed"] for r in rounds)
    spent = middle["cpu_us"].values()
    middle["cpu_limit"] = round(1e6 * min(1 / max(spent), CORES / sum(spent)))
    return middle


@contextmanager
def running(command: list[str], ready: str, **more: Any) -> Iterator[psutil.Process]:
    """Run a server as long as it is needed."""
    process = subprocess.Popen(command, **{**QUIET, **more})
    try:
        wait(ready, process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def environment_of(name: str) -> Path:
    """Build the environment of another server, or find it again; raises with the reason if that fails."""
    wanted = REQUIREMENTS[name]
    digest = hashlib.sha256(f"{sys.version}{wanted}".encode()).hexdigest()[:12]
    place = ROOT / ".cache" / "bench" / f"{name}-{digest}"
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        finder = ["sh", str(ROOT / "scripts" / "find_uv.sh")]
        uv = subprocess.run(finder, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()
        for step in (
            ["venv", "--quiet", "--python", sys.executable, str(place)],
            ["pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(place), *wanted],
        ):
            done = subprocess.run([uv, *step], capture_output=True, text=True, timeout=600)
            if done.returncode:
                raise RuntimeError(f"it cannot be installed: {done.stderr.strip()[-300:]}")
        (place / "complete").touch()
    return place / "bin"


def other_server(name: str, model: Path, folder: Path) -> tuple[list[str], str, dict[str, Any]]:
    """Give command, address and surroundings of another server."""
    programs, port = environment_of(name), free_port()
    environment = {
        **os.environ, "MODEL": str(model / "model.onnx"), "PORT": str(port), "PYTHONPATH": str(ANCHORS),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    place = folder / name
    place.mkdir()
    if name == "fastapi":
        command = [programs / "uvicorn", "fastapi_iris:app", "--port", port, "--no-access-log"]
    elif name == "mlserver":
        # Its default of one parallel worker costs more and does not start with the present uvloop.
        settings = {
            "debug": False, "host": "127.0.0.1", "http_port": port, "grpc_port": free_port(),
            "metrics_port": free_port(), "parallel_workers": 0,
        }  # fmt: skip
        (place / "settings.json").write_text(json.dumps(settings))
        (place / "model-settings.json").write_text(json.dumps({"name": "iris", "implementation": "mlserver_iris.Iris"}))
        command = [programs / "mlserver", "start", place]
    else:
        command = [programs / "python", ANCHORS / "kserve_iris.py"]
    return [str(part) for part in command], f"http://127.0.0.1:{port}", {"env": environment, "cwd": place}


def measure_other(bench: Bench, name: str, model: Path, rounds: int) -> dict[str, Any]:
    """Measure another server; where that cannot be, say why."""
    try:
        command, url, surroundings = other_server(name, model, bench.folder)
        with running(command, url + READY, **surroundings) as process:
            check(url + INFER)
            return median([bench.measure(url + INFER, {"model": process}) for _ in range(rounds)])
    except (RuntimeError, OSError, subprocess.SubprocessError, KeyError, ValueError) as error:
        return {"not_measured": str(error)}


def write_home(folder: Path, model_port: int) -> None:
    """Write what the gateway finds when `aispace serve` was there before."""
    (folder / "run").mkdir()
    (folder / "secrets").mkdir()
    (folder / "secrets" / "internal_token").write_text("none")
    route = {
        "slug": "iris",
        "service_id": "svc_benchmark",
        "status": "serving",
        "deployments": [{"number": 1, "share": 100, "targets": [{"address": f"127.0.0.1:{model_port}", "key": KEY}]}],
        "tokens": [{"sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), "expires_at": None}],
        "max_body": 10_000_000,
        "timeout_seconds": 60,
        "max_in_flight": 512,
        "requests_per_second": None,
    }
    (folder / "run" / "gateway-routes.json").write_text(json.dumps({"revision": "1", "routes": [route]}))


def measure_ours(bench: Bench, model: Path, python: Path, rounds: int, *, bare_proxy: bool) -> dict[str, Any]:
    """Measure our server straight, through the gateway, and through a bare HAProxy."""
    folder = bench.folder
    model_port, gateway_port, proxy_port = free_port(), free_port(), free_port()
    write_home(folder, model_port)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "runtime"), "AISPACE_SERVING_KEY": KEY}
    serve = ["-m", "aispace_runtime.inference", "--model", str(model), "--name", "iris", "--port", str(model_port)]
    carry = ["-m", "aispace_server.gateway", "--home", str(folder), "--port", str(gateway_port)]
    straight, through = f"http://127.0.0.1:{model_port}", f"http://127.0.0.1:{gateway_port}"
    taken: dict[str, list[dict[str, Any]]] = {"direct": [], "gateway": []}
    with (
        running([str(python), *serve], straight + READY, env=environment) as server,
        running([sys.executable, *carry], through + "/readyz") as gateway,
    ):
        for url in (straight + INFER, through + "/s/iris" + INFER):
            check(url)
        for _ in range(rounds):
            taken["direct"].append(bench.measure(straight + INFER, {"model": server}))
            taken["gateway"].append(bench.measure(through + "/s/iris" + INFER, {"model": server, "gateway": gateway}))
        if bare_proxy:
            taken["haproxy"] = []
            digest = hashlib.sha256(TOKEN.encode()).hexdigest()
            (folder / "haproxy.cfg").write_text(HAPROXY.format(port=proxy_port, digest=digest, model=model_port))
            proxied = f"http://127.0.0.1:{proxy_port}"
            with running(["haproxy", "-db", "-f", str(folder / "haproxy.cfg")], f"{proxied}/ready") as proxy:
                url = f"{proxied}/s/iris{INFER}"
                check(url)
                for _ in range(rounds):
                    taken["haproxy"].append(bench.measure(url, {"model": server, "haproxy": proxy}))
    ratios = [
        t["requests_per_second"] / d["requests_per_second"] for d, t in zip(*list(taken.values())[:2], strict=True)
    ]
    medians: dict[str, Any] = {name: median(measured) for name, measured in taken.items()}
    return medians | {
        "overhead": round(1 - statistics.median(ratios), 3),
        "overhead_by_cpu": round(1 - medians["gateway"]["cpu_limit"] / medians["direct"]["cpu_limit"], 3),
        "rounds": [
            {name: measured[n]["requests_per_second"] for name, measured in taken.items()} for n in range(rounds)
        ],
    }


def main() -> None:
    """Start the servers, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", default="haproxy,fastapi,mlserver,kserve", help="what is measured beside ours")
    options = parser.parse_args()
    beside = options.only.split(",")
    python = runtime_python()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(options.connections, options.seconds, Path(name))
        model = make(python, IRIS, Path(name) / "iris")
        bare_proxy = "haproxy" in beside and shutil.which("haproxy") is not None
        ours = measure_ours(bench, model, python, options.rounds, bare_proxy=bare_proxy)
        others = {name: measure_other(bench, name, model, options.rounds) for name in REQUIREMENTS if name in beside}
    figure = ours["gateway"]["requests_per_second"]
    line = {
        "row": "gateway_throughput",
        "figure": figure,
        "unit": "requests/s",
        "target": TARGET,
        "ratio": round(figure / TARGET, 3),
        "p99_ms": ours["gateway"]["p99_ms"],
        "connections": options.connections,
        "generator": "wrk" if bench.wrk else "asyncio",
        "cores": CORES,
        "load": round(os.getloadavg()[0], 2),
        **ours,
        "anchors": others,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
