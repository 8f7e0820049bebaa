"""Accelerators of this machine."""

from __future__ import annotations

import shutil
import subprocess

from ..base import Accelerators

NVIDIA = "nvidia.com/gpu"


def find_nvidia() -> dict[str, Accelerators]:
    """Ask ``nvidia-smi`` for cards; empty where there is no such tool, or it knows of none.

    Cards of several products on one machine are counted together under the name of the first.
    """
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return {}
    try:
        answer = subprocess.run(
            [tool, "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    names = [line.strip() for line in answer.splitlines() if line.strip()]
    return {NVIDIA: Accelerators(names[0].replace("NVIDIA ", ""), len(names))} if names else {}


def nvidia_sampler(indices: list[int]) -> list[str] | None:
    """Make the command that prints ``index, utilisation, memory in MiB`` of cards."""
    tool = shutil.which("nvidia-smi")
    if tool is None or not indices:
        return None
    return [
        tool,
        "--query-gpu=index,utilization.gpu,memory.used",
        "--format=csv,noheader,nounits",
        f"--id={','.join(map(str, indices))}",
    ]
