"""Small images and quick imports for the tests of datasets."""

from __future__ import annotations

import io
import time
from typing import Any

from aispace.datasets.requests import (
    AnnotationBatch,
    AnnotationItem,
    AnnotationPut,
    AnnotationResult,
    ImportRead,
    ImportRequest,
)
from aispace.datasets.schemas import DatasetCreate, DatasetRead, SampleQuery, SampleRead
from aispace.datasets.working import WorkingCopy, counters, locked, recount
from aispace.identity import Principal
from aispace.labels.schemas import Label
from aispace.platform import Platform
from aispace.schemas import AreaSource, UploadSource
from PIL import Image


def png(value: int, size: int = 8, form: str = "PNG") -> bytes:
    """Make a small image; each value has other bytes."""
    out = io.BytesIO()
    Image.new("RGB", (size, size), (value % 256, value // 256 % 256, 7)).save(out, form)
    return out.getvalue()


def put(platform: Platform, principal: Principal, files: dict[str, bytes]) -> None:
    """Put files into somebody's area."""
    for path, data in files.items():
        platform.areas.write_file(principal, path, io.BytesIO(data))


def upload(platform: Platform, principal: Principal, name: str, data: bytes) -> UploadSource:
    """Upload a file."""
    receiver = platform.uploads.receive_new(None)
    receiver.write(data) if len(data) <= 16 << 20 else receiver.file.write_bytes(data)
    return UploadSource(
        kind="upload", upload_id=platform.uploads.create(principal, len(data), {"filename": name}, receiver).id
    )


def wait_for(platform: Platform, principal: Principal, import_id: str, limit: float = 60) -> ImportRead:
    """Wait for the end of an import."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        read = platform.datasets.imports.get(principal, import_id)
        if read.status in ("succeeded", "failed", "cancelled"):
            return read
        time.sleep(0.01)
    raise AssertionError(f"import still {read.status}")


def bring(platform: Platform, principal: Principal, dataset: DatasetRead, source: Any, **options: Any) -> ImportRead:
    """Import a folder of the area (a text) or another source, to its end."""
    if isinstance(source, str):
        source = AreaSource(kind="area", path=source)
    started = platform.datasets.imports.create(principal, dataset.id, ImportRequest(source=source, **options))
    return wait_for(platform, principal, started.id)


def check_counters(platform: Platform, dataset_id: str) -> None:
    """All counters say what the rows say."""
    with platform.db.write() as session:
        row = locked(session, dataset_id)
        true = recount(session, row)
        assert {s: getattr(row, s) for s in true["states"]} == true["states"]
        for name in ("total", "size_bytes", "hard", "added", "changed", "removed"):
            assert getattr(row, name) == true[name], name
        assert counters(session, row.number, "label") == true["labels"]
        assert counters(session, row.number, "split") == true["splits"]
        assert counters(session, row.number, "object") == true["objects"]


LABELS = [Label(name=name) for name in "012"]


def fill(platform: Platform, alice: Principal, number: int, name: str = "filled", **more: Any) -> DatasetRead:
    """Make a dataset with rows only; its images do not exist."""
    dataset = platform.datasets.create(alice, DatasetCreate(name=name, labels=LABELS, **more))
    add(platform, dataset, range(number))
    return platform.datasets.get(alice, dataset.id)


def add(platform: Platform, dataset: DatasetRead, numbers: Any) -> None:
    files = [
        {
            "path": f"{n % 3}/{n:05}.png", "sha256": f"{n:064x}", "size": n + 1, "media_type": "image/png", "width": 8,
            "height": 8, "split": None, "objects": [{"label": str(n % 3)}] if n % 4 else [],
        }
        for n in numbers
    ]  # fmt: skip
    with platform.db.write() as session:
        copy = WorkingCopy(session, locked(session, dataset.id))
        copy.add(files, by="usr_alice", confirm=True)
        copy.finish()


def said(label: str | None, confirm: bool = True) -> AnnotationPut:
    objects = [] if label is None else [{"label": label}]
    return AnnotationPut.model_validate({"objects": objects, "confirm": confirm and label is not None})


def samples(platform: Platform, alice: Principal, dataset: DatasetRead, **query: Any) -> list[SampleRead]:
    return platform.datasets.samples.list(alice, dataset.id, SampleQuery(limit=200, **query)).items


def auto(
    platform: Platform, alice: Principal, dataset: DatasetRead, ids: list[str], label: str
) -> list[AnnotationResult]:
    objects = [{"label": label, "score": 0.75}]
    items = [AnnotationItem.model_validate({"sample_id": i, "objects": objects, "automatic": True}) for i in ids]
    return platform.datasets.samples.annotate_many(alice, dataset.id, AnnotationBatch(items=items)).results
