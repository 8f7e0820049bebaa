from __future__ import annotations

import io
import json
from typing import Any

import pytest
from aispace.errors import Invalid, NotFound
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.storage.manifests import Entry, write_manifest
from aispace.training.evaluation import EvaluationFiles
from aispace.training.schemas import EvaluatedQuery
from aispace.training.scores import OTHERS, Prediction, evaluate, read_labels, read_predictions
from hypothesis import given
from hypothesis import strategies as st

LABELS = ["a", "b", "c", "ü"]
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60)


def predictions(pairs: list[tuple[str, str]]) -> list[Prediction]:
    return [Prediction(f"{i}.png", truth, guess) for i, (truth, guess) in enumerate(pairs)]


def test_figures_of_a_small_case_counted_by_hand() -> None:
    pairs = [("cat", "cat")] * 3 + [("cat", "dog")] + [("dog", "dog")] * 2 + [("dog", "cat")] * 2
    result = evaluate(predictions(pairs), ["cat", "dog", "bird"])
    assert result is not None
    assert result.matrix == [[3, 1, 0], [2, 2, 0], [0, 0, 0]]
    cat, dog, bird = result.per_class
    assert (cat.precision, cat.recall, cat.support, cat.predicted) == (3 / 5, 3 / 4, 4, 5)
    assert (dog.precision, dog.recall) == (2 / 3, 2 / 4)
    assert cat.f1 == pytest.approx(2 * 0.6 * 0.75 / 1.35)
    assert (bird.precision, bird.recall, bird.f1, bird.support) == (0, 0, 0, 0)
    assert (result.accuracy, result.count, result.wrong) == (5 / 8, 8, 3)
    assert result.macro_f1 == pytest.approx((cat.f1 + dog.f1) / 2)


@given(PAIRS)
def test_figures_agree_with_counting(pairs: list[tuple[str, str]]) -> None:
    result = evaluate(predictions(pairs), LABELS)
    assert result is not None
    assert sum(map(sum, result.matrix)) == len(pairs)
    assert result.accuracy == pytest.approx(sum(t == p for t, p in pairs) / len(pairs))
    for score in result.per_class:
        hits = sum(t == p == score.label for t, p in pairs)
        given_, real = sum(p == score.label for _, p in pairs), sum(t == score.label for t, _ in pairs)
        assert score.precision == pytest.approx(hits / given_ if given_ else 0)
        assert score.recall == pytest.approx(hits / real if real else 0)
        both = score.precision + score.recall
        assert score.f1 == pytest.approx(2 * score.precision * score.recall / both if both else 0)
    # One label for each sample: micro precision, micro recall and accuracy are the same number.
    assert sum(c.support for c in result.per_class) == sum(c.predicted for c in result.per_class) == len(pairs)


@given(PAIRS)
def test_the_order_of_samples_changes_nothing(pairs: list[tuple[str, str]]) -> None:
    assert evaluate(predictions(pairs), LABELS) == evaluate(predictions(pairs[::-1]), LABELS)


def test_very_many_labels_are_counted_together() -> None:
    pairs = [(f"l{n}", f"l{n}") for n in range(1500)]
    result = evaluate(predictions(pairs))
    assert result is not None
    assert (len(result.labels), result.labels[-1], result.count) == (1000, OTHERS, 1500)


@given(st.binary(max_size=200), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_file_of_a_program_can_be_read(data: bytes, value: Any) -> None:
    line = json.dumps({"path": value, "truth": value, "predicted": "x", "scores": value}).encode()
    for _ in read_predictions(io.BytesIO(data + b"\n" + line)):
        pass
    assert isinstance(read_labels(data), list)


def stored(platform: Platform, lines: list[dict[str, Any]], labels: list[str]) -> str:
    files = {
        "predictions.jsonl": "".join(json.dumps(line) + "\n" for line in lines).encode(),
        "predictions.json": json.dumps({"labels": labels}).encode(),
    }
    entries = [Entry(name, len(data), platform.blobs.put(data).sha256) for name, data in files.items()]
    return write_manifest(platform.blobs, entries).sha256


def test_samples_are_paged_and_filtered(platform: Platform, alice: Principal) -> None:
    truths = ["a", "a", "b", "b", "b"]
    lines: list[dict[str, Any]] = [
        {"path": f"{i}.png", "truth": truth, "predicted": "a", "scores": [0.75, 0.25]} for i, truth in enumerate(truths)
    ]
    files = EvaluationFiles(platform.blobs)
    manifest = stored(platform, lines, ["a", "b"])
    assert files.result(manifest).wrong == 3
    seen, cursor = [], None
    while True:
        page = files.samples(manifest, EvaluatedQuery(limit=2, cursor=cursor, only="wrong"), lambda _: None)
        seen += page.items
        cursor = page.page.next
        if cursor is None:
            break
    assert [item.path for item in seen] == ["2.png", "3.png", "4.png"]
    assert (seen[0].score, seen[0].scores, seen[0].correct) == (0.75, {"a": 0.75, "b": 0.25}, False)
    assert len(files.samples(manifest, EvaluatedQuery(truth="a", predicted="a"), lambda _: None).items) == 2
    with pytest.raises(Invalid, match="Cursor"):
        files.samples(manifest, EvaluatedQuery(cursor="x"), lambda _: None)
    with pytest.raises(NotFound):
        files.result(None)
    with pytest.raises(NotFound):
        files.result(stored(platform, [], []))
