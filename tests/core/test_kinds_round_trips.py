"""What goes out in a form and comes back is the same, but for what the export said that it cannot carry."""

from __future__ import annotations

import csv
import io
import itertools
from typing import Any

import pytest
from aispace.datasets.annotations import AnnotationObject
from aispace.datasets.contents import facts
from aispace.datasets.requests import ExportInspectRequest
from aispace.datasets.schemas import DatasetRead, PublishRequest
from aispace.datasets.working import WorkingCopy, locked
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.storage.paths import UnsafePath, safe_path
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kinds import archive, image, make
from samples import bring, check_counters, samples, upload

NUMBERS = itertools.count()
SETTINGS = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
NAMES = st.text(LETTERS, min_size=1, max_size=12).filter(lambda s: s.isprintable() and s == s.strip())
LABELS = st.lists(NAMES, min_size=1, max_size=4, unique=True)
SPLITS = st.sampled_from([None, "training", "validation", "test"])


@st.composite
def paths(draw: st.DrawFn, suffixes: tuple[str, ...]) -> str:
    """Paths with folders of all names, those of the forms too."""
    part = st.one_of(
        st.text(LETTERS, min_size=1, max_size=6),
        st.sampled_from(["images", "labels", "train", "val", "all", "no_split", "JPEGImages", "Annotations", "a", "b"]),
    )
    folders = draw(st.lists(part, max_size=2))
    name = draw(st.one_of(st.sampled_from(["a", "b", "train"]), st.text(LETTERS, min_size=1, max_size=6)))
    path = "/".join([*folders, name + draw(st.sampled_from(suffixes))])
    try:
        return safe_path(path)
    except UnsafePath:
        assume(False)
        raise


@st.composite
def boxes(draw: st.DrawFn, labels: list[str], width: int, height: int, *, more: bool) -> dict[str, Any]:
    left, upper = draw(st.integers(0, width * 1000 - 1)), draw(st.integers(0, height * 1000 - 1))
    right, lower = draw(st.integers(left + 1, width * 1000)), draw(st.integers(upper + 1, height * 1000))
    numbers = {"x": left, "y": upper, "w": right - left, "h": lower - upper}
    value: dict[str, Any] = {
        "label": draw(st.sampled_from(labels)),
        "shape": {"type": "bbox", **{k: _plain(n / 1000) for k, n in numbers.items()}},
    }
    if more:
        value |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "score": st.floats(0, 1),
                    "hard": st.just(True),
                    "attributes": st.sampled_from([{"truncated": True}, {"pose": "Left"}, {"a": [1, {"b": None}]}]),
                },
            )
        )
    return value


def _plain(n: float) -> float | int:
    return int(n) if n == int(n) else n


def fill(platform: Platform, dataset: DatasetRead, rows: list[dict[str, Any]]) -> None:
    """Put samples into a dataset as an import would."""
    with platform.db.write() as session:
        copy = WorkingCopy(session, locked(session, dataset.id))
        copy.add(rows, by="usr_alice", confirm=True)
        copy.finish()


def back(
    platform: Platform, alice: Principal, dataset: DatasetRead, layout: str, **options: Any
) -> tuple[DatasetRead, set[str]]:
    """Publish, export, and import into a new dataset; give it and the codes of what was not carried."""
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).version
    request = ExportInspectRequest.model_validate({"layout": layout})
    lost = {note.code for note in platform.datasets.exports.inspect(alice, dataset.id, version, request).losses}
    data = archive(platform, alice, dataset, version, layout)
    template = {"template": dataset.template} if dataset.template else {}
    twin = make(platform, alice, dataset.annotation_type, f"t{next(NUMBERS)}", **template)
    done = bring(platform, alice, twin, upload(platform, alice, "d.zip", data), layout=layout, **options)
    assert done.status == "succeeded", done.reason
    assert done.report.refused == []
    assert done.report.notes == []
    check_counters(platform, twin.id)
    return twin, lost


def without(objects: list[AnnotationObject], lost: set[str]) -> list[dict[str, Any]]:
    """Leave out of objects what is said to be lost."""
    fields = {"scores": "score", "attributes": "attributes", "object_hard": "hard", "ids": "id"}
    gone = {field for code, field in fields.items() if code in lost}
    return [{k: v for k, v in o.model_dump(mode="json", exclude_none=True).items() if k not in gone} for o in objects]


def state(read: Any, platform: Platform, alice: Principal, dataset: DatasetRead, lost: set[str]) -> dict[str, Any]:
    """What is said of samples, by what they hold."""
    return {
        read(s): (without(s.annotation.objects, lost), s.split, s.hard and "hard" not in lost, s.path)
        for s in samples(platform, alice, dataset)
    }


@pytest.mark.parametrize("layout", ["coco", "voc", "yolo", "manifest", "line_manifest"])
@SETTINGS
@given(data=st.data())
def test_boxes_come_back(platform: Platform, alice: Principal, layout: str, data: st.DataObject) -> None:
    labels = data.draw(LABELS)
    dataset = make(
        platform, alice, "object_detection", f"d{next(NUMBERS)}", labels=[{"name": label} for label in labels]
    )
    found = data.draw(st.lists(paths((".png", ".PNG")), min_size=1, max_size=4, unique_by=str.lower))
    assume(not any(one != other and other.startswith(f"{one}/") for one in found for other in found))
    more = data.draw(st.booleans())
    rows = []
    for n, path in enumerate(found):
        width, height = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 30))
        pixels = image(width, height, n + 1)
        blob = platform.blobs.put(pixels)
        objects = data.draw(st.lists(boxes(labels, width, height, more=more), max_size=3))
        rows.append(
            {
                "path": path, "sha256": blob.sha256, "size": blob.size, "media_type": "image/png", "width": width,
                "height": height, "split": data.draw(SPLITS), "hard": more and data.draw(st.booleans()),
                "objects": objects, "state": "labelled",
            }
        )  # fmt: skip
    fill(platform, dataset, rows)
    twin, lost = back(platform, alice, dataset, layout)
    key = lambda s: (s.sha256, s.width, s.height)  # noqa: E731  # said once, where it is used
    before, after = state(key, platform, alice, dataset, lost), state(key, platform, alice, twin, lost)
    if "paths" in lost:
        before, after = ({k: v[:3] for k, v in side.items()} for side in (before, after))
    assert after == before
    names = [label.name for label in platform.datasets.get(alice, twin.id).label_group.labels]
    if "unused_labels" not in lost:
        assert set(names) >= set(labels)


@pytest.mark.parametrize("layout", ["csv", "tsv", "jsonl", "manifest", "line_manifest"])
@pytest.mark.parametrize("template", ["single", "multi"])
@SETTINGS
@given(data=st.data())
def test_texts_come_back(platform: Platform, alice: Principal, layout: str, template: str, data: st.DataObject) -> None:
    labels = data.draw(LABELS)
    dataset = make(
        platform, alice, "text_classification", f"d{next(NUMBERS)}", template=template,
        labels=[{"name": label} for label in labels],
    )  # fmt: skip
    found = data.draw(st.lists(paths((".txt",)), min_size=1, max_size=4, unique_by=str.lower))
    assume(not any(one != other and other.startswith(f"{one}/") for one in found for other in found))
    words = st.one_of(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=30),
        st.sampled_from(["a,b;c|d\te\n", '"', "\r", "\r\n x", "=1+1", "# text", "none", "\ufeffx", "x" * 1200]),
    )
    rows = []
    for path in found:
        text = data.draw(words.filter(lambda t: bool(t.strip())))
        said = data.draw(
            st.lists(st.sampled_from(labels), min_size=1, max_size=2 if template == "multi" else 1, unique=True)
        )
        row = {**facts(text, "text/plain; charset=utf-8"), "path": path, "split": data.draw(SPLITS), "hard": False}
        if len(text) > 1000 or layout == "manifest":
            row["content"] = None
            platform.blobs.put(text.encode())
            assume(layout != "manifest" or not text.startswith("\ufeff"))
        rows.append({**row, "objects": [{"label": label} for label in said], "state": "labelled"})
    fill(platform, dataset, rows)
    twin, lost = back(platform, alice, dataset, layout)
    assert lost <= {"unused_labels"}
    key = lambda s: (s.path, s.sha256)  # noqa: E731  # said once, where it is used
    assert state(key, platform, alice, twin, lost) == state(key, platform, alice, dataset, lost)


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8),
    st.integers(-1000, 1000).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["", "NA", "1e5", "007", "true", "1.50", " x ", '"', "\n"]),
)


@pytest.mark.parametrize("layout", ["csv", "tsv"])
@SETTINGS
@given(data=st.data())
def test_tables_come_back(platform: Platform, alice: Principal, layout: str, data: st.DataObject) -> None:
    names = data.draw(
        st.lists(
            NAMES.filter(lambda n: n.lower() not in ("split", "subset")), min_size=2, max_size=4, unique_by=str.lower
        )
    )
    place = data.draw(st.integers(0, len(names) - 1))
    labels = data.draw(LABELS)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t" if layout == "tsv" else ",", lineterminator="\n")
    with_split = data.draw(st.booleans())
    writer.writerow([*names, *(["split"] if with_split else [])])
    for _ in range(data.draw(st.integers(1, 4))):
        cells = [data.draw(CELLS) for _ in names]
        cells[place] = data.draw(st.sampled_from(labels))
        writer.writerow([*cells, *([data.draw(st.sampled_from(["train", "val", "test"]))] if with_split else [])])
    dataset = make(platform, alice, "tabular_classification", f"d{next(NUMBERS)}")
    options = {"table": {"label_column": names[place], "header": True, "delimiter": "\t" if layout == "tsv" else ","}}
    source = upload(platform, alice, f"table.{layout}", out.getvalue().encode())
    done = bring(platform, alice, dataset, source, **options)
    assert (done.status, done.report.refused) == ("succeeded", [])
    twin, lost = back(platform, alice, dataset, layout, **options)
    assert lost == set()
    key = lambda s: (s.path, s.sha256)  # noqa: E731  # said once, where it is used
    assert state(key, platform, alice, twin, lost) == state(key, platform, alice, dataset, lost)
    assert platform.datasets.get(alice, twin.id).columns == platform.datasets.get(alice, dataset.id).columns
