from __future__ import annotations

import io
import time

import pytest
from aispace.datasets.requests import AnnotationBatch, AnnotationItem, ImportRead, ImportRequest
from aispace.datasets.schemas import DatasetCreate, DatasetRead, PublishRequest, SampleQuery
from aispace.datasets.working import locked, recount
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import AreaSource
from PIL import Image


def png(value: int, size: int = 8, form: str = "PNG") -> bytes:
    """Make a small image; each value has other bytes."""
    out = io.BytesIO()
    Image.new("RGB", (size, size), (value % 256, value // 256 % 256, 7)).save(out, form)
    return out.getvalue()


def put(platform: Platform, principal: Principal, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        platform.areas.write_file(principal, path, io.BytesIO(data))


def wait_for(platform: Platform, principal: Principal, started: ImportRead, limit: float = 30) -> ImportRead:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        read = platform.datasets.imports.get(principal, started.id)
        if read.status in ("succeeded", "failed", "cancelled"):
            return read
        time.sleep(0.01)
    raise AssertionError(f"import still {read.status}")


def bring(platform: Platform, principal: Principal, dataset: DatasetRead, folder: str, **options: object) -> ImportRead:
    request = ImportRequest(source=AreaSource(kind="area", path=folder), **options)  # type: ignore[arg-type]
    return wait_for(platform, principal, platform.datasets.imports.create(principal, dataset.id, request))


def check_counters(platform: Platform, dataset_id: str) -> None:
    """All counters say what the rows say."""
    with platform.db.write() as session:
        row = locked(session, dataset_id)
        true = recount(session, row)
        from aispace.datasets.working import counters

        assert {s: getattr(row, s) for s in true["states"]} == true["states"]
        for name in ("total", "size_bytes", "hard", "added", "changed", "removed"):
            assert getattr(row, name) == true[name], name
        assert counters(session, row.number, "label") == true["labels"]
        assert counters(session, row.number, "split") == true["splits"]


@pytest.fixture
def digits(platform: Platform, alice: Principal) -> DatasetRead:
    """Ten labelled images of two classes and five without label."""
    put(platform, alice, {f"set/{n % 2}/{n}.png": png(n) for n in range(10)})
    put(platform, alice, {f"rest/u{n}.png": png(100 + n) for n in range(5)})
    dataset = platform.datasets.create(alice, DatasetCreate(name="digits"))
    report = bring(platform, alice, dataset, "set")
    assert report.status == "succeeded", report
    assert report.report.imported == 10
    assert bring(platform, alice, dataset, "rest", layout="flat").report.imported == 5
    return platform.datasets.get(alice, dataset.id)


def test_the_whole_path_from_import_to_tree(platform: Platform, alice: Principal, digits: DatasetRead) -> None:
    assert digits.counts.total == 15
    assert digits.counts.labelled == 10
    assert digits.status == "labelling"
    assert digits.label_group is not None
    assert [label.name for label in digits.label_group.labels] == ["0", "1"]
    page = platform.datasets.samples.list(alice, digits.id, SampleQuery(state="unlabelled"))
    assert page.page.total == 5
    items = [
        AnnotationItem(sample_id=s.id, objects=[{"label": "1"}], confirm=True, revision=s.revision)  # type: ignore[list-item]
        for s in page.items
    ]
    results = platform.datasets.samples.annotate_many(alice, digits.id, AnnotationBatch(items=items))
    assert {r.status for r in results.results} == {"saved"}
    check_counters(platform, digits.id)
    version = platform.datasets.versions.publish(alice, digits.id, PublishRequest(note="first"))
    assert (version.version, version.file_count) == ("V0001", 15)
    assert version.counts["labels"] == {"0": 5, "1": 10}
    mount = platform.datasets.resolve_for_run(alice, digits.id, "V0001")
    assert mount.labels == ["0", "1"]
    assert (mount.path / "0/4.png").read_bytes() == png(4)
    lines = (mount.path / ".aispace/annotations.jsonl").read_text().splitlines()
    assert len(lines) == 15
    check_counters(platform, digits.id)
