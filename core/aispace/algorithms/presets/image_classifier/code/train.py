"""Train an image classifier with scikit-learn and save it as ONNX.

All that AI Space needs of an algorithm is here: the arguments of the launch contract and its own, scalars and progress,
predictions on the validation images for the evaluation page, the model with its config.json.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import aispace_runtime as run
import numpy as np
from aispace_runtime.inference.preprocess import decode, prepare
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

READ_BATCH = 256


def arguments() -> argparse.Namespace:
    """Read the command line as AI Space writes it: ``--name=value``."""
    parser = run.arguments("Train an image classifier.", starts_from="its weights, of mlp and linear")
    parser.add_argument("--model", choices=["mlp", "linear", "svm"], default="mlp")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--learning_rate", type=float, default=0.001)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--image_size", type=int, default=16)
    parser.add_argument("--colour", type=run.truth, default=False)
    parser.add_argument("--augment", type=run.truth, default=True)
    return parser.parse_args()


def read(samples: Sequence[run.Sample], preprocess: dict) -> np.ndarray:
    """Read images as rows of values 0..1, as the model server will."""
    size = preprocess["width"] * preprocess["height"] * (3 if preprocess["mode"] == "RGB" else 1)
    rows = np.empty((len(samples), size), dtype=np.float32)
    for start in range(0, len(samples), READ_BATCH):
        part = samples[start : start + READ_BATCH]
        rows[start : start + len(part)] = prepare([decode(s.path.read_bytes()) for s in part], preprocess)
    return rows


def moved(rows: np.ndarray, preprocess: dict, rng: np.random.Generator) -> np.ndarray:
    """Move each image by up to an eighth of its size; what comes in from outside repeats the edge."""
    height, width = preprocess["height"], preprocess["width"]
    images = rows.reshape(len(rows), height, width, -1)
    reach = max(1, width // 12)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    result = np.empty_like(images)
    shifts = rng.integers(0, 2 * reach + 1, size=(len(rows), 2))
    for dy in range(2 * reach + 1):
        for dx in range(2 * reach + 1):
            chosen = (shifts[:, 0] == dy) & (shifts[:, 1] == dx)
            result[chosen] = padded[chosen, dy : dy + height, dx : dx + width]
    return result.reshape(rows.shape)


def new_classifier(options: argparse.Namespace) -> MLPClassifier | SGDClassifier | CalibratedClassifierCV:
    """Make the classifier that learns."""
    if options.model == "svm":
        return CalibratedClassifierCV(SVC(C=10.0, gamma="scale"), ensemble=False, cv=3)
    if options.model == "linear":
        return SGDClassifier(
            loss="log_loss",
            alpha=1e-4,
            learning_rate="constant",
            eta0=options.learning_rate,
            random_state=options.seed,
        )
    return MLPClassifier(
        hidden_layer_sizes=(options.hidden,),
        learning_rate_init=options.learning_rate,
        batch_size=options.batch_size,
        alpha=1e-4,
        random_state=options.seed,
    )


def load_weights(classifier: MLPClassifier | SGDClassifier, folder: Path, labels: list[str]) -> None:
    """Go on from the weights of an earlier run with the same shape."""
    file = folder / "weights.npz"
    if not file.is_file():
        sys.exit(f"Not trained: the model to start from has no weights.npz ({folder.name}). Start without a model.")
    saved = np.load(file, allow_pickle=False)
    if [str(label) for label in saved["labels"]] != labels:
        sys.exit("Not trained: the model to start from knows other labels. Start without a model.")
    ours = weights(classifier)
    for name, value in ours.items():
        if name not in saved or saved[name].shape != value.shape:
            sys.exit("Not trained: the model to start from has another shape (model, hidden, image_size, colour).")
        value[...] = saved[name]
    print("weights taken from the model to start from")


def weights(classifier: MLPClassifier | SGDClassifier) -> dict[str, np.ndarray]:
    """Name the arrays that hold what was learnt; they can be written to."""
    if isinstance(classifier, SGDClassifier):
        return {"coef": classifier.coef_, "intercept": classifier.intercept_}
    named = {f"coef_{i}": value for i, value in enumerate(classifier.coefs_)}
    return named | {f"intercept_{i}": value for i, value in enumerate(classifier.intercepts_)}


def put(classifier: MLPClassifier | SGDClassifier, values: dict[str, np.ndarray]) -> None:
    """Give a classifier other weights."""
    for name, value in weights(classifier).items():
        value[...] = values[name]


def scores(
    classifier: MLPClassifier | SGDClassifier | CalibratedClassifierCV, x: np.ndarray, y: np.ndarray
) -> tuple[float, float]:
    """Give cross entropy and accuracy; NaN where there is nothing to measure."""
    if not len(y):
        return float("nan"), float("nan")
    probabilities = classifier.predict_proba(x)
    loss = log_loss(y, probabilities, labels=classifier.classes_)
    return float(loss), float(accuracy_score(y, probabilities.argmax(axis=1)))


def learn(
    options: argparse.Namespace,
    scaler: StandardScaler,
    classifier: MLPClassifier | SGDClassifier | CalibratedClassifierCV,
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    labels: list[str],
    preprocess: dict,
    rng: np.random.Generator,
) -> None:
    """Fit the classifier, logging each epoch.

    Kept are the weights of the epoch with the least validation loss, or the mean of those of the last third of the
    epochs (P. Izmailov et al., "Averaging weights leads to wider optima", UAI 2018), whichever has the smaller one.
    """
    (x, y), (vx, vy) = train, validation
    scaled, vscaled = scaler.transform(x), scaler.transform(vx) if len(vx) else vx
    classes = np.arange(len(labels))
    epochs = 1 if options.model == "svm" else options.epochs
    augment = options.augment and options.model == "mlp"
    best: tuple[float, str, dict[str, np.ndarray]] = (float("inf"), "", {})
    mean: dict[str, np.ndarray] = {}
    averaged = 0
    if options.model == "svm":
        classifier.fit(scaled, y)
    elif options.model_load_dir is not None:
        classifier.partial_fit(scaled[:1], y[:1], classes=classes)
        load_weights(classifier, options.model_load_dir, labels)
    for epoch in range(1, epochs + 1):
        begin = time.perf_counter()
        if options.model != "svm":
            order = rng.permutation(len(y))
            batch = scaler.transform(moved(x[order], preprocess, rng)) if augment else scaled[order]
            classifier.partial_fit(batch, y[order], classes=classes)
        loss, accuracy = scores(classifier, scaled, y)
        vloss, vaccuracy = scores(classifier, vscaled, vy)
        if not np.isfinite(loss):
            sys.exit(f"Stopped in epoch {epoch}: the loss is {loss}. Choose a smaller learning_rate.")
        run.log(epoch, loss=loss, accuracy=accuracy, validation_loss=vloss, validation_accuracy=vaccuracy)
        run.progress(epoch, epochs, unit="epochs")
        if options.model != "svm" and len(vy):
            current = {name: value.copy() for name, value in weights(classifier).items()}
            if vloss < best[0]:
                best = (vloss, f"of epoch {epoch}", current)
            if epoch > epochs * 2 // 3:
                averaged += 1
                for name, value in current.items():
                    mean[name] = mean.get(name, 0) + (value - mean.get(name, 0)) / averaged
        print(
            f"epoch {epoch}/{epochs} loss {loss:.4f} accuracy {accuracy:.4f} "
            f"validation loss {vloss:.4f} accuracy {vaccuracy:.4f} ({time.perf_counter() - begin:.2f} s)",
            flush=True,
        )
    if mean:
        put(classifier, mean)
        vloss = scores(classifier, vscaled, vy)[0]
        if vloss < best[0]:
            best = (vloss, f"averaged over the last {averaged} epochs", mean)
    if best[2]:
        put(classifier, best[2])
        print(f"weights {best[1]} kept: validation loss {best[0]:.4f}")


def save(
    options: argparse.Namespace,
    scaler: StandardScaler,
    classifier: MLPClassifier | SGDClassifier | CalibratedClassifierCV,
    labels: list[str],
    preprocess: dict,
    metrics: dict[str, float],
) -> None:
    """Write model.onnx, config.json and, where one can go on from them, the weights."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    width = scaler.n_features_in_
    pipeline = Pipeline([("scale", scaler), ("classify", classifier)])
    with warnings.catch_warnings():
        # The converter reads attributes of scikit-learn that are going away.
        warnings.simplefilter("ignore", FutureWarning)
        model = to_onnx(
            pipeline,
            initial_types=[("input", FloatTensorType([None, width]))],
            options={id(classifier): {"zipmap": False}},
            target_opset={"": 18, "ai.onnx.ml": 3},
        )
    options.train_model_out.mkdir(parents=True, exist_ok=True)
    (options.train_model_out / "model.onnx").write_bytes(model.SerializeToString())
    if options.model != "svm":
        np.savez(options.train_model_out / "weights.npz", labels=np.array(labels), **weights(classifier))
    label, probabilities = (output.name for output in model.graph.output)
    run.save_model_config(
        format="onnx",
        framework="scikit-learn",
        task="image_classification",
        inputs=[{"name": "input", "datatype": "FP32", "shape": [-1, width]}],
        outputs=[
            {"name": label, "datatype": "INT64", "shape": [-1]},
            {"name": probabilities, "datatype": "FP32", "shape": [-1, len(labels)]},
        ],
        labels=labels,
        preprocess=preprocess,
        metrics=metrics,
        folder=options.train_model_out,
    )


def main() -> None:
    """Read, learn, predict, save."""
    options = arguments()
    rng = np.random.default_rng(options.seed)
    parts = run.read_parts(options, "images")
    labels = list(parts.labels)
    preprocess = {
        "width": options.image_size,
        "height": options.image_size,
        "mode": "RGB" if options.colour else "L",
        "scale": 1 / 255,
        "layout": "NHWC",
        "flatten": True,
    }
    x, vx = read(parts.training, preprocess), read(parts.validation, preprocess)
    y, vy = (
        np.array([parts.number[sample.label or ""] for sample in samples], dtype=np.int64)
        for samples in (parts.training, parts.validation)
    )
    print(f"images read: {options.image_size} x {options.image_size} {preprocess['mode']}", flush=True)
    scaler = StandardScaler().fit(x)
    classifier = new_classifier(options)
    learn(options, scaler, classifier, (x, y), (vx, vy), labels, preprocess, rng)
    metrics = {}
    if len(vy):
        probabilities = classifier.predict_proba(scaler.transform(vx))
        loss, accuracy = scores(classifier, scaler.transform(vx), vy)
        metrics = {"validation_accuracy": accuracy, "validation_loss": loss}
        run.predictions(
            labels=labels,
            paths=[sample.name for sample in parts.validation],
            truth=[sample.label or "" for sample in parts.validation],
            predicted=[labels[i] for i in probabilities.argmax(axis=1)],
            scores=probabilities,
            dataset="data_url" if options.val_data_url is None else "val_data_url",
            folder=options.train_out,
        )
    save(options, scaler, classifier, labels, preprocess, metrics)
    print("model saved", flush=True)


if __name__ == "__main__":
    main()
