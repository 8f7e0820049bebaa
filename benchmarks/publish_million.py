"""Publishing a dataset of 1,000,000 samples: nothing changed, and 1 % changed at random; one JSON line.

``python benchmarks/publish_million.py [samples]``

The anchor is what a plain copy of the version's two files costs on this disk (write and fsync), which every way of
writing the next version as whole files has to pay.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from aispace.datasets.orm import Dataset
from aispace.datasets.schemas import DatasetCreate, PublishRequest
from aispace.datasets.working import WorkingCopy, locked
from aispace.identity import Principal
from aispace.labels.schemas import Label
from aispace.platform import Platform

UNCHANGED_TARGET = 2.0
CHANGED_TARGET = 5.0
PART = 20_000


def rows(start: int, count: int) -> list[dict[str, object]]:
    return [
        {
            "path": f"{n % 10}/{n:07d}.png",
            "sha256": hashlib.sha256(b"%d" % n).hexdigest(),
            "size": 300 + n % 50,
            "media_type": "image/png",
            "width": 32,
            "height": 32,
            "split": "training" if n % 10 else "validation",
            "objects": [{"label": str(n % 10)}],
        }
        for n in range(start, start + count)
    ]


def fill(platform: Platform, alice: Principal, samples: int) -> str:
    labels = [Label(name=str(n)) for n in range(10)]
    dataset = platform.datasets.create(alice, DatasetCreate(name="million", labels=labels))
    for start in range(0, samples, PART):
        with platform.db.write() as session:
            copy = WorkingCopy(session, locked(session, dataset.id))
            copy.add(rows(start, min(PART, samples - start)), by=alice.user_id, confirm=True)
            copy.finish()
    return dataset.id


def change(platform: Platform, alice: Principal, dataset: str, samples: int, share: float) -> int:
    numbers = sorted(random.Random(0).sample(range(1, samples + 1), int(samples * share)))
    for start in range(0, len(numbers), 2000):
        with platform.db.write() as session:
            copy = WorkingCopy(session, locked(session, dataset))
            for sample in copy.by_numbers(numbers[start : start + 2000]).values():
                label = str((int(sample.objects[0]["label"]) + 1) % 10)
                copy.annotate(sample, [{"label": label}], "labelled", by=alice.user_id)
            copy.finish()
    return len(numbers)


def timed_publish(platform: Platform, alice: Principal, dataset: str) -> float:
    begin = time.perf_counter()
    platform.datasets.versions.publish(alice, dataset, PublishRequest())
    return time.perf_counter() - begin


def copy_cost(platform: Platform, dataset: str) -> float:
    with platform.db.read() as session:
        row = session.get_one(Dataset, dataset)
    begin = time.perf_counter()
    for digest in (row.base_manifest, row.base_annotations):
        target = platform.blobs.temporary()
        with platform.blobs.open(digest or "") as source, target.open("wb") as file:
            hashed = hashlib.sha256()
            while chunk := source.read(1 << 20):
                hashed.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target.unlink()
    return time.perf_counter() - begin


def main() -> None:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    alice = Principal("usr_bench", "bench")
    with tempfile.TemporaryDirectory(prefix="aispace-bench-") as home:
        platform = Platform(home=str(Path(home)))
        platform.db.upgrade()
        begin = time.perf_counter()
        dataset = fill(platform, alice, samples)
        filled = time.perf_counter() - begin
        first = timed_publish(platform, alice, dataset)
        unchanged = timed_publish(platform, alice, dataset)
        changed_rows = change(platform, alice, dataset, samples, 0.01)
        changed = timed_publish(platform, alice, dataset)
        anchor = copy_cost(platform, dataset)
        platform.close()
    print(
        json.dumps(
            {
                "row": "publish_million",
                "figure": round(changed, 3),
                "unit": "s for 1 % changed",
                "unchanged_seconds": round(unchanged, 4),
                "first_seconds": round(first, 2),
                "fill_seconds": round(filled, 1),
                "samples": samples,
                "changed": changed_rows,
                "targets": {"unchanged": UNCHANGED_TARGET, "changed": CHANGED_TARGET},
                "anchor": round(anchor, 3),
                "anchor_what": "hash, write and fsync of the version's two files",
                "ratio": round(changed / anchor, 2),
                "met": unchanged <= UNCHANGED_TARGET and changed <= CHANGED_TARGET,
            }
        )
    )


if __name__ == "__main__":
    main()
