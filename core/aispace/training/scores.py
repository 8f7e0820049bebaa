"""Figures of a classification: accuracy, precision, recall, F1, confusion matrix.

Definitions after M. Sokolova and G. Lapalme, "A systematic analysis of performance measures for classification tasks",
Information Processing & Management 45 (2009) 427-437, table 3; zero divided by zero counts as 0, as scikit-learn's
``zero_division=0``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from .schemas import ClassScore, EvaluationResult

MAX_LINE = 1 << 20
MAX_LABELS = 1000
"""With more, the matrix would have more than a million cells: the rarest labels are counted together."""
OTHERS = "(others)"


@dataclass(frozen=True)
class Prediction:
    """One line of ``predictions.jsonl``."""

    path: str
    truth: str
    predicted: str
    scores: tuple[float | None, ...] | None = None
    dataset: str | None = None


def ratio(part: float, whole: float) -> float:
    """Divide; 0 where there is nothing to divide by."""
    return part / whole if whole else 0.0


def result(matrix: list[list[int]], labels: Sequence[str]) -> EvaluationResult:
    r"""Compute all figures from a confusion matrix :math:`m`.

    For label :math:`i`: precision :math:`m_{ii} / \sum_j m_{ji}`, recall :math:`m_{ii} / \sum_j m_{ij}`, F1 their
    harmonic mean; accuracy :math:`\sum_i m_{ii} / \sum_{ij} m_{ij}`. Macro figures are plain means over the labels that
    occur as truth or prediction; the weighted F1 is the mean weighted by support.
    """
    classes = []
    size = len(labels)
    total = sum(map(sum, matrix))
    hits = sum(matrix[i][i] for i in range(size))
    for i, label in enumerate(labels):
        support = sum(matrix[i])
        predicted = sum(matrix[j][i] for j in range(size))
        precision, recall = ratio(matrix[i][i], predicted), ratio(matrix[i][i], support)
        classes.append(
            ClassScore(
                label=label,
                precision=precision,
                recall=recall,
                f1=ratio(2 * matrix[i][i], predicted + support),
                support=support,
                predicted=predicted,
            )
        )
    occurring = [c for c in classes if c.support or c.predicted]
    return EvaluationResult(
        labels=list(labels),
        matrix=matrix,
        per_class=classes,
        accuracy=ratio(hits, total),
        macro_precision=ratio(sum(c.precision for c in occurring), len(occurring)),
        macro_recall=ratio(sum(c.recall for c in occurring), len(occurring)),
        macro_f1=ratio(sum(c.f1 for c in occurring), len(occurring)),
        weighted_f1=ratio(sum(c.f1 * c.support for c in classes), total),
        count=total,
        wrong=total - hits,
    )


def _scores(value: Any) -> tuple[float | None, ...] | None:
    if not isinstance(value, list):
        return None
    if not all(item is None or (isinstance(item, (int, float)) and not isinstance(item, bool)) for item in value):
        return None
    return tuple(None if item is None else float(item) for item in value)


def parse_prediction(line: bytes) -> Prediction | None:
    """Read a line of ``predictions.jsonl``; None when it is none, as it comes from a user's program."""
    try:
        record = json.loads(line)
        path, truth, predicted = (record[name] for name in ("path", "truth", "predicted"))
        dataset = record.get("dataset")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(isinstance(item, str) and len(item) <= 4096 for item in (path, truth, predicted)):
        return None
    return Prediction(
        path, truth, predicted, _scores(record.get("scores")), dataset if isinstance(dataset, str) else None
    )


def read_predictions(file: BinaryIO) -> Iterator[Prediction]:
    """Read ``predictions.jsonl``."""
    while line := file.readline(MAX_LINE):
        prediction = parse_prediction(line)
        if prediction is not None:
            yield prediction


def read_labels(data: bytes | None) -> list[str]:
    """Read the labels of ``predictions.json``; empty when there is no such file or it is not as it should be."""
    try:
        labels = json.loads(data or b"{}")["labels"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        return []
    return list(dict.fromkeys(labels))


def evaluate(predictions: Iterable[Prediction], labels: Sequence[str] = ()) -> EvaluationResult | None:
    """Compute the figures of predictions.

    Parameters
    ----------
    labels : sequence of str, optional
        Order of the labels; others that occur follow, sorted.

    Returns
    -------
    EvaluationResult or None
        None when there is no prediction.
    """
    counts: dict[tuple[str, str], int] = {}
    for item in predictions:
        key = (item.truth, item.predicted)
        counts[key] = counts.get(key, 0) + 1
    if not counts:
        return None
    seen = {label for pair in counts for label in pair}
    order = [*dict.fromkeys(labels), *sorted(seen - set(labels))]
    if len(order) > MAX_LABELS:
        support: dict[str, int] = dict.fromkeys(order, 0)
        for (truth, _), count in counts.items():
            support[truth] += count
        kept = set(sorted(order, key=lambda label: -support[label])[: MAX_LABELS - 1])
        order = [label for label in order if label in kept] + [OTHERS]
        merged: dict[tuple[str, str], int] = {}
        for pair, count in counts.items():
            short = tuple(label if label in kept else OTHERS for label in pair)
            merged[short[0], short[1]] = merged.get((short[0], short[1]), 0) + count
        counts = merged
    place = {label: number for number, label in enumerate(order)}
    matrix = [[0] * len(order) for _ in order]
    for (truth, predicted), count in counts.items():
        matrix[place[truth]][place[predicted]] += count
    return result(matrix, order)
