"""The list of datasets with 10,000 of them, over real HTTP: p95 of a request; one JSON line.

``python benchmarks/dataset_list.py [datasets]``

The anchor is the list of the same server's own version (no database), measured between the requests.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from aispace.datasets.orm import Dataset
from aispace.datasets.schemas import DatasetCreate
from aispace.db import utc_now
from aispace.identity import Principal
from aispace.ids import new_id
from aispace.platform import Platform
from server_thread import KnownTokens, RunningServer
from sqlalchemy import insert

TARGET = 100.0
QUERIES = (
    "datasets",
    "datasets?sort=name&offset=5000",
    "datasets?sort=-updated_at&limit=200",
    "datasets?q=42",
    "datasets?status=labelled&scope=mine",
    "datasets?sort=-size_bytes&offset=9900",
)


def fill(platform: Platform, owner: Principal, number: int) -> None:
    group = platform.datasets.create(owner, DatasetCreate(name="first")).label_group
    assert group is not None
    now = utc_now()
    with platform.db.write() as session:
        session.execute(
            insert(Dataset),
            [
                {
                    "id": new_id("ds"), "number": n + 2, "owner_id": owner.user_id if n % 3 else "usr_other",
                    "name": f"set-{n}", "data_type": "image", "annotation_type": "image_classification",
                    "template": "single", "label_group_id": group.id, "visibility": "private" if n % 3 else "public",
                    "status": random.Random(n).choice(["labelled", "labelling", "unlabelled"]), "total": n,
                    "labelled": n, "size_bytes": n * 300, "created_at": now, "updated_at": now,
                }
                for n in range(number)
            ],
        )  # fmt: skip


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    alice = Principal("usr_alice", "alice")
    times: list[float] = []
    anchors: list[float] = []
    with tempfile.TemporaryDirectory(prefix="aispace-bench-") as home:
        platform = Platform(home=home)
        platform.db.upgrade()
        fill(platform, alice, number)
        with RunningServer(platform, [KnownTokens([alice])]) as running, running.client("token-alice") as client:
            for _ in range(40):
                for query in QUERIES:
                    begin = time.perf_counter()
                    answer = client.get(query)
                    times.append((time.perf_counter() - begin) * 1000)
                    assert answer.status_code == 200, answer.text
                begin = time.perf_counter()
                client.get("version")
                anchors.append((time.perf_counter() - begin) * 1000)
            total = client.get("datasets").json()["page"]["total"]
        platform.close()
    p95 = sorted(times)[int(len(times) * 0.95)]
    anchor = sorted(anchors)[int(len(anchors) * 0.95)]
    print(
        json.dumps(
            {
                "row": "dataset_list",
                "figure": round(p95, 1),
                "unit": "ms, p95 of a request",
                "p50": round(sorted(times)[len(times) // 2], 1),
                "datasets": total,
                "requests": len(times),
                "target": TARGET,
                "anchor": round(anchor, 1),
                "anchor_what": "p95 of GET /version of the same server",
                "ratio": round(p95 / anchor, 1),
                "met": p95 <= TARGET,
            }
        )
    )


if __name__ == "__main__":
    main()
