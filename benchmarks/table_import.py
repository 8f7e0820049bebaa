"""Import of a CSV table as samples, one a row: rows a second and peak memory; one JSON line.

``python benchmarks/table_import.py [rows]``

Eight features and a label, 100,000 rows. The anchor of the same run stores a blob for each row, in batches as imports
of files do, and nothing in the database.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from aispace.datasets.requests import ImportRequest
from aispace.datasets.schemas import DatasetCreate, PublishRequest
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import AreaSource

ROWS = 100_000
ALICE = Principal(user_id="usr_alice", name="alice")


def write(file: Path, rows: int) -> None:
    """Write the table."""
    chance = random.Random(0)
    with file.open("w") as target:
        target.write(",".join([*(f"feature_{n}" for n in range(8)), "label"]) + "\n")
        for n in range(rows):
            target.write(",".join([*(f"{chance.gauss(0, 1):.4f}" for _ in range(8)), f"class {n % 5}"]) + "\n")


def blobs(platform: Platform, table: Path) -> float:
    """Store each row as a blob; tell the seconds."""
    begin = time.monotonic()
    with table.open("rb") as rows, platform.blobs.batch() as batch:
        for row in rows:
            batch.put(row)
            if len(batch.pending) >= 10_000:
                batch.flush()
    return time.monotonic() - begin


def main() -> None:
    """Import, publish, print one line."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(prefix="aispace-bench-") as folder:
        platform = Platform(home=folder)
        platform.db.upgrade()
        body = DatasetCreate(name="table", data_type="tabular", annotation_type="tabular_classification")
        dataset = platform.datasets.create(ALICE, body)
        table = Path(folder) / "table.csv"
        write(table, rows)
        with table.open("rb") as source:
            platform.areas.write_file(ALICE, "table.csv", source)
        before, cpu, begin = (
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, time.process_time(), time.monotonic(),
        )  # fmt: skip
        request = ImportRequest(source=AreaSource(kind="area", path="table.csv"))
        begun = platform.datasets.imports.create(ALICE, dataset.id, request)
        done = begun
        while done.status not in ("succeeded", "failed"):
            # Asked seldom enough to take no time from what is measured, often enough for a figure in seconds.
            time.sleep(0.05)
            done = platform.datasets.imports.get(ALICE, begun.id)
        seconds, used = time.monotonic() - begin, time.process_time() - cpu
        if done.report.imported != rows:
            raise RuntimeError(f"{done.status}: {done.reason}")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        begin = time.monotonic()
        platform.datasets.versions.publish(ALICE, dataset.id, PublishRequest())
        published = time.monotonic() - begin
        size = (Path(folder) / "aispace.db").stat().st_size
        anchor = blobs(platform, table)
        platform.close()
    print(
        json.dumps(
            {
                "row": "table_import",
                "figure": round(rows / seconds),
                "unit": "rows/s",
                "rows": rows,
                "seconds": round(seconds, 1),
                "cpu_seconds": round(used, 1),
                "publish_seconds": round(published, 2),
                "memory_bytes": memory,
                "memory_before_bytes": before,
                "database_bytes": size,
                "anchor": round(anchor, 1),
                "anchor_what": "a blob for each row, in seconds",
                "ratio": round(anchor / seconds, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
