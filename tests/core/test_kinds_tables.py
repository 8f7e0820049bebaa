from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from aispace.datasets.formats.rows import RowWriter
from aispace.datasets.requests import AnnotationPut, BulkAnnotate
from aispace.datasets.schemas import Column, DatasetRead, PublishRequest, SampleFilter, SplitRequest
from aispace.errors import AISpaceError, Invalid
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.storage.blobs import BlobStore
from kinds import all_said, archive, exported, look, make, take, unzipped, zipped
from samples import bring, check_counters, samples, upload


def texts(
    platform: Platform, alice: Principal, dataset: DatasetRead
) -> dict[str, tuple[str, list[str | None], str | None]]:
    found = {}
    for sample in samples(platform, alice, dataset):
        read, data = platform.datasets.samples.content(alice, dataset.id, sample.id)
        text = (platform.blobs.read(read.sha256) if data is None else data).decode()
        assert sample.excerpt == text[:200]
        assert sample.size == len(text.encode())
        found[sample.path] = (text, [o.label for o in sample.annotation.objects], sample.split)
    return found


def test_class_folders_of_texts_in_several_encodings(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "text_classification")
    files = {
        "set/train/好评/1.txt": "很好".encode("gb18030"), "set/train/bad/2.txt": b"\xef\xbb\xbfno good",
        "set/val/bad/3.txt": "long " * 1000, "set/val/bad/4.txt": b"\x00\x01\x02", "set/val/bad/5.txt": b"  \n",
        "set/val/bad/6.png": b"x",
    }  # fmt: skip
    report = take(platform, alice, dataset, files).report
    assert {(r.path, r.code) for r in report.refused} == {
        ("set/val/bad/4.txt", "not_a_text"), ("set/val/bad/5.txt", "text_empty"), ("set/val/bad/6.png", "suffix"),
    }  # fmt: skip
    assert [(n.code, n.n) for n in report.notes] == [("recoded", 2)]
    assert texts(platform, alice, dataset) == {
        "train/好评/1.txt": ("很好", ["好评"], "training"),
        "train/bad/2.txt": ("no good", ["bad"], "training"),
        "val/bad/3.txt": ("long " * 1000, ["bad"], "validation"),
    }
    check_counters(platform, dataset.id)


CSV = 'text,label,split\n"one, ""two""\nthree",a,train\nfour,b,val\nfive,,\n'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", CSV.encode()),
        ("t.csv", b"\xef\xbb\xbf" + CSV.encode()),
        ("t.csv", CSV.encode("utf-16")),
        ("t.csv", CSV.replace(",", ";").replace("one; ", "one, ").encode()),
        ("t.tsv", CSV.replace(",", "\t").replace("one\t ", "one, ").encode()),
        ("t.csv", CSV.replace("\n", "\r\n").replace('""\r\nthree', '""\nthree').encode()),
        (
            "t.jsonl",
            "\n".join(
                json.dumps(row)
                for row in (
                    {"text": 'one, "two"\nthree', "label": "a", "split": "train"},
                    {"text": "four", "label": "b", "split": "val"},
                    {"text": "five"},
                )
            ).encode(),
        ),
    ],
)
def test_rows_of_a_file_become_texts(platform: Platform, alice: Principal, name: str, data: bytes) -> None:
    dataset = make(platform, alice, "text_classification")
    done = bring(platform, alice, dataset, upload(platform, alice, name, data))
    assert (done.report.layout, done.report.refused) == (name[2:], [])
    assert texts(platform, alice, dataset) == {
        f"{name}/00000001.txt": ('one, "two"\nthree', ["a"], "training"),
        f"{name}/00000002.txt": ("four", ["b"], "validation"),
        f"{name}/00000003.txt": ("five", [], None),
    }


def test_gb18030_is_found_and_wrong_lines_are_named(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "text_classification")
    rows = "评论,类别\n好,正\n坏,负,多\n,正\n" + "长" * 31 + ",正\n好," + "长" * 31 + "\n"
    source = upload(platform, alice, "t.csv", rows.encode("gb18030"))
    seen = platform.datasets.imports.inspect(alice, dataset.id, _inspect(source))
    assert seen.table is not None
    assert (seen.table.encoding, seen.table.text_column, seen.table.label_column) == ("gb18030", "评论", "类别")
    assert seen.table.rows[0] == ["好", "正"]
    assert seen.preview[0].excerpt == "好"
    report = bring(platform, alice, dataset, source).report
    assert [(r.code, r.line) for r in report.refused[:2]] == [("columns", 3), ("text_empty", 4)]
    assert (report.refused[2].code, report.imported) == ("label_name", 2)
    broken = upload(platform, alice, "u.csv", b"text,label\nok,a\n\xff\xfe\xfd\xff,a\nfine,b\n")
    report = bring(platform, alice, dataset, broken).report
    assert [(r.path, r.code, r.line) for r in report.refused] == [("u.csv", "encoding", 3)]
    assert report.imported == 2


def _inspect(source: Any) -> Any:
    from aispace.datasets.requests import ImportInspectRequest

    return ImportInspectRequest(source=source)


def test_without_header_and_with_several_labels(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "text_classification", template="multi")
    data = 'a rather long text that is no label,x|y\nanother text of some length,"x|""a|b"""\nthird one here,\n'
    done = bring(platform, alice, dataset, upload(platform, alice, "t.csv", data.encode()))
    assert done.report.refused == []
    assert [labels for _, labels, _ in texts(platform, alice, dataset).values()] == [["x", "y"], ["x", "a|b"], []]
    single = make(platform, alice, "text_classification", "single")
    data = '{"text": "a", "label": ["x", "y"]}\n{"text": "b", "label": ["x"]}\nno json\n[]\n{"text": 1, "more": 2}\n'
    done = bring(platform, alice, single, upload(platform, alice, "t.jsonl", data.encode()))
    assert [(r.code, r.line) for r in done.report.refused] == [
        ("one_label_only", None), ("line_invalid", 3), ("line_invalid", 4),
    ]  # fmt: skip


def test_a_long_text_is_a_blob_and_a_short_one_is_not(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "text_classification")
    done = bring(
        platform, alice, dataset, upload(platform, alice, "t.csv", f"text,label\nshort,a\n{'x' * 5000},b\n".encode())
    )
    short, long = samples(platform, alice, dataset)
    assert done.status == "succeeded"
    assert not platform.blobs.exists(short.sha256)
    assert platform.blobs.exists(long.sha256)
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).version
    for path, text in ((short.path, b"short"), (long.path, b"x" * 5000)):
        _, media_type, found = platform.datasets.versions.file(alice, dataset.id, version, path)
        assert media_type == "text/plain; charset=utf-8"
        assert (found if isinstance(found, bytes) else found.read_bytes()) == text
    mounted = platform.datasets.resolve_for_run(alice, dataset.id, version).path
    assert (mounted / short.path).read_text() == "short"
    assert (mounted / long.path).read_text() == "x" * 5000
    for layout in ("class_folders", "manifest", "csv", "tsv", "jsonl"):
        assert any(b"short" in data for data in unzipped(archive(platform, alice, dataset, version, layout)).values())


IRIS = (
    "sepal,petal,note,flag,species\n5.1,1,x,true,setosa\n4.9,,y,false,setosa\n-3e2,3,,TRUE,virginica\nNA,4,007,False,\n"
)


def test_a_table_has_typed_columns_and_its_label_column_becomes_labels(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    assert (dataset.template, dataset.columns) == (None, None)
    seen = look(platform, alice, dataset, {"iris.csv": IRIS})
    assert seen.table is not None
    assert (seen.table.label_column, seen.table.header, seen.count) == ("species", True, 4)
    assert [c.type for c in seen.table.columns] == ["number", "integer", "text", "boolean", "text"]
    report = take(platform, alice, dataset, {"iris.csv": IRIS}).report
    assert (report.imported, report.refused, report.labels_created) == (4, [], ["setosa", "virginica"])
    read = platform.datasets.get(alice, dataset.id)
    assert read.columns == [
        Column(name="sepal", type="number"), Column(name="petal", type="integer"), Column(name="note", type="text"),
        Column(name="flag", type="boolean"), Column(name="species", type="text", role="label"),
    ]  # fmt: skip
    found = samples(platform, alice, dataset)
    assert [s.path for s in found] == [f"iris.csv/{n:08}" for n in range(1, 5)]
    assert [s.values for s in found] == [
        {"sepal": 5.1, "petal": 1, "note": "x", "flag": True},
        {"sepal": 4.9, "petal": None, "note": "y", "flag": False},
        {"sepal": -300.0, "petal": 3, "note": None, "flag": True},
        {"sepal": None, "petal": 4, "note": "007", "flag": False},
    ]  # fmt: skip
    assert [s.state for s in found] == ["labelled", "labelled", "labelled", "unlabelled"]
    assert not any(platform.blobs.exists(s.sha256) for s in found)
    check_counters(platform, dataset.id)


def test_a_second_table_fits_in_any_order_or_is_refused(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    take(platform, alice, dataset, {"a.csv": "x,y,label\n1,2,p\n"})
    take(platform, alice, dataset, {"b.csv": "label;y;x\nq;2.5;3\n"})
    found = platform.datasets.get(alice, dataset.id)
    assert [(c.name, c.type) for c in found.columns or []] == [("x", "integer"), ("y", "number"), ("label", "text")]
    assert [s.values for s in samples(platform, alice, dataset)] == [{"x": 1, "y": 2.0}, {"x": 3, "y": 2.5}]
    done = bring(platform, alice, dataset, upload(platform, alice, "c.csv", b"x,z,label\n1,2,p\n"))
    assert done.status == "failed"
    assert done.reason is not None
    assert "lacks 'y' and has 'z' besides" in done.reason.message
    assert platform.datasets.get(alice, dataset.id).counts.total == 2


def test_the_label_column_can_be_chosen_and_be_none(platform: Platform, alice: Principal) -> None:
    for name, option, labels in (("one", "b", ["2"]), ("two", "", []), ("three", "zzz", None)):
        dataset = make(platform, alice, "tabular_classification", name)
        files = {"t.csv": "a,b,label\n1,2,p\n"}
        if labels is None:
            with pytest.raises(Invalid) as caught:
                look(platform, alice, dataset, files, table={"label_column": option})
            assert caught.value.details["fields"][0]["field"] == "table.label_column"
        else:
            take(platform, alice, dataset, files, table={"label_column": option})
            found = samples(platform, alice, dataset)[0]
            assert [o.label for o in found.annotation.objects] == labels
            assert list(found.values or ()) == (["a", "label"] if labels else ["a", "b", "label"])
    dataset = make(platform, alice, "tabular_classification", "many")
    files = {"t.csv": "a,price\n" + "".join(f"{n},{n}.5\n" for n in range(2100))}
    done = bring(
        platform, alice, dataset, upload(platform, alice, "d.zip", zipped(files)), table={"label_column": "price"}
    )
    assert done.reason is not None
    assert "more than 2000 different values" in done.reason.message


def test_rows_are_labelled_split_published_compared_and_mounted(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    take(platform, alice, dataset, {"iris.csv": IRIS})
    last = samples(platform, alice, dataset)[-1]
    body = AnnotationPut.model_validate({"objects": [{"label": "setosa"}], "confirm": True})
    platform.datasets.samples.annotate(alice, dataset.id, last.id, body, last.revision)
    platform.datasets.bulk.split(alice, dataset.id, SplitRequest(train=0.5, test=0.5, stratified=False))
    version = platform.datasets.versions.publish(alice, dataset.id, PublishRequest()).version
    platform.datasets.bulk.annotate(
        alice, dataset.id, BulkAnnotate(filter=SampleFilter(label="virginica"), label="setosa")
    )
    from aispace.datasets.schemas import DiffQuery

    found = platform.datasets.versions.difference(alice, dataset.id, DiffQuery())
    assert [(item.path, item.change) for item in found.items] == [("iris.csv/00000003", "relabelled")]
    table = unzipped(archive(platform, alice, dataset, version, "csv"))["d/table.csv"].decode().splitlines()
    assert table[0] == "sepal,petal,note,flag,species,split"
    assert [line.rpartition(",")[0] for line in table[1:]] == [*IRIS.splitlines()[1:-1], "NA,4,007,False,setosa"]
    mounted = platform.datasets.resolve_for_run(alice, dataset.id, version, "training")
    lines = [json.loads(line) for line in (mounted.path / ".aispace/annotations.jsonl").read_text().splitlines()]
    assert len(lines) == mounted.count == 2
    assert all(set(line["values"]) == {"sepal", "petal", "note", "flag"} for line in lines)
    facts = json.loads((mounted.path / ".aispace/dataset.json").read_text())
    assert [column["role"] for column in facts["columns"]] == ["feature"] * 4 + ["label"]
    assert (mounted.path / "table.csv").read_text().count("\n") == 3
    check_counters(platform, dataset.id)


def test_several_files_are_one_table_and_name_the_split(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    take(platform, alice, dataset, {"d/train.csv": "x,label\n1,a\n", "d/test.csv": "x,label\n2,b\n"})
    assert {p: s[1] for p, s in all_said(platform, alice, dataset).items()} == {
        "train.csv/00000001": "training", "test.csv/00000001": "test",
    }  # fmt: skip


def test_collecting_garbage_needs_no_blob_of_a_row(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    take(platform, alice, dataset, {"t.csv": "x,label\n1,a\n"})
    exported(platform, alice, dataset, "csv")
    store: BlobStore = platform.blobs
    held = {digest for holder in store.holders for digest in holder()}
    assert samples(platform, alice, dataset)[0].sha256 not in held


def test_layouts_of_another_kind_are_refused(platform: Platform, alice: Principal) -> None:
    dataset = make(platform, alice, "tabular_classification")
    with pytest.raises(Invalid) as caught:
        look(platform, alice, dataset, {"t.csv": "x,label\n1,a\n"}, layout="coco")
    assert caught.value.details["fields"][0]["code"] == "layout_not_of_kind"
    with pytest.raises(AISpaceError, match=r"needs a \.tsv file"):
        look(platform, alice, dataset, {"t.csv": "x,label\n1,a\n"}, layout="tsv")


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_line_ends_of_every_kind_within_a_cell_come_back(form: str) -> None:
    rows = [["0\r", "a\nb", "c\r\nd", 'say "x"'], ["", "1,2", "1\t2", " "]]
    writer = RowWriter(form)
    text = b"".join(map(writer.line, rows)).decode()
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if form == "tsv" else ",")) == rows
    assert text.count("\r\n") == 1
