"""How long from a submit to the first line of the log as a follower sees it: one JSON line.

``python benchmarks/submit_to_log.py [times]``
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.schemas import SpecQuery
from aispace.workloads.schemas import LogQuery, WorkloadSpec

TARGET = 1.0


def measure(times: int, home: Path) -> dict[str, object]:
    """Submit jobs that print at once, one after the other."""
    platform = Platform(home=str(home))
    platform.db.upgrade()
    user = Principal("usr_bench", "bench")
    took = []
    try:
        platform.start()
        spec = platform.resources.list(user, SpecQuery()).items[0].id
        for number in range(times):
            begin = time.perf_counter()
            workload = platform.workloads.submit(
                user, WorkloadSpec(kind="training", name=f"job-{number}", command=["echo", "hello"], spec_id=spec)
            )
            while not platform.workloads.wait_for_log({workload.id: 0}, 10):
                pass
            text = platform.workloads.read_log(user, workload.id, LogQuery()).text
            if text != "hello\n":
                raise SystemExit(f"the log is {text!r}")
            took.append(time.perf_counter() - begin)
    finally:
        platform.close()
    worst = max(took)
    return {
        "row": "submit_to_log",
        "figure": round(worst, 3),
        "unit": "s, slowest",
        "target": TARGET,
        "ratio": round(TARGET / worst, 1),
        "median": round(statistics.median(took), 3),
        "times": times,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 50, Path(folder))))
