"""The preset algorithms for texts and tables on data that is on every machine."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import aispace
import aispace_runtime
import pytest
from presets_data import PACKAGES, lay_out, table, texts

PRESETS = Path(aispace.__file__).parent / "algorithms" / "presets"


def start(python: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(aispace_runtime.__file__).parent.parent),
        "AISPACE_METRICS": str(folder / "metrics.jsonl"),
        "AISPACE_OUT": str(folder / "out"),
        "AISPACE_MODEL_OUT": str(folder / "model"),
        "AISPACE_SEED": "1",
    }
    return subprocess.run([python, *command], env=environment, cwd=folder, capture_output=True, text=True, check=False)


def train(python: Path, folder: Path, preset: str, *options: str) -> subprocess.CompletedProcess[str]:
    done = start(python, folder, str(PRESETS / preset / "code" / "train.py"), *options)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done


def curve(folder: Path, name: str) -> list[float]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line["values"][name] for line in lines if name in line.get("values", {})]


def accuracy(python: Path, folder: Path, model: Path, data: Path) -> float:
    """Ask the saved model about data that training has not seen, as a service would answer."""
    done = start(python, folder, "-m", "aispace_runtime.evaluate", f"--model_load_dir={model}", f"--data_url={data}")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in (folder / "out" / "predictions.jsonl").read_text().splitlines()]
    assert all(abs(sum(one["scores"]) - 1) < 1e-3 for one in found)
    return sum(one["truth"] == one["predicted"] for one in found) / len(found)


@pytest.mark.slow
def test_docstrings_are_told_apart_by_the_package_they_are_from(runtime_python: Path, tmp_path: Path) -> None:
    found = texts(runtime_python, 400)
    cut = len(found) * 4 // 5
    folders = []
    for name, part in (("train", found[:cut]), ("held", found[cut:])):
        records = []
        for number, (_, label) in enumerate(part):
            records.append({"path": f"{number}.txt", "state": "labelled", "objects": [{"label": label}]})
        folders.append(lay_out(tmp_path / name, "text", records, list(PACKAGES)))
        for number, (text, _) in enumerate(part):
            (tmp_path / name / f"{number}.txt").write_text(text)
    train(runtime_python, tmp_path / "run", "text_classifier", f"--data_url={folders[0]}", "--epochs=8")
    assert len(curve(tmp_path / "run", "validation_accuracy")) == 8
    assert accuracy(runtime_python, tmp_path / "held-run", tmp_path / "run" / "model", folders[1]) > 0.8


@pytest.mark.slow
def test_chinese_texts_are_counted_in_characters(runtime_python: Path, tmp_path: Path) -> None:
    good, bad = (
        ("这家店的面条非常好吃", "服务很好下次还会再来", "味道不错价格也便宜"),
        ("等了一个小时太慢了", "菜是凉的很难吃", "又贵又难吃不会再来"),
    )
    records, choose = [], random.Random(0)
    folder = tmp_path / "reviews"
    folder.mkdir()
    for number in range(60):
        label = "好评" if number % 2 else "差评"
        text = choose.choice(good if number % 2 else bad) + choose.choice(good if number % 2 else bad)
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
        records.append({"path": f"{number}.txt", "state": "labelled", "objects": [{"label": label}]})
    lay_out(folder, "text", records, ["好评", "差评"])
    done = train(runtime_python, tmp_path / "run", "text_classifier", f"--data_url={folder}", "--epochs=5")
    assert "counted: characters" in done.stdout
    assert curve(tmp_path / "run", "validation_accuracy")[-1] == 1.0


def rows(
    python: Path, name: str, *, gaps: bool = False
) -> tuple[list[dict[str, Any]], list[str], list[dict[str, Any]]]:
    """Give records, labels and columns of a table; with gaps, one column of words is added and some cells are empty."""
    columns, cells, labels = table(python, name)
    described = [{"name": column, "type": "number", "role": "feature"} for column in columns]
    if gaps:
        described.append({"name": "词", "type": "text", "role": "feature"})
    order = random.Random(2).sample(range(len(cells)), len(cells))
    records = []
    for number in order:
        values: dict[str, Any] = dict(zip(columns, map(float, cells[number]), strict=True))
        if gaps:
            values[columns[number % len(columns)]] = None
            values["词"] = None if number % 7 == 0 else f"group {number % 3}"
        records.append(
            {"path": f"{number:06}", "state": "labelled", "objects": [{"label": labels[number]}], "values": values}
        )
    return records, sorted(set(labels)), described


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "model", "gaps", "least"),
    [
        ("iris", "linear", False, 0.9),
        ("wine_data", "forest", True, 0.9),
        ("breast_cancer", "boosting", True, 0.92),
    ],
)
def test_rows_of_real_tables_are_told_apart(
    runtime_python: Path, tmp_path: Path, name: str, model: str, gaps: bool, least: float
) -> None:
    records, labels, columns = rows(runtime_python, name, gaps=gaps)
    cut = len(records) * 3 // 4
    known = lay_out(tmp_path / "known", "tabular", records[:cut], labels, columns=columns)
    held = lay_out(tmp_path / "held", "tabular", records[cut:], labels, columns=columns)
    train(
        runtime_python, tmp_path / "run", "table_classifier", f"--data_url={known}", f"--model={model}", "--rounds=40"
    )
    config = json.loads((tmp_path / "run" / "model" / "config.json").read_text())
    assert [one["name"] for one in config["inputs"]] == [column["name"] for column in columns]
    assert accuracy(runtime_python, tmp_path / "held-run", tmp_path / "run" / "model", held) >= least
    losses = curve(tmp_path / "run", "loss")
    assert losses[-1] <= losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["text_classifier", "table_classifier"])
def test_one_label_is_not_enough_and_that_is_said(runtime_python: Path, tmp_path: Path, preset: str) -> None:
    records = [{"path": "a", "state": "labelled", "objects": [{"label": "only"}], "values": {"x": 1}}]
    columns = [{"name": "x", "type": "number", "role": "feature"}]
    data = lay_out(tmp_path / "data", "tabular", records, ["only"], columns=columns)
    done = start(runtime_python, tmp_path / "run", str(PRESETS / preset / "code" / "train.py"), f"--data_url={data}")
    assert done.returncode == 1
    assert "at least two labels" in done.stderr
