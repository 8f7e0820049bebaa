"""How fast queued jobs are admitted and really started: 1,000 short ones, one JSON line.

``python benchmarks/admission_rate.py [jobs]``
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from aispace.identity import Principal
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.workloads.orm import Attempt, Workload
from aispace.workloads.schemas import WorkloadSpec
from sqlalchemy import func, select
from traitlets.config import Config

TARGET = 200.0


def measure(jobs: int, home: Path) -> dict[str, object]:
    """Queue jobs on a platform whose reconciler stands still, let it go, and time the starts."""
    # Capacity is not what is measured: the machine is declared large, each job needs little.
    config = Config({"LocalEngine": {"cpu": 64.0, "memory_bytes": 1 << 40}})
    platform = Platform(config=config, home=str(home))
    platform.db.upgrade()
    admin = Principal("usr_bench", "bench", role="administrator")
    spec = platform.resources.create(
        admin, SpecCreate(name="tiny", cpu=0.05, memory_bytes=16 << 20, purposes=["training"])
    )
    with platform.db.write():
        for number in range(jobs):
            platform.workloads.submit(
                admin,
                WorkloadSpec(
                    kind="export", name=f"job-{number}", command=["/bin/sh", "-c", "echo hello"], spec_id=spec.id
                ),
            )
    try:
        begin = time.time()
        platform.start()
        admitted_after = ended_after = 0.0
        while not ended_after:
            with platform.db.read() as session:
                waiting = session.scalar(select(func.count()).where(Workload.status == "queued"))
                ended = session.scalar(select(func.count()).where(Workload.status.in_(("succeeded", "failed"))))
            now = time.time() - begin
            if not waiting and not admitted_after:
                admitted_after = now
            if ended == jobs:
                ended_after = now
            if now > 120:
                raise SystemExit(f"only {ended} of {jobs} ended after {now:.0f} s")
            # Looked at from outside, in the database: seldom enough to keep no writer waiting.
            time.sleep(0.05)
        with platform.db.read() as session:
            started = session.scalars(select(Attempt.started_at)).all()
            failed = session.scalar(select(func.count()).where(Workload.status == "failed"))
        last = max(moment.timestamp() for moment in started if moment is not None) - begin
    finally:
        platform.close()
    return {
        "row": "admission_rate",
        "figure": round(jobs / last, 1),
        "unit": "jobs started/s",
        "target": TARGET,
        "ratio": round(jobs / last / TARGET, 2),
        "jobs": jobs,
        "failed": failed,
        "seconds_to_last_admission": round(admitted_after, 2),
        "seconds_to_last_start": round(last, 2),
        "seconds_to_last_end": round(ended_after, 2),
        "cores": os.cpu_count(),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, Path(folder))))
