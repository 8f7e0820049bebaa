"""The runtime environment of the tests: the presets' packages, built once through uv and kept between sessions."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from aispace.images.presets import PRESETS, SK_ONNX

REPOSITORY = Path(__file__).parent.parent


def runtime_python(preset: str = SK_ONNX) -> Path:
    """Give the Python of a preset runtime; built at first use, whoever comes first, and found again after."""
    cache = Path(os.environ.get("AISPACE_TEST_CACHE") or REPOSITORY / ".cache" / "runtime")
    cache.mkdir(parents=True, exist_ok=True)
    requirements = next(one.requirements for one in PRESETS if one.name == preset)
    digest = hashlib.sha256(f"{sys.version}{requirements}".encode()).hexdigest()[:16]
    target = cache / digest
    with (cache / f"{digest}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "complete").exists():
            _build(target, requirements)
    return target / "bin" / "python"


def _build(target: Path, requirements: str) -> None:
    shutil.rmtree(target, ignore_errors=True)
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv") or "uv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, target], check=True)
    list_file = target / "requirements.txt"
    list_file.write_text(requirements)
    subprocess.run([uv, "pip", "install", "-q", "-p", target, "-r", list_file], check=True)
    (target / "complete").touch()
