"""The launch contract: what the platform tells a workload through its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Launch:
    """Where this process runs and where it may write.

    Attributes
    ----------
    workload_id : str or None
        ``None`` outside a workload.
    attempt : int
        Number of the attempt, from 1.
    metrics : pathlib.Path or None
        File of scalars and progress.
    out : pathlib.Path
        Folder for results of any kind.
    model : pathlib.Path
        Folder for the trained model.
    seed : int
        Seed of this run.
    nodes : int
        Number of nodes of this run.
    """

    workload_id: str | None
    attempt: int
    metrics: Path | None
    out: Path
    model: Path
    seed: int
    nodes: int

    @property
    def managed(self) -> bool:
        """Whether the platform started this process."""
        return self.workload_id is not None


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(environment.get(name, ""))
    except ValueError:
        return default


def current(environment: Mapping[str, str] | None = None) -> Launch:
    """Read the launch contract from the environment.

    Parameters
    ----------
    environment : mapping, optional
        Default: that of this process.
    """
    env = os.environ if environment is None else environment
    metrics = env.get("AISPACE_METRICS")
    return Launch(
        workload_id=env.get("AISPACE_WORKLOAD_ID") or None,
        attempt=_number(env, "AISPACE_ATTEMPT", 1),
        metrics=Path(metrics) if metrics else None,
        out=Path(env.get("AISPACE_OUT") or "out"),
        model=Path(env.get("AISPACE_MODEL_OUT") or "model"),
        seed=_number(env, "AISPACE_SEED", 0),
        nodes=_number(env, "AISPACE_NUM_NODES", 1),
    )
