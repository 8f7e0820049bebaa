"""Labels of what is imported: looked at before, then kept, renamed, joined with others or left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aispace.datasets.schemas import DatasetCreate, DatasetRead
from aispace.errors import Invalid
from aispace.identity import Principal
from aispace.platform import Platform
from kinds import all_said, coco, image, look, take, zipped
from pydantic import ValidationError
from samples import bring, upload

VOC = """<annotation><filename>{0}.png</filename><size><width>40</width><height>30</height></size>{1}</annotation>"""
OBJECT = "<object><name>{}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>"
PICTURES = {f"{name}.png": image(40, 30, n) for n, name in enumerate("123")}
LONG = "a category whose name is longer than a label's"
SOURCES: dict[str, tuple[str, str, dict[str, bytes | str]]] = {
    "class_folders": (
        "image",
        "image_classification",
        {f"{label}/{n}.png": image(8, 8, n) for n, label in enumerate(["cat", "dog", "dog", "cow", LONG])},
    ),
    "coco": (
        "image",
        "object_detection",
        PICTURES
        | {
            "boxes.json": coco(
                [(n, f"{n}.png", 40, 30) for n in (1, 2, 3)],
                [(1, 1, [1, 1, 8, 8]), (1, 2, [1, 1, 8, 8]), (2, 2, [1, 1, 8, 8]), (2, 3, [1, 1, 8, 8]),
                 (3, 4, [1, 1, 8, 8])],
                ["cat", "dog", "cow", LONG],
            )
        },
    ),
    "voc": (
        "image",
        "object_detection",
        PICTURES
        | {
            f"{n}.xml": VOC.format(n, "".join(OBJECT.format(label) for label in labels))
            for n, labels in ((1, ["cat", "dog"]), (2, ["dog", "cow"]), (3, [LONG]))
        },
    ),
    "yolo": (
        "image",
        "object_detection",
        PICTURES
        | {"classes.txt": f"cat\ndog\ncow\n{LONG}\n", "1.txt": "0 .5 .5 .2 .2\n1 .5 .5 .2 .2\n"}
        | {"2.txt": "1 .5 .5 .2 .2\n2 .5 .5 .2 .2\n", "3.txt": "3 .5 .5 .2 .2\n"},
    ),
    "csv": (
        "text",
        "text_classification",
        {"texts.csv": f"text,label\none,cat\ntwo,dog\nthree,dog\nfour,cow\nfive,{LONG}\n"},
    ),
    "jsonl": (
        "text",
        "text_classification",
        {
            "texts.jsonl": "".join(
                json.dumps({"text": f"text {n}", "label": label}) + "\n"
                for n, label in enumerate(["cat", "dog", "dog", "cow", LONG])
            )
        },
    ),
}  # fmt: skip


def dataset_for(platform: Platform, who: Principal, layout: str, *labels: str) -> DatasetRead:
    data_type, annotation_type, _ = SOURCES[layout]
    given = [{"name": label} for label in labels]
    body = {"name": "d", "data_type": data_type, "annotation_type": annotation_type, "labels": given}
    return platform.datasets.create(who, DatasetCreate.model_validate(body))


def labels_of(platform: Platform, who: Principal, dataset: DatasetRead) -> set[str]:
    group = platform.datasets.get(who, dataset.id).label_group
    return {label.name for label in group.labels} if group else set()


@pytest.mark.parametrize("layout", SOURCES)
def test_labels_of_the_source_are_counted_and_mapped(platform: Platform, alice: Principal, layout: str) -> None:
    """Kept: cat. Put to one that the dataset has: dog. Left out: cow. Renamed, which it must be: the long one."""
    dataset = dataset_for(platform, alice, layout, "animal", "cat")
    files = SOURCES[layout][2]
    seen = look(platform, alice, dataset, files)
    assert seen.layout == layout
    assert {f.name: (f.n, f.label, f.known, f.fits) for f in seen.found_labels} == {
        "cat": (1, "cat", True, True),
        "dog": (2, "dog", False, True),
        "cow": (1, "cow", False, True),
        LONG: (1, None, False, False),
    }
    assert seen.refused == 1
    mapping = {"dog": "animal", "cow": None, LONG: "long"}
    seen = look(platform, alice, dataset, files, label_mapping=mapping)
    assert (seen.refused, seen.labels) == (0, {"animal": 2, "cat": 1, "long": 1})
    assert {f.name: (f.label, f.known) for f in seen.found_labels} == {
        "cat": ("cat", True), "dog": ("animal", True), "cow": (None, False), LONG: ("long", False),
    }  # fmt: skip
    assert labels_of(platform, alice, dataset) == {"animal", "cat"}, "a look changes nothing"
    report = take(platform, alice, dataset, files, label_mapping=mapping).report
    assert (report.refused, report.labels_created) == ([], ["long"])
    assert labels_of(platform, alice, dataset) == {"animal", "cat", "long"}
    taken = [o["label"] for objects, *_ in all_said(platform, alice, dataset).values() for o in objects]
    assert sorted(taken) == ["animal", "animal", "cat", "long"]
    assert [(note.code, note.n) for note in report.notes if note.code == "left_out"] == [("left_out", 1)]


@pytest.mark.parametrize("layout", ["class_folders", "coco", "csv"])
def test_a_mapping_of_what_is_not_there_is_refused_by_its_name(
    platform: Platform, alice: Principal, layout: str
) -> None:
    dataset = dataset_for(platform, alice, layout, "cat")
    files = SOURCES[layout][2]
    with pytest.raises(Invalid) as caught:
        look(platform, alice, dataset, files, label_mapping={"dgo": "animal"})
    assert [(f["field"], f["code"]) for f in caught.value.details["fields"]] == [
        ("label_mapping.dgo", "label_not_in_source")
    ]
    assert "dog" in caught.value.details["params"]["labels"]
    source = upload(platform, alice, "d.zip", zipped(files))
    done = bring(platform, alice, dataset, source, label_mapping={"dgo": "animal"})
    assert (done.status, done.reason.code if done.reason else None) == ("failed", "label_not_in_source")
    assert platform.datasets.get(alice, dataset.id).counts.total == 0
    assert labels_of(platform, alice, dataset) == {"cat"}, "nothing of it is there"


def test_labels_can_change_places(platform: Platform, alice: Principal) -> None:
    dataset = dataset_for(platform, alice, "csv")
    take(
        platform,
        alice,
        dataset,
        {"t.csv": "text,label\nfirst,cat\nsecond,dog\n"},
        label_mapping={"cat": "dog", "dog": "cat"},
    )
    assert [objects[0]["label"] for objects, *_ in all_said(platform, alice, dataset).values()] == ["dog", "cat"]


def test_declared_colours_follow_their_label(platform: Platform, alice: Principal) -> None:
    """A label that is renamed or left out does not come in by the file that declares it."""
    dataset = dataset_for(platform, alice, "class_folders")
    files = {
        "label_group.json": json.dumps([{"name": n, "color": c} for n, c in (("cat", "#112233"), ("dog", "#445566"))]),
        "manifest.jsonl": json.dumps({"path": "1.png", "objects": [{"label": "cat"}]}),
        "1.png": image(4, 4),
    }
    seen = look(platform, alice, dataset, files)
    assert {f.name: f.n for f in seen.found_labels} == {"cat": 1, "dog": 0}
    take(platform, alice, dataset, files, label_mapping={"cat": "tiger", "dog": None})
    group = platform.datasets.get(alice, dataset.id).label_group
    assert group is not None
    assert [(label.name, label.color) for label in group.labels] == [("tiger", "#112233")]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"cat": "x" * 31}, "label_mapping.cat"),
        ({"cat": ""}, "label_mapping.cat"),
        ({"cat": " cat"}, "label_mapping.cat"),
        ({"": "cat"}, "label_mapping"),
        (["cat"], "label_mapping"),
    ],
)
def test_a_label_that_cannot_be_is_refused_by_its_field(
    platform: Platform, alice: Principal, mapping: Any, field: str
) -> None:
    dataset = dataset_for(platform, alice, "csv")
    with pytest.raises(ValidationError) as caught:
        look(platform, alice, dataset, SOURCES["csv"][2], label_mapping=mapping)
    assert ".".join(str(part) for part in caught.value.errors()[0]["loc"]).startswith(field)
