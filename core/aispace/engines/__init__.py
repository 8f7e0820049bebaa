"""Where workloads run."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from ..errors import AISpaceError

if TYPE_CHECKING:
    from ..platform import Platform
    from .base import Engine

ENGINES = {"local": ("local.engine", "LocalEngine"), "kubernetes": ("kubernetes.engine", "KubernetesEngine")}
"""Module and class of each, by the name that `AISPACE_ENGINE` knows it under."""


def chosen(platform: Platform) -> Engine:
    """Make the engine that `AISPACE_ENGINE` names; without it, the one of this machine.

    Raises
    ------
    AISpaceError
        There is no such engine, or what it needs is not installed.
    """
    name = os.environ.get("AISPACE_ENGINE") or "local"
    if name not in ENGINES:
        raise AISpaceError(
            "engine_unknown",
            f"There is no engine {name!r}. Set AISPACE_ENGINE to one of: {', '.join(sorted(ENGINES))}.",
        )
    module, what = ENGINES[name]
    try:
        found = importlib.import_module(f"{__name__}.{module}")
    except ModuleNotFoundError as missing:
        raise AISpaceError(
            "engine_incomplete",
            f"The engine {name!r} needs {missing.name}, which is missing. Install it: pip install 'aispace[hub]'.",
        ) from missing
    made: Engine = getattr(found, what)(platform)
    return made
