"""The line manifest: what is read of it, and what comes back of what is written."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from aispace.datasets.formats.line_manifest import read_line
from aispace.datasets.requests import BulkSelection, ExportRequest
from aispace.datasets.schemas import DatasetCreate, DatasetRead, PublishRequest, SampleUpdate
from aispace.identity import Principal
from aispace.labels.schemas import Label
from aispace.platform import Platform
from samples import bring, check_counters, png, samples, upload

KIND = {"image_classification": "image", "object_detection": "image", "text_classification": "text"}
XML = b"""<annotation><filename>d.png</filename><size><width>8</width><height>8</height><depth>3</depth></size>
<object><name>cup</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>5</ymax></bndbox>
</object><object><name>jug</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>8</xmax><ymax>8</ymax></bndbox></object>
</annotation>"""


def make(platform: Platform, alice: Principal, kind: str, name: str = "d", **more: Any) -> DatasetRead:
    template = {} if kind == "object_detection" else {"template": "multi"}
    given = {"name": name, "data_type": KIND[kind], "annotation_type": kind, **template, **more}
    return platform.datasets.create(alice, DatasetCreate.model_validate(given))


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def lines(*values: Any) -> bytes:
    return b"\n".join(v if isinstance(v, bytes) else json.dumps(v, ensure_ascii=False).encode() for v in values)


def label(name: str, kind: str = "image_classification", **more: Any) -> dict[str, Any]:
    return {"type": f"modelarts/{kind}", "name": name, **more}


MANIFEST = lines(
    {"source": "s3://bucket/i/a.png", "usage": "TRAIN", "annotation": [label("cup", hard="true"), label("blue")]},
    {"source": "i/b.png", "usage": "eval", "annotation": [label("jug", hard="False")]},
    {"source": "/some/where/i/c.png", "annotation": [label("jug", hard=True), label("cup")]},
    {"source": "obs://bucket/i/bare.png"},
)
PICTURES = {f"set/i/{name}.png": png(n) for n, name in enumerate(("a", "b", "c", "bare"))}


def said(platform: Platform, alice: Principal, dataset: DatasetRead) -> dict[str, tuple[Any, ...]]:
    return {
        s.path: (s.state, [o.label for o in s.annotation.objects], s.split, s.hard)
        for s in samples(platform, alice, dataset)
    }


@pytest.mark.capability("MA1-16")
def test_sources_come_with_their_labels_and_those_alone_without(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "image_classification")
    source = upload(platform, alice, "d.zip", zipped({**PICTURES, "set/x.manifest": MANIFEST}))
    done = bring(platform, alice, dataset, source)
    assert (done.status, done.report.layout, done.report.refused) == ("succeeded", "line_manifest", [])
    assert said(platform, alice, dataset) == {
        "i/a.png": ("labelled", ["cup", "blue"], "training", True),
        "i/b.png": ("labelled", ["jug"], "validation", False),
        "i/c.png": ("labelled", ["jug", "cup"], None, True),
        "i/bare.png": ("unlabelled", [], None, False),
    }
    check_counters(platform, dataset.id)
    only = make(platform, alice, "image_classification", "only")
    sources = lines(*({"source": path.removeprefix("set/")} for path in PICTURES))
    bring(platform, alice, only, upload(platform, alice, "d.zip", zipped({**PICTURES, "set/x.manifest": sources})))
    assert {state for state, *_ in said(platform, alice, only).values()} == {"unlabelled"}
    assert len(said(platform, alice, only)) == 4


@pytest.mark.capability("MA1-12", "MA1-13", "MA1-14")
def test_an_import_takes_chosen_labels_only_or_hard_ones_only(platform: Platform, alice: Principal) -> None:
    data = zipped({**PICTURES, "set/x.manifest": MANIFEST})

    def taken(name: str, **options: Any) -> tuple[dict[str, list[str]], list[str], list[str]]:
        dataset = make(platform, alice, "image_classification", name, labels=[Label(name="own")])
        done = bring(platform, alice, dataset, upload(platform, alice, "d.zip", data), **options)
        assert done.status == "succeeded", done.reason
        group = platform.datasets.get(alice, dataset.id).label_group
        assert group is not None
        notes = [note.code for note in done.report.notes]
        found = {path: one[1] for path, one in said(platform, alice, dataset).items()}
        return found, [one.name for one in group.labels], sorted(set(notes) - {"left_out"})

    chosen = {"i/b.png": ["jug"], "i/c.png": ["jug"]}
    assert taken("chosen", only_labels=["jug"]) == (chosen, ["own", "jug"], ["not_chosen"])
    hard = {"i/a.png": ["cup", "blue"], "i/c.png": ["jug", "cup"]}
    assert taken("hard", hard_only=True) == (hard, ["own", "blue", "cup", "jug"], ["not_hard"])
    _, labels, _ = taken("all")
    assert labels == ["own", "blue", "cup", "jug"]  # the manifest's labels came along


@pytest.mark.capability("MA1-17")
@pytest.mark.parametrize("dash", ["-", "_"])
@pytest.mark.parametrize("prefix", ["modelarts/", ""])
@pytest.mark.parametrize("hard", [True, "True", "true", "TRUE", False, "False", "false", None])
def test_every_key_is_read_in_every_spelling(dash: str, prefix: str, hard: Any) -> None:
    annotation = {
        "type": f"{prefix}image_classification", "name": "cup", "property": {"size": "big"},
        "annotated-by": "m/learning",
        "creation-time": "2024-01-02 03:04:05", "confidence": 0.7, "annotation-loc": "s3://b/d.xml",
        "annotation-format": "PASCAL VOC", **({} if hard is None else {"hard": hard}),
    }  # fmt: skip
    line = {
        "source": "s3://b/i/a.png",
        "usage": "TEST",
        "id": "0f",
        "inference-loc": "s3://o",
        "annotation": [annotation],
    }
    respelled = json.loads(json.dumps(line).replace("annotated-by", f"annotated{dash}by").replace("-loc", f"{dash}loc"))
    found = read_line(json.dumps(respelled).encode())
    assert (found.path, found.text, found.split, found.id, found.result) == ("i/a.png", None, "test", "0f", "s3://o")
    [one] = found.annotations
    assert (one.kind, one.name, one.property) == ("image_classification", "cup", {"size": "big"})
    assert one.hard is (str(hard).lower() == "true")
    assert (one.by, one.created, one.confidence) == ("m/learning", "2024-01-02 03:04:05", 0.7)
    assert (one.location, one.format) == ("s3://b/d.xml", "PASCAL VOC")
    text = read_line('{"source": "content://中文 as it is "}'.encode())
    assert (text.text, text.annotations, text.split) == ("中文 as it is ", [], None)


def test_machines_scores_properties_and_boxes(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "image_classification")
    machine = label("cup", **{"annotated-by": "m/learning", "confidence": 0.5, "property": {"size": "big"}})
    source = zipped({"a.png": png(1), "x.manifest": lines({"source": "a.png", "annotation": [machine]})})
    bring(platform, alice, dataset, upload(platform, alice, "d.zip", source))
    [sample] = samples(platform, alice, dataset)
    [one] = sample.annotation.objects
    assert (sample.state, one.score, one.attributes) == ("auto", 0.5, {"size": "big"})
    boxes = make(platform, alice, "object_detection", "boxes")
    located = {"type": "object_detection", "annotation-loc": "s3://b/set/d.xml"}
    manifest = lines({"source": "s3://b/set/d.png", "annotation": [located]}, {"source": "e.png"})
    files = {"set/d.png": png(1), "set/d.xml": XML, "set/e.png": png(2), "set/x.manifest": manifest}
    done = bring(platform, alice, boxes, upload(platform, alice, "d.zip", zipped(files)))
    assert (done.report.layout, done.report.refused, done.report.objects) == ("line_manifest", [], 2)
    drawn, bare = samples(platform, alice, boxes)
    assert [(o.label, o.shape and (o.shape.x, o.shape.w), bool(o.hard)) for o in drawn.annotation.objects] == [
        ("cup", (1, 3), True), ("jug", (0, 8), False),
    ]  # fmt: skip
    assert (bare.state, drawn.state) == ("unlabelled", "labelled")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{nothing", "no JSON"),
        (b"[1]", "no JSON object"),
        ({"usage": "TRAIN"}, "no source"),
        ({"source": "a.png", "usage": "SOMETIMES"}, "usage is none of"),
        ({"source": "gone.png"}, "no file came"),
        ({"source": "a.png", "annotation": {}}, "annotation is no list"),
        ({"source": "a.png", "annotation": [{"name": "cup"}]}, "has no type"),
        ({"source": "a.png", "annotation": [{"type": "image_classification"}]}, "has no name"),
        ({"source": "a.png", "annotation": [label("cup", "text_entity")]}, "its type is 'text_entity'"),
        ({"source": "a.png", "annotation": [label("cup", confidence=7)]}, "confidence is no number from 0 to 1"),
        ({"source": "content://text"}, "the source is a text"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_the_others_are_taken(
    platform: Platform, alice: Principal, line: Any, why: str
) -> None:
    dataset = make(platform, alice, "image_classification")
    manifest = lines(line, b"", {"source": "b.png"})
    files = {"a.png": png(1), "b.png": png(2), "x.manifest": manifest}
    done = bring(platform, alice, dataset, upload(platform, alice, "d.zip", zipped(files)))
    problems = {(one.path, one.code): one for one in done.report.refused}
    [first] = [one for one in problems.values() if one.path == "x.manifest"]
    assert first.line == 1
    assert why in first.message
    assert [s.path for s in samples(platform, alice, dataset)] == ["b.png"]


@pytest.mark.parametrize("kind", list(KIND))
def test_what_is_written_comes_back(platform: Platform, alice: Principal, kind: str) -> None:
    dataset = make(platform, alice, kind)
    long = "x" * 3000
    manifest = {
        "image_classification": MANIFEST,
        "object_detection": lines(
            {"source": "i/a.png", "usage": "TEST", "annotation": [{"type": kind, "annotation-loc": "d.xml"}]},
            {"source": "i/b.png"},
        ),
        "text_classification": lines(
            {"source": "content:// two\nlines ", "id": "one/a.txt", "annotation": [label("good", kind)]},
            {"source": f"content://{long}", "usage": "TRAIN", "annotation": [label("long", kind), label("good", kind)]},
            {"source": "content://unlabelled"},
        ),
    }[kind]
    files = {"set/x.manifest": manifest, **({} if kind == "text_classification" else PICTURES)}
    if kind == "object_detection":
        files["set/d.xml"] = XML.replace(b"d.png", b"a.png")
    done = bring(platform, alice, dataset, upload(platform, alice, "d.zip", zipped(files)))
    assert done.status == "succeeded", done.reason
    first = samples(platform, alice, dataset)[0]
    platform.datasets.samples.update(alice, dataset.id, first.id, SampleUpdate(hard=True, split="test"), None)
    unlabelled = [s.id for s in samples(platform, alice, dataset, state="unlabelled")]
    assert unlabelled
    platform.datasets.bulk.delete(alice, dataset.id, BulkSelection(ids=unlabelled))
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    made = platform.datasets.exports.create(alice, dataset.id, version.version, ExportRequest(layout="line_manifest"))
    _, pieces = platform.datasets.exports.content(alice, made.id)
    data = b"".join(pieces)
    twin = make(platform, alice, kind, "twin")
    again = bring(platform, alice, twin, upload(platform, alice, "d.zip", data))
    assert (again.status, again.report.layout, again.report.refused) == ("succeeded", "line_manifest", [])

    def whole(of: DatasetRead) -> Any:
        return [
            (s.path, s.sha256, s.state, s.split, s.hard, s.annotation.objects)
            for s in samples(platform, alice, of, sort="path")
        ]

    assert whole(twin) == whole(dataset)
    check_counters(platform, twin.id)
