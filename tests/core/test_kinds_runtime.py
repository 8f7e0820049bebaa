"""What a workload reads of datasets of boxes, texts and tables."""

from __future__ import annotations

import aispace_runtime
from aispace.datasets.requests import BulkAnnotate
from aispace.datasets.schemas import DatasetRead, PublishRequest, SampleFilter
from aispace.identity import Principal
from aispace.platform import Platform
from kinds import image, make, take


def mounted(platform: Platform, alice: Principal, dataset: DatasetRead) -> aispace_runtime.Dataset:
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).version
    return aispace_runtime.dataset(platform.datasets.resolve_for_run(alice, dataset.id, version).path)


def test_boxes(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    files = {
        "d/data.yaml": "names: [cat, dog]", "d/images/train/1.png": image(40, 20, 1),
        "d/labels/train/1.txt": "1 0.5 0.5 0.5 0.5 0.25", "d/images/train/2.png": image(4, 4, 2),
    }  # fmt: skip
    take(platform, alice, dataset, files)
    platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(filter=SampleFilter(), confirm=True))
    read = mounted(platform, alice, dataset)
    assert (read.data_type, read.annotation_type, read.labels) == ("image", "object_detection", ("cat", "dog"))
    first, second = read
    assert first.boxes == (aispace_runtime.Box("dog", 10, 5, 20, 10, 0.25),)
    assert first.path.read_bytes() == image(40, 20, 1)
    assert second.boxes == ()
    assert read.labelled == (first, second)


def test_texts(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "text_classification")
    long = "long\r\n" * 1000
    take(platform, alice, dataset, {"t.csv": f'text,label\nshort é,a\n"{long}",b\n'})
    read = mounted(platform, alice, dataset)
    assert [(s.text, s.label) for s in read] == [("short é", "a"), (long, "b")]


def test_tables(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    take(platform, alice, dataset, {"t.csv": "x,kind,y,z\n1,a,2.5,true\n,b,3,false\n"}, table={"label_column": "kind"})
    read = mounted(platform, alice, dataset)
    assert read.features == ("x", "y", "z")
    assert [(s.values, s.label) for s in read] == [
        ({"x": 1, "y": 2.5, "z": True}, "a"), ({"x": None, "y": 3.0, "z": False}, "b"),
    ]  # fmt: skip
    assert (read.root / "table.csv").read_text() == "x,kind,y,z\n1,a,2.5,true\n,b,3,false\n"
