"""The preset algorithm on the 1,797 digits that scikit-learn carries."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import aispace
import aispace_runtime
import pytest
from aispace.tour.digits import find, read, share_out

CODE = Path(aispace.__file__).parent / "algorithms" / "presets" / "image_classifier" / "code" / "train.py"


@pytest.fixture(scope="module")
def digits(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the digits out as folders ``train`` and ``held``, one folder for each label."""
    root = tmp_path_factory.mktemp("digits")
    parts = share_out(read(find([str(runtime_python.parent.parent)])))
    for digit in [*parts.labelled, *parts.unlabelled]:
        digit.save(root / "train" / digit.label)
    for digit in parts.held_out:
        digit.save(root / "held" / digit.label)
    return root


def start(python: Path, folder: Path, *command: str, seed: int = 1) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(aispace_runtime.__file__).parent.parent),
        "AISPACE_METRICS": str(folder / "metrics.jsonl"),
        "AISPACE_OUT": str(folder / "out"),
        "AISPACE_MODEL_OUT": str(folder / "model"),
        "AISPACE_SEED": str(seed),
    }
    return subprocess.run([python, *command], env=environment, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "least"), [("mlp", 0.95), ("svm", 0.97)])
def test_digits_are_learnt_and_the_saved_model_knows_those_it_has_never_seen(
    runtime_python: Path, digits: Path, tmp_path: Path, model: str, least: float
) -> None:
    done = start(runtime_python, tmp_path, str(CODE), f"--data_url={digits / 'train'}", f"--model={model}")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    records = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    curve = [record["values"]["validation_accuracy"] for record in records if "values" in record]
    assert len(curve) == (60 if model == "mlp" else 1)
    assert curve[-1] > 0.93
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["labels"] == [str(n) for n in range(10)]
    evaluated = start(
        runtime_python, tmp_path / "held", "-m", "aispace_runtime.evaluate",
        f"--model_load_dir={tmp_path / 'model'}", f"--data_url={digits / 'held'}")  # fmt: skip
    assert evaluated.returncode == 0, evaluated.stderr
    guesses = [json.loads(x) for x in (tmp_path / "held" / "out" / "predictions.jsonl").read_text().splitlines()]
    assert len(guesses) == 355
    assert sum(g["truth"] == g["predicted"] for g in guesses) / len(guesses) >= least


@pytest.mark.slow
def test_the_seed_makes_a_run_repeatable(runtime_python: Path, digits: Path, tmp_path: Path) -> None:
    results = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        options = (str(CODE), f"--data_url={digits / 'held'}", "--epochs=3", "--hidden=16")
        assert start(runtime_python, tmp_path / name, *options, seed=seed).returncode == 0
        lines = (tmp_path / name / "metrics.jsonl").read_text().splitlines()
        results.append([json.loads(line)["values"] for line in lines if "values" in line])
    assert results[0] == results[1]
    assert results[0] != results[2]


@pytest.mark.slow
def test_data_that_cannot_be_learnt_from_is_refused_with_the_remedy(runtime_python: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "one").mkdir(parents=True)
    done = start(runtime_python, tmp_path / "run", str(CODE), f"--data_url={tmp_path / 'data'}")
    assert done.returncode == 1
    assert "Label samples with at least two labels" in done.stderr
    assert "Traceback" not in done.stderr
