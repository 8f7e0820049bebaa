"""What an attempt's processes are given: command, environment, the runtime package."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import pwd
import re
import shutil
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from .base import AttemptPlan
from .local import attempt_files as files

PLACEHOLDER = re.compile(r"\{(attempt|out|model|accelerators|port:[a-z][a-z0-9-]*|mount:[a-z][a-z0-9_-]*)\}")


def resolve(
    plan: AttemptPlan,
    *,
    folder: str,
    ports: Mapping[str, int],
    base: Mapping[str, str],
    accelerators: int,
    runtime: str,
) -> tuple[list[str], dict[str, str], str, dict[str, str]]:
    """Fill in the placeholders of a plan.

    Parameters
    ----------
    folder : str
        Of the attempt.
    ports : mapping
        Name and number.
    base : mapping
        Environment that the plan's own adds to and overrides.
    accelerators : int
        How many were handed out.
    runtime : str
        Folder that holds `aispace_runtime`.

    Returns
    -------
    command : list of str
    env : dict
        Without secrets.
    cwd : str
    secret_env : dict
    """
    values = {
        "attempt": folder,
        "out": f"{folder}/out",
        "model": f"{folder}/model",
        "accelerators": str(accelerators),
        **{f"port:{name}": str(number) for name, number in ports.items()},
        **{f"mount:{mount.target}": os.fspath(mount.source) for mount in plan.mounts},
    }

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)

    env = {**_environment(plan, folder, accelerators), **base}
    own = {name: fill(value) for name, value in plan.env.items()}
    env |= own
    env["PYTHONPATH"] = f"{runtime}:{own['PYTHONPATH']}" if own.get("PYTHONPATH") else runtime
    secret = {name: fill(value) for name, value in plan.secret_env.items()}
    return [fill(part) for part in plan.command], env, fill(plan.cwd) if plan.cwd else folder, secret


def _environment(plan: AttemptPlan, folder: str, accelerators: int) -> dict[str, str]:
    python = f"{plan.image}/bin" if plan.image else os.path.dirname(sys.executable)
    env = {
        "LANG": "C.UTF-8",
        "PATH": f"{python}:{os.environ.get('PATH') or os.defpath}",
        "HOME": f"{folder}/{files.TEMPORARY}",
        "TMPDIR": f"{folder}/{files.TEMPORARY}",
        "PYTHONUNBUFFERED": "1",
        "AISPACE_WORKLOAD_ID": plan.key.workload_id,
        "AISPACE_ATTEMPT": str(plan.key.number),
        "AISPACE_ATTEMPT_DIR": folder,
        "AISPACE_METRICS": f"{folder}/{files.METRICS}",
        "AISPACE_OUT": f"{folder}/out",
        "AISPACE_MODEL_OUT": f"{folder}/model",
        "AISPACE_SEED": str(plan.seed),
        "AISPACE_NUM_NODES": str(plan.nodes),
        "AISPACE_ACCELERATORS": str(accelerators),
    }
    if plan.image:
        env["VIRTUAL_ENV"] = plan.image
    if plan.cpu:
        threads = str(max(math.ceil(plan.cpu), 1))
        env |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    return env


def copy_runtime(folder: Path) -> str:
    """Copy the runtime package to where every user's process can read it, and nothing else of ours with it.

    Parameters
    ----------
    folder : pathlib.Path
        Gets a folder named after the content.

    Returns
    -------
    str
        What belongs on ``PYTHONPATH``; empty where the package is not installed.
    """
    found = importlib.util.find_spec("aispace_runtime")
    if found is None or not found.submodule_search_locations:
        return ""
    source = Path(next(iter(found.submodule_search_locations)))
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*.py")):
        digest.update(f"{path.relative_to(source)}\0".encode() + path.read_bytes())
    target = folder / f"runtime-{digest.hexdigest()[:16]}"
    if not target.is_dir():
        temporary = folder / f".runtime-{os.getpid()}-{threading.get_ident()}"
        shutil.copytree(source, temporary / "aispace_runtime", ignore=shutil.ignore_patterns("__pycache__"))
        try:
            temporary.rename(target)
        except OSError:
            # Another was quicker with the same content.
            shutil.rmtree(temporary, ignore_errors=True)
    return os.fspath(target)


def group_of(uid: int) -> int:
    """Tell the primary group of a user; one without an entry has a group of the same number."""
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid
