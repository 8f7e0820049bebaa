"""What a model said about samples whose label is known: the source of the evaluation page.

``out/predictions.jsonl`` has one line a sample: ``{path, truth, predicted, scores?, dataset?}``. ``truth`` and
``predicted`` are label names; ``scores`` are the probabilities in the order of the labels; ``dataset`` tells which of
several inputs the sample is from. ``out/predictions.json`` holds ``{"labels": [...]}``.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .launch import current

FILE = "predictions.jsonl"
HEADER = "predictions.json"


def _scores(scores: Iterable[Any] | None) -> list[float | None] | None:
    if scores is None:
        return None
    numbers = [float(score) for score in scores]
    return [round(number, 6) if math.isfinite(number) else None for number in numbers]


def predictions(
    items: Iterable[Mapping[str, Any]] | None = None,
    /,
    *,
    labels: Sequence[str] | None = None,
    paths: Sequence[str] | None = None,
    truth: Sequence[str] | None = None,
    predicted: Sequence[str] | None = None,
    scores: Iterable[Iterable[Any]] | None = None,
    dataset: str | None = None,
    folder: Path | str | None = None,
) -> Path:
    """Write predictions for the evaluation.

    Parameters
    ----------
    items : iterable of mapping, optional
        ``{path, truth, predicted, scores?, dataset?}`` each; or the columns ``paths``, ``truth``, ``predicted`` and
        ``scores`` instead.
    labels : sequence of str, optional
        All labels in the order of ``scores``. Default: those that occur, sorted.
    dataset : str, optional
        Name of the argument of the dataset (``"data_url"``, ...) for all samples.
    folder : path, optional
        Default: the folder of results of this workload.

    Returns
    -------
    pathlib.Path
        The file, replaced as a whole.

    Raises
    ------
    ValueError
        The columns have different lengths.
    """
    target = Path(folder) if folder is not None else current().out
    target.mkdir(parents=True, exist_ok=True)
    if items is None:
        columns = [list(column or []) for column in (paths, truth, predicted)]
        rows: list[Any]
        rows = list(scores) if scores is not None else [None] * len(columns[0])
        if len({len(column) for column in (*columns, rows)}) != 1:
            raise ValueError("paths, truth, predicted and scores must have the same length")
        items = (
            {"path": path, "truth": true, "predicted": guess, "scores": row}
            for path, true, guess, row in zip(*columns, rows, strict=True)
        )
    seen: set[str] = set()
    temporary = target / f".{FILE}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as file:
        for item in items:
            record: dict[str, Any] = {key: str(item[key]) for key in ("path", "truth", "predicted")}
            if item.get("scores") is not None:
                record["scores"] = _scores(item["scores"])
            if item.get("dataset") or dataset:
                record["dataset"] = item.get("dataset") or dataset
            seen.update((record["truth"], record["predicted"]))
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    header = target / f".{HEADER}.{os.getpid()}"
    names = [str(label) for label in labels] if labels is not None else sorted(seen)
    header.write_text(json.dumps({"labels": names}, ensure_ascii=False), encoding="utf-8")
    header.replace(target / HEADER)
    return temporary.replace(target / FILE)
