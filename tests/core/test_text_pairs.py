"""Texts and their labels in pairs of files."""

from __future__ import annotations

from typing import Any

import pytest
from aispace.datasets.requests import ImportInspectRequest
from aispace.datasets.schemas import DatasetCreate, DatasetRead
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import AreaSource
from samples import bring, check_counters, put, samples


def make(platform: Platform, alice: Principal, name: str = "d", template: str = "multi") -> DatasetRead:
    given = {"name": name, "data_type": "text", "annotation_type": "text_classification", "template": template}
    return platform.datasets.create(alice, DatasetCreate.model_validate(given))


def said(platform: Platform, alice: Principal, dataset: DatasetRead) -> dict[str, tuple[Any, ...]]:
    return {
        s.path: (s.excerpt, [o.label for o in s.annotation.objects], s.state)
        for s in samples(platform, alice, dataset, sort="path")
    }


@pytest.mark.capability("MA1-08")
def test_each_line_of_a_text_gets_the_labels_of_the_same_line(platform: Platform, alice: Principal) -> None:
    long = "long " * 500
    files = {
        "set/notes.txt": f"fits well\r\n太大了\n{long}\nundecided\n".encode(),
        "set/notes_result.txt": b"positive comfort\r\nsize\nlong  positive\n\n",
        "set/more.TXT": b"one",
        "set/more_result.TXT": b"size",
    }
    put(platform, alice, files)
    dataset = make(platform, alice)
    look = platform.datasets.imports.inspect(
        alice, dataset.id, ImportInspectRequest(source=AreaSource(kind="area", path="set"))
    )
    assert (look.layout, look.count, look.labels) == (
        "text_pairs", 5, {"comfort": 1, "long": 1, "positive": 2, "size": 2},
    )  # fmt: skip
    done = bring(platform, alice, dataset, "set")
    assert (done.status, done.report.layout, done.report.imported) == ("succeeded", "text_pairs", 5), done
    assert said(platform, alice, dataset) == {
        "more.TXT/00000001.txt": ("one", ["size"], "labelled"),
        "notes.txt/00000001.txt": ("fits well", ["positive", "comfort"], "labelled"),
        "notes.txt/00000002.txt": ("太大了", ["size"], "labelled"),
        "notes.txt/00000003.txt": (long[:200], ["long", "positive"], "labelled"),
        "notes.txt/00000004.txt": ("undecided", [], "unlabelled"),
    }
    check_counters(platform, dataset.id)
    [third] = [s for s in samples(platform, alice, dataset) if s.path == "notes.txt/00000003.txt"]
    assert platform.blobs.read(third.sha256).decode() == long


def test_lines_that_do_not_fit_are_named(platform: Platform, alice: Principal) -> None:
    put(
        platform,
        alice,
        {
            "set/a.txt": b"one\ntwo\n\nfour",
            "set/a_result.txt": b"x\nx y\nx",
            "set/alone.txt": b"nothing beside it",
            "set/b_result.txt": b"x",
        },
    )
    dataset = make(platform, alice, template="single")
    done = bring(platform, alice, dataset, "set")
    assert {(r.path.removeprefix("set/"), r.code, r.line) for r in done.report.refused} == {
        ("a.txt", "text_empty", 3), ("a.txt", "labels_missing", 4), ("alone.txt", "labels_missing", None),
        ("b_result.txt", "text_missing", None), ("a.txt/00000002.txt", "one_label_only", None),
    }  # fmt: skip
    assert list(said(platform, alice, dataset)) == ["a.txt/00000001.txt"]


def test_such_a_name_alone_is_a_text_as_others_are(platform: Platform, alice: Principal) -> None:
    put(platform, alice, {"set/exam_result.txt": b"passed", "set/other.txt": b"text"})
    dataset = make(platform, alice)
    done = bring(platform, alice, dataset, "set")
    assert (done.report.layout, done.report.imported, done.report.refused) == ("flat", 2, [])
