"""Import of one COCO file of 118,000 images and 826,000 boxes with outlines, annotations only; one JSON line.

``python benchmarks/coco_import.py [images]``

Seven boxes an image, each with an outline of 20 points, as in the measurement of the anchor (datumaro 1.13.12: 27.6 to
30.0 s, 3.5 GB at the most, nothing written). Ours reads the file, checks each box against its image and writes it with
all counters into the database; the images are samples of the dataset already. The import runs in a process of its own,
whose memory is what is told.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from aispace.datasets.requests import ImportRequest
from aispace.datasets.schemas import DatasetCreate
from aispace.datasets.working import WorkingCopy, locked
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import AreaSource

IMAGES = 118_000
BOXES = 7
LABELS = 80
WIDTH, HEIGHT = 640, 480
PART = 20_000
ANCHOR = {"system": "datumaro 1.13.12, as measured before", "seconds": 27.6, "memory_bytes": 3_500_000_000}
ALICE = Principal(user_id="usr_alice", name="alice")


def fill(platform: Platform, images: int) -> str:
    """Make a dataset of images nobody looked at."""
    body = DatasetCreate(name="coco", data_type="image", annotation_type="object_detection")
    dataset = platform.datasets.create(ALICE, body)
    for start in range(0, images, PART):
        rows = [
            {
                "path": f"train2017/{n:012d}.jpg", "sha256": f"{n:064x}", "size": 160_000, "media_type": "image/jpeg",
                "width": WIDTH, "height": HEIGHT, "split": None, "objects": [],
            }
            for n in range(start, min(start + PART, images))
        ]  # fmt: skip
        with platform.db.write() as session:
            copy = WorkingCopy(session, locked(session, dataset.id))
            copy.add(rows, by=ALICE.user_id, confirm=True)
            copy.finish()
    return dataset.id


def annotation(number: int, image: int, chance: random.Random) -> dict[str, object]:
    """Make a box with an outline of 20 points."""
    x, y = round(chance.uniform(0, WIDTH - 60), 2), round(chance.uniform(0, HEIGHT - 60), 2)
    w, h = round(chance.uniform(5, 60), 2), round(chance.uniform(5, 60), 2)
    outline = [round(c, 2) for _ in range(20) for c in (chance.uniform(x, x + w), chance.uniform(y, y + h))]
    return {
        "id": number, "image_id": image, "category_id": chance.randint(1, LABELS), "bbox": [x, y, w, h],
        "area": round(w * h, 3), "iscrowd": 0, "segmentation": [outline],
    }  # fmt: skip


def written(images: int) -> Iterator[bytes]:
    """Write the file, the annotations before the images and in no order of images."""
    chance = random.Random(0)
    numbers = [n for n in range(images) for _ in range(BOXES)]
    chance.shuffle(numbers)
    yield b'{"info": {}, "annotations": ['
    for n, image in enumerate(numbers):
        yield (b"," if n else b"") + json.dumps(annotation(n + 1, image, chance)).encode()
    yield b'], "categories": ' + json.dumps([{"id": n, "name": f"class {n}"} for n in range(1, LABELS + 1)]).encode()
    yield b', "images": ['
    for n in range(images):
        image = {"id": n, "file_name": f"{n:012d}.jpg", "width": WIDTH, "height": HEIGHT}
        yield (b"," if n else b"") + json.dumps(image).encode()
    yield b"]}"


def run(home: str, dataset: str, path: str) -> dict[str, float]:
    """Import in this process; tell seconds and memory."""
    platform = Platform(home=home)
    try:
        before, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, time.process_time()
        start = time.monotonic()
        source = AreaSource(kind="area", path=path)
        begun = platform.datasets.imports.create(ALICE, dataset, ImportRequest(source=source))
        done = platform.datasets.imports.get(ALICE, begun.id)
        while done.status not in ("succeeded", "failed"):
            # Asked seldom enough to take no time from what is measured, often enough for a figure in seconds.
            time.sleep(0.05)
            done = platform.datasets.imports.get(ALICE, begun.id)
        if done.status != "succeeded" or done.report.refused_count:
            raise RuntimeError(f"{done.status}: {done.reason} {done.report.refused[:3]}")
        return {
            "seconds": time.monotonic() - start,
            "cpu_seconds": time.process_time() - cpu,
            "boxes": done.report.objects or 0,
            "images": done.report.annotated,
            "memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "memory_before_bytes": before,
        }
    finally:
        platform.close()


def main() -> None:
    """Make the dataset and the file, import in a child, print one line."""
    images = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory(prefix="aispace-bench-") as folder:
        platform = Platform(home=folder)
        platform.db.upgrade()
        try:
            dataset = fill(platform, images)
            file = Path(folder) / "boxes.json"
            with file.open("wb") as target:
                target.writelines(written(images))
            size = file.stat().st_size
            with file.open("rb") as source:
                platform.areas.write_file(ALICE, "boxes.json", source)
        finally:
            platform.close()
        child = subprocess.run(
            [sys.executable, __file__, "--child", folder, dataset, "boxes.json"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        told = json.loads(child.stdout.splitlines()[-1])
    print(
        json.dumps(
            {
                "row": "coco_import",
                "figure": round(told["boxes"] / told["seconds"]),
                "unit": "boxes/s",
                "seconds": round(told["seconds"], 1),
                "cpu_seconds": round(told["cpu_seconds"], 1),
                "images": int(told["images"]),
                "boxes": int(told["boxes"]),
                "file_bytes": size,
                "memory_bytes": int(told["memory_bytes"]),
                "memory_before_bytes": int(told["memory_before_bytes"]),
                "anchor": ANCHOR if images == IMAGES else None,
                "ratio": round(ANCHOR["seconds"] / told["seconds"], 2) if images == IMAGES else None,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(run(*sys.argv[2:5])))
    else:
        main()
