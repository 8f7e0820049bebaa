"""Train a classifier of rows of a table with scikit-learn and save it as ONNX: one input for each column."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator

import aispace_runtime as run
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

RARE = 40
"""Words of a column that are told apart; the rarer ones count as one."""
STEPS = 100


def arguments() -> argparse.Namespace:
    """Read the command line as AI Space writes it: ``--name=value``."""
    parser = run.arguments("Train a classifier of rows.")
    parser.add_argument("--model", choices=["boosting", "forest", "linear"], default="boosting")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--learning_rate", type=float, default=0.1)
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--regularisation", type=float, default=1.0)
    return parser.parse_args()


def read(samples: tuple[run.Sample, ...], columns: list[dict]) -> np.ndarray:
    """Read rows as an array of objects: numbers as float32 with NaN for a gap, everything else as text."""
    rows = np.empty((len(samples), len(columns)), dtype=object)
    for place, column in enumerate(columns):
        name = column["name"]
        cells = [(sample.values or {}).get(name) for sample in samples]
        if column["type"] == "text":
            rows[:, place] = ["" if cell is None else str(cell) for cell in cells]
        else:
            rows[:, place] = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float32)
    return rows


def pipeline(options: argparse.Namespace, columns: list[dict]) -> Pipeline:
    """Make what fills gaps, scales numbers, spreads words over columns of 0 and 1, and learns."""
    words = [place for place, column in enumerate(columns) if column["type"] == "text"]
    numbers = [place for place in range(len(columns)) if place not in words]
    parts = []
    if numbers:
        steps = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
        parts.append(("numbers", steps, numbers))
    if words:
        # Words that were never seen are none of them.
        spread = OneHotEncoder(handle_unknown="ignore", max_categories=RARE, sparse_output=False, dtype=np.float32)
        parts.append(("words", spread, words))
    if options.model == "linear":
        classifier = LogisticRegression(C=1 / options.regularisation, max_iter=2000)
    elif options.model == "forest":
        classifier = RandomForestClassifier(options.rounds, max_depth=options.depth, random_state=options.seed)
    else:
        classifier = GradientBoostingClassifier(
            n_estimators=options.rounds,
            learning_rate=options.learning_rate,
            max_depth=options.depth,
            min_samples_leaf=3,
            subsample=0.8,
            random_state=options.seed,
        )
    return Pipeline([("prepare", ColumnTransformer(parts)), ("classify", classifier)])


def stages(fitted: Pipeline, x: np.ndarray) -> Iterator[np.ndarray]:
    """Give the probabilities after each tree; of a linear model there is one stage."""
    classifier, prepared = fitted["classify"], fitted["prepare"].transform(x)
    if isinstance(classifier, GradientBoostingClassifier):
        yield from classifier.staged_predict_proba(prepared)
    elif isinstance(classifier, RandomForestClassifier):
        total = np.zeros((len(prepared), len(classifier.classes_)))
        for number, tree in enumerate(classifier.estimators_, 1):
            total += tree.predict_proba(prepared)
            yield total / number
    else:
        yield classifier.predict_proba(prepared)


def follow(fitted: Pipeline, train: tuple[np.ndarray, np.ndarray], validation: tuple[np.ndarray, np.ndarray]) -> None:
    """Log loss and accuracy by number of trees: at most `STEPS` points."""
    (x, y), (vx, vy) = train, validation
    labels = fitted["classify"].classes_
    others = stages(fitted, vx) if len(vy) else iter(())
    total = len(getattr(fitted["classify"], "estimators_", [0]))
    every = max(1, total // STEPS)
    for step, probabilities in enumerate(stages(fitted, x), 1):
        other = next(others, None)
        if step % every and step != total:
            continue
        figures = {"loss": log_loss(y, probabilities, labels=labels), "accuracy": right(y, probabilities)}
        if other is not None:
            figures["validation_loss"] = log_loss(vy, other, labels=labels)
            figures["validation_accuracy"] = right(vy, other)
        run.log(step, **figures)
        run.progress(step, total, unit="trees")
        print(f"{step}/{total} " + " ".join(f"{name} {value:.4f}" for name, value in figures.items()), flush=True)


def right(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Give the accuracy."""
    return float(accuracy_score(y, probabilities.argmax(axis=1)))


def save(options: argparse.Namespace, fitted: Pipeline, columns: list[dict], labels: list[str], metrics: dict) -> None:
    """Write model.onnx and config.json."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    kinds = {"text": (StringTensorType, "BYTES")}
    number = (FloatTensorType, "FP32")
    initial = [(column["name"], kinds.get(column["type"], number)[0]([None, 1])) for column in columns]
    with warnings.catch_warnings():
        # The converter reads attributes of scikit-learn that are going away.
        warnings.simplefilter("ignore", FutureWarning)
        model = to_onnx(
            fitted,
            initial_types=initial,
            options={id(fitted["classify"]): {"zipmap": False}},
            target_opset={"": 18, "ai.onnx.ml": 3},
        )
    # The converter turns names into identifiers: callers are to see those of the columns.
    called = {given.name: column["name"] for given, column in zip(model.graph.input, columns, strict=True)}
    for given in model.graph.input:
        given.name = called[given.name]
    for node in model.graph.node:
        node.input[:] = [called.get(name, name) for name in node.input]
    options.train_model_out.mkdir(parents=True, exist_ok=True)
    (options.train_model_out / "model.onnx").write_bytes(model.SerializeToString())
    label, probabilities = (output.name for output in model.graph.output)
    run.save_model_config(
        format="onnx",
        framework="scikit-learn",
        task="tabular_classification",
        inputs=[
            {"name": column["name"], "datatype": kinds.get(column["type"], number)[1], "shape": [-1, 1]}
            for column in columns
        ],
        outputs=[
            {"name": label, "datatype": "INT64", "shape": [-1]},
            {"name": probabilities, "datatype": "FP32", "shape": [-1, len(labels)]},
        ],
        labels=labels,
        metrics=metrics,
        folder=options.train_model_out,
    )


def main() -> None:
    """Read, learn, predict, save."""
    options = arguments()
    if options.model_load_dir is not None:
        sys.exit("Not trained: this algorithm does not go on from a model. Start without one.")
    parts = run.read_parts(options, "rows")
    columns = [dict(column) for column in parts.data.columns if column.get("role") == "feature"]
    if not columns:
        sys.exit("Not trained: the dataset is no table with columns. Import a CSV file.")
    labels = list(parts.labels)
    print(f"{len(columns)} columns", flush=True)
    x, vx = read(parts.training, columns), read(parts.validation, columns)
    y, vy = (
        np.array([parts.number[sample.label or ""] for sample in samples], dtype=np.int64)
        for samples in (parts.training, parts.validation)
    )
    fitted = pipeline(options, columns).fit(x, y)
    follow(fitted, (x, y), (vx, vy))
    metrics = {}
    if len(vy):
        probabilities = fitted.predict_proba(vx)
        loss = log_loss(vy, probabilities, labels=fitted["classify"].classes_)
        metrics = {"validation_accuracy": right(vy, probabilities), "validation_loss": float(loss)}
        run.predictions(
            labels=labels,
            paths=[sample.name for sample in parts.validation],
            truth=[sample.label or "" for sample in parts.validation],
            predicted=[labels[i] for i in probabilities.argmax(axis=1)],
            scores=probabilities,
            dataset="data_url" if options.val_data_url is None else "val_data_url",
            folder=options.train_out,
        )
    save(options, fitted, columns, labels, metrics)
    print("model saved", flush=True)


if __name__ == "__main__":
    main()
