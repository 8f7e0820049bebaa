from __future__ import annotations

import json
from typing import Any

import pytest
from aispace.datasets.annotations import AnnotationObject
from aispace.datasets.requests import AnnotationBatch, AnnotationPut, BulkAnnotate, ExportInspectRequest, ExportRequest
from aispace.datasets.schemas import DiffQuery, PublishRequest, SampleFilter, SplitRequest
from aispace.errors import AISpaceError, Conflict, Invalid
from aispace.identity import Principal
from aispace.platform import Platform
from kinds import all_said, archive, box, coco, image, look, make, take, unzipped
from samples import bring, check_counters, samples, upload

TREE = {
    "set/annotations/instances_train2017.json": coco(
        [(7, "1.png", 40, 30), (8, "2.png", 40, 30)],
        [(7, 1, [1, 2, 3.25, 4]), (7, 2, [0, 0, 40, 30]), (8, 1, [39, 29, 1, 1])],
        ["cat", "dog"],
    ),
    "set/annotations/instances_val2017.json": coco([(7, "3.png", 20, 20)], [], ["cat", "dog"]),
    "set/train2017/1.png": image(40, 30, 1),
    "set/train2017/2.png": image(40, 30, 2),
    "set/val2017/3.png": image(20, 20, 3),
    "set/val2017/4.png": image(20, 20, 4),
}


def test_coco_gives_boxes_splits_labels_and_images_nobody_looked_at(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    seen = look(platform, alice, dataset, TREE)
    assert (seen.layout, seen.confidence, seen.count, seen.objects) == ("coco", 1.0, 4, 3)
    assert seen.labels == {"cat": 2, "dog": 1}
    assert {(p.path, p.split) for p in seen.preview} >= {
        ("train2017/1.png", "training"),
        ("val2017/3.png", "validation"),
    }
    report = take(platform, alice, dataset, TREE).report
    assert (report.layout, report.imported, report.refused, report.objects) == ("coco", 4, [], 3)
    assert all_said(platform, alice, dataset) == {
        "train2017/1.png": ([box("cat", 1, 2, 3.25, 4), box("dog", 0, 0, 40, 30)], "training", False, "labelled"),
        "train2017/2.png": ([box("cat", 39, 29, 1, 1)], "training", False, "labelled"),
        "val2017/3.png": ([], "validation", False, "labelled"),
        "val2017/4.png": ([], None, False, "unlabelled"),
    }
    check_counters(platform, dataset.id)
    numbers = {s.label: (s.n, s.objects) for s in platform.datasets.samples.statistics(alice, dataset.id).labels}
    assert numbers == {"cat": (2, 2), "dog": (1, 1)}


def test_what_cannot_be_used_is_itemised_with_file_and_line(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    value = json.loads(
        coco(
            [(1, "1.png", 40, 30), (2, "2.png", 99, 30), (3, "gone.png", 4, 4), (4, "4.png", 30, 20)],
            [(1, 1, [1, 1, 5, 5]), (1, 1, [30, 1, 20, 5]), (1, 9, [1, 1, 2, 2]), (1, 1, [0, 0, 0, 5])],
            ["cat"],
        )
    )
    value["annotations"].append({"image_id": 1, "category_id": 1, "bbox": [1, 2, "x", 4]})
    value["annotations"].append({"image_id": 1, "category_id": 1, "bbox": [38, 1, 2.6, 5], "segmentation": [[1, 2]]})
    files = {
        "a.json": json.dumps(value, indent=0), "1.png": image(40, 30, 1), "2.png": image(40, 30, 2),
        "4.png": image(20, 30, 4), "notes.docx": b"x",
    }  # fmt: skip
    report = take(platform, alice, dataset, files).report
    refused = {(r.code, r.path) for r in report.refused}
    assert refused == {
        ("suffix", "notes.docx"), ("image_missing", "a.json"), ("size_differs", "a.json"), ("box_invalid", "a.json"),
        ("category_unknown", "a.json"), ("box_missing", "a.json"),
    }  # fmt: skip
    lines = json.dumps(value, indent=0).splitlines()
    wrong = next(r for r in report.refused if r.code == "box_missing")
    assert wrong.line is not None
    near = "".join(lines[wrong.line - 8 : wrong.line])
    assert '"x",' in near
    assert "38" not in near
    assert any("turned image" in r.message for r in report.refused)
    found = all_said(platform, alice, dataset)
    assert found["1.png"] == ([box("cat", 1, 1, 5, 5), box("cat", 38, 1, 2, 5)], None, False, "started")
    assert found["2.png"] == found["4.png"] == ([], None, False, "unlabelled")
    assert {note.code: note.n for note in report.notes} == {"boxes_clipped": 1, "outlines": 1, "incomplete": 1}


def test_annotations_alone_go_to_the_samples_that_are_there(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    take(platform, alice, dataset, {f"{'aab'[n]}/{n}.png": image(40, 30, n) for n in range(3)})
    first = samples(platform, alice, dataset)[0]
    platform.datasets.samples.annotate(alice, dataset.id, first.id, AnnotationPut(objects=[], confirm=True), 1)
    said = coco([(n, f"{n}.png", 40, 30) for n in range(4)], [(n, 1, [n, 0, 5, 5]) for n in range(4)], ["cat"])
    source = upload(platform, alice, "boxes.json", said.encode())
    report = bring(platform, alice, dataset, source).report
    assert (report.imported, report.annotated) == (0, 2)
    assert sorted(r.code for r in report.refused) == ["human_annotation", "image_missing"]
    assert all_said(platform, alice, dataset)["b/2.png"] == ([box("cat", 2, 0, 5, 5)], None, False, "labelled")
    assert all_said(platform, alice, dataset)["a/0.png"] == ([], None, False, "labelled")
    check_counters(platform, dataset.id)
    source = upload(platform, alice, "boxes.json", said.encode())
    assert bring(platform, alice, dataset, source, overwrite="replace").report.annotated == 3
    assert all_said(platform, alice, dataset)["a/0.png"] == ([box("cat", 0, 0, 5, 5)], None, False, "labelled")


VOC = """<annotation><filename>{name}</filename><size><width>{w}</width><height>{h}</height><depth>3</depth></size>
<object><name>cat</name><difficult>1</difficult><truncated>1</truncated>
<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>10</xmax><ymax>12</ymax></bndbox></object></annotation>"""


@pytest.mark.parametrize(("convention", "expected"), [("edges", (1, 2, 9, 10)), ("pixels", (0, 1, 10, 11))])
def test_voc_edges_are_read_as_the_convention_says(
    platform: Platform, alice: Principal, convention: str, expected: tuple[int, ...]
) -> None:
    dataset = make(platform, alice, "object_detection")
    files = {
        "v/Annotations/1.xml": VOC.format(name="other.png", w=40, h=30), "v/JPEGImages/1.png": image(40, 30, 1),
        "v/JPEGImages/2.png": image(40, 30, 2), "v/ImageSets/Main/train.txt": "1\n", "v/ImageSets/Main/val.txt": "2\n",
        "v/ImageSets/Main/cat_train.txt": "2  1\n",
    }  # fmt: skip
    assert look(platform, alice, dataset, files).layout == "voc"
    assert take(platform, alice, dataset, files, voc_boxes=convention).report.refused == []
    assert all_said(platform, alice, dataset) == {
        "1.png": ([box("cat", *expected, attributes={"truncated": True}, hard=True)], "training", False, "labelled"),
        "2.png": ([], "validation", False, "unlabelled"),
    }


BOMB = """<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><annotation>
<filename>&c;</filename></annotation>"""


@pytest.mark.parametrize(
    "text", [BOMB, "<annotation>", "no xml", "<a/>", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><annotation/>']
)
def test_xml_with_a_document_type_or_broken_is_refused_and_its_image_comes_unlabelled(
    platform: Platform, alice: Principal, text: str
) -> None:
    dataset = make(platform, alice, "object_detection")
    report = take(platform, alice, dataset, {"1.xml": text, "1.png": image(4, 4)}).report
    assert [(r.code, r.path) for r in report.refused] == [("xml_broken", "1.xml")]
    assert all_said(platform, alice, dataset) == {"1.png": ([], None, False, "unlabelled")}


def test_yolo_folders_of_two_habits(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    files = {
        "y/data.yaml": "names: {0: cat, 1: 'a dog'}\n", "y/images/train/1.png": image(40, 20, 1),
        "y/labels/train/1.txt": "1 0.5 0.5 0.5 0.5\n\n0 0.1 0.1 0.1 0.2 0.9\n", "y/images/val/1.png": image(40, 20, 2),
        "y/labels/val/1.txt": "", "y/images/val/2.png": image(40, 20, 3),
        "y/labels/val/3.txt": "0 1 1 1 1", "y/images/train/4.png": image(40, 20, 4),
        "y/labels/train/4.txt": "7 0.5 0.5 0.2 0.2\ncat 1 1 1 1\n0 0 0 0.5 0 0.5 0.5 0 0.5\n",
    }  # fmt: skip
    assert look(platform, alice, dataset, files).labels == {"7": 1, "a dog": 1, "cat": 2}
    report = take(platform, alice, dataset, files).report
    assert {(r.path, r.code, r.line) for r in report.refused} == {
        ("y/labels/val/3.txt", "image_missing", None), ("y/labels/train/4.txt", "line_invalid", 2),
    }  # fmt: skip
    assert all_said(platform, alice, dataset) == {
        "train/1.png": (
            [box("a dog", 10, 5, 20, 10), box("cat", 2, 0, 4, 4, score=0.9)], "training", False, "labelled",
        ),
        "val/1.png": ([], "validation", False, "labelled"),
        "2.png": ([], "validation", False, "unlabelled"),
        "4.png": ([box("7", 16, 8, 8, 4), box("cat", 0, 0, 20, 10)], "training", False, "started"),
    }  # fmt: skip
    dataset = make(platform, alice, "object_detection", "roboflow")
    files = {
        "train/images/1.png": image(4, 4, 1), "train/labels/1.txt": "0 0.5 0.5 1 1", "data.yaml": "names: [a, b]",
        "valid/images/1.png": image(4, 4, 2), "README.dataset.txt": "hello",
    }  # fmt: skip
    assert take(platform, alice, dataset, files).report.refused == []
    assert all_said(platform, alice, dataset) == {
        "train/1.png": ([box("a", 0, 0, 4, 4)], "training", False, "labelled"),
        "valid/1.png": ([], "validation", False, "unlabelled"),
    }
    assert [label.name for label in platform.datasets.get(alice, dataset.id).label_group.labels] == ["a", "b"]


def test_labels_are_mapped_and_left_out(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    names = ["cat", "dog", "x" * 31]
    said = coco([(1, "1.png", 40, 30)], [(1, c, [c, 1, 2, 2]) for c in (1, 2, 3)], names)
    files = {"a.json": said, "1.png": image(40, 30)}
    assert [r.code for r in look(platform, alice, dataset, files).problems] == ["label_name"]
    mapping = {"dog": None, "x" * 31: "long", "cat": "animal"}
    report = take(platform, alice, dataset, files, label_mapping=mapping).report
    assert (report.labels_created, report.refused) == (["animal", "long"], [])
    assert all_said(platform, alice, dataset)["1.png"][0] == [box("animal", 1, 1, 2, 2), box("long", 3, 1, 2, 2)]
    assert [(n.code, n.n) for n in report.notes] == [("left_out", 1)]


def one(platform: Platform, alice: Principal, **more: Any) -> tuple[Any, Any]:
    dataset = make(platform, alice, "object_detection", labels=[{"name": "cat"}, {"name": "dog"}], **more)
    take(platform, alice, dataset, {"1.png": image(40, 30, 1), "2.png": image(40, 30, 2)})
    return dataset, samples(platform, alice, dataset)[0]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"label": "cat"}, "objects.0.shape", "shape_missing"),
        (box("bird", 0, 0, 1, 1), "objects.0.label", "label_unknown"),
        (box("cat", 30, 0, 10.1, 1), "objects.0.shape.w", "box_outside"),
        (box("cat", 0, 29.5, 1, 1), "objects.0.shape.h", "box_outside"),
        (box("cat", 1, 1, 0.0001, 1), "objects.0.shape.w", "box_empty"),
        ({**box("cat", 1, 1, 1, 1), "text": "x"}, "objects.0.text", "field_not_in_kind"),
    ],
)
def test_a_box_that_cannot_be_is_refused_by_its_field(
    platform: Platform, alice: Principal, given: dict[str, Any], field: str, code: str
) -> None:
    dataset, sample = one(platform, alice)
    body = AnnotationPut(objects=[AnnotationObject.model_validate(given)], confirm=True)
    with pytest.raises(Invalid) as caught:
        platform.datasets.samples.annotate(alice, dataset.id, sample.id, body, sample.revision)
    assert [(f["field"], f["code"]) for f in caught.value.details["fields"]] == [(field, code)]


def test_boxes_are_kept_to_a_thousandth_and_none_is_a_finding(platform: Platform, alice: Principal) -> None:
    dataset, sample = one(platform, alice)
    given = [box("cat", 0.12345, 0, 0.3, 30.0003), box("cat", 1, 1, 2, 2, score=0.5, attributes={"a": 1}, hard=True)]
    body = AnnotationPut.model_validate({"objects": given, "confirm": True})
    read = platform.datasets.samples.annotate(alice, dataset.id, sample.id, body, None)
    assert [o.model_dump(exclude_none=True) for o in read.annotation.objects] == [
        box("cat", 0.123, 0, 0.3, 30), box("cat", 1, 1, 2, 2, score=0.5, attributes={"a": 1}, hard=True),
    ]  # fmt: skip
    read = platform.datasets.samples.annotate(
        alice, dataset.id, sample.id, AnnotationPut(objects=[], confirm=True), None
    )
    assert (read.state, read.annotation.by.id if read.annotation.by else None) == ("labelled", alice.user_id)
    check_counters(platform, dataset.id)


def test_bulk_changes_split_versions_and_differences_of_boxes(platform: Platform, alice: Principal) -> None:
    dataset, _ = one(platform, alice)
    with pytest.raises(Invalid) as caught:
        platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(filter=SampleFilter(), label="cat"))
    assert caught.value.details["fields"][0]["code"] == "label_needs_shape"
    body = {"items": [{"path": "1.png", "objects": [box("cat", 1, 1, 2, 2), box("cat", 3, 3, 2, 2)], "confirm": True}]}
    platform.datasets.samples.annotate_many(alice, dataset.id, AnnotationBatch.model_validate(body))
    assert (
        platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(filter=SampleFilter(), confirm=True)).changed
        == 1
    )
    platform.datasets.bulk.split(alice, dataset.id, SplitRequest(train=0.5, validation=0.5))
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    assert version.counts["labels"] == {"cat": 1}
    assert version.counts["objects"] == {"cat": 2}
    moved = {"items": [{"path": "1.png", "objects": [box("cat", 1, 1, 2, 3), box("cat", 3, 3, 2, 2)], "confirm": True}]}
    platform.datasets.samples.annotate_many(alice, dataset.id, AnnotationBatch.model_validate(moved))
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    found = platform.datasets.versions.difference(
        alice, dataset.id, DiffQuery.model_validate({"from": "V0001", "to": "V0002"})
    )
    assert (found.counts.relabelled, found.counts.changed) == (1, 0)
    check_counters(platform, dataset.id)


def test_an_image_with_exif_orientation_is_kept_in_its_stored_pixels(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    said = coco([(1, "1.jpg", 40, 20)], [(1, 1, [30, 1, 10, 5])], ["cat"])
    report = take(platform, alice, dataset, {"1.jpg": image(40, 20, form="JPEG", exif=exif), "a.json": said}).report
    assert report.refused == []
    assert [(n.code, n.examples) for n in report.notes] == [("exif_orientation", ["1.jpg"])]
    sample = samples(platform, alice, dataset)[0]
    assert (sample.width, sample.height) == (40, 20)


def test_an_export_says_before_and_after_what_its_form_cannot_carry(platform: Platform, alice: Principal) -> None:
    dataset, sample = one(platform, alice)
    given = [box("cat", 1, 1, 2, 2, score=0.5, attributes={"a": 1}, hard=True, id="x")]
    body = AnnotationPut.model_validate({"objects": given, "confirm": True, "hard": True})
    platform.datasets.samples.annotate(alice, dataset.id, sample.id, body, None)
    platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(filter=SampleFilter(), confirm=True))
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest())

    def lost(layout: str) -> dict[str, int]:
        request = ExportInspectRequest.model_validate({"layout": layout})
        found = platform.datasets.exports.inspect(alice, dataset.id, "V0001", request)
        export = platform.datasets.exports.create(
            alice, dataset.id, "V0001", ExportRequest.model_validate({"layout": layout})
        )
        assert platform.datasets.exports.get(alice, export.id).losses == found.losses
        assert (found.possible, found.count) == (True, 2)
        return {note.code: note.n for note in found.losses}

    assert lost("manifest") == {}
    assert lost("coco") == {"hard": 1, "object_hard": 1, "ids": 1}
    assert lost("voc") == {"hard": 1, "scores": 1, "attributes": 1, "ids": 1, "unused_labels": 1}
    assert lost("yolo") == {"hard": 1, "scores": 1, "attributes": 1, "object_hard": 1, "ids": 1}
    note = platform.datasets.exports.inspect(alice, dataset.id, "V0001", ExportInspectRequest(layout="coco")).losses[0]
    assert (note.message, note.examples) == ("1 sample is marked hard: not in COCO", ["1.png"])
    impossible = platform.datasets.exports.inspect(alice, dataset.id, "V0001", ExportInspectRequest(layout="csv"))
    assert not impossible.possible
    with pytest.raises(Invalid):
        platform.datasets.exports.create(alice, dataset.id, "V0001", ExportRequest(layout="csv"))


def test_coco_that_others_read_is_written(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    take(platform, alice, dataset, TREE)
    platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(filter=SampleFilter(), confirm=True))
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).version
    files = unzipped(archive(platform, alice, dataset, version, "coco"))
    assert sorted(name for name in files if name.endswith(".json")) == [
        f"d/annotations/instances_{split}.json" for split in ("default", "train", "val")
    ]
    train = json.loads(files["d/annotations/instances_train.json"])
    assert train["categories"] == [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    assert [i["file_name"] for i in train["images"]] == ["train2017/1.png", "train2017/2.png"]
    assert train["annotations"][0] == {
        "id": 1, "image_id": train["images"][0]["id"], "category_id": 1, "bbox": [1, 2, 3.25, 4], "area": 13.0,
        "iscrowd": 0,
    }  # fmt: skip
    yolo = unzipped(archive(platform, alice, dataset, version, "yolo"))
    assert yolo["d/labels/train/train2017/2.txt"] == b"0 0.9875 0.9833333333333333 0.025 0.03333333333333333\n"
    voc = unzipped(archive(platform, alice, dataset, version, "voc"))
    assert voc["d/ImageSets/Main/train.txt"] == b"train2017/1\ntrain2017/2\n"
    assert b"<xmin>39</xmin><ymin>29</ymin><xmax>40</xmax><ymax>30</ymax>" in voc["d/Annotations/train2017/2.xml"]


def test_a_broken_or_hostile_json_says_where(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    deep = '{"images": [], "annotations": ' + "[" * 100_000
    huge = '{"images": [{"id": ' + "9" * 10_000 + ', "file_name": "1.png"}], "annotations": []}'
    cut = coco([(1, "1.png", 4, 4)], [], ["cat"])[:-30]
    for text in (deep, huge, cut):
        done = take(platform, alice, dataset, {"a.json": text, "1.png": image(4, 4)}, overwrite="skip")
        assert "json_broken" in {r.code for r in done.report.refused}
    with pytest.raises(AISpaceError, match="needs XML"):
        look(platform, alice, dataset, {"a.json": cut, "1.png": image(4, 4)}, layout="voc")
    with pytest.raises(Conflict):
        platform.datasets.versions.publish(alice, dataset.id, PublishRequest())


@pytest.mark.capability("MA1-07")
def test_pictures_with_xml_files_of_the_same_stem_beside_them(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "object_detection")
    files = {
        "d/a.png": image(40, 30, 1), "d/a.xml": VOC.format(name="whatever.jpg", w=40, h=30),
        "d/b.png": image(40, 30, 2), "d/b.xml": VOC.format(name="b.png", w=0, h=0),
    }  # fmt: skip
    assert take(platform, alice, dataset, files).report.refused == []
    said = [box("cat", 1, 2, 9, 10, attributes={"truncated": True}, hard=True)]
    assert all_said(platform, alice, dataset) == dict.fromkeys(("a.png", "b.png"), (said, None, False, "labelled"))
