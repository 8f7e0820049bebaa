from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import aispace_runtime as run
import pytest

RUNTIME = Path(run.__file__).parent.parent


@pytest.fixture
def attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the environment of an attempt."""
    monkeypatch.setenv("AISPACE_WORKLOAD_ID", "wl_1")
    monkeypatch.setenv("AISPACE_METRICS", str(tmp_path / "metrics.jsonl"))
    monkeypatch.setenv("AISPACE_OUT", str(tmp_path / "out"))
    monkeypatch.setenv("AISPACE_MODEL_OUT", str(tmp_path / "model"))
    monkeypatch.setenv("AISPACE_SEED", "42")
    return tmp_path


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_the_contract_is_read_from_the_environment(attempt: Path) -> None:
    launch = run.current()
    assert (launch.managed, launch.seed, launch.nodes, launch.model) == (True, 42, 1, attempt / "model")
    assert not run.current({}).managed
    assert run.current({"AISPACE_SEED": "many"}).seed == 0


def test_numbers_that_json_does_not_have_are_logged_as_words(attempt: Path) -> None:
    run.log(3, loss=math.nan, best=-math.inf, worst=math.inf, count=2**70, ok=True)
    run.log(accuracy=0.5)
    run.progress(1, 4, unit="epochs")
    first, second, third = lines(attempt)
    assert first["step"] == 3
    assert first["values"] == {"loss": "NaN", "best": "-Infinity", "worst": "Infinity", "count": 2.0**70, "ok": 1}
    assert (second["step"], second["values"]) == (4, {"accuracy": 0.5})
    assert third["progress"] == {"done": 1, "total": 4, "unit": "epochs"}


def test_what_is_no_number_is_refused_and_writes_nothing(attempt: Path) -> None:
    for values in ({"loss": "low"}, {"": 1.0}, {"x" * 200: 1.0}, {"loss": None}):
        with pytest.raises((TypeError, ValueError)):
            run.log(1, **values)  # type: ignore[arg-type]  # the case decides it
    with pytest.raises(ValueError, match="finite"):
        run.log(math.inf, loss=1.0)
    assert not (attempt / "metrics.jsonl").exists()


def test_lines_of_many_processes_never_mix(attempt: Path) -> None:
    code = "import aispace_runtime as r\nfor i in range(300): r.log(i, **{'n' * 100: i, 'm' * 100: 0.1})"
    environment = {**os.environ, "PYTHONPATH": str(RUNTIME)}
    started = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    assert len(lines(attempt)) == 1200


def test_a_full_disk_does_not_end_the_run(attempt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (attempt / "metrics.jsonl").mkdir()
    run.log(1, loss=1.0)
    run.log(2, loss=1.0)
    assert capsys.readouterr().err.count("metrics are not written") <= 1


def test_outside_a_workload_numbers_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AISPACE_METRICS", raising=False)
    run.log(1, loss=0.25)
    run.progress(1, 2)
    assert capsys.readouterr().out == "step 1: loss=0.25\n1 of 2 steps\n"


def test_a_dataset_version_is_read_with_labels_and_splits(tmp_path: Path) -> None:
    meta = tmp_path / ".aispace"
    meta.mkdir()
    header = {"name": "digits", "version": "V0002", "data_type": "image", "annotation_type": "image_classification"}
    (meta / "dataset.json").write_text(json.dumps({**header, "labels": [{"name": "a"}, "b"]}))
    records = [
        {"path": "x/2.png", "split": "test", "state": "labelled", "objects": [{"label": "b"}, {"label": "b"}]},
        {"path": "x/1.png", "split": None, "state": "unlabelled", "objects": []},
        {"path": "ü 3.png", "split": "training", "objects": [{"label": {"name": "a"}}]},
    ]
    (meta / "annotations.jsonl").write_text("\n".join(json.dumps(record) for record in records) + "\n")
    data = run.dataset(tmp_path)
    assert (data.name, data.version, data.labels, len(data)) == ("digits", "V0002", ("a", "b"), 3)
    assert [sample.name for sample in data] == ["x/1.png", "x/2.png", "ü 3.png"]
    assert [(s.label, s.split) for s in data.labelled] == [("b", "test"), ("a", "training")]
    assert data.split("test")[0].path == tmp_path / "x" / "2.png"


def test_what_was_rejected_is_read_with_its_reason_and_not_learnt_from(tmp_path: Path) -> None:
    meta = tmp_path / ".aispace"
    meta.mkdir()
    (meta / "dataset.json").write_text(json.dumps({"name": "boxes", "annotation_type": "object_detection"}))
    said = {"verdict": "reject", "reason": "two cars are missing"}
    records = [
        {"path": "1.png", "state": "rejected", "objects": [{"label": "car"}], "review": said},
        {"path": "2.png", "state": "labelled", "objects": [{"label": "car"}], "review": said},
        {"path": "3.png", "state": "reviewed", "objects": [], "review": {"verdict": "accept", "reason": ""}},
    ]
    (meta / "annotations.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    data = run.dataset(tmp_path)
    assert [sample.name for sample in data.labelled] == ["2.png", "3.png"]
    assert data.samples[0].review == said


def class_folders(root: Path, **numbers: int) -> Path:
    for label, number in numbers.items():
        (root / label).mkdir(parents=True)
        for n in range(number):
            (root / label / f"{n}.png").write_bytes(b"x")
    return root


def test_arguments_are_those_of_the_contract_and_of_the_program(attempt: Path) -> None:
    parser = run.arguments("Learns.", starts_from="its weights")
    parser.add_argument("--augment", type=run.truth, default=False)
    given = parser.parse_args(["--data_url=/data", "--augment=TRUE", "--model_load_dir=/old"])
    assert (given.data_url, given.val_data_url, given.model_load_dir) == (Path("/data"), None, Path("/old"))
    assert (given.train_out, given.train_model_out) == (attempt / "out", attempt / "model")
    assert (given.seed, given.validation_share, given.augment) == (42, 0.2, True)
    assert "model to go on from: its weights" in parser.format_help()
    for wrong in (["--data_url=/data", "--augment=perhaps"], ["--augment=1"]):
        with pytest.raises(SystemExit):
            parser.parse_args(wrong)


def test_parts_are_told_and_what_cannot_be_learnt_from_ends_the_program(
    attempt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = class_folders(attempt / "data", cat=10, dog=5)
    other = class_folders(attempt / "other", cat=2, cow=3)
    given = run.arguments("Learns.").parse_args([f"--data_url={data}"])
    found = run.read_parts(given, "images")
    assert (len(found.training), len(found.validation), found.labels) == (12, 3, ("cat", "dog"))
    assert found.number == {"cat": 0, "dog": 1}
    assert capsys.readouterr().out == "data: 12 training, 3 validation, 2 labels\n"
    again = run.read_parts(given, "images")
    assert [s.name for s in again.validation] == [s.name for s in found.validation], "the same seed, the same share"
    checked = run.read_parts(run.arguments("").parse_args([f"--data_url={data}", f"--val_data_url={other}"]), "images")
    assert (len(checked.training), len(checked.validation)) == (15, 2)
    assert "3 images for validation left out" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="Not trained: 4 labelled samples for training with 1 labels"):
        run.read_parts(run.arguments("").parse_args([f"--data_url={class_folders(attempt / 'one', dog=5)}"]), "images")


def test_a_folder_for_each_class_is_a_dataset_too(tmp_path: Path) -> None:
    for name in ("cat/1.png", "dog/1.png", "dog/.hidden", "readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    data = run.dataset(tmp_path)
    assert [(s.name, s.label) for s in data] == [("cat/1.png", "cat"), ("dog/1.png", "dog")]
    with pytest.raises(FileNotFoundError, match="not a folder"):
        run.dataset(tmp_path / "none")


def test_predictions_and_model_config_are_whole_files(attempt: Path) -> None:
    run.predictions(paths=["1.png"], truth=["a"], predicted=["b"], scores=[[0.25, math.nan]], labels=["a", "b"])
    record = json.loads((attempt / "out" / "predictions.jsonl").read_text())
    assert record == {"path": "1.png", "truth": "a", "predicted": "b", "scores": [0.25, None]}
    assert json.loads((attempt / "out" / "predictions.json").read_text()) == {"labels": ["a", "b"]}
    with pytest.raises(ValueError, match="same length"):
        run.predictions(paths=["1"], truth=[], predicted=["a"])
    run.save_model_config(
        format="onnx", framework="x", task="t", inputs=[], outputs=[], metrics={"good": 1, "bad": math.nan}, extra=1
    )
    config = json.loads((attempt / "model" / "config.json").read_text())
    assert (config["metrics"], config["extra"]) == ({"good": 1.0}, 1)
    assert sorted(path.name for path in (attempt / "out").iterdir()) == ["predictions.json", "predictions.jsonl"]


def test_the_runtime_needs_the_standard_library_only() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules); import aispace_runtime\n"
        "new = {m.split('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "assert new == {'aispace_runtime'}, new"
    )
    subprocess.run([sys.executable, "-I", "-c", code, str(RUNTIME)], check=True)
