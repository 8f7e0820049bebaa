"""From a file of texts or a table to a model that is evaluated, with the preset algorithms."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from aispace.datasets.schemas import DatasetCreate
from aispace.platform import Platform
from aispace.training.schemas import EvaluationCreate, SaveModel
from aispace.workloads.schemas import LogQuery
from classifier_setup import ENDED, Classifier, until
from presets_data import table, texts


@pytest.fixture
def world(platform: Platform, runtime_python: Path) -> Classifier:
    """Make a started platform with a runtime in which the preset algorithms run."""
    made = Classifier(platform, runtime_python)
    platform.start()
    return made


def as_csv(header: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def learn(world: Classifier, preset: str, kind: DatasetCreate, rows: list[list[str]], header: list[str]) -> float:
    """Train on three quarters of a file of rows; give the accuracy of the saved model on the rest."""
    cut = len(rows) * 3 // 4
    published = []
    for name, part in (("known", rows[:cut]), ("held", rows[cut:])):
        world.put({f"{name}.csv": as_csv(header, part)})
        wanted = kind.model_copy(update={"name": f"{kind.name}-{name}"})
        published.append(world.publish(wanted, f"{name}.csv", "csv", table={"label_column": "label"}))
    world.algorithm = world.preset(preset)
    training, alice = world.platform.training, world.alice
    options = {"epochs": 6} if preset == "text-classifier" else {"rounds": 30}
    body = world.job(kind.name, published[0])
    job = training.create(alice, body.model_copy(update={"parameters": options}))
    run = world.ended(job.id)
    assert run.status == "succeeded", training.log(alice, job.id, "V0001", LogQuery()).text
    assert run.evaluation_summary is not None
    saved = training.save_model(alice, job.id, "V0001", SaveModel(name=kind.name))
    held = {"dataset_id": published[1], "version": "V0001"}
    wanted_evaluation = {"model_id": saved.model_id, "inputs": [held], "spec_id": world.spec_id}
    evaluation = world.platform.evaluations.create(alice, EvaluationCreate.model_validate(wanted_evaluation))
    until(lambda: world.platform.evaluations.get(alice, evaluation.id).status in ENDED)
    done = world.platform.evaluations.get(alice, evaluation.id)
    assert done.status == "succeeded", done.reason
    assert done.result is not None
    assert done.result.count == len(rows) - cut
    return done.result.accuracy


@pytest.mark.slow
def test_a_csv_of_texts_becomes_a_model_that_knows_new_ones(world: Classifier, runtime_python: Path) -> None:
    rows = [[text, label] for text, label in texts(runtime_python, 150)]
    kind = DatasetCreate(name="docstrings", data_type="text", annotation_type="text_classification")
    assert learn(world, "text-classifier", kind, rows, ["text", "label"]) > 0.7


@pytest.mark.slow
def test_a_csv_of_rows_becomes_a_model_that_knows_new_ones(world: Classifier, runtime_python: Path) -> None:
    columns, cells, labels = table(runtime_python, "iris")
    rows = [[*row, label] for row, label in zip(cells, labels, strict=True)]
    # In the file they are sorted by kind.
    rows = [rows[number * 37 % len(rows)] for number in range(len(rows))]
    kind = DatasetCreate(name="iris", data_type="tabular", annotation_type="tabular_classification")
    assert learn(world, "table-classifier", kind, rows, [*columns, "label"]) > 0.85
