"""A home of the laptop size for tests: a clean environment, JupyterLabs, and the end of all that runs from it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
from aispace.client import AISpaceClient
from conditions import until

JUPYTER_TOKEN = "token-of-jupyter"
JOB = """\
import os, pathlib, time
print("begun", flush=True)
gate = pathlib.Path(os.environ["GATE"])
while not gate.exists():
    time.sleep(0.02)
print("done", flush=True)
"""


def environment(home: Path, user_home: Path, **more: str) -> dict[str, str]:
    """Give the environment of a user whose platform lies in ``home``."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_", "AISPACE_"))}
    folders = {f"JUPYTER_{name}_DIR": str(user_home / ".jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    return {**clean, **folders, "HOME": str(user_home), "AISPACE_HOME": str(home), **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class JupyterLab:
    """A running ``jupyter lab``."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port
        self.url = f"http://127.0.0.1:{port}/lab-base"

    def client(self, token: str | None = JUPYTER_TOKEN) -> httpx.Client:
        headers = {"Authorization": f"token {token}"} if token else {}
        return httpx.Client(base_url=f"{self.url}/aispace/api/v1", headers=headers, timeout=60, trust_env=False)

    def close(self) -> None:
        """End it as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(30)


@contextlib.contextmanager
def jupyter_lab(env: dict[str, str], root: Path, python: str = sys.executable, *options: str) -> Iterator[JupyterLab]:
    """Start ``jupyter lab`` and wait until it answers."""
    port = free_port()
    command = [
        python, "-m", "jupyter", "lab", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root",
        f"--IdentityProvider.token={JUPYTER_TOKEN}", "--ServerApp.base_url=/lab-base/", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}", *options,
    ]  # fmt: skip
    log_path = root / f"jupyter-{port}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=root)

    def up() -> bool:
        assert process.poll() is None, log_path.read_text()
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/lab-base/api", trust_env=False).status_code == 200
        return False

    try:
        until(up, 60)
        yield JupyterLab(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def submit(client: AISpaceClient, folder: Path, name: str, gate: Path) -> Any:
    """Submit a job that runs until the file ``gate`` exists; its runtime is a plain Python."""
    images = [image for image in client.images.list(q="plain") if image.name == "plain"]
    image = images[0] if images else client.images.create("plain", "# nothing but Python\n", ["training"])
    image = client.images.wait(image.id, timeout=120)
    code = folder / "code"
    code.mkdir(exist_ok=True)
    (code / "main.py").write_text(JOB)
    algorithms = [one for one in client.algorithms.list(q="waits") if one.name == "waits"]
    algorithm = algorithms[0] if algorithms else client.algorithms.create(
        "waits", code, run_command="python main.py", image_id=image.id
    )  # fmt: skip
    spec = client.specs.cheapest("training")
    return client.jobs.submit(name, algorithm.id, spec.id, environment={"GATE": str(gate)})


def end_all(home: Path) -> None:
    """Kill what runs from a home."""
    left = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        about = [*(process.info["cmdline"] or ()), (process.info["environ"] or {}).get("AISPACE_HOME", "")]
        if process.pid != os.getpid() and any(str(home) in word for word in about):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
                left.append(process)
    psutil.wait_procs(left, timeout=10)
