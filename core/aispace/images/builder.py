"""Builds a runtime image: run as a workload, ``python -m aispace.images.builder``.

The build goes into a folder of its own, which nothing uses until the platform has seen it succeed. What went wrong is
told in ``result.json`` of the attempt's ``out`` folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .indexes import WHEELS

REQUEST = "AISPACE_IMAGE_BUILD"
UNREACHABLE = re.compile(
    r"error sending request|dns error|failed to lookup|Could not connect|Connection refused|Failed to fetch|"
    r"Network is unreachable|timed out|network connectivity is disabled|certificate|"
    r"Temporary failure in name resolution|"
    r"tls handshake|NewConnectionError|Max retries exceeded",
    re.IGNORECASE,
)
UNSATISFIABLE = re.compile(
    r"No solution found|was not found in|no matching distribution|has no wheels|no usable wheels|unsatisfiable",
    re.IGNORECASE,
)
NO_PYTHON = re.compile(r"No interpreter found|No download found for request", re.IGNORECASE)
FULL = re.compile(r"No space left on device", re.IGNORECASE)


class BuildFailed(Exception):
    """The build cannot go on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def explain(output: str) -> tuple[str, str]:
    """Tell from what uv printed why a build failed.

    Returns
    -------
    code : str
        ``index_unreachable``, ``requirements_unsatisfiable``, ``python_missing``, ``disk_full`` or ``build_failed``.
    message : str
        For the user, with what to do.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if not line.startswith("hint:")), "")[:500]
    if FULL.search(output):
        return "disk_full", "The image was not built. The disk is full. Free some space, then build it again."
    if UNREACHABLE.search(output):
        return (
            "index_unreachable",
            "The image was not built. The package index cannot be reached. Check the network or the index "
            "settings (UV_DEFAULT_INDEX, pip.conf), or name a folder of wheels in AISPACE_WHEELS, then build it again. "
            f"uv: {last}",
        )
    if NO_PYTHON.search(output):
        return (
            "python_missing",
            f"The image was not built. This version of Python is not there. Leave it empty or install it. uv: {last}",
        )
    if UNSATISFIABLE.search(output):
        first = next((line for line in lines if UNSATISFIABLE.search(line)), last)
        return (
            "requirements_unsatisfiable",
            "The image was not built. The requirements cannot be met with ready-made wheels. Change them. "
            f"uv: {first[:200]} {last}"[:900],
        )
    return "build_failed", f"The image was not built. uv: {last}"


def run(command: list[str], env: dict[str, str]) -> str:
    """Run a command, show what it prints, give it back.

    Raises
    ------
    BuildFailed
        It did not succeed.
    """
    print("$ " + " ".join(command), flush=True)
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = []
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    if process.wait() != 0:
        raise BuildFailed(*explain("".join(lines)))
    return "".join(lines)


def find_uv(tools: Path, env: dict[str, str]) -> str:
    """Find uv: beside this Python, on the path, in ``tools``, or installed there now.

    Raises
    ------
    BuildFailed
        It is nowhere and cannot be installed.
    """
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv") or shutil.which("uv", path=str(tools / "bin"))
    if found:
        return found
    print("uv is not there; installing it", flush=True)
    pip = [str(tools / "bin" / "python"), "-m", "pip", "install", "--only-binary", ":all:", "uv"]
    wheels = env.get(WHEELS)
    try:
        run([sys.executable, "-m", "venv", str(tools)], env)
        run([*pip, "--no-index", "--find-links", wheels] if wheels else pip, env)
    except BuildFailed as error:
        raise BuildFailed("uv_missing", f"{error} (The tool uv is missing; 'pip install uv' also helps.)") from error
    return str(tools / "bin" / "uv")


def build(request: dict[str, Any], env: dict[str, str]) -> dict[str, Any]:
    """Build an environment.

    Parameters
    ----------
    request : dict
        ``target``, ``requirements``, ``python``, ``tools``, ``cache``.
    env : dict
        Environment of the tools.

    Returns
    -------
    dict
        ``packages`` (name and version) and ``size_bytes``.
    """
    target = Path(request["target"])
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    env = {"UV_CACHE_DIR": request["cache"], "UV_NO_PROGRESS": "1", "UV_PYTHON_INSTALL_DIR": request["pythons"], **env}
    uv = find_uv(Path(request["tools"]), env)
    # The interpreter behind a virtual environment: that of the platform may lie where users cannot read.
    python = request["python"] or getattr(sys, "_base_executable", sys.executable)
    run([uv, "venv", "--no-project", "--python", python, str(target)], env)
    listing = Path(os.environ["AISPACE_OUT"]) / "requirements.txt"
    listing.write_text(request["requirements"])
    interpreter = ["--python", str(target / "bin" / "python")]
    install = [uv, "pip", "install", *interpreter, "--only-binary", ":all:", "--compile-bytecode", "-r", str(listing)]
    wheels = env.get(WHEELS)
    run([*install, "--no-index", "--find-links", wheels] if wheels else install, env)
    frozen = run([uv, "pip", "freeze", *interpreter], env)
    packages = [line.partition("==") for line in frozen.splitlines() if "==" in line and not line.startswith("#")]
    size = 0
    for folder, _, names in os.walk(target):
        size += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)
    return {"packages": [{"name": name, "version": version} for name, _, version in packages], "size_bytes": size}


def main() -> int:
    """Build what the environment asks for, and write ``result.json``."""
    result_path = Path(os.environ["AISPACE_OUT"]) / "result.json"
    request = json.loads(os.environ[REQUEST])
    env = {name: value for name, value in os.environ.items() if name not in (REQUEST, "PYTHONPATH", "VIRTUAL_ENV")}
    try:
        result = {"ok": True, **build(request, env)}
    except BuildFailed as error:
        result = {"ok": False, "code": error.code, "message": str(error)}
    except OSError as error:
        code = "disk_full" if FULL.search(str(error)) else "build_failed"
        result = {"ok": False, "code": code, "message": f"The image was not built. {error}. Then build it again."}
    result_path.write_text(json.dumps(result))
    if not result["ok"]:
        print(f"\n{result['message']}", flush=True)
        shutil.rmtree(request["target"], ignore_errors=True)
        return 1
    print(f"\nReady: {len(result['packages'])} packages, {result['size_bytes'] / 1e6:.0f} MB.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
